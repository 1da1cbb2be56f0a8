//! Plain HTTP/1.1: routing, heads, bodies, local answers.

use std::rc::Rc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};

use crate::harness::{self, World, cluster, echo_path, get, http_listener, routes, simple};

#[tokio::test(flavor = "local")]
async fn a_request_reaches_its_upstream() {
    let (upstream, seen) = echo_path().await;
    let world = World::serving(&simple(upstream));
    let answer = get(world.address("http"), "/a/b?c=d").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (200, "ok /a/b?c=d")
    );
    assert_eq!(answer.header("server"), Some("tidegate"));
    let (head, _) = seen.requests.borrow()[0].clone();
    assert_eq!(head.headers["host"], "example.com");
    assert_eq!(head.headers["x-forwarded-for"], "127.0.0.1");
    assert_eq!(head.headers["x-forwarded-proto"], "http");
    assert_eq!(head.headers["x-request-id"].len(), 36);
    let line = world.line(|_| true).await;
    assert_eq!(line["http.status"], 200);
    assert_eq!(line["http.path"], "/a/b");
    assert_eq!(line["cluster"], "up");
    assert_eq!(line["bytes_sent"], 11);
    let metrics = world.metrics();
    assert!(
        metrics.contains(
            r#"tidegate_proxy_requests_total{listener="http",route="",code_class="2xx"} 1"#
        ),
        "{metrics}"
    );
    assert!(
        metrics.contains("tidegate_proxy_requests_active 0"),
        "{metrics}"
    );
    assert!(
        metrics.contains("tidegate_proxy_upstream_connects_total 1"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "local")]
async fn upstream_connections_are_kept() {
    let (upstream, seen) = echo_path().await;
    let world = World::serving(&simple(upstream));
    for _ in 0..5 {
        assert_eq!(get(world.address("http"), "/").await.status, 200);
    }
    assert_eq!(seen.connections.get(), 1);
    // A commit that does not touch the cluster does not touch its connections.
    let mut next = simple(upstream);
    next[1] = routes(vec![harness::route_to(
        "up",
        json!({"prefix_rewrite": "/x/"}),
    )]);
    world.commit(&next);
    assert_eq!(get(world.address("http"), "/a").await.text(), "ok /x/a");
    assert_eq!(seen.connections.get(), 1);
}

#[tokio::test(flavor = "local")]
async fn paths_are_normalised_before_matching_and_forwarding() {
    let (upstream, _) = echo_path().await;
    let world = World::serving(&[
        http_listener(),
        routes(vec![
            json!({"match": {"path_separated_prefix": "/admin"}, "direct_response": {"status": 403}}),
            harness::route_to("up", json!({})),
        ]),
        cluster("up", upstream, json!({})),
    ]);
    let address = world.address("http");
    for path in [
        "/admin",
        "/x/../admin/a",
        "/%61dmin",
        "//admin",
        "/x%2f..%2fadmin",
        "/./admin",
    ] {
        assert_eq!(get(address, path).await.status, 403, "{path}");
    }
    assert_eq!(
        get(address, "/a//b/../c?q=/../x").await.text(),
        "ok /a/c?q=/../x"
    );
    assert_eq!(get(address, "/administrator").await.status, 200);
    assert_eq!(get(address, "/%zz").await.status, 400);
    assert_eq!(get(address, "/a%00").await.status, 400);
}

#[tokio::test(flavor = "local")]
async fn local_answers() {
    let world = World::serving(&[
        http_listener(),
        routes(vec![
            json!({"match": {"path": "/fixed"}, "direct_response": {"status": 418, "body": {"inline_string": "tea"}}}),
            json!({"match": {"path": "/moved"}, "redirect": {"https_redirect": true, "response_code": "FOUND"},
                "response_headers_to_add": [{"header": {"key": "x-added", "value": "yes"}}]}),
            json!({"match": {"path": "/gone"}, "route": {"cluster": "invalid/x", "timeout": "0s"}}),
            json!({"match": {"path": "/empty"}, "route": {"cluster": "empty", "timeout": "0s"}}),
        ]),
        json!({"@type": "envoy.config.cluster.v3.Cluster", "name": "empty", "type": "STATIC",
            "connect_timeout": "1s", "load_assignment": {"cluster_name": "empty"}}),
    ]);
    let address = world.address("http");
    let fixed = get(address, "/fixed").await;
    assert_eq!((fixed.status.as_u16(), fixed.text()), (418, "tea"));
    let moved = get(address, "/moved").await;
    assert_eq!(
        (moved.status.as_u16(), moved.header("location")),
        (302, Some("https://example.com/moved"))
    );
    assert_eq!(moved.header("x-added"), Some("yes"));
    assert_eq!(get(address, "/gone").await.status, 500);
    assert_eq!(get(address, "/empty").await.status, 503);
    assert_eq!(get(address, "/nothing").await.status, 404);
    let line = world.line(|line| line["http.path"] == "/nothing").await;
    assert_eq!(
        (line["reason"].as_str(), line["side"].as_str()),
        (Some("no_route"), Some("proxy"))
    );
}

