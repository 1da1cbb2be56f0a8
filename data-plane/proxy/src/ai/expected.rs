//! What a request to a model will take at most, before anybody has answered it.
//!
//! Owns the estimates by which limits and budgets hold (llm.md L-2, L-4, B-5): the prompt by its length, the longest answer
//! that the client allows, at the price of the dearest provider. Must not be billed. Invariant: a model without a price has
//! no cost, and never one of zero.

use dp_config::{AiBackend, ai_backend::AiProvider};
use dp_llm::{
    class::{Class, Passing},
    request::Request as Prompt,
};
use dp_policy::{
    budget::Spend,
    estimate::{self, Family},
    price::{Catalog, ModelNames, Money, Tokens, quote},
};
use serde::Deserialize;

use super::{in_effect::Merged, policy};

/// An answer whose length nobody bounds.
const UNBOUNDED: u64 = 1024;

/// The policy of a provider.
type PolicyOf<'f, 'a> = &'f dyn Fn(&'a AiProvider) -> Option<Merged<'a>>;

/// Where formats say how long an answer may be, and how many there are.
#[derive(Default, Deserialize)]
struct Bounds {
    max_tokens: Option<u64>,
    max_completion_tokens: Option<u64>,
    max_output_tokens: Option<u64>,
    n: Option<u64>,
    best_of: Option<u64>,
    #[serde(rename = "generationConfig")]
    generation: Option<Generation>,
    #[serde(rename = "inferenceConfig")]
    inference: Option<Generation>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generation {
    max_output_tokens: Option<u64>,
    max_tokens: Option<u64>,
    candidate_count: Option<u64>,
}

/// Whether the length of its body says what a request takes. A count takes nothing of a model; recordings and files are no
/// text.
pub(super) fn is_text(class: Class) -> bool {
    match class {
        Class::Detect(_) | Class::CountTokens(_) | Class::Realtime | Class::Passthrough(_) => false,
        Class::Chat(_) | Class::LegacyCompletions | Class::Embeddings | Class::Rerank => true,
    }
}

/// Tokens of a prompt, by its length.
pub(super) fn prompt_tokens(prompt: &Prompt) -> u64 {
    if !is_text(prompt.class()) {
        return 0;
    }
    let family = Family::of(prompt.model().unwrap_or_default());
    let length = estimate::Prompt {
        text_bytes: u64::try_from(prompt.body().len()).unwrap_or(u64::MAX),
        messages: 0,
    };
    estimate::input(family, &length)
}

/// What a request will take at most. Without a catalogue it has no price.
pub(super) fn spend<'a>(
    prompt: &Prompt,
    backend: &'a AiBackend,
    catalog: Option<&Catalog>,
    policy: PolicyOf<'_, 'a>,
) -> Spend {
    let output = match prompt.class() {
        // Providers do not bill counts, and a session has said nothing yet.
        Class::CountTokens(_) | Class::Realtime | Class::Passthrough(Passing::Unread) => {
            return Spend::NOTHING;
        }
        // Files and lists are asked of no model.
        Class::Detect(_) | Class::Passthrough(Passing::Read) if prompt.model().is_none() => {
            return Spend::NOTHING;
        }
        Class::Detect(_)
        | Class::Passthrough(Passing::Read)
        | Class::Embeddings
        | Class::Rerank => 0,
        Class::Chat(_) | Class::LegacyCompletions => longest_answer(prompt.body()),
    };
    let tokens = Tokens {
        input: prompt_tokens(prompt),
        output,
        ..Tokens::default()
    };
    let cost = catalog.and_then(|catalog| dearest(prompt, (backend, policy), (catalog, &tokens)));
    Spend {
        cost,
        tokens: tokens.total(),
    }
}

/// The highest price that a provider of the backend has for it.
fn dearest<'a>(
    prompt: &Prompt,
    (backend, policy): (&'a AiBackend, PolicyOf<'_, 'a>),
    (catalog, tokens): (&Catalog, &Tokens),
) -> Option<Money> {
    let price = |provider: &'a AiProvider| {
        let policy = policy(provider);
        let names = ModelNames {
            provider: &provider.telemetry_name,
            response: None,
            request: policy::expected_model(provider, policy.as_deref(), prompt)?,
        };
        quote(Some(catalog), &names, Some(tokens)).total()
    };
    backend.groups.iter().flatten().filter_map(price).max()
}

/// Tokens of all answers together, at most.
fn longest_answer(body: &[u8]) -> u64 {
    // A body of another shape bounds nothing.
    let bounds: Bounds = serde_json::from_slice(body).unwrap_or_default();
    let generation = bounds.generation.or(bounds.inference).unwrap_or_default();
    let allowed = bounds
        .max_completion_tokens
        .or(bounds.max_output_tokens)
        .or(bounds.max_tokens)
        .or(generation.max_output_tokens)
        .or(generation.max_tokens);
    let answers = bounds.n.or(generation.candidate_count).unwrap_or(1);
    let answers = answers.max(bounds.best_of.unwrap_or(1)).max(1);
    estimate::output(allowed, None, UNBOUNDED).saturating_mul(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: u64) {
        assert_eq!(longest_answer(body.as_bytes()), expected, "{body}");
    }

    #[test]
    fn each_format_bounds_its_answers_in_its_own_place() {
        check("{}", UNBOUNDED);
        check("no JSON", UNBOUNDED);
        check(r#"{"max_tokens": "many"}"#, UNBOUNDED);
        check(r#"{"max_tokens": 10}"#, 10);
        check(r#"{"max_tokens": 10, "max_completion_tokens": 20}"#, 20);
        check(r#"{"max_output_tokens": 30}"#, 30);
        check(r#"{"generationConfig": {"maxOutputTokens": 40}}"#, 40);
        check(r#"{"inferenceConfig": {"maxTokens": 50}}"#, 50);
        check(r#"{"max_tokens": 10, "n": 3}"#, 30);
        check(r#"{"max_tokens": 10, "n": 2, "best_of": 4}"#, 40);
        check(r#"{"max_tokens": 18446744073709551615, "n": 3}"#, u64::MAX);
    }
}
