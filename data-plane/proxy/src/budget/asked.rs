//! What a request falls under: its budgets, the limit of requests at once, and whose count it is in each.
//!
//! Owns the values of keys. Must not print one, nor count. Invariant: requests for which a key has no value share a count,
//! so that leaving something out frees nobody.

use std::{num::NonZeroU32, sync::Arc};

use dp_config::policy::{Effective, KeyedBudget, SharedStore};
use dp_policy::budget::{Limit, Matched, Scope, Spend};
use expr::{Attributes, Expr};

/// A request to a model, as budgets see it.
pub(crate) struct Asked {
    pub(super) concurrency: Option<AtOnce>,
    pub(super) batches: Vec<Batch>,
    /// What it will take at most.
    pub(super) expected: Spend,
}

/// How its answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// In one piece.
    Whole,
    /// As a stream, or a session.
    Stream,
}

/// How many there may be at once, of one key.
pub(super) struct AtOnce {
    pub(super) limit: NonZeroU32,
    /// How many streams there may be, where it is one.
    pub(super) streams: Option<NonZeroU32>,
    pub(super) key: Arc<str>,
}

/// Budgets of one store, which are held in one step.
pub(super) struct Batch {
    /// Who counts, if not this proxy.
    pub(super) store: Option<SharedStore>,
    pub(super) matched: Vec<Matched>,
}

// === impl Asked ===

impl Asked {
    /// `expected` is asked for only where a budget needs it, and told whether one is in money.
    pub(crate) fn of(
        policies: &Effective<'_>,
        (attributes, answered): (&dyn Attributes, Answered),
        expected: impl FnOnce(bool) -> Spend,
    ) -> Asked {
        let concurrency = policies.concurrency().map(|(attachment, limit)| {
            let value = key(limit.key.as_ref(), attributes);
            let key = format!("{} {} {value}", attachment.policy, attachment.target);
            AtOnce {
                limit: limit.limit,
                streams: limit.streams.filter(|_| answered == Answered::Stream),
                key: key.into(),
            }
        });
        let batches = batches(policies.budgets(), attributes);
        let mut matched = batches.iter().flat_map(|batch| &batch.matched);
        let is_priced = matched.any(|own| match own.budget.limit {
            Limit::Usd(_) => true,
            Limit::Tokens(_) | Limit::Requests(_) => false,
        });
        let expected = match batches.is_empty() {
            true => Spend::NOTHING,
            false => expected(is_priced),
        };
        Asked {
            concurrency,
            batches,
            expected,
        }
    }

    /// Nothing counts it.
    pub(crate) fn is_free(&self) -> bool {
        self.concurrency.is_none() && self.batches.is_empty()
    }
}

/// The budgets of a request, by who counts them.
fn batches<'a>(
    budgets: impl Iterator<Item = &'a KeyedBudget>,
    attributes: &dyn Attributes,
) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for own in budgets {
        let matched = Matched {
            budget: own.budget.clone(),
            key: key(own.key.as_ref(), attributes),
        };
        let store = match own.budget.scope {
            Scope::PerProxy => None,
            Scope::Shared => own.store.clone(),
        };
        match batches.iter_mut().find(|batch| batch.store == store) {
            Some(batch) => batch.matched.push(matched),
            None => batches.push(Batch {
                store,
                matched: vec![matched],
            }),
        }
    }
    batches
}

fn key(key: Option<&Expr>, attributes: &dyn Attributes) -> Arc<str> {
    let value = key.and_then(|key| key.text(attributes).ok());
    value.unwrap_or_default().into()
}
