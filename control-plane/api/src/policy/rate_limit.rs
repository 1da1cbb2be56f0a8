//! Rate limits: per proxy, and by a service.
//!
//! Owns the bounds. A local limit is per proxy; a global one is counted by the service of Envoy's protocol.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::http_route::BackendObjectReference;
use crate::reference;
use crate::scalar::{Cel, FailureMode, Url};
use crate::schema::rule::{at_least_one, exactly_one};

/// Limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["local", "global"])]))]
pub struct RateLimit {
    /// Limits per proxy.
    #[schemars(length(min = 1, max = 16))]
    pub local: Option<Vec<LocalLimit>>,
    /// Limits that a service counts.
    pub global: Option<GlobalLimit>,
}

/// A limit per proxy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["requests", "tokens"])]))]
pub struct LocalLimit {
    /// Requests per unit.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub requests: Option<u32>,
    /// Tokens of models per unit.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub tokens: Option<u32>,
    /// The unit.
    pub unit: TimeUnit,
    /// What may be spent at once beyond the limit.
    #[schemars(range(max = 2_147_483_647))]
    pub burst: Option<u32>,
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum TimeUnit {
    /// A second.
    Seconds,
    /// A minute.
    Minutes,
    /// An hour.
    Hours,
}

/// Limits that a service counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [reference::endpoint(), reference::url_is_origin()]))]
pub struct GlobalLimit {
    /// The service, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The service, by its address.
    pub url: Option<Url>,
    /// What happens where it does not answer; FailClosed where none is given.
    pub failure_mode: Option<FailureMode>,
    /// Domain of the descriptors.
    #[schemars(length(min = 1, max = 256))]
    pub domain: String,
    /// What is counted.
    #[schemars(length(min = 1, max = 16))]
    pub descriptors: Vec<Descriptor>,
}

/// What is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// Names and values that stand for a counter.
    #[schemars(length(min = 1, max = 16))]
    pub entries: Vec<DescriptorEntry>,
    /// What is counted; Requests where none is given.
    pub unit: Option<LimitUnit>,
    /// How much a request costs.
    pub cost: Option<Cel>,
    /// A limit instead of the service's own.
    pub limit_override: Option<Cel>,
}

/// A name and a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct DescriptorEntry {
    /// Name.
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// Value.
    pub expression: Cel,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum LimitUnit {
    /// Requests.
    Requests,
    /// Tokens of models.
    Tokens,
}
