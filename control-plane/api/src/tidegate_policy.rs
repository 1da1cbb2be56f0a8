//! TidegatePolicy: what AgentgatewayPolicy has no field for.
//!
//! Owns our own fields; targets, levels and conflicts are those of AgentgatewayPolicy. Which fields are in
//! effect, `effect` says, and each object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::duration::Span;
use crate::effect::Effects;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::policy::attribution::Attribution;
use crate::policy::budget::{Budget, Concurrency};
use crate::policy::target::{TargetRef, TargetSelector, every, known_kinds_and_models, one_kind};
use crate::scalar::{ByteSize, HttpHeaderName};
use crate::schema::rule::{at_least, at_least_one, exactly_one, rule};

pub mod ai;
pub mod ai_cache;

use ai::TidegateAi;

/// TidegatePolicy.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TidegatePolicy {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: TidegatePolicySpec,
    /// What of it is in effect.
    #[serde(skip)]
    pub effects: Effects,
}

/// A policy: targets, and what is done to their traffic.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    exactly_one(&["targetRefs", "targetSelectors"]),
    at_least_one(&["traffic", "backend"]),
    every("true", "!has(t.port)", "port is for policies with frontend alone"),
    every(
        "has(self.traffic)",
        "t.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'InferencePool']",
        "traffic is for Gateway, ListenerSet, HTTPRoute, GRPCRoute and InferencePool",
    ),
    every(
        "has(self.backend) && has(self.backend.ai) && has(self.backend.ai.load)",
        "t.kind in ['AgentgatewayBackend', 'AgentgatewayModel']",
        "backend.ai.load is for AgentgatewayBackend and AgentgatewayModel",
    ),
    every(
        "has(self.backend) && has(self.backend.ai) && has(self.backend.ai.keys)",
        "t.kind in ['AgentgatewayBackend', 'AgentgatewayModel']",
        "backend.ai.keys is for AgentgatewayBackend and AgentgatewayModel",
    ),
    every(
        "has(self.backend) && (!has(self.backend.ai) || has(self.backend.ai.cache) \
         || has(self.backend.ai.promptGuard))",
        "t.kind != 'AgentgatewayModel'",
        "of backend, AgentgatewayModel takes ai alone, without cache and promptGuard",
    ),
    every(
        "has(self.backend) && has(self.backend.ai) && has(self.backend.ai.load) \
         && has(self.backend.ai.load.minHealthyPercent)",
        "!has(t.sectionName)",
        "backend.ai.load.minHealthyPercent is for whole backends",
    ),
    every(
        "has(self.backend) && has(self.backend.ai) && has(self.backend.ai.load) \
         && has(self.backend.ai.load.algorithm)",
        "!has(t.sectionName)",
        "backend.ai.load.algorithm is for whole backends",
    ),
]))]
pub struct TidegatePolicySpec {
    /// Objects that the policy is attached to.
    #[schemars(
        length(min = 1, max = 16),
        extend(
            "x-kubernetes-list-type" = "atomic",
            "x-kubernetes-validations" = [known_kinds_and_models(), one_kind()],
        ),
    )]
    pub target_refs: Option<Vec<TargetRef>>,
    /// Objects that the policy is attached to, by their labels.
    #[schemars(
        length(min = 1, max = 16),
        extend(
            "x-kubernetes-list-type" = "atomic",
            "x-kubernetes-validations" = [known_kinds_and_models(), one_kind()],
        ),
    )]
    pub target_selectors: Option<Vec<TargetSelector>>,
    /// What happens between listener and backend.
    pub traffic: Option<TidegateTraffic>,
    /// What happens on the way to a backend.
    pub backend: Option<TidegateBackend>,
}

