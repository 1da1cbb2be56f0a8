//! For which version of Anthropic's API a client wrote its request: a header, or a member of the body for clients of clouds.
//!
//! Must not know providers. Invariant: a version is a date; whatever else clients say is none, since it would go into heads and
//! bodies of ours.

use std::borrow::Cow;

use dp_llm::request::Request as Prompt;
use http::{HeaderMap, HeaderName, HeaderValue};

/// Where Anthropic's own API has it.
pub(super) const HEADER: HeaderName = HeaderName::from_static("anthropic-version");

/// The version, where the client says one.
pub(super) fn of<'h>(headers: &'h HeaderMap, prompt: &Prompt) -> Option<Cow<'h, str>> {
    let header = headers.get(&HEADER).and_then(|value| value.to_str().ok());
    let said = header.map(Cow::Borrowed);
    said.or_else(|| prompt.said_version().map(Cow::Owned))
        .filter(|version| is_date(version))
}

/// Puts what the body said into the head, for a provider that looks for it there.
pub(super) fn tell(headers: &mut HeaderMap, prompt: &Prompt) {
    let said = of(headers, prompt).and_then(|version| HeaderValue::from_str(&version).ok());
    if let Some(version) = said {
        headers.entry(HEADER).or_insert(version);
    }
}

fn is_date(text: &str) -> bool {
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('-').map(str::len).eq([4, 2, 2]) && text.split('-').all(is_digits)
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn versions_are_dates() {
        for (text, expected) in [
            ("2026-10-21", true),
            ("2023-06-01", true),
            ("vertex-2023-10-16", false),
            ("2026-10-2\"", false),
            ("2026-1021", false),
            ("20261021", false),
            ("", false),
        ] {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }
}
