//! What one policy or filter does to one message.
//!
//! A policy is one noun and one file: the configuration as a value, its decoding from Envoy's message, what
//! it does to `http` types, tests. Nothing here reads a clock, a random number or a socket: those are
//! arguments. Must not know the order of policies or who calls them. **Invariant**: decoding refuses what it
//! does not implement, with a field path; applying never fails.

pub mod direct_response;
pub mod forwarded;
pub mod header_modifier;
pub mod hop_by_hop;
pub mod mirror;
pub mod redirect;
pub mod request_id;
pub mod substitution;
pub mod url_rewrite;

pub use direct_response::DirectResponse;
pub use header_modifier::HeaderModifier;
pub use mirror::Mirror;
pub use redirect::Redirect;
pub use url_rewrite::UrlRewrite;
