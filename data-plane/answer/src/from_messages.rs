//! Anthropic Messages answers, read into pieces: a stream's events, or one buffered message.
//!
//! Names after Anthropic's API reference ("Streaming messages", "Create a Message") and the types of its Python SDK. It
//! must not know clients' formats or framing. Invariants: each fact is read for itself, so that a member of an unexpected
//! shape costs that fact only; a buffered message goes through the same steps as a streamed one.

use serde_json::value::RawValue;

use super::{Content, Finish, Piece, Sink, Start};
use crate::error::ProviderError;
use crate::held::EACH;
use crate::json;
use crate::observed::FinishReason;
use crate::text::JsonText;

mod counts;
mod wire;

use counts::Counts;
use wire::{Block, Delta, Event, Message, index_of, is, literal, read, said, string};

/// Reads one answer.
#[derive(Debug, Default)]
pub struct Reader {
    has_started: bool,
    has_finished: bool,
    has_ended: bool,
    counts: Counts,
    /// Blocks that began and did not end.
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    index: u32,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Text or reasoning.
    Said,
    /// A call of the client's tool.
    Tool {
        /// Arguments that stand in the block's start: they hold only where no delta follows.
        whole: Option<String>,
    },
    /// What the pieces have no place for.
    Other,
}

/// Reads a buffered answer.
///
/// # Errors
/// The body is not a JSON object; end of input means that it was cut.
pub fn body(text: &str, sink: &mut dyn Sink) -> Result<(), serde_json::Error> {
    if !text.trim_start().starts_with('{') {
        // A list would be read member by member.
        return json::members(text, |_, _| ());
    }
    let message: Message<'_> = serde_json::from_str(text)?;
    let mut reader = Reader::new();
    if is(message.kind, "error") || message.error.is_some() {
        reader.fail(message.error, text.as_bytes(), sink);
        return Ok(());
    }
    reader.start(&message, sink);
    let blocks: Vec<&RawValue> = read(message.content).unwrap_or_default();
    for (index, block) in (0..).zip(blocks) {
        reader.open_block(index, block, sink);
        reader.close_block(index, sink);
    }
    reader.finish(message.stop_reason, message.stop_sequence, sink);
    reader.count(message.usage, sink);
    reader.succeed(sink);
    Ok(())
}

// === impl Reader ===

