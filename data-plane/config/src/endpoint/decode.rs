//! Envoy's `ClusterLoadAssignment` to [`Endpoints`].
//!
//! Ignored: settings of active health checks (there are none), additional addresses, statistics names,
//! over-provisioning and staleness. Must refuse deliberate drops: traffic that was to be shed would flow.

use std::sync::Arc;

use ::route::field::{FieldError, Within, refuse_set};
use proto::envoy::config::core::v3::HealthStatus;
use proto::envoy::config::endpoint::v3 as wire;
use proto::envoy::config::endpoint::v3::lb_endpoint::HostIdentifier;

use super::{Endpoint, EndpointAddress, Endpoints, Health, Locality};
use crate::scalar::host_port;

/// Whether host names may stand in the place of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// IP addresses only.
    Refused,
    /// They are resolved by DNS.
    Resolved,
}

/// Decodes the endpoints of a cluster.
pub(crate) fn endpoints(
    message: &wire::ClusterLoadAssignment,
    names: Names,
) -> Result<Endpoints, FieldError> {
    let sheds = message
        .policy
        .as_ref()
        .is_some_and(|policy| !policy.drop_overloads.is_empty());
    refuse_set(&[
        ("policy.drop_overloads", sheds),
        ("named_endpoints", !message.named_endpoints.is_empty()),
    ])?;
    let mut localities = Vec::with_capacity(message.endpoints.len());
    for (index, group) in message.endpoints.iter().enumerate() {
        localities.push(locality(group, names).within_index("endpoints", index)?);
    }
    Ok(Endpoints {
        name: message.cluster_name.as_str().into(),
        localities,
    })
}

fn locality(group: &wire::LocalityLbEndpoints, names: Names) -> Result<Locality, FieldError> {
    refuse_set(&[("lb_config", group.lb_config.is_some())])?;
    let mut endpoints = Vec::with_capacity(group.lb_endpoints.len());
    for (index, message) in group.lb_endpoints.iter().enumerate() {
        endpoints.push(endpoint(message, names).within_index("lb_endpoints", index)?);
    }
    let place = group.locality.clone().unwrap_or_default();
    Ok(Locality {
        region: place.region,
        zone: place.zone,
        priority: group.priority,
        weight: group
            .load_balancing_weight
            .as_ref()
            .map(|weight| weight.value),
        endpoints,
    })
}

fn endpoint(message: &wire::LbEndpoint, names: Names) -> Result<Endpoint, FieldError> {
    let endpoint = match &message.host_identifier {
        Some(HostIdentifier::Endpoint(endpoint)) => endpoint,
        Some(HostIdentifier::EndpointName(_)) => {
            return Err(FieldError::unsupported("endpoint_name"));
        }
        None => return Err(FieldError::missing("endpoint")),
    };
    let host = host_port("address", endpoint.address.as_ref()).within("endpoint")?;
    let address = match (host.socket(), names) {
        (Some(socket), _) => EndpointAddress::Socket(socket),
        (None, Names::Resolved) if is_host_name(host.host) => {
            EndpointAddress::Name(host.host.into(), host.port)
        }
        (None, Names::Resolved) => return Err(bad_address(host.host, "a host name")),
        (None, Names::Refused) => return Err(bad_address(host.host, "an IP address")),
    };
    if host.port == 0 {
        return Err(FieldError::invalid(
            "endpoint.address.socket_address.port_value",
            "is 0",
        ));
    }
    let hostname = match (&address, endpoint.hostname.as_str()) {
        (EndpointAddress::Name(name, _), "") => Some(Arc::clone(name)),
        (EndpointAddress::Socket(_), "") => None,
        (_, hostname) => Some(hostname.into()),
    };
    let weight = message
        .load_balancing_weight
        .as_ref()
        .map_or(1, |weight| weight.value);
    if weight == 0 {
        return Err(FieldError::invalid("load_balancing_weight", "is 0"));
    }
    Ok(Endpoint {
        address,
        hostname,
        weight,
        health: health(message.health_status)?,
    })
}

fn bad_address(host: &str, wanted: &str) -> FieldError {
    let text = format!("{host:?} is not {wanted}");
    FieldError::invalid("endpoint.address.socket_address.address", text)
}

fn is_host_name(host: &str) -> bool {
    host.len() <= 253
        && host
            .trim_end_matches('.')
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63)
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn health(status: i32) -> Result<Health, FieldError> {
    match HealthStatus::try_from(status) {
        Ok(HealthStatus::Unknown | HealthStatus::Healthy) => Ok(Health::Healthy),
        Ok(HealthStatus::Degraded) => Ok(Health::Degraded),
        Ok(HealthStatus::Draining) => Ok(Health::Draining),
        Ok(HealthStatus::Unhealthy | HealthStatus::Timeout) => Ok(Health::Unhealthy),
        Err(_) => Err(FieldError::unknown_enum("health_status", status)),
    }
}

#[cfg(test)]
mod tests;
