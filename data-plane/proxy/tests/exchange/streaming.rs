//! Bodies as streams: nothing waits for the end, trailers and 100-continue pass.
//!
//! Upstream and client take turns, so a proxy that buffers would hang here.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use std::rc::Rc;

use crate::harness::{PATIENCE, World, raw_upstream, read_head, simple};

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
    let written = Rc::new(std::cell::Cell::new(0_usize));
    let upstream = {
        let written = written.clone();
        raw_upstream(move |mut stream| {
            let written = written.clone();
            async move {
                read_head(&mut stream).await;
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 268435456\r\n\r\n";
                stream.write_all(head).await.unwrap();
                let piece = vec![0; 64 << 10];
                while let Ok(()) = stream.write_all(&piece).await {
                    written.set(written.get() + piece.len());
                }
            }
        })
        .await
    };
    let world = World::serving(&simple(upstream));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    read_head(&mut client).await;
    // Until nothing moves any more.
    let mut before = usize::MAX;
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(200));
    pace.tick().await;
    while before != written.get() {
        before = written.get();
        pace.tick().await;
    }
    assert!(
        written.get() < 64 << 20,
        "{} bytes were taken for a client that reads none",
        written.get()
    );
}
