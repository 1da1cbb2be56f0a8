//! The resolved model: Gateway, ports, listeners, routes, rules, backends.
//!
//! Owns values only: every reference is followed, every conflict decided. Must not hold API objects or wire
//! messages; `emit` prints it and decides nothing. What is absent here is absent on the wire.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cp_api::backend::policy::ai::{PromptCaching, RouteFormat};
use proto::tidegate::v1 as tidegate;

use self::credential::Credentials;
use crate::deployment::Deployment;
use crate::output::GatewayKey;
use crate::price::LayerPlan;

pub(crate) mod credential;
mod models;
mod policy;
mod tls;

pub(crate) use models::{RoutedModelPlan, RouterPlan, RoutingPlan, TargetPlan, VirtualModelPlan};
pub(crate) use policy::{
    AiCachePlan, AiGuardsPlan, AiKeysPlan, AiLoadPlan, AiTimeoutsPlan, AttachmentPlan, BudgetsPlan,
    GlobalLimitPlan, Level, LimitUnit, LocalLimitPlan, PolicyBody, PolicyPlan, SemanticCachePlan,
    ServicePlan, SetPlan, StoreSecret,
};
pub(crate) use tls::{Certificate, KeyPair, UpstreamTls, Verification};

/// One Gateway of ours.
#[derive(Clone, Debug)]
pub(crate) struct GatewayPlan {
    pub(crate) key: GatewayKey,
    pub(crate) class: String,
    pub(crate) source: Arc<tidegate::Source>,
    pub(crate) trusted_hops: u32,
    pub(crate) families: Families,
    /// By port.
    pub(crate) ports: BTreeMap<u16, PortPlan>,
    /// What its routes lead to, by cluster name.
    pub(crate) backends: BTreeMap<String, Arc<BackendPlan>>,
    /// Layers of prices of the AI backends of a namespace, bottom first.
    pub(crate) prices: BTreeMap<String, Vec<Arc<LayerPlan>>>,
    /// How its fleet is deployed, where that is known and ours to do.
    pub(crate) deployment: Option<Deployment>,
}

/// One port.
#[derive(Clone, Debug)]
pub(crate) struct PortPlan {
    pub(crate) port: u16,
    pub(crate) protocol: Protocol,
    pub(crate) listeners: Vec<ListenerPlan>,
}

/// On which wildcard address listeners are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Families {
    /// `0.0.0.0`.
    V4,
    /// `::`, which takes IPv4 too.
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protocol {
    Http,
    Https,
}

/// One listener that is served.
#[derive(Clone, Debug)]
pub(crate) struct ListenerPlan {
    pub(crate) name: String,
    pub(crate) hostname: Option<String>,
    /// With HTTPS.
    pub(crate) certificate: Option<Certificate>,
    pub(crate) routes: Vec<Attached>,
    /// What applies to every request, unless its rule has a set of its own.
    pub(crate) policies: Arc<SetPlan>,
}

/// A route on a listener.
#[derive(Clone, Debug)]
pub(crate) struct Attached {
    pub(crate) route: Arc<RoutePlan>,
    /// Domains that the listener gives it: `*`, `*.example.com`, `a.example.com`.
    pub(crate) domains: Vec<String>,
    /// Sets of rules that have one of their own, by index.
    pub(crate) policies: BTreeMap<u32, Arc<SetPlan>>,
}

/// One route object.
#[derive(Clone, Debug)]
pub(crate) struct RoutePlan {
    pub(crate) source: Arc<tidegate::Source>,
    /// Short kind, `http`.
    pub(crate) kind: &'static str,
    /// Seconds since the epoch; 0 where unknown.
    pub(crate) created: i64,
    /// False if no rule of it is valid: its matches answer 500, and it does not count as attached.
    pub(crate) is_accepted: bool,
    pub(crate) rules: Vec<RulePlan>,
    /// What its rules lead to.
    pub(crate) backends: Vec<Arc<BackendPlan>>,
}

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct RulePlan {
    pub(crate) index: u32,
    pub(crate) name: Option<String>,
    pub(crate) matches: Vec<Match>,
    pub(crate) request_headers: HeaderChange,
    pub(crate) response_headers: HeaderChange,
    pub(crate) action: Action,
}

