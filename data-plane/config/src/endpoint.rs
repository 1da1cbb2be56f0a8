//! Endpoints: addresses with weight, priority and declared health.
//!
//! Owns the decoded `ClusterLoadAssignment`. Must not know what a health check or a connection said: that is
//! state, keyed by address, and outlives a configuration.

mod decode;

pub(crate) use decode::{Names, endpoints};

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// The endpoints of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Resource name, or the cluster's for endpoints written into it.
    pub name: Arc<str>,
    /// Groups in the order of the resource.
    pub localities: Vec<Locality>,
}

/// Endpoints of one place and priority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locality {
    /// `region/zone/sub-zone`; empty parts are empty.
    pub region: String,
    /// Zone in the region.
    pub zone: String,
    /// 0 is used first.
    pub priority: u32,
    /// Weight among the localities of one priority; `None` where localities are not weighed.
    pub weight: Option<u32>,
    /// Its endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where to connect to.
    pub address: EndpointAddress,
    /// Host name of the endpoint, where one is told; for automatic host rewriting and server names.
    pub hostname: Option<Arc<str>>,
    /// Weight among the endpoints of its locality, at least 1.
    pub weight: u32,
    /// Health as the control plane knows it.
    pub health: Health,
}

/// Where to connect to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EndpointAddress {
    /// An IP address and a port.
    Socket(SocketAddr),
    /// A host name that is resolved by DNS, and a port.
    Name(Arc<str>, u16),
}

/// Health as the control plane knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Healthy, or unknown: may be used.
    Healthy,
    /// Used if nothing healthy is left.
    Degraded,
    /// Not used.
    Unhealthy,
    /// Not used for new requests.
    Draining,
}

// === impl Endpoints ===

impl Endpoints {
    /// Every endpoint, in the order of the resource.
    pub fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.localities
            .iter()
            .flat_map(|locality| &locality.endpoints)
    }
}

// === impl EndpointAddress ===

impl fmt::Display for EndpointAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EndpointAddress::Socket(address) => write!(f, "{address}"),
            EndpointAddress::Name(host, port) => write!(f, "{host}:{port}"),
        }
    }
}
