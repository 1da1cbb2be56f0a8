//! How one request is to be answered: a mode of failing and wishes about the content.
//!
//! It must not know formats. Invariants: a demand is words with dots between them, every one known;
//! names and help stand in one table each.

use std::collections::BTreeSet;

use http::StatusCode;

use crate::mode::Mode;

/// What stands in a model's name in front of a demand.
const MARK: &str = "mock-";

/// What is asked of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Demand {
    pub(crate) mode: Mode,
    pub(crate) wishes: Wishes,
    /// The status that an error inside a response stands for.
    pub(crate) pretended: Option<StatusCode>,
    /// Seconds after which a refused client may come again.
    pub(crate) retry_after: Option<u64>,
}

/// What the answer is to contain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) wished: BTreeSet<Wish>,
    pub(crate) is_large: bool,
    pub(crate) is_huge: bool,
    pub(crate) has_no_usage: bool,
}

/// One thing that an answer may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    Tool,
    TextTool,
    Tools,
    Mixed,
    Interleave,
    Thinking,
    ReasoningContent,
    Cached,
    CacheWrite,
    Refusal,
    Empty,
    Exhausted,
}

// === impl Demand ===

impl Demand {
    pub(crate) fn healthy() -> Self {
        Self {
            mode: Mode::Healthy,
            wishes: Wishes::default(),
            pretended: None,
            retry_after: None,
        }
    }

    /// Reads `WORD.WORD..`; `None` if a word is unknown or a second mode.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut demand = Self::healthy();
        for word in text.split('.').filter(|word| *word != "healthy") {
            if let Some(wish) = Wish::parse(word) {
                demand.wishes.wished.insert(wish);
            } else if let Some(status) = word.strip_prefix("as-") {
                demand.pretended = Some(StatusCode::from_bytes(status.as_bytes()).ok()?);
            } else if let Some(seconds) = word.strip_prefix("retry-after-") {
                demand.retry_after = Some(seconds.parse().ok()?);
            } else if demand.mode == Mode::Healthy {
                demand.mode = Mode::parse(word)?;
            } else {
                return None;
            }
        }
        demand.wishes.is_large = matches!(demand.mode, Mode::Large | Mode::Huge | Mode::Endless);
        demand.wishes.is_huge = demand.mode == Mode::Huge;
        demand.wishes.has_no_usage = demand.mode == Mode::NoUsage;
        Some(demand)
    }

    /// The demand in a model's name: all behind `mock-`.
    pub(crate) fn of_model(model: &str) -> Option<Self> {
        Self::parse(model.split_once(MARK)?.1)
    }

    /// Seconds for a `retry-after`.
    pub(crate) fn rest(&self) -> u64 {
        self.retry_after.unwrap_or(1)
    }
}

// === impl Wishes ===

impl Wishes {
    pub(crate) fn has(&self, wish: Wish) -> bool {
        self.wished.contains(&wish)
    }
}

// === impl Wish ===

impl Wish {
    pub(crate) const ALL: [Self; 12] = [
        Self::Tool,
        Self::TextTool,
        Self::Tools,
        Self::Mixed,
        Self::Interleave,
        Self::Thinking,
        Self::ReasoningContent,
        Self::Cached,
        Self::CacheWrite,
        Self::Refusal,
        Self::Empty,
        Self::Exhausted,
    ];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::TextTool => "text-tool",
            Self::Tools => "tools",
            Self::Mixed => "mixed",
            Self::Interleave => "interleave",
            Self::Thinking => "thinking",
            Self::ReasoningContent => "reasoning-content",
            Self::Cached => "cached",
            Self::CacheWrite => "cache-write",
            Self::Refusal => "refusal",
            Self::Empty => "empty",
            Self::Exhausted => "exhausted",
        }
    }

    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Tool => "a call of the first tool of the request",
            Self::TextTool => "a text, then a call of the first tool",
            Self::Tools => "a call of every tool, at least two calls",
            Self::Mixed => "calls with text between them",
            Self::Interleave => "calls whose fragments take turns in a chat stream",
            Self::Thinking => "reasoning before the answer, though none was asked for",
            Self::ReasoningContent => "reasoning as `reasoning_content` in chat completions",
            Self::Cached => "half of the input tokens were read from a cache",
            Self::CacheWrite => "a quarter of the input tokens was written to a cache",
            Self::Refusal => "the vendor's content filter or refusal ends the answer",
            Self::Empty => "no text at all",
            Self::Exhausted => "rate limit headers that leave nothing for the next request",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Demand, Wish};
    use crate::mode::Mode;

    #[test]
    fn words_are_read_together() {
        let demand = Demand::parse("tools.thinking.truncate").expect("known");
        assert_eq!(demand.mode, Mode::Truncate);
        assert!(demand.wishes.has(Wish::Tools) && demand.wishes.has(Wish::Thinking));
        let demand = Demand::parse("error-first.as-529.retry-after-60").expect("known");
        assert_eq!(demand.pretended.map(|status| status.as_u16()), Some(529));
        assert_eq!((demand.rest(), demand.mode), (60, Mode::ErrorFirst));
        for wish in Wish::ALL {
            assert!(Demand::parse(wish.name()).expect("known").wishes.has(wish));
        }
        for unknown in ["", "x", "hang.stall", "tools.", "as-x", "retry-after-"] {
            assert_eq!(Demand::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_model_name_may_have_anything_in_front() {
        for name in [
            "mock-hang",
            "us.anthropic.claude-mock-hang",
            "gemini-3-mock-hang",
        ] {
            assert_eq!(
                Demand::of_model(name).map(|demand| demand.mode),
                Some(Mode::Hang)
            );
        }
        for name in ["mock-gpt", "hang", "gpt-x", "mock-"] {
            assert_eq!(Demand::of_model(name), None, "{name}");
        }
    }
}
