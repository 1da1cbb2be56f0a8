//! Pools against real sockets.
//!
//! Small hyper servers on loopback; each test counts the connections that the server saw.

use std::{
    convert::Infallible,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use http_body_util::{BodyExt, Full};
use hyper::{server, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpListener, task::LocalSet};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn pools() -> (Pools<Full<Bytes>>, Arc<Counters>) {
    let counters = Arc::new(Counters::default());
    (Pools::new(counters.clone()), counters)
}

fn plain(protocol: Protocol) -> Transport {
    Transport {
        tls: None,
        protocol,
        idle: None,
    }
}

fn request(address: SocketAddr, body: &'static str) -> Request<Full<Bytes>> {
    Request::builder()
        .uri(format!("http://{address}/"))
        .body(Full::from(body))
        .unwrap()
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Ok(Response::new(Full::from(body)))
}

fn serve(listener: TcpListener, protocol: Protocol) -> Rc<Cell<u32>> {
    let accepted = Rc::new(Cell::new(0));
    let count = accepted.clone();
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.set(count.get() + 1);
            tokio::task::spawn_local(async move {
                let io = TokioIo::new(stream);
                match protocol {
                    Protocol::Http1 => {
                        let _ = server::conn::http1::Builder::new()
                            .serve_connection(io, service_fn(echo))
                            .await;
                    }
                    Protocol::Http2 => {
                        let executor = hyper_util::rt::TokioExecutor::new();
                        let _ = server::conn::http2::Builder::new(executor)
                            .serve_connection(io, service_fn(echo))
                            .await;
                    }
                }
            });
        }
    });
    accepted
}

async fn exchange(endpoint: &Rc<Endpoint<Full<Bytes>>>, body: &'static str) -> Bytes {
    let (response, lease) = endpoint
        .send(request(endpoint.address(), body), &[], SECOND)
        .await
        .unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    lease.finish();
    body
}

async fn reuses(protocol: Protocol) {
    let (listener, address) = listen().await;
    let accepted = serve(listener, protocol);
    let (pools, counters) = pools();
    for body in ["one", "two", "three"] {
        let endpoint = pools.endpoint(address, &plain(protocol));
        assert_eq!(exchange(&endpoint, body).await, body);
        assert_eq!(endpoint.load(), 0);
    }
    assert_eq!(accepted.get(), 1);
    assert_eq!(counters.connects.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn http1_connections_are_reused() {
    LocalSet::new().run_until(reuses(Protocol::Http1)).await;
}

#[tokio::test]
async fn http2_connections_are_shared() {
    LocalSet::new().run_until(reuses(Protocol::Http2)).await;
    LocalSet::new()
        .run_until(async {
            let (listener, address) = listen().await;
            let accepted = serve(listener, Protocol::Http2);
            let (pools, _) = pools();
            let endpoint = pools.endpoint(address, &plain(Protocol::Http2));
            let all = (0..20).map(|_| exchange(&endpoint, "x"));
            futures::future::join_all(all).await;
            assert_eq!(accepted.get(), 1);
        })
        .await;
}

#[tokio::test]
async fn a_dropped_lease_closes_its_connection() {
    LocalSet::new()
        .run_until(async {
            let (listener, address) = listen().await;
            let accepted = serve(listener, Protocol::Http1);
            let (pools, _) = pools();
            let endpoint = pools.endpoint(address, &plain(Protocol::Http1));
            for _ in 0..2 {
                let (_, lease) = endpoint
                    .send(request(address, "x"), &[], SECOND)
                    .await
                    .unwrap();
                assert_eq!(endpoint.load(), 1);
                drop(lease);
                assert_eq!(endpoint.load(), 0);
            }
            assert_eq!(accepted.get(), 2);
        })
        .await;
}

/// A server that answers one request on each connection and then closes it without saying so.
#[tokio::test]
async fn a_stale_connection_is_replaced() {
    LocalSet::new()
        .run_until(async {
            let (listener, address) = listen().await;
            let accepted = Rc::new(Cell::new(0));
            let count = accepted.clone();
            tokio::task::spawn_local(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    count.set(count.get() + 1);
                    let mut head = [0; 1024];
                    let _ = stream.read(&mut head).await;
                    let _ = stream
                        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                        .await;
                }
            });
            let (pools, _) = pools();
            let endpoint = pools.endpoint(address, &plain(Protocol::Http1));
            for turn in 1..=5 {
                assert_eq!(exchange(&endpoint, "x").await, "ok");
                assert_eq!(accepted.get(), turn);
            }
        })
        .await;
}

