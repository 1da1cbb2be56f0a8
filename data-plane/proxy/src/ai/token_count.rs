//! Counts of tokens for providers that have no such operation (llm.md O-4).
//!
//! Owns the answer that the gateway gives in their place. Must not read formats: dp-llm does. Invariant: an estimate says that
//! it is one, and nobody is asked or billed for it.

use dp_llm::{operation::token_count, request::Request as Prompt};
use dp_policy::estimate::{self, Family};

use super::{Tried, answer, ledger};

/// What tells clients that a count is an estimate.
const MARK: (&str, &str) = ("x-tidegate-token-count", "estimated");

/// The answer to a client of Anthropic's, by the length of its texts.
pub(super) fn estimated(prompt: &Prompt) -> Tried {
    let family = Family::of(prompt.model().unwrap_or_default());
    let tokens = estimate::input(family, &ledger::measured(prompt.class(), prompt.body()));
    answer::own(token_count::written(tokens).into(), MARK)
}
