//! OpenAI chat completions as a provider answers them: one buffered object, or one streamed chunk.
//!
//! Field names after OpenAI's API reference ("Chat Completions": object and chunk object) and the
//! types of its Python SDK. It must not know framing. Invariant: each fact is read for itself, so
//! a member of an unexpected shape costs that fact only.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::{ProviderError, unwrap_array};
use crate::json::{self, Value};
use crate::observed::{FinishReason, FinishReasons, Observed, bounded};
use crate::usage::Usage;

/// The data of the event that ends a stream.
const DONE: &str = "[DONE]";

/// What one streamed event is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Chunk {
    /// `[DONE]`: the answer is whole.
    Done,
    /// An error instead of a chunk.
    Error,
    /// No choices, usage: it exists because someone asked for usage.
    UsageOnly,
    /// Any other chunk. `usage_null` is where a `"usage":null` member and its comma stand.
    Content { usage_null: Option<Range<usize>> },
    /// Not a JSON object.
    Unreadable,
}

/// Which choices of a stream began, and which of them ended: the first 64 of them, as no vendor gives more than 8.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Choices {
    begun: u64,
    ended: u64,
}

/// The raw members that matter.
#[derive(Default)]
struct Members<'a> {
    id: Option<&'a str>,
    model: Option<&'a str>,
    service_tier: Option<&'a str>,
    choices: Option<&'a str>,
    said: Said,
    usage: Option<&'a str>,
    usage_key: Option<Range<usize>>,
    counts: Option<Usage>,
    error: Option<&'a str>,
}

/// What all choices say.
#[derive(Default)]
struct Said {
    finish_reason: Option<FinishReason>,
    finish_reasons: FinishReasons,
    content: Content,
    ends: Choices,
}

/// A choice; `null` is nothing.
#[derive(Default)]
struct Choice<'a> {
    index: Option<&'a str>,
    finish_reason: Option<&'a str>,
    /// In a chunk.
    delta: Option<Content>,
    /// In a buffered answer.
    message: Option<Content>,
    /// In completions of before the conversations.
    text: Option<&'a str>,
}

/// Whether something was said beyond a role, and in how many bytes.
#[derive(Clone, Copy, Default)]
struct Content {
    is_there: bool,
    bytes: u64,
}

/// Reads the data of one event of a stream and notes its facts.
pub(crate) fn observe_chunk(data: &[u8], observed: &mut Observed, choices: &mut Choices) -> Chunk {
    let Ok(text) = std::str::from_utf8(data) else {
        observed.unreadable += 1;
        return Chunk::Unreadable;
    };
    if text.trim() == DONE {
        return Chunk::Done;
    }
    let Ok(members) = Members::read(text) else {
        // Google's OpenAI surface has its errors in an array.
        let wrapped = Members::read(unwrap_array(text.trim())).ok();
        if let Some(error) = wrapped.filter(Members::is_error) {
            error.note(observed, choices);
            return Chunk::Error;
        }
        observed.unreadable += 1;
        return Chunk::Unreadable;
    };
    let is_error = members.is_error();
    let has_usage = members.usage.is_some_and(|raw| raw != "null");
    let is_empty = members.choices.is_some_and(json::is_empty_array);
    let usage_null = match has_usage || is_error {
        true => None,
        false => members.usage_null(text),
    };
    members.note(observed, choices);
    match (is_error, has_usage && is_empty) {
        (true, _) => Chunk::Error,
        (false, true) => Chunk::UsageOnly,
        (false, false) => Chunk::Content { usage_null },
    }
}

/// Reads a buffered answer and notes its facts.
///
/// # Errors
/// The body is not a JSON object; end of input means that it was cut.
pub(crate) fn observe_body(text: &str, observed: &mut Observed) -> Result<(), serde_json::Error> {
    Members::read(text)?.note(observed, &mut Choices::default());
    Ok(())
}

// === impl Choices ===

impl Choices {
    fn note(&mut self, choice: &Choice<'_>) {
        let own = u32::try_from(choice.number()).ok();
        let own = own.and_then(|index| 1_u64.checked_shl(index));
        let own = own.unwrap_or_default();
        self.begun |= own;
        if choice.finish_reason.is_some() {
            self.ended |= own;
        }
    }

