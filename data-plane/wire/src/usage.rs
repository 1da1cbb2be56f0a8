//! Token counts as a provider reported them, in one shape for limits, metrics and logs.
//!
//! It must not know prices or limits. Invariant: a count that the provider did not send is absent,
//! never zero; input counts include cached tokens and output counts include reasoning tokens.

mod counts;
mod tier;

use crate::json;

pub use self::counts::{Counts, HeadCounts};
pub use self::tier::{GEMINI_TIER, asked as asked_tiers, tier, tier_named};

/// Longest raw usage object kept, in bytes.
pub const RAW_LIMIT: usize = 16 * 1024;

/// Tokens of one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub input: Option<u64>,
    /// Generated tokens, reasoning included.
    pub output: Option<u64>,
    /// The provider's own total; it need not be the sum.
    pub total: Option<u64>,
    /// The part of `input` that was read from the provider's prompt cache.
    pub cache_read: Option<u64>,
    /// The part of `input` that was written to the provider's prompt cache.
    pub cache_write: Option<u64>,
    /// The part of `cache_write` that is kept for an hour.
    pub cache_write_1h: Option<u64>,
    /// The part of `input` that was audio.
    pub input_audio: Option<u64>,
    /// The part of `output` that was reasoning.
    pub reasoning: Option<u64>,
    /// The part of `output` that was audio.
    pub output_audio: Option<u64>,
    /// The tier of service that generated it, as far as it is told with the counts: in OpenAI's formats any name that stands beside
    /// them, which counts before one in front of the answer; in others only one that is not usual, see [`tier`].
    pub tier: Option<String>,
    /// The provider's usage object as it wrote it; `None` if it was larger than 16 KiB.
    pub raw: Option<String>,
}

impl Usage {
    /// The provider's total, or else input plus output where both are known.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total.or_else(|| self.input?.checked_add(self.output?))
    }

    /// Reads the `usage` object of OpenAI chat completions; `None` where it holds no count.
    pub fn from_chat(raw: &str) -> Option<Self> {
        json::read(raw, |value| Self::read_chat(value).0)?
    }

    /// The same of a value on the way through its text, and the value's own text.
    pub fn read_chat<'a>(value: json::Value<'_, 'a>) -> (Option<Self>, &'a str) {
        let mut usage = Self::default();
        let raw = value.members(|key, value| match key.as_ref() {
            "prompt_tokens" => usage.input = json::count(value.raw()),
            "completion_tokens" => usage.output = json::count(value.raw()),
            "total_tokens" => usage.total = json::count(value.raw()),
            "prompt_tokens_details" => {
                [usage.cache_read, usage.cache_write, usage.input_audio] = details_of(
                    value,
                    ["cached_tokens", "cache_write_tokens", "audio_tokens"],
                );
            }
            "completion_tokens_details" => {
                [usage.reasoning, usage.output_audio] =
                    details_of(value, ["reasoning_tokens", "audio_tokens"]);
            }
            _ => (),
        });
        if usage.input.is_none() && usage.output.is_none() && usage.total.is_none() {
            return (None, raw);
        }
        usage.output = usage.output_by_total();
        usage.raw = (raw.len() <= RAW_LIMIT).then(|| raw.to_owned());
        (Some(usage), raw)
    }

    /// What the body of an error tells, in whichever vendor's names: beside the error or in it. `None` where it tells nothing.
    #[must_use]
    pub fn of_error(body: &[u8]) -> Option<Self> {
        let mut counts = Counts::default();
        let mut note = |key: &str, value: &str| {
            if matches!(key, "usage" | "usageMetadata") {
                counts.merge(value);
            }
        };
        // What cannot be read says nothing.
        let _ = json::members(json::text(body)?, |key, value| {
            if key != "error" {
                return note(&key, value);
            }
            let _ = json::members(value, |key, value| note(&key, value));
        });
        counts.usage()
    }

    /// Tokens of a prompt, where a provider counts nothing else because nothing else is generated.
    #[must_use]
    pub fn from_input(input: Option<u64>) -> Option<Self> {
        let input = input?;
        Some(Self {
            input: Some(input),
            total: Some(input),
            ..Self::default()
        })
    }

    /// The sum of both, of what at least one of them tells; nobody wrote an object of it.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let plus = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (only, None) | (None, only) => only,
        };
        Self {
            input: plus(self.input, other.input),
            output: plus(self.output, other.output),
            total: plus(self.total, other.total),
            cache_read: plus(self.cache_read, other.cache_read),
            cache_write: plus(self.cache_write, other.cache_write),
            cache_write_1h: plus(self.cache_write_1h, other.cache_write_1h),
            input_audio: plus(self.input_audio, other.input_audio),
            reasoning: plus(self.reasoning, other.reasoning),
            output_audio: plus(self.output_audio, other.output_audio),
            tier: self.tier.clone().or_else(|| other.tier.clone()),
            raw: None,
        }
    }

    /// Some servers leave what a model thought, or all, out of the completion's tokens and have it in the total, as Google
    /// does in its OpenAI surface: what the total has besides the prompt was generated.
    fn output_by_total(&self) -> Option<u64> {
        let (Some(input), Some(output), Some(total)) = (self.input, self.output, self.total) else {
            return self.output;
        };
        Some(output.max(total.saturating_sub(input)))
    }
}

/// Tokens of audio in a list of Google's counts by modality (`ModalityTokenCount`); `None` where there is none in it.
#[must_use]
pub fn audio(raw: &str) -> Option<u64> {
    let mut found = None;
    let read = json::elements(raw, |one| {
        let (mut is_audio, mut count) = (false, None);
        // What cannot be read says nothing.
        let _ = json::members(one, |key, value| match key.as_ref() {
            "modality" => is_audio = value == "\"AUDIO\"",
            "tokenCount" => count = json::count(value),
            _ => (),
        });
        if let Some(count) = count.filter(|_| is_audio) {
            found = Some(found.unwrap_or(0_u64).saturating_add(count));
        }
    });
    read.ok().and(found)
}

