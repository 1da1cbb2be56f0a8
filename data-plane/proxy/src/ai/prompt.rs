//! The body of a request to a model.
//!
//! Owns its limit and its encodings. Must not look into it. Invariant: what is read is bounded, also behind an encoding.

use bytes::Bytes;
use dp_llm::{
    class::{Class, Passing},
    content_encoding::{self, DecodeError},
    request::{Request as Prompt, RequestError},
};
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    request::Parts,
};
use http_body::Body;
use http_body_util::BodyExt;

use crate::{
    fault::{Fault, Kind},
    forward::Limits,
    request_body::{BodyError, RequestBody},
};

/// The largest prompt, in bytes, where `frontend.http.maxBufferSize` says nothing (llm.md 0.1).
const LIMIT: usize = 2 << 20;

/// The same of what passes as it is: recordings and images, which vendors take up to 25 MB of.
const PASSED_LIMIT: usize = 32 << 20;

/// The most, in bytes, that is put aside for a body because its length was announced: the rest has to come first.
const AHEAD: usize = 256 << 10;

/// A body that is larger than what is read whole. Its words are for clients too.
#[derive(Debug, thiserror::Error)]
#[error(
    "the request body is larger than {0} bytes; raise frontend.http.maxBufferSize in an AgentgatewayPolicy of the Gateway"
)]
pub(crate) struct TooLarge(usize);

/// Reads the whole body, of at most `max` bytes where that is configured.
pub(super) async fn read(
    head: &Parts,
    body: RequestBody,
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
    let body = gathered(body, limit);
    let body = match limits.deadline {
        None => body.await?,
        Some(deadline) => tokio::time::timeout_at(deadline.into(), body)
            .await
            .map_err(|_| Fault::new(Kind::BodyTimeout))??,
    };
    let body = decoded(&head.headers, body, limit)?;
    let content_type = content_type(&head.headers, class)?;
    Prompt::parse_as(class, head.uri.path(), content_type, body)
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))
}

/// What the body is, of one word that everybody reads: where the header goes on as it came, its reader could take another.
fn content_type(headers: &HeaderMap, class: Class) -> Result<Option<&str>, Fault> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (first, is_only) = (types.next(), types.next().is_none());
    let text = first.and_then(|value| value.to_str().ok());
    let is_read = matches!(class, Class::Detect(_) | Class::Passthrough(Passing::Read));
    match is_read && (!is_only || (text.is_none() && first.is_some())) {
        true => Err(Fault::caused(Kind::InvalidPrompt, RequestError::NotAForm)),
        false => Ok(text),
    }
}

/// The parts of a body as one, of at most `limit` bytes. Each is copied as it comes, while it is warm, and let go of: the
/// connection then reads the next one into the same memory.
async fn gathered(mut body: RequestBody, limit: usize) -> Result<Bytes, Fault> {
    let first = match part(&mut body).await? {
        Some(first) if body.is_end_stream() => return within(first, limit),
        Some(first) => first,
        None => return Ok(Bytes::new()),
    };
    let rest = body.size_hint().upper().unwrap_or(0);
    let announced = first
        .len()
        .saturating_add(usize::try_from(rest).unwrap_or(usize::MAX));
    let mut whole = Vec::with_capacity(announced.min(limit).min(AHEAD));
    let mut next = Some(first);
    while let Some(data) = next {
        if data.len() > limit - whole.len() {
            return Err(too_large(limit));
        }
        whole.extend_from_slice(&data);
        drop(data);
        next = part(&mut body).await?;
    }
    Ok(whole.into())
}

/// The next bytes of a body; `None` at its end.
async fn part(body: &mut RequestBody) -> Result<Option<Bytes>, Fault> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                // Trailers say nothing about a prompt.
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(error @ BodyError::Stalled)) => {
                return Err(Fault::caused(Kind::BodyTimeout, error));
            }
            Some(Err(error @ (BodyError::Broken(_) | BodyError::MirrorLimit))) => {
                return Err(Fault::caused(Kind::BodyBroken, error));
            }
        }
    }
}

fn within(body: Bytes, limit: usize) -> Result<Bytes, Fault> {
    match body.len() > limit {
        true => Err(too_large(limit)),
        false => Ok(body),
    }
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
