//! HTTPRoute.
//!
//! Owns the fields of Gateway API v1 and the bounds of its schema. Must not decide attachment or resolve
//! references. Fields that Tidegate does not serve (retry, sessionPersistence, cors, ...) are kept, so that
//! translation refuses them instead of ignoring them.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::check::Check;
use crate::duration;
use crate::format;
use crate::gateway::gateway_group;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::schema::rule::rule;

pub mod filter;

use filter::HttpRouteFilter;

/// HTTPRoute.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct HttpRoute {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    #[serde(default)]
    pub spec: HttpRouteSpec,
}

/// `spec` of an HTTPRoute.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpRouteSpec {
    /// Gateways and listeners to attach to, at most 32.
    #[serde(default)]
    pub parent_refs: Vec<ParentReference>,
    /// Which Gateways to attach to beside those that are named: `All` or `None`.
    pub use_default_gateways: Option<String>,
    /// Hostnames, at most 16; empty for those of the listener.
    #[serde(default)]
    pub hostnames: Vec<String>,
    /// Rules, 1 to 16; absent means one that matches every path and has no backend.
    #[serde(default = "one_rule")]
    pub rules: Vec<HttpRouteRule>,
}

/// What a route attaches to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParentReference {
    /// API group, Gateway API's by default.
    #[serde(default = "gateway_group")]
    pub group: String,
    /// Kind, `Gateway` by default.
    #[serde(default = "gateway_kind")]
    pub kind: String,
    /// Namespace, the route's own by default.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// Listener.
    pub section_name: Option<String>,
    /// Port.
    pub port: Option<u16>,
}

/// One rule.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRouteRule {
    /// Name.
    pub name: Option<String>,
    /// Matches, at most 64, any of which may hold; empty for all requests.
    pub matches: Vec<HttpRouteMatch>,
    /// Filters, at most 16.
    pub filters: Vec<HttpRouteFilter>,
    /// Backends, at most 16.
    pub backend_refs: Vec<HttpBackendRef>,
    /// Timeouts.
    pub timeouts: Option<HttpRouteTimeouts>,
    /// Retries; not served yet.
    pub retry: Option<Value>,
    /// Session persistence; not served yet.
    pub session_persistence: Option<Value>,
}

/// Timeouts of a rule; zero switches one off. Bodies are not in them: those are bound by how long nothing moves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRouteTimeouts {
    /// From the head of the request to the head of the response.
    #[serde(deserialize_with = "duration::optional")]
    pub request: Option<Duration>,
    /// The same for one attempt at a backend, and there is only one.
    #[serde(deserialize_with = "duration::optional")]
    pub backend_request: Option<Duration>,
}

/// What a request must have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRouteMatch {
    /// Path; `PathPrefix /` by default.
    pub path: Option<HttpPathMatch>,
    /// Headers, at most 16; all must hold.
    pub headers: Vec<NamedMatch>,
    /// Query parameters, at most 16; all must hold.
    pub query_params: Vec<NamedMatch>,
    /// Method.
    pub method: Option<Method>,
}

/// What the path must be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct HttpPathMatch {
    /// How.
    #[serde(rename = "type")]
    pub kind: PathMatchType,
    /// What.
    pub value: String,
}

/// How a path is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum PathMatchType {
    /// The whole path.
    Exact,
    /// Whole leading segments.
    #[default]
    PathPrefix,
    /// RE2 expression over the whole path.
    RegularExpression,
}

/// What a header or query parameter must be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NamedMatch {
    /// How.
    #[serde(rename = "type", default)]
    pub kind: ValueMatchType,
    /// Header or parameter.
    pub name: String,
    /// Value.
    pub value: String,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum ValueMatchType {
    /// The whole value.
    #[default]
    Exact,
    /// RE2 expression over the whole value.
    RegularExpression,
}

/// An HTTP method that can be matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
    /// CONNECT.
    Connect,
    /// OPTIONS.
    Options,
    /// TRACE.
    Trace,
    /// PATCH.
    Patch,
}

/// A backend and its share.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct HttpBackendRef {
    /// The backend.
    #[serde(flatten)]
    pub backend: BackendObjectReference,
    /// Share of the requests among the weights of the rule.
    #[serde(default = "one")]
    pub weight: u32,
    /// Filters for this share.
    #[serde(default)]
    pub filters: Vec<HttpRouteFilter>,
}

/// Reference to a backend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "self.group != '' || self.kind != 'Service' || has(self.port)",
    "port must be set for a Service",
)]))]
pub struct BackendObjectReference {
    /// API group; the core group by default.
    #[serde(default)]
    #[schemars(
        length(max = 253),
        regex(pattern = r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub group: String,
    /// Kind; Service by default.
    #[serde(default = "service_kind")]
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$")
    )]
    pub kind: String,
    /// Name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Namespace; the referrer's own by default.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub namespace: Option<String>,
    /// Port; required for a Service.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<u16>,
}

