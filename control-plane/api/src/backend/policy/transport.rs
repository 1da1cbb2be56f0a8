//! `tcp`, `http` and `tunnel` towards a backend.
//!
//! Owns timeouts and protocol versions of the connection. Must not hold what depends on the request.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::duration::Span;
use crate::http_route::BackendObjectReference;
use crate::reference;
use crate::scalar::Url;
use crate::schema::rule::at_least;

/// The connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BackendTcp {
    /// Probes on an idle connection.
    pub keepalive: Option<Keepalive>,
    /// How long connecting may take.
    #[schemars(extend("x-kubernetes-validations" = [at_least("100ms")]))]
    pub connect_timeout: Option<Span>,
}

/// Probes on an idle connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Keepalive {
    /// Lost probes after which the connection is dead; 9 where none is given.
    #[schemars(range(min = 1, max = 64))]
    pub retries: Option<u32>,
    /// Idle time before the first probe; 180s where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub time: Option<Span>,
    /// Time between probes; 180s where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub interval: Option<Span>,
}

/// HTTP towards the backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BackendHttp {
    /// Version; where none is given it follows from the Service's appProtocol and the request.
    pub version: Option<HttpVersion>,
    /// How long an attempt may take.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1ms")]))]
    pub request_timeout: Option<Span>,
}

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[serde(rename = "HTTP1")]
    Http1,
    /// HTTP/2.
    #[serde(rename = "HTTP2")]
    Http2,
}

/// A proxy that is asked to CONNECT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [reference::endpoint(), reference::url_is_origin()]))]
pub struct Tunnel {
    /// The proxy, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The proxy, by its address.
    pub url: Option<Url>,
}
