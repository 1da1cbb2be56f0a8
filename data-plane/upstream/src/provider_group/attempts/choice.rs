//! What a request's attempts ask of the choice.
//!
//! Owns what of the request bears on it. Must not choose. Invariant: whether there is an entry at all does not depend on costs.

use std::time::Instant;

use super::Attempts;
use crate::provider_group::{
    Choice,
    pick::{Costs, NoEntry, Pick, Wish},
};

// === impl Attempts ===

impl Attempts {
    /// What decides between the entries of a group.
    pub fn choice(&self) -> Choice {
        self.backend.choice
    }

    pub(super) fn pick(&self, now: Instant, random: u64) -> Result<Pick, NoEntry> {
        self.pick_at(None, now, random)
    }

    pub(super) fn wish(&self) -> Wish<'_> {
        Wish {
            answer: self.answer,
            tried: &self.tried,
            unfit: &self.unfit,
            affinity: self.affinity,
            costs: None,
        }
    }

    pub(super) fn pick_at(
        &self,
        costs: Option<Costs<'_>>,
        now: Instant,
        random: u64,
    ) -> Result<Pick, NoEntry> {
        let own = self.wish();
        self.backend.pick_for(Wish { costs, ..own }, now, random)
    }

    /// Whether some entry is well and was not asked.
    pub(in crate::provider_group) fn has_untried(&self, now: Instant, random: u64) -> bool {
        self.pick(now, random)
            .is_ok_and(|pick| !pick.is_panic && !self.tried.contains(&pick.place))
    }
}