#[tokio::test]
async fn garbage_and_silence_are_errors() {
    LocalSet::new()
        .run_until(async {
            let (listener, address) = listen().await;
            tokio::task::spawn_local(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let mut head = [0; 1024];
                    let _ = stream.read(&mut head).await;
                    let _ = stream.write_all(b"\x00\x01\x02 garbage\r\n\r\n").await;
                }
            });
            let (pools, _) = pools();
            let endpoint = pools.endpoint(address, &plain(Protocol::Http1));
            let outcome = endpoint.send(request(address, "x"), &[], SECOND).await;
            assert!(matches!(outcome.err(), Some(SendError::Exchange(_))));
            assert_eq!(endpoint.load(), 0);
        })
        .await;
}

/// By the measure of the cluster, else by the pool's.
#[tokio::test(start_paused = true)]
async fn idle_connections_grow_old() {
    LocalSet::new()
        .run_until(async {
            for protocol in [Protocol::Http1, Protocol::Http2] {
                for (idle, limit) in [(None, IDLE_CAP), (Some(5 * SECOND), 5 * SECOND)] {
                    let (listener, address) = listen().await;
                    let accepted = serve(listener, protocol);
                    let (pools, _) = pools();
                    let transport = Transport {
                        idle,
                        ..plain(protocol)
                    };
                    exchange(&pools.endpoint(address, &transport), "x").await;
                    tokio::time::advance(limit - SECOND).await;
                    pools.sweep();
                    assert_eq!(pools.len(), 1);
                    tokio::time::advance(2 * SECOND).await;
                    pools.sweep();
                    assert!(pools.is_empty());
                    exchange(&pools.endpoint(address, &transport), "x").await;
                    assert_eq!(accepted.get(), 2);
                }
            }
        })
        .await;
}

/// An address that stays silent costs everybody who waits for it one connect timeout, not one after the other.
#[tokio::test]
async fn a_dial_that_fails_fails_for_all_who_waited() {
    LocalSet::new()
        .run_until(async {
            // A full accept queue makes Linux ignore further SYNs.
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let listener = socket.listen(1).unwrap();
            let address = listener.local_addr().unwrap();
            let mut held = Vec::new();
            while let Ok(stream) = crate::connect::connect(&[address], SECOND / 5).await {
                held.push(stream);
            }
            let (pools, counters) = pools();
            let endpoint = pools.endpoint(address, &plain(Protocol::Http2));
            let failures = || counters.connect_failures.load(Ordering::Relaxed);
            let all = (0..20).map(|_| endpoint.send(request(address, "x"), &[], SECOND / 5));
            for outcome in futures::future::join_all(all).await {
                assert!(matches!(outcome.err(), Some(SendError::Shared(_))));
            }
            assert_eq!(failures(), 1);
            let later = endpoint.send(request(address, "x"), &[], SECOND / 5).await;
            assert!(later.is_err());
            assert_eq!(failures(), 2, "who comes later finds out anew");
        })
        .await;
}

/// Asks somebody who answers with these bytes in one write, and closes; the rest of a body of which `a` was the first part.
async fn first_part(answer: &'static str) -> (Incoming, Lease<Full<Bytes>>, Arc<Counters>) {
    let (listener, address) = listen().await;
    tokio::task::spawn_local(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let (pools, counters) = pools();
    let endpoint = pools.endpoint(address, &plain(Protocol::Http1));
    let sent = endpoint.send(request(address, ""), &[], SECOND);
    let (response, lease) = sent.await.unwrap();
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "a");
    (body, lease, counters)
}

/// Gives others their turns until this holds.
async fn until(holds: impl Fn() -> bool) {
    let turns = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(10 * SECOND, turns).await.unwrap();
}

/// The next frame, if it is there without waiting.
fn ready_frame(body: &mut Incoming) -> Option<hyper::Result<Bytes>> {
    let mut cx = Context::from_waker(Waker::noop());
    match Pin::new(body).poll_frame(&mut cx) {
        Poll::Ready(frame) => Some(frame?.map(|frame| frame.into_data().unwrap())),
        Poll::Pending => None,
    }
}

#[tokio::test]
async fn parts_that_were_read_together_are_had_without_a_turn_of_others() {
    let test = async {
        let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n";
        let (mut body, lease, counters) = first_part(answer).await;
        for expected in ["b", "c"] {
            lease.advance();
            assert_eq!(ready_frame(&mut body).unwrap().unwrap(), expected);
        }
        lease.advance();
        assert!(body.frame().await.is_none());
        lease.finish();
        until(|| counters.open.load(Ordering::Relaxed) == 0).await;
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn a_connection_that_breaks_off_under_its_reader_is_over() {
    let test = async {
        let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\nno length\r\n";
        let (mut body, lease, counters) = first_part(answer).await;
        lease.advance();
        ready_frame(&mut body).unwrap().unwrap_err();
        // The task learns of it, though the reader saw it.
        until(|| counters.open.load(Ordering::Relaxed) == 0).await;
        // And nothing happens to what is not there.
        lease.advance();
    };
    LocalSet::new().run_until(test).await;
}
