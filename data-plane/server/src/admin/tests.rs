//! The admin surface: status codes, bodies, and who may ask.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use dp_proxy::{Options, Proxy};
use grpc::address::Address;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use prometheus_client::registry::Registry;
use tokio::net::{TcpStream, UnixStream};
use tower::ServiceExt;

use super::{Admin, AdminToken, router, serve};
use crate::metrics::ConfigMetrics;
use crate::standing::StandingWriter;
use crate::telemetry::LogLevel;

fn admin(standing: &StandingWriter) -> (Admin, impl Sized + use<>) {
    let mut registry = Registry::default();
    ConfigMetrics::register(&mut registry);
    let proxy = Arc::new(Proxy::start(Options::new(&mut registry)).expect("proxy"));
    let (level, layer) = LogLevel::detached();
    let standing = standing.subscribe();
    (
        Admin {
            standing,
            proxy,
            registry: Arc::new(registry),
            level,
        },
        layer,
    )
}

async fn ask(admin: &Admin, method: Method, uri: &str) -> (StatusCode, String) {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .body(Body::empty())
        .expect("request");
    let response = router(admin.clone())
        .oneshot(request)
        .await
        .expect("response");
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .expect("body")
        .to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn ready_follows_the_standing_and_live_does_not() {
    let standing = StandingWriter::new();
    let (admin, _layer) = admin(&standing);
    let (status, body) = ask(&admin, Method::GET, "/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("control plane does not answer"), "{body}");
    standing.active(Arc::default());
    assert_eq!(
        ask(&admin, Method::GET, "/ready").await,
        (StatusCode::OK, "ready\n".to_owned())
    );
    standing.draining();
    let (status, body) = ask(&admin, Method::GET, "/ready").await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    );
    assert_eq!(ask(&admin, Method::GET, "/live").await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_dump_says_what_is_active_and_what_was_refused() {
    let standing = StandingWriter::new();
    let (admin, _layer) = admin(&standing);
    let dump = async || -> serde_json::Value {
        let (status, body) = ask(&admin, Method::GET, "/config_dump").await;
        assert_eq!(status, StatusCode::OK);
        serde_json::from_str(&body).expect("JSON")
    };
    assert!(dump().await["config"].is_null());
    standing.active(Arc::default());
    standing.rejected("rule: routes[0]: no".to_owned());
    let after = dump().await;
    assert_eq!(after["commit"], "", "the id of the empty configuration");
    assert_eq!(after["rejection"], "rule: routes[0]: no");
    assert!(!after["config"].is_null());
}

#[tokio::test]
async fn metrics_and_index_are_text() {
    let (admin, _layer) = admin(&StandingWriter::new());
    let (_, metrics) = ask(&admin, Method::GET, "/metrics").await;
    assert!(
        metrics.contains("tidegate_proxy_xds_connected 0"),
        "{metrics}"
    );
    assert!(metrics.ends_with("# EOF\n"));
    assert!(
        ask(&admin, Method::GET, "/")
            .await
            .1
            .contains("/config_dump")
    );
    assert_eq!(ask(&admin, Method::GET, "/listeners").await.1, "[]");
    assert_eq!(
        ask(&admin, Method::GET, "/providers").await.1,
        r#"{"endpoints":[],"keys":[],"budget_stores":[]}"#
    );
    assert_eq!(
        ask(&admin, Method::GET, "/nothing").await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_level_of_the_log_is_set_by_put_only() {
    let (admin, _layer) = admin(&StandingWriter::new());
    let put = ask(&admin, Method::PUT, "/logging?level=warn,dp_proxy=debug").await;
    assert_eq!(put.0, StatusCode::OK);
    assert!(
        ask(&admin, Method::GET, "/logging?level=error")
            .await
            .1
            .contains("dp_proxy=debug")
    );
    assert_eq!(
        ask(&admin, Method::PUT, "/logging?level=x=y").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        ask(&admin, Method::PUT, "/logging").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        ask(&admin, Method::POST, "/logging").await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

async fn over_the_socket(address: &Address, host: &str) -> StatusCode {
    let request = Request::builder()
        .uri("/live")
        .header("host", host)
        .body(Body::empty());
    over(address, request.expect("request")).await
}

async fn over(address: &Address, request: Request<Body>) -> StatusCode {
    match address {
        Address::Unix(path) => send(UnixStream::connect(path).await.expect("unix"), request).await,
        Address::Tcp { host, port } => {
            send(
                TcpStream::connect((host.as_str(), *port))
                    .await
                    .expect("tcp"),
                request,
            )
            .await
        }
    }
}

async fn send<S>(stream: S, request: Request<Body>) -> StatusCode
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .expect("handshake");
    let response = async {
        sender
            .send_request(request)
            .await
            .expect("response")
            .status()
    };
    tokio::select! {
        status = response => status,
        ended = connection => panic!("the connection ended: {ended:?}"),
    }
}

#[tokio::test]
async fn a_page_under_a_foreign_name_learns_nothing() {
    let dir = tempfile::tempdir().expect("tempdir");
    let tcp: Address = "127.0.0.1:0".parse().expect("address");
    for (address, foreign) in [
        (Address::unix(dir.path().join("a.sock")), StatusCode::OK),
        (tcp, StatusCode::FORBIDDEN),
    ] {
        let (admin, _layer) = admin(&StandingWriter::new());
        let listening = grpc::listen::bind(&address).await.expect("bind");
        let address = listening.address().expect("address");
        let asking = async {
            for local in [
                "localhost",
                "localhost:1234",
                "127.0.0.1:1",
                "[::1]",
                "[::1]:80",
            ] {
                assert_eq!(
                    over_the_socket(&address, local).await,
                    StatusCode::OK,
                    "{local}"
                );
            }
            for name in ["evil.example", "evil.example:80", "10.0.0.1", ""] {
                assert_eq!(over_the_socket(&address, name).await, foreign, "{name}");
            }
        };
        tokio::select! {
            () = asking => {}
            ended = serve(admin, listening, None) => panic!("the server ended: {ended:?}"),
        }
    }
}

/// What is answered on TCP, with this `Authorization` if any.
async fn with_authorization(
    address: &Address,
    (method, uri): (Method, &str),
    authorization: Option<&str>,
) -> StatusCode {
    let mut request = Request::builder()
        .method(method)
        .uri(uri)
        .header("host", "localhost");
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    over(address, request.body(Body::empty()).expect("request")).await
}

#[tokio::test]
async fn on_tcp_a_stranger_learns_no_more_than_a_probe() {
    let dir = tempfile::tempdir().expect("tempdir");
    let file = dir.path().join("token");
    let foreign = dir.path().join("foreign");
    let _foreign = AdminToken::write(&foreign).expect("token");
    for has_token in [true, false] {
        let (admin, _layer) = admin(&StandingWriter::new());
        let loopback = "127.0.0.1:0".parse().expect("address");
        let listening = grpc::listen::bind(&loopback).await.expect("bind");
        let address = listening.address().expect("address");
        let token = has_token.then(|| AdminToken::write(&file).expect("token"));
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let own = format!("Bearer {}", read(&file));
        let other = format!("Bearer {}", read(&foreign));
        let asking = async {
            for (method, uri) in [
                (Method::GET, "/metrics"),
                (Method::GET, "/config_dump"),
                (Method::GET, "/listeners"),
                (Method::GET, "/providers"),
                (Method::GET, "/logging"),
                (Method::PUT, "/logging?level=debug"),
                (Method::GET, "/"),
                (Method::GET, "/nothing"),
                (Method::GET, "//ready"),
            ] {
                for stranger in [None, Some("Bearer x"), Some(other.as_str())] {
                    let asked = (method.clone(), uri);
                    let got = with_authorization(&address, asked, stranger).await;
                    assert_eq!(got, StatusCode::UNAUTHORIZED, "{method} {uri}");
                }
                let got = with_authorization(&address, (method.clone(), uri), Some(&own)).await;
                assert_eq!(got != StatusCode::UNAUTHORIZED, has_token, "{method} {uri}");
            }
            let live = with_authorization(&address, (Method::GET, "/live"), None).await;
            assert_eq!(live, StatusCode::OK);
            let ready = with_authorization(&address, (Method::GET, "/ready"), None).await;
            assert_eq!(
                ready,
                StatusCode::SERVICE_UNAVAILABLE,
                "it is told as it is"
            );
        };
        tokio::select! {
            () = asking => {}
            ended = serve(admin, listening, token) => panic!("the server ended: {ended:?}"),
        }
        assert!(!file.exists(), "the token goes with the server");
    }
}
