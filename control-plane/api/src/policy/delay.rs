//! A delay before the request goes on.
//!
//! Owns one field, which is a duration or an expression that gives one.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scalar::Cel;

/// A delay before the request goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Delay {
    /// How long, as a duration or an expression.
    pub duration: Cel,
}
