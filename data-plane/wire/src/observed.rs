//! What a tap learned from an answer: the facts that the record of an exchange keeps.
//!
//! It must not know how a format spells them. Invariant: absent means unknown, never zero or a
//! default; text that came from the provider is bounded in length.

use crate::error::ProviderError;
use crate::usage::Usage;

/// Longest provider text kept (model names, ids), in bytes.
const TEXT_LIMIT: usize = 256;

/// What the answer said of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// The provider's id of the answer.
    pub id: Option<String>,
    /// The model that answered, as the provider names it; it may differ from the one asked for.
    pub model: Option<String>,
    /// The tier that served it, as OpenAI names it: where it differs from the one asked for, the price does too.
    pub service_tier: Option<String>,
    /// The tier that the head of the answer names, where it is not the usual one and formats have no place for it in a body.
    pub head_tier: Option<String>,
    /// Why generation ended; of the last choice that said so.
    pub finish_reason: Option<FinishReason>,
    /// The provider's own token counts; the last ones it sent.
    pub usage: Option<Usage>,
    /// It is about work that goes on when nobody waits for it: a response made in the background, or a batch.
    pub is_of_background: bool,
    /// An error that the provider reported in a body or event.
    pub error: Option<ProviderError>,
    /// Something that a person would see (text, a refusal, a tool call) has passed. The caller
    /// takes the time to the first token when this turns true.
    pub has_content: bool,
    /// Bytes of what was said, as they are written in JSON: text, reasoning and arguments of calls. What an estimate is
    /// made of where nobody tells tokens.
    pub content_bytes: u64,
    /// Events or bodies that passed without being understood: not JSON, not an object, too large.
    pub unreadable: u64,
    /// What the answer had that the client's format has no place for; names of fields, each once.
    pub dropped: Vec<&'static str>,
}

/// Why generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FinishReason {
    /// A natural end, or a stop sequence where the provider does not tell the two apart.
    Stop,
    /// A stop sequence.
    StopSequence,
    /// The token limit was reached.
    Length,
    /// The model's context is full.
    ContextWindow,
    /// A long turn was interrupted, to be continued by sending it back.
    PauseTurn,
    /// The model called tools.
    ToolCalls,
    /// A content filter left something out.
    ContentFilter,
    /// The deprecated single function call.
    FunctionCall,
    /// A reason that this list does not have.
    Other,
}

// === impl FinishReason ===

impl FinishReason {
    /// Reads the name that OpenAI chat completions give it; any unknown one is [`FinishReason::Other`].
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "stop" => Self::Stop,
            "length" => Self::Length,
            "tool_calls" => Self::ToolCalls,
            "content_filter" => Self::ContentFilter,
            "function_call" => Self::FunctionCall,
            _ => Self::Other,
        }
    }

    /// Name for logs and metric labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::StopSequence => "stop_sequence",
            Self::Length => "length",
            Self::ContextWindow => "model_context_window_exceeded",
            Self::PauseTurn => "pause_turn",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::FunctionCall => "function_call",
            Self::Other => "other",
        }
    }
}

/// Cuts provider text to the kept length at a character boundary.
pub fn bounded(mut text: String) -> String {
    if text.len() > TEXT_LIMIT {
        text.truncate(text.floor_char_boundary(TEXT_LIMIT));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{FinishReason, TEXT_LIMIT, bounded};

    #[test]
    fn known_reasons_keep_their_wire_name() {
        for name in [
            "stop",
            "length",
            "tool_calls",
            "content_filter",
            "function_call",
        ] {
            assert_eq!(FinishReason::from_name(name).as_str(), name);
        }
        assert_eq!(FinishReason::from_name("eos_token"), FinishReason::Other);
    }

    #[test]
    fn long_text_is_cut_at_a_character_boundary() {
        assert_eq!(bounded("gpt-4o".to_owned()), "gpt-4o");
        let cut = bounded("é".repeat(TEXT_LIMIT));
        assert_eq!(cut, "é".repeat(TEXT_LIMIT / 2));
        let odd = bounded(format!("a{}", "é".repeat(TEXT_LIMIT)));
        assert_eq!(odd.len(), TEXT_LIMIT - 1);
    }
}
