//! Listeners that come, change and go, and the end of the whole proxy.
//!
//! Nobody who got a connection may lose a request by a change of configuration.

use std::{cell::Cell, rc::Rc, time::Duration};

use bytes::Bytes;
use dp_proxy::{Cause, DrainTimeouts};
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use crate::harness::{
    self, PATIENCE, World, chain, cluster, echo_path, get, listener, manager, read_head, route_to,
    routes, simple, upstream,
};

/// A listener on an address of its own: two cannot both have any port of one.
fn named(name: &str) -> Value {
    let mut named = listener(name, vec![chain(manager("routes", json!({})))]);
    let address = if name == "a" {
        "127.0.0.1"
    } else {
        "127.0.0.2"
    };
    named["address"]["socket_address"]["address"] = json!(address);
    named
}

#[tokio::test(flavor = "local")]
async fn listeners_are_opened_kept_and_closed() {
    let (up, _) = echo_path().await;
    let rest = [
        routes(vec![route_to("up", json!({}))]),
        cluster("up", up, json!({})),
    ];
    let with = |names: &[&str]| {
        names
            .iter()
            .map(|name| named(name))
            .chain(rest.clone())
            .collect::<Vec<_>>()
    };
    let world = World::serving(&with(&["a"]));
    let a = world.address("a");
    world.commit(&with(&["a", "b"]));
    assert_eq!(world.address("a"), a, "kept");
    let b = world.address("b");
    assert_eq!(get(b, "/").await.status, 200);
    world.commit(&with(&["a"]));
    assert_eq!(get(a, "/").await.status, 200);
    harness::until("the port of a removed listener is closed", async || {
        TcpStream::connect(b).await.err()
    })
    .await;
    assert_eq!(world.proxy.listeners().len(), 1);
}

#[tokio::test(flavor = "local")]
async fn a_request_in_flight_outlives_its_listener() {
    let (go, arrived) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
    let (up, _) = {
        let (go, arrived) = (go.clone(), arrived.clone());
        upstream(move |_, _| {
            let (go, arrived) = (go.clone(), arrived.clone());
            async move {
                arrived.notify_one();
                go.notified().await;
                Response::new(Full::from("late"))
            }
        })
        .await
    };
    let world = World::serving(&simple(up));
    let address = world.address("http");
    let waiting = tokio::task::spawn_local(async move { get(address, "/").await });
    arrived.notified().await;
    world.commit(&[]);
    go.notify_one();
    let answer = timeout(PATIENCE, waiting).await.unwrap().unwrap();
    assert_eq!(answer.text(), "late");
    assert_eq!(answer.header("connection"), Some("close"));
}

