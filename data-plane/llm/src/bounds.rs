//! How long the answers to a request may be, and how many there are, as the request says.
//!
//! Owns which member of which format says it. It must not know limits or prices. Invariants: a member that the format does not
//! have says nothing; of a member that is there twice, and of two that mean the same, the larger counts, since nobody knows
//! which of them the provider takes; one that cannot be read takes nothing from the others.

use crate::format::Format;
use crate::json;

/// What a request says of its answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Tokens of each, at most.
    pub tokens: Option<u64>,
    /// How many there are.
    pub count: Option<u64>,
}

/// Where it is said: members of the body, and members of objects in it.
struct Places {
    tokens: &'static [&'static str],
    count: &'static [&'static str],
    within: &'static [&'static str],
    tokens_within: &'static [&'static str],
    count_within: &'static [&'static str],
}

const NOWHERE: Places = Places {
    tokens: &[],
    count: &[],
    within: &[],
    tokens_within: &[],
    count_within: &[],
};

/// Families of Bedrock's models (AWS: Amazon Bedrock User Guide, inference request parameters and response fields).
const INVOCATION: Places = Places {
    tokens: &[
        "max_tokens",
        "max_completion_tokens",
        "max_tokens_to_sample",
        "max_gen_len",
        "maxTokens",
    ],
    count: &["n", "num_generations"],
    within: &["textGenerationConfig", "inferenceConfig"],
    tokens_within: &["maxTokenCount", "maxTokens", "max_new_tokens"],
    ..NOWHERE
};

const fn places(format: Format) -> Places {
    match format {
        // Completions have `best_of`.
        Format::OpenAiChatCompletions => Places {
            tokens: &["max_tokens", "max_completion_tokens"],
            count: &["n", "best_of"],
            ..NOWHERE
        },
        Format::OpenAiResponses => Places {
            tokens: &["max_output_tokens"],
            ..NOWHERE
        },
        Format::AnthropicMessages => Places {
            tokens: &["max_tokens"],
            ..NOWHERE
        },
        // Both spellings are taken (ProtoJSON).
        Format::GeminiGenerateContent => Places {
            within: &["generationConfig", "generation_config"],
            tokens_within: &["maxOutputTokens", "max_output_tokens"],
            count_within: &["candidateCount", "candidate_count"],
            ..NOWHERE
        },
        Format::BedrockConverse => Places {
            within: &["inferenceConfig"],
            tokens_within: &["maxTokens"],
            ..NOWHERE
        },
    }
}

// === impl Bounds ===

impl Bounds {
    /// Of a request in a format.
    #[must_use]
    pub fn of(format: Format, body: &[u8]) -> Self {
        Self::at(&places(format), body)
    }

    /// Of the body of an `InvokeModel`, in whichever family's shape.
    #[must_use]
    pub fn of_invocation(body: &[u8]) -> Self {
        Self::at(&INVOCATION, body)
    }

    fn at(places: &Places, body: &[u8]) -> Self {
        let mut bounds = Self::default();
        let text = json::text(body).unwrap_or_default();
        // What was read before it broke counts all the same.
        let _ = json::members(text, |key, raw| {
            bounds.note(&key, raw, (places.tokens, places.count));
            if places.within.contains(&&*key) {
                let _ = json::members(raw, |key, raw| {
                    bounds.note(&key, raw, (places.tokens_within, places.count_within));
                });
            }
        });
        bounds
    }

    fn note(&mut self, key: &str, raw: &str, (tokens, count): (&[&str], &[&str])) {
        if tokens.contains(&key) {
            self.tokens = self.tokens.max(whole(raw));
        }
        if count.contains(&key) {
            self.count = self.count.max(whole(raw));
        }
    }
}

