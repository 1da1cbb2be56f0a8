//! Whether the authority of a request becomes the backend's.
//!
//! Owns one field. A rewrite that a route asks for is not decided here.

use schemars::JsonSchema;
use serde::Deserialize;

/// Whether the authority becomes the backend's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct HostRewrite {
    /// Whether it does.
    pub mode: HostRewriteMode,
}

/// Whether the authority becomes the backend's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum HostRewriteMode {
    /// It does, where the backend has a name.
    Auto,
    /// It stays the client's.
    None,
}
