//! HTTP/2: down by prior knowledge, up, and between the versions.
//!
//! The upstream is hyper's own server; both ends see trailers.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Version};
use http_body::Frame;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::harness::{
    Answer, PATIENCE, World, chain, cluster, echo_path, http_listener, http2, listen, listener,
    manager, route_to, routes, simple, whole,
};

/// Answers with the version, the request's trailer and a trailer of its own.
async fn upstream() -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(|request: Request<Incoming>| async move {
                let (head, body) = request.into_parts();
                let body = body.collect().await.unwrap();
                let sum = body.trailers().and_then(|t| t.get("x-sum").cloned());
                let text = format!("{:?} {} {:?}", head.version, head.uri, sum);
                let trailers =
                    HeaderMap::from_iter([("grpc-status".parse().unwrap(), "0".parse().unwrap())]);
                let frames = [
                    Ok::<_, Infallible>(Frame::data(Bytes::from(text))),
                    Ok(Frame::trailers(trailers)),
                ];
                let body = StreamBody::new(futures::stream::iter(frames));
                Ok::<_, Infallible>(Response::new(body))
            });
            let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            tokio::task::spawn_local(builder.serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

async fn get2(address: SocketAddr, path: &str) -> Answer {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::task::spawn_local(connection);
    let request = Request::get(format!("http://example.com{path}")).version(Version::HTTP_2);
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    whole(sender.send_request(request).await.unwrap())
        .await
        .unwrap()
}

fn two(up: SocketAddr) -> Vec<serde_json::Value> {
    vec![
        http_listener(),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", up, http2()),
    ]
}

#[tokio::test(flavor = "local")]
async fn prior_knowledge_down_and_up_with_trailers() {
    let world = World::serving(&two(upstream().await));
    let stream = TcpStream::connect(world.address("http")).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::task::spawn_local(connection);
    let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), "42".parse().unwrap())]);
    let frames = [
        Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"abc"))),
        Ok(Frame::trailers(trailers)),
    ];
    let request = Request::post("http://example.com/a?b")
        .header("te", "trailers")
        .body(StreamBody::new(futures::stream::iter(frames)))
        .unwrap();
    let answer = whole(sender.send_request(request).await.unwrap())
        .await
        .unwrap();
    assert_eq!(
        answer.text(),
        r#"HTTP/2.0 http://example.com/a?b Some("42")"#
    );
    assert_eq!(answer.trailers.unwrap()["grpc-status"], "0");
}

#[tokio::test(flavor = "local")]
async fn one_down_two_up() {
    let world = World::serving(&two(upstream().await));
    let answer = crate::harness::get(world.address("http"), "/a").await;
    assert_eq!(answer.text(), "HTTP/2.0 http://example.com/a None");
}

#[tokio::test(flavor = "local")]
async fn two_down_one_up() {
    let (up, seen) = echo_path().await;
    let world = World::serving(&simple(up));
    assert_eq!(get2(world.address("http"), "/a").await.text(), "ok /a");
    let (head, _) = seen.requests.borrow()[0].clone();
    assert_eq!(head.headers["host"], "example.com");
    assert_eq!(head.version, Version::HTTP_11);
}

#[tokio::test(flavor = "local")]
async fn split_cookies_are_joined_for_http1() {
    let (up, seen) = echo_path().await;
    let world = World::serving(&simple(up));
    let stream = TcpStream::connect(world.address("http")).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::task::spawn_local(connection);
    let request = Request::get("http://a/")
        .header("cookie", "a=1")
        .header("cookie", "b=2");
    let request = request.body(Full::<Bytes>::default()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
    let cookies: Vec<_> = seen.requests.borrow()[0]
        .0
        .headers
        .get_all("cookie")
        .iter()
        .cloned()
        .collect();
    assert_eq!(cookies, ["a=1; b=2"]);
}

#[tokio::test(flavor = "local")]
async fn many_streams_share_connections() {
    let world = World::serving(&two(upstream().await));
    let stream = TcpStream::connect(world.address("http")).await.unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::task::spawn_local(connection);
    let all = (0..50).map(|_| {
        let mut sender = sender.clone();
        async move {
            let request = Request::get("http://a/")
                .body(Full::<Bytes>::default())
                .unwrap();
            sender.send_request(request).await.unwrap().status()
        }
    });
    assert!(
        futures::future::join_all(all)
            .await
            .iter()
            .all(|status| *status == 200)
    );
    let metrics = world.metrics();
    assert!(
        metrics.contains("tidegate_proxy_upstream_connects_total 1\n"),
        "{metrics}"
    );
    assert!(
        metrics.contains("tidegate_proxy_connections_total 1\n"),
        "{metrics}"
    );
}

/// The preface and empty settings.
const HELLO: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

fn limited(limits: serde_json::Value) -> World {
    World::serving(&[
        listener("http", vec![chain(manager("routes", limits))]),
        routes(vec![]),
    ])
}

/// A head of a hundred bytes, one at a time, and an answer to nothing.
#[tokio::test(flavor = "local")]
async fn a_head_that_drips_is_given_up() {
    let world = limited(json!({"request_headers_timeout": "0.4s"}));
    let quiet = TcpStream::connect(world.address("http")).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(quiet))
            .await
            .unwrap();
    tokio::task::spawn_local(connection);
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client.set_nodelay(true).unwrap();
    client.write_all(HELLO).await.unwrap();
    let (mut from, mut to) = client.split();
    let start = Instant::now();
    let drip = async {
        to.write_all(b"\0\0\x64\x01\x05\0\0\0\x01").await.unwrap();
        let mut pace = tokio::time::interval(Duration::from_millis(50));
        while to.write_all(b"\x82").await.is_ok() {
            pace.tick().await;
        }
    };
    let mut sink = tokio::io::sink();
    let ended = async { tokio::io::copy(&mut from, &mut sink).await };
    timeout(PATIENCE, async { tokio::join!(drip, ended) })
        .await
        .expect("still open")
        .1
        .ok();
    assert!(start.elapsed() >= Duration::from_millis(400));
    assert!(start.elapsed() < Duration::from_secs(3));
    let request = Request::get("http://a/").body(Full::<Bytes>::default());
    let answer = sender.send_request(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 404, "one that sends nothing has its time");
}

/// One that does not answer the PING behind GOAWAY either.
#[tokio::test(flavor = "local")]
async fn an_idle_client_that_answers_nothing_is_dropped() {
    let idle = json!({"common_http_protocol_options": {"idle_timeout": "0.2s"}});
    let world = limited(idle);
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client.write_all(HELLO).await.unwrap();
    let mut said = Vec::new();
    let _ = timeout(PATIENCE, client.read_to_end(&mut said))
        .await
        .expect("still open");
    let goaway = b"\0\0\x08\x07\0";
    assert!(said.windows(5).any(|bytes| bytes == goaway), "{said:?}");
}
