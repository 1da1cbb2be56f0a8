//! ClusterLoadAssignment resources, and the assignments inside clusters.
//!
//! Owns their shape: one locality, equal weights. The order of endpoints is the plan's, which is sorted.

use proto::envoy::config::endpoint::v3::{
    ClusterLoadAssignment, Endpoint, LbEndpoint, LocalityLbEndpoints, lb_endpoint,
};

use super::source::address;
use crate::plan;

pub(super) fn assignment(cluster: &str, endpoints: &[plan::Endpoint]) -> ClusterLoadAssignment {
    let endpoints: Vec<LbEndpoint> = endpoints
        .iter()
        .map(|endpoint| lb_endpoint(&endpoint.address, endpoint.port, ""))
        .collect();
    of(cluster, endpoints)
}

/// The assignment of a cluster with one host.
pub(super) fn of_host(cluster: &str, host: &plan::Host) -> ClusterLoadAssignment {
    of(
        cluster,
        vec![lb_endpoint(&host.host, host.port, &host.host)],
    )
}

fn of(cluster: &str, lb_endpoints: Vec<LbEndpoint>) -> ClusterLoadAssignment {
    let localities = if lb_endpoints.is_empty() {
        Vec::new()
    } else {
        vec![LocalityLbEndpoints {
            lb_endpoints,
            ..Default::default()
        }]
    };
    ClusterLoadAssignment {
        cluster_name: cluster.to_owned(),
        endpoints: localities,
        ..Default::default()
    }
}

fn lb_endpoint(host: &str, port: u16, hostname: &str) -> LbEndpoint {
    LbEndpoint {
        host_identifier: Some(lb_endpoint::HostIdentifier::Endpoint(Endpoint {
            address: Some(address(host, port)),
            hostname: hostname.to_owned(),
            ..Default::default()
        })),
        ..Default::default()
    }
}
