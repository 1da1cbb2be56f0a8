//! Attempts that are not what the client gets.
//!
//! Owns what is kept of one until the record is made: what its provider told, quoted by its own model. Must not decide what
//! follows it. Invariants: what a provider told is in one record once, either as the answer's or here; a request without such
//! an attempt allocates nothing for them.

use std::sync::Arc;

use dp_llm::observed::Observed;
use dp_policy::{
    budget::Spend,
    usage_record::{Attempted, Replaced},
};

use super::{Attempt, Ledger, told};
use crate::{metrics::UsageLabels, record::Record};

/// An attempt that took something.
pub(super) struct Gone {
    attempt: Replaced,
    models: Models,
}

/// Models as labels of metrics: of few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Models {
    /// The model that was sent.
    pub(crate) sent: Arc<str>,
    /// The model that the answer names.
    pub(crate) answered: Arc<str>,
}

/// What an attempt told that is no answer: its tokens are its record's if no other attempt follows, and else those of a
/// replaced one.
pub(in crate::ai) fn note_told(record: &mut Record, seen: &Observed) {
    if seen.usage.is_none() {
        return;
    }
    record.llm.observed = Some(Box::new(Observed {
        model: seen.model.clone(),
        service_tier: seen.service_tier.clone(),
        head_tier: seen.head_tier.clone(),
        usage: seen.usage.clone(),
        ..Observed::default()
    }));
}

/// The same of a part of an attempt, beside what was noted of others.
pub(in crate::ai) fn note_part_told(record: &mut Record, seen: &Observed) {
    let Some(told) = &seen.usage else {
        return;
    };
    match &mut record.llm.observed {
        None => note_told(record, seen),
        Some(own) => {
            let sum = own.usage.as_ref().map(|own| own.plus(told));
            own.usage = Some(sum.unwrap_or_else(|| told.clone()));
            own.model = own.model.take().or_else(|| seen.model.clone());
        }
    }
}

/// An attempt is not what the client gets.
pub(in crate::ai) fn attempt_failed(record: &mut Record, error: &'static str) {
    ended(record, error);
}

/// The same; returns the attempt, whose end was told, and what was seen of it.
pub(super) fn ended(
    record: &mut Record,
    error: &'static str,
) -> Option<(Attempt, Option<Box<Observed>>)> {
    let route = record.route.label();
    let seen = record.llm.observed.take();
    let ledger = record.llm.ledger.as_mut()?;
    let mut attempt = ledger.attempt.take()?;
    if let Some(seen) = &seen {
        ledger.replace(&attempt, record.llm.entry.clone(), seen);
    }
    let labels = UsageLabels {
        route,
        gen_ai_operation_name: ledger.class.operation(),
        gen_ai_provider_name: attempt.provider.clone(),
        gen_ai_request_model: attempt.label.clone(),
        gen_ai_response_model: "".into(),
    };
    let took = attempt.started.elapsed();
    if let Some(span) = attempt.span.take() {
        span.end(None, Some(error));
    }
    attempt.is_told = true;
    record.worker().metrics.operation(labels, error, took);
    Some((attempt, seen))
}

/// What the attempt that is under way has taken so far, by what its provider told.
pub(crate) fn so_far(record: &Record, seen: &Observed) -> Option<Spend> {
    let ledger = record.llm.ledger.as_deref()?;
    let own = ledger.told(ledger.attempt.as_ref()?, None, seen)?;
    Some(Spend {
        cost: own.quote.total(),
        tokens: own.tokens.total(),
        is_billed: true,
    })
}

// === impl Ledger ===

impl Ledger {
    /// What an attempt took by what was told of it; `None` where nothing was.
    fn told(
        &self,
        attempt: &Attempt,
        entry: Option<Arc<str>>,
        seen: &Observed,
    ) -> Option<Replaced> {
        let of = Attempted {
            provider: attempt.provider.clone(),
            entry,
            sent: attempt.sent.clone(),
            answered: seen.model.as_deref().map(Into::into),
        };
        Replaced::told(of, told(seen)?, self.catalog.as_deref())
    }

    fn replace(&mut self, attempt: &Attempt, entry: Option<Arc<str>>, seen: &Observed) {
        let replaced = self.told(attempt, entry, seen);
        let models = self.models(attempt, seen.model.as_deref());
        let gone = replaced.map(|attempt| Gone { attempt, models });
        self.replaced.extend(gone);
    }

    /// The models of an attempt as labels.
    pub(super) fn models(&self, attempt: &Attempt, answered: Option<&str>) -> Models {
        Models {
            sent: attempt.label.clone(),
            answered: match answered {
                None => "".into(),
                // The name that was sent is as good as its own label.
                Some(answered) if *answered == *attempt.sent => attempt.label.clone(),
                Some(answered) => self.label(&attempt.provider, answered, false),
            },
        }
    }
}

// === impl Gone ===

impl Gone {
    /// For the record, and for metrics.
    pub(super) fn apart(self) -> (Replaced, Models) {
        (self.attempt, self.models)
    }
}

// === impl Models ===

impl Models {
    /// Of a request that was sent nowhere.
    pub(super) fn none() -> Models {
        Models {
            sent: "".into(),
            answered: "".into(),
        }
    }
}
