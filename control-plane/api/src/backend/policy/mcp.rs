//! `mcp` of a backend's policies: who may use which tool, and what inspects calls.
//!
//! Owns the fields. `authentication` is kept for manifests that have it; `traffic.jwtAuthentication.mcp` is
//! its successor.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http_route::BackendObjectReference;
use crate::policy::authorization::Authorization;
use crate::policy::jwt_authentication::{IdentityProvider, RemoteJwks};
use crate::reference::{self, SecretKeyRef};
use crate::scalar::{AuthenticationMode, Cel, FailureMode, HeaderName, Url};
use crate::schema::rule::{at_least_one, exactly_one, rule};

/// Who may use which tool, and what inspects calls.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_least_one(&["authorization", "authentication", "guardrails"]),
]))]
pub struct BackendMcp {
    /// Rules about tools, prompts and resources.
    pub authorization: Option<Authorization>,
    /// How clients prove who they are.
    pub authentication: Option<McpAuthentication>,
    /// Services that inspect calls.
    pub guardrails: Option<Guardrails>,
}

/// How clients of MCP prove who they are.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct McpAuthentication {
    /// Metadata of the protected resource.
    #[schemars(extend("maxProperties" = 1_024))]
    pub resource_metadata: Option<Map<String, Value>>,
    /// Identity provider, where it needs special treatment.
    pub provider: Option<IdentityProvider>,
    /// Issuer of tokens.
    #[schemars(length(min = 1, max = 256))]
    pub issuer: Option<String>,
    /// Audiences, of which a token must have one.
    #[schemars(length(min = 1, max = 64))]
    pub audiences: Option<Vec<String>>,
    /// Keys that sign tokens.
    pub jwks: RemoteJwks,
    /// How strict it is.
    #[serde(default)]
    pub mode: AuthenticationMode,
    /// Id of the client, for a provider without registration.
    pub client_id: Option<String>,
    /// Secret of that client.
    pub client_secret_ref: Option<SecretKeyRef>,
}

/// Services that inspect calls.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
pub struct Guardrails {
    /// The services, in order.
    #[schemars(length(min = 1, max = 16))]
    pub processors: Vec<Inspector>,
}

/// A service that inspects calls.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["remote"])]))]
pub struct Inspector {
    /// A service of one's own.
    pub remote: Option<RemoteInspector>,
    /// Which methods it sees.
    #[schemars(extend(
        "minProperties" = 1,
        "maxProperties" = 64,
        "x-kubernetes-validations" = [rule(
            "self.all(m, !m.contains('*') || m.matches('^([^*]*[*]|[*][^*]*)$'))",
            "* may stand once, at an end of the method's name",
        )],
    ))]
    pub methods: BTreeMap<String, Inspection>,
}

/// What a service sees of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Inspection {
    /// Nothing.
    Off,
    /// The request.
    Request,
    /// The response.
    Response,
    /// Both.
    Full,
}

/// A service of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [reference::endpoint(), reference::url_is_origin()]))]
pub struct RemoteInspector {
    /// The service, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The service, by its address.
    pub url: Option<Url>,
    /// What happens where it does not answer; FailClosed where none is given.
    pub failure_mode: Option<FailureMode>,
    /// Metadata of the call.
    #[schemars(extend("maxProperties" = 64))]
    pub metadata: Option<BTreeMap<String, Cel>>,
    /// Headers that it sees; all where absent.
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "set"))]
    pub allowed_request_headers: Option<Vec<HeaderName>>,
    /// Headers that it does not see.
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "set"))]
    pub disallowed_request_headers: Option<Vec<HeaderName>>,
}
