//! Retries, as the Gateway API has them, and conditions of them.
//!
//! Owns the bounds. What may have reached a backend whole is not sent again, whatever is written here.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::duration::Span;
use crate::scalar::Cel;

/// Retries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Retry {
    /// Statuses that are tried again.
    #[schemars(
        length(max = 200),
        inner(range(min = 400, max = 599)),
        extend("x-kubernetes-list-type" = "set"),
    )]
    pub codes: Option<Vec<u16>>,
    /// How often.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub attempts: Option<u32>,
    /// Time between attempts.
    pub backoff: Option<Span>,
    /// Whether a request may be tried again at all.
    pub precondition: Option<Cel>,
    /// Whether a response is tried again.
    pub condition: Option<Cel>,
}
