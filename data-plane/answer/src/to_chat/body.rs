//! A chat completion as one object.
//!
//! It must not know how the body travels. Invariant: after a failure the body is the error, whatever was said before.

use std::collections::BTreeMap;

use super::proof::{Place, Proofs};
use super::{finish_name, write_call_id, write_head, write_number, write_usage};
use crate::error::{ErrorBody, ProviderError};
use crate::format::Format;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{
    ClientSide, Content, Piece, Start,
    held::{EACH, ROOM},
};

/// Gathers one answer.
#[derive(Debug)]
pub struct Body {
    client: ClientSide,
    start: Start,
    choices: BTreeMap<u32, Choice>,
    /// Bytes of what the choices hold.
    held: usize,
    usage: Option<Usage>,
    failure: Option<ProviderError>,
}

/// Texts are insides of literals.
#[derive(Debug, Default)]
struct Choice {
    content: Option<String>,
    refusal: Option<String>,
    reasoning: Option<String>,
    signature: Option<String>,
    /// Elements of `thinking_blocks`, with their commas.
    blocks: String,
    tools: Vec<Tool>,
    proofs: Proofs,
    finish: Option<FinishReason>,
}

#[derive(Debug)]
struct Tool {
    slot: u32,
    /// The literal.
    id: Vec<u8>,
    /// The literal.
    name: String,
    /// The inside of a literal.
    arguments: String,
}

// === impl Body ===

impl Body {
    /// Nothing was written yet.
    pub fn new(client: ClientSide) -> Self {
        Self {
            client,
            start: Start::default(),
            choices: BTreeMap::new(),
            held: 0,
            usage: None,
            failure: None,
        }
    }

    /// Takes in the next piece.
    pub fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Start(start) => self.start = start.clone(),
            Piece::Content { choice, content } => {
                self.held += match content {
                    Content::ToolCall { .. } => EACH + content.size(),
                    // Told beside, and kept to prove it.
                    Content::Thinking(_) | Content::Signature(_) => content.size() * 2,
                    Content::Text(_)
                    | Content::Refusal(_)
                    | Content::Redacted(_)
                    | Content::BlockEnd
                    | Content::Arguments { .. }
                    | Content::ToolEnd { .. } => content.size(),
                };
                self.content(*choice, content);
            }
            Piece::Finish { choice, finish } => {
                self.choice(*choice).finish = Some(finish.reason);
            }
            Piece::Usage(usage) => self.usage = Some(usage.clone()),
            Piece::Failure(failure) => self.failure = Some(failure.clone()),
            Piece::Dropped(_) | Piece::End => (),
        }
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.held + self.choices.len() * EACH
    }

    /// The body.
    pub fn finish(mut self) -> Vec<u8> {
        if let Some(failure) = self.failure {
            return failed(&failure);
        }
        if self.choices.is_empty() {
            self.choice(0);
        }
        let mut out = Vec::with_capacity(self.held.saturating_add(ROOM));
        write_head("chat.completion", &self.start, &self.client, &mut out);
        for (at, (index, choice)) in self.choices.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            choice.write(*index, &mut out);
        }
        out.push(b']');
        if let Some(usage) = &self.usage {
            let from = out.len();
            out.extend_from_slice(b",\"usage\":");
            if !write_usage(usage, &mut out) {
                out.truncate(from);
            }
        }
        out.push(b'}');
        out
    }

    fn choice(&mut self, index: u32) -> &mut Choice {
        self.choices.entry(index).or_default()
    }

    fn content(&mut self, index: u32, content: &Content<'_>) {
        if let Content::ToolCall {
            slot,
            id,
            name,
            signature,
        } = content
        {
            let place = (index, self.choice(index).tools.len());
            let mut literal = Vec::new();
            let (id, signature) = (id.as_ref(), signature.as_ref());
            write_call_id(id, signature, &self.client, place, &mut literal);
            self.choice(index).tools.push(Tool {
                slot: *slot,
                id: literal,
                name: name.as_json().to_owned(),
                arguments: String::new(),
            });
            return;
        }
        let choice = self.choice(index);
        match content {
            Content::Text(text) => append(&mut choice.content, text),
            Content::Refusal(text) => append(&mut choice.refusal, text),
            Content::Thinking(text) => {
                choice.proofs.thinking(text);
                append(&mut choice.reasoning, text);
            }
            Content::Signature(signature) => match choice.proofs.signature(signature) {
                Place::Beside(marked) => append(&mut choice.signature, &marked),
                Place::Listed(blocks) => choice.list(&blocks),
            },
            Content::Redacted(data) => match choice.proofs.redacted(data) {
                Place::Beside(_) => (),
                Place::Listed(blocks) => choice.list(&blocks),
            },
            Content::BlockEnd => choice.proofs.block_end(),
            Content::Arguments { slot, fragment } => {
                let call = choice.tools.iter_mut().rfind(|tool| tool.slot == *slot);
                if let Some(tool) = call {
                    tool.arguments.push_str(fragment.inner());
                }
            }
            Content::ToolCall { .. } | Content::ToolEnd { .. } => (),
        }
    }
}

