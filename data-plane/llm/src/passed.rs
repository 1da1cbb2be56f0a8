//! Watching an answer that passes as it is: embeddings, images, sounds, counts, files, invocations of Bedrock's models.
//!
//! Owns what such answers say of themselves in JSON, whatever their shape. It must not know which operation it is beyond
//! what is due ([`Due`]). Invariants: every byte passes at once and unchanged; what cannot be read costs facts only; what is
//! held to be read is bounded; a stream whose events say how it ends is not complete without that.

use bytes::{Bytes, BytesMut};
use serde_json::Value;

use crate::error::ProviderError;
use crate::event_stream;
use crate::json;
use crate::observed::{Observed, bounded};
use crate::prompt_text::leaves;
use crate::sse::{Content, Framer};
use crate::tap::{Ending, Finish, Framing, Limits, Truncation};
use crate::usage::{Counts, HeadCounts};

/// The tap of one answer.
pub(crate) struct PassedTap {
    pub(crate) observed: Observed,
    pub(crate) has_failed: bool,
    counts: Counts,
    input: Input,
    progress: Progress,
    due: Due,
}

/// What is known of an answer before it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// The operation answers in JSON; anything else is no answer.
    pub(crate) is_json: bool,
    /// It is what a model of Bedrock's says, in the shape of its family.
    pub(crate) is_invocation: bool,
    /// What its events say is what a model says, and nothing else is told of it where the client leaves.
    pub(crate) is_said: bool,
}

/// What is learnt, while the input is read.
struct Notes<'t> {
    observed: &'t mut Observed,
    counts: &'t mut Counts,
    due: Due,
}

/// Members whose strings are what a model says, in the shapes of Anthropic, OpenAI and the families on Bedrock: pieces of it in
/// a stream, or all of it.
const SAID: [&str; 11] = [
    "text",
    "thinking",
    "partial_json",
    "generation",
    "outputText",
    "content",
    "reasoning",
    "reasoning_content",
    "arguments",
    "input",
    "delta",
];

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

/// How far a stream is, as its events tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Progress {
    /// Nothing came of which it is known how it ends.
    #[default]
    Unknown,
    /// Its last event is yet to come.
    Going,
    /// An event came behind which nothing is due.
    Over,
}

/// What one event, message or document said.
#[derive(Default)]
struct Said<'a> {
    is_error: bool,
    progress: Progress,
    /// The one object inside that may hold more.
    inner: Option<&'a str>,
}

// === impl Progress ===

impl Progress {
    /// By the type of an event: of images, speech and transcripts, of responses and of Anthropic's messages (the vendors'
    /// API references, streaming events).
    fn of_type(kind: &str) -> Self {
        match kind {
            "image_generation.completed"
            | "image_edit.completed"
            | "speech.audio.done"
            | "transcript.text.done"
            | "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled"
            | "message_stop" => Self::Over,
            "message_start"
            | "message_delta"
            | "content_block_start"
            | "content_block_delta"
            | "content_block_stop" => Self::Going,
            _ => match kind.split_once('.') {
                Some((
                    "image_generation" | "image_edit" | "speech" | "transcript" | "response",
                    _,
                )) => Self::Going,
                Some(_) | None => Self::Unknown,
            },
        }
    }

    /// By the `object` of a chunk, which ends with `[DONE]`.
    fn of_object(object: &str) -> Self {
        match object {
            "chat.completion.chunk" | "text_completion" => Self::Going,
            _ => Self::Unknown,
        }
    }

    fn note(&mut self, next: Self) {
        match next {
            Self::Unknown => (),
            Self::Going | Self::Over => *self = next,
        }
    }
}

// === impl PassedTap ===

