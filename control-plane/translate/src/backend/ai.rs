//! Model providers: those of an AgentgatewayBackend of type `ai`, in priority groups, and those of AgentgatewayModels.
//!
//! Owns each provider's address, paths, model and credential. A provider that cannot be built stays in its
//! group and refuses requests: leaving it out would send its share, and its data, to somebody else.

use std::collections::BTreeMap;
use std::time::Duration;

use cp_api::backend::AgentgatewayBackend;
use cp_api::backend::ai::{AiBackend, SINGLE};
use cp_api::backend::policy::BackendPolicies;
use cp_api::backend::policy::ai::BackendAi;
use cp_api::backend::policy::auth::BackendAuth;
use cp_api::backend::policy::health::Health;
use cp_api::backend::policy::tls::BackendTls;
use cp_api::backend::provider::Provider;
use cp_api::condition::Reason;
use cp_api::effect::Effects;
use proto::name;
use proto::tidegate::v1 as tidegate;

use crate::backend::base_url::BaseUrl;
use crate::backend::credential::{self, Fault, Owner};
use crate::backend::{Served, Verdict, policy};
use crate::lookup::Lookup;
use crate::plan::credential::{Credential, Credentials};
use crate::plan::{ProviderPlan, Service, Upstream};
use crate::settings::Settings;

mod address;
pub(crate) mod body;
pub(super) mod expression;
pub(crate) mod guard;
pub(crate) mod health;
pub(super) mod preset;
pub(super) mod provider;
mod weights;

use self::address::Address;
pub(crate) use self::guard::Asked;
use self::preset::Preset;
use self::provider::{Home, KeyPlace, Kind as ServiceKind};
use self::weights::Weights;

/// What a provider is resolved against.
pub(crate) struct Scope<'a> {
    pub(crate) lookup: &'a Lookup<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) declared: Declared<'a>,
}

/// The object that declares a provider.
pub(crate) struct Declared<'a> {
    pub(crate) namespace: &'a str,
    /// Its own name.
    pub(crate) name: &'a str,
    pub(crate) annotations: &'a BTreeMap<String, String>,
    pub(crate) effects: &'a Effects,
    pub(crate) source: tidegate::Source,
    /// The name of the cluster of a provider.
    pub(crate) cluster: &'a dyn Fn(&str) -> String,
}

impl Declared<'_> {
    /// What stands in front of the names of its guards.
    pub(crate) fn label(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// A provider with its place in the spec and the policies that apply to it.
pub(super) struct Placed<'a> {
    provider: &'a Provider,
    name: &'a str,
    path: String,
    weight: u32,
    /// Stands in the place of a kind that the provider would have.
    pub(super) preset: Option<&'static Preset>,
    /// Where it is, in the place of its own address.
    pub(super) base: Option<&'a BaseUrl>,
    /// With its place in the spec.
    health: Option<(&'a Health, String)>,
    /// With their places in the spec, the nearest first.
    pub(super) ai: Vec<(&'a BackendAi, String)>,
    auth: Option<(&'a BackendAuth, String)>,
    tls: Option<(&'a BackendTls, String)>,
    request_timeout: Option<Duration>,
}

/// Policies of a provider at one level, and where they stand.
pub(crate) type Level<'a> = (&'a BackendPolicies, String);

/// `given` is what policies give each provider, the nearest first.
pub(crate) fn resolve<'a>(
    lookup: &Lookup<'_>,
    settings: &Settings,
    (object, ai): (&'a AgentgatewayBackend, &'a AiBackend),
    given: &dyn Fn(&str) -> Vec<Level<'a>>,
) -> Served {
    let inherited = object.spec.policies.as_ref();
    if let Some(message) = policy::unsupported("spec.policies", &object.effects) {
        return Served::refused(message);
    }
    let metadata = &object.metadata;
    let source = lookup
        .backend(&metadata.namespace, &metadata.name)
        .map(|stored| (*stored.source).clone())
        .unwrap_or_default();
    let cluster =
        |provider: &str| name::backend_target(&metadata.namespace, &metadata.name, provider);
    let scope = Scope {
        lookup,
        settings,
        declared: Declared {
            namespace: &metadata.namespace,
            name: &metadata.name,
            annotations: &metadata.annotations,
            effects: &object.effects,
            source,
            cluster: &cluster,
        },
    };
    let weights = match Weights::of_annotation(&metadata.annotations) {
        Ok(weights) => weights,
        Err(message) => return Served::refused(message),
    };
    let mut verdict = Verdict::default();
    let mut usable = 0;
    let mut groups = Vec::new();
    let given = |provider: &str| -> Vec<Level<'a>> {
        let inherited = inherited.map(|own| (own, "spec.policies".to_owned()));
        inherited.into_iter().chain(given(provider)).collect()
    };
    for group in placed(ai, &given, &weights) {
        let mut plans = Vec::new();
        for provider in group {
            let broken = verdict.broken.len();
            plans.push(scope.provider(&provider, &mut verdict));
            usable += usize::from(verdict.broken.len() == broken);
        }
        groups.push(plans);
    }
    if usable == 0 {
        return Served::refused(verdict.broken.join("; "));
    }
    Served {
        verdict,
        ..Served::whole(Upstream::Ai(groups))
    }
}

/// `given` are the levels of a provider below its own.
fn placed<'a>(
    ai: &'a AiBackend,
    given: &dyn Fn(&str) -> Vec<Level<'a>>,
    weights: &Weights,
) -> Vec<Vec<Placed<'a>>> {
    if let Some(provider) = &ai.provider {
        let path = "spec.ai.provider".to_owned();
        return vec![vec![place(provider, SINGLE, path, given(SINGLE))]];
    }
    let groups = ai.groups.iter().flatten().enumerate();
    groups
        .map(|(group, providers)| {
            let providers = providers.providers.iter().enumerate();
            providers
                .map(|(index, named)| {
                    let path = format!("spec.ai.groups[{group}].providers[{index}]");
                    let own = named.policies.as_ref();
                    let own = own.map(|own| (own, format!("{path}.policies")));
                    let levels = own.into_iter().chain(given(&named.name)).collect();
                    Placed {
                        weight: weights.of(&named.name, named.weight),
                        ..place(&named.provider, &named.name, path, levels)
                    }
                })
                .collect()
        })
        .collect()
}

