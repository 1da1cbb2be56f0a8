//! What one delta, or one whole message, says: the members that matter and their order.
//!
//! It must not know the stream's state. Invariant: reasoning is told before text, text before calls.

use serde_json::value::RawValue;

use super::super::Content;
use super::members::{is_nothing, list, text_of};
use crate::json;
use crate::text::JsonText;

/// The raw members of a `delta` or `message`.
#[derive(Default)]
pub(super) struct Said<'a> {
    /// A text; Mistral's reasoning models answer with a list of parts.
    content: Option<&'a str>,
    refusal: Option<&'a str>,
    /// Extension (DeepSeek, vLLM and others).
    reasoning_content: Option<&'a str>,
    /// Extension: the same thing by another name (OpenRouter, Groq, newer vLLM).
    reasoning: Option<&'a str>,
    /// Extension: this gateway's.
    reasoning_signature: Option<&'a str>,
    /// Extension: Anthropic's blocks as they are (this gateway's and LiteLLM's).
    thinking_blocks: Option<&'a str>,
    tool_calls: Option<&'a str>,
    /// Legacy: the one call, before there were tools.
    function_call: Option<&'a str>,
    audio: Option<&'a str>,
    annotations: Option<&'a str>,
    images: Option<&'a str>,
}

/// One entry of `tool_calls`: a whole call, or what a chunk adds to it.
#[derive(Default)]
pub(super) struct CallPart<'a> {
    pub(super) index: Option<u64>,
    pub(super) id: Option<JsonText<'a>>,
    pub(super) name: Option<JsonText<'a>>,
    pub(super) arguments: Option<JsonText<'a>>,
    /// Google's place for a thought signature on its OpenAI surface.
    pub(super) signature: Option<JsonText<'a>>,
}

/// A part of a list of content, or a block of `thinking_blocks`.
#[derive(Default)]
struct Block<'a> {
    kind: Option<String>,
    text: Option<&'a str>,
    refusal: Option<&'a str>,
    thinking: Option<&'a str>,
    signature: Option<&'a str>,
    data: Option<&'a str>,
}

// === impl Said ===

impl<'a> Said<'a> {
    pub(super) fn read(raw: &'a str) -> Option<Self> {
        let mut said = Self::default();
        json::members(raw, |key, value| {
            let place = match key.as_ref() {
                "content" => &mut said.content,
                "refusal" => &mut said.refusal,
                "reasoning_content" => &mut said.reasoning_content,
                "reasoning" => &mut said.reasoning,
                "reasoning_signature" => &mut said.reasoning_signature,
                "thinking_blocks" => &mut said.thinking_blocks,
                "tool_calls" => &mut said.tool_calls,
                "function_call" => &mut said.function_call,
                "audio" => &mut said.audio,
                "annotations" => &mut said.annotations,
                "images" => &mut said.images,
                _ => return,
            };
            *place = Some(value).filter(|raw| !is_nothing(raw));
        })
        .ok()?;
        Some(said)
    }

    /// Text or reasoning is said.
    pub(super) fn has_words(&self) -> bool {
        self.content.is_some()
            || self.refusal.is_some()
            || self.reasoning_content.is_some()
            || self.reasoning.is_some()
            || self.thinking_blocks.is_some()
    }

