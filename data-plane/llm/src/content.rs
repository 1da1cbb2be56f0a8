//! What a client asked and what it was answered, as attributes of a span: `gen_ai.system_instructions`,
//! `gen_ai.input.messages`, `gen_ai.output.messages` and `gen_ai.tool.definitions` of OpenTelemetry's GenAI conventions, after
//! their JSON schemas (llm.md 5.1).
//!
//! ```text
//! request --prompt_text, with its outline--> Message, Part, Tool --+
//! answer, whole or in pieces --readers of dp-answer--> Piece* -----+--> written, at most LIMIT bytes each
//! ```
//! It must not know spans, or who may see them. Invariants: each attribute is valid JSON of at most [`LIMIT`] bytes; what of a
//! request is no text is told by its kind and size, never by its bytes; what is kept of an answer does not grow with it.

mod answered;
mod asked;
mod media;
pub mod open_inference;
mod part;
mod tool;
mod written;

use std::borrow::Cow;

use bytes::Bytes;

pub use self::answered::Answered;
use self::written::{Keep, list};
use crate::class::Class;

/// Most bytes of one attribute.
pub const LIMIT: usize = 32 << 10;

/// Attributes of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// `gen_ai.system_instructions`: those that stand apart from the conversation.
    pub instructions: Option<Attribute>,
    /// `gen_ai.input.messages`.
    pub messages: Option<Attribute>,
    /// `gen_ai.tool.definitions`.
    pub tools: Option<Attribute>,
}

/// The value of an attribute.
#[derive(PartialEq, Eq)]
pub struct Attribute {
    /// JSON.
    pub json: String,
    /// Something of it was left out for its length.
    pub is_truncated: bool,
}

/// Whether requests of this class are conversations, so that there is something to tell.
#[must_use]
pub const fn is_told(class: Class) -> bool {
    matches!(class, Class::Chat(_) | Class::LegacyCompletions)
}

/// What a request asks. A body that cannot be read has nothing.
#[must_use]
pub fn of_request(class: Class, body: &Bytes) -> Asked {
    let Some(read) = is_told(class).then(|| asked::read(class, body)).flatten() else {
        return Asked::default();
    };
    Asked {
        instructions: list(&read.instructions, Keep::First),
        // The last say what the answer answers.
        messages: list(&read.messages, Keep::Last),
        tools: list(&read.tools, Keep::First),
    }
}

// === impl Attribute ===

impl Attribute {
    /// The JSON, for an attribute that is a string.
    #[must_use]
    pub fn into_text(self) -> Cow<'static, str> {
        Cow::Owned(self.json)
    }
}

/// Prompts are not shown.
impl std::fmt::Debug for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attribute")
            .field("bytes", &self.json.len())
            .field("is_truncated", &self.is_truncated)
            .finish()
    }
}

#[cfg(test)]
mod tests;
