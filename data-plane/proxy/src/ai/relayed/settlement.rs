//! The attempt behind an answer that goes to the client.
//!
//! Owns what is learnt of a provider when its answer ends. Must not read the answer. Invariant: an attempt is settled once.

use std::{rc::Rc, sync::Arc, time::Instant};

use dp_llm::observed::Observed;
use dp_upstream::provider_group::{
    attempts::Attempt,
    gauge::Underway,
    verdict::{Condition, Outcome, Verdict},
};

use crate::{
    ai::{answer::Said, cache::Keep},
    in_place::boxed,
    worker::Worker,
};

/// An attempt whose answer goes to the client.
pub(in crate::ai) struct Settlement {
    worker: Rc<Worker>,
    /// Name of the backend, for metrics.
    backend: Arc<str>,
    attempt: Attempt,
    said: Said,
    /// What keeps the answer for others.
    pub(in crate::ai) keep: Option<Keep>,
    /// The provider may keep the answer itself.
    pub(in crate::ai) is_noted: bool,
    _under_way: Underway,
}

// === impl Settlement ===

impl Settlement {
    /// For an attempt that is answered.
    pub(in crate::ai) fn new(
        worker: Rc<Worker>,
        backend: Arc<str>,
        (attempt, under_way): (Attempt, Underway),
        said: Said,
    ) -> Box<Settlement> {
        boxed(|| Settlement {
            worker,
            backend,
            attempt,
            said,
            keep: None,
            is_noted: false,
            _under_way: under_way,
        })
    }

    /// The first content came.
    pub(in crate::ai) fn first_token(&mut self, now: Instant) {
        self.attempt.first_token(now);
    }

    /// The answer came so far. Its name is known from its begin on: who lost the rest may ask for it.
    pub(in crate::ai) fn seen(&mut self, observed: &Observed) {
        if !self.is_noted {
            return;
        }
        if let Some(id) = observed.id.as_deref() {
            let provider = self.attempt.entry.name.clone();
            let keepers = &self.worker.shared.known.keepers;
            keepers.note(&self.backend, id, provider);
            self.is_noted = false;
        }
    }

    /// The answer is whole.
    pub(in crate::ai) fn complete(mut self: Box<Self>, observed: &Observed) {
        if let Some(keep) = self.keep.take() {
            keep.keep(observed);
        }
        self.seen(observed);
        let output_tokens = observed.usage.as_ref().and_then(|usage| usage.output);
        let Said { spared, condition } = self.said;
        self.settle_as(Outcome {
            verdict: Verdict::Success { output_tokens },
            retry_after: spared,
            condition,
        });
    }

    /// The answer ended in another way.
    pub(in crate::ai) fn settle(self: Box<Self>, verdict: Verdict) {
        // That the head was fine excuses nothing that came behind it.
        let condition = self.said.condition;
        let condition = condition.filter(|found| *found == Condition::Unhealthy);
        self.settle_as(Outcome {
            condition,
            ..verdict.into()
        });
    }

    fn settle_as(self: Box<Self>, outcome: Outcome) {
        let name = self.attempt.entry.name.clone();
        let random = self.worker.upstream.random();
        let settled = self.attempt.settle(&outcome, Instant::now(), random);
        let metrics = &self.worker.metrics;
        metrics.attempt(&self.backend, &name, outcome.verdict.label(), settled);
    }
}
