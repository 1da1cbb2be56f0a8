//! External authorization: a service that is asked whether a request may pass.
//!
//! Owns both protocols. Where the service does not answer, the request is refused, unless the failure mode says
//! otherwise. Towards a backend exactly one of the protocols need not be named.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::http_route::BackendObjectReference;
use crate::reference;
use crate::scalar::{ByteSize, Cel, FailureMode, Short, Url};
use crate::schema::conditional::OrConditional;
use crate::schema::rule::{exactly_one, rule};
use crate::schema::view::add_rules;

/// A service that is asked whether a request may pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    reference::endpoint(),
    rule(
        "!has(self.forwardBody) || !has(self.http) || !has(self.http.body)",
        "http.body excludes forwardBody",
    ),
    rule(
        "!has(self.url) || !self.url.matches('^https?://[^/?#]+/') || has(self.http)",
        "a url with a path needs http",
    ),
    rule(
        "!has(self.url) || !self.url.matches('^https?://[^/?#]+/') || !has(self.http) \
         || !has(self.http.path)",
        "a url with a path excludes http.path",
    ),
]))]
pub struct ExtAuth {
    /// The service, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The service, by its address.
    pub url: Option<Url>,
    /// What happens where it does not answer; FailClosed where none is given.
    pub failure_mode: Option<FailureMode>,
    /// Envoy's protocol.
    pub grpc: Option<GrpcAuth>,
    /// An HTTP request.
    pub http: Option<HttpAuth>,
    /// Sends the body along.
    pub forward_body: Option<ForwardBody>,
    /// Keeps answers.
    pub cache: Option<AuthCache>,
}

/// Envoy's protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GrpcAuth {
    /// Fixed values that the service gets.
    #[schemars(extend("maxProperties" = 64))]
    pub context_extensions: Option<BTreeMap<String, String>>,
    /// Metadata that the service gets.
    #[schemars(extend("maxProperties" = 64))]
    pub request_metadata: Option<BTreeMap<String, Cel>>,
}

/// An HTTP request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpAuth {
    /// Path to ask at; that of the request where absent.
    pub path: Option<Cel>,
    /// Where a refused client is sent.
    pub redirect: Option<Cel>,
    /// Body to ask with.
    pub body: Option<Cel>,
    /// Headers of the request that the service sees; Authorization where absent.
    #[schemars(length(max = 64))]
    pub allowed_request_headers: Option<Vec<Short>>,
    /// Further headers to ask with.
    #[schemars(extend("maxProperties" = 64))]
    pub add_request_headers: Option<BTreeMap<String, Cel>>,
    /// Headers of the answer that the backend sees.
    #[schemars(length(max = 64))]
    pub allowed_response_headers: Option<Vec<Short>>,
    /// Values of the answer that later policies can use.
    #[schemars(extend("maxProperties" = 64))]
    pub response_metadata: Option<BTreeMap<String, Cel>>,
}

/// Sends the body along.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardBody {
    /// How much of it.
    pub max_size: ByteSize,
}

/// Keeps answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthCache {
    /// What requests must have in common to get the same answer.
    #[schemars(length(min = 1, max = 16))]
    pub key: Vec<Cel>,
    /// How long, as a duration or an expression.
    pub ttl: Cel,
    /// Answers at most; 10000 where none is given.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub max_entries: Option<u32>,
}

/// Schema in `traffic`, where the protocol must be named.
pub fn of_traffic(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = OrConditional::<Named>::json_schema(generator);
    schema.remove("title");
    schema
}

/// External authorization whose protocol is named.
struct Named;

impl JsonSchema for Named {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExtAuth".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = ExtAuth::json_schema(generator);
        add_rules(schema.ensure_object(), &[exactly_one(&["grpc", "http"])]);
        schema
    }
}
