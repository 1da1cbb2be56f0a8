//! Upstreams that fail, and how the client learns of it.
//!
//! Each upstream here is broken in one way; what stands beside it must go on.

use std::time::Duration;

use dp_upstream::resolve::Resolver;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use crate::{
    forward_proxy,
    harness::{
        World, chain, cluster, get, http_listener, listen, listener, manager, raw_upstream,
        read_head, route_to, routes, simple, try_send,
    },
};

async fn hang_up(bytes: &'static [u8]) -> std::net::SocketAddr {
    raw_upstream(move |mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(bytes).await.unwrap();
    })
    .await
}

#[tokio::test(flavor = "local")]
async fn statuses() {
    let (gone, dead) = listen().await;
    drop(gone);
    for (upstream, expected, reason) in [
        (dead, 503, "connect_failed"),
        (hang_up(b"").await, 503, "reset"),
        (hang_up(b"garbage\r\n\r\n").await, 502, "garbage"),
        (hang_up(b"HTTP/1.1 abc\r\n\r\n").await, 502, "garbage"),
        (
            hang_up(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n").await,
            502,
            "garbage",
        ),
        (
            // Nobody asked for an upgrade.
            hang_up(
                b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
            )
            .await,
            502,
            "garbage",
        ),
    ] {
        let world = World::serving(&simple(upstream));
        let answer = get(world.address("http"), "/").await;
        assert_eq!(answer.status, expected, "{reason}");
        assert!(
            !answer.text().contains("127.0.0.1"),
            "no upstream detail for clients"
        );
        let line = world.line(|_| true).await;
        assert_eq!(line["reason"], reason);
        assert!(
            world
                .metrics()
                .contains(&format!(r#"reason="{reason}"}} 1"#)),
            "{reason}"
        );
    }
}

#[tokio::test(flavor = "local")]
async fn a_hanging_upstream_times_out() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream.read(&mut [0; 1]).await;
    })
    .await;
    for limits in [
        json!({"timeout": "0.2s"}),
        json!({"timeout": "60s", "retry_policy": {"per_try_timeout": "0.2s"}}),
        // Without a limit of its own, the wait for the answer is idle time.
        json!({"idle_timeout": "0.2s"}),
    ] {
        let world = World::serving(&[
            http_listener(),
            routes(vec![route_to("up", limits)]),
            cluster("up", upstream, json!({})),
        ]);
        let start = Instant::now();
        assert_eq!(get(world.address("http"), "/").await.status, 504);
        assert!(start.elapsed() >= Duration::from_millis(200));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

/// While the body moves, the wait for the answer is not idle.
#[tokio::test(flavor = "local")]
async fn an_upload_may_take_longer_than_the_idle_limit() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        stream.read_exact(&mut [0; 20]).await.unwrap();
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .await;
        let _ = stream.read(&mut [0; 1]).await;
    })
    .await;
    let world = World::serving(&[
        http_listener(),
        routes(vec![route_to("up", json!({"idle_timeout": "0.4s"}))]),
        cluster("up", upstream, json!({})),
    ]);
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    let start = Instant::now();
    client
        .write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\n\r\n")
        .await
        .unwrap();
    let mut tick = tokio::time::interval(Duration::from_millis(60));
    for _ in 0..20 {
        tick.tick().await;
        client.write_all(b"x").await.unwrap();
    }
    let head = read_head(&mut client).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(start.elapsed() > Duration::from_secs(1));
}

/// Names are part of what a time limit covers.
#[tokio::test(flavor = "local")]
async fn a_silent_name_server_times_out() {
    let named = json!({
        "type": "STRICT_DNS",
        "load_assignment": {"cluster_name": "up", "endpoints": [{"lb_endpoints": [{"endpoint": {
            "address": {"socket_address": {"address": "up.example", "port_value": 80}},
        }}]}]},
    });
    let (_, anywhere) = listen().await;
    let limit = json!({"timeout": "0.2s"});
    for resources in [
        vec![
            http_listener(),
            routes(vec![route_to("up", limit.clone())]),
            cluster("up", anywhere, named),
        ],
        forward_proxy::resources(&[], limit),
    ] {
        let world = World::start_with(Some(Resolver::silent().unwrap()));
        world.commit(&resources);
        let start = Instant::now();
        assert_eq!(get(world.address("http"), "/").await.status, 504);
        assert!(start.elapsed() >= Duration::from_millis(200));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test(flavor = "local")]
async fn a_cut_response_is_cut_for_the_client_too() {
    for head in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"[..],
        &b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"[..],
    ] {
        let world = World::serving(&simple(hang_up(head).await));
        let request = http::Request::get("/").header("host", "a");
        let request = request.body(Default::default()).unwrap();
        let outcome = try_send(world.address("http"), request).await;
        assert!(outcome.is_err(), "a cut response must not look whole");
        let line = world.line(|_| true).await;
        assert_eq!(line["ending"], "upstream_broke");
    }
}

#[tokio::test(flavor = "local")]
async fn a_silent_stream_ends() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
        stream.write_all(head).await.unwrap();
        let _ = stream.read(&mut [0; 1]).await;
    })
    .await;
    let world = World::serving(&[
        listener(
            "http",
            vec![chain(manager(
                "routes",
                json!({"stream_idle_timeout": "0.2s"}),
            ))],
        ),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", upstream, json!({})),
    ]);
    let request = http::Request::get("/")
        .header("host", "a")
        .body(Default::default())
        .unwrap();
    let start = Instant::now();
    assert!(try_send(world.address("http"), request).await.is_err());
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test(flavor = "local")]
async fn grpc_clients_are_told_in_grpc() {
    let world = World::serving(&[http_listener(), routes(vec![])]);
    let request = http::Request::post("/svc/Method")
        .header("host", "a")
        .header("content-type", "application/grpc+proto")
        .body(Default::default())
        .unwrap();
    let answer = try_send(world.address("http"), request).await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), answer.header("grpc-status")),
        (200, Some("12"))
    );
    assert_eq!(answer.header("content-type"), Some("application/grpc"));
}

#[tokio::test(flavor = "local")]
async fn a_body_that_drips_is_given_up() {
    let upstream = raw_upstream(|mut stream| async move {
        let mut sink = tokio::io::sink();
        let _ = tokio::io::copy(&mut stream, &mut sink).await;
    })
    .await;
    let world = World::serving(&[
        listener(
            "http",
            vec![chain(manager("routes", json!({"request_timeout": "0.4s"})))],
        ),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", upstream, json!({})),
    ]);
    let mut client = tokio::net::TcpStream::connect(world.address("http"))
        .await
        .unwrap();
    let (mut from, mut to) = client.split();
    let start = Instant::now();
    let drip = async {
        let head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n";
        to.write_all(head).await.unwrap();
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while to.write_all(b"x").await.is_ok() {
            tick.tick().await;
        }
    };
    let mut answer = [0; 12];
    tokio::select! {
        () = drip => {}
        read = from.read_exact(&mut answer) => {
            read.unwrap();
        }
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert!(start.elapsed() >= Duration::from_millis(400));
    assert!(start.elapsed() < Duration::from_secs(5));
}
