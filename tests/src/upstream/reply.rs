//! The answer of a well-behaved upstream.
//!
//! Request headers choose it: `x-reply-status: N`, `x-reply-size: N` (that many bytes instead of JSON),
//! `x-reply-events: N` (an event stream), `x-reply-trailer: V` (a trailer `x-trailer: V`). An upgrade is
//! accepted and echoed byte by byte; a gRPC request is answered with its own body and `grpc-status: 0`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::json;

type Body = BoxBody<Bytes, Infallible>;

/// Bytes of a request body that the answer repeats.
const REPEATED: usize = 4096;

/// Answers `request` in the name of `upstream`.
pub(super) async fn to(
    upstream: Arc<str>,
    request: Request<Incoming>,
) -> Result<Response<Body>, hyper::Error> {
    if request.headers().contains_key(UPGRADE) {
        return Ok(upgrade(&upstream, request));
    }
    let (head, body) = request.into_parts();
    let collected = body.collect().await?;
    let trailers = collected.trailers().cloned().unwrap_or_default();
    let body = collected.to_bytes();
    let wish = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());

    if wish("content-type").is_some_and(|kind| kind.starts_with("application/grpc")) {
        return Ok(grpc(&upstream, body));
    }
    let mut response = Response::new(Full::new(Bytes::new()).boxed());
    named(&mut response, &upstream);
    if let Some(status) = wish("x-reply-status").and_then(|text| text.parse().ok()) {
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    }
    let (kind, content) = match (wish("x-reply-size"), wish("x-reply-events")) {
        (Some(size), _) => {
            let size = size.parse().unwrap_or_default();
            ("application/octet-stream", Bytes::from(vec![b'x'; size]))
        }
        (None, Some(count)) => (
            "text/event-stream",
            events(count.parse().unwrap_or_default()),
        ),
        (None, None) => {
            let shown = body.get(..body.len().min(REPEATED)).unwrap_or_default();
            let text = json!({
                "upstream": &*upstream,
                "method": head.method.as_str(),
                "path": head.uri.path_and_query().map_or("", |path| path.as_str()),
                "authority": authority(&head),
                "version": format!("{:?}", head.version),
                "headers": joined(&head.headers),
                "trailers": joined(&trailers),
                "body": String::from_utf8_lossy(shown),
                "length": body.len(),
            });
            ("application/json", Bytes::from(text.to_string()))
        }
    };
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let trailer = wish("x-reply-trailer").and_then(|value| value.parse().ok());
    *response.body_mut() = match trailer {
        Some(value) => with_trailer(content, "x-trailer", value),
        None => Full::new(content).boxed(),
    };
    Ok(response)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the echo ends with its connection"
)]
fn upgrade(upstream: &str, request: Request<Incoming>) -> Response<Body> {
    let protocol = request.headers().get(UPGRADE).cloned();
    tokio::task::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            let (mut read, mut write) = tokio::io::split(TokioIo::new(upgraded));
            // Ends when either side closes, as it may at any time.
            let _ = tokio::io::copy(&mut read, &mut write).await;
        }
    });
    let mut response = Response::new(Full::new(Bytes::new()).boxed());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    named(&mut response, upstream);
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("upgrade"));
    if let Some(protocol) = protocol {
        response.headers_mut().insert(UPGRADE, protocol);
    }
    response
}

fn grpc(upstream: &str, body: Bytes) -> Response<Body> {
    let status = HeaderValue::from_static("0");
    let mut response = Response::new(with_trailer(body, "grpc-status", status));
    named(&mut response, upstream);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

fn with_trailer(content: Bytes, name: &'static str, value: HeaderValue) -> Body {
    let trailers = HeaderMap::from_iter([(http::HeaderName::from_static(name), value)]);
    Full::new(content)
        .with_trailers(async move { Some(Ok(trailers)) })
        .boxed()
}

fn named(response: &mut Response<Body>, upstream: &str) {
    if let Ok(value) = HeaderValue::from_str(upstream) {
        response.headers_mut().insert("x-upstream", value);
    }
}

fn authority(head: &http::request::Parts) -> String {
    let host = head
        .headers
        .get("host")
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    head.uri
        .authority()
        .map_or(host, |authority| authority.as_str())
        .to_owned()
}

fn events(count: usize) -> Bytes {
    let event = |number| format!("data: {{\"event\":{number}}}\n\n");
    Bytes::from((0..count).map(event).collect::<String>())
}

fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let entry = joined.entry(name.as_str().to_owned()).or_default();
        if !entry.is_empty() {
            entry.push_str(", ");
        }
        entry.push_str(&value);
    }
    joined
}
