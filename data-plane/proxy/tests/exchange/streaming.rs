//! Bodies as streams: nothing waits for the end, trailers and 100-continue pass.
//!
//! Upstream and client take turns, so a proxy that buffers would hang here.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use std::{cell::Cell, rc::Rc};

use crate::harness::{
    PATIENCE, World, chain, cluster, listener, manager, raw_upstream, read_head, route_to, routes,
    simple, until,
};

#[tokio::test(flavor = "local")]
async fn events_pass_one_by_one() {
    let next = Rc::new(Notify::new());
    let upstream = {
        let next = next.clone();
        raw_upstream(move |mut stream| {
            let next = next.clone();
            async move {
                read_head(&mut stream).await;
                let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
                stream.write_all(head).await.unwrap();
                for _ in 0..3 {
                    next.notified().await;
                    stream.write_all(b"9\r\ndata: x\n\n\r\n").await.unwrap();
                }
                stream.write_all(b"0\r\n\r\n").await.unwrap();
            }
        })
        .await
    };
    let world = World::serving(&simple(upstream));
    let stream = TcpStream::connect(world.address("http")).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::task::spawn_local(connection);
    let request = http::Request::get("/").header("host", "a");
    let request = request.body(http_body_util::Empty::<Bytes>::new()).unwrap();
    let mut body = sender.send_request(request).await.unwrap().into_body();
    for _ in 0..3 {
        next.notify_one();
        let frame = timeout(PATIENCE, body.frame())
            .await
            .expect("held back")
            .unwrap()
            .unwrap();
        assert_eq!(frame.into_data().unwrap(), "data: x\n\n");
    }
    assert!(timeout(PATIENCE, body.frame()).await.unwrap().is_none());
}

#[tokio::test(flavor = "local")]
async fn a_request_body_is_not_held_back() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        let mut piece = [0; 10];
        // The answer to the first part comes before the second is sent.
        stream.read_exact(&mut piece).await.unwrap();
        assert_eq!(&piece, b"5\r\nfirst\r\n");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes")
            .await
            .unwrap();
        let _ = stream.read(&mut piece).await;
    })
    .await;
    let world = World::serving(&simple(upstream));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    let head = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
    client.write_all(head).await.unwrap();
    let answer = timeout(PATIENCE, read_head(&mut client))
        .await
        .expect("held back");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "local")]
async fn trailers_pass_both_ways_in_http1() {
    let upstream = raw_upstream(|mut stream| async move {
        let head = read_head(&mut stream).await;
        assert!(head.to_lowercase().contains("trailer: x-sum"), "{head}");
        let mut body = Vec::new();
        while !body.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).await.unwrap();
            body.push(byte[0]);
        }
        let body = String::from_utf8(body).unwrap().to_lowercase();
        assert!(body.ends_with("0\r\nx-sum: 42\r\n\r\n"), "{body}");
        let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-back\r\n\r\n2\r\nok\r\n0\r\nx-back: 43\r\n\r\n";
        stream.write_all(answer).await.unwrap();
    })
    .await;
    let world = World::serving(&simple(upstream));
    let bytes = b"POST / HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: te, close\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 42\r\n\r\n";
    let answer = crate::harness::raw(world.address("http"), bytes)
        .await
        .to_lowercase();
    assert!(answer.ends_with("0\r\nx-back: 43\r\n\r\n"), "{answer}");
}

#[tokio::test(flavor = "local")]
async fn continue_is_answered_here_and_not_asked_upstream() {
    let upstream = raw_upstream(|mut stream| async move {
        let head = read_head(&mut stream).await;
        assert!(!head.to_lowercase().contains("expect"), "{head}");
        let mut body = [0; 4];
        stream.read_exact(&mut body).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
    })
    .await;
    let world = World::serving(&simple(upstream));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    let head = b"POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n";
    client.write_all(head).await.unwrap();
    let interim = timeout(PATIENCE, read_head(&mut client))
        .await
        .expect("no 100");
    assert!(interim.starts_with("HTTP/1.1 100"), "{interim}");
    client.write_all(b"body").await.unwrap();
    let answer = timeout(PATIENCE, read_head(&mut client))
        .await
        .expect("no answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A client that does not read must stop the upstream, not fill the proxy.
#[tokio::test(flavor = "local")]
async fn a_slow_client_slows_the_upstream() {
    let (up, seen) = endless().await;
    let world = World::serving(&simple(up));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client
        .write_all(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    read_head(&mut client).await;
    // Until nothing moves any more.
    let mut before = usize::MAX;
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(200));
    pace.tick().await;
    while before != seen.written.get() {
        before = seen.written.get();
        pace.tick().await;
    }
    assert!(
        seen.written.get() < 64 << 20,
        "{} bytes were taken for a client that reads none",
        seen.written.get()
    );
}

/// What an upstream has written, and whether its connection is still there.
#[derive(Default)]
struct Endless {
    written: Cell<usize>,
    is_gone: Cell<bool>,
}

/// An upstream that never stops answering `/endless`, and answers everything else at once.
async fn endless() -> (std::net::SocketAddr, Rc<Endless>) {
    let seen = Rc::new(Endless::default());
    let all = seen.clone();
    let address = raw_upstream(move |mut stream| {
        let seen = all.clone();
        async move {
            if !read_head(&mut stream).await.starts_with("GET /endless") {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                stream.write_all(head).await.unwrap();
                return;
            }
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 268435456\r\n\r\n";
            stream.write_all(head).await.unwrap();
            let piece = vec![0; 64 << 10];
            while let Ok(()) = stream.write_all(&piece).await {
                seen.written.set(seen.written.get() + piece.len());
            }
            seen.is_gone.set(true);
        }
    })
    .await;
    (address, seen)
}

fn impatient(up: std::net::SocketAddr) -> World {
    let limit = json!({"stream_idle_timeout": "0.4s"});
    World::serving(&[
        listener("http", vec![chain(manager("routes", limit))]),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", up, json!({})),
    ])
}

/// One that reads slowly is served; one that has stopped is let go of, and the upstream with it.
#[tokio::test(flavor = "local")]
async fn a_client_that_does_not_read_is_given_up() {
    let (up, seen) = endless().await;
    let world = impatient(up);
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client
        .write_all(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    read_head(&mut client).await;
    let mut piece = vec![0; 1 << 20];
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(100));
    for _ in 0..10 {
        pace.tick().await;
        client.read_exact(&mut piece).await.unwrap();
    }
    assert!(!seen.is_gone.get(), "it has been reading all the time");
    until("the upstream is let go of", async || {
        seen.is_gone.get().then_some(())
    })
    .await;
    world.line(|line| line["ending"] == "client_gone").await;
}

/// The stream ends, its connection does not.
#[tokio::test(flavor = "local")]
async fn an_http2_stream_that_is_not_read_is_given_up() {
    let (up, seen) = endless().await;
    let world = impatient(up);
    let stream = TcpStream::connect(world.address("http")).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::task::spawn_local(connection);
    let ask = |path: &str| {
        let uri = format!("http://a{path}");
        http::Request::get(uri)
            .body(http_body_util::Empty::<Bytes>::new())
            .unwrap()
    };
    let unread = sender.send_request(ask("/endless")).await.unwrap();
    until("the upstream is let go of", async || {
        seen.is_gone.get().then_some(())
    })
    .await;
    let other = sender.send_request(ask("/")).await.unwrap();
    assert_eq!(other.status(), 200);
    assert!(unread.into_body().collect().await.is_err(), "it was cut");
}
