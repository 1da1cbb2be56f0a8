//! `auth` towards a backend: the credential that requests get.
//!
//! Owns the union of kinds and where a credential goes. Must fail closed: whatever cannot be had makes requests
//! be refused, never sent without it. A literal key must never be printed.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::backend::policy::cloud::{AwsAuth, AzureAuth, GcpAuth};
use crate::backend::policy::token::{CrossAppAccess, JwtSign, TokenExchange};
use crate::check::Check;
use crate::format;
use crate::reference::SecretKeyRef;
use crate::scalar::{Cel, HttpHeaderName};
use crate::schema::rule::{at_most_one, exactly_one, rule};
use crate::schema::view;
use crate::secret::SecretBytes;

/// Credential towards a backend.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BackendAuth {
    /// The key itself.
    pub key: Option<SecretBytes>,
    /// Secret that holds the key; `Authorization` is the default key in it.
    pub secret_ref: Option<SecretKeyRef>,
    /// Forwards the token by which the client was authenticated.
    pub passthrough: Option<Passthrough>,
    /// Further credentials, each in a place of its own.
    pub credentials: Option<Vec<PlacedCredential>>,
    /// Where the key goes; `Authorization: Bearer` where absent.
    pub location: Option<Location>,
    /// Signs requests for AWS.
    pub aws: Option<AwsAuth>,
    /// A token of Azure.
    pub azure: Option<AzureAuth>,
    /// A token of Google Cloud.
    pub gcp: Option<GcpAuth>,
    /// Exchanges the client's token.
    pub oauth_token_exchange: Option<TokenExchange>,
    /// Access across applications by an identity assertion.
    pub cross_app_access: Option<CrossAppAccess>,
    /// Signs a token of its own.
    pub jwt_sign: Option<JwtSign>,
}

/// Has no fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Passthrough {}

/// A credential and its place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlacedCredential {
    /// Where it goes.
    #[schemars(schema_with = "location")]
    pub location: Location,
    /// Secret that holds it; `Authorization` is the default key in it.
    pub secret_ref: SecretKeyRef,
}

/// A place in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Location {
    /// A header.
    pub header: Option<HeaderLocation>,
    /// A query parameter.
    pub query_parameter: Option<NamedLocation>,
    /// A cookie.
    pub cookie: Option<NamedLocation>,
    /// What an expression gives; to read from only.
    pub expression: Option<Cel>,
}

/// A header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct HeaderLocation {
    /// Its name.
    pub name: HttpHeaderName,
    /// What stands in front of the credential.
    #[schemars(length(min = 1, max = 256))]
    pub prefix: Option<String>,
}

/// A query parameter or cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct NamedLocation {
    /// Its name.
    #[schemars(length(min = 1, max = 256))]
    pub name: String,
}

/// Schema of a place to write to.
pub fn location(generator: &mut SchemaGenerator) -> Schema {
    let places = ["header", "queryParameter", "cookie"];
    view::keep::<Location>(generator, &places, &[exactly_one(&places)])
}

/// Schema of a place to read from.
pub fn source(generator: &mut SchemaGenerator) -> Schema {
    let places = ["header", "queryParameter", "cookie", "expression"];
    view::keep::<Location>(generator, &places, &[exactly_one(&places)])
}

// The names of the fields with their schemas; `key` is a text that is never printed.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[derive(Deserialize, Default)]
struct AuthFields {
    /// The key itself.
    #[schemars(length(max = 2_048))]
    key: Option<String>,
    /// Secret that holds the key; `Authorization` is the default key in it.
    secret_ref: Option<SecretKeyRef>,
    /// Forwards the token by which the client was authenticated.
    passthrough: Option<Passthrough>,
    /// Further credentials, each in a place of its own.
    #[schemars(
        length(min = 1, max = 8),
        extend("x-kubernetes-list-type" = "atomic"),
    )]
    credentials: Option<Vec<PlacedCredential>>,
    /// Where the key goes; `Authorization: Bearer` where absent.
    #[schemars(schema_with = "location")]
    location: Option<Location>,
    /// Signs requests for AWS.
    aws: Option<AwsAuth>,
    /// A token of Azure.
    azure: Option<AzureAuth>,
    /// A token of Google Cloud.
    gcp: Option<GcpAuth>,
    /// Exchanges the client's token.
    oauth_token_exchange: Option<TokenExchange>,
    /// Access across applications by an identity assertion.
    cross_app_access: Option<CrossAppAccess>,
    /// Signs a token of its own.
    jwt_sign: Option<JwtSign>,
}

const KINDS: &[&str] = &[
    "key",
    "secretRef",
    "passthrough",
    "aws",
    "azure",
    "gcp",
    "oauthTokenExchange",
    "crossAppAccess",
    "jwtSign",
];

impl JsonSchema for BackendAuth {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BackendAuth".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        view_of(generator, KINDS)
    }
}

/// Schema for a model, whose credentials cannot be minted here.
pub fn for_model(generator: &mut SchemaGenerator) -> Schema {
    let kinds: Vec<&str> = KINDS
        .iter()
        .copied()
        .filter(|kind| !["crossAppAccess", "jwtSign"].contains(kind))
        .collect();
    view_of(generator, &kinds)
}

/// Schema with exactly one kind, for a service that a guard asks.
pub fn for_guard(generator: &mut SchemaGenerator, kinds: &[&str]) -> Schema {
    let mut fields = kinds.to_vec();
    let mut rules = vec![exactly_one(kinds)];
    if kinds.contains(&"key") {
        fields.push("location");
        rules.push(rule(
            "!has(self.location) || has(self.key) || has(self.secretRef)",
            "location needs key or secretRef",
        ));
    }
    view::keep::<AuthFields>(generator, &fields, &rules)
}

fn view_of(generator: &mut SchemaGenerator, kinds: &[&str]) -> Schema {
    let mut fields = kinds.to_vec();
    fields.extend(["credentials", "location"]);
    let any: Vec<String> = kinds
        .iter()
        .map(|kind| format!("has(self.{kind})"))
        .collect();
    let rules = [
        at_most_one(kinds),
        rule(
            format!("has(self.credentials) || {}", any.join(" || ")),
            format!("must set credentials or one of {}", kinds.join(", ")),
        ),
        rule(
            "!has(self.location) || has(self.key) || has(self.secretRef) || has(self.passthrough)",
            "location needs key, secretRef or passthrough",
        ),
    ];
    view::keep::<AuthFields>(generator, &fields, &rules)
}

// === impl BackendAuth ===

impl BackendAuth {
    pub(crate) fn check(&self, check: &mut Check) {
        let is_empty = self.key.as_ref().is_some_and(|key| key.expose().is_empty());
        check.that("key", !is_empty, "must not be empty");
        let header = self.location.as_ref().and_then(|at| at.header.as_ref());
        if let Some(prefix) = header.and_then(|header| header.prefix.as_ref()) {
            let clean = format::is_header_value(prefix);
            check.that(
                "location.header.prefix",
                clean,
                "must not contain control characters",
            );
        }
    }
}
