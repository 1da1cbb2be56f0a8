//! The entries of a group that come before the others by a figure: requests under way, or what the request costs there.
//!
//! Owns the order by that figure. Must not know what costs are made of. Invariants: each usable entry is looked at once, and
//! nothing is allocated; between equals weights and scores decide, and an entry without a cost is behind all that have one.

use std::fmt;

use super::{Choice, Draws, Entry, Group, Place, Random, Standing, View};

/// What a request costs at an entry, where that is known; all in one unit.
#[derive(Clone, Copy)]
pub struct Costs<'r>(pub &'r dyn Fn(Place) -> Option<u128>);

impl fmt::Debug for Costs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Costs").finish_non_exhaustive()
    }
}

// === impl View ===

impl View<'_> {
    /// Draws from the foremost usable entries of a group; `None` where all are alike to the choice.
    pub(super) fn foremost(
        &self,
        group_index: usize,
        group: &Group,
        random: &mut Random,
    ) -> Option<Draws> {
        match self.backend.choice {
            Choice::Shares | Choice::Better => None,
            Choice::LeastInFlight => {
                let under_way = |_, entry: &Entry| under_way(entry);
                Some(self.least((group_index, group), random, under_way))
            }
            Choice::LowestCost => {
                let costs = self.wish.costs?;
                let cost = |place, _: &Entry| (costs.0)(place).unwrap_or(u128::MAX);
                Some(self.least((group_index, group), random, cost))
            }
        }
    }

    /// Draws from the usable entries with the least figure.
    fn least(
        &self,
        (group_index, group): (usize, &Group),
        random: &mut Random,
        figure: impl Fn(Place, &Entry) -> u128,
    ) -> Draws {
        let (mut least, mut draws) = (u128::MAX, Draws::default());
        for (index, entry) in group.entries.iter().enumerate() {
            let place = Place {
                group: group_index,
                entry: index,
            };
            if self.standing(place, entry) != Standing::Usable {
                continue;
            }
            let own = figure(place, entry);
            if own < least {
                (least, draws) = (own, Draws::default());
            }
            if own == least {
                draws.offer(index, entry.settings.weight, random);
            }
        }
        draws
    }
}

/// Requests under way for a weight of one, in small parts.
fn under_way(entry: &Entry) -> u128 {
    let weight = u128::from(entry.settings.weight.max(1));
    (u128::from(entry.state.in_flight.get()) << u32::BITS) / weight
}
