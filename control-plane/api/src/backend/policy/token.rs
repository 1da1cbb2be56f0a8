//! Tokens that are exchanged or signed: `oauthTokenExchange`, `crossAppAccess`, `jwtSign`.
//!
//! Owns their fields. A token that cannot be had makes requests be refused.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::backend::policy::auth::{self, Location};
use crate::duration::Span;
use crate::http_route::BackendObjectReference;
use crate::reference::{self, SecretKeyRef, SecretRef};
use crate::scalar::{Cel, Short, Url};
use crate::schema::rule::{at_least, rule};

/// Exchanges the client's token.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    reference::endpoint(),
    path_needs_backend(),
    rule(
        "!has(self.actorToken) || !has(self.grantType) || self.grantType != 'JwtBearer'",
        "actorToken needs grantType TokenExchange",
    ),
    rule(
        "!has(self.requestedTokenType) || !has(self.grantType) || self.grantType != 'JwtBearer'",
        "requestedTokenType needs grantType TokenExchange",
    ),
    rule(
        "!has(self.requestedTokenType) || self.requestedTokenType != 'IdJag'",
        "requestedTokenType IdJag is for crossAppAccess only",
    ),
]))]
pub struct TokenExchange {
    /// The server, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The server, by its address.
    pub url: Option<Url>,
    /// Path at the server, with `backendRef`.
    #[schemars(regex(pattern = "^/"))]
    pub path: Option<String>,
    /// Grant; TokenExchange where none is given.
    pub grant_type: Option<GrantType>,
    /// The client's token.
    pub subject_token: Option<SubjectToken>,
    /// Who acts for the client.
    pub actor_token: Option<ActorToken>,
    /// Audiences that the token is for.
    #[schemars(length(min = 1, max = 64))]
    pub audiences: Option<Vec<Short>>,
    /// Scopes to ask for.
    #[schemars(length(min = 1, max = 64))]
    pub scopes: Option<Vec<String>>,
    /// Resources that the token is for.
    #[schemars(length(min = 1, max = 64))]
    pub resources: Option<Vec<String>>,
    /// Kind of token to ask for.
    pub requested_token_type: Option<RequestedToken>,
    /// Further parameters of the request.
    #[schemars(extend("maxProperties" = 64))]
    pub additional_params: Option<BTreeMap<String, Cel>>,
    /// How the proxy proves who it is.
    pub client_auth: Option<ClientAuth>,
    /// Where the token goes; `Authorization: Bearer` where absent.
    #[schemars(schema_with = "auth::location")]
    pub location: Option<Location>,
    /// Where tokens are kept.
    pub cache: Option<TokenCache>,
}

/// Access across applications by an identity assertion.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CrossAppAccess {
    /// Who vouches for the user.
    pub identity_provider: TokenServer,
    /// Who guards the resource.
    pub resource_authorization_server: TokenServer,
    /// Audience of the assertion.
    #[schemars(length(min = 1, max = 256))]
    pub audience: String,
    /// Resources that the assertion is for.
    #[schemars(length(min = 1, max = 64))]
    pub resources: Option<Vec<String>>,
    /// Scopes of the assertion.
    #[schemars(length(min = 1, max = 64))]
    pub scopes: Option<Vec<String>>,
    /// Scopes of the access token.
    #[schemars(length(max = 64))]
    pub access_token_scopes: Option<Vec<String>>,
    /// The client's token.
    #[schemars(extend("x-kubernetes-validations" = [rule(
        "!has(self.tokenType) || !(self.tokenType in ['IdJag', \
         'urn:ietf:params:oauth:token-type:id-jag'])",
        "tokenType must not be IdJag",
    )]))]
    pub subject_token: Option<SubjectToken>,
    /// Where tokens are kept.
    pub cache: Option<TokenCache>,
}

/// A server that gives tokens.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [reference::endpoint(), path_needs_backend()]))]
pub struct TokenServer {
    /// The server, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The server, by its address.
    pub url: Option<Url>,
    /// Path at the server, with `backendRef`.
    #[schemars(regex(pattern = "^/"))]
    pub path: Option<String>,
    /// How the proxy proves who it is.
    pub client_auth: ClientAuth,
}

/// A grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum GrantType {
    /// RFC 8693.
    TokenExchange,
    /// RFC 7523.
    JwtBearer,
}

/// The client's token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SubjectToken {
    /// Where it is; `Authorization: Bearer` where absent.
    #[schemars(schema_with = "auth::source")]
    pub source: Option<Location>,
    /// Its kind, or an absolute URI.
    pub token_type: Option<String>,
}

