//! What is answered, whatever the format: parts, the reason to stop and the counts.
//!
//! It must not know formats, HTTP or time. Invariant: it depends on the request and the wishes
//! alone, so that buffered and streamed answers in every format have the same words and counts.

use serde_json::Value;

use crate::asked::{Asked, Choice, Tool, sample_of, tokens};
use crate::demand::{Wish, Wishes};

/// Words of the large answer: about 1 MiB.
const LARGE_WORDS: usize = 128 * 1024;
/// About 5 MiB.
const HUGE_WORDS: usize = 640 << 10;

/// Bytes of a fragment of arguments in a stream, at most.
const FRAGMENT: usize = 9;

const THOUGHT: &str = "The user wants an answer, so I shall give one.";

const BEFORE_CALL: &str = "Let me look that up.";

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) number: u64,
    /// Unix time in seconds.
    pub(crate) created: u64,
    pub(crate) parts: Vec<Part>,
    pub(crate) stop: Stop,
    pub(crate) counts: Counts,
    pub(crate) has_usage: bool,
    /// Text is streamed as one piece.
    pub(crate) is_one_piece: bool,
    /// Where a format lets tool calls stream at the same time, they take turns.
    pub(crate) interleaves: bool,
    /// Reasoning is told in plain words where the format has no place for it.
    pub(crate) tells_reasoning: bool,
}

/// One part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Thought(String),
    Text(String),
    Call(Call),
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Counts the calls of this answer from zero.
    pub(crate) index: u64,
    /// Without the vendor's prefix.
    pub(crate) id: String,
    pub(crate) name: String,
    /// An object.
    pub(crate) arguments: Value,
}

/// Why an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    End,
    Length,
    Calls,
    Refusal,
}

/// Token counts in the widest sense: input with cached tokens, output with reasoning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) input: u64,
    pub(crate) cache_read: u64,
    pub(crate) cache_write: u64,
    pub(crate) output: u64,
    pub(crate) reasoning: u64,
}

// === impl Reply ===

impl Reply {
    pub(crate) fn new(asked: &Asked, wishes: &Wishes, number: u64, created: u64) -> Self {
        let (parts, is_cut) = cut(plan(asked, wishes, number), asked.token_limit);
        let output: u64 = parts.iter().map(Part::tokens).sum();
        let reasoning = parts.iter().filter(|part| matches!(part, Part::Thought(_)));
        let reasoning: u64 = reasoning.map(Part::tokens).sum();
        let share = |wish, of: u64| {
            if wishes.has(wish) {
                asked.prompt_tokens / of
            } else {
                0
            }
        };
        let counts = Counts {
            input: asked.prompt_tokens,
            cache_read: share(Wish::Cached, 2),
            cache_write: share(Wish::CacheWrite, 4),
            output: output * asked.choices,
            reasoning: reasoning * asked.choices,
        };
        let stop = match () {
            () if is_cut => Stop::Length,
            () if wishes.has(Wish::Refusal) => Stop::Refusal,
            () if parts.iter().any(|part| matches!(part, Part::Call(_))) => Stop::Calls,
            () => Stop::End,
        };
        Self {
            number,
            created,
            parts,
            stop,
            counts,
            has_usage: !wishes.has_no_usage,
            is_one_piece: wishes.is_large,
            interleaves: wishes.has(Wish::Interleave),
            tells_reasoning: wishes.has(Wish::ReasoningContent),
        }
    }

    /// The text parts in one.
    pub(crate) fn text(&self) -> String {
        self.parts.iter().filter_map(Part::as_text).collect()
    }

    /// The thoughts in one.
    pub(crate) fn thoughts(&self) -> String {
        let thoughts = self.parts.iter().filter_map(|part| match part {
            Part::Thought(text) => Some(text.as_str()),
            Part::Text(_) | Part::Call(_) => None,
        });
        thoughts.collect()
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.parts.iter().filter_map(|part| match part {
            Part::Call(call) => Some(call),
            Part::Thought(_) | Part::Text(_) => None,
        })
    }

    /// How a text is streamed: words, each with the space behind it.
    pub(crate) fn pieces<'a>(&self, text: &'a str) -> Vec<&'a str> {
        if self.is_one_piece {
            return vec![text];
        }
        text.split_inclusive(' ').collect()
    }
}

