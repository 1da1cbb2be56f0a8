//! Attempts whose answer the client did not get, and which their provider counts all the same (llm.md M-3).
//!
//! Owns what is known of each, and the sums that limits and budgets settle. Must not know why another provider was asked.
//! Invariants: only what the provider told is here, nothing is estimated; what an attempt cost is quoted by its own model, so
//! an amount that is not known never makes one that is known unknown.

use std::sync::Arc;

use super::{Extent, Guess, Source, Told, Usage, UsageRecord};
use crate::price::{Catalog, ModelNames, Money, Quote, Tokens, quote};

/// An attempt that failed or was refused, of which the provider told what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The provider, as telemetry names it.
    pub provider: Arc<str>,
    /// Its name in the backend.
    pub entry: Option<Arc<str>>,
    /// The model that it was asked for.
    pub sent: Arc<str>,
    /// The model that it named.
    pub answered: Option<Arc<str>>,
    /// What it took.
    pub tokens: Tokens,
    /// What that cost, or why that is not known.
    pub quote: Quote,
}

/// Whose attempt it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// As in [`Replaced`].
    pub provider: Arc<str>,
    /// As in [`Replaced`].
    pub entry: Option<Arc<str>>,
    /// As in [`Replaced`].
    pub sent: Arc<str>,
    /// As in [`Replaced`].
    pub answered: Option<Arc<str>>,
}

// === impl Replaced ===

impl Replaced {
    /// By what the provider told; `None` where it told of no token.
    #[must_use]
    pub fn told(of: Attempted, told: Told, catalog: Option<&Catalog>) -> Option<Self> {
        if !told.is_something() {
            return None;
        }
        let tier = told.tier.clone();
        let usage = Usage::counted(Some(told), Guess::default(), Extent::Whole);
        let tokens = usage.tokens?;
        let names = ModelNames {
            provider: &of.provider,
            response: of.answered.as_deref(),
            request: &of.sent,
            tier: tier.as_deref(),
        };
        let quote = quote(catalog, &names, Some(&tokens));
        Some(Self {
            provider: of.provider,
            entry: of.entry,
            sent: of.sent,
            answered: of.answered,
            tokens,
            quote,
        })
    }
}

// === impl UsageRecord ===

impl UsageRecord {
    /// What limits of tokens count: the answer, unless it was paid for before, and what was replaced. `None` where nothing
    /// is known of either.
    #[must_use]
    pub fn taken(&self) -> Option<Tokens> {
        let is_paid = self.usage.source == Source::Cache;
        let own = self.usage.tokens.filter(|_| !is_paid);
        match (own, self.replaced_tokens()) {
            (Some(own), Some(replaced)) => Some(own.plus(&replaced)),
            (own, replaced) => own.or(replaced),
        }
    }

    /// Tokens of replaced attempts; `None` where there are none.
    #[must_use]
    pub fn replaced_tokens(&self) -> Option<Tokens> {
        let tokens = self.replaced.iter().map(|one| one.tokens);
        tokens.reduce(|sum, one| sum.plus(&one))
    }

    /// The cost of replaced attempts whose price is known; `None` where there are none.
    #[must_use]
    pub fn replaced_cost(&self) -> Option<Money> {
        let amounts = self.replaced.iter().filter_map(|one| one.quote.total());
        amounts.reduce(Money::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{catalog, record};
    use super::{Attempted, Replaced};
    use crate::price::{Status, Tokens};
    use crate::usage_record::{Source, Told};

    fn attempt(model: &str, told: Told) -> Option<Replaced> {
        let of = Attempted {
            provider: "openai".into(),
            entry: Some("main".into()),
            sent: model.into(),
            answered: None,
        };
        Replaced::told(of, told, Some(&catalog()))
    }

    fn told(input: Option<u64>, output: Option<u64>) -> Told {
        Told {
            input,
            output,
            ..Told::default()
        }
    }

    #[test]
    fn an_attempt_is_quoted_by_its_own_model_and_nothing_is_guessed() {
        let priced = attempt("gpt-4o", told(Some(1000), None)).expect("told");
        assert_eq!((priced.tokens.input, priced.tokens.output), (1000, 0));
        assert_eq!(priced.quote.total().expect("priced").to_string(), "0.0025");
        let other = attempt("other", told(Some(7), Some(1))).expect("told");
        assert_eq!(other.quote.status(), Status::Missing);
        assert_eq!(attempt("gpt-4o", told(None, None)), None);
        assert_eq!(attempt("gpt-4o", told(Some(0), Some(0))), None);
    }

    #[test]
    fn what_is_taken_is_the_answer_and_what_it_replaced() {
        let own = Tokens {
            input: 10,
            output: 2,
            ..Tokens::default()
        };
        let mut record = record(Some(&catalog()), Some(own));
        assert_eq!(record.taken(), Some(own));
        assert_eq!(
            (record.replaced_tokens(), record.replaced_cost()),
            (None, None)
        );
        let models = ["gpt-4o", "other", "gpt-4o"];
        record.replaced = models
            .iter()
            .filter_map(|model| attempt(model, told(Some(100), Some(1))))
            .collect();
        assert_eq!(record.taken().map(|tokens| tokens.total()), Some(12 + 303));
        let cost = record.replaced_cost().map(|cost| cost.to_string());
        assert_eq!(cost.as_deref(), Some("0.00052"));
        record.usage.source = Source::Cache;
        assert_eq!(record.taken().map(|tokens| tokens.total()), Some(303));
        record.usage.tokens = None;
        assert_eq!(record.taken().map(|tokens| tokens.total()), Some(303));
        record.replaced.clear();
        assert_eq!(record.taken(), None);
    }
}