/// Who acts for the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!has(self.mayAct) || self.mayAct != 'Required' \
     || (has(self.tokenType) && self.tokenType == 'Jwt')",
    "mayAct Required needs tokenType Jwt",
)]))]
pub struct ActorToken {
    /// Where the actor's token is.
    #[schemars(schema_with = "auth::source")]
    pub source: Location,
    /// Its kind, or an absolute URI.
    pub token_type: Option<String>,
    /// Whether the subject's token must allow the actor.
    pub may_act: Option<MayAct>,
}

/// Whether the subject's token must allow the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum MayAct {
    /// It must.
    Required,
}

/// A kind of token to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RequestedToken {
    /// An access token.
    AccessToken,
    /// A JWT.
    Jwt,
    /// An id token.
    IdToken,
    /// An identity assertion.
    IdJag,
}

/// How the proxy proves who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    rule(
        "has(self.privateKeyJwt) == (has(self.method) && self.method == 'PrivateKeyJwt')",
        "privateKeyJwt goes with method PrivateKeyJwt, and with it only",
    ),
    rule(
        "!has(self.secretRef) || !has(self.method) || self.method != 'PrivateKeyJwt'",
        "secretRef excludes method PrivateKeyJwt",
    ),
    rule(
        "has(self.secretRef) || has(self.privateKeyJwt) \
         || (has(self.method) && self.method == 'ClientSecretPost')",
        "must set secretRef, unless method is ClientSecretPost or PrivateKeyJwt",
    ),
]))]
pub struct ClientAuth {
    /// Id of the client.
    #[schemars(length(min = 1))]
    pub client_id: String,
    /// Secret with `clientSecret`.
    pub secret_ref: Option<SecretKeyRef>,
    /// Method; ClientSecretBasic where none is given.
    pub method: Option<ClientAuthMethod>,
    /// A key that signs assertions.
    pub private_key_jwt: Option<PrivateKeyJwt>,
}

/// A method of client authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ClientAuthMethod {
    /// In the Authorization header.
    ClientSecretBasic,
    /// In the body.
    ClientSecretPost,
    /// By a signed assertion.
    PrivateKeyJwt,
}

/// A key that signs assertions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "has(self.certificateRef) == has(self.certificateHeader)",
    "certificateRef and certificateHeader must be set together",
)]))]
pub struct PrivateKeyJwt {
    /// Secret with `signingKey`.
    pub signing_key_ref: SecretKeyRef,
    /// Secret with `certificate`.
    pub certificate_ref: Option<SecretKeyRef>,
    /// Header that names the certificate.
    pub certificate_header: Option<CertificateHeader>,
    /// Algorithm; RS256 where none is given.
    pub alg: Option<SigningAlgorithm>,
    /// Id of the key.
    pub kid: Option<String>,
    /// Audience of the assertion.
    #[schemars(length(min = 1))]
    pub assertion_audience: String,
}

/// Header that names a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum CertificateHeader {
    /// The certificate itself.
    #[serde(rename = "x5c")]
    Chain,
    /// Its SHA-256.
    #[serde(rename = "x5t#S256")]
    Thumbprint,
}

/// An algorithm of signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SigningAlgorithm {
    /// RS256.
    Rs256,
    /// RS384.
    Rs384,
    /// RS512.
    Rs512,
    /// PS256.
    Ps256,
    /// ES256.
    Es256,
    /// ES384.
    Es384,
}

/// Where tokens are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenCache {
    /// In the proxy's memory.
    pub in_memory: Option<InMemoryCache>,
}

/// A cache in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct InMemoryCache {
    /// Entries at most; 8192 where none is given, 0 keeps none.
    pub max_entries: Option<i32>,
    /// Life of a token that does not say; 300s where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub default_ttl: Option<Span>,
}

/// Signs a token of its own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JwtSign {
    /// Secret with `signingKey`.
    pub signing_key_ref: SecretRef,
    /// Algorithm; RS256 where none is given.
    pub alg: Option<SigningAlgorithm>,
    /// Id of the key.
    pub kid: Option<String>,
    /// Claims; `iat`, `exp` and `nbf` are the proxy's own.
    #[schemars(extend("maxProperties" = 1_024))]
    pub claims: Option<Map<String, Value>>,
    /// Life of the token; 300s where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub ttl: Option<Span>,
    /// Where the token goes; `Authorization: Bearer` where absent.
    #[serde(default)]
    #[schemars(schema_with = "auth::location")]
    pub location: Option<Location>,
}

fn path_needs_backend() -> Value {
    rule("!has(self.url) || !has(self.path)", "url excludes path")
}