/// The counts of these names in an object; none of them where it cannot be read.
fn details<const N: usize>(raw: &str, names: [&str; N]) -> [Option<u64>; N] {
    json::read(raw, |value| details_of(value, names)).unwrap_or([None; N])
}

/// The same of a value on the way through its text.
fn details_of<const N: usize>(value: json::Value<'_, '_>, names: [&str; N]) -> [Option<u64>; N] {
    let mut found = [None; N];
    value.members(|key, value| {
        let named = names.iter().zip(&mut found).find(|(name, _)| key == **name);
        if let Some((_, found)) = named {
            *found = json::count(value.raw());
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{RAW_LIMIT, Usage, audio};

    #[track_caller]
    fn check_error(body: &str, expected: Option<(u64, u64)>) {
        let usage = Usage::of_error(body.as_bytes());
        let told = usage.map(|usage| (usage.input.unwrap_or(0), usage.output.unwrap_or(0)));
        assert_eq!(told, expected, "{body}");
    }

    #[test]
    fn an_error_may_tell_what_it_took() {
        let error = r#""error":{"message":"m","type":"t"}"#;
        check_error(
            &format!(r#"{{{error},"usage":{{"prompt_tokens":7,"completion_tokens":2}}}}"#),
            Some((7, 2)),
        );
        check_error(
            &format!(
                r#"{{"type":"error",{error},"usage":{{"input_tokens":7,"output_tokens":0}}}}"#
            ),
            Some((7, 0)),
        );
        check_error(
            r#"{"error":{"code":500,"usageMetadata":{"promptTokenCount":7}}}"#,
            Some((7, 0)),
        );
        check_error(
            r#"{"error":"busy","usage":{"inputTokens":3}}"#,
            Some((3, 0)),
        );
        for nothing in [
            &format!("{{{error}}}"),
            r#"{"usage":null}"#,
            r#"{"usage":{"prompt_tokens":"#,
            "[]",
            "<html>",
            "",
        ] {
            check_error(nothing, None);
        }
    }

    #[track_caller]
    fn check(raw: &str, expected: Option<Usage>) {
        let expected = expected.map(|usage| Usage {
            raw: Some(raw.to_owned()),
            ..usage
        });
        assert_eq!(Usage::from_chat(raw), expected);
    }

    #[test]
    fn openai_usage_is_read() {
        check(
            r#"{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
                "prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},
                "completion_tokens_details":{"reasoning_tokens":6,"audio_tokens":3,"accepted_prediction_tokens":0}}"#,
            Some(Usage {
                input: Some(19),
                output: Some(10),
                total: Some(29),
                cache_read: Some(4),
                input_audio: Some(0),
                reasoning: Some(6),
                output_audio: Some(3),
                ..Usage::default()
            }),
        );
        check(
            r#"{"prompt_tokens":3,"total_tokens":3,"prompt_tokens_details":null}"#,
            Some(Usage {
                input: Some(3),
                total: Some(3),
                ..Usage::default()
            }),
        );
    }

    #[test]
    fn completion_tokens_hidden_in_the_total_are_found() {
        // All of them, or what a model thought, or none; a total that says less than its parts says nothing.
        for (told, total, output) in [(0, 10, 7), (4, 10, 7), (7, 10, 7), (7, 9, 7), (7, 2, 7)] {
            let raw = format!(
                r#"{{"prompt_tokens":3,"completion_tokens":{told},"total_tokens":{total}}}"#
            );
            check(
                &raw,
                Some(Usage {
                    input: Some(3),
                    output: Some(output),
                    total: Some(total),
                    ..Usage::default()
                }),
            );
        }
    }

    #[test]
    fn audio_is_one_of_the_modalities() {
        for (raw, expected) in [
            ("null", None),
            ("[]", None),
            (r#"[{"modality":"TEXT","tokenCount":5},7]"#, None),
            (r#"[{"modality":"AUDIO"}]"#, None),
            (
                r#"[{"tokenCount":5,"modality":"AUDIO"},{"modality":"IMAGE","tokenCount":2},{"modality":"AUDIO","tokenCount":1}]"#,
                Some(6),
            ),
        ] {
            assert_eq!(audio(raw), expected, "{raw}");
        }
    }

    #[test]
    fn what_holds_no_count_is_no_usage() {
        for raw in [
            "null",
            "{}",
            "[]",
            "7",
            r#"{"prompt_tokens":"3"}"#,
            r#"{"queue":0.1}"#,
        ] {
            check(raw, None);
        }
    }

    #[test]
    fn the_total_is_summed_only_where_both_sides_are_known() {
        let usage = Usage {
            input: Some(1),
            output: Some(2),
            ..Usage::default()
        };
        assert_eq!(usage.total(), Some(3));
        assert_eq!(
            Usage {
                total: Some(9),
                ..usage.clone()
            }
            .total(),
            Some(9)
        );
        assert_eq!(
            Usage {
                output: None,
                ..usage.clone()
            }
            .total(),
            None
        );
        assert_eq!(
            Usage {
                output: Some(u64::MAX),
                ..usage
            }
            .total(),
            None
        );
    }

    #[test]
    fn a_huge_raw_object_is_not_kept() {
        let raw = format!(r#"{{"prompt_tokens":1,"x":"{}"}}"#, "y".repeat(RAW_LIMIT));
        let usage = Usage::from_chat(&raw).expect("usage");
        assert_eq!((usage.input, usage.raw), (Some(1), None));
    }
}
