//! What should run for each Gateway.
//!
//! Owns the desired fleet as values: which Gateway, which ports. Must not know how it is run: a supervisor
//! starts a process, a deployer makes a Deployment.

use crate::output::GatewayKey;
use crate::plan::GatewayPlan;

/// The fleet of one Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// The Gateway.
    pub gateway: GatewayKey,
    /// Its uid.
    pub uid: String,
    /// Its GatewayClass.
    pub class: String,
    /// Ports that its proxies bind.
    pub ports: Vec<DesiredPort>,
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
