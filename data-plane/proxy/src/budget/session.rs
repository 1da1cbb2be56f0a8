//! Budgets while a session with a model goes on (llm.md O-6).
//!
//! Owns the payment for each of its responses: a session may last for hours, and others have to see what it takes. Must not end it.
//! Invariant: what is paid here is held until the record settles it, so that it is counted once.

use dp_policy::budget::Spend;

use super::{BudgetFacts, label};
use crate::{ai::since_epoch, limit::Left, worker::Worker};

// === impl BudgetFacts ===

impl BudgetFacts {
    /// Pays for what was taken so far, in all. `so_far` is asked for only where something is held.
    pub(crate) fn pay(&mut self, worker: &Worker, so_far: impl FnOnce() -> Option<Spend>) -> Left {
        let Some(held) = self.held.get_mut() else {
            return Left::Something;
        };
        let Some(so_far) = so_far() else {
            return Left::Something;
        };
        let (now, mut left) = (since_epoch(), Left::Something);
        for reservation in &mut held.reservations {
            if let Some(refused) = reservation.pay(so_far, now) {
                let why = label(&refused.why);
                worker.metrics.budget_refused(&refused.budget, why);
                left = Left::Nothing;
            }
        }
        left
    }
}
