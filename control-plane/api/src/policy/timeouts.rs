//! Timeouts of a whole request.
//!
//! Owns one field; the timeout of an attempt is a backend's policy.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::duration::Span;
use crate::schema::rule::{at_least, at_least_one};

/// Timeouts of a whole request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["request"])]))]
pub struct Timeouts {
    /// How long a request may take, with all its attempts.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1ms")]))]
    pub request: Option<Span>,
}
