//! Answers of Amazon Bedrock Converse, read piece by piece (service model `bedrock-runtime` 2023-09-30: `ConverseResponse`
//! and `ConverseStreamOutput`).
//!
//! It must not know how event streams are framed. Invariants: the reason of the end is held until the token counts have
//! come, which is one event later (llm.md S-6), or until the body has ended; an exception in the stream is a failure; tools
//! have the names by which the client knows them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Content, Finish, Piece, Sink, Start};
use crate::error::ProviderError;
use crate::event_stream::{Kind, Message};
use crate::held::EACH;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::tool_names::ToolNames;

mod usage;
mod wire;

use usage::Counts;
use wire::{Answer, Block, BlockStart, ContentEvent, Delta, Metadata, Reasoning, Said, Stop};

/// Reads the events of a stream.
#[derive(Debug)]
pub struct Reader {
    names: ToolNames,
    has_started: bool,
    /// Calls whose arguments may go on, by the index of their block.
    open: Vec<u32>,
    /// Set once the model has stopped, until it is told.
    finish: Option<Finish>,
    counts: Option<Counts>,
    /// The model stopped at something that cannot be given to anybody; until it is told.
    malformed: Option<&'static str>,
    is_over: bool,
}

/// A member that is read if it can be, and absent if not.
#[derive(Debug)]
struct Lenient<T>(Option<T>);

/// Reads a buffered answer.
///
/// # Errors
/// `text` is not JSON, or is no answer.
pub fn body(text: &str, names: &ToolNames, sink: &mut dyn Sink) -> Result<(), serde_json::Error> {
    let answer: Answer<'_> = serde_json::from_str(text)?;
    let said = answer.output.0.and_then(|output| output.message.0);
    let Some(said) = said else {
        let Some(message) = answer.message.0 else {
            return Err(serde_json::Error::missing_field("output"));
        };
        sink.piece(&Piece::Failure(ProviderError {
            message: message.decode().into_owned(),
            kind: answer.kind.0,
            ..ProviderError::default()
        }));
        return Ok(());
    };
    let mut reader = Reader::new(names.clone());
    reader.start(sink);
    reader.turn(said, sink);
    let tier = wire::tier(answer.tier, answer.performance);
    reader.counts = answer.usage.0.and_then(|usage| Counts::read(usage, tier));
    reader.stopped(Stop {
        reason: answer.reason,
        fields: answer.fields,
    });
    reader.finish(sink);
    Ok(())
}

// === impl Reader ===

