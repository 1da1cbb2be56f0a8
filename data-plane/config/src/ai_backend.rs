//! AI backends: priority groups of model providers.
//!
//! Owns the decoded `tidegate.v1.AiBackend`. Must not hold a key: a credential names a Secret, and one that
//! cannot be had is a variant of its own, so that nobody sends a request without it by mistake.

mod authorization;
mod credential;
mod decode;

pub use authorization::Authorization;
pub use credential::{
    AiCredential, AwsCredential, AwsKeys, AzureCredential, AzureIdentity, GcpCredential,
    KeyCredential, MissingSecret, Passthrough,
};
pub(crate) use decode::credential::key as key_credential;
pub(crate) use decode::{ai_backend, ai_policy, provider_alone, targets};

use std::sync::Arc;
use std::time::Duration;

use dp_llm::body_policy::BodyPolicy;
use dp_llm::edge::Guardrail;
use dp_llm::model_name::ModelAliases;
use dp_llm::prompt_caching::PromptCaching;
use dp_llm::prompt_enrichment::PromptEnrichment;
use dp_llm::provider::Endpoint;
use dp_llm::route_map::RouteMap;
use dp_policy::header_modifier::HeaderModifier;
use expr::Expr;
use http::uri::Authority;

use crate::prompt_guard::PromptGuard;

/// One AI backend.
#[derive(Clone, Debug)]
pub struct AiBackend {
    /// Resource name.
    pub name: Arc<str>,
    /// Priority groups, first group first; none is empty.
    pub groups: Vec<Vec<AiProvider>>,
    /// Names of its layers of prices, bottom first; see [`crate::Config::price_layer`].
    pub price_layers: Vec<Arc<str>>,
    /// What is attached to the backend and its providers.
    pub policy_set: Option<Arc<str>>,
    /// What ends of paths stand for, as the backend itself says.
    pub routes: RouteMap,
}

/// One provider of a group.
#[derive(Clone, Debug)]
pub struct AiProvider {
    /// Unique in the backend.
    pub name: Arc<str>,
    /// Cluster that carries the transport.
    pub cluster: Arc<str>,
    /// Whose service it is, and its paths.
    pub endpoint: Endpoint,
    /// Replaces the model of the request; `None` passes the request's through.
    pub model: Option<Arc<str>>,
    /// Authority sent upstream; `None` for the endpoint's host name.
    pub authority: Option<Authority>,
    /// How a request authenticates itself.
    pub credential: AiCredential,
    /// Further keys, each in a header of its own.
    pub further: Vec<KeyCredential>,
    /// `gen_ai.provider.name` of the OpenTelemetry GenAI conventions.
    pub telemetry_name: Arc<str>,
    /// Share of requests in the group; 0 for none.
    pub weight: u32,
    /// When it gets no requests for a while; `None` for the default of its backend.
    pub health: Option<Health>,
    /// Whether an answer counts against it; `None` for the built-in judgement.
    pub unhealthy_condition: Option<Expr>,
    /// What Bedrock applies to each request.
    pub guardrail: Option<Guardrail>,
    /// What is done to requests on their way to it.
    pub policy: Option<AiPolicy>,
    /// Addresses of this machine and of its link are not connected to, whatever the name resolves to.
    pub refuses_local_addresses: bool,
    /// How long an attempt may take: until the whole answer where it comes in one piece, until the first content of a
    /// stream.
    pub request_timeout: Option<Duration>,
    /// Where it orders documents by relevance; `None` where that is its only host.
    pub rerank: Option<Home>,
}

/// A host of a provider.
#[derive(Clone, Debug)]
pub struct Home {
    /// Cluster that carries the transport.
    pub cluster: Arc<str>,
    /// Authority sent upstream; `None` for the endpoint's host name.
    pub authority: Option<Authority>,
}

/// What is done to the body of a request, in the client's format.
#[derive(Clone, Debug)]
pub struct AiPolicy {
    /// Members that are set.
    pub body: BodyPolicy,
    /// Other names of models.
    pub aliases: ModelAliases,
    /// Messages around the client's.
    pub prompt: PromptEnrichment,
    /// The model that the overrides set.
    pub model: Option<Arc<str>>,
    /// Members that are computed from the client's body.
    pub transformations: Vec<(String, Expr)>,
    /// Members that are computed from the body as the provider gets it.
    pub final_transformations: Vec<(String, Expr)>,
    /// What of the prompt the provider may cache.
    pub prompt_caching: Option<PromptCaching>,
    /// What judges prompts and answers, in order: at most one of each level. Policies that have the same share one, so that a
    /// prompt is judged once.
    pub guards: Vec<Arc<PromptGuard>>,
    /// What ends of paths stand for. A request is read before a provider is chosen: those of one provider are not asked.
    pub routes: RouteMap,
    /// Who may ask; `None` for everybody. It is a provider's own: no level adds to it.
    pub authorization: Option<Arc<Authorization>>,
    /// Headers of requests and of answers; a provider's own, too.
    pub headers: Headers,
}

