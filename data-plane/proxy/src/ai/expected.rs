//! What a request to a model will take at most, before anybody has answered it.
//!
//! Owns the estimates by which limits and budgets hold (llm.md L-2, L-4, B-5): the prompt by its size, the longest answer that
//! the client allows or, if that is less, as 19 of 20 answers of the model were, at the price of the dearest provider. Must not
//! be billed. Invariant: a model without a price has no cost, and never one of zero.

use std::sync::Arc;

use dp_config::{AiBackend, ai_backend::AiProvider};
use dp_llm::{
    bounds::Bounds,
    class::{Class, Passing},
    format::Format,
    prompt_text::Invocation,
    request::Request as Prompt,
    usage::asked_tiers,
};
use dp_policy::{
    budget::Spend,
    estimate,
    price::{Catalog, ModelNames, Money, Tokens, quote},
};
use http::Method;

use super::{in_effect::Merged, ledger::Size, policy, tokenized::Cut};

/// An answer whose length nobody bounds.
const UNBOUNDED: u64 = 1024;

/// The policy of a provider.
type PolicyOf<'f, 'a> = &'f dyn Fn(&'a AiProvider) -> Option<Merged<'a>>;

/// Whether the length of its body says what a request takes. A count takes nothing of a model; recordings and files are no
/// text.
pub(super) fn is_text(prompt: &Prompt) -> bool {
    match prompt.class() {
        Class::Detect(Format::BedrockConverse) => Invocation::of(prompt.body()).is_some(),
        Class::Detect(_) | Class::CountTokens(_) | Class::Realtime | Class::Passthrough(_) => false,
        Class::Chat(_) | Class::LegacyCompletions | Class::Embeddings | Class::Rerank => true,
    }
}

/// Whether a provider may take something for it. Counts are nobody's bill, and files, lists and the end of what goes on are
/// asked without a body or taken away.
fn is_billed(prompt: &Prompt, method: &Method) -> bool {
    match prompt.class() {
        Class::CountTokens(_) => false,
        Class::Detect(_) | Class::Passthrough(_) => {
            !method.is_safe() && method != Method::DELETE && !prompt.body().is_empty()
        }
        Class::Chat(_)
        | Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::Realtime => true,
    }
}

/// A request, and who may be asked about it.
pub(super) struct Expected<'f, 'a> {
    pub(super) prompt: &'f Prompt,
    pub(super) method: &'f Method,
    /// How large the prompt is, where that says what it takes.
    pub(super) size: Option<&'f Size>,
    pub(super) backend: &'a AiBackend,
    pub(super) policy: PolicyOf<'f, 'a>,
    /// How long answers of a provider's model were, as telemetry names the provider.
    pub(super) past: &'f dyn Fn(&Arc<str>, &str) -> Option<u64>,
}

// === impl Expected ===

