//! The strings inside a JSON document, such as the arguments of a tool.
//!
//! Owns where string values stand in the text of a document (llm.md G-2: masking the text itself could break it). Must
//! not touch anything else: keys, numbers, order and spaces stay byte for byte. Invariant: what was JSON is JSON again.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::IgnoredAny;

use super::decision::Names;
use super::engine::{Engine, OnMatch, masked, names};
use super::run::RunVerdict;

/// Judges every string value of a document. A text that is not JSON, as from a model that stopped in the middle, is
/// judged as plain text.
#[must_use]
pub fn judge(engine: &Engine, document: &str) -> RunVerdict {
    if serde_json::from_str::<IgnoredAny>(document).is_err() {
        return super::run::judge(engine, &[document]);
    }
    let mut out = String::new();
    let mut copied = 0;
    let mut all = Names::default();
    for literal in values(document) {
        let written = document.get(literal.clone()).unwrap_or_default();
        let text = decode(written);
        let findings = engine.scan(&text);
        match engine.on_match() {
            OnMatch::Reject => names(&findings)
                .as_slice()
                .iter()
                .for_each(|name| all.add(name)),
            OnMatch::Mask => {
                let Some((text, names)) = masked(&text, findings) else {
                    continue;
                };
                names.as_slice().iter().for_each(|name| all.add(name));
                out.push_str(document.get(copied..literal.start).unwrap_or_default());
                out.push_str(&encode(text, written));
                copied = literal.end;
            }
        }
    }
    match engine.on_match() {
        _ if all.is_empty() => RunVerdict::Allow,
        OnMatch::Reject => RunVerdict::Reject(all),
        OnMatch::Mask => {
            out.push_str(document.get(copied..).unwrap_or_default());
            RunVerdict::Mask {
                text: out,
                names: all,
            }
        }
    }
}

/// The text of a literal. One with half a surrogate pair has no text; it is judged with its escapes.
fn decode(literal: &str) -> Cow<'_, str> {
    match serde_json::from_str::<String>(literal) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(inner(literal)),
    }
}

/// The literal of a text that was decoded from `literal`.
fn encode(text: String, literal: &str) -> String {
    let as_is = format!("\"{text}\"");
    let had_no_text = serde_json::from_str::<String>(literal).is_err();
    if had_no_text && serde_json::from_str::<IgnoredAny>(&as_is).is_ok() {
        return as_is;
    }
    serde_json::Value::String(text).to_string()
}

/// What stands between the quotes.
fn inner(literal: &str) -> &str {
    literal
        .get(1..literal.len().saturating_sub(1))
        .unwrap_or_default()
}

/// Where string literals stand that are not keys. `document` is JSON.
fn values(document: &str) -> Vec<Range<usize>> {
    let bytes = document.as_bytes();
    let mut values = Vec::new();
    let mut at = 0;
    while let Some(skipped) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|b| *b == b'"'))
    {
        let start = at + skipped;
        at = literal_end(bytes, start);
        let follows = bytes.iter().skip(at).find(|b| !b.is_ascii_whitespace());
        if follows != Some(&b':') {
            values.push(start..at);
        }
    }
    values
}

/// The place behind the quote that ends the literal at `start`.
fn literal_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::prompt_guard::run::RunVerdict;
    use crate::prompt_guard::{Builtin, Engine, OnMatch, RuleConfig, Score};

    fn engine(on_match: OnMatch) -> Engine {
        let rules = [Builtin::Email].map(RuleConfig::Builtin);
        Engine::compile(&rules, on_match, Score::MINIMUM).expect("compiles")
    }

    #[track_caller]
    fn check(document: &str, expected: Option<&str>) {
        let text = match judge(&engine(OnMatch::Mask), document) {
            RunVerdict::Mask { text, .. } => Some(text),
            RunVerdict::Allow => None,
            RunVerdict::Reject(_) => panic!("refused"),
        };
        assert_eq!(text.as_deref(), expected, "{document}");
    }

    #[test]
    fn only_string_values_change() {
        check(r#"{"a":1}"#, None);
        check(r#""a@b.example""#, Some(r#""<EMAIL_ADDRESS>""#));
        check(
            r#"{ "z": 1e400, "to" : ["x", "\"a@b.example\"\n"], "n": 12345678901234567890 }"#,
            Some(
                r#"{ "z": 1e400, "to" : ["x", "\"<EMAIL_ADDRESS>\"\n"], "n": 12345678901234567890 }"#,
            ),
        );
        // Keys stay; an escape does not hide a match.
        check(r#"{"a@b.example" : null}"#, None);
        check(
            r#"{"a":"a\u0040b.example"}"#,
            Some(r#"{"a":"<EMAIL_ADDRESS>"}"#),
        );
        // Half a surrogate pair.
        check(
            r#"["\ud83d a@b.example"]"#,
            Some(r#"["\ud83d <EMAIL_ADDRESS>"]"#),
        );
        // Not JSON: plain text.
        check(r#"{"to":"a@b.example"#, Some(r#"{"to":"<EMAIL_ADDRESS>"#));
    }

    #[test]
    fn refusals() {
        let verdict = judge(&engine(OnMatch::Reject), r#"{"a":["a@b.example"]}"#);
        assert_eq!(format!("{verdict:?}"), r#"Reject(Names(["email"]))"#);
        assert!(matches!(
            judge(&engine(OnMatch::Reject), "{}"),
            RunVerdict::Allow
        ));
    }
}
