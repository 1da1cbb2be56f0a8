//! One try at one endpoint.
//!
//! Owns the form that a head takes in each protocol, and the deadline. Must not choose endpoints or decide
//! what follows a failure. Invariant: `Host` and `:authority` are never both sent, and nothing of the
//! client's connection reaches the upstream.

use std::pin::pin;

use dp_upstream::{
    Picked,
    pool::{Endpoint, Lease, Protocol},
};
use http::{
    HeaderValue, Request, Response, Uri, Version,
    header::{COOKIE, HOST},
    request::Parts,
    uri::{Authority, PathAndQuery, Scheme},
};
use hyper::body::Incoming;

use crate::{
    fault::{Fault, Kind},
    record::UpstreamFacts,
    request_body::{Moving, RequestBody},
    timer::Deadline,
};

/// Sends a request and waits for the head of the response, until `deadline`, or for as long as the body moves where that
/// is what counts.
///
/// # Errors
/// No connection, no valid response, or not in time.
pub(crate) async fn send(
    picked: &Picked<RequestBody>,
    mut head: Box<Parts>,
    body: RequestBody,
    mut deadline: Deadline<'_>,
    facts: &mut UpstreamFacts,
) -> Result<(Response<Incoming>, Lease<RequestBody>), Fault> {
    put_into(&picked.endpoint, &mut head)?;
    let moving = body.moving();
    let request = Request::from_parts(*head, body);
    facts.attempts += 1;
    facts.endpoint = Some(picked.endpoint.address());
    let mut sent = pin!(
        picked
            .endpoint
            .send(request, &picked.fallbacks, picked.connect_timeout)
    );
    loop {
        if let Some(outcome) = deadline.bound(sent.as_mut()).await {
            return Ok(outcome?);
        }
        let due = moving.as_ref().and_then(Moving::due);
        deadline = deadline.later(due.ok_or(Kind::Timeout)?);
    }
}

/// Puts a head in origin form, with its authority in `Host`, into the form that an endpoint takes.
fn put_into(endpoint: &Endpoint<RequestBody>, head: &mut Parts) -> Result<(), Fault> {
    match endpoint.protocol() {
        Protocol::Http1 => {
            head.version = Version::HTTP_11;
            join_cookies(head);
        }
        Protocol::Http2 => {
            head.version = Version::HTTP_2;
            let host = head.headers.remove(HOST).ok_or(Kind::MissingHost)?;
            let authority = Authority::try_from(host.as_bytes())
                .map_err(|error| Fault::caused(Kind::MissingHost, error))?;
            let target = head
                .uri
                .path_and_query()
                .cloned()
                .unwrap_or(PathAndQuery::from_static("/"));
            let mut parts = http::uri::Parts::default();
            // That of this connection (RFC 9113, section 8.3.1), whatever the client spoke.
            parts.scheme = Some(if endpoint.is_tls() {
                Scheme::HTTPS
            } else {
                Scheme::HTTP
            });
            parts.authority = Some(authority);
            parts.path_and_query = Some(target);
            head.uri = Uri::from_parts(parts).map_err(|error| Fault::caused(Kind::Bug, error))?;
        }
    }
    Ok(())
}

/// HTTP/2 may split `cookie`; HTTP/1.1 may not (RFC 9113, section 8.2.3).
fn join_cookies(head: &mut Parts) {
    let mut cookies = head.headers.get_all(COOKIE).iter();
    let (Some(first), Some(_)) = (cookies.next(), cookies.next()) else {
        return;
    };
    let mut joined = first.as_bytes().to_vec();
    for cookie in head.headers.get_all(COOKIE).iter().skip(1) {
        joined.extend_from_slice(b"; ");
        joined.extend_from_slice(cookie.as_bytes());
    }
    if let Ok(joined) = HeaderValue::from_maybe_shared(bytes::Bytes::from(joined)) {
        head.headers.insert(COOKIE, joined);
    }
}
