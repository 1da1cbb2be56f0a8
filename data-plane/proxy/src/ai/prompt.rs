//! The body of a request to a model.
//!
//! Owns its limit and its encodings. Must not look into it. Invariant: what is read is bounded, also behind an encoding.

use bytes::Bytes;
use dp_llm::{
    class::Class,
    content_encoding::{self, DecodeError},
    request::{Request as Prompt, RequestError},
};
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    request::Parts,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use crate::{
    fault::{Fault, Kind},
    forward::Limits,
    request_body::{BodyError, RequestBody},
};

/// The largest prompt, in bytes, where `frontend.http.maxBufferSize` says nothing (llm.md 0.1).
const LIMIT: usize = 2 << 20;

/// The same of what passes as it is: recordings and images, which vendors take up to 25 MB of.
const PASSED_LIMIT: usize = 32 << 20;

/// A body that is larger than what is read whole. Its words are for clients too.
#[derive(Debug, thiserror::Error)]
#[error(
    "the request body is larger than {0} bytes; raise frontend.http.maxBufferSize in an AgentgatewayPolicy of the Gateway"
)]
pub(crate) struct TooLarge(usize);

/// Reads the whole body, of at most `max` bytes where that is configured.
pub(super) async fn read(
    head: &Parts,
    body: Incoming,
    limits: Limits,
    class: Class,
    max: Option<usize>,
) -> Result<Prompt, Fault> {
    let own = match class {
        Class::Detect(_) | Class::Passthrough(_) => PASSED_LIMIT,
        Class::Chat(_)
        | Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::CountTokens(_)
        | Class::Realtime => LIMIT,
    };
    let limit = max.unwrap_or(own);
    check(&head.headers, limit)?;
    let body = Limited::new(RequestBody::stream(body, limits, None), limit).collect();
    let collected = match limits.deadline {
        None => body.await,
        Some(deadline) => tokio::time::timeout_at(deadline.into(), body)
            .await
            .map_err(|_| Fault::new(Kind::BodyTimeout))?,
    };
    let body = collected.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return too_large(limit);
        }
        let kind = if matches!(error.downcast_ref(), Some(BodyError::Stalled)) {
            Kind::BodyTimeout
        } else {
            Kind::BodyBroken
        };
        Fault::caused(kind, error)
    })?;
    let body = decoded(&head.headers, body.to_bytes(), limit)?;
    let content_type = head.headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    Prompt::parse_as(class, head.uri.path(), content_type, body)
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))
}

/// The body as it was before it was encoded for the way.
fn decoded(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, Fault> {
    let lines = headers.get_all(CONTENT_ENCODING).iter();
    let lines: Vec<&str> = lines
        .map(|line| line.to_str())
        .collect::<Result<_, _>>()
        .map_err(|_| Fault::new(Kind::UnsupportedEncoding))?;
    // Several lines are one list (RFC 9110 section 5.3).
    content_encoding::decode(&lines.join(","), body, limit).map_err(|error| match error {
        DecodeError::Unsupported => Fault::caused(Kind::UnsupportedEncoding, error),
        DecodeError::TooLarge => too_large(limit),
        DecodeError::Broken => Fault::caused(Kind::InvalidPrompt, RequestError::Encoding(error)),
    })
}

fn check(headers: &HeaderMap, limit: usize) -> Result<(), Fault> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large(limit));
    }
    Ok(())
}

fn too_large(limit: usize) -> Fault {
    Fault::caused(Kind::BodyTooLarge, TooLarge(limit))
}
