//! The body of a request to a model.
//!
//! Owns its limit and its encodings. Must not look into it. Invariant: what is read is bounded, also behind an encoding.

use dp_llm::{format::Format, request::Request as Prompt};
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
    request::Parts,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use crate::{
    fault::{Fault, Kind},
    forward::Limits,
    request_body::{BodyError, RequestBody},
};

/// The largest prompt, in bytes.
const LIMIT: usize = 2 << 20;

/// Reads the whole body.
pub(super) async fn read(
    head: &Parts,
    body: Incoming,
    limits: Limits,
    format: Format,
) -> Result<Prompt, Fault> {
    check(&head.headers)?;
    let body = Limited::new(RequestBody::stream(body, limits, None), LIMIT).collect();
    let collected = match limits.deadline {
        None => body.await,
        Some(deadline) => tokio::time::timeout_at(deadline.into(), body)
            .await
            .map_err(|_| Fault::new(Kind::BodyTimeout))?,
    };
    let body = collected.map_err(|error| {
        let kind = if error.is::<LengthLimitError>() {
            Kind::BodyTooLarge
        } else if matches!(error.downcast_ref(), Some(BodyError::Stalled)) {
            Kind::BodyTimeout
        } else {
            Kind::BodyBroken
        };
        Fault::caused(kind, error)
    })?;
    Prompt::parse(format, head.uri.path(), body.to_bytes())
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))
}

fn check(headers: &HeaderMap) -> Result<(), Fault> {
    let encoding = headers
        .get(CONTENT_ENCODING)
        .map_or(&b"identity"[..], HeaderValue::as_bytes);
    if !encoding.eq_ignore_ascii_case(b"identity") {
        return Err(Kind::UnsupportedEncoding.into());
    }
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > LIMIT) {
        return Err(Kind::BodyTooLarge.into());
    }
    Ok(())
}