#[tokio::test(flavor = "local")]
async fn headers_of_one_connection_do_not_pass() {
    let (upstream, seen) = harness::upstream(|_, _| async {
        Response::builder()
            .header("connection", "x-hop")
            .header("x-hop", "1")
            .header("keep-alive", "timeout=5")
            .header("x-end", "2")
            .body(Full::default())
            .unwrap()
    })
    .await;
    let world = World::serving(&simple(upstream));
    let request = Request::get("/")
        .header("host", "example.com")
        .header("connection", "x-mine, x-forwarded-for")
        .header("x-mine", "1")
        .header("proxy-connection", "close")
        .header("te", "gzip")
        .header("x-request-id", "given")
        .body(Full::<Bytes>::default())
        .unwrap();
    let answer = harness::send(world.address("http"), request).await;
    assert_eq!(
        (answer.header("x-hop"), answer.header("keep-alive")),
        (None, None)
    );
    assert_eq!(answer.header("x-end"), Some("2"));
    let (head, _) = seen.requests.borrow()[0].clone();
    for name in ["x-mine", "proxy-connection", "te", "connection"] {
        assert!(!head.headers.contains_key(name), "{name}");
    }
    assert_eq!(head.headers["x-request-id"], "given");
    assert_eq!(head.headers["x-forwarded-for"], "127.0.0.1");
}

#[tokio::test(flavor = "local")]
async fn bodies_pass_both_ways() {
    let (upstream, _) =
        harness::upstream(|_, body| async move { Response::new(Full::from(body)) }).await;
    let world = World::serving(&simple(upstream));
    let big = Bytes::from(vec![b'x'; 3 << 20]);
    let request = Request::post("/")
        .header("host", "a")
        .body(Full::from(big.clone()))
        .unwrap();
    let answer = harness::send(world.address("http"), request).await;
    assert_eq!(answer.body.len(), big.len());
    assert_eq!(answer.header("content-length"), Some("3145728"));
}

#[tokio::test(flavor = "local")]
async fn a_head_request_keeps_its_length_and_its_connection() {
    let upstream = harness::raw_upstream(|mut stream| async move {
        while !harness::read_head(&mut stream).await.is_empty() {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer)
                .await
                .unwrap();
        }
    })
    .await;
    let world = World::serving(&simple(upstream));
    for _ in 0..2 {
        let request = Request::head("/")
            .header("host", "a")
            .body(Full::<Bytes>::default())
            .unwrap();
        let answer = harness::send(world.address("http"), request).await;
        assert_eq!(
            (answer.header("content-length"), answer.body.len()),
            (Some("1234"), 0)
        );
    }
    assert!(
        world
            .metrics()
            .contains("tidegate_proxy_upstream_connects_total 1\n")
    );
}

/// What a client sends before it leaves: a request is there with its head, with a body, or with the body's last chunk.
const LEFT: [&str; 3] = [
    "GET /left HTTP/1.1\r\nhost: a\r\n\r\n",
    "POST /left HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc",
    "POST /left HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
];

#[tokio::test(flavor = "local")]
async fn a_client_that_leaves_is_recorded_and_its_upstream_let_go() {
    for request in LEFT {
        let (upstream, seen) = harness::upstream(|_, _| std::future::pending()).await;
        let world = World::serving(&simple(upstream));
        let mut client = TcpStream::connect(world.address("http")).await.unwrap();
        client.write_all(request.as_bytes()).await.unwrap();
        let arrived = async || seen.requests.borrow().first().map(|_| ());
        harness::until("the request at the upstream", arrived).await;
        drop(client);
        let line = world.line(|line| line["http.path"] == "/left").await;
        assert_eq!(
            (&line["http.status"], &line["ending"]),
            (&json!(499), &json!("client_gone")),
            "{request}"
        );
        world.counts("tidegate_proxy_requests_active 0").await;
    }
}

#[tokio::test(flavor = "local")]
async fn what_comes_while_a_request_is_served_is_the_next_one() {
    let answer = Rc::new(Notify::new());
    let given = answer.clone();
    let (upstream, seen) = harness::upstream(move |head, _| {
        let given = given.clone();
        async move {
            given.notified().await;
            Response::new(Full::from(format!("[{}]", head.uri)))
        }
    })
    .await;
    let world = World::serving(&simple(upstream));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    let mut read = String::new();
    for (number, asked) in ["/one", "/two", "/three"].into_iter().enumerate() {
        // The first is served when the others come, in pieces.
        let head = format!("GET {asked} HTTP/1.1\r\nhost: a\r\n\r\n");
        for piece in head.as_bytes().chunks(9) {
            client.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        if number == 0 {
            let arrived = async || seen.requests.borrow().first().map(|_| ());
            harness::until("the request at the upstream", arrived).await;
        }
    }
    for _ in 0..3 {
        answer.notify_one();
        let before = read.matches(']').count();
        while read.matches(']').count() == before {
            let mut bytes = [0; 512];
            let length = client.read(&mut bytes).await.unwrap();
            assert!(length > 0, "{read}");
            read.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
        }
    }
    let bodies: Vec<&str> = read.lines().filter(|line| line.starts_with('[')).collect();
    let bodies = bodies.concat();
    for (asked, place) in ["/one", "/two", "/three"].into_iter().zip(1..) {
        assert!(bodies.contains(asked), "{place}: {read}");
    }
    assert!(read.find("/one") < read.find("/two") && read.find("/two") < read.find("/three"));
}
