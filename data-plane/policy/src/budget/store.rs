//! Where counts are kept: the port behind which a store of all proxies can come.
//!
//! Owns what a store promises. Must not know budgets' actions or prices. Invariants of every store: `reserve` counts
//! all claims or none, as one step for all callers; a call that is repeated with the same request id changes
//! nothing; a charge goes to the window in which it was reserved.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Amount, OnOutage, Period, Window};

/// Keeps counts.
///
/// It answers at once. A store of all proxies answers from what it has leased of the limit; where that does not
/// suffice it says so, and whoever asks fetches more and asks again.
pub trait Store: Send + Sync {
    /// Counts what is expected of a request, in all counters or in none; what each then holds, in the order of the
    /// claims.
    fn reserve(&self, id: RequestId, claims: &[Claim], now: Duration) -> Result<Vec<Used>, Denied>;

    /// Raises what was reserved to what was taken so far, where that is more, in the order of the charges; what each counter then
    /// holds. `None` where the counter has no open reservation of the request.
    fn raise(&self, id: RequestId, charges: &[Charge]) -> Vec<Option<Used>>;

    /// Replaces what was reserved by what was taken, in the order of the charges. `None` where the counter has no
    /// open reservation of the request: it was settled before, or its window has ended.
    fn settle(&self, id: RequestId, charges: &[Charge]) -> Vec<Option<Settled>>;

    /// What a counter holds in a period; `None` where nobody knows.
    fn used(&self, counter: &Counter, period: &Period) -> Option<Used>;
}

/// A request, once. The proxy makes it up for each; a client's `x-request-id` is none, since two requests of the same
/// id are counted as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u128);

/// What is counted: a budget, for one key, over windows of one kind. Another kind of window is another counter.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    /// The budget's stable name.
    pub budget: Arc<str>,
    /// Whose share; never printed.
    pub key: Arc<str>,
    /// The windows.
    pub window: Window,
}

/// What is expected in one counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The counter.
    pub counter: Counter,
    /// The window.
    pub period: Period,
    /// How much. Nothing is never refused, unless it is billed.
    pub amount: Amount,
    /// More may be taken than anybody knows, so that something has to be left.
    pub is_billed: bool,
    /// What the counter may hold with it; absent where it never refuses.
    pub limit: Option<Amount>,
    /// What happens where nobody can count.
    pub outage: OnOutage,
    /// How much one unit of the store stands for: stores count in numbers that a float holds exactly.
    pub grain: u32,
}

// === impl Claim ===

impl Claim {
    /// What has to be left, which may be more than what is held.
    #[must_use]
    pub fn need(&self) -> Amount {
        Amount(self.amount.0.max(u128::from(self.is_billed)))
    }
}

/// What was taken, in one counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The counter.
    pub counter: Counter,
    /// How much.
    pub amount: Amount,
}

/// What a counter holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Of requests that have ended.
    pub settled: Amount,
    /// Of requests that have not.
    pub reserved: Amount,
}

/// What a counter held of requests that have ended, before and after a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Before.
    pub before: Amount,
    /// After.
    pub after: Amount,
}

/// Why nothing was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// A claim would exceed its limit.
    Exceeded {
        /// The place of the claim.
        claim: usize,
        /// What its counter holds.
        used: Used,
    },
    /// The store has leased too little for a claim, and has to ask for more.
    Short,
    /// The store cannot count.
    Unavailable,
}

// === impl Used ===

impl Used {
    /// All of it.
    #[must_use]
    pub const fn total(&self) -> Amount {
        self.settled.plus(self.reserved)
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter")
            .field("budget", &self.budget)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}
