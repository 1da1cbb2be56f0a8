//! Mirrors get the request, body included, and cannot disturb the original.

use crate::harness::{
    World, cluster, http_listener, listen, route_to, routes, send, until, upstream,
};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::json;

#[tokio::test(flavor = "local")]
async fn a_mirror_gets_a_copy() {
    let (up, _) = upstream(|_, body| async move { Response::new(Full::from(body)) }).await;
    let (mirror, seen) = upstream(|_, _| async {
        Response::builder()
            .status(500)
            .body(Full::default())
            .unwrap()
    })
    .await;
    let (gone, dead) = listen().await;
    drop(gone);
    let mirrors = json!({"request_mirror_policies": [
        {"cluster": "mirror", "disable_shadow_host_suffix_append": true},
        {"cluster": "dead"},
        {"cluster": "missing"},
    ]});
    let world = World::serving(&[
        http_listener(),
        routes(vec![route_to("up", mirrors)]),
        cluster("up", up, json!({})),
        cluster("mirror", mirror, json!({})),
        cluster("dead", dead, json!({})),
    ]);
    let body = Bytes::from(vec![b'm'; 100_000]);
    let request = Request::post("/a?b")
        .header("host", "example.com")
        .body(Full::from(body.clone()));
    let answer = send(world.address("http"), request.unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, body.clone()));
    let copy = async || seen.requests.borrow().first().cloned();
    let (head, copied) = until("a copy", copy).await;
    assert_eq!(
        (head.method.as_str(), head.uri.to_string()),
        ("POST", "/a?b".to_owned())
    );
    assert_eq!(head.headers["host"], "example.com");
    assert_eq!(copied, body);
}
