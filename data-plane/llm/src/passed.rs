//! Watching an answer that passes as it is: embeddings, images, sounds, counts, files, invocations of Bedrock's models.
//!
//! Owns what such answers say of themselves in JSON, whatever their shape. It must not know which operation it is beyond
//! what is due ([`Due`]). Invariants: every byte passes at once and unchanged; what cannot be read costs facts only; what is
//! held to be read is bounded; a stream whose events say how it ends is not complete without that.

use bytes::Bytes;
use serde_json::Value;

use crate::document::Document;
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
    pub(crate) observed: Box<Observed>,
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
    /// `is_begun`: something came of it.
    Document {
        held: Document,
        is_begun: bool,
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
                held: Document::new(limits.body_bytes),
                is_begun: false,
            },
            Framing::EventStream => Input::Events(Framer::new(limits.event_bytes)),
            Framing::AwsEventStream => {
                Input::Frames(event_stream::Decoder::new(limits.event_bytes))
            }
        };
        Self {
            observed: Box::default(),
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
            observed: Box::default(),
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
            Input::Document { held, is_begun } => {
                if !std::mem::replace(is_begun, true) && !chunk.trim_ascii_start().starts_with(b"{")
                {
                    // Sounds and files are not held: nothing in them is read.
                    held.lose();
                }
                held.push(&chunk);
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
            Input::Document { held, is_begun } => match (&*is_begun, held.text()) {
                (true, Some(_)) => self.document(),
                (true, None) => {
                    self.observed.unreadable += u64::from(self.due.is_json);
                    Ending::Complete
                }
                (false, _) => Ending::Complete,
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
        let held = held.text().unwrap_or_default();
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
        let (mut error, mut has_status, mut has_id) = (None, false, false);
        json::members(text, |key, value| match key.as_ref() {
            "status" => has_status = value.starts_with('"'),
            "id" => {
                has_id = true;
                observed.id = observed.id.take().or_else(|| text_of(value));
            }
            "model" | "modelVersion" => {
                observed.model = observed.model.take().or_else(|| text_of(value));
            }
            // What a stream begins with may be what was asked for, its end is what was done.
            "service_tier" => {
                observed.service_tier = text_of(value).or(observed.service_tier.take());
            }
            "type" => said.progress.note(Progress::of_type(unquoted(value))),
            "object" => {
                if unquoted(value) == "batch" {
                    observed.is_of_background = true;
                    // Batches have a price of their own.
                    observed.head_tier.get_or_insert_with(|| "batch".to_owned());
                }
                said.progress.note(Progress::of_object(unquoted(value)));
            }
            "background" => observed.is_of_background |= value == "true",
            "usage" | "usageMetadata" | "amazon-bedrock-invocationMetrics" | "meta" => {
                is_counted |= counts.merge(value);
            }
            "inputTextTokenCount" => {
                counts.note_input(json::count(value));
                is_counted = true;
            }
            "error" if !matches!(value, "null" | "false" | "\"\"" | "{}") => error = Some(value),
            // The events of responses and of Anthropic's messages.
            "response" | "message" if value.starts_with('{') => said.inner = Some(value),
            key if due.is_invocation => is_counted |= of_family(counts, key, value),
            _ => (),
        })?;
        // What is made in the background, and has failed, says so: that is no failure of whoever tells it.
        if let Some(error) = error.filter(|_| !(has_id && has_status)) {
            observed.error = ProviderError::from_member(error);
            said.is_error = true;
        }
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
mod tests;
