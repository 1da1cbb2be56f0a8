//! What a store of all proxies is asked or told, and what it says to that.
//!
//! Owns the names of orders. Must not decide what is ordered. Invariant: an order that is sent again has the name that it had.

use super::super::Period;
use super::super::store::{Counter, RequestId};

/// What the shared store is asked or told. Amounts are in its units: grains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Names it: sent again under the same name, it counts once.
    pub id: RequestId,
    /// Tells orders of one request apart.
    pub part: Part,
    /// The counter.
    pub counter: Counter,
    /// Its window.
    pub period: Period,
    /// What to do.
    pub step: Step,
}

/// Which of a request's orders it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What it needs before it goes out; one for each time that it asks.
    Take(u32),
    /// What went out while the store was away.
    Lent,
    /// What it took beyond that while it went on; one for each time.
    More(u64),
    /// What it took beyond that.
    Rest,
    /// What is not used.
    Back,
}

/// What the shared store does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Counts `want`, or what is left if that is `need` at least, or nothing.
    Take {
        /// Less is of no use.
        need: u64,
        /// More is not asked for.
        want: u64,
        /// What the counter may hold; absent where it never refuses.
        limit: Option<u64>,
    },
    /// Counts what was used already.
    Add(u64),
    /// Counts less: it was not used.
    Back(u64),
}

/// What the shared store said to an order, in grains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What it counted for this order.
    pub amount: u64,
    /// What its counter holds of all proxies.
    pub fleet: u64,
}

// === impl Order ===

impl Order {
    /// What is sent where the first answer was lost and nobody waits any more. Of what would have been taken it asks what
    /// became of it, and sees to it that it is not counted later; what was used already still has to be told.
    #[must_use]
    pub fn again(mut self) -> Order {
        if let Step::Take { limit, .. } = self.step {
            self.step = Step::Take {
                need: 0,
                want: 0,
                limit,
            };
        }
        self
    }
}
