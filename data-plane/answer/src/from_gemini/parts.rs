//! What one candidate says: parts of text, reasoning and calls.
//!
//! It must not know of responses. Invariant: a call is told whole, since Gemini sends it so; its arguments are its `args`
//! as they are written.

use super::{dropped, literal, say};
use crate::json;
use crate::observed::FinishReason;
use crate::shape::responses::envelope::Proof;
use crate::text::JsonText;
use crate::{Content, Sink};

/// Longest part of a made id that is the response's. Other providers take ids of up to 40 characters in a history.
const MAX_ID: usize = 28;

/// One candidate.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) index: u32,
    /// The last one that was given.
    pub(super) reason: Option<FinishReason>,
    has_calls: bool,
    /// Reasoning was told, and nothing since: a signature belongs to it.
    is_thinking: bool,
}

/// The raw members of a part that matter.
#[derive(Default)]
struct Part<'a> {
    text: Option<&'a str>,
    is_thought: bool,
    signature: Option<&'a str>,
    function_call: Option<&'a str>,
    /// A kind of data that pieces have no place for.
    other: Option<&'static str>,
}

/// The raw members of a call.
#[derive(Default)]
struct Call<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    args: Option<&'a str>,
    has_pieces: bool,
}

// === impl Choice ===

impl Choice {
    pub(super) const fn new(index: u32) -> Self {
        Self {
            index,
            reason: None,
            has_calls: false,
            is_thinking: false,
        }
    }

    /// Why it ended: a stop behind a call is for the call's sake (llm.md S-8).
    pub(super) fn finish(&self) -> Option<FinishReason> {
        match self.reason {
            Some(FinishReason::Stop) if self.has_calls => Some(FinishReason::ToolCalls),
            reason => reason,
        }
    }

    pub(super) fn part(
        &mut self,
        raw: &str,
        response_id: Option<&str>,
        slots: &mut u32,
        sink: &mut dyn Sink,
    ) {
        let Some(part) = Part::read(raw) else {
            return;
        };
        if let Some(other) = part.other {
            dropped(other, sink);
        }
        let signature = part
            .signature
            .and_then(literal)
            .filter(|text| !text.is_empty());
        if let Some(call) = part.function_call {
            self.call(call, signature, response_id, slots, sink);
            return;
        }
        let text = part.text.and_then(literal).filter(|text| !text.is_empty());
        let is_thought = part.is_thought;
        if is_thought && let Some(text) = &text {
            self.is_thinking = true;
            say(self.index, Content::Thinking(text.reborrow()), sink);
        }
        // The signature of a text proves the reasoning that is in front of the text.
        match signature {
            Some(signature) if self.is_thinking => {
                self.is_thinking = is_thought;
                let marked = Proof::of_gemini(&signature);
                say(self.index, Content::Signature(marked), sink);
            }
            Some(_) => dropped("thoughtSignature", sink),
            None => (),
        }
        if !is_thought && let Some(text) = text {
            self.is_thinking = false;
            say(self.index, Content::Text(text), sink);
        }
    }

    fn call(
        &mut self,
        raw: &str,
        signature: Option<JsonText<'_>>,
        response_id: Option<&str>,
        slots: &mut u32,
        sink: &mut dyn Sink,
    ) {
        let Some(call) = Call::read(raw) else {
            return;
        };
        if call.has_pieces {
            dropped("functionCall.partialArgs", sink);
        }
        let Some(name) = call.name.and_then(literal).filter(|name| !name.is_empty()) else {
            dropped("functionCall", sink);
            return;
        };
        let slot = *slots;
        *slots = slots.saturating_add(1);
        let args = call
            .args
            .filter(|args| args.starts_with('{'))
            .unwrap_or("{}");
        let id = call
            .id
            .and_then(literal)
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| JsonText::plain(&made_id(response_id, raw, slot)));
        self.has_calls = true;
        self.is_thinking = false;
        say(
            self.index,
            Content::ToolCall {
                slot,
                id: Some(id),
                name,
                signature,
            },
            sink,
        );
        let fragment = JsonText::plain(args);
        say(self.index, Content::Arguments { slot, fragment }, sink);
        say(self.index, Content::ToolEnd { slot }, sink);
    }
}

// === impl Part ===

impl<'a> Part<'a> {
    fn read(raw: &'a str) -> Option<Self> {
        let mut part = Self::default();
        json::members(raw, |key, value| match key.as_ref() {
            "text" => part.text = Some(value),
            "thought" => part.is_thought = value == "true",
            "thoughtSignature" => part.signature = Some(value),
            "functionCall" => part.function_call = Some(value),
            "inlineData" => part.other = Some("inlineData"),
            "fileData" => part.other = Some("fileData"),
            "executableCode" => part.other = Some("executableCode"),
            "codeExecutionResult" => part.other = Some("codeExecutionResult"),
            "functionResponse" => part.other = Some("functionResponse"),
            "toolCall" => part.other = Some("toolCall"),
            "toolResponse" => part.other = Some("toolResponse"),
            _ => (),
        })
        .ok()?;
        Some(part)
    }
}

// === impl Call ===

impl<'a> Call<'a> {
    fn read(raw: &'a str) -> Option<Self> {
        let mut call = Self::default();
        json::members(raw, |key, value| match key.as_ref() {
            "id" => call.id = Some(value),
            "name" => call.name = Some(value),
            "args" => call.args = Some(value),
            "partialArgs" => call.has_pieces = true,
            _ => (),
        })
        .ok()?;
        Some(call)
    }
}

/// Gemini need not give ids. One of the response's id and the call's number is the same whenever the answer is read, and
/// another in the next turn.
fn made_id(response_id: Option<&str>, call: &str, slot: u32) -> String {
    let is_plain = |id: &&str| {
        id.len() <= MAX_ID
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    match response_id.filter(is_plain) {
        Some(id) => format!("call_{id}_{slot}"),
        None => {
            let mut hash = crc32fast::Hasher::new();
            hash.update(response_id.unwrap_or_default().as_bytes());
            hash.update(call.as_bytes());
            format!("call_{:08x}_{slot}", hash.finalize())
        }
    }
}
