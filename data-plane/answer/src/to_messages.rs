//! Answers written for a client of Anthropic's Messages API: server-sent events, or one message.
//!
//! Event and field names after Anthropic's API reference ("Streaming messages", "Create a Message") and the accumulator of
//! its Python SDK. Here are the message and what both forms end with; the events are `stream`'s. It must not know who
//! answered. Invariants: a tool's input is always an object; the stream, folded as the SDK folds it, is the message.

use super::{ClientSide, Content, Finish, Piece, Start};
use crate::error::{ErrorBody, ProviderError};
use crate::format::Format;
use crate::held::ROOM;
use crate::observed::FinishReason;
use crate::usage::Usage;

mod blocks;
mod stream;
mod write;

use blocks::{Blocks, Ids};

pub use stream::Stream;

const FORMAT: Format = Format::AnthropicMessages;

/// Makes one message of an answer.
#[derive(Debug)]
pub struct Body {
    client: ClientSide,
    start: Start,
    blocks: Blocks,
    ids: Ids,
    ending: Ending,
    failure: Option<ProviderError>,
}

/// What is told last.
#[derive(Debug, Default)]
struct Ending {
    finish: Option<Finish>,
    usage: Usage,
    /// Tokens of the prompt, estimated: told until, or unless, the provider tells its own count.
    prompt: Option<u64>,
    /// Bytes of what was said.
    said: u64,
    has_called: bool,
    has_refused: bool,
}

/// Bytes of text to a token, where nobody counted.
const BYTES_PER_TOKEN: u64 = 4;

// === impl Body ===

impl Body {
    /// Nothing was written yet.
    pub fn new(client: ClientSide) -> Self {
        Self {
            ids: Ids::new(client.nonce),
            client,
            start: Start::default(),
            blocks: Blocks::default(),
            ending: Ending::default(),
            failure: None,
        }
    }

    /// How many tokens the prompt has, as far as can be told; shown where the provider tells none.
    pub fn expect_prompt(&mut self, tokens: u64) {
        self.ending.prompt = Some(tokens);
    }

    /// Takes the next piece.
    pub fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Start(start) => self.start = start.clone(),
            Piece::Content { choice: 0, content } => {
                self.ending.note(content);
                self.blocks.say(content, &mut self.ids);
            }
            Piece::Finish { choice: 0, finish } => self.ending.finish = Some(finish.clone()),
            Piece::Usage(usage) => self.ending.usage = usage.clone(),
            Piece::Failure(error) => self.failure = Some(error.clone()),
            Piece::Content { .. } | Piece::Finish { .. } | Piece::Dropped(_) | Piece::End => (),
        }
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.blocks.held() + self.ids.held()
    }

    /// The message, or the error where the provider gave up.
    pub fn finish(mut self) -> Vec<u8> {
        if let Some(error) = self.failure {
            let body = ErrorBody::provider(FORMAT, None, &error);
            return body.to_json(FORMAT).to_vec();
        }
        let mut out = Vec::with_capacity(self.held().saturating_add(ROOM));
        write::message_head(&mut out, &self.start, &self.client);
        out.extend_from_slice(b"\"content\":[");
        self.blocks.write(&mut out);
        out.extend_from_slice(b"],");
        self.ending.write_stop(&mut out);
        out.extend_from_slice(b",\"usage\":{");
        self.ending.count();
        self.ending.usage.input = self.ending.usage.input.or(self.ending.prompt);
        write::usage(&mut out, &self.ending.usage, true);
        out.extend_from_slice(b"}}");
        out
    }
}

// === impl Ending ===

impl Ending {
    /// The format wants tokens of the answer: where nobody counted them, they are estimated (llm.md S-2, U-3).
    fn count(&mut self) {
        let estimate = self.said.div_ceil(BYTES_PER_TOKEN);
        self.usage.output.get_or_insert(estimate);
    }

    fn note(&mut self, content: &Content<'_>) {
        let said = match content {
            Content::Text(text)
            | Content::Refusal(text)
            | Content::Thinking(text)
            | Content::ToolCall { name: text, .. }
            | Content::Arguments { fragment: text, .. } => text.inner().len(),
            Content::Signature(_)
            | Content::Redacted(_)
            | Content::BlockEnd
            | Content::ToolEnd { .. } => 0,
        };
        let said = u64::try_from(said).unwrap_or(u64::MAX);
        self.said = self.said.saturating_add(said);
        match content {
            Content::ToolCall { .. } => self.has_called = true,
            Content::Refusal(text) => self.has_refused |= !text.is_empty(),
            Content::Text(_)
            | Content::Thinking(_)
            | Content::Signature(_)
            | Content::Redacted(_)
            | Content::BlockEnd
            | Content::Arguments { .. }
            | Content::ToolEnd { .. } => (),
        }
    }

    /// The members `stop_reason` and `stop_sequence`.
    fn write_stop(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"stop_reason\":\"");
        out.extend_from_slice(self.stop_reason().as_bytes());
        out.extend_from_slice(b"\",\"stop_sequence\":");
        let finish = self.finish.as_ref();
        match finish.and_then(|finish| finish.stop_sequence.as_deref()) {
            Some(text) => write::string(out, text),
            None => out.extend_from_slice(b"null"),
        }
    }

    /// Calls decide over a natural end, whatever the server calls it: a client runs tools where it reads `tool_use`, and
    /// waits for ever where it reads that without a call.
    fn stop_reason(&self) -> &'static str {
        let reason = self.finish.as_ref().map(|finish| finish.reason);
        match reason {
            Some(FinishReason::Length) => "max_tokens",
            Some(FinishReason::ContextWindow) => "model_context_window_exceeded",
            Some(FinishReason::ContentFilter) => "refusal",
            Some(FinishReason::StopSequence) => "stop_sequence",
            Some(FinishReason::PauseTurn) => "pause_turn",
            Some(
                FinishReason::Stop
                | FinishReason::ToolCalls
                | FinishReason::FunctionCall
                | FinishReason::Other,
            )
            | None => {
                if self.has_called {
                    "tool_use"
                } else if self.has_refused {
                    "refusal"
                } else {
                    "end_turn"
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
