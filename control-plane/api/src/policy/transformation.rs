//! Transformation of requests and responses by expressions.
//!
//! Owns the fields. Must not evaluate: an expression that does not compile is for translation to report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scalar::{Cel, HeaderName};
use crate::schema::rule::at_least_one;

/// Changes of requests and responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["request", "response"])]))]
pub struct Transformation {
    /// Of requests.
    pub request: Option<Transform>,
    /// Of responses.
    pub response: Option<Transform>,
}

/// Changes of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_least_one(&["set", "add", "remove", "body", "metadata"]),
]))]
pub struct Transform {
    /// Headers that get this value.
    #[schemars(
        length(min = 1, max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub set: Option<Vec<ComputedHeader>>,
    /// Headers that get this value besides those they have.
    #[schemars(
        length(min = 1, max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub add: Option<Vec<ComputedHeader>>,
    /// Headers that go.
    #[schemars(length(min = 1, max = 16), extend("x-kubernetes-list-type" = "set"))]
    pub remove: Option<Vec<HeaderName>>,
    /// The body.
    pub body: Option<Cel>,
    /// Values that later policies and logs can use.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 16))]
    pub metadata: Option<BTreeMap<String, Cel>>,
}

/// A header and what computes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ComputedHeader {
    /// Its name.
    pub name: HeaderName,
    /// What computes it.
    pub value: Cel,
}
