//! Chunks of a chat completion, as server-sent events (llm.md S-1, S-9, S-10).
//!
//! It must not know how the chunks travel. Invariants: each choice's first chunk has the role; `[DONE]` follows only on
//! [`Piece::End`]; nothing follows a failure.

use std::collections::BTreeMap;

use super::proof::{Place, Proofs};
use super::{finish_name, write_call_id, write_head, write_number, write_usage};
use crate::error;
use crate::format::Format;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{ClientSide, Content, Piece, Start, held::EACH};

/// Encodes one answer.
#[derive(Debug)]
pub struct Stream {
    client: ClientSide,
    /// A chunk's beginning, up to its choices; empty until it is known.
    head: Vec<u8>,
    choices: BTreeMap<u32, Choice>,
    /// Bytes of what choices keep.
    held: usize,
    usage: Option<Usage>,
    has_ended: bool,
}

#[derive(Debug, Default)]
struct Choice {
    has_role: bool,
    finish: Option<FinishReason>,
    tools: Vec<Tool>,
    proofs: Proofs,
}

#[derive(Debug)]
struct Tool {
    slot: u32,
    has_arguments: bool,
}

// === impl Stream ===

impl Stream {
    /// Nothing was written yet.
    pub const fn new(client: ClientSide) -> Self {
        Self {
            client,
            head: Vec::new(),
            choices: BTreeMap::new(),
            held: 0,
            usage: None,
            has_ended: false,
        }
    }