impl PassedTap {
    pub(crate) fn new(framing: Framing, limits: Limits, due: Due) -> Self {
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
            counts: Counts::default(),
            input,
            progress: Progress::default(),
            due,
        }
    }

    /// Of what passes unread.
    pub(crate) fn unread() -> Self {
        Self {
            observed: Observed::default(),
            has_failed: false,
            counts: Counts::default(),
            input: Input::Unread,
            progress: Progress::default(),
            due: Due::default(),
        }
    }

    /// What the head of the answer told.
    pub(crate) fn note_head(&mut self, head: HeadCounts) {
        self.counts.note_head(head);
        self.observed.usage = self.counts.usage();
    }

    pub(crate) fn push(&mut self, chunk: Bytes) -> Bytes {
        self.observed.has_content |= !chunk.is_empty();
        let Self {
            observed,
            has_failed,
            counts,
            input,
            progress,
            due,
        } = self;
        let mut notes = Notes {
            observed,
            counts,
            due: *due,
        };
        match input {
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
                        let said = notes.event(&event.data);
                        *has_failed |= said.is_error;
                        progress.note(said.progress);
                    }
                }
            }
            Input::Unread => {}
            Input::Frames(decoder) => {
                decoder.push(&chunk);
                while let Ok(Some(message)) = decoder.next_message() {
                    let (is_error, next) = notes.message(&message);
                    *has_failed |= is_error;
                    progress.note(next);
                }
            }
        }
        chunk
    }

    /// Between two events of a stream: an event of our own may follow.
    pub(crate) fn is_between_events(&self) -> bool {
        match &self.input {
            Input::Document { .. } | Input::Frames(_) | Input::Unread => false,
            Input::Events(framer) => framer.is_between_events(),
        }
    }

    pub(crate) fn finish(mut self) -> Finish {
        let ending = match &mut self.input {
            Input::Document { held, length, .. } => match held.is_empty() {
                true => {
                    self.observed.unreadable += u64::from(self.due.is_json && *length > 0);
                    Ending::Complete
                }
                false => self.document(),
            },
            Input::Events(framer) => {
                let is_mid = framer.is_mid_oversized();
                if let Some(Content::Event(event)) = framer.finish().map(|frame| frame.content) {
                    let mut notes = Notes {
                        observed: &mut self.observed,
                        counts: &mut self.counts,
                        due: self.due,
                    };
                    let said = notes.event(&event.data);
                    self.has_failed |= said.is_error;
                    self.progress.note(said.progress);
                }
                self.ending(is_mid)
            }
            Input::Frames(decoder) => {
                let is_mid = decoder.finish().is_err();
                self.ending(is_mid)
            }
            Input::Unread => Ending::Complete,
        };
        Finish {
            rest: Bytes::new(),
            ending,
            observed: self.observed,
        }
    }

    /// Of a stream.
    fn ending(&self, is_mid: bool) -> Ending {
        match (self.has_failed, is_mid, self.progress) {
            (true, _, _) => Ending::Failed,
            (false, true, _) => Ending::Truncated(Truncation::MidEvent),
            (false, false, Progress::Going) => Ending::Truncated(Truncation::NoTerminator),
            (false, false, Progress::Unknown | Progress::Over) => Ending::Complete,
        }
    }

    fn document(&mut self) -> Ending {
        let Input::Document { held, .. } = &self.input else {
            return Ending::Complete;
        };
        let text = std::str::from_utf8(held).unwrap_or_default();
        let mut notes = Notes {
            observed: &mut self.observed,
            counts: &mut self.counts,
            due: self.due,
        };
        let read = notes.text(text);
        if self.due.is_invocation && read.is_ok() {
            notes.said(text);
        }
        match read {
            Ok(_) => Ending::Complete,
            Err(error) if error.is_eof() && self.due.is_json => {
                self.observed.unreadable += 1;
                Ending::Truncated(Truncation::MidBody)
            }
            Err(_) => {
                self.observed.unreadable += u64::from(self.due.is_json);
                Ending::Complete
            }
        }
    }
}

// === impl Notes ===