/// What is done to the headers of requests to a provider and of its answers.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// Of requests. The credential comes behind them.
    pub request: HeaderModifier,
    /// Of answers.
    pub response: HeaderModifier,
}

/// When a provider gets no requests for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// The shortest eviction.
    pub eviction: Duration,
    /// Failures in a row that evict.
    pub consecutive_failures: Option<u32>,
    /// Health, 0 to 1, that evicts when it falls below.
    pub health_threshold: Option<f64>,
    /// Health, 0 to 1, with which the provider comes back.
    pub restore_health: Option<f64>,
}

// === impl AiProvider ===

impl AiProvider {
    /// The cluster and the authority of a request; `is_elsewhere` where it is for the provider's other host, if it has one.
    #[must_use]
    pub fn home(&self, is_elsewhere: bool) -> (&Arc<str>, Option<&Authority>) {
        match &self.rerank {
            Some(home) if is_elsewhere => (&home.cluster, home.authority.as_ref()),
            Some(_) | None => (&self.cluster, self.authority.as_ref()),
        }
    }

    /// The model that it is asked for where a client asks for `asked`: what the policy sets, else its own, else the client's, by
    /// the name that this has there. `None` where nobody names one. What a policy computes is not known here.
    #[must_use]
    pub fn sent_model<'a>(
        &'a self,
        policy: Option<&'a AiPolicy>,
        asked: Option<&'a str>,
    ) -> Option<&'a str> {
        let set = policy.and_then(|policy| policy.model.as_deref());
        let pinned = set.or(self.model.as_deref());
        let name = pinned.filter(|name| !name.is_empty()).or(asked)?;
        let alias = policy.and_then(|policy| policy.aliases.target(name));
        Some(alias.unwrap_or(name))
    }

    /// Who may ask it; `None` for everybody.
    #[must_use]
    pub fn authorization(&self) -> Option<&Authorization> {
        self.policy.as_ref()?.authorization.as_deref()
    }

    /// What is done to the headers of requests to it and of its answers.
    #[must_use]
    pub fn headers(&self) -> Option<&Headers> {
        self.policy.as_ref().map(|policy| &policy.headers)
    }
}

// === impl AiPolicy ===

impl AiPolicy {
    /// This policy, and of a lower level what this one does not set. Lists are taken whole, names of models one by one.
    #[must_use]
    pub fn over(&self, lower: &Self) -> Self {
        // Each field by name: a new one has to be thought of here.
        let Self {
            body,
            aliases,
            prompt,
            model,
            guards,
            transformations,
            final_transformations,
            prompt_caching,
            routes,
            authorization,
            headers,
        } = self;
        let expressions = |own: &Vec<_>, other: &Vec<_>| match own.is_empty() {
            true => other.clone(),
            false => own.clone(),
        };
        let members = |own: &Vec<_>, other: &Vec<_>| {
            if own.is_empty() {
                other.clone()
            } else {
                own.clone()
            }
        };
        let BodyPolicy {
            overrides,
            removed,
            defaults,
        } = body;
        Self {
            model: if overrides.is_empty() {
                lower.model.clone()
            } else {
                model.clone()
            },
            body: BodyPolicy {
                overrides: members(overrides, &lower.body.overrides),
                removed: removed.iter().chain(&lower.body.removed).cloned().collect(),
                defaults: members(defaults, &lower.body.defaults),
            },
            guards: PromptGuard::over(guards, &lower.guards),
            transformations: expressions(transformations, &lower.transformations),
            final_transformations: expressions(final_transformations, &lower.final_transformations),
            prompt_caching: prompt_caching.or(lower.prompt_caching),
            aliases: aliases.over(&lower.aliases),
            routes: routes.over(&lower.routes),
            authorization: authorization.clone(),
            headers: headers.clone(),
            prompt: if prompt.prepend.is_empty() && prompt.append.is_empty() {
                lower.prompt.clone()
            } else {
                prompt.clone()
            },
        }
    }
}
