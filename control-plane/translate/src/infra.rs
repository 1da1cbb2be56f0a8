//! What should run for each Gateway.
//!
//! Owns the desired fleet as values: which Gateway, which ports. Must not know how it is run: a supervisor
//! starts a process, a deployer makes a Deployment.

use crate::deployment::Deployment;
use crate::output::GatewayKey;
use crate::plan::GatewayPlan;

/// The fleet of one Gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// The Gateway.
    pub gateway: GatewayKey,
    /// Its uid.
    pub uid: String,
    /// Its GatewayClass.
    pub class: String,
    /// Ports that its proxies bind.
    pub ports: Vec<DesiredPort>,
    /// How it is deployed in a cluster. Absent where nothing is deployed, and while the parameters cannot be used: then
    /// what is deployed stays as it is.
    pub deployment: Option<Deployment>,
}

/// A port of a fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredPort {
    /// Port as written in the Gateway. A proxy that was started with an offset adds it.
    pub port: u16,
    /// `HTTP` or `HTTPS`.
    pub protocol: &'static str,
    /// Hostnames of its listeners; empty if one of them serves every host.
    pub hostnames: Vec<String>,
}

pub(crate) fn desired(plan: &GatewayPlan) -> Desired {
    Desired {
        gateway: plan.key.clone(),
        uid: plan.source.uid.clone(),
        class: plan.class.clone(),
        ports: plan.ports.values().map(port).collect(),
        deployment: plan.deployment.clone(),
    }
}

fn port(port: &crate::plan::PortPlan) -> DesiredPort {
    let hostnames: Option<Vec<String>> = port
        .listeners
        .iter()
        .map(|listener| listener.hostname.clone())
        .collect();
    DesiredPort {
        port: port.port,
        protocol: port.protocol.as_str(),
        hostnames: hostnames.unwrap_or_default(),
    }
}