impl Reader {
    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.open.len() * EACH
    }

    /// `names` are those of the request.
    pub const fn new(names: ToolNames) -> Self {
        Self {
            names,
            has_started: false,
            open: Vec::new(),
            finish: None,
            counts: None,
            malformed: None,
            is_over: false,
        }
    }

    /// Reads one message of the stream.
    pub fn event(&mut self, message: &Message, sink: &mut dyn Sink) {
        if self.is_over {
            return;
        }
        match message.kind() {
            Kind::Event(kind) => self.happened(&kind, &message.payload, sink),
            Kind::Exception(kind) => self.fail(wire::exception(&kind, &message.payload), sink),
            Kind::Error(code) => {
                let message = message.text(":error-message").unwrap_or_default();
                self.fail(wire::fault(&code, &message), sink);
            }
            Kind::Other => {}
        }
    }

    /// The HTTP body ended regularly.
    pub fn end(&mut self, sink: &mut dyn Sink) {
        // The counts were to come still; the answer is whole without them.
        if self.finish.is_some() {
            self.finish(sink);
        }
    }

    fn happened(&mut self, kind: &[u8], payload: &[u8], sink: &mut dyn Sink) {
        let Ok(payload) = std::str::from_utf8(payload) else {
            return;
        };
        match kind {
            b"messageStart" => self.start(sink),
            b"contentBlockStart" | b"contentBlockDelta" | b"contentBlockStop" => {
                if self.finish.is_none()
                    && let Some(event) = ContentEvent::read(payload)
                {
                    self.start(sink);
                    self.content(kind, &event, sink);
                }
            }
            b"messageStop" => {
                self.start(sink);
                self.close_all(sink);
                let stop = serde_json::from_str(payload).unwrap_or_default();
                self.stopped(stop);
                if self.counts.is_some() {
                    self.finish(sink);
                }
            }
            b"metadata" => {
                self.start(sink);
                let counts =
                    serde_json::from_str::<Metadata<'_>>(payload)
                        .ok()
                        .and_then(|metadata| {
                            let tier = wire::tier(metadata.tier, metadata.performance);
                            Counts::read(metadata.usage.0?, tier)
                        });
                if let Some(counts) = counts {
                    self.counts = Some(match self.counts.take() {
                        Some(before) => before.updated(counts),
                        None => counts,
                    });
                }
                if self.finish.is_some() {
                    self.finish(sink);
                }
            }
            _ => {}
        }
    }

    fn content(&mut self, kind: &[u8], event: &ContentEvent<'_>, sink: &mut dyn Sink) {
        let slot = event.index();
        match kind {
            b"contentBlockStart" => {
                if let Some(start) = event.start() {
                    self.block_start(slot, start, sink);
                }
            }
            b"contentBlockDelta" => {
                if let Some(delta) = event.delta() {
                    self.delta(slot, delta, sink);
                }
            }
            _ => {
                let was_call = self.close(slot, sink);
                if !was_call {
                    sink.piece(&Piece::said(Content::BlockEnd));
                }
            }
        }
    }

    fn block_start(&mut self, slot: u32, start: BlockStart<'_>, sink: &mut dyn Sink) {
        drop_if("image", start.image.is_some(), sink);
        drop_if("toolResult", start.tool_result.is_some(), sink);
        let Some(call) = start.tool_use.0 else {
            return;
        };
        if call.is_of_server() {
            sink.piece(&Piece::Dropped("toolUse"));
            return;
        }
        if let Some(name) = &call.name.0 {
            self.call(slot, call.id.0, name, sink);
        }
    }

    fn call(
        &mut self,
        slot: u32,
        id: Option<JsonText<'_>>,
        name: &JsonText<'_>,
        sink: &mut dyn Sink,
    ) {
        self.close(slot, sink);
        let known = self.names.restore(name);
        sink.piece(&Piece::said(Content::ToolCall {
            slot,
            id,
            name: known.unwrap_or(name.reborrow()),
            signature: None,
        }));
        self.open.push(slot);
    }

    fn delta(&mut self, slot: u32, delta: Delta<'_>, sink: &mut dyn Sink) {
        drop_if("citation", delta.citation.is_some(), sink);
        drop_if("image", delta.image.is_some(), sink);
        drop_if("toolResult", delta.tool_result.is_some(), sink);
        if let Some(text) = delta.text.0 {
            say(Content::Text, text, sink);
        }
        if let Some(reasoning) = delta.reasoning.0 {
            think(reasoning, sink);
        }
        // Arguments of a call that was not announced, or is the server's own, are nobody's.
        if let Some(fragment) = delta.tool_use.0.and_then(|call| call.input.0)
            && self.open.contains(&slot)
        {
            say(
                |fragment| Content::Arguments { slot, fragment },
                fragment,
                sink,
            );
        }
    }

    /// What a whole turn says: the same pieces as a stream of it.
    fn turn(&mut self, said: Said<'_>, sink: &mut dyn Sink) {
        let blocks = said.content.0.unwrap_or_default();
        for (block, slot) in blocks.into_iter().zip(0..) {
            if let Some(block) = block.0 {
                self.block(slot, block, sink);
            }
        }
    }

    fn block(&mut self, slot: u32, block: Block<'_>, sink: &mut dyn Sink) {
        for (name, is_there) in [
            ("image", block.image.is_some()),
            ("audio", block.audio.is_some()),
            ("video", block.video.is_some()),
            ("toolResult", block.tool_result.is_some()),
        ] {
            drop_if(name, is_there, sink);
        }
        if let Some(call) = block.tool_use.0 {
            if call.is_of_server() {
                sink.piece(&Piece::Dropped("toolUse"));
            } else if let Some(name) = &call.name.0 {
                self.call(slot, call.id.0, name, sink);
                if let Some(input) = call.input.filter(|input| !input.is_null()) {
                    let fragment = JsonText::plain(input.get());
                    sink.piece(&Piece::said(Content::Arguments { slot, fragment }));
                }
                self.close(slot, sink);
            }
            return;
        }
        if let Some(text) = block.text.0 {
            say(Content::Text, text, sink);
        }
        if let Some(reasoning) = block.reasoning.0 {
            if let Some(shown) = reasoning.shown.0 {
                think(shown, sink);
            }
            if let Some(redacted) = reasoning.redacted.0 {
                say(Content::Redacted, redacted, sink);
            }
        }
        if let Some(cited) = block.cited.0 {
            for text in cited.content.0.unwrap_or_default() {
                if let Some(text) = text.0.and_then(|part| part.text.0) {
                    say(Content::Text, text, sink);
                }
            }
            drop_if("citation", cited.citations.is_some(), sink);
        }
        sink.piece(&Piece::said(Content::BlockEnd));
    }

    fn start(&mut self, sink: &mut dyn Sink) {
        if !self.has_started {
            self.has_started = true;
            // Nothing of it is in the body: the request's id is in a header.
            sink.piece(&Piece::Start(Start::default()));
        }
    }

    /// Ends the call in `slot`; whether there was one.
    fn close(&mut self, slot: u32, sink: &mut dyn Sink) -> bool {
        let Some(at) = self.open.iter().position(|open| *open == slot) else {
            return false;
        };
        self.open.remove(at);
        sink.piece(&Piece::said(Content::ToolEnd { slot }));
        true
    }

    fn close_all(&mut self, sink: &mut dyn Sink) {
        for slot in self.open.drain(..) {
            sink.piece(&Piece::said(Content::ToolEnd { slot }));
        }
    }

    fn stopped(&mut self, stop: Stop) {
        self.malformed = malformed(stop.reason.0.as_deref());
        self.finish = Some(finish(stop));
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        if let Some(counts) = self.counts.take() {
            sink.piece(&Piece::Usage(counts.into()));
        }
        if let Some(finish) = self.finish.take() {
            sink.piece(&Piece::Finish { choice: 0, finish });
        }
        if let Some(field) = self.malformed.take() {
            sink.piece(&Piece::Dropped(field));
        }
        self.is_over = true;
        sink.piece(&Piece::End);
    }

    fn fail(&mut self, error: ProviderError, sink: &mut dyn Sink) {
        self.start(sink);
        self.is_over = true;
        self.finish = None;
        sink.piece(&Piece::Failure(error));
    }
}

