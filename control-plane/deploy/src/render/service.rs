//! The Service of a fleet.
//!
//! Owns its type, its ports and how it asks for an address. Must not know what the address becomes: `exposure`
//! reads it back. Service port, target port and bound port are the same number.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::identity::Identity;
use crate::exposure::Exposure;
use crate::fleet::Fleet;

pub(super) fn service(fleet: &Fleet, identity: &Identity) -> Service {
    let asked = fleet.addresses.first().cloned();
    let mut spec = ServiceSpec {
        selector: Some(identity.selector()),
        ports: Some(fleet.ports.iter().copied().map(port).collect()),
        ..ServiceSpec::default()
    };
    match &fleet.exposure {
        Exposure::LoadBalancer => {
            spec.type_ = Some("LoadBalancer".to_owned());
            // Deprecated, and the only way that every load balancer knows.
            spec.load_balancer_ip = asked;
        }
        Exposure::ClusterIp(_) => {
            spec.type_ = Some("ClusterIP".to_owned());
            spec.cluster_ip = asked;
        }
        Exposure::NodePort => spec.type_ = Some("NodePort".to_owned()),
        // For clients in the cluster; others come to the node.
        Exposure::HostNetwork | Exposure::Unmanaged(_) => spec.type_ = Some("ClusterIP".to_owned()),
    }
    Service {
        metadata: identity.metadata(&identity.name),
        spec: Some(spec),
        ..Service::default()
    }
}

/// The name of a port, wherever ports have names.
pub(super) fn port_name(port: u16) -> String {
    format!("port-{port}")
}

fn port(port: u16) -> ServicePort {
    ServicePort {
        name: Some(port_name(port)),
        port: i32::from(port),
        protocol: Some("TCP".to_owned()),
        target_port: Some(IntOrString::Int(i32::from(port))),
        ..ServicePort::default()
    }
}
