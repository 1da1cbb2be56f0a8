//! An answer whose body is encoded.
//!
//! Owns what becomes of one that was asked for without encoding. Invariant: what cannot be read passes only where nobody has
//! to read it.

use dp_llm::relay::Plan;
use http::{HeaderMap, header::CONTENT_ENCODING, response};

use super::{Answer, Body, Said, answered, lost};
use crate::{
    ai::Tried,
    fault::{Fault, Kind},
    response_body::Upstream,
};

/// Whether a head tells of an encoding.
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
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
        return answered(Answer::new(head, body, said));
    }
    lost(Fault::caused(
        Kind::Garbage,
        "the provider encoded an answer that was asked for without encoding",
    ))
}
