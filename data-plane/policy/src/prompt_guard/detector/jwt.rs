//! JSON web tokens, signed (RFC 7519) and encrypted (RFC 7516).
//!
//! Must not take other base64 of JSON: there have to be three parts, the second one JSON too, or five.

use super::{Candidate, Detector, Judgement};
use crate::prompt_guard::score::Score;

pub(super) const DETECTOR: Detector = Detector {
    token: "JWT",
    // All but the first part may be absent, so that a window holds a token from its first bytes on.
    pattern: r"(?-u:\b)eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}",
    words: &[],
    judge,
};

fn judge(candidate: &Candidate<'_>) -> Judgement {
    let parts: Vec<&str> = candidate.text.split('.').collect();
    let end = match *parts.as_slice() {
        [_, _, iv, text, tag] if !iv.is_empty() && !text.is_empty() && !tag.is_empty() => {
            candidate.text.len()
        }
        [header, payload, signature, ..] if payload.starts_with("eyJ") => {
            header.len() + payload.len() + signature.len() + 2
        }
        _ => return Judgement::MissAll,
    };
    Judgement::Hit {
        end,
        score: Score::percent(95),
    }
}
