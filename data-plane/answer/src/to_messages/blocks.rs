//! Content put together into Anthropic's blocks: the whole message, or what a stream has to hold back.
//!
//! Texts are kept as the insides of JSON literals, as they came. It must not know events. Invariant: blocks stand in the
//! order in which they began; text goes on in the last block while nothing else began.

use std::collections::VecDeque;

use super::super::{Content, held::EACH};
use crate::text::{Json, JsonText};

/// Blocks in order.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    blocks: VecDeque<Block>,
    /// What they are taken to cost, in bytes.
    held: usize,
}

/// A block.
#[derive(Debug)]
pub(super) enum Block {
    Text {
        text: String,
        is_closed: bool,
    },
    Thinking {
        text: String,
        signature: String,
        is_closed: bool,
    },
    Redacted {
        data: String,
    },
    Tool(Tool),
}

/// A `tool_use` block.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) slot: u32,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) arguments: String,
    pub(super) is_ended: bool,
}

/// Ids of calls: the provider's where it has one that tells the call from the others.
#[derive(Debug)]
pub(super) struct Ids {
    nonce: u64,
    known: Vec<String>,
    /// What they are taken to cost, in bytes.
    held: usize,
}

// === impl Blocks ===

impl Blocks {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    pub(super) fn held(&self) -> usize {
        self.held
    }

    pub(super) fn pop(&mut self) -> Option<Block> {
        let block = self.blocks.pop_front()?;
        self.held = self.held.saturating_sub(block.size());
        Some(block)
    }

    fn push(&mut self, block: Block) {
        self.held += block.size();
        self.blocks.push_back(block);
    }

    pub(super) fn say(&mut self, content: &Content<'_>, ids: &mut Ids) {
        match content {
            Content::Text(piece) | Content::Refusal(piece) => self.text(piece.inner()),
            Content::Thinking(piece) => self.thinking(piece.inner()),
            Content::Signature(piece) => self.signature(piece.inner()),
            Content::Redacted(data) => self.push(Block::Redacted {
                data: data.inner().to_owned(),
            }),
            Content::BlockEnd => match self.blocks.back_mut() {
                Some(Block::Text { is_closed, .. } | Block::Thinking { is_closed, .. }) => {
                    *is_closed = true;
                }
                Some(Block::Redacted { .. } | Block::Tool(_)) | None => (),
            },
            Content::ToolCall {
                slot,
                id,
                name,
                signature,
            } => self.push(Block::Tool(Tool {
                slot: *slot,
                id: ids.next(id.as_ref(), signature.as_ref()),
                name: name.inner().to_owned(),
                arguments: String::new(),
                is_ended: false,
            })),
            Content::Arguments { slot, fragment } => {
                if let Some(tool) = self.tool(*slot) {
                    tool.arguments.push_str(fragment.inner());
                    self.held += fragment.inner().len();
                }
            }
            Content::ToolEnd { slot } => {
                if let Some(tool) = self.tool(*slot) {
                    tool.is_ended = true;
                }
            }
        }
    }

    /// The blocks as a message's `content` has them, without the brackets.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (position, block) in self.blocks.iter().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            block.write(out);
        }
    }

    fn text(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if let Some(Block::Text {
            text,
            is_closed: false,
        }) = self.blocks.back_mut()
        {
            text.push_str(piece);
            self.held += piece.len();
            return;
        }
        self.push(Block::Text {
            text: piece.to_owned(),
            is_closed: false,
        });
    }

    fn thinking(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if let Some(Block::Thinking {
            text,
            signature,
            is_closed: false,
        }) = self.blocks.back_mut()
            && signature.is_empty()
        {
            text.push_str(piece);
            self.held += piece.len();
            return;
        }
        self.push(Block::Thinking {
            text: piece.to_owned(),
            signature: String::new(),
            is_closed: false,
        });
    }

    fn signature(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if let Some(Block::Thinking {
            signature,
            is_closed: false,
            ..
        }) = self.blocks.back_mut()
        {
            signature.push_str(piece);
            self.held += piece.len();
            return;
        }
        // Reasoning that is not shown has a signature all the same.
        self.push(Block::Thinking {
            text: String::new(),
            signature: piece.to_owned(),
            is_closed: false,
        });
    }

    /// The call that is going on in this slot.
    fn tool(&mut self, slot: u32) -> Option<&mut Tool> {
        self.blocks.iter_mut().rev().find_map(|block| match block {
            Block::Tool(tool) if tool.slot == slot && !tool.is_ended => Some(tool),
            Block::Tool(_)
            | Block::Text { .. }
            | Block::Thinking { .. }
            | Block::Redacted { .. } => None,
        })
    }
}

