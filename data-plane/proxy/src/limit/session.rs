//! Limits of tokens while a session with a model goes on (llm.md O-6).
//!
//! Owns the payment for each of its responses: a session may last for hours, and others have to see what it takes. Must not end
//! it. Invariant: what is paid here is not taken again at the end.

use dp_policy::token_bucket::Unit;

use super::{LimitFacts, label};
use crate::worker::Worker;

/// Whether a limit leaves something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    Something,
    /// At least one of them is used up.
    Nothing,
}

// === impl LimitFacts ===

impl LimitFacts {
    /// Pays for what was taken so far, `tokens` in all.
    pub(crate) fn pay(&mut self, worker: &Worker, tokens: u64) -> Left {
        let more = tokens.saturating_sub(self.paid);
        self.paid = self.paid.max(tokens);
        let now = worker.shared.limits.began.elapsed();
        let mut left = Left::Something;
        for held in self
            .held
            .iter_mut()
            .filter(|held| held.unit == Unit::Tokens)
        {
            let (settled, has_more) = held.reservation.pay(more, now);
            let taken = settled.charged.saturating_add(settled.forgiven);
            worker
                .metrics
                .limit_tokens(label(&held.limit.policy), taken);
            if !has_more {
                left = Left::Nothing;
            }
        }
        left
    }
}
