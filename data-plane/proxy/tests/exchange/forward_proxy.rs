//! The dynamic forward proxy: what it refuses, and what it may reach.

use http::Request;
use serde_json::{Value, json};

use crate::harness::{World, echo_path, http_listener, raw, route_to, routes, send};

/// `typed_filter_metadata` that refers to one of our own resources.
pub(crate) fn reference(type_name: &str, name: &str) -> Value {
    use prost::Message;
    let reference = proto::tidegate::v1::Reference {
        type_url: format!("type.googleapis.com/{type_name}"),
        name: name.to_owned(),
    };
    // The canonical JSON of bytes is base64.
    let text = base64(&reference.encode_to_vec());
    json!({"typed_filter_metadata": {"tidegate": {
        "@type": "type.googleapis.com/google.protobuf.BytesValue", "value": text,
    }}})
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, i| {
            bits << 8 | u32::from(*group.get(i).unwrap_or(&0))
        });
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

fn world(allowed: &[&str]) -> World {
    World::serving(&resources(allowed, json!({})))
}

/// A listener whose requests all go where they say, with more fields of the route's action.
pub(crate) fn resources(allowed: &[&str], more: Value) -> Vec<Value> {
    vec![
        http_listener(),
        routes(vec![route_to("proxy", more)]),
        json!({
            "@type": "envoy.config.cluster.v3.Cluster", "name": "proxy", "type": "STATIC",
            "connect_timeout": "1s", "metadata": reference("tidegate.v1.DynamicForwardProxy", "proxy"),
        }),
        json!({"@type": "tidegate.v1.DynamicForwardProxy", "name": "proxy", "allowed_hosts": allowed}),
    ]
}

#[tokio::test(flavor = "local")]
async fn private_destinations_are_refused() {
    let (upstream, seen) = echo_path().await;
    let world = world(&[]);
    for host in [
        upstream.to_string(),
        format!("localhost:{}", upstream.port()),
        format!("[::ffff:127.0.0.1]:{}", upstream.port()),
        "169.254.169.254".to_owned(),
        "metadata.google.internal".to_owned(),
        "cart.shop.svc".to_owned(),
        "10.0.0.1".to_owned(),
    ] {
        let request = Request::get("/")
            .header("host", &host)
            .body(Default::default())
            .unwrap();
        let answer = send(world.address("http"), request).await;
        assert_eq!(answer.status, 403, "{host}");
    }
    assert!(seen.requests.borrow().is_empty());
}

#[tokio::test(flavor = "local")]
async fn a_host_that_is_allowed_by_name_is_reached() {
    let (upstream, seen) = echo_path().await;
    let world = world(&["127.0.0.1", "localhost"]);
    for host in [
        upstream.to_string(),
        format!("LOCALHOST:{}", upstream.port()),
    ] {
        let request =
            format!("GET http://{host}/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = raw(world.address("http"), request.as_bytes()).await;
        assert!(answer.ends_with("ok /a"), "{answer}");
        assert_eq!(
            seen.requests.borrow().last().unwrap().0.headers["host"],
            host.as_str()
        );
    }
}
