//! What a request took, from what its provider told and from what else is known (llm.md U-2, U-3).
//!
//! Owns which count an estimate may stand in for. Must not know formats. Invariant: what was estimated, if only a part of
//! it, says so; a count that was told is never lowered.

use std::sync::Arc;

use super::{Source, Usage};
use crate::price::Tokens;

/// What a provider told, as far as it told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Prompt, cached tokens included.
    pub input: Option<u64>,
    /// Generated, reasoning included.
    pub output: Option<u64>,
    /// Both.
    pub total: Option<u64>,
    /// Of `input`.
    pub cache_read: Option<u64>,
    /// Of `input`.
    pub cache_write: Option<u64>,
    /// Of `cache_write`.
    pub cache_write_1h: Option<u64>,
    /// Of `input`.
    pub input_audio: Option<u64>,
    /// Of `output`.
    pub reasoning: Option<u64>,
    /// Of `output`.
    pub output_audio: Option<u64>,
    /// The tier of service, where it is not the usual one.
    pub tier: Option<Arc<str>>,
    /// As the provider wrote it.
    pub raw: Option<Arc<str>>,
}

/// What stands in where a provider did not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guess {
    /// Prompt.
    pub input: u64,
    /// What came of the answer.
    pub output: u64,
}

/// Whether an answer came to its end. Of one that did not, the counts so far may be too low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// It did.
    Whole,
    /// It did not.
    Part,
}

// === impl Told ===

impl Told {
    /// A count is more than zero.
    #[must_use]
    pub fn is_something(&self) -> bool {
        [self.input, self.output, self.total]
            .into_iter()
            .flatten()
            .any(|count| count > 0)
    }
}

// === impl Usage ===

impl Usage {
    /// What an answered request took.
    #[must_use]
    pub fn counted(told: Option<Told>, guess: Guess, extent: Extent) -> Self {
        let Some(told) = told else {
            let tokens = Tokens {
                input: guess.input,
                output: guess.output,
                ..Tokens::default()
            };
            return Self {
                tokens: Some(tokens),
                source: Source::Estimate,
                raw: None,
            };
        };
        let left = |of: Option<u64>| told.total?.checked_sub(of?);
        let input = told.input.or_else(|| left(told.output));
        let output = told.output.or_else(|| left(told.input));
        // Anthropic tells one token of output in front, and all of them at the end.
        let is_short = extent == Extent::Part && output.is_some_and(|told| told < guess.output);
        let output = output.filter(|_| !is_short);
        let known = |count: Option<u64>| count.unwrap_or_default();
        let tokens = Tokens {
            input: input.unwrap_or(guess.input),
            cache_read: known(told.cache_read),
            cache_write: known(told.cache_write),
            cache_write_1h: known(told.cache_write_1h),
            input_audio: known(told.input_audio),
            output: output.unwrap_or(guess.output),
            reasoning: known(told.reasoning),
            output_audio: known(told.output_audio),
        };
        Self {
            tokens: Some(tokens),
            source: match (input, output) {
                (Some(_), Some(_)) => Source::Provider,
                (None, _) | (_, None) => Source::Estimate,
            },
            raw: told.raw,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Extent, Guess, Told};
    use crate::usage_record::{Source, Usage};

    const GUESS: Guess = Guess {
        input: 100,
        output: 50,
    };

    /// Input, output and total as told; then what is counted.
    #[track_caller]
    fn check(
        told: Option<[Option<u64>; 3]>,
        extent: Extent,
        (input, output, source): (u64, u64, Source),
    ) {
        let told = told.map(|[input, output, total]| Told {
            input,
            output,
            total,
            raw: Some("{}".into()),
            ..Told::default()
        });
        let is_told = told.is_some();
        let usage = Usage::counted(told, GUESS, extent);
        let tokens = usage.tokens.expect("tokens");
        assert_eq!(
            (tokens.input, tokens.output, usage.source),
            (input, output, source)
        );
        assert_eq!(usage.raw.is_some(), is_told);
    }

    #[test]
    fn what_was_told_counts_and_the_rest_is_estimated() {
        use Source::{Estimate, Provider};
        check(
            Some([Some(7), Some(3), None]),
            Extent::Whole,
            (7, 3, Provider),
        );
        check(
            Some([Some(7), Some(0), None]),
            Extent::Whole,
            (7, 0, Provider),
        );
        check(
            Some([Some(7), None, Some(7)]),
            Extent::Whole,
            (7, 0, Provider),
        );
        check(
            Some([None, Some(3), Some(9)]),
            Extent::Whole,
            (6, 3, Provider),
        );
        check(
            Some([Some(7), None, Some(3)]),
            Extent::Whole,
            (7, 50, Estimate),
        );
        check(
            Some([Some(7), None, None]),
            Extent::Whole,
            (7, 50, Estimate),
        );
        check(
            Some([None, None, Some(9)]),
            Extent::Whole,
            (100, 50, Estimate),
        );
        check(None, Extent::Whole, (100, 50, Estimate));
        check(None, Extent::Part, (100, 50, Estimate));
    }

    #[test]
    fn a_count_of_a_part_is_a_lower_bound() {
        use Source::{Estimate, Provider};
        check(
            Some([Some(7), Some(1), None]),
            Extent::Part,
            (7, 50, Estimate),
        );
        check(
            Some([Some(7), Some(60), None]),
            Extent::Part,
            (7, 60, Provider),
        );
    }
}
