//! A streamed answer as Anthropic's events.
//!
//! It must not know what a whole message looks like. Invariant: no two blocks are ever open at once and indexes rise by one
//! (llm.md S-2), so what another call or text says while a call is open waits in [`Blocks`] for the call's end.

use super::super::{ClientSide, Content, Piece, Start};
use super::blocks::{Block, Blocks, Ids, Tool, input_of, starts_object};
use super::{Ending, FORMAT, write};
use crate::error::last_event;
use crate::text::JsonText;
use crate::usage::Usage;

/// Writes the events of a streamed answer.
#[derive(Debug)]
pub struct Stream {
    client: ClientSide,
    is_begun: bool,
    /// The last event was written.
    is_over: bool,
    /// Index of the open block, or of the next one.
    index: u64,
    open: Open,
    /// What waits for the end of the open call; empty while none is open.
    held: Blocks,
    ids: Ids,
    ending: Ending,
}

/// The block that the client is being told.
#[derive(Debug)]
enum Open {
    Nothing,
    Text,
    /// The SDK does not put signatures together, so that the whole one is written at the block's end.
    Thinking {
        signature: String,
    },
    Tool {
        slot: u32,
        input: Input,
    },
}

/// How the arguments of the open call began.
#[derive(Debug)]
enum Input {
    Nothing,
    /// An object: it is passed on as it comes.
    Object,
    /// No object: it is kept, to be wrapped at the end.
    Odd(String),
}

// === impl Stream ===

impl Stream {
    /// Nothing was written yet.
    pub fn new(client: ClientSide) -> Self {
        Self {
            ids: Ids::new(client.nonce),
            client,
            is_begun: false,
            is_over: false,
            index: 0,
            open: Open::Nothing,
            held: Blocks::default(),
            ending: Ending::default(),
        }
    }

    /// How many tokens the prompt has, as far as can be told: what the client reads of it until the end.
    pub fn expect_prompt(&mut self, tokens: u64) {
        self.ending.prompt = Some(tokens);
    }

