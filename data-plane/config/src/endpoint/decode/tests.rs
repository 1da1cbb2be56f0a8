//! Endpoints: weights, health, localities, refusals.

use proto::envoy::config::core::v3::{HealthStatus, Locality};
use proto::envoy::config::endpoint::v3::cluster_load_assignment::{Policy, policy::DropOverload};
use proto::envoy::config::endpoint::v3::{
    ClusterLoadAssignment, LbEndpoint, LocalityLbEndpoints, lb_endpoint,
};
use proto::google::protobuf::UInt32Value;

use super::{Names, endpoints};
use crate::endpoint::Health;
use crate::fixture;

fn one(endpoint: LbEndpoint) -> ClusterLoadAssignment {
    fixture::endpoints("c", vec![endpoint])
}

#[test]
fn weights_health_and_localities() {
    let with = |status: HealthStatus| LbEndpoint {
        health_status: status.into(),
        load_balancing_weight: Some(UInt32Value { value: 3 }),
        ..fixture::endpoint("::1", 80)
    };
    let place = Locality {
        region: "r".to_owned(),
        zone: "z".to_owned(),
        ..Locality::default()
    };
    let group = LocalityLbEndpoints {
        locality: Some(place),
        priority: 1,
        load_balancing_weight: Some(UInt32Value { value: 5 }),
        lb_endpoints: vec![
            with(HealthStatus::Unknown),
            with(HealthStatus::Timeout),
            with(HealthStatus::Draining),
            with(HealthStatus::Degraded),
        ],
        ..LocalityLbEndpoints::default()
    };
    let message = ClusterLoadAssignment {
        cluster_name: "c".to_owned(),
        endpoints: vec![group],
        ..ClusterLoadAssignment::default()
    };
    let decoded = endpoints(&message, Names::Refused).expect("valid");
    let locality = &decoded.localities[0];
    assert_eq!((&*locality.region, &*locality.zone), ("r", "z"));
    assert_eq!((locality.priority, locality.weight), (1, Some(5)));
    let health: Vec<Health> = decoded.iter().map(|endpoint| endpoint.health).collect();
    assert_eq!(
        health,
        [
            Health::Healthy,
            Health::Unhealthy,
            Health::Draining,
            Health::Degraded
        ]
    );
    assert!(decoded.iter().all(|endpoint| endpoint.weight == 3));
    assert_eq!(
        decoded.iter().next().expect("one").address.to_string(),
        "[::1]:80"
    );
}

#[test]
fn refusals() {
    let refuse = |message: &ClusterLoadAssignment, names, path: &str| {
        assert_eq!(endpoints(message, names).expect_err("refused").path, path);
    };
    let at = |field: &str| format!("endpoints[0].lb_endpoints[0].{field}");
    let address = at("endpoint.address.socket_address.address");
    refuse(
        &one(fixture::endpoint("a.example", 80)),
        Names::Refused,
        &address,
    );
    for host in ["a b", "a/b", "..", ".a"] {
        refuse(&one(fixture::endpoint(host, 80)), Names::Resolved, &address);
    }
    let port = at("endpoint.address.socket_address.port_value");
    refuse(&one(fixture::endpoint("::1", 0)), Names::Refused, &port);
    refuse(
        &one(fixture::endpoint("::1", 70_000)),
        Names::Refused,
        &port,
    );
    let weightless = LbEndpoint {
        load_balancing_weight: Some(UInt32Value { value: 0 }),
        ..fixture::endpoint("::1", 80)
    };
    refuse(
        &one(weightless),
        Names::Refused,
        &at("load_balancing_weight"),
    );
    let odd = LbEndpoint {
        health_status: 99,
        ..fixture::endpoint("::1", 80)
    };
    refuse(&one(odd), Names::Refused, &at("health_status"));
    refuse(&one(LbEndpoint::default()), Names::Refused, &at("endpoint"));
    let name = lb_endpoint::HostIdentifier::EndpointName("n".to_owned());
    let named = LbEndpoint {
        host_identifier: Some(name),
        ..LbEndpoint::default()
    };
    refuse(&one(named), Names::Refused, &at("endpoint_name"));
    let policy = Policy {
        drop_overloads: vec![DropOverload::default()],
        ..Policy::default()
    };
    let shedding = ClusterLoadAssignment {
        policy: Some(policy),
        ..one(fixture::endpoint("::1", 80))
    };
    refuse(&shedding, Names::Refused, "policy.drop_overloads");
}
