//! Service: ports, and the external name of an ExternalName Service.
//!
//! Owns the fields. Addresses are the business of EndpointSlices.

use serde::Deserialize;

use crate::check::Check;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};

/// Service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Service {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    #[serde(default)]
    pub spec: ServiceSpec,
}

/// `spec` of a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSpec {
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Ports.
    pub ports: Vec<ServicePort>,
    /// DNS name, with `type: ExternalName`.
    pub external_name: Option<String>,
    /// Whether endpoints that are not ready count as ready.
    pub publish_not_ready_addresses: bool,
}

/// One port of a Service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    /// Name; empty where the Service has one port.
    #[serde(default)]
    pub name: String,
    /// Port, 1 to 65535.
    pub port: u16,
    /// `TCP` (default), `UDP` or `SCTP`.
    pub protocol: Option<String>,
    /// What the port speaks, `kubernetes.io/h2c`.
    pub app_protocol: Option<String>,
}

// === impl Service ===

impl Service {
    /// Whether the Service is a DNS name and nothing else.
    pub fn is_external_name(&self) -> bool {
        self.spec.kind.as_deref() == Some("ExternalName")
    }

    /// The TCP port with this number.
    pub fn port(&self, number: u16) -> Option<&ServicePort> {
        self.spec
            .ports
            .iter()
            .find(|port| port.port == number && port.protocol.as_deref().unwrap_or("TCP") == "TCP")
    }
}

impl Resource for Service {
    const KIND: Kind = Kind::Service;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        check.field("spec", |check| {
            if self.is_external_name() {
                let name = self.spec.external_name.as_deref().unwrap_or_default();
                let name = name.strip_suffix('.').unwrap_or(name);
                check.that(
                    "externalName",
                    crate::format::is_subdomain(&name.to_ascii_lowercase()),
                    "must be a DNS name for type: ExternalName",
                );
            }
            check.each("ports", &self.spec.ports, |check, port| {
                check.port("port", i64::from(port.port));
                let protocol = port.protocol.as_deref().unwrap_or("TCP");
                let known = matches!(protocol, "TCP" | "UDP" | "SCTP");
                check.that("protocol", known, "must be TCP, UDP or SCTP");
            });
        });
    }
}