/// What a request must have.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) path: PathMatch,
    pub(crate) method: Option<&'static str>,
    pub(crate) headers: Vec<ValueMatch>,
    pub(crate) query: Vec<ValueMatch>,
}

#[derive(Clone, Debug)]
pub(crate) enum PathMatch {
    Exact(String),
    /// Whole leading segments, without a trailing slash; empty for every path.
    Prefix(String),
    Regex(String),
}

#[derive(Clone, Debug)]
pub(crate) struct ValueMatch {
    pub(crate) name: String,
    pub(crate) value: ValuePattern,
}

#[derive(Clone, Debug)]
pub(crate) enum ValuePattern {
    Exact(String),
    Regex(String),
}

/// Changes of headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeaderChange {
    pub(crate) set: Vec<(String, String)>,
    pub(crate) add: Vec<(String, String)>,
    pub(crate) remove: Vec<String>,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Forward(Forward),
    Redirect(Redirect),
    /// Answered with this status.
    Respond(u32),
}

/// Sent to a backend.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forward {
    /// At least one with a weight above 0.
    pub(crate) shares: Vec<Share>,
    pub(crate) host: Option<String>,
    pub(crate) path: Option<PathChange>,
    pub(crate) mirrors: Vec<Mirror>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
}

/// A share of the requests.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub(crate) weight: u32,
    pub(crate) target: Target,
    /// Authority that the backend wants instead of the client's.
    pub(crate) host: Option<String>,
    pub(crate) request_headers: HeaderChange,
    pub(crate) response_headers: HeaderChange,
}

/// Where a share goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A cluster that any proxy can use.
    Plain(String),
    /// A cluster that only our proxy can use.
    Own(String),
    /// A cluster that does not exist; its share answers 500.
    Invalid(String),
}

