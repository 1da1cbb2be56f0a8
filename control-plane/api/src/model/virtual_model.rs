//! Virtual models: a name that leads to other models.
//!
//! Owns the three ways to choose. Must not follow references: whether a model exists is translation's to say.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::reference::LocalName;
use crate::scalar::Cel;
use crate::schema::conditional::fallback_is_last;
use crate::schema::rule::exactly_one;

/// Models that stand behind another: exactly one way to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [
    exactly_one(&["weighted", "failover", "conditional"]),
]))]
pub struct VirtualModel {
    /// By chance.
    pub weighted: Option<Weighted>,
    /// By order.
    pub failover: Option<Failover>,
    /// By the request.
    pub conditional: Option<Conditional>,
}

/// By chance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Weighted {
    /// The models.
    #[schemars(length(min = 1, max = 64))]
    pub targets: Vec<WeightedTarget>,
}

/// A model and its share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WeightedTarget {
    /// The model, in the same namespace.
    pub model_ref: LocalName,
    /// Name to ask for, where that model's is a pattern.
    #[schemars(length(min = 1, max = 1_024))]
    pub model: Option<String>,
    /// Share of requests, relative to the others.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub weight: u32,
}

/// By order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Failover {
    /// The models.
    #[schemars(length(min = 1, max = 64))]
    pub targets: Vec<FailoverTarget>,
}

/// A model and its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailoverTarget {
    /// The model, in the same namespace.
    pub model_ref: LocalName,
    /// Name to ask for, where that model's is a pattern.
    #[schemars(length(min = 1, max = 1_024))]
    pub model: Option<String>,
    /// Its place; the smallest comes first.
    #[schemars(range(max = 1_000_000))]
    pub priority: u32,
}

/// By the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Conditional {
    /// The models; the first that fits is chosen.
    #[schemars(
        length(min = 1, max = 64),
        extend("x-kubernetes-validations" = [fallback_is_last("when")]),
    )]
    pub targets: Vec<ConditionalTarget>,
}

/// A model and when it is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConditionalTarget {
    /// The model, in the same namespace.
    pub model_ref: LocalName,
    /// Name to ask for, where that model's is a pattern.
    #[schemars(length(min = 1, max = 1_024))]
    pub model: Option<String>,
    /// When it is chosen; always, where absent.
    pub when: Option<Cel>,
}

fn one() -> u32 {
    1
}
