//! `backend.ai.cache` of a TidegatePolicy: answers of models that are given again.
//!
//! Owns the bounds and the words of the schema. Must not say who may share an answer beyond what is asked for: without a
//! word, only requests of one tenant on one route do (llm.md C-1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::duration::Span;
use crate::http_route::BackendObjectReference;
use crate::scalar::Cel;
use crate::schema::rule::{at_least, rule};

/// Answers of models that are given again to requests that ask for the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!has(self.mode) || self.mode != 'Disabled' || !has(self.semantic)",
    "semantic goes with mode Enabled only",
)]))]
pub struct AiCache {
    /// Disabled ends what a less specific level switched on; Enabled where absent.
    pub mode: Option<AiCacheMode>,
    /// How long an answer is given again; 1h where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub ttl: Option<Span>,
    /// The largest answer that is kept, in bytes; 262144 (256 KiB) where none is given.
    #[schemars(range(min = 1, max = 8_388_608))]
    pub max_entry_bytes: Option<u32>,
    /// What all answers of this policy may take in each proxy, in bytes; 67108864 (64 MiB) where none is given.
    #[schemars(range(min = 65_536, max = 2_147_483_647))]
    pub max_bytes: Option<u32>,
    /// Who shares answers; Tenant where none is given.
    pub scope: Option<AiCacheScope>,
    /// What divides the cache further, evaluated on the request; one that has no value leaves the cache alone.
    #[schemars(length(min = 1, max = 8))]
    pub vary: Option<Vec<Cel>>,
    /// The highest temperature whose answers are kept, such as "0.3"; any where none is given. A request that names none
    /// counts as 1.
    #[schemars(length(min = 1, max = 6), regex(pattern = r"^[0-2](\.[0-9]{1,4})?$"))]
    pub max_temperature: Option<String>,
    /// Whether requests that offer tools are cached; answers that call one never are.
    pub cache_tools: Option<bool>,
    /// Whether an answer that is given again counts in limits and budgets as if it came from the provider.
    pub charge_hits: Option<bool>,
    /// Answers to requests that mean the same.
    pub semantic: Option<SemanticCache>,
}

/// Whether there is a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum AiCacheMode {
    /// Answers are kept.
    Enabled,
    /// None is.
    Disabled,
}

/// Who shares answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum AiCacheScope {
    /// Requests of one tenant on one route: of one credential and one user.
    #[default]
    Tenant,
    /// All requests of one route.
    Route,
    /// All requests that lead to one backend.
    Backend,
}

/// Answers to requests of which only the last text of the user differs, and means the same.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SemanticCache {
    /// What turns texts into vectors.
    pub embeddings: CacheEmbeddings,
    /// The least cosine similarity of two texts that mean the same, such as "0.9"; "0.95" where none is given.
    #[schemars(
        length(min = 1, max = 6),
        regex(pattern = r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$")
    )]
    pub threshold: Option<String>,
    /// How long a vector is waited for; 200ms where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1ms")]))]
    pub timeout: Option<Span>,
    /// How many texts are compared at most for requests that are alike otherwise; 1000 where none is given.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_entries: Option<u32>,
    /// Requests with more messages are not compared; 4 where none is given.
    #[schemars(range(min = 1, max = 64))]
    pub max_messages: Option<u32>,
}

/// What turns texts into vectors.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CacheEmbeddings {
    /// An AgentgatewayBackend of type ai in the policy's namespace; its first provider is asked, with its credential.
    pub backend_ref: BackendObjectReference,
    /// The model that is asked; the provider's own where none is given.
    #[schemars(length(min = 1, max = 256))]
    pub model: Option<String>,
}