#[tokio::test(flavor = "local")]
async fn an_idle_connection_of_a_removed_listener_gets_one_more_answer() {
    let (up, _) = echo_path().await;
    let world = World::serving(&simple(up));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client
        .write_all(b"GET /1 HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    read_head(&mut client).await;
    client.read_exact(&mut [0; 5]).await.unwrap();
    world.commit(&[]);
    client
        .write_all(b"GET /2 HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let head = timeout(PATIENCE, read_head(&mut client)).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let mut rest = String::new();
    timeout(PATIENCE, client.read_to_string(&mut rest))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(rest, "ok /2");
}

#[tokio::test(flavor = "local")]
async fn prepare_binds_and_gives_back() {
    let (up, _) = echo_path().await;
    let world = World::serving(&simple(up));
    let taken = std::net::TcpListener::bind("127.0.0.2:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut next = simple(up);
    let mut second = named("second");
    second["address"]["socket_address"]["port_value"] = json!(port);
    next.push(second);
    let refused = world.prepare(&next).err().expect("the port is taken");
    assert_eq!(
        (refused[0].name.as_str(), refused[0].path.as_str()),
        ("second", "address")
    );
    assert_eq!(refused[0].cause, Cause::Machine);
    assert!(
        refused[0].message.contains("choose another port"),
        "{}",
        refused[0].message
    );
    assert_eq!(
        get(world.address("http"), "/").await.status,
        200,
        "what is active is untouched"
    );
    drop(taken);
    drop(world.prepare(&next).unwrap());
    std::net::TcpListener::bind(("127.0.0.2", port)).expect("a dropped Prepared holds no port");
    world.commit(&next);
    assert_eq!(get(world.address("second"), "/").await.status, 200);
}

/// A hundred commits while a client asks without a pause.
#[tokio::test(flavor = "local")]
async fn commits_lose_no_request_and_mix_nothing() {
    let (up, seen) = echo_path().await;
    let generation = |mark: u32| {
        let add = |key: &str| json!([{"header": {"key": key, "value": mark.to_string()}}]);
        let mut route = route_to("up", json!({"prefix_rewrite": format!("/{mark}")}));
        route["request_headers_to_add"] = add("x-request-mark");
        route["response_headers_to_add"] = add("x-response-mark");
        vec![
            harness::http_listener(),
            routes(vec![route]),
            cluster("up", up, json!({})),
        ]
    };
    let world = World::serving(&generation(0));
    let address = world.address("http");
    let is_over = Rc::new(Cell::new(false));
    let answers = Rc::new(Cell::new(0_u32));
    let (over, answered) = (is_over.clone(), answers.clone());
    let asking = tokio::task::spawn_local(async move {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::task::spawn_local(connection);
        let mut marks = std::collections::BTreeSet::new();
        while !over.get() {
            let request = Request::get("/a")
                .header("host", "a")
                .body(Empty::<Bytes>::new())
                .unwrap();
            sender.ready().await.unwrap();
            let response = sender.send_request(request).await.unwrap();
            assert_eq!(response.status(), 200);
            let mark = response.headers()["x-response-mark"]
                .to_str()
                .unwrap()
                .to_owned();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(
                body,
                format!("ok /{mark}/a"),
                "one request, one configuration"
            );
            marks.insert(mark);
            answered.set(answered.get() + 1);
        }
        marks.len()
    });
    for mark in 1..=100 {
        world.commit(&generation(mark));
        let before = answers.get();
        let more = async || (answers.get() > before).then_some(());
        harness::until("another answer", more).await;
    }
    is_over.set(true);
    assert!(timeout(PATIENCE, asking).await.unwrap().unwrap() > 40);
    for (head, _) in seen.requests.borrow().iter() {
        assert_eq!(
            head.uri.path(),
            format!("/{}/a", head.headers["x-request-mark"].to_str().unwrap())
        );
    }
    assert_eq!(seen.connections.get(), 1, "commits do not touch pools");
}

#[tokio::test(flavor = "local")]
async fn a_drain_finishes_what_is_in_flight() {
    let (go, arrived) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
    let (up, _) = {
        let (go, arrived) = (go.clone(), arrived.clone());
        upstream(move |head, _| {
            let (go, arrived) = (go.clone(), arrived.clone());
            async move {
                if head.uri.path() == "/slow" {
                    arrived.notify_one();
                    go.notified().await;
                }
                Response::new(Full::from("done"))
            }
        })
        .await
    };
    let world = World::serving(&simple(up));
    let address = world.address("http");
    let slow = tokio::task::spawn_local(async move { get(address, "/slow").await });
    arrived.notified().await;
    let timeouts = DrainTimeouts {
        min: Duration::from_millis(300),
        max: PATIENCE,
    };
    let drained = tokio::task::spawn_local(world.proxy.drain(timeouts));
    harness::until("new connections are told to close", async || {
        let late = get(address, "/").await;
        assert_eq!(late.status, 200);
        (late.header("connection") == Some("close")).then_some(())
    })
    .await;
    go.notify_one();
    assert_eq!(slow.await.unwrap().text(), "done");
    timeout(PATIENCE, drained)
        .await
        .expect("no connection is left")
        .unwrap();
    assert!(TcpStream::connect(address).await.is_err() || raw_is_closed(address).await);
}

async fn raw_is_closed(address: std::net::SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return true;
    };
    matches!(
        timeout(PATIENCE, stream.read(&mut [0; 1])).await,
        Ok(Ok(0) | Err(_))
    )
}

#[tokio::test(flavor = "local")]
async fn a_connection_that_comes_late_is_answered() {
    let (up, _) = upstream(|head, _| async move {
        if head.uri.path() == "/held" {
            std::future::pending::<()>().await;
        }
        Response::new(Full::from("done"))
    })
    .await;
    let world = World::serving(&simple(up));
    let address = world.address("http");
    let mut held = TcpStream::connect(address).await.unwrap();
    held.write_all(b"GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    world.counts("tidegate_proxy_requests_active 1").await;
    let timeouts = DrainTimeouts {
        min: Duration::ZERO,
        max: PATIENCE,
    };
    let _drain = tokio::task::spawn_local(world.proxy.drain(timeouts));
    for _ in 0..20 {
        let mut late = TcpStream::connect(address).await.unwrap();
        // The proxy has the connection before it has the request.
        tokio::task::yield_now().await;
        late.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, late.read_to_string(&mut answer))
            .await
            .unwrap()
            .unwrap();
        assert!(answer.ends_with("done"), "{answer:?}");
    }
}

#[tokio::test(flavor = "local")]
async fn a_drain_ends_at_its_limit() {
    let (up, _) = upstream(|_, _| std::future::pending()).await;
    let world = World::serving(&simple(up));
    let mut client = TcpStream::connect(world.address("http")).await.unwrap();
    client
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let timeouts = DrainTimeouts {
        min: Duration::from_millis(50),
        max: Duration::from_millis(200),
    };
    timeout(PATIENCE, world.proxy.drain(timeouts))
        .await
        .expect("the limit ends it");
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, client.read_to_end(&mut rest))
        .await
        .expect("closed");
    assert!(rest.is_empty());
}

/// What ends the connections of a world.
enum End {
    Removal,
    Drain,
}

/// GOAWAY: the stream in flight is finished, the next one is refused, and then the connection closes.
#[tokio::test(flavor = "local")]
async fn an_http2_connection_is_drained() {
    for end in [End::Removal, End::Drain] {
        let (go, arrived) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
        let (up, _) = {
            let (go, arrived) = (go.clone(), arrived.clone());
            upstream(move |head, _| {
                let (go, arrived) = (go.clone(), arrived.clone());
                async move {
                    if head.uri.path() == "/slow" {
                        arrived.notify_one();
                        go.notified().await;
                    }
                    Response::new(Full::from("done"))
                }
            })
            .await
        };
        let world = World::serving(&simple(up));
        let stream = TcpStream::connect(world.address("http")).await.unwrap();
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .unwrap();
        tokio::task::spawn_local(connection);
        let ask = |path: &str| {
            let request = Request::get(format!("http://a{path}"));
            let request = request.body(Empty::<Bytes>::new()).unwrap();
            let mut sender = sender.clone();
            async move { sender.send_request(request).await }
        };
        let slow = tokio::task::spawn_local(ask("/slow"));
        arrived.notified().await;
        match end {
            End::Removal => world.commit(&[]),
            End::Drain => {
                let timeouts = DrainTimeouts {
                    min: Duration::from_millis(100),
                    max: PATIENCE,
                };
                tokio::task::spawn_local(world.proxy.drain(timeouts));
            }
        }
        harness::until("a further stream is refused", async || ask("/").await.err()).await;
        world.counts("tidegate_proxy_connections_active 1").await;
        go.notify_one();
        let answer = timeout(PATIENCE, slow).await.unwrap().unwrap().unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "done");
        world.counts("tidegate_proxy_connections_active 0").await;
    }
}