/// A whole number, also where it is written as `1e3` or `1000.0`, or in quotes, as some servers take it.
fn whole(raw: &str) -> Option<u64> {
    let text = raw.trim().trim_matches('"');
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    // More than there can be is as many as there can be.
    (number >= 0.0).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: Format, body: &str, tokens: Option<u64>, count: Option<u64>) {
        let bounds = Bounds::of(format, body.as_bytes());
        assert_eq!((bounds.tokens, bounds.count), (tokens, count), "{body}");
    }

    #[test]
    fn each_format_bounds_its_answers_in_its_own_place() {
        use Format::*;
        for (format, body, tokens, count) in [
            (OpenAiChatCompletions, "{}", None, None),
            (OpenAiChatCompletions, "no JSON", None, None),
            (
                OpenAiChatCompletions,
                r#"{"max_tokens":10,"n":3}"#,
                Some(10),
                Some(3),
            ),
            (
                OpenAiChatCompletions,
                r#"{"n":2,"best_of":4}"#,
                None,
                Some(4),
            ),
            (
                OpenAiResponses,
                r#"{"max_output_tokens":30}"#,
                Some(30),
                None,
            ),
            (AnthropicMessages, r#"{"max_tokens":20}"#, Some(20), None),
            (
                GeminiGenerateContent,
                r#"{"generationConfig":{"maxOutputTokens":40,"candidateCount":2}}"#,
                Some(40),
                Some(2),
            ),
            (
                GeminiGenerateContent,
                r#"{"generation_config":{"max_output_tokens":65536,"candidate_count":8}}"#,
                Some(65_536),
                Some(8),
            ),
            (
                BedrockConverse,
                r#"{"inferenceConfig":{"maxTokens":50}}"#,
                Some(50),
                None,
            ),
        ] {
            check(format, body, tokens, count);
        }
    }

    #[test]
    fn nothing_hides_the_larger() {
        use Format::*;
        for (format, body, tokens, count) in [
            (
                OpenAiChatCompletions,
                r#"{"max_tokens":10,"max_completion_tokens":20}"#,
                Some(20),
                None,
            ),
            (
                OpenAiChatCompletions,
                r#"{"max_completion_tokens":1,"max_tokens":100000}"#,
                Some(100_000),
                None,
            ),
            // A member of another format, which servers of this one ignore.
            (
                OpenAiChatCompletions,
                r#"{"max_output_tokens":1,"max_tokens":100000}"#,
                Some(100_000),
                None,
            ),
            (
                AnthropicMessages,
                r#"{"max_tokens":9,"max_completion_tokens":1,"n":5}"#,
                Some(9),
                None,
            ),
            (
                OpenAiChatCompletions,
                r#"{"n":1,"n":128,"max_tokens":5,"max_tokens":7,"max_tokens":6}"#,
                Some(7),
                Some(128),
            ),
            (
                OpenAiChatCompletions,
                r#"{"n":"many","max_tokens":1000.0}"#,
                Some(1_000),
                None,
            ),
            (
                OpenAiChatCompletions,
                r#"{"n":"4","max_tokens":1e5}"#,
                Some(100_000),
                Some(4),
            ),
            (
                OpenAiChatCompletions,
                r#"{"max_tokens":-1,"n":null}"#,
                None,
                None,
            ),
            (
                OpenAiChatCompletions,
                r#"{"max_tokens":1e300}"#,
                Some(u64::MAX),
                None,
            ),
            (
                GeminiGenerateContent,
                r#"{"maxOutputTokens":1,"generationConfig":{"maxOutputTokens":9},"generation_config":{"max_output_tokens":99}}"#,
                Some(99),
                None,
            ),
            (
                OpenAiChatCompletions,
                r#"{"max_tokens":30,"n":2,"messages":["#,
                Some(30),
                Some(2),
            ),
        ] {
            check(format, body, tokens, count);
        }
    }

    #[test]
    fn each_family_bounds_its_answers_in_its_own_place() {
        for (body, tokens, count) in [
            ("{}", None, None),
            (r#"{"max_tokens":10}"#, Some(10), None),
            (r#"{"max_completion_tokens":10}"#, Some(10), None),
            (r#"{"max_tokens_to_sample":10}"#, Some(10), None),
            (r#"{"max_gen_len":10}"#, Some(10), None),
            (r#"{"maxTokens":10}"#, Some(10), None),
            (
                r#"{"textGenerationConfig":{"maxTokenCount":10}}"#,
                Some(10),
                None,
            ),
            (
                r#"{"inferenceConfig":{"max_new_tokens":10}}"#,
                Some(10),
                None,
            ),
            (r#"{"inferenceConfig":{"maxTokens":10}}"#, Some(10), None),
            (
                r#"{"max_tokens":10,"num_generations":3}"#,
                Some(10),
                Some(3),
            ),
        ] {
            let bounds = Bounds::of_invocation(body.as_bytes());
            assert_eq!((bounds.tokens, bounds.count), (tokens, count), "{body}");
        }
    }
}
