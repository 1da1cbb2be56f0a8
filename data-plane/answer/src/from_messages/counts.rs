//! Token counts of Anthropic's `usage` objects, which come in parts.
//!
//! `message_start` and `message_delta` may each have any of the counts (llm.md S-5). It must not know events. Invariant: a
//! count that is absent, null or zero never replaces one that is known.

use crate::json;
use crate::usage::{RAW_LIMIT, Usage, tier};

/// The counts so far, as Anthropic has them: `input` without cached tokens.
#[derive(Debug, Default)]
pub(super) struct Counts {
    input: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cache_write_1h: Option<u64>,
    output: Option<u64>,
    reasoning: Option<u64>,
    /// The tier of service, where it is not the usual one.
    tier: Option<String>,
}

// === impl Counts ===

impl Counts {
    /// Takes in one object and says what is known now; nothing where the object has no count.
    pub(super) fn merge(&mut self, raw: &str) -> Option<Usage> {
        let mut is_counted = false;
        let mut merge = |known: &mut Option<u64>, value: &str| {
            if let Some(new) = json::count(value) {
                is_counted = true;
                if new > 0 || known.is_none() {
                    *known = Some(new);
                }
            }
        };
        json::members(raw, |key, value| match key.as_ref() {
            "input_tokens" => merge(&mut self.input, value),
            "cache_read_input_tokens" => merge(&mut self.cache_read, value),
            "cache_creation_input_tokens" => merge(&mut self.cache_write, value),
            "cache_creation" => {
                // As for reasoning below: no object says nothing.
                let _ = json::members(value, |key, value| {
                    if key == "ephemeral_1h_input_tokens" {
                        merge(&mut self.cache_write_1h, value);
                    }
                });
            }
            "output_tokens" => merge(&mut self.output, value),
            "output_tokens_details" => {
                // No object, no members: nothing is known of reasoning then.
                let _ = json::members(value, |key, value| {
                    if key == "thinking_tokens" {
                        merge(&mut self.reasoning, value);
                    }
                });
            }
            // Of a fast answer the usual tier is told beside it.
            "service_tier" | "speed" => self.tier = tier(value).or(self.tier.take()),
            _ => (),
        })
        .ok()?;
        is_counted.then(|| Usage {
            input: self.input.map(|input| {
                input
                    .saturating_add(self.cache_read.unwrap_or_default())
                    .saturating_add(self.cache_write.unwrap_or_default())
            }),
            output: self.output,
            total: None,
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            cache_write_1h: self.cache_write_1h,
            reasoning: self.reasoning,
            tier: self.tier.clone(),
            raw: (raw.len() <= RAW_LIMIT).then(|| raw.to_owned()),
            ..Usage::default()
        })
    }
}
