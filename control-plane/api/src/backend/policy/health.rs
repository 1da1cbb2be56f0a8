//! `health` of a backend: when it counts as unhealthy, and what follows.
//!
//! Owns the bounds. Without a condition, a 5xx or a failed connection lowers the score and evicts nobody.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::duration::Span;
use crate::scalar::Cel;
use crate::schema::rule::at_least;

/// When a backend counts as unhealthy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Health {
    /// Whether a response counts against the backend.
    pub unhealthy_condition: Option<Cel>,
    /// When a backend gets no requests for a while.
    pub eviction: Option<Eviction>,
}

/// When a backend gets no requests for a while.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Eviction {
    /// How long, times how often it was evicted before.
    #[serde(default = "three_seconds")]
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub duration: Span,
    /// Score with which it comes back, in percent.
    #[schemars(range(max = 100))]
    pub restore_health: Option<u32>,
    /// Failures in a row that evict.
    #[schemars(range(max = 2_147_483_647))]
    pub consecutive_failures: Option<u32>,
    /// Score that evicts, in percent.
    #[schemars(range(max = 100))]
    pub health_threshold: Option<u32>,
}

fn three_seconds() -> Span {
    Span(Duration::from_secs(3))
}