impl<'a> Expected<'_, 'a> {
    /// What the request will take; absent where it takes nothing of a model.
    pub(super) fn tokens(&self) -> Option<Tokens> {
        let prompt = self.prompt;
        let output = match prompt.class() {
            // Providers do not bill counts, and a session has said nothing yet.
            Class::CountTokens(_) | Class::Realtime | Class::Passthrough(Passing::Unread) => {
                return None;
            }
            // Files and lists are asked of no model.
            Class::Detect(_) | Class::Passthrough(Passing::Read) if prompt.model().is_none() => {
                return None;
            }
            Class::Detect(_)
            | Class::Passthrough(Passing::Read)
            | Class::Embeddings
            | Class::Rerank
            | Class::Chat(_)
            | Class::LegacyCompletions => self
                .answers()
                .map_or(0, |answers| answers.tokens(self.past())),
        };
        Some(Tokens {
            input: self.size.map_or(0, |size| size.tokens(self.cut())),
            output,
            ..Tokens::default()
        })
    }

    /// What providers are compared by: as much out as in where nothing bounds the answers, and like amounts where nothing tells
    /// how large the request is.
    pub(super) fn compared(&self) -> Tokens {
        let told = self.size.map_or(0, |size| size.tokens(self.cut()));
        let input = if told > 0 { told } else { UNBOUNDED };
        let output = match (self.answers(), self.prompt.class()) {
            (Some(answers), _) => answers.allowed(input),
            (None, Class::Realtime | Class::Passthrough(_)) => input,
            // Vectors, orders and counts.
            (
                None,
                Class::Chat(_)
                | Class::LegacyCompletions
                | Class::Embeddings
                | Class::Rerank
                | Class::CountTokens(_)
                | Class::Detect(_),
            ) => 0,
        };
        Tokens {
            input,
            output,
            ..Tokens::default()
        }
    }

    /// What it says of its answers, where it asks for texts.
    pub(super) fn answers(&self) -> Option<Answers> {
        let body = self.prompt.body();
        match self.prompt.class() {
            Class::Chat(_) | Class::LegacyCompletions => {
                Some(Answers::within(Bounds::of(self.prompt.format(), body)))
            }
            Class::Detect(Format::BedrockConverse) => match Invocation::of(body)? {
                Invocation::Answer => Some(Answers::within(Bounds::of_invocation(body))),
                Invocation::Numbers => None,
            },
            Class::Detect(_)
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_)
            | Class::Realtime
            | Class::Passthrough(_) => None,
        }
    }

    /// How the model cuts texts that is likely to be asked: the first provider's.
    pub(super) fn cut(&self) -> Cut {
        let expected = |provider: &'a AiProvider| {
            let policy = (self.policy)(provider);
            policy::expected_model(provider, policy.as_deref(), self.prompt).map(Cut::of)
        };
        let first = self.providers().find_map(expected);
        first.unwrap_or_else(|| Cut::of(self.prompt.model().unwrap_or_default()))
    }

    /// What `tokens` cost at most. Without a catalogue they have no price.
    pub(super) fn spend(&self, tokens: Option<&Tokens>, catalog: Option<&Catalog>) -> Spend {
        let is_billed = is_billed(self.prompt, self.method);
        let Some(tokens) = tokens else {
            let nothing = Spend {
                is_billed,
                ..Spend::NOTHING
            };
            // What a session takes is known when it was taken; whether that has a price, before.
            return match self.prompt.class() {
                Class::Realtime => self.spend(Some(&Tokens::default()), catalog),
                Class::Chat(_)
                | Class::LegacyCompletions
                | Class::Embeddings
                | Class::Rerank
                | Class::CountTokens(_)
                | Class::Detect(_)
                | Class::Passthrough(_) => nothing,
            };
        };
        Spend {
            cost: catalog.and_then(|catalog| self.dearest(catalog, tokens)),
            tokens: tokens.total(),
            is_billed,
        }
    }

    /// The tiers of service that it names, where some model has a price of its own for one.
    pub(super) fn tiers(&self, catalog: &Catalog) -> Vec<String> {
        let known = catalog.service_tiers();
        match known.is_empty() {
            true => Vec::new(),
            // Reads the whole body again.
            false => asked_tiers(self.prompt.body(), |tier| known.contains(tier)),
        }
    }

    /// The highest price that a provider of the backend has for it.
    fn dearest(&self, catalog: &Catalog, tokens: &Tokens) -> Option<Money> {
        let tiers = self.tiers(catalog);
        let price = |provider: &'a AiProvider| {
            let policy = (self.policy)(provider);
            let names = ModelNames {
                provider: &provider.telemetry_name,
                response: None,
                request: policy::expected_model(provider, policy.as_deref(), self.prompt)?,
                tier: None,
            };
            at_most(catalog, names, tokens, &tiers)
        };
        self.providers().filter_map(price).max()
    }

    /// How long an answer of the provider with the longest ones was; absent where that is not known of one of them.
    fn past(&self) -> Option<u64> {
        let past = |provider: &'a AiProvider| {
            let policy = (self.policy)(provider);
            let model = policy::expected_model(provider, policy.as_deref(), self.prompt)?;
            (self.past)(&provider.telemetry_name, model)
        };
        let lengths: Option<Vec<u64>> = self.providers().map(past).collect();
        lengths?.into_iter().max()
    }

    fn providers(&self) -> impl Iterator<Item = &'a AiProvider> {
        self.backend.groups.iter().flatten()
    }
}

