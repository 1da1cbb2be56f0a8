//! Token counts of Gemini (`usageMetadata`), which come again with each event and are of the whole answer so far.
//!
//! It must not know where they stand. Invariant: a count that is absent or null in one event never overwrites what an
//! earlier one said.

use crate::json;
use crate::usage::Usage;

/// Longest raw usage object kept, in bytes.
const RAW_LIMIT: usize = 16 * 1024;

/// The counts as Gemini divides them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Counts {
    /// Cached ones included.
    prompt: Option<u64>,
    /// Results of Google's tools that were put into the prompt; not a part of `prompt`.
    tool_use: Option<u64>,
    /// Without `thoughts`.
    candidates: Option<u64>,
    thoughts: Option<u64>,
    cached: Option<u64>,
    total: Option<u64>,
}

// === impl Counts ===

impl Counts {
    /// Takes over what a `usageMetadata` says; whether anything is new.
    pub(super) fn merge(&mut self, raw: &str) -> bool {
        let before = self.clone();
        let read = json::members(raw, |key, value| {
            let count = match key.as_ref() {
                "promptTokenCount" => &mut self.prompt,
                "toolUsePromptTokenCount" => &mut self.tool_use,
                "candidatesTokenCount" => &mut self.candidates,
                "thoughtsTokenCount" => &mut self.thoughts,
                "cachedContentTokenCount" => &mut self.cached,
                "totalTokenCount" => &mut self.total,
                _ => return,
            };
            *count = json::count(value).or(*count);
        });
        read.is_ok() && *self != before
    }

    /// The whole record; `raw` is what was merged last.
    pub(super) fn usage(&self, raw: &str) -> Usage {
        Usage {
            input: sum(self.prompt, self.tool_use),
            output: sum(self.candidates, self.thoughts),
            total: self.total,
            cache_read: self.cached,
            reasoning: self.thoughts,
            raw: (raw.len() <= RAW_LIMIT).then(|| raw.to_owned()),
            ..Usage::default()
        }
    }
}

/// Of what is known.
fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => one.checked_add(other),
        (one, other) => one.or(other),
    }
}
