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
    /// The same of each choice.
    pub finish_reasons: FinishReasons,
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

/// Most choices whose reasons are kept.
const CHOICES: usize = 8;

/// Why choices ended, by their place in the answer. Later ones than fit are not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FinishReasons([Option<FinishReason>; CHOICES]);

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

// === impl Observed ===

impl Observed {
    /// A choice ended, the first one being 0.
    pub fn ended(&mut self, choice: u64, reason: FinishReason) {
        self.finish_reason = Some(reason);
        self.finish_reasons.note(choice, reason);
    }
}

// === impl FinishReasons ===

impl FinishReasons {
    /// A choice ended.
    pub fn note(&mut self, choice: u64, reason: FinishReason) {
        let choice = usize::try_from(choice).ok();
        if let Some(own) = choice.and_then(|choice| self.0.get_mut(choice)) {
            *own = Some(reason);
        }
    }

    /// What `later` has goes before what is there.
    pub fn add(&mut self, later: Self) {
        for (own, later) in self.0.iter_mut().zip(later.0) {
            *own = later.or(*own);
        }
    }

    /// In the order of the choices.
    pub fn iter(&self) -> impl Iterator<Item = FinishReason> {
        self.0.iter().copied().flatten()
    }
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
    use super::{FinishReason, FinishReasons, Observed, TEXT_LIMIT, bounded};

    #[test]
    fn each_choice_has_its_reason_and_few_are_kept() {
        let mut seen = Observed::default();
        for choice in [1, 0, 7, 8, u64::MAX] {
            seen.ended(choice, FinishReason::Stop);
        }
        seen.ended(0, FinishReason::Length);
        assert_eq!(seen.finish_reason, Some(FinishReason::Length));
        let mut later = FinishReasons::default();
        later.note(1, FinishReason::ToolCalls);
        seen.finish_reasons.add(later);
        let all: Vec<_> = seen.finish_reasons.iter().collect();
        let (length, tools) = (FinishReason::Length, FinishReason::ToolCalls);
        assert_eq!(all, [length, tools, FinishReason::Stop]);
        assert_eq!(size_of::<FinishReasons>(), 8);
    }

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
