//! WebSocket: agreed, refused, and not asked for.
//!
//! Bytes after the handshake are opaque to the proxy, so plain text stands for frames.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::harness::{
    PATIENCE, World, chain, cluster, get, listener, manager, raw, raw_upstream, read_head,
    route_to, routes, simple,
};

const ASK: &[u8] = b"GET /ws HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: k\r\nsec-websocket-version: 13\r\n\r\n";

async fn echo() -> std::net::SocketAddr {
    raw_upstream(|mut stream| async move {
        let head = read_head(&mut stream).await.to_lowercase();
        if !head.contains("upgrade: websocket") {
            let _ = stream.write_all(b"HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n").await;
            return;
        }
        assert!(head.contains("connection: upgrade") && head.contains("sec-websocket-key: k"), "{head}");
        let agreed = b"HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: a\r\n\r\nhello";
        stream.write_all(agreed).await.unwrap();
        let (mut from, mut to) = stream.split();
        let _ = tokio::io::copy(&mut from, &mut to).await;
    })
    .await
}

#[tokio::test(flavor = "local")]
async fn an_agreed_upgrade_is_spliced() {
    let world = World::serving(&simple(echo().await));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client.write_all(ASK).await.unwrap();
    let head = timeout(PATIENCE, read_head(&mut client))
        .await
        .unwrap()
        .to_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(
        head.contains("upgrade: websocket") && head.contains("sec-websocket-accept: a"),
        "{head}"
    );
    let mut read = [0; 5];
    client.read_exact(&mut read).await.unwrap();
    assert_eq!(&read, b"hello");
    for word in [b"ping1", b"ping2"] {
        client.write_all(word).await.unwrap();
        timeout(PATIENCE, client.read_exact(&mut read))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&read, word);
    }
    client.shutdown().await.unwrap();
    assert_eq!(
        timeout(PATIENCE, client.read(&mut read))
            .await
            .unwrap()
            .unwrap(),
        0
    );
    let line = world.line(|line| line["http.status"] == 101).await;
    assert_eq!(line["bytes_sent"], 15);
}

#[tokio::test(flavor = "local")]
async fn a_refused_upgrade_is_an_ordinary_response() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno")
            .await;
    })
    .await;
    let world = World::serving(&simple(upstream));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client.write_all(ASK).await.unwrap();
    let head = timeout(PATIENCE, read_head(&mut client)).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
}

#[tokio::test(flavor = "local")]
async fn an_upgrade_that_the_listener_does_not_allow_is_not_asked_for() {
    let world = World::serving(&[
        listener(
            "http",
            vec![chain(manager("routes", json!({"upgrade_configs": []})))],
        ),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", echo().await, json!({})),
    ]);
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client.write_all(ASK).await.unwrap();
    let head = timeout(PATIENCE, read_head(&mut client)).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 426"), "{head}");
}

/// An upstream that refuses every upgrade at once, keeps the connection, and reads as much of a body as a head
/// announces, like any server does.
async fn refusing(heads: Rc<RefCell<Vec<String>>>) -> std::net::SocketAddr {
    raw_upstream(move |mut stream| {
        let heads = heads.clone();
        async move {
            loop {
                let head = read_head(&mut stream).await.to_lowercase();
                if head.is_empty() {
                    return;
                }
                let refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno";
                stream.write_all(refusal).await.unwrap();
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "));
                let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
                heads.borrow_mut().push(head);
                if stream.read_exact(&mut body).await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

/// What the first client announces must not be taken out of what the second one sends on the same connection.
#[tokio::test(flavor = "local")]
async fn an_upgrade_with_a_body_is_refused() {
    for framing in ["content-length: 60", "transfer-encoding: chunked"] {
        let heads = Rc::new(RefCell::new(Vec::new()));
        let world = World::serving(&simple(refusing(heads.clone()).await));
        let ask = String::from_utf8_lossy(ASK);
        let ask = ask.replace("host: a\r\n", &format!("host: a\r\n{framing}\r\n"));
        let answer = raw(world.address("http"), ask.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        let answer = get(world.address("http"), "/next").await;
        assert_eq!(answer.text(), "no");
        let heads = heads.borrow();
        assert_eq!(heads.len(), 1, "{heads:?}");
        assert!(heads[0].starts_with("get /next http/1.1"), "{heads:?}");
    }
}

/// Silence ends it; one side that speaks is enough to keep it.
#[tokio::test(flavor = "local")]
async fn a_silent_upgrade_ends() {
    let limit = json!({"stream_idle_timeout": "0.4s"});
    let world = World::serving(&[
        listener("http", vec![chain(manager("routes", limit))]),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", mute().await, json!({})),
    ]);
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client.write_all(ASK).await.unwrap();
    let head = timeout(PATIENCE, read_head(&mut client)).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    let start = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..10 {
        tick.tick().await;
        client.write_all(b"x").await.unwrap();
    }
    assert!(start.elapsed() > Duration::from_millis(800));
    let ended = timeout(PATIENCE, client.read(&mut [0; 1])).await;
    assert!(matches!(ended.expect("still open"), Ok(0) | Err(_)));
    let line = world.line(|line| line["http.status"] == 101).await;
    assert_eq!(line["ending"], "client_gone");
}

/// An upstream that agrees to an upgrade, and then only listens.
async fn mute() -> std::net::SocketAddr {
    raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        let agreed = b"HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
        stream.write_all(agreed).await.unwrap();
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    })
    .await
}