impl Reader {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        let of = |open: &Open| match &open.kind {
            Kind::Tool { whole } => whole.as_ref().map_or(0, String::len),
            Kind::Said | Kind::Other => 0,
        };
        self.open.iter().map(|open| EACH + of(open)).sum()
    }

    /// Reads one event of a stream.
    pub fn event(&mut self, name: Option<&[u8]>, data: &[u8], sink: &mut dyn Sink) {
        if self.has_ended || !data.trim_ascii_start().starts_with(b"{") {
            return;
        }
        let Ok(event) = serde_json::from_slice::<Event<'_>>(data) else {
            return;
        };
        let kind = literal(event.kind)
            .map(str::as_bytes)
            .or(name)
            .unwrap_or_default();
        match kind {
            b"message_start" => {
                let message: Message<'_> = read(event.message).unwrap_or_default();
                self.start(&message, sink);
                self.count(message.usage, sink);
            }
            b"content_block_start" => {
                if let (Some(index), Some(block)) = (index_of(event.index), event.content_block) {
                    self.open_block(index, block, sink);
                }
            }
            b"content_block_delta" => {
                if let (Some(index), Some(delta)) = (index_of(event.index), read(event.delta)) {
                    self.add(index, &delta, sink);
                }
            }
            b"content_block_stop" => {
                if let Some(index) = index_of(event.index) {
                    self.close_block(index, sink);
                }
            }
            b"message_delta" => {
                let delta: Delta<'_> = read(event.delta).unwrap_or_default();
                self.finish(delta.stop_reason, delta.stop_sequence, sink);
                self.count(event.usage, sink);
            }
            b"message_stop" => self.succeed(sink),
            b"error" => self.fail(event.error, data, sink),
            // `ping`, and what is newer than this.
            _ => (),
        }
    }

    /// The body ended. `message_stop` is the only success, and it was told when it came.
    pub fn end(&mut self, _sink: &mut dyn Sink) {
        self.has_ended = true;
    }

    fn start(&mut self, message: &Message<'_>, sink: &mut dyn Sink) {
        if self.has_started {
            return;
        }
        self.has_started = true;
        sink.piece(&Piece::Start(Start {
            id: string(message.id),
            model: string(message.model),
            created: None,
            service_tier: None,
            is_of_background: false,
        }));
    }

    /// A piece that is not the first: `Start` goes before it, also where the provider left it out.
    fn tell(&mut self, piece: &Piece<'_>, sink: &mut dyn Sink) {
        self.start(&Message::default(), sink);
        sink.piece(piece);
    }

    fn say(&mut self, content: Content<'_>, sink: &mut dyn Sink) {
        self.tell(&Piece::said(content), sink);
    }

    fn open_block(&mut self, index: u32, raw: &RawValue, sink: &mut dyn Sink) {
        // One that was not closed cannot go on under another's number.
        self.close_block(index, sink);
        let block: Block<'_> = read(Some(raw)).unwrap_or_default();
        let kind = match literal(block.kind).unwrap_or_default() {
            "text" => {
                if let Some(text) = said(block.text) {
                    self.say(Content::Text(text), sink);
                }
                if block
                    .citations
                    .is_some_and(|list| !json::is_empty_array(list.get()))
                {
                    self.tell(&Piece::Dropped("content.citations"), sink);
                }
                Kind::Said
            }
            "thinking" => {
                if let Some(text) = said(block.thinking) {
                    self.say(Content::Thinking(text), sink);
                }
                if let Some(signature) = said(block.signature) {
                    self.say(Content::Signature(signature), sink);
                }
                Kind::Said
            }
            "redacted_thinking" => {
                if let Some(data) = said(block.data) {
                    self.say(Content::Redacted(data), sink);
                }
                Kind::Other
            }
            "tool_use" => self.open_tool(index, &block, sink),
            other => {
                self.tell(&Piece::Dropped(name_of_dropped(other)), sink);
                Kind::Other
            }
        };
        self.open.push(Open { index, kind });
    }

    fn open_tool(&mut self, index: u32, block: &Block<'_>, sink: &mut dyn Sink) -> Kind {
        let Some(name) = said(block.name) else {
            self.tell(&Piece::Dropped("content.tool_use"), sink);
            return Kind::Other;
        };
        let call = Content::ToolCall {
            slot: index,
            id: said(block.id),
            name,
            signature: None,
        };
        self.say(call, sink);
        let whole = block.input.map(RawValue::get).filter(|raw| {
            raw.strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
                .is_none_or(|inside| !inside.trim().is_empty())
        });
        Kind::Tool {
            whole: whole.map(str::to_owned),
        }
    }

    fn add(&mut self, index: u32, delta: &Delta<'_>, sink: &mut dyn Sink) {
        let open = self.open.iter_mut().find(|open| open.index == index);
        let mut is_tool = false;
        match open.map(|open| &mut open.kind) {
            Some(Kind::Tool { whole }) => {
                is_tool = true;
                *whole = whole.take().filter(|_| said(delta.partial_json).is_none());
            }
            Some(Kind::Other) => return,
            Some(Kind::Said) | None => (),
        }
        let content = match literal(delta.kind).unwrap_or_default() {
            "text_delta" => said(delta.text).map(Content::Text),
            "thinking_delta" => said(delta.thinking).map(Content::Thinking),
            "signature_delta" => said(delta.signature).map(Content::Signature),
            "input_json_delta" if is_tool => {
                said(delta.partial_json).map(|fragment| Content::Arguments {
                    slot: index,
                    fragment,
                })
            }
            "citations_delta" => {
                self.tell(&Piece::Dropped("content.citations"), sink);
                None
            }
            _ => None,
        };
        if let Some(content) = content {
            self.say(content, sink);
        }
    }

    fn close_block(&mut self, index: u32, sink: &mut dyn Sink) {
        let Some(at) = self.open.iter().position(|open| open.index == index) else {
            return;
        };
        match self.open.swap_remove(at).kind {
            Kind::Said => self.say(Content::BlockEnd, sink),
            Kind::Tool { whole } => {
                if let Some(arguments) = whole {
                    let fragment = JsonText::plain(&arguments);
                    let content = Content::Arguments {
                        slot: index,
                        fragment,
                    };
                    self.say(content, sink);
                }
                self.say(Content::ToolEnd { slot: index }, sink);
            }
            Kind::Other => (),
        }
    }

    fn close_all(&mut self, sink: &mut dyn Sink) {
        while let Some(index) = self.open.first().map(|open| open.index) {
            self.close_block(index, sink);
        }
    }

    fn finish(
        &mut self,
        reason: Option<&RawValue>,
        sequence: Option<&RawValue>,
        sink: &mut dyn Sink,
    ) {
        let Some(reason) = string(reason).filter(|_| !self.has_finished) else {
            return;
        };
        self.close_all(sink);
        self.has_finished = true;
        let finish = Finish {
            reason: reason_of(&reason),
            stop_sequence: string(sequence),
        };
        self.tell(&Piece::Finish { choice: 0, finish }, sink);
    }

    fn count(&mut self, usage: Option<&RawValue>, sink: &mut dyn Sink) {
        if let Some(usage) = usage.and_then(|raw| self.counts.merge(raw.get())) {
            self.tell(&Piece::Usage(usage), sink);
        }
    }

    fn succeed(&mut self, sink: &mut dyn Sink) {
        self.close_all(sink);
        self.tell(&Piece::End, sink);
        self.has_ended = true;
    }

    fn fail(&mut self, error: Option<&RawValue>, data: &[u8], sink: &mut dyn Sink) {
        let error = error
            .and_then(|raw| ProviderError::from_member(raw.get()))
            .unwrap_or_else(|| ProviderError::read(data));
        self.tell(&Piece::Failure(error), sink);
        self.has_ended = true;
    }
}

fn reason_of(name: &str) -> FinishReason {
    match name {
        "end_turn" => FinishReason::Stop,
        "stop_sequence" => FinishReason::StopSequence,
        "max_tokens" => FinishReason::Length,
        "model_context_window_exceeded" => FinishReason::ContextWindow,
        "pause_turn" => FinishReason::PauseTurn,
        "tool_use" => FinishReason::ToolCalls,
        "refusal" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

/// A closed list, because it labels a metric.
fn name_of_dropped(kind: &str) -> &'static str {
    match kind {
        "server_tool_use" => "content.server_tool_use",
        "web_search_tool_result" => "content.web_search_tool_result",
        "web_fetch_tool_result" => "content.web_fetch_tool_result",
        "code_execution_tool_result"
        | "bash_code_execution_tool_result"
        | "text_editor_code_execution_tool_result" => "content.code_execution_tool_result",
        "mcp_tool_use" => "content.mcp_tool_use",
        "mcp_tool_result" => "content.mcp_tool_result",
        "container_upload" => "content.container_upload",
        _ => "content.other",
    }
}

#[cfg(test)]
mod tests;
