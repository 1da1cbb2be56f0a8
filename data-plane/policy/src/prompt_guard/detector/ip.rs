//! Addresses of IPv4 and IPv6.
//!
//! Must not take version numbers of more or fewer parts, times, hardware addresses or paths in programs.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Candidate, Detector, Judgement};
use crate::prompt_guard::context::continues_after;
use crate::prompt_guard::score::Score;

const WORDS: &[&str] = &[
    "ip", "ips", "ipv4", "ipv6", "address", "host", "server", "addr",
];

pub(super) const V4: Detector = Detector {
    token: "IP_ADDRESS",
    pattern: r"(?-u:\b)(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?-u:\b)",
    words: WORDS,
    judge: v4,
};

pub(super) const V6: Detector = Detector {
    token: "IP_ADDRESS",
    pattern: r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:(?:\.[0-9]{1,3}){3})?",
    words: WORDS,
    judge: v6,
};

fn v4(candidate: &Candidate<'_>) -> Judgement {
    let is_address = candidate.text.parse::<Ipv4Addr>().is_ok()
        && !candidate.before.ends_with('.')
        && !continues_after(candidate.after, &['.']);
    if is_address {
        Judgement::whole(candidate, 60)
    } else {
        Judgement::Miss
    }
}

fn v6(candidate: &Candidate<'_>) -> Judgement {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    // The colon of a sentence may follow.
    let trimmed = candidate.text.strip_suffix(':').unwrap_or(candidate.text);
    let Some(text) = [candidate.text, trimmed]
        .into_iter()
        .find(|text| text.parse::<Ipv6Addr>().is_ok())
    else {
        return Judgement::Miss;
    };
    if candidate.before.ends_with(|c| is_word(c) || c == ':')
        || (text.len() == candidate.text.len() && candidate.after.starts_with(is_word))
    {
        return Judgement::Miss;
    }
    let groups = text.split(':').filter(|group| !group.is_empty()).count();
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    let score = match groups {
        3.. if has_digit => 60,
        // The last 32 bits as an IPv4 address.
        2.. if text.contains('.') => 60,
        // `a::b` is a path in C++ or Rust more often than an address.
        2.. => 20,
        _ => 5,
    };
    Judgement::Hit {
        end: text.len(),
        score: Score::percent(score),
    }
}
