//! How many tokens a request will take, before a provider has counted them (llm.md L-2, L-4, B-5).
//!
//! Owns the rules of thumb: bytes per token, what each message adds, what past answers promise. Must not read
//! prompts: it is given lengths, or counts of texts. An estimate is only ever held, never billed as if it were a count.

mod past;
mod past_by_model;

pub use past::PastOutputs;
pub use past_by_model::PastByModel;

/// Tokens that wrap a message, and one for its role, in the chat templates that are published.
const PER_MESSAGE: u64 = 3 + 1;

/// Tokens that begin the answer.
const PER_REQUEST: u64 = 3;

/// Tokens of an image: what Claude takes for the largest that it does not scale down, and OpenAI's models for one of high
/// detail at most.
pub const PER_IMAGE: u64 = 1_600;

/// Tokens of a recording: half a minute of Gemini's, and more than a minute of OpenAI's.
pub const PER_RECORDING: u64 = 1_000;

/// Tokens of a document or a film: a few pages, or some twenty seconds.
pub const PER_DOCUMENT: u64 = 6_000;

/// How the models of a family cut texts into tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Family {
    /// Claude: shorter tokens.
    Claude,
    /// All others.
    #[default]
    Other,
}

/// What is known of a prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Bytes of all texts, instructions included; definitions of tools, and media, are none.
    pub text_bytes: u64,
    /// Bytes of the definitions of tools and of the schemas of answers, as JSON.
    pub definition_bytes: u64,
    /// Messages.
    pub messages: u64,
    /// Images.
    pub images: u64,
    /// Recordings.
    pub recordings: u64,
    /// Documents and films.
    pub documents: u64,
}

/// Tokens of a prompt, by its length.
#[must_use]
pub fn input(family: Family, prompt: &Prompt) -> u64 {
    let bytes = prompt.text_bytes.saturating_add(prompt.definition_bytes);
    family.tokens(bytes).saturating_add(overhead(prompt))
}

/// Tokens of a prompt whose texts somebody counted. How definitions of tools are written for a model, no vendor tells.
#[must_use]
pub fn counted(family: Family, text_tokens: u64, prompt: &Prompt) -> u64 {
    text_tokens
        .saturating_add(family.tokens(prompt.definition_bytes))
        .saturating_add(overhead(prompt))
}

/// Tokens of an answer that is still to come: what the request allows, or what past answers took if that is less.
/// `unknown` stands in where neither is known.
#[must_use]
pub fn output(max_tokens: Option<u64>, past: Option<u64>, unknown: u64) -> u64 {
    match (max_tokens, past) {
        (Some(allowed), Some(past)) => allowed.min(past),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => unknown,
    }
}

fn overhead(prompt: &Prompt) -> u64 {
    prompt
        .messages
        .saturating_mul(PER_MESSAGE)
        .saturating_add(PER_REQUEST)
        .saturating_add(prompt.images.saturating_mul(PER_IMAGE))
        .saturating_add(prompt.recordings.saturating_mul(PER_RECORDING))
        .saturating_add(prompt.documents.saturating_mul(PER_DOCUMENT))
}

// === impl Family ===

impl Family {
    /// By the model's name, whatever a provider or a region puts before it.
    #[must_use]
    pub fn of(model: &str) -> Self {
        let claude = b"claude";
        let names = |part: &[u8]| part.eq_ignore_ascii_case(claude);
        if model.as_bytes().windows(claude.len()).any(names) {
            Self::Claude
        } else {
            Self::Other
        }
    }

    /// Tokens of a text of so many bytes, rounded up.
    #[must_use]
    pub const fn tokens(self, bytes: u64) -> u64 {
        match self {
            // 3.5 bytes a token.
            Self::Claude => match bytes.checked_mul(2) {
                Some(halves) => halves.div_ceil(7),
                None => bytes / 7 * 2,
            },
            Self::Other => bytes.div_ceil(4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, Prompt, counted, input, output};

    #[track_caller]
    fn check(model: &str, text_bytes: u64, messages: u64, expected: u64) {
        let prompt = Prompt {
            text_bytes,
            messages,
            ..Prompt::default()
        };
        assert_eq!(input(Family::of(model), &prompt), expected, "{model}");
    }

    #[test]
    fn a_prompt_is_estimated_by_its_length() {
        check("gpt-4o", 0, 0, 3);
        check("gpt-4o", 1, 1, 1 + 4 + 3);
        check("gpt-4o", 400, 2, 100 + 8 + 3);
        check("claude-sonnet-4-5", 350, 1, 100 + 4 + 3);
        check("us.anthropic.Claude-3", 351, 0, 101 + 3);
        check("gpt-4o", u64::MAX, u64::MAX, u64::MAX);
        check("claude", u64::MAX, 0, u64::MAX / 7 * 2 + 3);
    }

    #[test]
    fn media_cost_what_is_fixed_for_each() {
        let prompt = Prompt {
            text_bytes: 4,
            messages: 1,
            images: 2,
            recordings: 1,
            documents: 1,
            ..Prompt::default()
        };
        let expected = 1 + 4 + 3 + 2 * 1_600 + 1_000 + 6_000;
        assert_eq!(input(Family::Other, &prompt), expected);
        assert_eq!(counted(Family::Other, 1, &prompt), expected);
    }

    #[test]
    fn texts_that_were_counted_take_what_was_counted() {
        let prompt = Prompt {
            text_bytes: 4_000,
            definition_bytes: 41,
            messages: 2,
            ..Prompt::default()
        };
        assert_eq!(counted(Family::Other, 7, &prompt), 7 + 11 + 2 * 4 + 3);
        assert_eq!(input(Family::Other, &prompt), 1_011 + 2 * 4 + 3);
        assert_eq!(counted(Family::Other, u64::MAX, &prompt), u64::MAX);
    }

    #[test]
    fn an_answer_takes_what_is_allowed_or_what_others_took() {
        assert_eq!(output(Some(100), Some(30), 7), 30);
        assert_eq!(output(Some(10), Some(30), 7), 10);
        assert_eq!(output(Some(100), None, 7), 100);
        assert_eq!(output(None, Some(30), 7), 30);
        assert_eq!(output(None, None, 7), 7);
    }
}
