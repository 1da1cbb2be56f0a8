//! What one policy or filter does to one message.
//!
//! A policy is one noun and one file: the configuration as a value, its decoding from Envoy's message, what
//! it does to `http` types, tests. Nothing here reads a clock, a random number or a socket: those are
//! arguments. Must not know the order of policies or who calls them. **Invariant**: decoding refuses what it
//! does not implement, with a field path; applying never fails.
//!
//! What models use is accounted by [`estimate`] (before), [`price`] (what it costs), [`token_bucket`],
//! [`concurrency`] and [`budget`] (reserve, then settle) and [`usage_record`] (what is told of it). Their counters are the one state
//! here, and `shards` is the one file with locks.

pub mod ai_load;
pub mod ai_timeouts;
pub mod budget;
pub mod concurrency;
pub mod direct_response;
pub mod estimate;
pub mod forwarded;
pub mod header_modifier;
pub mod hop_by_hop;
pub mod mirror;
pub mod price;
pub mod prompt_guard;
pub mod redirect;
pub mod request_id;
mod shards;
pub mod substitution;
pub mod token_bucket;
pub mod url_rewrite;
pub mod usage_record;

pub use direct_response::DirectResponse;
pub use header_modifier::HeaderModifier;
pub use mirror::Mirror;
pub use redirect::Redirect;
pub use url_rewrite::UrlRewrite;
