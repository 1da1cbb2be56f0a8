//! Exposure modes against what lives in the cluster.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Service;
use serde_json::json;

use super::{Address, AddressProblem, Exposure, Node, Reachability, addresses, choose};

fn service(kind: &str, ingress: &[(&str, &str)]) -> Service {
    let ingress: Vec<_> = ingress
        .iter()
        .map(|(key, value)| json!({*key: value}))
        .collect();
    serde_json::from_value(json!({
        "spec": {"type": kind, "clusterIPs": ["10.96.0.7"]},
        "status": {"loadBalancer": {"ingress": ingress}},
    }))
    .expect("a Service")
}

fn node(external: &[&str], internal: &[&str]) -> Node {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Node {
        external: owned(external),
        internal: owned(internal),
    }
}

/// Compares `addresses [| problem]`.
#[track_caller]
fn check(
    exposure: Exposure,
    asked: &[&str],
    service: Option<Service>,
    nodes: &[Node],
    expected: &str,
) {
    let asked: Vec<String> = asked.iter().map(|text| (*text).to_owned()).collect();
    let Reachability { addresses, problem } = addresses(&exposure, &asked, service.as_ref(), nodes);
    let shown: Vec<String> = addresses
        .iter()
        .map(|address| match address {
            Address::Ip(text) => text.clone(),
            Address::Hostname(text) => format!("host:{text}"),
        })
        .collect();
    let problem = problem.map_or(String::new(), |problem| match problem {
        AddressProblem::Pending(why) => format!(" | pending: {why}"),
        AddressProblem::NotUsable(missing) => format!(" | not usable: {}", missing.join(",")),
    });
    assert_eq!(format!("{}{problem}", shown.join(" ")), expected);
}

#[test]
fn load_balancers() {
    let lb = |ingress: &[(&str, &str)]| Some(service("LoadBalancer", ingress));
    let mode = || Exposure::LoadBalancer;
    check(
        mode(),
        &[],
        None,
        &[],
        " | pending: its Service does not exist yet",
    );
    check(
        mode(),
        &[],
        lb(&[]),
        &[],
        " | pending: its load balancer has no address yet",
    );
    check(mode(), &[], lb(&[("ip", "1.2.3.4")]), &[], "1.2.3.4");
    check(
        mode(),
        &[],
        lb(&[("hostname", "a.example.com")]),
        &[],
        "host:a.example.com",
    );
    check(
        mode(),
        &["1.2.3.4"],
        lb(&[("ip", "1.2.3.4")]),
        &[],
        "1.2.3.4",
    );
    check(
        mode(),
        &["2001:db8:0::1"],
        lb(&[("ip", "2001:db8::1")]),
        &[],
        "2001:db8::1",
    );
    check(mode(), &["9.9.9.9"], lb(&[]), &[], " | not usable: 9.9.9.9");
    check(
        mode(),
        &["9.9.9.9", "1.2.3.4"],
        lb(&[("ip", "1.2.3.4")]),
        &[],
        "1.2.3.4 | not usable: 9.9.9.9",
    );
}

#[test]
fn inside_the_cluster() {
    let inside = || Some(service("ClusterIP", &[]));
    check(
        Exposure::ClusterIp(Vec::new()),
        &[],
        inside(),
        &[],
        "10.96.0.7",
    );
    let parent = Exposure::ClusterIp(vec!["gw.example.com".to_owned(), "1.2.3.4".to_owned()]);
    check(
        parent.clone(),
        &[],
        inside(),
        &[],
        "host:gw.example.com 1.2.3.4",
    );
    check(
        parent,
        &[],
        None,
        &[],
        " | pending: its Service does not exist yet",
    );
    check(
        Exposure::ClusterIp(Vec::new()),
        &["10.96.0.8"],
        inside(),
        &[],
        "10.96.0.7 | not usable: 10.96.0.8",
    );
}

#[test]
fn nodes() {
    let ports = || Some(service("NodePort", &[]));
    let two = [node(&["1.1.1.1"], &["10.0.0.1"]), node(&[], &["10.0.0.2"])];
    check(Exposure::NodePort, &[], ports(), &two, "1.1.1.1");
    check(Exposure::NodePort, &[], ports(), &two[1..], "10.0.0.2");
    check(
        Exposure::NodePort,
        &[],
        ports(),
        &[],
        " | pending: no node has an address yet",
    );
    check(Exposure::HostNetwork, &[], None, &two[1..], "10.0.0.2");
    check(
        Exposure::HostNetwork,
        &[],
        None,
        &[],
        " | pending: no node runs a proxy yet",
    );
    check(
        Exposure::HostNetwork,
        &["10.0.0.3"],
        None,
        &two[1..],
        "10.0.0.2 | not usable: 10.0.0.3",
    );
}

/// An overlay may change the type: what lives counts.
#[test]
fn the_living_service_decides() {
    check(
        Exposure::LoadBalancer,
        &[],
        Some(service("ClusterIP", &[])),
        &[],
        "10.96.0.7",
    );
}

#[test]
fn run_by_people() {
    check(Exposure::Unmanaged(Vec::new()), &[], None, &[], "");
    check(
        Exposure::Unmanaged(vec!["1.2.3.4".to_owned()]),
        &[],
        None,
        &[],
        "1.2.3.4",
    );
}

#[test]
fn annotations_choose() {
    let layer = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    let (none, node_port) = (layer(&[]), layer(&[("tidegate.dev/exposure", "NodePort")]));
    let parent = layer(&[
        ("tidegate.dev/exposure", "ClusterIP"),
        ("tidegate.dev/published-addresses", "a.b, 1.1.1.1"),
    ]);
    assert_eq!(choose(&[&none, &none]), Ok(Exposure::LoadBalancer));
    assert_eq!(choose(&[&none, &node_port]), Ok(Exposure::NodePort));
    let expected = Exposure::ClusterIp(vec!["a.b".to_owned(), "1.1.1.1".to_owned()]);
    assert_eq!(choose(&[&parent, &node_port]), Ok(expected));
    let unmanaged = layer(&[("tidegate.dev/deployment", "Unmanaged")]);
    assert_eq!(choose(&[&unmanaged]), Ok(Exposure::Unmanaged(Vec::new())));
    let wrong = choose(&[&layer(&[("tidegate.dev/exposure", "nodeport")])]);
    let error = wrong.expect_err("refused").to_string();
    assert!(
        error.contains("tidegate.dev/exposure") && error.contains("HostNetwork"),
        "{error}"
    );
}