    /// Tells reasoning and text; the name of a member of which something had to be left out.
    pub(super) fn words(&self, tell: &mut dyn FnMut(Content<'_>)) -> Option<&'static str> {
        self.thoughts(tell);
        let mut dropped = None;
        match self.content {
            Some(raw) if raw.starts_with('[') => {
                for part in blocks(raw) {
                    if !part.tell(tell) {
                        dropped = Some("content");
                    }
                }
            }
            Some(raw) => match text_of(raw) {
                Some(text) => tell(Content::Text(text)),
                None => dropped = Some("content"),
            },
            None => (),
        }
        if let Some(text) = self.refusal.and_then(text_of) {
            tell(Content::Refusal(text));
        }
        dropped
    }

    fn thoughts(&self, tell: &mut dyn FnMut(Content<'_>)) {
        let thinking_blocks = self.thinking_blocks.map(blocks).unwrap_or_default();
        // Where the blocks have the words, the other members repeat them.
        if thinking_blocks.iter().any(|block| block.thinking.is_some()) {
            for block in &thinking_blocks {
                block.tell(tell);
            }
            return;
        }
        let words = self.reasoning_content.or(self.reasoning);
        if let Some(text) = words.and_then(text_of) {
            tell(Content::Thinking(text));
        }
        let signature = self.reasoning_signature.or_else(|| {
            let mut signatures = thinking_blocks.iter().filter_map(|block| block.signature);
            signatures.next()
        });
        if let Some(signature) = signature.and_then(text_of) {
            tell(Content::Signature(signature));
        }
        for block in &thinking_blocks {
            if let Some(data) = block.data.and_then(text_of) {
                tell(Content::Redacted(data));
            }
        }
    }

    /// The calls, or parts of calls.
    pub(super) fn calls(&self) -> Vec<CallPart<'a>> {
        let listed = self.tool_calls.and_then(list).unwrap_or_default();
        let mut calls: Vec<_> = listed
            .into_iter()
            .filter_map(|raw| CallPart::read(raw.get()))
            .collect();
        if let Some(raw) = self.function_call {
            let mut call = CallPart::default();
            call.function(raw);
            // The one call has one place.
            call.index = Some(u64::MAX);
            calls.push(call);
        }
        calls
    }

    /// Members that the pieces have no place for.
    pub(super) fn unsaid(&self) -> impl Iterator<Item = &'static str> {
        [
            ("audio", self.audio),
            ("annotations", self.annotations),
            ("images", self.images),
        ]
        .into_iter()
        .filter_map(|(name, raw)| raw.map(|_| name))
    }
}

// === impl CallPart ===

impl<'a> CallPart<'a> {
    fn read(raw: &'a str) -> Option<Self> {
        let mut call = Self::default();
        let (mut function, mut custom, mut extra) = (None, None, None);
        json::members(raw, |key, value| match key.as_ref() {
            "index" => call.index = json::count(value),
            "id" => call.id = text_of(value),
            "function" => function = Some(value),
            "custom" => custom = Some(value),
            "extra_content" => extra = Some(value),
            _ => (),
        })
        .ok()?;
        for raw in [custom, function].into_iter().flatten() {
            call.function(raw);
        }
        call.signature = extra
            // Vertex AI has been seen to call its own so.
            .and_then(|raw| member(raw, "google").or_else(|| member(raw, "vertex")))
            .and_then(|raw| member(raw, "thought_signature"))
            .and_then(text_of);
        Some(call)
    }

    fn function(&mut self, raw: &'a str) {
        // No object, no members.
        let _ = json::members(raw, |key, value| match key.as_ref() {
            "name" => self.name = text_of(value),
            "arguments" | "input" => {
                self.arguments = match value.as_bytes().first() {
                    Some(b'"') => text_of(value),
                    // Some servers write the object itself.
                    Some(b'{' | b'[') => Some(JsonText::plain(value)),
                    Some(_) | None => None,
                };
            }
            _ => (),
        });
    }
}

// === impl Block ===

impl<'a> Block<'a> {
    fn read(raw: &'a str) -> Option<Self> {
        let mut block = Self::default();
        json::members(raw, |key, value| match key.as_ref() {
            "type" => block.kind = json::string(value),
            "text" => block.text = Some(value),
            "refusal" => block.refusal = Some(value),
            "thinking" => block.thinking = Some(value).filter(|raw| !is_nothing(raw)),
            "signature" => block.signature = Some(value),
            "data" => block.data = Some(value),
            _ => (),
        })
        .ok()?;
        Some(block)
    }

    /// Whether it could be told.
    fn tell(&self, tell: &mut dyn FnMut(Content<'_>)) -> bool {
        match self.kind.as_deref() {
            Some("text") => {
                if let Some(text) = self.text.and_then(text_of) {
                    tell(Content::Text(text));
                }
            }
            Some("refusal") => {
                if let Some(text) = self.refusal.and_then(text_of) {
                    tell(Content::Refusal(text));
                }
            }
            Some("thinking") => {
                match self.thinking {
                    // Mistral's thoughts are parts of text.
                    Some(raw) if raw.starts_with('[') => {
                        for part in blocks(raw) {
                            if let Some(text) = part.text.and_then(text_of) {
                                tell(Content::Thinking(text));
                            }
                        }
                    }
                    Some(raw) => {
                        if let Some(text) = text_of(raw) {
                            tell(Content::Thinking(text));
                        }
                    }
                    None => (),
                }
                if let Some(signature) = self.signature.and_then(text_of) {
                    tell(Content::Signature(signature));
                }
            }
            Some("redacted_thinking") => {
                if let Some(data) = self.data.and_then(text_of) {
                    tell(Content::Redacted(data));
                }
            }
            Some(_) | None => return false,
        }
        true
    }
}

fn blocks(raw: &str) -> Vec<Block<'_>> {
    let listed: Vec<&RawValue> = list(raw).unwrap_or_default();
    listed
        .into_iter()
        .map(|raw| Block::read(raw.get()).unwrap_or_default())
        .collect()
}

fn member<'a>(raw: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    json::members(raw, |key, value| {
        if key == name {
            found = Some(value);
        }
    })
    .ok()?;
    found
}