/// A copy of a share of the requests.
#[derive(Clone, Debug)]
pub(crate) struct Mirror {
    pub(crate) cluster: String,
    /// Of a million.
    pub(crate) millionths: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathChange {
    Full(String),
    Prefix(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Redirect {
    pub(crate) scheme: Option<&'static str>,
    pub(crate) host: Option<String>,
    pub(crate) path: Option<PathChange>,
    pub(crate) port: Option<u16>,
    pub(crate) status: u16,
}

/// Something that requests are sent to, with the objects it comes from.
#[derive(Clone, Debug)]
pub(crate) struct BackendPlan {
    /// Name of its cluster.
    pub(crate) name: String,
    pub(crate) sources: Vec<tidegate::Source>,
    pub(crate) upstream: Upstream,
    /// What is attached to it, if anything is.
    pub(crate) policies: Option<Arc<SetPlan>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Upstream {
    /// Endpoints of a Service port.
    Endpoints {
        endpoints: Vec<Endpoint>,
        protocol: UpstreamProtocol,
    },
    /// A host that is resolved by the proxy, or an address.
    Host(Host),
    /// Model providers.
    Ai(Vec<Vec<ProviderPlan>>),
    /// Models by name.
    Models(RouterPlan),
    /// The host that the request names.
    Dynamic { allowed_hosts: Vec<String> },
    /// Cannot be served: 503.
    Unserved,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Endpoint {
    pub(crate) address: String,
    pub(crate) port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpstreamProtocol {
    Http1,
    Http2,
}

#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Option<UpstreamTls>,
    pub(crate) protocol: UpstreamProtocol,
}

/// One model provider.
#[derive(Clone, Debug)]
pub(crate) struct ProviderPlan {
    pub(crate) name: String,
    pub(crate) cluster: String,
    /// Its own cluster, unless `cluster` is that of a Service.
    pub(crate) transport: Option<Upstream>,
    pub(crate) service: Service,
    /// Share of requests in the group.
    pub(crate) weight: u32,
    pub(crate) model: String,
    pub(crate) path_prefix: String,
    pub(crate) path: String,
    pub(crate) authority: String,
    pub(crate) credential: Credentials,
    pub(crate) health: Option<HealthPlan>,
    pub(crate) policy: Option<AiPolicyPlan>,
    /// Its address is a tenant's word.
    pub(crate) refuses_local_addresses: bool,
    /// How long an attempt may take.
    pub(crate) request_timeout: Option<Duration>,
    /// Where it orders documents, where that is another host.
    pub(crate) rerank: Option<Box<HomePlan>>,
    /// `gen_ai.provider.name`.
    pub(crate) telemetry_name: String,
}

/// A further host of a provider.
#[derive(Clone, Debug)]
pub(crate) struct HomePlan {
    pub(crate) cluster: String,
    pub(crate) transport: Upstream,
    pub(crate) authority: String,
}

/// What is done to the bodies of requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct AiPolicyPlan {
    /// Names and values, as JSON text.
    pub(crate) overrides: Vec<(String, String)>,
    /// Names and values, as JSON text.
    pub(crate) defaults: Vec<(String, String)>,
    pub(crate) model_aliases: BTreeMap<String, String>,
    /// Roles and contents.
    pub(crate) prepend: Vec<(String, String)>,
    /// Roles and contents.
    pub(crate) append: Vec<(String, String)>,
    /// As it goes to proxies.
    pub(crate) prompt_guard: Option<tidegate::PromptGuard>,
    /// Services that guards ask; no request of a client goes there.
    pub(crate) guard_targets: Vec<ProviderPlan>,
    /// Names and expressions.
    pub(crate) transformations: Vec<(String, String)>,
    /// Names and expressions.
    pub(crate) final_transformations: Vec<(String, String)>,
    pub(crate) prompt_caching: Option<PromptCaching>,
    /// Operations by the ends of paths.
    pub(crate) routes: BTreeMap<String, RouteFormat>,
    /// Who may ask.
    pub(crate) authorization: Option<AuthorizationPlan>,
    pub(crate) request_headers: HeaderChange,
    pub(crate) response_headers: HeaderChange,
}

/// Rules in CEL.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthorizationPlan {
    /// None may hold.
    pub(crate) deny: Vec<String>,
    /// All have to hold.
    pub(crate) require: Vec<String>,
    /// One has to hold, where there is any.
    pub(crate) allow: Vec<String>,
}

/// Whose service a provider is.
#[derive(Clone, Debug)]
pub(crate) enum Service {
    OpenAi,
    Anthropic,
    Bedrock {
        region: String,
        /// Identifier and version.
        guardrail: Option<(String, String)>,
    },
    AzureOpenAi {
        api_version: String,
    },
    Foundry {
        project: String,
        api_version: String,
    },
    Gemini,
    Vertex {
        project: String,
        region: String,
    },
    Custom {
        formats: Vec<CustomFormat>,
    },
}

/// A format of a custom provider.
#[derive(Clone, Debug)]
pub(crate) struct CustomFormat {
    pub(crate) format: Format,
    pub(crate) path: Option<String>,
}

/// A wire format of model providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    ChatCompletions,
    Responses,
    Messages,
    Embeddings,
    AnthropicTokenCount,
    Realtime,
    Rerank,
}

/// When a provider gets no requests for a while.
#[derive(Clone, Debug)]
pub(crate) struct HealthPlan {
    /// The shortest; the proxy's default where absent.
    pub(crate) eviction: Option<Duration>,
    pub(crate) consecutive_failures: Option<u32>,
    /// In percent.
    pub(crate) health_threshold: Option<u32>,
    /// In percent.
    pub(crate) restore_health: Option<u32>,
    pub(crate) unhealthy_condition: Option<String>,
}

// === impl Attached ===

impl Attached {
    /// What applies to the requests of a rule.
    pub(crate) fn policies_of<'a>(
        &'a self,
        listener: &'a ListenerPlan,
        rule: &RulePlan,
    ) -> &'a SetPlan {
        let own = self.policies.get(&rule.index);
        own.unwrap_or(&listener.policies)
    }
}

// === impl Protocol ===

impl Protocol {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Protocol::Http => "HTTP",
            Protocol::Https => "HTTPS",
        }
    }
}

// === impl RoutePlan ===

impl RoutePlan {
    /// Kind of the routes that listeners with models have without an object.
    pub(crate) const MODELS: &'static str = "models";

    /// Nobody wrote it.
    pub(crate) fn is_implicit(&self) -> bool {
        self.kind == Self::MODELS
    }
}

// === impl HeaderChange ===

impl HeaderChange {
    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty() && self.add.is_empty() && self.remove.is_empty()
    }
}

// === impl Target ===

impl Target {
    pub(crate) fn cluster(&self) -> &str {
        match self {
            Target::Plain(name) | Target::Own(name) | Target::Invalid(name) => name,
        }
    }
}
