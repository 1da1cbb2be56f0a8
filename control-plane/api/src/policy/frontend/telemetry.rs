//! `frontend.accessLog`, `frontend.tracing`, `frontend.metrics`.
//!
//! Owns what is recorded of a request, and where it goes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http_route::BackendObjectReference;
use crate::reference;
use crate::scalar::{Cel, Short, Url};
use crate::schema::rule::{at_least_one, rule};

/// The line per request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AccessLog {
    /// Whether a request gets a line.
    pub filter: Option<Cel>,
    /// What the line says.
    pub attributes: Option<LogAttributes>,
    /// Sends lines by OpenTelemetry as well.
    pub otlp: Option<OtlpLog>,
}

/// What a record says besides what it always says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["add", "remove"])]))]
pub struct LogAttributes {
    /// Attributes that come.
    #[schemars(length(min = 1, max = 1_024))]
    pub add: Option<Vec<Attribute>>,
    /// Attributes that go.
    #[schemars(length(min = 1, max = 32), inner(length(min = 1, max = 64)))]
    pub remove: Option<Vec<String>>,
}

/// A name and what computes its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Attribute {
    /// Name.
    pub name: Short,
    /// What computes it.
    pub expression: Cel,
}

/// Lines by OpenTelemetry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    reference::endpoint(), path_needs_http(), path_is_absolute(), url_path_needs_http(),
]))]
pub struct OtlpLog {
    /// The collector, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The collector, by its address.
    pub url: Option<Url>,
    /// Protocol.
    pub protocol: OtlpProtocol,
    /// Path, for HTTP; `/v1/logs` where none is given.
    #[schemars(length(min = 1, max = 1_024))]
    pub path: Option<String>,
    /// Whether a request is sent.
    pub filter: Option<Cel>,
    /// What is sent.
    pub attributes: Option<LogAttributes>,
}

/// A protocol of OpenTelemetry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum OtlpProtocol {
    /// gRPC.
    #[default]
    Grpc,
    /// HTTP.
    Http,
}

/// Traces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    reference::endpoint(), path_needs_http(), path_is_absolute(), url_path_needs_http(),
]))]
pub struct Tracing {
    /// The collector, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The collector, by its address.
    pub url: Option<Url>,
    /// Protocol.
    pub protocol: OtlpProtocol,
    /// Path, for HTTP; `/v1/traces` where none is given.
    #[schemars(length(min = 1, max = 1_024))]
    pub path: Option<String>,
    /// What spans say.
    pub attributes: Option<LogAttributes>,
    /// What the resource says.
    #[schemars(length(max = 1_024))]
    pub resources: Option<Vec<Attribute>>,
    /// Share of requests that are traced where the client does not say.
    pub random_sampling: Option<Cel>,
    /// Share of requests that are traced where the client asks for it.
    pub client_sampling: Option<Cel>,
    /// Whether a request is traced.
    pub filter: Option<Cel>,
}

/// Labels of metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Metrics {
    /// The labels.
    pub attributes: MetricAttributes,
}

/// Labels of metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["add"])]))]
pub struct MetricAttributes {
    /// Labels that come.
    #[schemars(
        length(min = 1, max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub add: Option<Vec<Attribute>>,
}

fn path_needs_http() -> Value {
    rule(
        "!has(self.path) || !has(self.protocol) || self.protocol == 'HTTP'",
        "path needs protocol HTTP",
    )
}

fn path_is_absolute() -> Value {
    rule(
        "!has(self.path) || self.path.startsWith('/')",
        "path must start with /",
    )
}

fn url_path_needs_http() -> Value {
    rule(
        "!has(self.url) || !self.url.matches('^https?://[^/?#]+/') \
         || (has(self.protocol) && self.protocol == 'HTTP')",
        "a url with a path needs protocol HTTP",
    )
}