    /// Appends the events that `piece` leads to.
    pub fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        if self.has_ended {
            return;
        }
        match piece {
            Piece::Start(start) => self.start(start),
            Piece::Content { choice, content } => self.content(*choice, content, out),
            Piece::Finish { choice, finish } => {
                self.choice(*choice).finish = Some(finish.reason);
            }
            Piece::Usage(usage) => self.usage = Some(usage.clone()),
            Piece::Failure(failure) => {
                self.has_ended = true;
                out.extend_from_slice(&error::last_event(Format::OpenAiChatCompletions, failure));
            }
            Piece::Dropped(_) => (),
            Piece::End => self.end(out),
        }
    }

    fn start(&mut self, start: &Start) {
        if self.head.is_empty() {
            self.head.extend_from_slice(b"data: ");
            write_head("chat.completion.chunk", start, &self.client, &mut self.head);
        }
    }

    fn choice(&mut self, index: u32) -> &mut Choice {
        self.choices.entry(index).or_default()
    }

    fn content(&mut self, choice: u32, content: &Content<'_>, out: &mut Vec<u8>) {
        match content {
            Content::Text(text) => self.text(choice, "content", text, out),
            Content::Refusal(text) => self.text(choice, "refusal", text, out),
            Content::Thinking(text) => {
                self.prove(choice, |proofs| proofs.thinking(text));
                self.text(choice, "reasoning_content", text, out);
            }
            Content::Signature(signature) => {
                match self.prove(choice, |proofs| proofs.signature(signature)) {
                    Place::Beside(marked) => self.text(choice, "reasoning_signature", &marked, out),
                    Place::Listed(blocks) => self.blocks(choice, &blocks, out),
                }
            }
            Content::Redacted(data) => {
                let place = self.prove(choice, |proofs| proofs.redacted(data));
                if let Place::Listed(blocks) = place {
                    self.blocks(choice, &blocks, out);
                }
            }
            Content::BlockEnd => self.prove(choice, Proofs::block_end),
            Content::ToolCall {
                slot,
                id,
                name,
                signature,
            } => {
                self.held += EACH;
                let known = self.choice(choice);
                let index = known.tools.len();
                known.tools.push(Tool {
                    slot: *slot,
                    has_arguments: false,
                });
                self.open(choice, false, out);
                out.extend_from_slice(b"\"tool_calls\":[{\"index\":");
                write_number(index as u64, out);
                out.extend_from_slice(b",\"id\":");
                let place = (choice, index);
                write_call_id(id.as_ref(), signature.as_ref(), &self.client, place, out);
                out.extend_from_slice(b",\"type\":\"function\",\"function\":{\"name\":");
                out.extend_from_slice(name.as_json().as_bytes());
                out.extend_from_slice(b",\"arguments\":\"\"}}]");
                close(out);
            }
            Content::Arguments { slot, fragment } => {
                if !fragment.is_empty()
                    && let Some(index) = self.choice(choice).argue(*slot)
                {
                    self.arguments(choice, index, fragment.as_json(), out);
                }
            }
            Content::ToolEnd { slot } => {
                if let Some(index) = self.choice(choice).without_arguments(*slot) {
                    self.arguments(choice, index, "\"{}\"", out);
                }
            }
        }
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.held + self.choices.len() * EACH
    }

    fn prove<T>(&mut self, choice: u32, step: impl FnOnce(&mut Proofs) -> T) -> T {
        let proofs = &mut self.choice(choice).proofs;
        let before = proofs.held();
        let done = step(proofs);
        let after = proofs.held();
        self.held = (self.held + after).saturating_sub(before);
        done
    }

    fn text(&mut self, choice: u32, member: &str, text: &JsonText<'_>, out: &mut Vec<u8>) {
        self.open(choice, member == "content", out);
        out.push(b'"');
        out.extend_from_slice(member.as_bytes());
        out.extend_from_slice(b"\":");
        out.extend_from_slice(text.as_json().as_bytes());
        close(out);
    }

    fn blocks(&mut self, choice: u32, blocks: &str, out: &mut Vec<u8>) {
        self.open(choice, false, out);
        out.extend_from_slice(b"\"thinking_blocks\":[");
        out.extend_from_slice(blocks.as_bytes());
        out.push(b']');
        close(out);
    }

    fn arguments(&mut self, choice: u32, index: usize, literal: &str, out: &mut Vec<u8>) {
        self.open(choice, false, out);
        out.extend_from_slice(b"\"tool_calls\":[{\"index\":");
        write_number(index as u64, out);
        out.extend_from_slice(b",\"function\":{\"arguments\":");
        out.extend_from_slice(literal.as_bytes());
        out.extend_from_slice(b"}}]");
        close(out);
    }

    /// Begins a chunk, up to a member of its delta; the first one of a choice has the role.
    fn open(&mut self, index: u32, is_text: bool, out: &mut Vec<u8>) {
        self.start(&Start::default());
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b"{\"index\":");
        write_number(u64::from(index), out);
        out.extend_from_slice(b",\"delta\":{");
        let choice = self.choice(index);
        if !std::mem::replace(&mut choice.has_role, true) {
            out.extend_from_slice(b"\"role\":\"assistant\",");
            if !is_text {
                out.extend_from_slice(b"\"content\":null,");
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.has_ended = true;
        if self.choices.is_empty() {
            self.choice(0);
        }
        self.start(&Start::default());
        let indexes: Vec<u32> = self.choices.keys().copied().collect();
        for index in indexes {
            self.end_choice(index, out);
        }
        if self.client.asks_for_usage
            && let Some(usage) = &self.usage
        {
            let from = out.len();
            out.extend_from_slice(&self.head);
            out.extend_from_slice(b"],\"usage\":");
            if write_usage(usage, out) {
                out.extend_from_slice(b"}\n\n");
            } else {
                out.truncate(from);
            }
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn end_choice(&mut self, index: u32, out: &mut Vec<u8>) {
        let choice = self.choice(index);
        let name = finish_name(choice.finish, !choice.tools.is_empty());
        // Calls that the reader left open.
        let slots: Vec<u32> = choice.tools.iter().map(|tool| tool.slot).collect();
        for slot in slots {
            self.content(index, &Content::ToolEnd { slot }, out);
        }
        if !self.choice(index).has_role {
            self.text(index, "content", &JsonText::empty(), out);
        }
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b"{\"index\":");
        write_number(u64::from(index), out);
        out.extend_from_slice(b",\"delta\":{},\"finish_reason\":\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\"}]}\n\n");
    }
}

// === impl Choice ===

impl Choice {
    /// The index of the call in `slot`, which has arguments now.
    fn argue(&mut self, slot: u32) -> Option<usize> {
        let index = self.tools.iter().rposition(|tool| tool.slot == slot)?;
        self.tools.get_mut(index)?.has_arguments = true;
        Some(index)
    }

    /// The index of the call in `slot` where it had no arguments; asked once.
    fn without_arguments(&mut self, slot: u32) -> Option<usize> {
        let index = self.tools.iter().rposition(|tool| tool.slot == slot)?;
        let tool = self.tools.get_mut(index)?;
        (!std::mem::replace(&mut tool.has_arguments, true)).then_some(index)
    }
}

/// Ends a delta and its chunk.
fn close(out: &mut Vec<u8>) {
    out.extend_from_slice(b"},\"finish_reason\":null}]}\n\n");
}
