//! Uniform resource locators with a scheme that a browser opens (RFC 3986).
//!
//! Must not take the punctuation of the sentence around one.

use super::{Candidate, Detector, Judgement};
use crate::prompt_guard::score::Score;

pub(super) const DETECTOR: Detector = Detector {
    token: "URL",
    pattern: r"(?i-u:\b(?:https?|ftps?|wss?)://)[A-Za-z0-9\[][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*",
    words: &[],
    judge,
};

fn judge(candidate: &Candidate<'_>) -> Judgement {
    let mut text = candidate.text;
    loop {
        let shorter = text.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*']);
        let closed = match shorter.strip_suffix([')', ']']) {
            Some(inner) if !is_balanced(shorter) => inner,
            Some(_) | None => shorter,
        };
        if closed.len() == text.len() {
            break;
        }
        text = closed;
    }
    Judgement::Hit {
        end: text.len(),
        score: Score::percent(60),
    }
}

/// Whether every bracket that closes was opened: `(see https://a.example/b)` against `https://a.example/b_(c)`.
fn is_balanced(text: &str) -> bool {
    let count = |bracket: char| text.matches(bracket).count();
    count(')') <= count('(') && count(']') <= count('[')
}