fn one_rule() -> Vec<HttpRouteRule> {
    vec![HttpRouteRule::default()]
}

fn one() -> u32 {
    1
}

fn gateway_kind() -> String {
    "Gateway".to_owned()
}

fn service_kind() -> String {
    "Service".to_owned()
}

// === impl HttpRoute ===

impl Resource for HttpRoute {
    const KIND: Kind = Kind::HttpRoute;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        check.field("spec", |check| {
            let spec = &self.spec;
            check.count("parentRefs", spec.parent_refs.len(), 0, 32);
            check.each("parentRefs", &spec.parent_refs, |check, parent| {
                check.length("name", &parent.name, 1, 253);
                if let Some(port) = parent.port {
                    check.port("port", i64::from(port));
                }
            });
            check.count("hostnames", spec.hostnames.len(), 0, 16);
            check.each("hostnames", &spec.hostnames, |check, hostname| {
                if !format::is_hostname(hostname) {
                    check.fail(format::HOSTNAME);
                }
            });
            check.count("rules", spec.rules.len(), 1, 16);
            check.each("rules", &spec.rules, |check, rule| rule.check(check));
        });
    }
}

// === impl HttpRouteRule ===

impl HttpRouteRule {
    fn check(&self, check: &mut Check) {
        check.count("matches", self.matches.len(), 0, 64);
        check.each("matches", &self.matches, |check, one| one.check(check));
        check.count("filters", self.filters.len(), 0, 16);
        check.each("filters", &self.filters, |check, filter| {
            filter.check(check)
        });
        check.count("backendRefs", self.backend_refs.len(), 0, 16);
        check.each("backendRefs", &self.backend_refs, |check, backend| {
            backend.backend.check(check);
            check.range("weight", i64::from(backend.weight), 0, 1_000_000);
            check.each("filters", &backend.filters, |check, filter| {
                filter.check(check)
            });
        });
        if let Some(HttpRouteTimeouts {
            request: Some(request),
            backend_request: Some(backend),
        }) = &self.timeouts
            && !request.is_zero()
            && backend > request
        {
            let message = "must not be longer than timeouts.request";
            check.that("timeouts.backendRequest", false, message);
        }
    }
}

// === impl HttpRouteMatch ===

impl HttpRouteMatch {
    fn check(&self, check: &mut Check) {
        if let Some(path) = &self.path {
            check.field("path", |check| path.check(check));
        }
        check.count("headers", self.headers.len(), 0, 16);
        check.each("headers", &self.headers, |check, header| {
            check.that("name", format::is_header(&header.name), format::HEADER);
            check.length("value", &header.value, 1, 4_096);
        });
        check.count("queryParams", self.query_params.len(), 0, 16);
        check.each("queryParams", &self.query_params, |check, query| {
            check.that("name", format::is_header(&query.name), format::HEADER);
            check.length("value", &query.value, 1, 1_024);
        });
    }
}

// === impl HttpPathMatch ===

impl Default for HttpPathMatch {
    fn default() -> Self {
        HttpPathMatch {
            kind: PathMatchType::PathPrefix,
            value: "/".to_owned(),
        }
    }
}

impl HttpPathMatch {
    fn check(&self, check: &mut Check) {
        check.length("value", &self.value, 1, 1_024);
        if self.kind == PathMatchType::RegularExpression {
            return;
        }
        let value = &self.value;
        check.that("value", value.starts_with('/'), "must start with '/'");
        let forbidden = ["//", "/./", "/../", "%2f", "%2F", "#", "?"];
        for text in forbidden {
            if value.contains(text) {
                check.field("value", |check| {
                    check.fail(format!("must not contain {text:?}"))
                });
            }
        }
        let dotted = value.ends_with("/..") || value.ends_with("/.");
        check.that("value", !dotted, "must not end in a dot segment");
    }
}

// === impl Method ===

impl Method {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Connect => "CONNECT",
            Method::Options => "OPTIONS",
            Method::Trace => "TRACE",
            Method::Patch => "PATCH",
        }
    }
}

// === impl BackendObjectReference ===

impl BackendObjectReference {
    pub(crate) fn check(&self, check: &mut Check) {
        check.length("name", &self.name, 1, 253);
        if let Some(port) = self.port {
            check.port("port", i64::from(port));
        }
        if self.group.is_empty() && self.kind == "Service" {
            check.that("port", self.port.is_some(), "must be set for a Service");
        }
    }
}
