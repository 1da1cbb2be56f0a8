//! Watching an answer that passes as it is: embeddings, images, sounds, counts, files.
//!
//! Owns what such answers say of themselves in JSON, whatever their shape. It must not know which operation it is beyond
//! whether JSON is due. Invariants: every byte passes at once and unchanged; what cannot be read costs facts only; what is
//! held to be read is bounded.

use bytes::{Bytes, BytesMut};
use serde_json::Value;

use crate::error::ProviderError;
use crate::event_stream;
use crate::json;
use crate::observed::{Observed, bounded};
use crate::sse::{Content, Framer};
use crate::tap::{Ending, Finish, Framing, Limits, Truncation};
use crate::usage::Usage;

/// The tap of one answer.
pub(crate) struct PassedTap {
    pub(crate) observed: Observed,
    pub(crate) has_failed: bool,
    input: Input,
    /// The operation answers in JSON; anything else is no answer.
    is_json_due: bool,
}

enum Input {
    Document {
        held: BytesMut,
        length: usize,
        limit: usize,
    },
    Events(Framer),
    Frames(event_stream::Decoder),
    /// Nothing is read.
    Unread,
}

// === impl PassedTap ===

impl PassedTap {
    pub(crate) fn new(framing: Framing, limits: Limits, is_json_due: bool) -> Self {
        let input = match framing {
            Framing::Buffered => Input::Document {
                held: BytesMut::new(),
                length: 0,
                limit: limits.body_bytes,
            },
            Framing::EventStream => Input::Events(Framer::new(limits.event_bytes)),
            Framing::AwsEventStream => {
                Input::Frames(event_stream::Decoder::new(limits.event_bytes))
            }
        };
        Self {
            observed: Observed::default(),
            has_failed: false,
            input,
            is_json_due,
        }
    }

    /// Of what passes unread.
    pub(crate) fn unread() -> Self {
        Self {
            observed: Observed::default(),
            has_failed: false,
            input: Input::Unread,
            is_json_due: false,
        }
    }

    pub(crate) fn push(&mut self, chunk: Bytes) -> Bytes {
        self.observed.has_content |= !chunk.is_empty();
        match &mut self.input {
            Input::Document {
                held,
                length,
                limit,
            } => {
                // Sounds and files are not held: nothing in them is read.
                let is_json = match *length {
                    0 => chunk.trim_ascii_start().starts_with(b"{"),
                    _ => !held.is_empty(),
                };
                *length = length.saturating_add(chunk.len());
                match is_json && *length <= *limit {
                    true => held.extend_from_slice(&chunk),
                    false => *held = BytesMut::new(),
                }
            }
            Input::Events(framer) => {
                framer.push(chunk.clone());
                while let Some(frame) = framer.next_frame() {
                    if let Content::Event(event) = frame.content {
                        self.has_failed |= note(&event.data, &mut self.observed);
                    }
                }
            }
            Input::Unread => {}
            Input::Frames(decoder) => {
                decoder.push(&chunk);
                while let Ok(Some(message)) = decoder.next_message() {
                    self.has_failed |= note_message(&message, &mut self.observed);
                }
            }
        }
        chunk
    }

    pub(crate) fn finish(mut self) -> Finish {
        let ending = match &mut self.input {
            Input::Document { held, length, .. } => match held.is_empty() {
                true => {
                    self.observed.unreadable += u64::from(self.is_json_due && *length > 0);
                    Ending::Complete
                }
                false => self.document(),
            },
            Input::Events(framer) => {
                let is_mid = framer.is_mid_oversized();
                if let Some(Content::Event(event)) = framer.finish().map(|frame| frame.content) {
                    self.has_failed |= note(&event.data, &mut self.observed);
                }
                match (self.has_failed, is_mid) {
                    (true, _) => Ending::Failed,
                    (false, true) => Ending::Truncated(Truncation::MidEvent),
                    (false, false) => Ending::Complete,
                }
            }
            Input::Unread => Ending::Complete,
            Input::Frames(decoder) => match (self.has_failed, decoder.finish().is_err()) {
                (true, _) => Ending::Failed,
                (false, true) => Ending::Truncated(Truncation::MidEvent),
                (false, false) => Ending::Complete,
            },
        };
        Finish {
            rest: Bytes::new(),
            ending,
            observed: self.observed,
        }
    }

    fn document(&mut self) -> Ending {
        let Input::Document { held, .. } = &self.input else {
            return Ending::Complete;
        };
        let text = std::str::from_utf8(held).unwrap_or_default();
        let read = note_text(text, &mut self.observed);
        match read {
            Ok(_) => Ending::Complete,
            Err(error) if error.is_eof() && self.is_json_due => {
                self.observed.unreadable += 1;
                Ending::Truncated(Truncation::MidBody)
            }
            Err(_) => {
                self.observed.unreadable += u64::from(self.is_json_due);
                Ending::Complete
            }
        }
    }
}

/// The facts of one event; true where it is an error.
fn note(data: &[u8], observed: &mut Observed) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    note_text(text, observed).unwrap_or_default()
}

