//! A response that no backend gives.
//!
//! Owns the bounds. The status is required, under conditions as well.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scalar::{Cel, HttpHeaderName};
use crate::schema::rule::rule;

/// A response that no backend gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    rule("has(self.status)", "status must be set"),
    rule("!has(self.body) || !has(self.bodyExpression)", "body excludes bodyExpression"),
]))]
pub struct DirectResponse {
    /// Status.
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<u16>,
    /// Body.
    #[schemars(length(min = 1, max = 4_096))]
    pub body: Option<String>,
    /// Body, computed.
    pub body_expression: Option<Cel>,
    /// Headers, computed.
    #[schemars(
        length(min = 1, max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub headers: Option<Vec<ResponseHeader>>,
}

/// A header and what computes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ResponseHeader {
    /// Its name.
    pub name: HttpHeaderName,
    /// What computes it.
    pub value: Cel,
}