    fn add(&mut self, more: Choices) {
        self.begun |= more.begun;
        self.ended |= more.ended;
    }

    /// There are some, and each of them said why it ended.
    pub(crate) fn are_whole(self) -> bool {
        self.begun != 0 && self.begun == self.ended
    }
}

// === impl Members ===

impl<'a> Members<'a> {
    fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut members = Self::default();
        let read = json::read(text, |value| {
            let whole = value.members(|key, value| members.member(text, key, value));
            whole.starts_with('{')
        });
        match read {
            Some(true) => Ok(members),
            Some(false) | None => Err(json::no_object(text)),
        }
    }

    fn member(&mut self, text: &str, key: Cow<'a, str>, value: Value<'_, 'a>) {
        match key.as_ref() {
            "id" => self.id = Some(value.raw()),
            "model" => self.model = Some(value.raw()),
            "service_tier" => self.service_tier = Some(value.raw()),
            "choices" => {
                let said = &mut self.said;
                self.choices = Some(value.elements(|choice| said.choice(choice)));
            }
            "usage" => {
                let (counts, raw) = Usage::read_chat(value);
                self.counts = counts;
                self.usage = Some(raw);
                self.usage_key = match key {
                    Cow::Borrowed(key) => json::span(text, key),
                    Cow::Owned(_) => None,
                };
            }
            "error" => self.error = Some(value.raw()),
            _ => (),
        }
    }

    /// An `error` member that says something; `"error": null` beside choices is none.
    fn is_error(&self) -> bool {
        self.error
            .is_some_and(|raw| !matches!(raw, "null" | "false" | "\"\"" | "{}"))
    }

    fn note(self, observed: &mut Observed, ends: &mut Choices) {
        if observed.id.is_none() {
            observed.id = self.id.and_then(text_of);
        }
        if observed.model.is_none() {
            observed.model = self.model.and_then(text_of);
        }
        // What a stream begins with may be what was asked for, its end is what was done. Mostly it is the same all along.
        if let Some(raw) = self.service_tier
            && unquoted(raw) != observed.service_tier.as_deref()
        {
            observed.service_tier = text_of(raw).or(observed.service_tier.take());
        }
        if let Some(raw) = self.error.filter(|_| self.is_error()) {
            observed.error = ProviderError::from_member(raw);
        }
        // Most chunks say `null`.
        if let Some(usage) = self.counts {
            observed.usage = Some(usage);
        }
        ends.add(self.said.ends);
        self.said.note(observed);
    }

    /// The member `"usage":null` with the comma that separates it, in `text`.
    fn usage_null(&self, text: &str) -> Option<Range<usize>> {
        let value = json::span(text, self.usage?)?;
        // The key's span is without its quotes.
        let start = self.usage_key.as_ref()?.start.checked_sub(1)?;
        let before = text.get(..start)?.trim_end();
        if let Some(before) = before.strip_suffix(',') {
            return Some(before.len()..value.end);
        }
        let after = text.get(value.end..)?;
        let behind = after.trim_start();
        let skipped = after.len() - behind.len();
        Some(match behind.strip_prefix(',') {
            Some(_) => start..value.end + skipped + 1,
            None => start..value.end,
        })
    }
}

// === impl Said ===

impl Said {
    fn choice(&mut self, value: Value<'_, '_>) {
        let choice = Choice::read(value);
        if let Some(reason) = choice.finish_reason.and_then(json::string) {
            let reason = FinishReason::from_name(&reason);
            self.finish_reason = Some(reason);
            self.finish_reasons.note(choice.number(), reason);
        }
        if let Some(text) = choice.text.filter(|raw| *raw != "\"\"") {
            self.content.add(length(text));
        }
        if let Some(more) = choice.delta.or(choice.message).filter(|own| own.is_there) {
            self.content.add(more.bytes);
        }
        self.ends.note(&choice);
    }

    fn note(self, observed: &mut Observed) {
        observed.finish_reason = self.finish_reason.or(observed.finish_reason.take());
        observed.finish_reasons.add(self.finish_reasons);
        observed.has_content |= self.content.is_there;
        let bytes = self.content.bytes;
        observed.content_bytes = observed.content_bytes.saturating_add(bytes);
    }
}

// === impl Choice ===

impl<'a> Choice<'a> {
    /// Which of several it is.
    fn number(&self) -> u64 {
        self.index.and_then(json::count).unwrap_or_default()
    }

