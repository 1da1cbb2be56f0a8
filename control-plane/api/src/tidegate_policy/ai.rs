//! `backend.ai` of a TidegatePolicy: how long models are waited for, which provider gets how much, who may ask for what.
//!
//! Owns the bounds. Must not repeat what AgentgatewayBackend has: the time limit of an attempt is `http.requestTimeout`, and
//! when a provider is evicted is `health.eviction` (llm.md 3.4).

use schemars::JsonSchema;
use serde::Deserialize;

use super::ai_cache::AiCache;
use crate::backend::policy::guard::own::OwnGuards;
use crate::duration::Span;
use crate::reference::SecretKeyRef;
use crate::scalar::Cel;
use crate::schema::rule::{at_least, at_least_one};

/// Requests to models.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_least_one(&["timeouts", "load", "affinity", "cache", "promptGuard", "fallback", "allowedModels", "keys",
        "deniedParams", "rewriteResponseModel"]),
]))]
pub struct TidegateAi {
    /// How long a stream may keep a client waiting.
    pub timeouts: Option<AiTimeouts>,
    /// How much each provider is asked for at a time.
    pub load: Option<AiLoad>,
    /// Requests that belong together go to the same provider.
    pub affinity: Option<AiAffinity>,
    /// Answers that are given again.
    pub cache: Option<AiCache>,
    /// What judges prompts and answers, behind the guards of backends and AgentgatewayPolicies.
    pub prompt_guard: Option<OwnGuards>,
    /// Refusals after which another provider is asked.
    pub fallback: Option<AiFallback>,
    /// Models that may be asked for: those of any entry that counts for the request. All where absent, none where empty.
    #[schemars(length(max = 64))]
    pub allowed_models: Option<Vec<AllowedModels>>,
    /// Keys that take turns, in the place of the one of `policies.auth`. One that is refused is left alone for a while.
    #[schemars(length(min = 1, max = 64))]
    pub keys: Option<Vec<AiKey>>,
    /// Members of a client's body that refuse the request: `logit_bias`, or one below another, `metadata.user_id`.
    #[schemars(length(min = 1, max = 64))]
    pub denied_params: Option<Vec<ParamName>>,
    /// Answers tell the model that the client asked for, and not the one that the provider names.
    pub rewrite_response_model: Option<bool>,
}

/// A key of a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiKey {
    /// Secret that holds it; `Authorization` is the default key in it.
    pub secret_ref: SecretKeyRef,
}

/// Refusals of a provider that is well, after which another is asked, once a request: one of another group, or of the same
/// where there is no other group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct AiFallback {
    /// What is refused.
    #[schemars(length(min = 1, max = 2))]
    pub reasons: Vec<AiFallbackReason>,
}

/// What a provider refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum AiFallbackReason {
    /// The prompt does not fit the model's context.
    ContextWindowExceeded,
    /// The content of the prompt, or all of the answer.
    ContentPolicyViolation,
}

/// Models that may be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct AllowedModels {
    /// Which.
    #[schemars(length(min = 1, max = 256))]
    pub names: Vec<ModelPattern>,
    /// Requests for which they count; all where absent. Where it has no value it does not hold.
    #[serde(default)]
    pub when: Option<Cel>,
}

/// The name of a model, `prefix*`, `*suffix` or `*`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ModelPattern(
    #[schemars(
        length(min = 1, max = 256),
        regex(pattern = r"^(\*|\*?[^*]+|[^*]+\*)$")
    )]
    pub String,
);

/// The name of a member of a body, or of one in an object below it: `name.name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ParamName(
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[^.\s]+(\.[^.\s]+)?$"))] pub String,
);

/// Requests that belong together go to the same provider of a group, as long as it is well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AiAffinity {
    /// What they have in common; the beginning of their prompt (instructions, tools, the first message of the user), where
    /// absent.
    pub key: Option<Cel>,
}

/// How long a stream may keep a client waiting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["firstToken", "streamIdle", "session"])]))]
pub struct AiTimeouts {
    /// From the begin of an attempt to the first content; another provider is tried then.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1ms")]))]
    pub first_token: Option<Span>,
    /// Between two parts of a stream; 5m where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1ms")]))]
    pub stream_idle: Option<Span>,
    /// Of a realtime session, from the answer 101 to its end; no limit where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub session: Option<Span>,
}

/// How much each provider is asked for at a time, by each proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["maxInFlight", "maxInFlightPerEndpoint", "probes", "minHealthyPercent", "algorithm"])]))]
pub struct AiLoad {
    /// Requests under way; beyond, other providers are asked.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_in_flight: Option<u32>,
    /// Requests under way at each endpoint of a provider: a Pod of its Service, an address of its host. Beyond, its other endpoints
    /// are asked, and then other providers.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_in_flight_per_endpoint: Option<u32>,
    /// Requests under way at a provider that comes back from an eviction, until one has succeeded.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub probes: Option<u32>,
    /// Share of a group's weight, in percent, that must be usable for the group to keep all requests.
    #[schemars(range(min = 1, max = 100))]
    pub min_healthy_percent: Option<u32>,
    /// What decides within a group; `Weighted` where absent.
    pub algorithm: Option<AiAlgorithm>,
}

/// What decides between providers of a group that may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum AiAlgorithm {
    /// Their weights, unless one of two that are drawn is much worse than the other.
    Weighted,
    /// The better of two that are drawn by weight: health, latency and requests under way.
    P2cEwma,
    /// The fewest requests under way for its weight.
    LeastInFlight,
    /// The lowest price of the request, by the `PriceCatalogs` in effect.
    LowestCost,
}