// === impl Choice ===

impl Choice {
    fn list(&mut self, blocks: &str) {
        if !self.blocks.is_empty() {
            self.blocks.push(',');
        }
        self.blocks.push_str(blocks);
    }

    fn write(&self, index: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"index\":");
        write_number(u64::from(index), out);
        out.extend_from_slice(b",\"message\":{\"role\":\"assistant\",\"content\":");
        match &self.content {
            Some(text) => write_text(text, out),
            None if self.says_nothing() => out.extend_from_slice(b"\"\""),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"refusal\":");
        match &self.refusal {
            Some(text) => write_text(text, out),
            None => out.extend_from_slice(b"null"),
        }
        if let Some(text) = &self.reasoning {
            out.extend_from_slice(b",\"reasoning_content\":");
            write_text(text, out);
        }
        if let Some(text) = &self.signature {
            out.extend_from_slice(b",\"reasoning_signature\":");
            write_text(text, out);
        }
        if !self.blocks.is_empty() {
            out.extend_from_slice(b",\"thinking_blocks\":[");
            out.extend_from_slice(self.blocks.as_bytes());
            out.push(b']');
        }
        if !self.tools.is_empty() {
            out.extend_from_slice(b",\"tool_calls\":[");
            for (at, tool) in self.tools.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                tool.write(out);
            }
            out.push(b']');
        }
        let finish = finish_name(self.finish, !self.tools.is_empty());
        out.extend_from_slice(b"},\"logprobs\":null,\"finish_reason\":\"");
        out.extend_from_slice(finish.as_bytes());
        out.extend_from_slice(b"\"}");
    }

    fn says_nothing(&self) -> bool {
        self.tools.is_empty()
            && self.blocks.is_empty()
            && self.refusal.is_none()
            && self.reasoning.is_none()
            && self.signature.is_none()
    }
}

// === impl Tool ===

impl Tool {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"id\":");
        out.extend_from_slice(&self.id);
        out.extend_from_slice(b",\"type\":\"function\",\"function\":{\"name\":");
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(b",\"arguments\":");
        match self.arguments.as_str() {
            "" => out.extend_from_slice(b"\"{}\""),
            arguments => write_text(arguments, out),
        }
        out.extend_from_slice(b"}}");
    }
}

fn append(to: &mut Option<String>, text: &JsonText<'_>) {
    to.get_or_insert_default().push_str(text.inner());
}

fn write_text(inner: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(inner.as_bytes());
    out.push(b'"');
}

fn failed(failure: &ProviderError) -> Vec<u8> {
    ErrorBody::provider(Format::OpenAiChatCompletions, None, failure)
        .to_json(Format::OpenAiChatCompletions)
        .to_vec()
}