    fn read(value: Value<'_, 'a>) -> Self {
        let mut choice = Self::default();
        let some = |raw: &'a str| (raw != "null").then_some(raw);
        value.members(|key, value| match key.as_ref() {
            "index" => choice.index = some(value.raw()),
            "finish_reason" => choice.finish_reason = some(value.raw()),
            "delta" => choice.delta = Content::read(value),
            "message" => choice.message = Content::read(value),
            "text" => choice.text = some(value.raw()),
            _ => (),
        });
        choice
    }
}

// === impl Content ===

impl Content {
    fn add(&mut self, bytes: u64) {
        self.is_there = true;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Of a delta or message; `null` is none.
    fn read(value: Value<'_, '_>) -> Option<Self> {
        let mut content = Self::default();
        let raw = value.members(|key, value| {
            let mut bytes = 0;
            let raw = match key.as_ref() {
                "content" | "refusal" | "reasoning_content" | "reasoning" => {
                    let raw = value.raw();
                    bytes = length(raw);
                    raw
                }
                "tool_calls" => value.elements(|call| bytes += call_bytes(call)),
                "function_call" => function_bytes(value, &mut bytes),
                // Sound: no text.
                "audio" => value.raw(),
                _ => return,
            };
            if !matches!(raw, "null" | "\"\"" | "[]" | "{}") {
                content.add(bytes);
            }
        });
        (raw != "null").then_some(content)
    }
}

/// Of the text of a string, without its quotes.
fn length(raw: &str) -> u64 {
    u64::try_from(raw.len().saturating_sub(2)).unwrap_or(u64::MAX)
}

/// Of the texts of a call.
fn call_bytes(value: Value<'_, '_>) -> u64 {
    let mut bytes = 0;
    value.members(|key, value| {
        if key == "function" {
            function_bytes(value, &mut bytes);
        }
    });
    bytes
}

/// Adds those of a function; returns its own text.
fn function_bytes<'a>(value: Value<'_, 'a>, bytes: &mut u64) -> &'a str {
    value.members(|key, value| {
        if matches!(key.as_ref(), "name" | "arguments") {
            let raw = value.raw();
            *bytes += if raw == "null" { 0 } else { length(raw) };
        }
    })
}

/// A string without its quotes, as it stands there.
fn unquoted(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}

/// A provider's text, bounded; empty is absent (Azure's first chunk has an empty model).
fn text_of(raw: &str) -> Option<String> {
    json::string(raw)
        .map(bounded)
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Choices, Chunk, observe_chunk};
    use crate::observed::{FinishReason, Observed};

    #[track_caller]
    fn check(data: &str, expected: Chunk) -> Observed {
        let mut observed = Observed::default();
        assert_eq!(
            observe_chunk(data.as_bytes(), &mut observed, &mut Choices::default()),
            expected,
            "{data}"
        );
        observed
    }