/// The providers of a backend by name, and what each says of its credential.
pub(crate) fn auths<'a>(
    ai: &'a AiBackend,
    inherited: Option<&'a BackendPolicies>,
) -> impl Iterator<Item = (&'a str, Option<&'a BackendAuth>)> {
    let inherited = inherited.and_then(|policies| policies.auth.as_ref());
    let single = ai.provider.iter().map(move |_| (SINGLE, inherited));
    let groups = ai.groups.iter().flatten();
    let grouped = groups.flat_map(|group| &group.providers).map(move |named| {
        let own = named.policies.as_ref();
        let own = own.and_then(|policies| policies.auth.as_ref());
        (named.name.as_str(), own.or(inherited))
    });
    single.chain(grouped)
}

/// Of each field the first level that sets it is in effect: a provider's own policy beats its backend's, and that what is attached.
pub(super) fn place<'a>(
    provider: &'a Provider,
    name: &'a str,
    path: String,
    levels: Vec<Level<'a>>,
) -> Placed<'a> {
    let levels = levels.iter();
    let auth = levels
        .clone()
        .find_map(|(policies, at)| Some((policies.auth.as_ref()?, format!("{at}.auth"))));
    let tls = levels
        .clone()
        .find_map(|(policies, at)| Some((policies.tls.as_ref()?, at.clone())));
    let health = levels
        .clone()
        .find_map(|(policies, at)| Some((policies.health.as_ref()?, format!("{at}.health"))));
    let ai = levels
        .clone()
        .filter_map(|(policies, at)| Some((policies.ai.as_ref()?, format!("{at}.ai"))));
    let ai = ai.collect();
    let mut levels = levels;
    let request_timeout =
        levels.find_map(|(policies, _)| Some(policies.http.as_ref()?.request_timeout?.0));
    Placed {
        provider,
        name,
        path,
        weight: 1,
        preset: None,
        base: None,
        health,
        ai,
        auth,
        tls,
        request_timeout,
    }
}

// === impl Scope ===

