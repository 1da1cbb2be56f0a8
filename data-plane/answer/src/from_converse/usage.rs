//! Token counts as Converse reports them (service model `TokenUsage`): the cached part of the prompt is beside the rest.
//!
//! Invariant: a count that is absent stays absent.

use serde::Deserialize;

use super::Lenient;
use crate::text::Json;
use crate::usage::Usage;

/// Longest raw usage object kept, in bytes.
const RAW_LIMIT: usize = 16 * 1024;

/// Counts in Bedrock's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    input: Option<u64>,
    output: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    raw: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenUsage {
    #[serde(default)]
    input_tokens: Lenient<u64>,
    #[serde(default)]
    output_tokens: Lenient<u64>,
    #[serde(default)]
    cache_read_input_tokens: Lenient<u64>,
    #[serde(default)]
    cache_write_input_tokens: Lenient<u64>,
}

// === impl Counts ===

impl Counts {
    /// `None` where there is no count.
    pub(super) fn read(raw: Json<'_>) -> Option<Self> {
        let usage: TokenUsage = raw.read().ok()?;
        let counts = Self {
            input: usage.input_tokens.0,
            output: usage.output_tokens.0,
            cache_read: usage.cache_read_input_tokens.0,
            cache_write: usage.cache_write_input_tokens.0,
            raw: None,
        };
        if counts == Self::default() {
            return None;
        }
        Some(Self {
            raw: (raw.get().len() <= RAW_LIMIT).then(|| raw.get().to_owned()),
            ..counts
        })
    }

    /// What `later` says overrules; what it leaves out stays.
    pub(super) fn updated(self, later: Self) -> Self {
        Self {
            input: later.input.or(self.input),
            output: later.output.or(self.output),
            cache_read: later.cache_read.or(self.cache_read),
            cache_write: later.cache_write.or(self.cache_write),
            raw: later.raw.or(self.raw),
        }
    }
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let cached = counts
            .cache_read
            .unwrap_or_default()
            .saturating_add(counts.cache_write.unwrap_or_default());
        let input = counts.input.map(|input| input.saturating_add(cached));
        Self {
            input,
            output: counts.output,
            // Bedrock's own total is not the same with caches and without.
            total: input.and_then(|input| input.checked_add(counts.output?)),
            cache_read: counts.cache_read,
            cache_write: counts.cache_write,
            raw: counts.raw,
            ..Self::default()
        }
    }
}
