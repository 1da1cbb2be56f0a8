//! `frontend` of a policy: what happens before, and beside, the request.
//!
//! Owns the union of fields. Those below HTTP apply to a port, before a listener is chosen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::backend::policy::transport::Keepalive;
use crate::policy::authorization::Authorization;
use crate::schema::rule::at_least_one;

pub mod http;
pub mod telemetry;
pub mod tls;

use http::FrontendHttp;
use telemetry::{AccessLog, Metrics, Tracing};
use tls::FrontendTls;

/// What happens before, and beside, the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&[
    "tcp", "networkAuthorization", "tls", "http", "proxyProtocol", "connect", "accessLog",
    "tracing", "metrics",
])]))]
pub struct Frontend {
    /// The connection.
    pub tcp: Option<FrontendTcp>,
    /// Rules about the connection.
    pub network_authorization: Option<Authorization>,
    /// TLS towards clients.
    pub tls: Option<FrontendTls>,
    /// HTTP towards clients.
    pub http: Option<FrontendHttp>,
    /// The PROXY protocol.
    pub proxy_protocol: Option<ProxyProtocol>,
    /// What CONNECT does.
    pub connect: Option<Connect>,
    /// The line per request.
    pub access_log: Option<AccessLog>,
    /// Traces.
    pub tracing: Option<Tracing>,
    /// Labels of metrics.
    pub metrics: Option<Metrics>,
}

/// The connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["keepalive"])]))]
pub struct FrontendTcp {
    /// Probes on an idle connection.
    pub keepalive: Option<Keepalive>,
}

/// The PROXY protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct ProxyProtocol {
    /// Version.
    pub version: ProxyVersion,
    /// Whether it must be there.
    pub mode: ProxyMode,
}

/// A version of the PROXY protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum ProxyVersion {
    /// As text.
    V1,
    /// Binary.
    #[default]
    V2,
    /// Either.
    All,
}

/// Whether it must be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum ProxyMode {
    /// It must.
    #[default]
    Strict,
    /// It may be absent.
    Optional,
}

/// What CONNECT does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Connect {
    /// What it does; 405 where there is no such policy.
    pub mode: ConnectMode,
}

/// What CONNECT does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ConnectMode {
    /// It is refused.
    Deny,
    /// It is routed as a request.
    Route,
    /// It opens a tunnel to its authority.
    Tunnel,
}