/// The highest price of a model in the usual tier of service and in those that a request names: a provider may serve it in either. None
/// where the usual one has none, as whoever names a tier may not get it.
fn at_most(
    catalog: &Catalog,
    names: ModelNames<'_>,
    tokens: &Tokens,
    tiers: &[String],
) -> Option<Money> {
    let price = |tier| quote(Some(catalog), &ModelNames { tier, ..names }, Some(tokens)).total();
    let usual = price(None)?;
    let named = tiers.iter().filter_map(|tier| price(Some(tier)));
    Some(named.fold(usual, Money::max))
}

/// What a request says of its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answers {
    /// Tokens of each, at most.
    allowed: Option<u64>,
    /// How many there are, at least one.
    pub(super) count: u64,
}

// === impl Answers ===

impl Answers {
    fn within(bounds: Bounds) -> Answers {
        Answers {
            allowed: bounds.tokens,
            count: bounds.count.unwrap_or(1).max(1),
        }
    }

    /// Tokens of all together; `past` is how long one of them was before.
    fn tokens(self, past: Option<u64>) -> u64 {
        estimate::output(self.allowed, past, UNBOUNDED).saturating_mul(self.count)
    }

    /// Tokens of all together that the client allows; `unbounded` is how many one of them has where it says nothing.
    fn allowed(self, unbounded: u64) -> u64 {
        let each = self.allowed.unwrap_or(unbounded);
        each.saturating_mul(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(body: &str) -> Answers {
        Answers::within(Bounds::of(Format::OpenAiChatCompletions, body.as_bytes()))
    }

    #[test]
    fn whoever_names_a_tier_is_held_at_the_dearest_that_may_serve_it() {
        let layer = dp_policy::price::read(
            r#"{"providers":{"openai":{"models":{
                "m":{"rates":{"input":"2"},"serviceTiers":{"flex":{"rates":{"input":"1"}},"priority":{"rates":{"input":"4"}}}},
                "only-flex":{"serviceTiers":{"flex":{"rates":{"input":"1"}}}}}}}}"#,
        );
        let catalog = Catalog::new("v", [layer.unwrap()]);
        let tokens = Tokens {
            input: 1_000_000,
            ..Tokens::default()
        };
        let held = |request: &str, tiers: &[&str]| {
            let names = ModelNames {
                provider: "openai",
                response: None,
                request,
                tier: None,
            };
            let tiers: Vec<String> = tiers.iter().map(|tier| (*tier).to_owned()).collect();
            at_most(&catalog, names, &tokens, &tiers).map(|cost| cost.to_string())
        };
        assert_eq!(held("m", &[]).as_deref(), Some("2"));
        // The cheaper one is only asked for: the provider may not serve it.
        assert_eq!(held("m", &["flex"]).as_deref(), Some("2"));
        assert_eq!(held("m", &["flex", "priority"]).as_deref(), Some("4"));
        assert_eq!(held("only-flex", &["flex"]), None);
    }

    #[test]
    fn all_answers_together_are_expected() {
        for (body, expected) in [
            ("{}", UNBOUNDED),
            (r#"{"max_tokens": "many"}"#, UNBOUNDED),
            (r#"{"max_tokens": 10}"#, 10),
            (r#"{"max_tokens": 10, "n": 3}"#, 30),
            (r#"{"max_tokens": 10, "n": 0}"#, 10),
            (r#"{"max_tokens": 18446744073709551615, "n": 3}"#, u64::MAX),
        ] {
            assert_eq!(answers(body).tokens(None), expected, "{body}");
        }
    }

    #[test]
    fn what_nobody_bounds_is_compared_one_to_one() {
        let allowed = |body: &str| answers(body).allowed(300);
        assert_eq!(allowed("{}"), 300);
        assert_eq!(allowed(r#"{"n": 2}"#), 600);
        assert_eq!(allowed(r#"{"max_tokens": 10, "n": 3}"#), 30);
    }

    #[test]
    fn past_answers_shorten_what_is_expected() {
        let tokens = |body: &str, past| answers(body).tokens(Some(past));
        assert_eq!(tokens("{}", 63), 63);
        assert_eq!(tokens("{}", 4095), 4095);
        assert_eq!(tokens(r#"{"max_tokens": 10}"#, 63), 10);
        assert_eq!(tokens(r#"{"max_tokens": 1000, "n": 3}"#, 63), 189);
    }
}
