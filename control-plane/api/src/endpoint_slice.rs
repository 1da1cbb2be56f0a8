//! EndpointSlice: the addresses behind a Service.
//!
//! Owns the fields and Kubernetes' defaults of the conditions. Must not choose endpoints.

use serde::Deserialize;

use crate::check::Check;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};

/// Label that names the Service of a slice.
pub const SERVICE_LABEL: &str = "kubernetes.io/service-name";

/// EndpointSlice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointSlice {
    /// `metadata`.
    pub metadata: Metadata,
    /// `IPv4`, `IPv6` or `FQDN`.
    pub address_type: String,
    /// Endpoints.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub endpoints: Vec<Endpoint>,
    /// Ports that every endpoint of the slice has.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub ports: Vec<EndpointPort>,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    /// Addresses; consumers use the first.
    pub addresses: Vec<String>,
    /// State.
    #[serde(default)]
    pub conditions: EndpointConditions,
    /// Zone.
    pub zone: Option<String>,
}

/// State of an endpoint; what is absent is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EndpointConditions {
    /// Takes traffic; unknown means yes.
    pub ready: Option<bool>,
    /// As `ready`, but also while it terminates.
    pub serving: Option<bool>,
    /// Is going away.
    pub terminating: Option<bool>,
}

/// One port of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointPort {
    /// Name, equal to that of the Service's port.
    pub name: Option<String>,
    /// Port on the endpoint.
    pub port: Option<u16>,
    /// `TCP` (default), `UDP` or `SCTP`.
    pub protocol: Option<String>,
    /// What the port speaks.
    pub app_protocol: Option<String>,
}

fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

// === impl EndpointSlice ===

impl EndpointSlice {
    /// Name of the Service, in the slice's own namespace.
    pub fn service(&self) -> Option<&str> {
        self.metadata.labels.get(SERVICE_LABEL).map(String::as_str)
    }
}

impl Resource for EndpointSlice {
    const KIND: Kind = Kind::EndpointSlice;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        let known = matches!(self.address_type.as_str(), "IPv4" | "IPv6" | "FQDN");
        check.that("addressType", known, "must be IPv4, IPv6 or FQDN");
        check.count("endpoints", self.endpoints.len(), 0, 1_000);
        check.each("endpoints", &self.endpoints, |check, endpoint| {
            check.count("addresses", endpoint.addresses.len(), 1, 100);
            for address in &endpoint.addresses {
                let fits = match self.address_type.as_str() {
                    "IPv4" => address.parse::<std::net::Ipv4Addr>().is_ok(),
                    "IPv6" => address.parse::<std::net::Ipv6Addr>().is_ok(),
                    _ => crate::format::is_subdomain(address),
                };
                check.that(
                    "addresses",
                    fits,
                    "must hold addresses of the slice's addressType",
                );
            }
        });
        check.each("ports", &self.ports, |check, port| {
            if let Some(port) = port.port {
                check.port("port", i64::from(port));
            }
        });
    }
}