/// The whole answer, and no limit yet.
fn plan(asked: &Asked, wishes: &Wishes, number: u64) -> Vec<Part> {
    let mut parts = Vec::new();
    if asked.thinks || wishes.has(Wish::Thinking) || wishes.has(Wish::ReasoningContent) {
        parts.push(Part::Thought(THOUGHT.to_owned()));
    }
    if wishes.has(Wish::Empty) {
        return parts;
    }
    if wishes.is_large {
        let words = match wishes.is_huge {
            true => HUGE_WORDS,
            false => LARGE_WORDS,
        };
        parts.push(Part::Text("1234567 ".repeat(words)));
        return parts;
    }
    if wishes.has(Wish::Refusal) {
        parts.push(Part::Text("I cannot help with that.".to_owned()));
        return parts;
    }
    let calls = calls(asked, wishes, number);
    if calls.is_empty() {
        parts.push(Part::Text(sentence(asked)));
        return parts;
    }
    let is_mixed = wishes.has(Wish::Mixed);
    if wishes.has(Wish::TextTool) {
        parts.push(Part::Text(BEFORE_CALL.to_owned()));
    }
    for (index, call) in calls.into_iter().enumerate() {
        if is_mixed && index > 0 {
            parts.push(Part::Text(BEFORE_CALL.to_owned()));
        }
        parts.push(Part::Call(call));
    }
    parts
}

/// What is called: the tool that is named, or those that a wish or the request makes necessary.
fn calls(asked: &Asked, wishes: &Wishes, number: u64) -> Vec<Call> {
    let offered = &asked.tools.offered;
    let wants_all =
        wishes.has(Wish::Tools) || wishes.has(Wish::Mixed) || wishes.has(Wish::Interleave);
    let wants_one = wishes.has(Wish::Tool) || wishes.has(Wish::TextTool);
    let called: Vec<&Tool> = match &asked.tools.choice {
        Choice::Never => Vec::new(),
        Choice::Named(name) => offered.iter().filter(|tool| tool.name == *name).collect(),
        Choice::Auto | Choice::Any if wants_all && !asked.tools.is_single => {
            // Of a single tool, two calls: they are still parallel.
            offered.iter().cycle().take(offered.len().max(2)).collect()
        }
        Choice::Auto if !wants_all && !wants_one => Vec::new(),
        Choice::Auto | Choice::Any => offered.first().into_iter().collect(),
    };
    let call = |(index, tool): (u64, &Tool)| Call {
        index,
        id: format!("mock_{number}_{index}"),
        name: tool.name.clone(),
        arguments: tool.arguments(),
    };
    (0..).zip(called).map(call).collect()
}

/// The parts that fit into a limit, and whether anything did not.
fn cut(parts: Vec<Part>, limit: Option<u64>) -> (Vec<Part>, bool) {
    let Some(mut left) = limit else {
        return (parts, false);
    };
    let mut kept = Vec::new();
    for part in parts {
        let size = part.tokens();
        if size <= left {
            left -= size;
            kept.push(part);
            continue;
        }
        match part {
            _ if left == 0 => (),
            Part::Thought(text) => kept.push(Part::Thought(first_words(&text, left).to_owned())),
            Part::Text(text) => kept.push(Part::Text(first_words(&text, left).to_owned())),
            Part::Call(_) => (),
        }
        return (kept, true);
    }
    (kept, false)
}

fn sentence(asked: &Asked) -> String {
    if let Some(schema) = &asked.schema {
        return sample_of(schema).to_string();
    }
    let said = asked.said.split_whitespace().collect::<Vec<_>>().join(" ");
    let model = &asked.model;
    if said.is_empty() {
        return format!("This is a mock provider answering as {model}. You said nothing.");
    }
    format!("This is a mock provider answering as {model}. You said: {said}")
}

/// The start of the text that holds this many words.
fn first_words(text: &str, words: u64) -> &str {
    let words = usize::try_from(words).unwrap_or(usize::MAX);
    let length: usize = text.split_inclusive(' ').take(words).map(str::len).sum();
    text.get(..length).unwrap_or(text).trim_end()
}

// === impl Part ===

impl Part {
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Thought(_) | Self::Call(_) => None,
        }
    }

    /// The name of a called tool is one token, and so is each word of its arguments.
    fn tokens(&self) -> u64 {
        match self {
            Self::Thought(text) | Self::Text(text) => tokens(text),
            Self::Call(call) => 1 + tokens(&call.arguments.to_string()),
        }
    }
}

// === impl Call ===

impl Call {
    /// The arguments as text, in the pieces of a stream: none of them alone is JSON.
    pub(crate) fn fragments(&self) -> Vec<String> {
        let text: Vec<char> = self.arguments.to_string().chars().collect();
        text.chunks(FRAGMENT)
            .map(|piece| piece.iter().collect())
            .collect()
    }
}

// === impl Counts ===

impl Counts {
    /// Input tokens that were neither read from a cache nor written to one.
    pub(crate) fn fresh(&self) -> u64 {
        self.input
            .saturating_sub(self.cache_read + self.cache_write)
    }

    pub(crate) fn total(&self) -> u64 {
        self.input + self.output
    }
}

#[cfg(test)]
mod tests;
