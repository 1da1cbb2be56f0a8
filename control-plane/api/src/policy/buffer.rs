//! Bodies that are held until they are whole.
//!
//! Owns the bounds on both sides.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scalar::{ByteSize, FailureMode};
use crate::schema::rule::at_least_one;

/// Bodies that are held until they are whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["request", "response"])]))]
pub struct Buffer {
    /// Of requests.
    pub request: Option<BufferSide>,
    /// Of responses.
    pub response: Option<BufferSide>,
}

/// Bodies of one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BufferSide {
    /// How much is held.
    pub max_bytes: Option<ByteSize>,
    /// What happens to a larger body; FailClosed where none is given.
    pub failure_mode: Option<FailureMode>,
}
