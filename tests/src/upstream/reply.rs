//! The answer of a well-behaved upstream.
//!
//! Request headers choose it: `x-reply-status: N`, `x-reply-size: N` (that many bytes instead of JSON),
//! `x-reply-events: N` (the JSON as N events, 10 ms apart, and `[DONE]`), `x-reply-trailer: V` (a trailer `x-trailer: V`).
//! An upgrade is accepted and echoed byte by byte; a gRPC request is answered with its own body and `grpc-status: 0`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::time::{Interval, interval};

/// Between two events.
const PACE: Duration = Duration::from_millis(10);

type Body = BoxBody<Bytes, Infallible>;

/// Bytes of a request body that the answer repeats.
const REPEATED: usize = 4096;

/// An event stream that takes its time.
struct Events {
    left: usize,
    event: Bytes,
    pace: Interval,
}

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
    let (kind, content) = match wish("x-reply-size") {
        Some(size) => {
            let size = size.parse().unwrap_or_default();
            ("application/octet-stream", Bytes::from(vec![b'x'; size]))
        }
        None => {
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
    let events = wish("x-reply-events").and_then(|text| text.parse().ok());
    let kind = events.map_or(kind, |_: usize| "text/event-stream");
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(count) = events {
        *response.body_mut() = Events::new(count, &content).boxed();
        return Ok(response);
    }
    let trailer = wish("x-reply-trailer").and_then(|value| value.parse().ok());
    *response.body_mut() = match trailer {
        Some(value) => with_trailer(content, "x-trailer", value),
        None => Full::new(content).boxed(),
    };
    Ok(response)
}

// === impl Events ===

impl Events {
    fn new(count: usize, content: &[u8]) -> Events {
        let event = [b"data: ", content, b"\n\n"].concat();
        Events {
            left: count + 1,
            event: Bytes::from(event),
            pace: interval(PACE),
        }
    }
}

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        ready!(self.pace.poll_tick(context));
        self.left -= 1;
        let event = match self.left {
            0 => Bytes::from_static(b"data: [DONE]\n\n"),
            _ => self.event.clone(),
        };
        Poll::Ready(Some(Ok(Frame::data(event))))
    }
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
