//! How clients reach a Gateway, and what its `status.addresses` say in each case.
//!
//! Owns the modes, the annotations that choose one, and the addresses that follow from what lives in the
//! cluster. Must not know how a Service is made. The invariant: an address that was asked for and is not there
//! is named.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use k8s_openapi::api::core::v1::Service;

/// Chooses the mode; on the Gateway, its parameters or its class's parameters.
pub const EXPOSURE: &str = "tidegate.dev/exposure";
/// Addresses under which a parent makes a ClusterIP reachable, separated by commas.
pub const PUBLISHED: &str = "tidegate.dev/published-addresses";
/// `Unmanaged`: nothing is rendered, people run the proxies themselves.
pub const DEPLOYMENT: &str = "tidegate.dev/deployment";
/// Most addresses that a Gateway's status holds.
const LIMIT: usize = 16;

/// How clients reach a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Exposure {
    /// A Service of type LoadBalancer.
    #[default]
    LoadBalancer,
    /// A Service of type ClusterIP, for clients in the cluster or behind a parent Gateway or Ingress, which
    /// makes it reachable under these addresses.
    ClusterIp(Vec<String>),
    /// A port of every node.
    NodePort,
    /// The ports of the nodes that run a proxy.
    HostNetwork,
    /// Nothing of ours: proxies are run by people, under these addresses.
    Unmanaged(Vec<String>),
}

/// An annotation that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("annotation {key}: {value:?} is not known; use {expected}")]
pub struct ExposureError {
    key: &'static str,
    value: String,
    expected: &'static str,
}

/// A node that runs a proxy, or may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Addresses of type `ExternalIP`.
    pub external: Vec<String>,
    /// Addresses of type `InternalIP`.
    pub internal: Vec<String>,
}

/// An address of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// An IP address.
    Ip(String),
    /// A host name.
    Hostname(String),
}

/// What a Gateway's status says about addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reachability {
    /// `status.addresses`.
    pub addresses: Vec<Address>,
    /// Why the Gateway is not programmed, if that is so.
    pub problem: Option<AddressProblem>,
}

/// Why a Gateway cannot be reached as it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressProblem {
    /// No address yet; nothing is wrong so far.
    Pending(&'static str),
    /// These were asked for and are not there.
    NotUsable(Vec<String>),
}

/// The mode that the first of `layers` chooses, strongest first.
pub fn choose(layers: &[&BTreeMap<String, String>]) -> Result<Exposure, ExposureError> {
    let find = |key: &str| layers.iter().find_map(|layer| layer.get(key));
    let published = || match find(PUBLISHED) {
        Some(text) => text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
        None => Vec::new(),
    };
    match find(DEPLOYMENT).map(String::as_str) {
        Some("Unmanaged") => return Ok(Exposure::Unmanaged(published())),
        Some("Managed") | None => {}
        Some(other) => return Err(error(DEPLOYMENT, other, "Managed or Unmanaged")),
    }
    match find(EXPOSURE).map(String::as_str) {
        Some("LoadBalancer") | None => Ok(Exposure::LoadBalancer),
        Some("ClusterIP") => Ok(Exposure::ClusterIp(published())),
        Some("NodePort") => Ok(Exposure::NodePort),
        Some("HostNetwork") => Ok(Exposure::HostNetwork),
        Some(other) => Err(error(
            EXPOSURE,
            other,
            "LoadBalancer, ClusterIP, NodePort or HostNetwork",
        )),
    }
}

fn error(key: &'static str, value: &str, expected: &'static str) -> ExposureError {
    ExposureError {
        key,
        value: value.to_owned(),
        expected,
    }
}

