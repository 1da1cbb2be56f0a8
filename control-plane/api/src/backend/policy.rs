//! What is done to requests on their way to a backend: `policies` of a backend, `backend` of a policy.
//!
//! Owns the one type that decodes them all, and the views of it that each place accepts. Must not decide what
//! is enforced: a field that is not in effect makes its backend refuse requests, and `effect.rs` says which.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::check::Check;
use crate::format;
use crate::policy::ext_auth::ExtAuth;
use crate::policy::transformation::Transformation;
use crate::schema::rule::at_least_one;
use crate::schema::view;

pub mod ai;
pub mod auth;
pub mod cloud;
pub mod guard;
pub mod health;
pub mod mcp;
pub mod tls;
pub mod token;
pub mod transport;

use ai::BackendAi;
use auth::BackendAuth;
use health::Health;
use mcp::BackendMcp;
use tls::BackendTls;
use transport::{BackendHttp, BackendTcp, Tunnel};

/// Fields that every backend has.
pub const SIMPLE: &[&str] = &["tcp", "tls", "http", "tunnel", "auth"];
/// Fields of a model provider.
pub const WITH_AI: &[&str] = &[
    "tcp",
    "tls",
    "http",
    "tunnel",
    "auth",
    "ai",
    "transformation",
    "health",
];
/// All fields.
pub const FULL: &[&str] = &[
    "tcp",
    "tls",
    "http",
    "tunnel",
    "auth",
    "ai",
    "transformation",
    "health",
    "mcp",
    "extAuth",
];

/// Policies of a backend.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BackendPolicies {
    /// The connection.
    pub tcp: Option<BackendTcp>,
    /// TLS towards the backend.
    pub tls: Option<BackendTls>,
    /// HTTP towards the backend.
    pub http: Option<BackendHttp>,
    /// A proxy on the way.
    pub tunnel: Option<Tunnel>,
    /// Credential towards the backend.
    pub auth: Option<BackendAuth>,
    /// Prompts, guards, models.
    pub ai: Option<BackendAi>,
    /// Changes of requests and responses.
    pub transformation: Option<Transformation>,
    /// When a backend counts as unhealthy.
    pub health: Option<Health>,
    /// MCP.
    pub mcp: Option<BackendMcp>,
    /// A service that is asked before each attempt.
    pub ext_auth: Option<ExtAuth>,
}

/// A view of the policies in which at least one field is set.
pub fn view(generator: &mut SchemaGenerator, fields: &[&str]) -> Schema {
    view::keep::<BackendPolicies>(generator, fields, &[at_least_one(fields)])
}

/// The view with the fields that every backend has; it may be empty.
pub fn plain_view(generator: &mut SchemaGenerator) -> Schema {
    view::keep::<BackendPolicies>(generator, SIMPLE, &[])
}

// === impl BackendPolicies ===

impl BackendPolicies {
    pub(crate) fn check(&self, check: &mut Check) {
        if let Some(sni) = self.tls.as_ref().and_then(|tls| tls.sni.as_ref()) {
            let fits = format::is_precise_hostname(&sni.0);
            check.that("tls.sni", fits, format::SUBDOMAIN);
        }
        if let Some(auth) = &self.auth {
            check.field("auth", |check| auth.check(check));
        }
    }
}
