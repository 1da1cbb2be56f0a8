//! Headers that are set, added and removed, as the filters of the Gateway API have it.
//!
//! Owns the bounds on both sides.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scalar::HttpHeaderName;
use crate::schema::rule::at_least_one;

/// Headers that are set, added and removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["request", "response"])]))]
pub struct HeaderModifiers {
    /// Of requests.
    pub request: Option<HeaderModifier>,
    /// Of responses.
    pub response: Option<HeaderModifier>,
}

/// Headers of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct HeaderModifier {
    /// Headers that get this value.
    #[schemars(
        length(max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub set: Option<Vec<PlainHeader>>,
    /// Headers that get this value besides those they have.
    #[schemars(
        length(max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub add: Option<Vec<PlainHeader>>,
    /// Headers that go.
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "set"))]
    pub remove: Option<Vec<String>>,
}

/// A header and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct PlainHeader {
    /// Its name.
    pub name: HttpHeaderName,
    /// Its value.
    #[schemars(length(min = 1, max = 4_096))]
    pub value: String,
}