/// The facts of one message of AWS's framing: an exception, or a chunk whose payload is JSON in Base64 (llm.md F-9).
fn note_message(message: &event_stream::Message, observed: &mut Observed) -> bool {
    let is_failure = match message.kind() {
        event_stream::Kind::Event(_) | event_stream::Kind::Other => false,
        event_stream::Kind::Exception(_) | event_stream::Kind::Error(_) => true,
    };
    if !is_failure {
        let payload: Option<Value> = serde_json::from_slice(&message.payload).ok();
        let inner = payload
            .as_ref()
            .and_then(|payload| payload.get("bytes"))
            .and_then(Value::as_str)
            .and_then(crate::operation::embeddings::from_base64);
        if let Some(inner) = inner {
            note(&inner, observed);
        }
        return false;
    }
    observed.error = Some(ProviderError::read(&message.payload));
    true
}

/// The facts of a JSON document and of the one object inside it that may hold more; true where it is an error.
fn note_text(text: &str, observed: &mut Observed) -> Result<bool, serde_json::Error> {
    let (is_error, inner) = note_object(text, observed)?;
    if let Some(inner) = inner {
        // Its own inner object is not looked at: how deep a provider nests must not matter.
        note_object(inner, observed)?;
    }
    Ok(is_error)
}

fn note_object<'a>(
    text: &'a str,
    observed: &mut Observed,
) -> Result<(bool, Option<&'a str>), serde_json::Error> {
    let mut is_error = false;
    let mut inner = None;
    json::members(text, |key, value| match key.as_ref() {
        "id" => observed.id = observed.id.take().or_else(|| text_of(value)),
        "model" | "modelVersion" => {
            observed.model = observed.model.take().or_else(|| text_of(value));
        }
        "usage" | "usageMetadata" | "amazon-bedrock-invocationMetrics" | "meta" => {
            if let Some(usage) = Usage::from_any(value) {
                observed.usage = Some(usage);
            }
        }
        "inputTextTokenCount" => {
            observed.usage = Usage::from_input(json::count(value)).or(observed.usage.take());
        }
        "error" if !matches!(value, "null" | "false" | "\"\"" | "{}") => {
            observed.error = ProviderError::from_member(value);
            is_error = true;
        }
        // The events of responses and of Anthropic's messages.
        "response" | "message" if value.starts_with('{') => inner = Some(value),
        _ => (),
    })?;
    Ok((is_error, inner))
}

fn text_of(raw: &str) -> Option<String> {
    json::string(raw)
        .map(bounded)
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Ending, Framing, Limits, PassedTap, Truncation};

    fn seen(framing: Framing, body: &[u8], is_json_due: bool) -> super::Finish {
        let mut tap = PassedTap::new(framing, Limits::default(), is_json_due);
        let mut passed = Vec::new();
        for byte in body {
            passed.extend_from_slice(&tap.push(Bytes::copy_from_slice(&[*byte])));
        }
        assert_eq!(passed, body, "every byte passes");
        tap.finish()
    }

    #[track_caller]
    fn check(framing: Framing, body: &str, expected: (Option<u64>, Option<u64>)) {
        let finish = seen(framing, body.as_bytes(), false);
        let usage = finish.observed.usage.unwrap_or_default();
        assert_eq!((usage.input, usage.output), expected, "{body}");
    }

    #[test]
    fn usage_of_many_shapes() {
        let one = Framing::Buffered;
        for (body, expected) in [
            (
                r#"{"object":"list","usage":{"prompt_tokens":8,"total_tokens":8}}"#,
                (Some(8), None),
            ),
            (
                r#"{"created":1,"usage":{"input_tokens":50,"output_tokens":1056,"total_tokens":1106}}"#,
                (Some(50), Some(1056)),
            ),
            (
                r#"{"usage":{"input_tokens":1,"cache_read_input_tokens":2,"cache_creation_input_tokens":4,"output_tokens":9}}"#,
                (Some(7), Some(9)),
            ),
            (
                r#"{"id":"r","results":[],"meta":{"billed_units":{"input_tokens":3}}}"#,
                (Some(3), None),
            ),
            (
                r#"{"embedding":[0.5],"inputTextTokenCount":6}"#,
                (Some(6), None),
            ),
            (r#"{"input_tokens":14}"#, (None, None)),
            (
                r#"{"text":"Hi","usage":{"type":"duration","seconds":3}}"#,
                (None, None),
            ),
        ] {
            check(one, body, expected);
        }
        check(
            Framing::EventStream,
            "event: transcript.text.done\ndata: {\"type\":\"transcript.text.done\",\"usage\":{\"input_tokens\":14,\"output_tokens\":45}}\n\n",
            (Some(14), Some(45)),
        );
    }

    #[test]
    fn what_is_no_json_passes_unread() {
        let finish = seen(Framing::Buffered, b"ID3\x04\x00{", false);
        assert_eq!(finish.observed.unreadable, 0);
        assert_eq!(finish.ending, Ending::Complete);
        let page = seen(Framing::Buffered, b"<html>", true);
        assert_eq!(page.observed.unreadable, 1);
        let cut = seen(Framing::Buffered, b"{\"data\":[", true);
        assert_eq!(cut.ending, Ending::Truncated(Truncation::MidBody));
    }

    #[test]
    fn an_error_in_a_stream_is_one() {
        let finish = seen(
            Framing::EventStream,
            b"data: {\"error\":{\"message\":\"busy\",\"type\":\"server_error\"}}\n\n",
            false,
        );
        assert_eq!(finish.ending, Ending::Failed);
        assert!(finish.observed.error.is_some());
    }
}
