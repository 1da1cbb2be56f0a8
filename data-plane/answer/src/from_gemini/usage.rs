//! Token counts of Gemini (`usageMetadata`), which come again with each event and are of the whole answer so far.
//!
//! It must not know where they stand. Invariant: a count that is absent or null in one event never overwrites what an
//! earlier one said.

use crate::json;
use crate::usage::{Usage, audio, tier};

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
    /// Of `prompt`, cached ones included; of `candidates`; of `cached`.
    audio_in: Option<u64>,
    audio_out: Option<u64>,
    audio_cached: Option<u64>,
    /// The tier of service, where it is not the usual one.
    tier: Option<String>,
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
                "trafficType" | "serviceTier" => {
                    self.tier = tier(value).or(self.tier.take());
                    return;
                }
                name => {
                    let audio_of = match name {
                        "promptTokensDetails" => &mut self.audio_in,
                        "candidatesTokensDetails" => &mut self.audio_out,
                        "cacheTokensDetails" => &mut self.audio_cached,
                        _ => return,
                    };
                    *audio_of = audio(value).or(*audio_of);
                    return;
                }
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
            // What came from the cache is priced as that.
            input_audio: self
                .audio_in
                .map(|audio| audio.saturating_sub(self.audio_cached.unwrap_or(0))),
            output_audio: self.audio_out,
            reasoning: self.thoughts,
            tier: self.tier.clone(),
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

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn audio_is_told_apart() {
        let mut counts = Counts::default();
        let parts = r#"{"promptTokenCount":30,"cachedContentTokenCount":8,
            "promptTokensDetails":[{"modality":"TEXT","tokenCount":5},{"modality":"AUDIO","tokenCount":25}],
            "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":8}]}"#;
        assert!(counts.merge(parts));
        let last = r#"{"candidatesTokenCount":7,"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":7}]}"#;
        assert!(counts.merge(last));
        let usage = counts.usage(last);
        assert_eq!((usage.input_audio, usage.output_audio), (Some(17), Some(7)));
        assert_eq!((usage.input, usage.cache_read), (Some(30), Some(8)));
        let mut plain = Counts::default();
        assert!(plain.merge(
            r#"{"promptTokenCount":3,"promptTokensDetails":[{"modality":"TEXT","tokenCount":3}]}"#
        ));
        assert_eq!(plain.usage("").input_audio, None);
    }
}
