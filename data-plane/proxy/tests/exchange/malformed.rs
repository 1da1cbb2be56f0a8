//! Requests that must not get through: smuggling shapes, limits, slow clients.
//!
//! Raw bytes over raw sockets; the upstream must not have seen any of it.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, interval, timeout},
};

use crate::harness::{
    PATIENCE, World, chain, cluster, echo_path, listener, manager, raw, read_head, route_to,
    routes, simple,
};

/// What a client sends, and how the answer begins.
const TABLE: &[(&str, &str, &str)] = &[
    (
        "both lengths",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nhost: a\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "both lengths, the other way round",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "chunked is not last",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "unknown coding",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "chunked in HTTP/1.0",
        "POST / HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.",
    ),
    (
        "two lengths",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcde",
        "HTTP/1.1 400",
    ),
    (
        "length with a sign",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +4\r\n\r\nabcd",
        "HTTP/1.1 400",
    ),
    (
        "length with letters",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4x\r\n\r\nabcd",
        "HTTP/1.1 400",
    ),
    (
        "folded header",
        "GET / HTTP/1.1\r\nhost: a\r\nx: 1\r\n folded\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "space before the colon",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length : 4\r\n\r\nabcd",
        "HTTP/1.1 400",
    ),
    ("no host", "GET / HTTP/1.1\r\nx: y\r\n\r\n", "HTTP/1.1 400"),
    (
        "two hosts",
        "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "host with a path",
        "GET / HTTP/1.1\r\nhost: a/b\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "host with a user",
        "GET / HTTP/1.1\r\nhost: u@a\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "control character",
        "GET / HTTP/1.1\r\nhost: a\r\nx: \u{1}\r\n\r\n",
        "HTTP/1.1 400",
    ),
    (
        "tunnel",
        "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\n",
        "HTTP/1.1 405",
    ),
    ("no HTTP", "\u{16}\u{3}\u{1}\r\n\r\n", "HTTP/1.1 400"),
];

#[tokio::test(flavor = "local")]
async fn malformed_heads_are_refused() {
    let (upstream, seen) = echo_path().await;
    let world = World::serving(&simple(upstream));
    for (what, bytes, expected) in TABLE {
        let mut stream = TcpStream::connect(world.address("http")).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut answer = timeout(PATIENCE, read_head(&mut stream))
            .await
            .expect("no answer");
        // Whatever else comes: the rest of this answer, and no second one.
        let _ = stream.shutdown().await;
        let mut rest = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut rest))
            .await
            .expect("still open");
        answer.push_str(&String::from_utf8_lossy(&rest));
        assert!(answer.starts_with(expected), "{what}: {answer:?}");
        assert!(!answer.contains(" 200 "), "{what}: {answer:?}");
        assert_eq!(
            answer.matches("HTTP/1.").count(),
            1,
            "{what}: one answer, then the end"
        );
        assert!(
            seen.requests.borrow().is_empty(),
            "{what}: it reached the upstream"
        );
    }
}

#[tokio::test(flavor = "local")]
async fn who_ends_within_a_body_is_told() {
    let (upstream, _) = echo_path().await;
    let world = World::serving(&simple(upstream));
    let mut stream = TcpStream::connect(world.address("http")).await.unwrap();
    let cut = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nfour";
    stream.write_all(cut).await.unwrap();
    stream.shutdown().await.unwrap();
    let answer = timeout(PATIENCE, read_head(&mut stream))
        .await
        .expect("no answer");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer:?}");
}

#[tokio::test(flavor = "local")]
async fn a_broken_chunk_ends_the_connection() {
    let (upstream, seen) = echo_path().await;
    let world = World::serving(&simple(upstream));
    for size in ["zz", "-1", "1 x", "ffffffffffffffffff", "0x3"] {
        let bytes = format!(
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{size}\r\nabc\r\n0\r\n\r\nGET /second HTTP/1.1\r\nhost: a\r\n\r\n"
        );
        let answer = raw(world.address("http"), bytes.as_bytes()).await;
        assert!(!answer.contains(" 200 "), "{size}: {answer}");
        let second = seen
            .requests
            .borrow()
            .iter()
            .any(|(head, _)| head.uri.path() == "/second");
        assert!(!second, "{size}: what followed was taken for a request");
    }
}

#[tokio::test(flavor = "local")]
async fn large_heads_are_refused() {
    let (upstream, seen) = echo_path().await;
    let world = World::serving(&simple(upstream));
    let long = format!(
        "GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n",
        "x".repeat(70 << 10)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nhost: a\r\n{}\r\n",
        "x: y\r\n".repeat(200)
    );
    let endless = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}", "x".repeat(1 << 20));
    for head in [long, many, endless] {
        let answer = raw(world.address("http"), head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer:?}");
        assert!(answer.contains("connection: close"), "{answer:?}");
    }
    assert!(seen.requests.borrow().is_empty());
}

#[tokio::test(flavor = "local")]
async fn a_slow_head_is_given_up_and_others_are_served() {
    let (upstream, _) = echo_path().await;
    let world = World::serving(&[
        listener(
            "http",
            vec![chain(manager(
                "routes",
                json!({"request_headers_timeout": "0.4s"}),
            ))],
        ),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", upstream, json!({})),
    ]);
    let mut slow = TcpStream::connect(world.address("http")).await.unwrap();
    slow.set_nodelay(true).unwrap();
    let start = Instant::now();
    let mut tick = interval(Duration::from_millis(20));
    let mut byte = [0];
    loop {
        tokio::select! {
            _ = tick.tick() => {
                let _ = slow.write_all(b"G").await;
            }
            read = slow.read(&mut byte) => {
                assert!(matches!(read, Ok(0) | Err(_)), "closed without an answer");
                break;
            }
        }
        assert!(start.elapsed() < PATIENCE);
        assert_eq!(
            crate::harness::get(world.address("http"), "/").await.status,
            200
        );
    }
    assert!(start.elapsed() >= Duration::from_millis(400));
}

#[tokio::test(flavor = "local")]
async fn an_absolute_target_wins_over_host() {
    let (upstream, seen) = echo_path().await;
    let world = World::serving(&simple(upstream));
    let bytes =
        b"GET http://right.example/a HTTP/1.1\r\nhost: wrong.example\r\nconnection: close\r\n\r\n";
    let answer = raw(world.address("http"), bytes).await;
    assert!(answer.ends_with("ok /a"), "{answer}");
    assert_eq!(seen.requests.borrow()[0].0.headers["host"], "right.example");
}

/// The answer comes before the body has been read; it must get through all the same.
#[tokio::test(flavor = "local")]
async fn an_early_answer_survives_a_large_body() {
    let world = World::serving(&[crate::harness::http_listener(), routes(vec![])]);
    for _ in 0..20 {
        let body = bytes::Bytes::from(vec![b'x'; 3 << 20]);
        let request = http::Request::post("/").header("host", "a");
        let request = request.body(http_body_util::Full::from(body)).unwrap();
        assert_eq!(
            crate::harness::send(world.address("http"), request)
                .await
                .status,
            404
        );
    }
}
