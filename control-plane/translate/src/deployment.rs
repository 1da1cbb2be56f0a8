//! What decides how the fleet of a Gateway is deployed in a cluster.
//!
//! Owns which objects have a say in it and whether they can be used. Must not know what is made of them: that is
//! cp-deploy. The invariant: parameters that cannot be used change nothing that runs.

use std::collections::{BTreeMap, BTreeSet};

use cp_api::gateway::Gateway;

/// What decides how a fleet is deployed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deployment {
    /// Ports of all its listeners. Also of those that are not served: an address must not go because of a certificate
    /// that is missing for a moment.
    pub ports: BTreeSet<u16>,
    /// `spec.infrastructure.labels`.
    pub labels: BTreeMap<String, String>,
    /// `spec.infrastructure.annotations`.
    pub annotations: BTreeMap<String, String>,
    /// IP addresses that are asked for.
    pub addresses: Vec<String>,
    /// Annotations of the objects that have a say, the strongest first.
    pub notes: Vec<BTreeMap<String, String>>,
}

/// What the Gateway itself says.
pub(crate) fn deployment(gateway: &Gateway) -> Deployment {
    let spec = &gateway.spec;
    let ports = spec
        .listeners
        .iter()
        .filter(|listener| listener.protocol != "UDP");
    let asked = spec.addresses.iter().filter(|address| {
        let is_ip = address.kind.as_deref().unwrap_or("IPAddress") == "IPAddress";
        is_ip && !is_any(&address.value)
    });
    Deployment {
        ports: ports.map(|listener| listener.port).collect(),
        labels: spec.infrastructure.labels.clone(),
        annotations: spec.infrastructure.annotations.clone(),
        addresses: asked.map(|address| address.value.clone()).collect(),
        notes: vec![gateway.metadata.annotations.clone()],
    }
}

/// Whether an address leaves the choice to us.
pub(crate) fn is_any(address: &str) -> bool {
    matches!(address, "" | "0.0.0.0" | "::")
}
