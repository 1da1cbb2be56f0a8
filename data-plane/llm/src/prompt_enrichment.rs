//! An operator's messages around those of a client (llm.md Q-3).
//!
//! It must not know where the messages are configured. Invariant: the client's messages keep their bytes and their order,
//! and nothing comes between a call of a tool and its result; a list that is not there, or is none, is left to the provider
//! to refuse.

mod chat;
mod converse;
mod gemini;
mod messages;
mod responses;

use std::fmt;

use bytes::Bytes;

use crate::format::Format;
use crate::node::{BodyError, Node};
use crate::splice::Splice;
use crate::splice_list::{Around, add_members};
use crate::text::JsonText;

/// Who says an operator's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The system prompt; also `developer`.
    System,
    /// The user.
    User,
    /// The model; also `model`.
    Assistant,
}

/// A role that no format has a place for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("role {0:?} of a prompt is unknown: write system, user or assistant")]
pub struct UnknownRole(pub String);

/// An operator's message.
#[derive(Clone, PartialEq, Eq)]
pub struct PromptMessage {
    /// Who says it.
    pub speaker: Speaker,
    /// What is said.
    pub content: String,
}

/// An operator's messages around a client's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptEnrichment {
    /// In front.
    pub prepend: Vec<PromptMessage>,
    /// Behind.
    pub append: Vec<PromptMessage>,
}

/// Elements for one list of a body.
#[derive(Debug, Clone, Default)]
struct Added {
    front: String,
    back: String,
}

/// A body that is being written.
struct Draft<'b> {
    text: &'b str,
    splice: Splice<'b>,
    /// Members that the body lacks.
    members: Vec<String>,
}

// === impl Speaker ===

impl Speaker {
    /// The speaker of a configured role, in any case of letters.
    ///
    /// # Errors
    /// The role is none of those known.
    pub fn parse(role: &str) -> Result<Self, UnknownRole> {
        match role.to_ascii_lowercase().as_str() {
            "system" | "developer" => Ok(Self::System),
            "user" => Ok(Self::User),
            "assistant" | "model" => Ok(Self::Assistant),
            _ => Err(UnknownRole(role.to_owned())),
        }
    }

    const fn role(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

// === impl PromptMessage ===

/// Prompts are not shown.
impl fmt::Debug for PromptMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PromptMessage({}, {} bytes)",
            self.speaker.role(),
            self.content.len()
        )
    }
}

impl PromptMessage {
    /// The text as JSON.
    fn literal(&self) -> JsonText<'static> {
        JsonText::plain(&self.content)
    }
}

// === impl PromptEnrichment ===

impl PromptEnrichment {
    /// The body with the messages around the client's; the same buffer if there are none.
    ///
    /// # Errors
    /// The body is no JSON object.
    pub fn apply(&self, format: Format, body: &Bytes) -> Result<Bytes, BodyError> {
        if self.prepend.is_empty() && self.append.is_empty() {
            return Ok(body.clone());
        }
        let (text, members) = Node::body(body)?;
        let mut draft = Draft {
            text,
            splice: Splice::new(body),
            members: Vec::new(),
        };
        match format {
            Format::OpenAiChatCompletions => chat::enrich(self, &mut draft, &members),
            Format::OpenAiResponses => responses::enrich(self, &mut draft, &members),
            Format::AnthropicMessages => messages::enrich(self, &mut draft, &members),
            Format::GeminiGenerateContent => gemini::enrich(self, &mut draft, &members),
            Format::BedrockConverse => converse::enrich(self, &mut draft, &members),
        }
        let Draft {
            mut splice,
            members,
            ..
        } = draft;
        add_members(&mut splice, text, Node::of(text.trim()), &members.join(","));
        Ok(splice.apply())
    }

    /// The messages of whom `is_wanted` names, written as elements.
    fn written(
        &self,
        is_wanted: impl Fn(Speaker) -> bool,
        write: impl Fn(&PromptMessage) -> String,
    ) -> Added {
        let list = |messages: &[PromptMessage]| {
            let wanted = messages.iter().filter(|message| is_wanted(message.speaker));
            wanted.map(&write).collect::<Vec<_>>().join(",")
        };
        Added {
            front: list(&self.prepend),
            back: list(&self.append),
        }
    }
}

// === impl Added ===

impl Added {
    fn around(&self) -> Around<'_> {
        Around {
            front: &self.front,
            back: &self.back,
        }
    }

    fn is_empty(&self) -> bool {
        self.around().is_empty()
    }
}

impl Speaker {
    fn is_system(self) -> bool {
        self == Self::System
    }

    fn is_turn(self) -> bool {
        self != Self::System
    }
}

/// How many of the elements at the end are calls of tools whose results are still to come: an operator's message goes before
/// them, or it would stand between a call and its result.
fn trailing(elements: &[Node<'_>], is_call: impl Fn(Node<'_>) -> bool) -> usize {
    elements
        .iter()
        .rev()
        .take_while(|element| is_call(**element))
        .count()
}

/// A list of blocks has one with this member.
fn has_block(content: Option<Node<'_>>, is_it: impl Fn(Node<'_>) -> bool) -> bool {
    content.is_some_and(|content| content.one_or_many().into_iter().any(is_it))
}

#[cfg(test)]
mod tests;
