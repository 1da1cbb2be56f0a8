//! `traffic` of a policy: what happens to a request between its listener and its backend.
//!
//! Owns the fields and the phase. The order in which they run is the proxy's table, not the order here.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::policy::api_key_authentication::ApiKeyAuthentication;
use crate::policy::authorization::Authorization;
use crate::policy::basic_authentication::BasicAuthentication;
use crate::policy::buffer::Buffer;
use crate::policy::cors::Cors;
use crate::policy::csrf::Csrf;
use crate::policy::delay::Delay;
use crate::policy::direct_response::DirectResponse;
use crate::policy::ext_auth::{self, ExtAuth};
use crate::policy::ext_proc::ExtProc;
use crate::policy::header_modifier::HeaderModifiers;
use crate::policy::host_rewrite::HostRewrite;
use crate::policy::jwt_authentication::JwtAuthentication;
use crate::policy::rate_limit::RateLimit;
use crate::policy::retry::Retry;
use crate::policy::timeouts::Timeouts;
use crate::policy::transformation::Transformation;
use crate::schema::conditional::OrConditional;
use crate::schema::rule::rule;

/// What happens between listener and backend.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!has(self.phase) || self.phase != 'PreRouting' || !(has(self.buffer) || has(self.csrf) \
     || has(self.delay) || has(self.directResponse) || has(self.headerModifiers) \
     || has(self.hostRewrite) || has(self.rateLimit) || has(self.retry) || has(self.timeouts))",
    "phase PreRouting has extAuth, authorization, transformation, extProc, jwtAuthentication, \
     basicAuthentication, apiKeyAuthentication and cors only",
)]))]
pub struct Traffic {
    /// Before or after the route is chosen; PostRouting where none is given.
    pub phase: Option<Phase>,
    /// CORS.
    pub cors: Option<Cors>,
    /// Authentication by JWT.
    pub jwt_authentication: Option<JwtAuthentication>,
    /// Authentication by name and password.
    pub basic_authentication: Option<BasicAuthentication>,
    /// Authentication by API key.
    pub api_key_authentication: Option<ApiKeyAuthentication>,
    /// A service that is asked whether a request may pass.
    #[schemars(schema_with = "ext_auth::of_traffic")]
    pub ext_auth: Option<OrConditional<ExtAuth>>,
    /// Rules in CEL.
    pub authorization: Option<Authorization>,
    /// Limits.
    pub rate_limit: Option<OrConditional<RateLimit>>,
    /// Bodies that are held until they are whole.
    pub buffer: Option<Buffer>,
    /// A service that sees, and may change, what passes.
    pub ext_proc: Option<OrConditional<ExtProc>>,
    /// Changes of requests and responses.
    pub transformation: Option<OrConditional<Transformation>>,
    /// Defence against requests forged across sites.
    pub csrf: Option<Csrf>,
    /// Headers that are set, added and removed.
    pub header_modifiers: Option<HeaderModifiers>,
    /// Whether the authority becomes the backend's.
    pub host_rewrite: Option<HostRewrite>,
    /// A delay before the request goes on.
    pub delay: Option<Delay>,
    /// A response that no backend gives.
    pub direct_response: Option<OrConditional<DirectResponse>>,
    /// Retries.
    pub retry: Option<Retry>,
    /// Timeouts of a whole request.
    pub timeouts: Option<Timeouts>,
}

/// When a policy runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Phase {
    /// Before the route is chosen.
    PreRouting,
    /// After it.
    PostRouting,
}