// === impl Block ===

impl Block {
    /// What it is taken to cost, in bytes.
    fn size(&self) -> usize {
        let texts = match self {
            Self::Text { text, .. } => text.len(),
            Self::Thinking {
                text, signature, ..
            } => text.len() + signature.len(),
            Self::Redacted { data } => data.len(),
            Self::Tool(tool) => tool.id.len() + tool.name.len() + tool.arguments.len(),
        };
        EACH + texts
    }

    fn write(&self, out: &mut Vec<u8>) {
        let parts: &[&str] = match self {
            Self::Text { text, .. } => &["{\"type\":\"text\",\"text\":\"", text, "\"}"],
            Self::Thinking {
                text, signature, ..
            } => &[
                "{\"type\":\"thinking\",\"thinking\":\"",
                text,
                "\",\"signature\":\"",
                signature,
                "\"}",
            ],
            Self::Redacted { data } => {
                &["{\"type\":\"redacted_thinking\",\"data\":\"", data, "\"}"]
            }
            Self::Tool(tool) => &[
                "{\"type\":\"tool_use\",\"id\":\"",
                &tool.id,
                "\",\"name\":\"",
                &tool.name,
                "\",\"input\":",
                &input_of(&tool.arguments),
                "}",
            ],
        };
        for part in parts {
            out.extend_from_slice(part.as_bytes());
        }
    }
}

// === impl Ids ===

impl Ids {
    pub(super) fn new(nonce: u64) -> Self {
        Self {
            nonce,
            known: Vec::new(),
            held: 0,
        }
    }

    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// The id of the next call, as the inside of a literal. A thought signature travels in it, because clients send ids
    /// back and drop members that they do not know.
    pub(super) fn next(
        &mut self,
        id: Option<&JsonText<'_>>,
        signature: Option<&JsonText<'_>>,
    ) -> String {
        let given = id.map(JsonText::inner).unwrap_or_default();
        // Some servers give the tool's name for an id, to all its calls.
        let is_telling = !given.is_empty() && !self.known.iter().any(|known| known == given);
        let mut id = if is_telling {
            given.to_owned()
        } else {
            format!("toolu_{:016x}_{}", self.nonce, self.known.len())
        };
        self.held += EACH + id.len();
        self.known.push(id.clone());
        if let Some(signature) = signature.filter(|signature| !signature.is_empty()) {
            id.push_str("__thought__");
            id.push_str(signature.inner());
        }
        id
    }
}

/// Arguments, put together as the inside of a literal, as the object that a tool's input has to be.
pub(super) fn input_of(arguments: &str) -> String {
    let literal = JsonText::from_inner_literal(format!("\"{arguments}\""));
    let text = literal.decode();
    match text.trim() {
        "" | "null" => "{}".to_owned(),
        _ => match Json::object(&text) {
            Some(object) => object.get().to_owned(),
            None => format!("{{\"_raw\":{}}}", literal.as_json()),
        },
    }
}

/// The text begins with a brace, however its whitespace is written.
pub(super) fn starts_object(inner: &str) -> bool {
    let mut rest = inner.trim_start();
    while let Some(behind) = ["\\n", "\\r", "\\t"]
        .into_iter()
        .find_map(|escape| rest.strip_prefix(escape))
    {
        rest = behind.trim_start();
    }
    rest.starts_with('{')
}
