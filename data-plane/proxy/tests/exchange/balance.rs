//! Which endpoint gets a request: weights, names, endpoints that change.

use std::net::SocketAddr;

use http::Response;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::harness::{Seen, World, cluster, get, http_listener, route_to, routes, upstream};

async fn named(name: &'static str) -> (SocketAddr, Seen) {
    upstream(move |_, _| async move { Response::new(Full::from(name)) }).await
}

/// How often each name answers a hundred requests.
async fn shares(world: &World, names: [&str; 2]) -> [usize; 2] {
    let mut answers = Vec::new();
    for _ in 0..100 {
        answers.push(get(world.address("http"), "/").await.text().to_owned());
    }
    names.map(|name| answers.iter().filter(|answer| *answer == name).count())
}

fn endpoint(address: SocketAddr, weight: u32) -> Value {
    let (ip, port) = (address.ip().to_string(), address.port());
    json!({
        "endpoint": {"address": {"socket_address": {"address": ip, "port_value": port}}},
        "load_balancing_weight": weight,
    })
}

fn assignment(endpoints: Vec<Value>) -> Value {
    json!({
        "@type": "envoy.config.endpoint.v3.ClusterLoadAssignment", "cluster_name": "up",
        "endpoints": [{"lb_endpoints": endpoints}],
    })
}

fn eds(endpoints: Vec<Value>) -> Vec<Value> {
    vec![
        http_listener(),
        routes(vec![route_to("up", json!({}))]),
        json!({
            "@type": "envoy.config.cluster.v3.Cluster", "name": "up", "type": "EDS",
            "connect_timeout": "1s", "lb_policy": "LEAST_REQUEST",
            "eds_cluster_config": {"eds_config": {"ads": {}}},
        }),
        assignment(endpoints),
    ]
}

#[tokio::test(flavor = "local")]
async fn endpoints_come_and_go() {
    let ((a, _), (b, _)) = (named("a").await, named("b").await);
    let world = World::serving(&eds(vec![endpoint(a, 1)]));
    assert_eq!(shares(&world, ["a", "b"]).await, [100, 0]);
    world.commit(&eds(vec![endpoint(a, 1), endpoint(b, 1)]));
    let [of_a, of_b] = shares(&world, ["a", "b"]).await;
    assert!(
        of_a > 20 && of_b > 20 && of_a + of_b == 100,
        "{of_a} {of_b}"
    );
    world.commit(&eds(vec![endpoint(b, 1)]));
    assert_eq!(
        shares(&world, ["a", "b"]).await,
        [0, 100],
        "at once, with the commit"
    );
    world.commit(&eds(vec![]));
    assert_eq!(get(world.address("http"), "/").await.status, 503);
}

#[tokio::test(flavor = "local")]
async fn weights_of_endpoints_and_of_clusters() {
    let ((a, _), (b, _)) = (named("a").await, named("b").await);
    let world = World::serving(&eds(vec![endpoint(a, 9), endpoint(b, 1)]));
    let [of_a, of_b] = shares(&world, ["a", "b"]).await;
    assert!(of_a > 75 && of_b > 0, "{of_a} {of_b}");
    let weighted = json!({"match": {"prefix": "/"}, "route": {"timeout": "0s", "weighted_clusters": {"clusters": [
        {"name": "a", "weight": 0}, {"name": "b", "weight": 1},
    ]}}});
    let world = World::serving(&[
        http_listener(),
        routes(vec![weighted]),
        cluster("a", a, json!({})),
        cluster("b", b, json!({})),
    ]);
    assert_eq!(shares(&world, ["a", "b"]).await, [0, 100]);
}

#[tokio::test(flavor = "local")]
async fn names_are_resolved() {
    let (a, _) = named("a").await;
    let by_name = |host: &str| {
        let load = json!({"cluster_name": "up", "endpoints": [{"lb_endpoints": [{"endpoint": {
            "address": {"socket_address": {"address": host, "port_value": a.port()}},
        }}]}]});
        vec![
            http_listener(),
            routes(vec![route_to("up", json!({"auto_host_rewrite": true}))]),
            cluster(
                "up",
                a,
                json!({"type": "STRICT_DNS", "load_assignment": load}),
            ),
        ]
    };
    // `localhost` may be ::1 first, where nobody listens: the other address is tried.
    let world = World::serving(&by_name("localhost"));
    assert_eq!(get(world.address("http"), "/").await.text(), "a");
    world.commit(&by_name("does-not-exist.invalid"));
    assert_eq!(get(world.address("http"), "/").await.status, 503);
    let line = world.line(|line| line["http.status"] == 503).await;
    assert_eq!(line["reason"], "unresolved");
}