    /// Appends the events of the next piece.
    pub fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        match piece {
            Piece::Start(start) => self.begin(start, out),
            Piece::Content { choice: 0, content } => {
                self.begin(&Start::default(), out);
                self.ending.note(content);
                self.say(content, out);
            }
            Piece::Finish { choice: 0, finish } => self.ending.finish = Some(finish.clone()),
            Piece::Usage(usage) => self.ending.usage = usage.clone(),
            Piece::Failure(error) => {
                self.is_over = true;
                out.extend_from_slice(&last_event(FORMAT, error));
            }
            Piece::End => {
                self.begin(&Start::default(), out);
                self.end(out);
            }
            // Messages has one answer, and no place for what was left out.
            Piece::Content { .. } | Piece::Finish { .. } | Piece::Dropped(_) => (),
        }
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        let open = match &self.open {
            Open::Thinking { signature } => signature.len(),
            Open::Tool {
                input: Input::Odd(kept),
                ..
            } => kept.len(),
            Open::Tool {
                input: Input::Nothing | Input::Object,
                ..
            }
            | Open::Nothing
            | Open::Text => 0,
        };
        open + self.held.held() + self.ids.held()
    }

    fn begin(&mut self, start: &Start, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.is_begun, true) {
            return;
        }
        write::event(out, "message_start");
        out.extend_from_slice(b",\"message\":");
        write::message_head(out, start, &self.client);
        // The provider counts at the end: `message_delta` brings the numbers.
        out.extend_from_slice(
            b"\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{",
        );
        let estimate = Usage {
            input: self.ending.prompt,
            ..Usage::default()
        };
        write::usage(out, &estimate, true);
        out.extend_from_slice(b"}}");
        write::end(out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        // A call that was not ended ends with the answer; what it held back comes behind it.
        loop {
            self.close(out);
            if self.held.is_empty() {
                break;
            }
            self.release(out);
        }
        write::event(out, "message_delta");
        out.extend_from_slice(b",\"delta\":{");
        self.ending.write_stop(out);
        out.extend_from_slice(b"},\"usage\":{");
        self.ending.count();
        write::usage(out, &self.ending.usage, false);
        out.push(b'}');
        write::end(out);
        write::event(out, "message_stop");
        write::end(out);
        self.is_over = true;
    }

    fn say(&mut self, content: &Content<'_>, out: &mut Vec<u8>) {
        let Open::Tool { slot, input } = &mut self.open else {
            self.say_now(content, out);
            return;
        };
        match content {
            Content::Arguments { slot: of, fragment } if of == slot => {
                input.add(self.index, fragment, out);
            }
            Content::ToolEnd { slot: of } if of == slot => {
                self.close(out);
                self.release(out);
            }
            Content::Text(_)
            | Content::Refusal(_)
            | Content::Thinking(_)
            | Content::Signature(_)
            | Content::Redacted(_)
            | Content::BlockEnd
            | Content::ToolCall { .. }
            | Content::Arguments { .. }
            | Content::ToolEnd { .. } => self.held.say(content, &mut self.ids),
        }
    }

    /// Says it while no call is open.
    fn say_now(&mut self, content: &Content<'_>, out: &mut Vec<u8>) {
        match content {
            Content::Text(text) | Content::Refusal(text) => self.text(text, out),
            Content::Thinking(text) => self.thinking(text, out),
            Content::Signature(piece) => self.signature(piece.inner(), out),
            Content::Redacted(data) => self.redacted(data.inner(), out),
            Content::BlockEnd => self.close(out),
            Content::ToolCall {
                slot,
                id,
                name,
                signature,
            } => {
                let id = self.ids.next(id.as_ref(), signature.as_ref());
                self.open_tool(*slot, &id, name.inner(), out);
            }
            // Of a call that is over, or never was.
            Content::Arguments { .. } | Content::ToolEnd { .. } => (),
        }
    }

    fn text(&mut self, text: &JsonText<'_>, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        if !matches!(self.open, Open::Text) {
            self.close(out);
            write::block_start(out, self.index, b"\"text\",\"text\":\"\"");
            self.open = Open::Text;
        }
        write::delta(out, self.index, b"\"text_delta\",\"text\":", text.as_json());
    }

    fn thinking(&mut self, text: &JsonText<'_>, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        let is_same = matches!(&self.open, Open::Thinking { signature } if signature.is_empty());
        if !is_same {
            self.open_thinking(out);
        }
        let kind = b"\"thinking_delta\",\"thinking\":";
        write::delta(out, self.index, kind, text.as_json());
    }

    fn signature(&mut self, piece: &str, out: &mut Vec<u8>) {
        if piece.is_empty() {
            return;
        }
        if !matches!(self.open, Open::Thinking { .. }) {
            self.open_thinking(out);
        }
        if let Open::Thinking { signature } = &mut self.open {
            signature.push_str(piece);
        }
    }

    fn open_thinking(&mut self, out: &mut Vec<u8>) {
        self.close(out);
        let kind = b"\"thinking\",\"thinking\":\"\",\"signature\":\"\"";
        write::block_start(out, self.index, kind);
        self.open = Open::Thinking {
            signature: String::new(),
        };
    }

    fn redacted(&mut self, data: &str, out: &mut Vec<u8>) {
        self.close(out);
        let kind = format!("\"redacted_thinking\",\"data\":\"{data}\"");
        write::block_start(out, self.index, kind.as_bytes());
        write::block_stop(out, self.index);
        self.index += 1;
    }

    fn open_tool(&mut self, slot: u32, id: &str, name: &str, out: &mut Vec<u8>) {
        self.close(out);
        let kind = format!("\"tool_use\",\"id\":\"{id}\",\"name\":\"{name}\",\"input\":{{}}");
        write::block_start(out, self.index, kind.as_bytes());
        self.open = Open::Tool {
            slot,
            input: Input::Nothing,
        };
    }

    /// Ends the open block, if there is one.
    fn close(&mut self, out: &mut Vec<u8>) {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => return,
            Open::Text => (),
            Open::Thinking { signature } => {
                if !signature.is_empty() {
                    let kind = b"\"signature_delta\",\"signature\":";
                    write::delta(out, self.index, kind, &format!("\"{signature}\""));
                }
            }
            Open::Tool { input, .. } => {
                let whole = match input {
                    Input::Nothing => Some(input_of("")),
                    Input::Object => None,
                    Input::Odd(kept) => Some(input_of(&kept)),
                };
                if let Some(whole) = whole {
                    let whole = JsonText::plain(&whole);
                    write::delta(out, self.index, write::INPUT, whole.as_json());
                }
            }
        }
        write::block_stop(out, self.index);
        self.index += 1;
    }

    /// Writes the blocks that waited, up to and with the next call that is not over.
    fn release(&mut self, out: &mut Vec<u8>) {
        while let Some(block) = self.held.pop() {
            match block {
                Block::Text { text, is_closed } => {
                    self.text(&literal(&text), out);
                    if is_closed {
                        self.close(out);
                    }
                }
                Block::Thinking {
                    text,
                    signature,
                    is_closed,
                } => {
                    self.open_thinking(out);
                    self.thinking(&literal(&text), out);
                    self.signature(&signature, out);
                    if is_closed {
                        self.close(out);
                    }
                }
                Block::Redacted { data } => self.redacted(&data, out),
                Block::Tool(tool) => {
                    let Tool {
                        slot,
                        id,
                        name,
                        arguments,
                        is_ended,
                    } = tool;
                    self.open_tool(slot, &id, &name, out);
                    if let Open::Tool { input, .. } = &mut self.open {
                        input.add(self.index, &literal(&arguments), out);
                    }
                    if !is_ended {
                        return;
                    }
                    self.close(out);
                }
            }
        }
    }
}

// === impl Input ===

impl Input {
    fn add(&mut self, index: u64, fragment: &JsonText<'_>, out: &mut Vec<u8>) {
        if matches!(self, Self::Nothing) {
            if fragment.is_blank() {
                return;
            }
            *self = if starts_object(fragment.inner()) {
                Self::Object
            } else {
                Self::Odd(String::new())
            };
        }
        match self {
            Self::Odd(kept) => kept.push_str(fragment.inner()),
            Self::Object | Self::Nothing => {
                write::delta(out, index, write::INPUT, fragment.as_json());
            }
        }
    }
}

/// The literal of what is between its quotes.
fn literal(inner: &str) -> JsonText<'static> {
    JsonText::from_inner_literal(format!("\"{inner}\""))
}