// === impl Lenient ===

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

fn think(reasoning: Reasoning<'_>, sink: &mut dyn Sink) {
    if let Some(text) = reasoning.text.0 {
        say(Content::Thinking, text, sink);
    }
    if let Some(signature) = reasoning.signature.0 {
        say(Content::Signature, signature, sink);
    }
    if let Some(redacted) = reasoning.redacted.0 {
        say(Content::Redacted, redacted, sink);
    }
}

/// Empty texts are not worth an event.
fn say<'a>(
    content: impl FnOnce(JsonText<'a>) -> Content<'a>,
    text: JsonText<'a>,
    sink: &mut dyn Sink,
) {
    if !text.is_empty() {
        sink.piece(&Piece::said(content(text)));
    }
}

fn drop_if(field: &'static str, is_there: bool, sink: &mut dyn Sink) {
    if is_there {
        sink.piece(&Piece::Dropped(field));
    }
}

/// The reason of an end at which there was something that nobody gets.
fn malformed(reason: Option<&str>) -> Option<&'static str> {
    const MALFORMED: [&str; 2] = ["malformed_model_output", "malformed_tool_use"];
    MALFORMED.into_iter().find(|name| reason == Some(*name))
}

fn finish(stop: Stop) -> Finish {
    let reason = stop.reason.0.unwrap_or_default();
    Finish {
        reason: match reason.as_str() {
            "end_turn" => FinishReason::Stop,
            "stop_sequence" => FinishReason::StopSequence,
            "max_tokens" => FinishReason::Length,
            "model_context_window_exceeded" => FinishReason::ContextWindow,
            "tool_use" => FinishReason::ToolCalls,
            "content_filtered" | "guardrail_intervened" => FinishReason::ContentFilter,
            // Also output that the model has malformed.
            _ => FinishReason::Other,
        },
        stop_sequence: stop.fields.0.and_then(|fields| fields.stop_sequence.0),
    }
}

#[cfg(test)]
mod tests;