    #[test]
    fn what_is_said_is_measured() {
        for (delta, is_content, bytes) in [
            (r#"{"role":"assistant","content":""}"#, false, 0),
            (r#"{"role":"assistant","content":null}"#, false, 0),
            (r#"{"content":"four"}"#, true, 4),
            (
                r#"{"content":"a\n","reasoning":"why","refusal":null}"#,
                true,
                6,
            ),
            (
                r#"{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}"#,
                true,
                3,
            ),
            (
                r#"{"tool_calls":[{"index":0,"function":{"arguments":"12345"}}]}"#,
                true,
                5,
            ),
            (r#"{"function_call":{"name":"ab"}}"#, true, 2),
            (r#"{"audio":{"data":"AAAA"}}"#, true, 0),
        ] {
            let data = format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#);
            let seen = check(&data, Chunk::Content { usage_null: None });
            assert_eq!(
                (seen.has_content, seen.content_bytes),
                (is_content, bytes),
                "{delta}"
            );
        }
    }

    #[track_caller]
    fn check_removed(data: &str, left: &str) {
        let mut observed = Observed::default();
        let Chunk::Content {
            usage_null: Some(range),
        } = observe_chunk(data.as_bytes(), &mut observed, &mut Choices::default())
        else {
            panic!("no usage:null found in {data}");
        };
        let mut text = data.to_owned();
        text.replace_range(range, "");
        assert_eq!(text, left);
        assert!(
            serde_json::from_str::<serde_json::Value>(&text).is_ok(),
            "{text}"
        );
    }

    const PLAIN: Chunk = Chunk::Content { usage_null: None };

    #[test]
    fn events_are_told_apart() {
        check("[DONE]", Chunk::Done);
        check(" [DONE] ", Chunk::Done);
        check(
            r#"{"choices":[],"usage":{"prompt_tokens":1}}"#,
            Chunk::UsageOnly,
        );
        check(
            r#"{"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}"#,
            PLAIN,
        );
        check(r#"{"usage":{"prompt_tokens":1}}"#, PLAIN);
        check(r#"{"choices":[],"prompt_filter_results":[]}"#, PLAIN);
        check(r#"{"choices":[],"error":null}"#, PLAIN);
        check(r#"{"error":{"message":"overloaded"}}"#, Chunk::Error);
        check(r#"{"error":"overloaded"}"#, Chunk::Error);
        let seen = check(
            r#" [{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}]"#,
            Chunk::Error,
        );
        assert_eq!(
            seen.error.map(|error| error.message).as_deref(),
            Some("Quota")
        );
        assert_eq!(check("[{}]", Chunk::Unreadable).unreadable, 1);
        for broken in ["", "{", "[1]", "[DONE", "hello", "null"] {
            assert_eq!(check(broken, Chunk::Unreadable).unreadable, 1, "{broken}");
        }
    }

    #[test]
    fn usage_null_is_found_with_its_comma() {
        check_removed(r#"{"choices":[],"usage":null}"#, r#"{"choices":[]}"#);
        check_removed(r#"{"usage":null,"choices":[]}"#, r#"{"choices":[]}"#);
        check_removed("{ \"usage\" : null , \"id\":\"a\" }", "{  \"id\":\"a\" }");
        check_removed(
            "{\"id\":\"a\" , \"usage\" : null , \"x\":1}",
            "{\"id\":\"a\"  , \"x\":1}",
        );
        check_removed(r#"{"usage":null}"#, "{}");
        // The same text inside a value is not the member.
        check(
            r#"{"choices":[{"delta":{"content":"\"usage\":null","usage":null}}]}"#,
            PLAIN,
        );
        // A member name written with escapes has no span: left alone.
        check(r#"{"us\u0061ge":null}"#, PLAIN);
    }

    #[test]
    fn each_fact_is_read_for_itself() {
        let seen = check(
            r#"{"id":7,"model":"m","choices":[{"finish_reason":"length","delta":5}],"usage":[]}"#,
            PLAIN,
        );
        assert_eq!(seen.id, None);
        assert_eq!(seen.model.as_deref(), Some("m"));
        assert_eq!(seen.service_tier, None);
        assert_eq!(seen.finish_reason, Some(FinishReason::Length));
        assert_eq!((seen.usage, seen.has_content), (None, false));
    }

    #[test]
    fn each_choice_has_a_reason() {
        let mut seen = check(
            r#"{"choices":[{"index":1,"finish_reason":"length"},{"index":0,"finish_reason":"stop"}]}"#,
            PLAIN,
        );
        let all = |seen: &Observed| seen.finish_reasons.iter().collect::<Vec<_>>();
        assert_eq!(all(&seen), [FinishReason::Stop, FinishReason::Length]);
        // In a stream each comes in a chunk of its own.
        let later = br#"{"choices":[{"index":2,"finish_reason":"tool_calls"}]}"#;
        observe_chunk(later, &mut seen, &mut Choices::default());
        assert_eq!(all(&seen).len(), 3);
    }

    #[test]
    fn content_is_more_than_a_role() {
        let has = |delta: &str| {
            check(&format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#), PLAIN).has_content
        };
        assert!(!has(r#"{"role":"assistant","content":"","refusal":null}"#));
        assert!(!has(
            r#"{"role":"assistant","content":null,"tool_calls":[]}"#
        ));
        assert!(!has("{}") && !has("null") && !has("7"));
        assert!(has(r#"{"content":" "}"#));
        assert!(has(r#"{"refusal":"no"}"#) && has(r#"{"reasoning_content":"hm"}"#));
        assert!(has(r#"{"tool_calls":[{"index":0}]}"#));
    }
}
