//! Service as a backend: a port with endpoints, or an external name.
//!
//! Owns appProtocol and the refusal of external names that lead back into the cluster or the machine (Gateway
//! API advises against ExternalName for that reason). A Service without endpoints is valid: it answers 503.

use cp_api::condition::Reason;
use cp_api::service::{Service, ServicePort};
use proto::name;

use crate::endpoint::{self, Readiness};
use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::plan::{BackendPlan, Host, Upstream, UpstreamProtocol};

/// Names under these lead to the machine itself, to its network or into the cluster.
const INSIDE: [&str; 10] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "cluster.local",
    "svc",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "invalid",
];

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    namespace: &str,
    service: &str,
    number: u16,
) -> Result<BackendPlan, (Reason, String)> {
    let Some(stored) = lookup.service(namespace, service) else {
        let message = format!("Service {namespace}/{service} does not exist");
        return Err((Reason::BackendNotFound, message));
    };
    let port = stored.object.port(number);
    let protocol = port
        .map(protocol)
        .transpose()?
        .unwrap_or(UpstreamProtocol::Http1);
    let name = name::service(namespace, service, number);
    let own = (*stored.source).clone();
    if stored.object.is_external_name() {
        let host = external_name(stored)?;
        let host = Host {
            host,
            port: number,
            tls: None,
            protocol,
        };
        return Ok(BackendPlan {
            policies: None,
            name,
            sources: vec![own],
            upstream: Upstream::Host(host),
        });
    }
    let Some(port) = port else {
        let message = format!("Service {namespace}/{service} has no TCP port {number}");
        return Err((Reason::BackendNotFound, message));
    };
    let readiness = match stored.object.spec.publish_not_ready_addresses {
        true => Readiness::Ignored,
        false => Readiness::Needed,
    };
    let (endpoints, slices) = endpoint::resolve(lookup, namespace, service, port, readiness);
    let sources = std::iter::once(own).chain(slices).collect();
    Ok(BackendPlan {
        policies: None,
        name,
        sources,
        upstream: Upstream::Endpoints {
            endpoints,
            protocol,
        },
    })
}

fn protocol(port: &ServicePort) -> Result<UpstreamProtocol, (Reason, String)> {
    match port.app_protocol.as_deref() {
        None | Some("" | "http" | "kubernetes.io/ws") => Ok(UpstreamProtocol::Http1),
        Some("kubernetes.io/h2c" | "http2" | "grpc" | "h2c") => Ok(UpstreamProtocol::Http2),
        Some(tls @ ("https" | "kubernetes.io/wss" | "tls")) => {
            let message = format!(
                "appProtocol {tls} of port {} asks for TLS, which is not supported for Services yet; use an AgentgatewayBackend with policies.tls",
                port.port
            );
            Err((Reason::UnsupportedValue, message))
        }
        // Kubernetes: an unknown protocol is a hint, not an order.
        Some(_) => Ok(UpstreamProtocol::Http1),
    }
}

fn external_name(stored: &Stored<Service>) -> Result<String, (Reason, String)> {
    let service = &*stored.object;
    let written = service.spec.external_name.as_deref().unwrap_or_default();
    let host = written.trim_end_matches('.').to_ascii_lowercase();
    let is_inside = !host.contains('.')
        || looks_like_address(&host)
        || INSIDE.iter().any(|zone| {
            host.strip_suffix(zone)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        });
    if is_inside {
        let message = format!(
            "externalName {written:?} leads into this machine or cluster, which is refused; refer to the Service itself, or use an AgentgatewayBackend of type static"
        );
        return Err((Reason::UnsupportedValue, message));
    }
    Ok(host)
}

/// IP addresses in any spelling that a resolver may take for one, as `127.1` or `0x7f.1`.
fn looks_like_address(host: &str) -> bool {
    host.rsplit('.').next().is_some_and(|last| {
        last.starts_with("0x") || (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::{INSIDE, looks_like_address};

    #[test]
    fn addresses_in_disguise() {
        for host in ["127.0.0.1", "127.1", "2130706433", "0x7f.0x1", "10.0.0.01"] {
            assert!(looks_like_address(host), "{host}");
        }
        for host in ["example.com", "1.example.com", "a1"] {
            assert!(!looks_like_address(host), "{host}");
        }
        assert!(INSIDE.contains(&"cluster.local"));
    }
}
