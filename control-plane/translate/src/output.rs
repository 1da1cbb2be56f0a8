//! What a translation gives.
//!
//! Owns the shape of the result. Must not decide anything: values only. Snapshots carry no Commit: who
//! publishes adds it, with its origin.

use std::collections::BTreeMap;
use std::fmt;

use proto::tidegate::v1 as tidegate;
use xds::snapshot::Snapshot;

use crate::change::{Profile, Rejection};
use crate::infra::Desired;
use crate::report::Report;

/// Which Gateway.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GatewayKey {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// Everything that follows from the inputs.
#[derive(Debug, Default)]
pub struct Translation {
    /// What the proxies of each Gateway of ours are to hold.
    pub gateways: BTreeMap<GatewayKey, GatewayOutput>,
    /// Conditions of each object, sorted by object and scope.
    pub reports: Vec<Report>,
    /// Fleets that should exist, one per Gateway.
    pub infra: Vec<Desired>,
}

/// What the proxies of one Gateway are to hold.
#[derive(Debug, Default)]
pub struct GatewayOutput {
    /// Generation of the Gateway object.
    pub generation: i64,
    /// For Tidegate's own proxies, without the Commit.
    pub tidegate: Snapshot,
    /// For real Envoys; empty where it was not asked for.
    pub envoy: Snapshot,
    /// Listeners as they stand in the Gateway.
    pub listeners: Vec<ListenerOutput>,
    /// Resources that proxies refused and what took their place.
    pub quarantined: Vec<Quarantined>,
}

/// One listener of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerOutput {
    /// Name.
    pub name: String,
    /// Port as written. A proxy that was started with an offset adds it.
    pub port: u16,
    /// Whether proxies listen for it.
    pub is_served: bool,
    /// Protocol as written.
    pub protocol: String,
    /// Hostname, if it has one.
    pub hostname: Option<String>,
    /// Number of routes that attached.
    pub attached_routes: u32,
}

/// A resource that proxies refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Quarantined {
    /// What was refused, and why.
    pub rejection: Rejection,
    /// What takes its place.
    pub remedy: Remedy,
    /// Whether it is in the snapshot nevertheless, to see if it is taken now.
    pub is_on_trial: bool,
    /// The objects it was made from.
    pub sources: Vec<tidegate::Source>,
}

/// What took the place of a refused resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Its last content that was applied.
    LastGood,
    /// A stand-in that refuses requests.
    Deny,
    /// Nothing.
    LeftOut,
}

// === impl GatewayKey ===

impl GatewayKey {
    /// A key.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> GatewayKey {
        GatewayKey {
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for GatewayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

// === impl GatewayOutput ===

impl GatewayOutput {
    /// The snapshot for a kind of proxy.
    pub fn snapshot(&self, profile: Profile) -> &Snapshot {
        match profile {
            Profile::Tidegate => &self.tidegate,
            Profile::Envoy => &self.envoy,
        }
    }
}