impl Notes<'_> {
    /// The facts of one event.
    fn event<'a>(&mut self, data: &'a [u8]) -> Said<'a> {
        if data.trim_ascii() == b"[DONE]" {
            return Said {
                progress: Progress::Over,
                ..Said::default()
            };
        }
        let text = std::str::from_utf8(data).unwrap_or_default();
        let said = self.text(text).ok();
        if self.due.is_said && said.is_some() {
            self.said(text);
        }
        said.unwrap_or_default()
    }

    /// The facts of one message of AWS's framing: an exception, or a chunk whose payload is JSON in Base64 (llm.md F-9). The
    /// last chunk has the counts.
    fn message(&mut self, message: &event_stream::Message) -> (bool, Progress) {
        let is_chunk = match message.kind() {
            event_stream::Kind::Event(kind) => kind.as_ref() == b"chunk",
            event_stream::Kind::Other => false,
            event_stream::Kind::Exception(_) | event_stream::Kind::Error(_) => {
                self.observed.error = Some(ProviderError::read(&message.payload));
                return (true, Progress::Unknown);
            }
        };
        let payload: Option<Value> = serde_json::from_slice(&message.payload).ok();
        let inner = payload
            .as_ref()
            .and_then(|payload| payload.get("bytes"))
            .and_then(Value::as_str)
            .and_then(crate::operation::embeddings::from_base64);
        let progress = match (&inner, is_chunk) {
            (Some(inner), true) => {
                let metrics = b"\"amazon-bedrock-invocationMetrics\"";
                match inner.windows(metrics.len()).any(|part| part == metrics) {
                    true => Progress::Over,
                    false => Progress::Going,
                }
            }
            (Some(_) | None, _) => Progress::Unknown,
        };
        if let Some(inner) = inner {
            self.event(&inner);
        }
        (false, progress)
    }

    /// The facts of a JSON document and of the one object inside it that may hold more.
    fn text<'a>(&mut self, text: &'a str) -> Result<Said<'a>, serde_json::Error> {
        let said = self.object(text)?;
        if let Some(inner) = said.inner {
            // Its own inner object is not looked at: how deep a provider nests must not matter.
            self.object(inner)?;
        }
        Ok(said)
    }

    fn object<'a>(&mut self, text: &'a str) -> Result<Said<'a>, serde_json::Error> {
        let mut said = Said::default();
        let Self {
            observed,
            counts,
            due,
        } = self;
        let mut is_counted = false;
        json::members(text, |key, value| match key.as_ref() {
            "id" => observed.id = observed.id.take().or_else(|| text_of(value)),
            "model" | "modelVersion" => {
                observed.model = observed.model.take().or_else(|| text_of(value));
            }
            // What a stream begins with may be what was asked for, its end is what was done.
            "service_tier" => {
                observed.service_tier = text_of(value).or(observed.service_tier.take());
            }
            "type" => said.progress.note(Progress::of_type(unquoted(value))),
            "object" => said.progress.note(Progress::of_object(unquoted(value))),
            "usage" | "usageMetadata" | "amazon-bedrock-invocationMetrics" | "meta" => {
                is_counted |= counts.merge(value);
            }
            "inputTextTokenCount" => {
                counts.note_input(json::count(value));
                is_counted = true;
            }
            "error" if !matches!(value, "null" | "false" | "\"\"" | "{}") => {
                observed.error = ProviderError::from_member(value);
                said.is_error = true;
            }
            // The events of responses and of Anthropic's messages.
            "response" | "message" if value.starts_with('{') => said.inner = Some(value),
            key if due.is_invocation => is_counted |= of_family(counts, key, value),
            _ => (),
        })?;
        if is_counted {
            observed.usage = counts.usage().or(observed.usage.take());
        }
        Ok(said)
    }

    /// Measures what a model says in it.
    fn said(&mut self, text: &str) {
        let length = |leaf: &leaves::Leaf| {
            let key = text.get(leaf.key.clone()).unwrap_or_default();
            match SAID.contains(&key) {
                true => leaf.range.len().saturating_sub(2),
                false => 0,
            }
        };
        let bytes = leaves::strings(text).iter().map(length).sum::<usize>();
        let sum = &mut self.observed.content_bytes;
        *sum = sum.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}

/// Takes in a member in which a family of Bedrock's models counts by itself: Llama, Titan, Nova's streams; whether it is one.
fn of_family(counts: &mut Counts, key: &str, value: &str) -> bool {
    match key {
        "prompt_token_count" => counts.note_input(json::count(value)),
        "generation_token_count" | "totalOutputTextTokenCount" => {
            counts.note_output(json::count(value));
        }
        "results" => counts.note_output(of_results(value)),
        "metadata" => {
            // No object has no members.
            let _ = json::members(value, |key, value| {
                if key == "usage" {
                    counts.merge(value);
                }
            });
        }
        _ => return false,
    }
    true
}

