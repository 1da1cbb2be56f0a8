//! Authentication by JWT.
//!
//! Owns providers, their keys and where the token is. A key set that cannot be had refuses every token.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::backend::policy::auth::{self, Location};
use crate::duration::Span;
use crate::http_route::BackendObjectReference;
use crate::reference;
use crate::scalar::{AuthenticationMode, Url};
use crate::schema::rule::{at_least, exactly_one, rule};

/// Authentication by JWT.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    rule("!has(self.mcp) || size(self.providers) == 1", "mcp needs exactly one provider"),
    rule("!has(self.mcp) || !has(self.mode) || self.mode == 'Strict'", "mcp needs mode Strict"),
]))]
pub struct JwtAuthentication {
    /// How strict it is.
    #[serde(default)]
    pub mode: AuthenticationMode,
    /// Who issues tokens.
    #[schemars(length(min = 1, max = 64))]
    pub providers: Vec<JwtProvider>,
    /// Where the token is; `Authorization: Bearer` where absent.
    #[serde(default)]
    #[schemars(schema_with = "auth::source")]
    pub location: Option<Location>,
    /// Serves the metadata by which clients of MCP find the issuer.
    pub mcp: Option<JwtMcp>,
}

/// Who issues tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct JwtProvider {
    /// Issuer.
    #[schemars(length(min = 1, max = 256))]
    pub issuer: String,
    /// Audiences, of which a token must have one; any where absent.
    #[schemars(length(min = 1, max = 64))]
    pub audiences: Option<Vec<String>>,
    /// Keys that sign tokens.
    pub jwks: Jwks,
}

/// Keys that sign tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["remote", "inline"])]))]
pub struct Jwks {
    /// Fetched.
    pub remote: Option<RemoteJwks>,
    /// Written here.
    #[schemars(length(min = 2, max = 65_536))]
    pub inline: Option<String>,
}

/// Keys that are fetched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    reference::endpoint(),
    rule("!has(self.backendRef) || has(self.jwksPath)", "backendRef needs jwksPath"),
    rule("!has(self.url) || !has(self.jwksPath)", "url excludes jwksPath"),
]))]
pub struct RemoteJwks {
    /// The server, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The whole address.
    pub url: Option<Url>,
    /// Path at the server, with `backendRef`.
    #[schemars(length(min = 1, max = 1_024))]
    pub jwks_path: Option<String>,
    /// How long they are kept.
    #[serde(default = "five_minutes")]
    #[schemars(extend("x-kubernetes-validations" = [at_least("5m")]))]
    pub cache_duration: Span,
}

/// Metadata for clients of MCP.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct JwtMcp {
    /// Metadata of the protected resource.
    #[schemars(extend("maxProperties" = 1_024))]
    pub resource_metadata: Option<Map<String, Value>>,
    /// Identity provider, where it needs special treatment.
    pub provider: Option<IdentityProvider>,
    /// Id of the client, for a provider without registration.
    pub client_id: Option<String>,
}

/// An identity provider that needs special treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum IdentityProvider {
    /// Auth0.
    Auth0,
    /// Authentik.
    Authentik,
    /// Descope.
    Descope,
    /// Entra.
    Entra,
    /// Keycloak.
    Keycloak,
    /// Okta.
    Okta,
}

fn five_minutes() -> Span {
    Span(std::time::Duration::from_secs(300))
}
