//! Properties of translation that no single case shows.
//!
//! Owns R1 (equal inputs give equal bytes, by whatever way they came about) and the count of resources at
//! scale. No timing: machines differ.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeMap;

use cp_api::ObjectKey;
use cp_translate::{Change, GatewayKey, Inputs, Settings, Translation, translate};
use proptest::prelude::{Strategy, any, proptest};
use proto::type_url::TypeUrl;
use serde_json::{Value, json};

/// Objects of a small world; `variant` picks one of their contents.
fn object(index: usize, variant: u8) -> Value {
    let number = u16::from(variant % 3);
    match index {
        0 => json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
            "metadata": {"name": "gw"}, "spec": {"gatewayClassName": "tidegate", "listeners": [
                {"name": "a", "port": 80 + number, "protocol": "HTTP"},
                {"name": "b", "port": 80, "protocol": "HTTP", "hostname": "b.example.com"}]}}),
        1 | 2 => json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"name": format!("r{index}")},
            "spec": {"parentRefs": [{"name": "gw"}], "rules": [
                {"backendRefs": [{"name": "s", "port": 80, "weight": number},
                    {"name": "s", "namespace": "other", "port": 80}]}]}}),
        3 => json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"},
            "spec": {"ports": [{"port": 80 + number % 2}]}}),
        4 => json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": "s-1", "labels": {"kubernetes.io/service-name": "s"}},
            "addressType": "IPv4", "endpoints": [{"addresses": [format!("10.0.0.{number}")]}],
            "ports": [{"port": 8080}]}),
        5 => json!({"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "s", "namespace": "other"}, "spec": {"ports": [{"port": 80}]}}),
        _ => json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "ReferenceGrant",
            "metadata": {"name": "g", "namespace": "other"}, "spec": {
                "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute",
                    "namespace": "default"}],
                "to": [{"group": "", "kind": if number == 0 { "Service" } else { "Secret" }}]}}),
    }
}

const OBJECTS: usize = 7;

fn apply(value: Value) -> Change {
    Change::Apply {
        object: Box::new(cp_api::decode(value).expect("decodes")),
        origin: None,
    }
}

fn key(value: &Value) -> ObjectKey {
    cp_api::identify(value).expect("an object")
}

/// Everything but generations, which count the way.
fn digests(translation: &Translation) -> Vec<(String, TypeUrl, xds::digest::Digest)> {
    let mut all = Vec::new();
    for (key, output) in &translation.gateways {
        for snapshot in [&output.tidegate, &output.envoy] {
            for type_url in TypeUrl::ALL {
                all.push((key.to_string(), type_url, snapshot.digest(type_url)));
            }
        }
    }
    all
}

fn conditions(translation: &Translation) -> Vec<String> {
    translation
        .reports
        .iter()
        .map(|report| format!("{} {} {:?}", report.key, report.scope, report.conditions))
        .collect()
}

fn event() -> impl Strategy<Value = (usize, Option<u8>)> {
    (0..OBJECTS, proptest::option::weighted(0.8, any::<u8>()))
}

proptest! {
    #[test]
    fn the_way_does_not_show(events in proptest::collection::vec(event(), 0..40)) {
        let mut inputs = Inputs::default();
        let mut last: BTreeMap<usize, u8> = BTreeMap::new();
        for (index, variant) in events {
            let change = match variant {
                Some(variant) => {
                    last.insert(index, variant);
                    apply(object(index, variant))
                }
                None => {
                    last.remove(&index);
                    Change::Delete(key(&object(index, 0)))
                }
            };
            inputs = inputs.with(change);
        }
        let fresh = Inputs::default()
            .with_all(last.iter().rev().map(|(index, variant)| apply(object(*index, *variant))));
        let settings = Settings::directory();
        let (one, other) = (translate(&inputs, &settings), translate(&fresh, &settings));
        assert_eq!(digests(&one), digests(&other));
        assert_eq!(conditions(&one), conditions(&other));
    }
}

fn many(count: usize) -> Inputs {
    let gateway = apply(object(0, 0));
    let routes = (0..count).map(|index| {
        apply(
            json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"name": format!("r{index}")},
            "spec": {"parentRefs": [{"name": "gw", "sectionName": "a"}],
                "hostnames": [format!("h{index}.example.org")],
                "rules": [{"backendRefs": [{"name": "s", "port": 80}]}]}}),
        )
    });
    Inputs::default().with_all([gateway, apply(object(3, 0))].into_iter().chain(routes))
}

#[test]
fn ten_thousand_routes() {
    let count = 10_000;
    let translation = translate(&many(count), &Settings::directory());
    let output = &translation.gateways[&GatewayKey::new("default", "gw")];
    assert_eq!(output.tidegate.len(TypeUrl::RouteRule), count);
    // Each route's host, and those of the two listeners.
    assert_eq!(output.tidegate.len(TypeUrl::VirtualHost), count + 2);
    assert_eq!(output.tidegate.len(TypeUrl::Cluster), 1);
    assert_eq!(output.envoy.len(TypeUrl::RouteConfiguration), 1);
    assert_eq!(output.listeners[0].attached_routes, 10_000);
}

#[test]
fn one_edit_changes_one_rule() {
    let inputs = many(100);
    let edited = inputs.with(apply(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "r7"},
        "spec": {"parentRefs": [{"name": "gw", "sectionName": "a"}],
            "hostnames": ["h7.example.org"],
            "rules": [{"matches": [{"path": {"value": "/new"}}],
                "backendRefs": [{"name": "s", "port": 80}]}]},
    })));
    let settings = Settings::directory();
    let gateway = GatewayKey::new("default", "gw");
    let (before, after) = (translate(&inputs, &settings), translate(&edited, &settings));
    let (before, after) = (
        &before.gateways[&gateway].tidegate,
        &after.gateways[&gateway].tidegate,
    );
    for type_url in TypeUrl::ALL {
        let changed: Vec<_> = after
            .iter(type_url)
            .filter(|resource| before.get(type_url, resource.name()) != Some(resource))
            .map(|resource| resource.name().to_string())
            .collect();
        let expected: &[&str] = match type_url {
            TypeUrl::RouteRule => &["gw/default/gw/rc/80/rule/a/http/default/r7/0"],
            _ => &[],
        };
        assert_eq!(changed, expected, "{type_url}");
    }
}
