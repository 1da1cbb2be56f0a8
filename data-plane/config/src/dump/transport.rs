//! Listeners and clusters in a dump.
//!
//! Must name certificates and trust by their secret only.

use std::time::Duration;

use proto::type_url::TypeUrl;
use serde::Serialize;

use super::version;
use crate::cluster::{Balancing, Cluster, ClusterKind, Protocol};
use crate::config::Config;
use crate::endpoint::{Endpoint, Health};
use crate::listener::{Chain, Listener, Routes};
use crate::tls::{
    CertificateSource, DownstreamTls, Roots, ServerName, TlsVersion, TrustSource, UpstreamTls,
    Verification,
};

/// One listener.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListenerDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// Address and port as the resource names them.
    pub address: String,
    /// Chains, the default one last.
    pub chains: Vec<ChainDump>,
}

/// One chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainDump {
    /// Name in the listener.
    pub name: String,
    /// Server names that select it; empty for any.
    pub server_names: Vec<String>,
    /// TLS termination.
    pub tls: Option<TlsDump>,
    /// Route configuration; `inline` if it is written into the listener.
    pub routes: String,
    /// Proxies in front that are trusted.
    pub trusted_hops: u32,
}

/// TLS in either direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TlsDump {
    /// Names of secrets; `inline` for what is written into the resource.
    pub certificates: Vec<String>,
    /// What is believed about the peer; absent where it is not asked.
    pub trust: Option<String>,
    /// Server name that is sent, upstream.
    pub server_name: Option<String>,
    /// Lowest protocol version.
    pub min_version: &'static str,
    /// Protocols that are offered.
    pub alpn: Vec<String>,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// Where its endpoints come from.
    pub kind: String,
    /// How an endpoint is picked.
    pub balancing: &'static str,
    /// HTTP version.
    pub protocol: &'static str,
    /// Time to connect, in milliseconds.
    pub connect_timeout_ms: u128,
    /// TLS to the endpoints.
    pub tls: Option<TlsDump>,
    /// Endpoints; absent if they are not known.
    pub endpoints: Option<Vec<EndpointDump>>,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndpointDump {
    /// Address or host name, and port.
    pub address: String,
    /// Weight in its locality.
    pub weight: u32,
    /// Priority of its locality.
    pub priority: u32,
    /// Health as the control plane knows it.
    pub health: &'static str,
}

impl ListenerDump {
    pub(super) fn of(config: &Config, listener: &Listener) -> Self {
        Self {
            name: listener.name.to_string(),
            version: version(config, TypeUrl::Listener, &listener.name),
            address: listener.address.to_string(),
            chains: listener
                .all_chains()
                .map(|chain| ChainDump::of(chain))
                .collect(),
        }
    }
}

impl ChainDump {
    fn of(chain: &Chain) -> Self {
        Self {
            name: chain.name.to_string(),
            server_names: chain.server_names.iter().map(ToString::to_string).collect(),
            tls: chain.tls.as_ref().map(TlsDump::downstream),
            routes: match &chain.routes {
                Routes::Named(name) => name.to_string(),
                Routes::Inline(_) => "inline".to_owned(),
            },
            trusted_hops: chain.http.trusted_hops,
        }
    }
}

impl TlsDump {
    fn downstream(tls: &DownstreamTls) -> Self {
        Self {
            certificates: tls.certificates.iter().map(certificate).collect(),
            trust: tls.client.as_ref().map(|client| trust(&client.trust)),
            server_name: None,
            min_version: tls_version(tls.min_version),
            alpn: alpn(&tls.alpn),
        }
    }

    fn upstream(tls: &UpstreamTls) -> Self {
        let server_name = match &tls.server_name {
            ServerName::Fixed(name) => name.to_string(),
            ServerName::Endpoint => "of the endpoint".to_owned(),
        };
        Self {
            certificates: tls.certificate.iter().map(certificate).collect(),
            trust: Some(match tls.verification {
                Verification::Whole => trust(&tls.trust),
                Verification::Chain => format!("{}, for any name", trust(&tls.trust)),
                Verification::Nothing => "whoever answers".to_owned(),
            }),
            server_name: Some(server_name),
            min_version: tls_version(tls.min_version),
            alpn: alpn(&tls.alpn),
        }
    }
}

impl ClusterDump {
    pub(super) fn of(config: &Config, cluster: &Cluster) -> Self {
        let kind = match &cluster.kind {
            ClusterKind::Static(_) => "static".to_owned(),
            ClusterKind::Dns(_) => "dns".to_owned(),
            ClusterKind::Eds(name) => format!("eds {name}"),
            ClusterKind::Ai(name) => format!("ai backend {name}"),
            ClusterKind::Models(name) => format!("model router {name}"),
            ClusterKind::ForwardProxy(name) => format!("dynamic forward proxy {name}"),
        };
        Self {
            name: cluster.name.to_string(),
            version: version(config, TypeUrl::Cluster, &cluster.name),
            kind,
            balancing: match cluster.balancing {
                Balancing::RoundRobin => "round robin",
                Balancing::LeastRequest => "least request",
                Balancing::Random => "random",
            },
            protocol: match cluster.protocol {
                Protocol::Http1 => "HTTP/1.1",
                Protocol::Http2 => "HTTP/2",
                Protocol::Auto => "by ALPN",
                Protocol::Downstream => "as downstream",
            },
            connect_timeout_ms: Duration::as_millis(&cluster.connect_timeout),
            tls: cluster.tls.as_ref().map(TlsDump::upstream),
            endpoints: config.endpoints_of(cluster).map(|endpoints| {
                let localities = endpoints.localities.iter();
                let pairs = localities.flat_map(|locality| {
                    locality
                        .endpoints
                        .iter()
                        .map(|endpoint| (endpoint, locality.priority))
                });
                pairs
                    .map(|(endpoint, priority)| EndpointDump::of(endpoint, priority))
                    .collect()
            }),
        }
    }
}

impl EndpointDump {
    fn of(endpoint: &Endpoint, priority: u32) -> Self {
        Self {
            address: endpoint.address.to_string(),
            weight: endpoint.weight,
            priority,
            health: match endpoint.health {
                Health::Healthy => "healthy",
                Health::Degraded => "degraded",
                Health::Unhealthy => "unhealthy",
                Health::Draining => "draining",
            },
        }
    }
}

fn certificate(source: &CertificateSource) -> String {
    match source {
        CertificateSource::Secret(name) => name.to_string(),
        CertificateSource::Inline(_) => "inline".to_owned(),
    }
}

fn trust(source: &TrustSource) -> String {
    match source {
        TrustSource::Secret(name) | TrustSource::Combined { secret: name, .. } => name.to_string(),
        TrustSource::Inline(trust) => match &trust.roots {
            Roots::System => "system roots".to_owned(),
            Roots::Pem(_) => "inline".to_owned(),
            Roots::File(path) => format!("file {path}"),
        },
    }
}

fn tls_version(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::V1_2 => "1.2",
        TlsVersion::V1_3 => "1.3",
    }
}

fn alpn(protocols: &[Vec<u8>]) -> Vec<String> {
    protocols
        .iter()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}