/// What happens between listener and backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_least_one(&["authorization", "responseCache", "budgets", "concurrency", "attribution"]),
]))]
pub struct TidegateTraffic {
    /// What an authorization rule that fails to evaluate means.
    pub authorization: Option<AuthorizationErrors>,
    /// Keeps responses.
    pub response_cache: Option<ResponseCache>,
    /// How much money or how many tokens requests to models may take. Those of a Gateway, a route and a rule all hold.
    #[schemars(
        length(min = 1, max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub budgets: Option<Vec<Budget>>,
    /// How many requests to models there may be at once.
    pub concurrency: Option<Concurrency>,
    /// Whose requests to models are. A route's word about a name goes before a Gateway's.
    pub attribution: Option<Attribution>,
}

/// What an authorization rule that fails to evaluate means.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationErrors {
    /// What it means.
    pub on_error: OnError,
}

/// What a rule that fails to evaluate means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum OnError {
    /// It did not match.
    NoMatch,
    /// The request is refused.
    Deny,
}

/// Keeps responses.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResponseCache {
    /// How long.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub ttl: Span,
    /// Largest response that is kept.
    pub max_response_size: Option<ByteSize>,
}

/// What happens on the way to a backend.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_least_one(&["healthCheck", "circuitBreaker", "loadBalancing", "ai"]),
]))]
pub struct TidegateBackend {
    /// Requests to models.
    pub ai: Option<TidegateAi>,
    /// Asks endpoints whether they are well.
    pub health_check: Option<HealthCheck>,
    /// Limits of what a proxy asks of a backend at once.
    pub circuit_breaker: Option<CircuitBreaker>,
    /// How an endpoint is chosen.
    pub load_balancing: Option<LoadBalancing>,
}

/// Asks endpoints whether they are well.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// Path of the request; a connection suffices where none is given.
    #[schemars(length(min = 1, max = 1_024), regex(pattern = "^/"))]
    pub path: Option<String>,
    /// Time between two checks of an endpoint.
    #[serde(default = "ten_seconds")]
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub interval: Span,
    /// How long an answer may take.
    #[serde(default = "one_second")]
    #[schemars(extend("x-kubernetes-validations" = [at_least("1ms")]))]
    pub timeout: Span,
    /// Good answers in a row after which an endpoint is used again.
    #[serde(default = "two")]
    #[schemars(range(min = 1, max = 100))]
    pub healthy_threshold: u32,
    /// Bad answers in a row after which it is not.
    #[serde(default = "three")]
    #[schemars(range(min = 1, max = 100))]
    pub unhealthy_threshold: u32,
}

/// Limits of what a proxy asks of a backend at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_least_one(&["maxConnections", "maxPendingRequests", "maxRequests", "maxRetries"]),
]))]
pub struct CircuitBreaker {
    /// Connections.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub max_connections: Option<u32>,
    /// Requests that wait for a connection.
    #[schemars(range(max = 2_147_483_647))]
    pub max_pending_requests: Option<u32>,
    /// Requests.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub max_requests: Option<u32>,
    /// Retries.
    #[schemars(range(max = 2_147_483_647))]
    pub max_retries: Option<u32>,
}

/// How an endpoint is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "has(self.hashHeader) == (self.algorithm == 'ConsistentHash')",
    "hashHeader goes with algorithm ConsistentHash, and with it only",
)]))]
pub struct LoadBalancing {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Header whose value chooses, for ConsistentHash.
    pub hash_header: Option<HttpHeaderName>,
}

/// How an endpoint is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Algorithm {
    /// The one with fewer requests of two taken by chance.
    #[default]
    LeastRequest,
    /// One after the other.
    RoundRobin,
    /// By chance.
    Random,
    /// The same for the same value of a header.
    ConsistentHash,
}

fn ten_seconds() -> Span {
    Span(std::time::Duration::from_secs(10))
}

fn one_second() -> Span {
    Span(std::time::Duration::from_secs(1))
}

fn two() -> u32 {
    2
}

fn three() -> u32 {
    3
}

impl Resource for TidegatePolicy {
    const KIND: Kind = Kind::TidegatePolicy;
    resource_metadata!();

    fn check(&self, _: &mut Check) {}

    fn note_effects(&mut self, effects: Effects) {
        self.effects = effects;
    }
}
