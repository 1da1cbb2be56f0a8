//! Clusters: where requests may go, and how to talk there.
//!
//! Owns the decoded `Cluster`. Must not hold the state of connections or endpoints' health, which outlive a
//! configuration. A cluster with the kind `Ai` or `ForwardProxy` has no endpoints of its own: it names a
//! resource of ours.

mod decode;

pub(crate) use decode::cluster;

use std::sync::Arc;
use std::time::Duration;

use crate::endpoint::Endpoints;
use crate::tls::UpstreamTls;

/// One cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Resource name.
    pub name: Arc<str>,
    /// Where its endpoints come from.
    pub kind: ClusterKind,
    /// How an endpoint is picked.
    pub balancing: Balancing,
    /// Time to establish a connection, TLS included.
    pub connect_timeout: Duration,
    /// HTTP version spoken.
    pub protocol: Protocol,
    /// TLS to the endpoints; `None` for plain text.
    pub tls: Option<UpstreamTls>,
    /// Idle pooled connections are closed after this; `None` for the proxy's default, 90 s.
    pub idle_timeout: Option<Duration>,
    /// Preference between address families of host names.
    pub families: AddressFamilies,
}

/// Where a cluster's endpoints come from.
#[derive(Clone, Debug)]
pub enum ClusterKind {
    /// Addresses written into the cluster.
    Static(Arc<Endpoints>),
    /// Host names written into the cluster, resolved by DNS: every address is an endpoint.
    Dns(Arc<Endpoints>),
    /// A `ClusterLoadAssignment` resource of this name; see [`crate::Config::endpoints_of`].
    Eds(Arc<str>),
    /// An AI backend of this name; see [`crate::Config::ai_backend`].
    Ai(Arc<str>),
    /// A model router; see [`crate::Config::model_router`].
    Models(Arc<str>),
    /// A dynamic forward proxy of this name; see [`crate::Config::forward_proxy`].
    ForwardProxy(Arc<str>),
}

/// How an endpoint is picked among the healthy ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balancing {
    /// In turn, by weight.
    RoundRobin,
    /// The less loaded of two.
    LeastRequest,
    /// At random, by weight.
    Random,
}

/// HTTP version spoken to a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, with prior knowledge where there is no TLS.
    Http2,
    /// By ALPN; HTTP/1.1 where there is no TLS.
    Auto,
    /// The version of the client's request.
    Downstream,
}

/// Which addresses of a host name are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFamilies {
    /// Both, IPv4 first.
    PreferV4,
    /// Both, IPv6 first.
    PreferV6,
    /// IPv4 only.
    V4Only,
    /// IPv6 only.
    V6Only,
    /// Both.
    All,
}
