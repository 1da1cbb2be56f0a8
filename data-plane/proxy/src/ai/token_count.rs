//! Counts of tokens for providers that have no such operation (llm.md O-4).
//!
//! Owns the answer that the gateway gives in their place. Must not read formats: dp-llm does. Invariant: an estimate says that
//! it is one, and nobody is asked or billed for it.

use dp_llm::{operation::token_count, request::Request as Prompt};

use super::{
    Tried, answer,
    ledger::Size,
    tokenized::{self, Cut},
};

/// What tells clients that a count is an estimate.
const MARK: (&str, &str) = ("x-tidegate-token-count", "estimated");

/// The answer to a client of Anthropic's, for the model that would be asked.
pub(super) async fn estimated(prompt: &Prompt, model: &str) -> Tried {
    let model = Some(model).filter(|model| !model.is_empty());
    let cut = Cut::of(model.or(prompt.model()).unwrap_or_default());
    let size = Size::of(prompt);
    if let Some(uncounted) = size.uncounted(cut) {
        tokenized::count(&size, uncounted).await;
    }
    answer::own(token_count::written(size.tokens(cut)).into(), MARK)
}