/// Tokens of Titan's answers together.
fn of_results(value: &str) -> Option<u64> {
    let mut all = None;
    let mut add = |count: u64| all = Some(all.unwrap_or(0_u64).saturating_add(count));
    // What is no list, or holds something else, counts nothing.
    let _ = json::elements(value, |result| {
        let _ = json::members(result, |key, value| {
            if let Some(count) = json::count(value).filter(|_| key == "tokenCount") {
                add(count);
            }
        });
    });
    all
}

/// A name, which has nothing escaped.
fn unquoted(raw: &str) -> &str {
    raw.trim_matches('"')
}

fn text_of(raw: &str) -> Option<String> {
    json::string(raw)
        .map(bounded)
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Due, Ending, Framing, Limits, PassedTap, Truncation};
    use crate::usage::HeadCounts;

    const INVOCATION: Due = Due {
        is_json: false,
        is_invocation: true,
        is_said: true,
    };

    fn seen(framing: Framing, body: &[u8], is_json: bool) -> super::Finish {
        let due = Due {
            is_json,
            ..Due::default()
        };
        seen_as(due, framing, body)
    }

    fn seen_as(due: Due, framing: Framing, body: &[u8]) -> super::Finish {
        let mut tap = PassedTap::new(framing, Limits::default(), due);
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

    fn event(kind: &str) -> String {
        format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"b64_json\":\"aGk=\"}}\n\n")
    }

    /// The stream ends regularly, behind these events.
    #[track_caller]
    fn check_end(events: &[&str], expected: Ending) {
        let body: String = events.iter().map(|kind| event(kind)).collect();
        let finish = seen(Framing::EventStream, body.as_bytes(), false);
        assert_eq!(finish.ending, expected, "{events:?}");
    }

    #[test]
    fn a_stream_without_the_event_that_ends_it_is_cut() {
        let cut = Ending::Truncated(Truncation::NoTerminator);
        for (going, last) in [
            (
                "image_generation.partial_image",
                "image_generation.completed",
            ),
            ("image_edit.partial_image", "image_edit.completed"),
            ("speech.audio.delta", "speech.audio.done"),
            ("transcript.text.delta", "transcript.text.done"),
            ("response.output_text.delta", "response.completed"),
            ("content_block_delta", "message_stop"),
        ] {
            check_end(&[going], cut);
            check_end(&[going, last], Ending::Complete);
            check_end(&[going, last, going], cut);
            check_end(&[going, last, "news"], Ending::Complete);
        }
        // Of what ends like this nothing is known.
        check_end(&["news"], Ending::Complete);
        check_end(&[], Ending::Complete);
        let chunk = "data: {\"object\":\"text_completion\",\"choices\":[]}\n\n";
        let ended = [chunk, "data: [DONE]\n\n"].concat();
        let of = |body: &str| seen(Framing::EventStream, body.as_bytes(), false).ending;
        assert_eq!((of(chunk), of(&ended)), (cut, Ending::Complete));
    }

    fn chunk(inner: &str) -> Vec<u8> {
        let payload = format!("{{\"bytes\":\"{}\"}}", base64(inner.as_bytes()));
        let mut headers = Vec::new();
        for (name, value) in [(":event-type", "chunk"), (":message-type", "event")] {
            headers.push(u8::try_from(name.len()).expect("short"));
            headers.extend_from_slice(name.as_bytes());
            headers.push(7);
            headers.extend_from_slice(&u16::try_from(value.len()).expect("short").to_be_bytes());
            headers.extend_from_slice(value.as_bytes());
        }
        let length = |bytes: usize| u32::try_from(bytes).expect("short").to_be_bytes();
        let mut out = length(16 + headers.len() + payload.len()).to_vec();
        out.extend_from_slice(&length(headers.len()));
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out.extend_from_slice(&headers);
        out.extend_from_slice(payload.as_bytes());
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out
    }

    fn base64(bytes: &[u8]) -> String {
        let letter = |six: u32| match u8::try_from(six & 63).expect("six bits") {
            six @ 0..26 => char::from(b'A' + six),
            six @ 26..52 => char::from(b'a' + six - 26),
            six @ 52..62 => char::from(b'0' + six - 52),
            62 => '+',
            _ => '/',
        };
        let mut out = String::new();
        for part in bytes.chunks(3) {
            let of = |at: usize| u32::from(part.get(at).copied().unwrap_or_default());
            let all = of(0) << 16 | of(1) << 8 | of(2);
            let letters = [18, 12, 6, 0].map(|shift| letter(all >> shift));
            out.extend(letters.iter().take(part.len() + 1));
            out.extend(std::iter::repeat_n('=', 3 - part.len()));
        }
        out
    }

    #[test]
    fn an_invocation_without_its_counts_is_cut() {
        let said = chunk("{\"type\":\"content_block_delta\"}");
        let last = chunk(
            "{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":3,\"outputTokenCount\":5}}",
        );
        let cut = seen(Framing::AwsEventStream, &said, false);
        assert_eq!(cut.ending, Ending::Truncated(Truncation::NoTerminator));
        let whole = seen(Framing::AwsEventStream, &[said, last].concat(), false);
        assert_eq!(whole.ending, Ending::Complete);
        let usage = whole.observed.usage.expect("counts");
        assert_eq!((usage.input, usage.output), (Some(3), Some(5)));
    }

    /// Input, output, what was read from and written to a cache, and bytes that were said.
    fn counted(finish: &super::Finish) -> ([Option<u64>; 4], u64) {
        let usage = finish.observed.usage.clone().unwrap_or_default();
        let counts = [
            usage.input,
            usage.output,
            usage.cache_read,
            usage.cache_write,
        ];
        (counts, finish.observed.content_bytes)
    }

    /// After AWS's references of each family's answers.
    #[test]
    fn invocations_of_each_family_in_one_piece() {
        for (body, expected) in [
            // Claude.
            (
                r#"{"id":"msg_1","type":"message","model":"claude","content":[{"type":"text","text":"Hello"}],"usage":{"input_tokens":3,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":15}}"#,
                ([Some(123), Some(15), Some(100), Some(20)], 5),
            ),
            // Nova.
            (
                r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":15,"totalTokens":18,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":0}}"#,
                ([Some(3), Some(15), Some(0), Some(0)], 5),
            ),
            // Titan.
            (
                r#"{"inputTextTokenCount":3,"results":[{"tokenCount":9,"outputText":"Hel","completionReason":"FINISH"},{"tokenCount":6,"outputText":"lo"}]}"#,
                ([Some(3), Some(15), None, None], 5),
            ),
            // Llama.
            (
                r#"{"generation":"Hello","prompt_token_count":3,"generation_token_count":15,"stop_reason":"stop"}"#,
                ([Some(3), Some(15), None, None], 5),
            ),
            // Mistral, Jamba, gpt-oss, Qwen: as OpenAI's.
            (
                r#"{"choices":[{"message":{"role":"assistant","content":"Hello"}}],"usage":{"prompt_tokens":3,"completion_tokens":15,"total_tokens":18}}"#,
                ([Some(3), Some(15), None, None], 5),
            ),
            // Mistral of before, Cohere: nothing is told in the body.
            (
                r#"{"outputs":[{"text":"Hello","stop_reason":"stop"}]}"#,
                ([None; 4], 5),
            ),
            // A vector.
            (
                r#"{"embedding":[0.5],"inputTextTokenCount":6}"#,
                ([Some(6), None, None, None], 0),
            ),
        ] {
            let finish = seen_as(INVOCATION, Framing::Buffered, body.as_bytes());
            assert_eq!(counted(&finish), expected, "{body}");
        }
    }

    /// Each with the metrics of its last chunk, and left before.
    #[test]
    fn invocations_of_each_family_as_they_stream() {
        let metrics = r#""amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":15,"invocationLatency":3037,"firstByteLatency":2635}"#;
        for (chunks, left) in [
            (
                [
                    r#"{"type":"message_start","message":{"id":"m","model":"claude","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}"#,
                    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"#,
                ],
                ([Some(3), Some(1), None, None], 5),
            ),
            (
                [
                    r#"{"messageStart":{"role":"assistant"}}"#,
                    r#"{"contentBlockDelta":{"delta":{"text":"Hello"},"contentBlockIndex":0}}"#,
                ],
                ([None; 4], 5),
            ),
            (
                [
                    r#"{"outputText":"Hel","index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":3}"#,
                    r#"{"outputText":"lo","index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":null}"#,
                ],
                ([Some(3), None, None, None], 5),
            ),
            (
                [
                    r#"{"generation":"Hel","prompt_token_count":3,"generation_token_count":1,"stop_reason":null}"#,
                    r#"{"generation":"lo","prompt_token_count":null,"generation_token_count":2,"stop_reason":null}"#,
                ],
                ([Some(3), Some(2), None, None], 5),
            ),
            (
                [
                    r#"{"outputs":[{"text":"Hel","stop_reason":null}]}"#,
                    r#"{"outputs":[{"text":"lo","stop_reason":null}]}"#,
                ],
                ([None; 4], 5),
            ),
        ] {
            let parts = chunks.map(chunk).concat();
            let cut = seen_as(INVOCATION, Framing::AwsEventStream, &parts);
            assert_eq!(counted(&cut), left, "{chunks:?}");
            assert_eq!(cut.ending, Ending::Truncated(Truncation::NoTerminator));
            let last = chunk(&format!("{{{metrics}}}"));
            let whole = seen_as(INVOCATION, Framing::AwsEventStream, &[parts, last].concat());
            assert_eq!(whole.ending, Ending::Complete);
            assert_eq!(counted(&whole).0[..2], [Some(3), Some(15)], "{chunks:?}");
        }
        // Nova has a chunk of counts, too.
        let nova = chunk(
            r#"{"metadata":{"usage":{"inputTokens":3,"outputTokens":15,"cacheReadInputTokenCount":100},"metrics":{}}}"#,
        );
        let seen = seen_as(INVOCATION, Framing::AwsEventStream, &nova);
        assert_eq!(counted(&seen).0, [Some(103), Some(15), Some(100), None]);
    }

    #[test]
    fn what_was_cached_stays_counted_whatever_follows() {
        let start = r#"{"type":"message_start","message":{"usage":{"input_tokens":3,"cache_read_input_tokens":0,"cache_creation_input_tokens":25037,"output_tokens":1}}}"#;
        let delta = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}"#;
        let stop = r#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":15,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":25037}}"#;
        let expected = [Some(25_040), Some(15), Some(0), Some(25_037)];
        let frames = [start, delta, stop].map(chunk).concat();
        let seen = seen_as(INVOCATION, Framing::AwsEventStream, &frames);
        assert_eq!(counted(&seen).0, expected);
        // As what an operator lets pass it comes in events.
        let events = [start, delta]
            .map(|data| format!("data: {data}\n\n"))
            .concat();
        let due = Due {
            is_said: true,
            ..Due::default()
        };
        let seen = seen_as(due, Framing::EventStream, events.as_bytes());
        assert_eq!(counted(&seen).0, expected);
    }

    #[test]
    fn the_head_counts_where_the_body_does_not() {
        let mut tap = PassedTap::new(Framing::Buffered, Limits::default(), INVOCATION);
        tap.note_head(HeadCounts {
            input: Some(3),
            output: Some(15),
            ..HeadCounts::default()
        });
        tap.push(Bytes::from_static(br#"{"outputs":[{"text":"Hello"}]}"#));
        let finish = tap.finish();
        assert_eq!(counted(&finish), ([Some(3), Some(15), None, None], 5));
    }

    #[test]
    fn metadata_of_others_counts_nothing() {
        let body = r#"{"id":"batch","metadata":{"usage":{"input_tokens":7},"error":"x"}}"#;
        let finish = seen(Framing::Buffered, body.as_bytes(), false);
        assert_eq!(counted(&finish), ([None; 4], 0));
        assert!(finish.observed.error.is_none());
    }
}