impl Scope<'_> {
    fn namespace(&self) -> &str {
        self.declared.namespace
    }

    fn cluster(&self, provider: &str) -> String {
        (self.declared.cluster)(provider)
    }

    pub(super) fn provider(&self, placed: &Placed<'_>, verdict: &mut Verdict) -> ProviderPlan {
        match self.build(placed, verdict) {
            Ok(plan) => plan,
            Err(message) => {
                verdict.broken.push(message.clone());
                self.refused(placed, message)
            }
        }
    }

    /// A provider that refuses every request.
    pub(super) fn refused(&self, placed: &Placed<'_>, message: String) -> ProviderPlan {
        ProviderPlan {
            name: placed.name.to_owned(),
            cluster: self.cluster(placed.name),
            transport: Some(Upstream::Unserved),
            // Nothing is ever sent there: the credential stands in front.
            service: Service::OpenAi,
            weight: placed.weight,
            model: String::new(),
            path_prefix: String::new(),
            path: String::new(),
            authority: String::new(),
            credential: Credential::Unavailable(message).into(),
            health: None,
            policy: None,
            refuses_local_addresses: false,
            request_timeout: None,
            rerank: None,
            telemetry_name: self.declared.name.to_owned(),
        }
    }

    fn build(&self, placed: &Placed<'_>, verdict: &mut Verdict) -> Result<ProviderPlan, String> {
        let Placed { provider, path, .. } = placed;
        if let Some(message) = policy::unsupported(path, self.declared.effects) {
            return Err(message);
        }
        let mut kind = match placed.preset {
            Some(preset) => preset.kind(),
            None => provider::kind(path, provider)?,
        };
        let address = match (placed.base, &kind.home) {
            (Some(base), home) => self.based(placed, base, home, verdict)?,
            (None, Home::Public { kind, host, .. }) => {
                self.public(placed, (kind, host), verdict)?
            }
            (None, Home::Own(custom)) => self.custom(placed, custom, verdict)?,
        };
        kind.lives_at(
            placed
                .base
                .map_or(provider.host.as_deref(), |base| Some(&base.host)),
        );
        verdict.doubtful.extend(kind.doubt(path));
        let rerank = self.elsewhere(placed, &kind.home, verdict)?;
        let prefix = placed.base.map(|base| base.path.as_str());
        let prefix = prefix
            .filter(|path| !path.is_empty())
            .or(provider.path_prefix.as_deref())
            .or(placed.preset.map(|preset| preset.prefix));
        let place = (kind.key_place, &kind.service, address.authority.as_str());
        let credential = self.credential(placed, place, verdict)?;
        let mut target = |asked: &guard::Asked<'_>| self.guard_target(placed, asked, verdict);
        let of = (self.declared.annotations, &*self.declared.label());
        let policy = body::resolve(&placed.ai, of, &mut target)?;
        if let (Some(pin), Some(policy)) = (kind.model, &policy)
            && let Some(target) = policy.model_aliases.get(pin)
        {
            verdict.doubtful.push(format!(
                "{path}: model {pin} is a key of modelAliases too, so that {target} is asked in its place; rename one of them \
                 if that is not meant"
            ));
        }
        let ServiceKind {
            service,
            model,
            telemetry_name,
            ..
        } = kind;
        Ok(ProviderPlan {
            name: placed.name.to_owned(),
            cluster: address.cluster,
            transport: address.transport,
            service,
            weight: placed.weight,
            model: model.unwrap_or_default().to_owned(),
            path_prefix: prefix.unwrap_or_default().to_owned(),
            path: provider.path.clone().unwrap_or_default(),
            authority: address.authority,
            credential,
            health: match &placed.health {
                Some((policy, at)) => health::resolve(policy, at)?,
                None => None,
            },
            policy,
            refuses_local_addresses: placed
                .base
                .is_some_and(|base| !self.settings.local_hosts.contains(&base.host)),
            request_timeout: placed.request_timeout,
            rerank,
            telemetry_name: telemetry_name.unwrap_or(self.declared.name).to_owned(),
        })
    }

    fn credential(
        &self,
        placed: &Placed<'_>,
        (key_place, service, authority): (KeyPlace, &Service, &str),
        verdict: &mut Verdict,
    ) -> Result<Credentials, String> {
        let Some((auth, path)) = &placed.auth else {
            return Ok(Credential::None.into());
        };
        let owner = Owner {
            namespace: self.namespace(),
            path,
            inline_name: format!("{}/key", self.cluster(placed.name)),
            key_place,
            azure_scope: match service {
                Service::Foundry { .. } => "https://ai.azure.com/.default",
                Service::OpenAi
                | Service::Anthropic
                | Service::Bedrock { .. }
                | Service::AzureOpenAi { .. }
                | Service::Gemini
                | Service::Vertex { .. }
                | Service::Custom { .. } => "https://cognitiveservices.azure.com/.default",
            },
            authority,
            source: &self.declared.source,
            settings: self.settings,
        };
        match credential::resolve(self.lookup, &owner, auth) {
            Ok(credential) => Ok(credential),
            Err(Fault::Unsupported(message)) => Err(message),
            Err(Fault::Unresolved(message)) => {
                verdict
                    .unresolved
                    .push((Reason::InvalidSecretRef, message.clone()));
                Ok(Credential::Missing(message).into())
            }
        }
    }
}