/// What the status says, from what lives. `asked` are the IP addresses in the Gateway's spec, `nodes` those that
/// run its proxies (host network) or all (node ports).
///
/// The Service decides where there is one: an overlay may have changed its type.
pub fn addresses(
    exposure: &Exposure,
    asked: &[String],
    service: Option<&Service>,
    nodes: &[Node],
) -> Reachability {
    let (found, why) = match exposure {
        Exposure::Unmanaged(published) => (
            published.clone(),
            "the proxies are run by people: annotate the Gateway with tidegate.dev/published-addresses",
        ),
        Exposure::HostNetwork => (of_nodes(nodes), "no node runs a proxy yet"),
        Exposure::ClusterIp(published) if !published.is_empty() => match service {
            Some(_) => (published.clone(), ""),
            None => (Vec::new(), "its Service does not exist yet"),
        },
        Exposure::LoadBalancer | Exposure::ClusterIp(_) | Exposure::NodePort => {
            of_service(service, nodes)
        }
    };
    let mut seen = BTreeSet::new();
    let found: Vec<String> = found
        .into_iter()
        .filter(|address| seen.insert(address.clone()))
        .collect();
    let missing: Vec<String> = asked
        .iter()
        .filter(|address| !found.iter().any(|found| same(found, address)))
        .cloned()
        .collect();
    let problem = if !missing.is_empty() {
        Some(AddressProblem::NotUsable(missing))
    } else if found.is_empty() && !matches!(exposure, Exposure::Unmanaged(_)) {
        Some(AddressProblem::Pending(why))
    } else {
        None
    };
    Reachability {
        addresses: found.into_iter().take(LIMIT).map(Address::parse).collect(),
        problem,
    }
}

fn of_service(service: Option<&Service>, nodes: &[Node]) -> (Vec<String>, &'static str) {
    let Some(service) = service else {
        return (Vec::new(), "its Service does not exist yet");
    };
    let spec = service.spec.as_ref();
    match spec.and_then(|spec| spec.type_.as_deref()) {
        Some("LoadBalancer") => (
            of_load_balancer(service),
            "its load balancer has no address yet",
        ),
        Some("NodePort") => (of_nodes(nodes), "no node has an address yet"),
        Some(_) | None => {
            let ips = spec
                .and_then(|spec| spec.cluster_ips.clone())
                .unwrap_or_default();
            (
                ips.into_iter().filter(|ip| ip != "None").collect(),
                "its Service has no address yet",
            )
        }
    }
}

fn of_load_balancer(service: &Service) -> Vec<String> {
    let status = service
        .status
        .as_ref()
        .and_then(|status| status.load_balancer.as_ref());
    let ingress = status
        .and_then(|balancer| balancer.ingress.as_deref())
        .unwrap_or_default();
    // A host name stands before its IP addresses, which may change.
    ingress
        .iter()
        .filter_map(|ingress| ingress.hostname.clone().or_else(|| ingress.ip.clone()))
        .collect()
}

/// The outer addresses, or the inner ones where no node has an outer one.
fn of_nodes(nodes: &[Node]) -> Vec<String> {
    let external: Vec<String> = nodes
        .iter()
        .flat_map(|node| node.external.clone())
        .collect();
    if external.is_empty() {
        nodes
            .iter()
            .flat_map(|node| node.internal.clone())
            .collect()
    } else {
        external
    }
}

fn same(left: &str, right: &str) -> bool {
    match (left.parse::<IpAddr>(), right.parse::<IpAddr>()) {
        (Ok(left), Ok(right)) => left == right,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) | (Err(_), Err(_)) => left == right,
    }
}

// === impl Address ===

impl Address {
    fn parse(text: String) -> Address {
        match text.parse::<IpAddr>() {
            Ok(_) => Address::Ip(text),
            Err(_) => Address::Hostname(text),
        }
    }
}

// === impl AddressProblem ===

impl fmt::Display for AddressProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AddressProblem::Pending(why) => f.write_str(why),
            AddressProblem::NotUsable(missing) => {
                write!(
                    f,
                    "spec.addresses: {} was not assigned; ask for an address that the load balancer can give, or for none",
                    missing.join(", ")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
