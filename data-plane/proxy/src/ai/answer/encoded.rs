//! An answer whose body is encoded, although it was asked for without encoding.
//!
//! Owns the decision: what can be decoded is, so that it is read like any other (llm.md S-13). Invariant: what cannot be
//! read passes only where nobody has to read it.

use dp_llm::{content_encoding::Decoding, relay::Plan};
use http::{
    HeaderMap, Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
    response,
};

use super::{Answer, Body, Said, lost};
use crate::{
    ai::Tried,
    fault::{Fault, Kind},
    response_body::Upstream,
};

/// Has the body decoded as it comes, where its encoding is known; the head tells of none then.
pub(super) fn decode(response: &mut Response<Upstream>) {
    if !response.headers().contains_key(CONTENT_ENCODING) {
        return;
    }
    let lines = response.headers().get_all(CONTENT_ENCODING).iter();
    // Several lines are one list (RFC 9110 section 5.3).
    let lines: Result<Vec<&str>, _> = lines.map(|line| line.to_str()).collect();
    let decoding = lines.ok().map(|lines| Decoding::new(&lines.join(",")));
    if let Some(Ok(decoding)) = decoding {
        response.headers_mut().remove(CONTENT_ENCODING);
        if let Some(decoding) = decoding {
            response.headers_mut().remove(CONTENT_LENGTH);
            response.body_mut().decode(decoding);
        }
    }
}

/// Whether a head tells of an encoding that is not decoded.
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_ENCODING)
}

/// Takes it as it is, or not at all.
pub(super) fn encoded(
    plan: &Plan,
    is_guarded: bool,
    (head, upstream): (response::Parts, Upstream),
    said: Said,
) -> Tried {
    if plan.client == plan.provider && !is_guarded {
        let body = Body::Unread(upstream);
        return Tried::Answered(Answer::new(head, body, said));
    }
    lost(unreadable())
}

/// What has to be read cannot be.
pub(super) fn unreadable() -> Fault {
    let why = "the provider encoded an answer that was asked for without encoding";
    Fault::caused(Kind::Garbage, why)
}
