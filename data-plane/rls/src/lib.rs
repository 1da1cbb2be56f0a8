//! What a rate limit service is asked and told, and what its answers mean (`envoy.service.ratelimit.v3`).
//!
//! ```text
//!   limit     descriptors of a request and their hits      limit_override   a limit that goes with a descriptor
//!   answer    what a service said, in our terms            unary       gRPC's framing of one message
//!   budget    budgets that a service counts
//! ```
//! Owns messages and arithmetic. Must not send anything, read a clock, or know who is refused how. Invariants: tokens and money
//! are told once, when they are known, and never taken back: services that do not know negative hits would add them; a header of
//! a service never frames a message.

pub mod answer;
pub mod budget;
pub mod limit;
mod limit_override;
pub mod unary;

use std::sync::Arc;
use std::time::Duration;

/// The path of the one method.
pub const METHOD: &str = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";

/// A rate limit service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Name of the Cluster.
    pub cluster: Arc<str>,
    /// The object that names it, for metrics.
    pub label: Arc<str>,
    /// `:authority` of calls.
    pub authority: Arc<str>,
    /// Domain of the descriptors.
    pub domain: Arc<str>,
    /// Requests go on while it does not answer.
    pub fail_open: bool,
    /// How long a request waits.
    pub timeout: Duration,
}
