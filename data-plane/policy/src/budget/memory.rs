//! Counts of one proxy, in its memory.
//!
//! Owns the counters and their bound. Must not outlive the process: counts start anew with it, and each proxy has its
//! own. Invariant: a counter is forgotten only when its window has ended, or it holds nothing; where there is no
//! room, the store says that it cannot count.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use super::store::{Charge, Claim, Counter, Denied, RequestId, Settled, Store, Used};
use super::{Amount, Period};
use crate::shards::Shards;

/// The counts of this proxy.
pub struct Memory {
    tallies: Shards<Counter, Tally>,
}

/// One counter, in its latest window.
struct Tally {
    period: Period,
    settled: Amount,
    reserved: Amount,
    open: HashMap<RequestId, Amount>,
}

// === impl Memory ===

impl Memory {
    /// At most about `capacity` counters: budgets times keys.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            tallies: Shards::new(capacity),
        }
    }
}

impl Store for Memory {
    fn reserve(&self, id: RequestId, claims: &[Claim], now: Duration) -> Result<Vec<Used>, Denied> {
        // All of them stay locked until the last one is counted.
        let mut locked = self.tallies.lock(claims.iter().map(|claim| &claim.counter));
        for (index, claim) in claims.iter().enumerate() {
            let is_idle = |tally: &mut Tally| tally.is_idle(now);
            let fresh = || Tally::new(claim.period);
            let tally = locked
                .entry(&claim.counter, now, is_idle, fresh)
                .ok_or(Denied::Unavailable)?;
            tally.roll(claim.period);
            if !tally.has_room(id, claim) {
                return Err(Denied::Exceeded {
                    claim: index,
                    used: tally.used(),
                });
            }
        }
        let mut used = Vec::with_capacity(claims.len());
        for claim in claims {
            // An entry that made room for one of the others was idle, and is made again.
            let fresh = || Tally::new(claim.period);
            let tally = locked
                .entry_beyond(&claim.counter, fresh)
                .ok_or(Denied::Unavailable)?;
            tally.reserve(id, claim.amount);
            used.push(tally.used());
        }
        Ok(used)
    }

    fn raise(&self, id: RequestId, charges: &[Charge]) -> Vec<Option<Used>> {
        let mut locked = self
            .tallies
            .lock(charges.iter().map(|charge| &charge.counter));
        let raise = |charge: &Charge| locked.get(&charge.counter)?.raise(id, charge.amount);
        charges.iter().map(raise).collect()
    }

    fn settle(&self, id: RequestId, charges: &[Charge]) -> Vec<Option<Settled>> {
        let mut locked = self
            .tallies
            .lock(charges.iter().map(|charge| &charge.counter));
        let settle = |charge: &Charge| locked.get(&charge.counter)?.settle(id, charge.amount);
        charges.iter().map(settle).collect()
    }

    fn used(&self, counter: &Counter, period: &Period) -> Option<Used> {
        let mut locked = self.tallies.lock([counter]);
        let tally = locked.get(counter);
        let is_now = |tally: &&mut Tally| tally.period == *period;
        Some(
            tally
                .filter(is_now)
                .map_or_else(Used::default, |tally| tally.used()),
        )
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

// === impl Tally ===

impl Tally {
    fn new(period: Period) -> Self {
        Self {
            period,
            settled: Amount::default(),
            reserved: Amount::default(),
            open: HashMap::new(),
        }
    }

    /// Begins a later window. Where the clock ran back, the window that was begun goes on: otherwise each step back
    /// would empty the counter.
    fn roll(&mut self, period: Period) {
        if period.start > self.period.start {
            *self = Self::new(period);
        }
    }

    fn has_room(&self, id: RequestId, claim: &Claim) -> bool {
        let need = claim.need();
        let is_free = need == Amount::default() || self.open.contains_key(&id);
        let after = self.used().total().plus(need);
        is_free || claim.limit.is_none_or(|limit| after <= limit)
    }

    fn reserve(&mut self, id: RequestId, amount: Amount) {
        if self.open.contains_key(&id) {
            return;
        }
        self.open.insert(id, amount);
        self.reserved = self.reserved.plus(amount);
    }

    fn raise(&mut self, id: RequestId, amount: Amount) -> Option<Used> {
        let held = self.open.get_mut(&id)?;
        let more = Amount(amount.0.saturating_sub(held.0));
        *held = held.plus(more);
        self.reserved = self.reserved.plus(more);
        Some(self.used())
    }

    fn settle(&mut self, id: RequestId, amount: Amount) -> Option<Settled> {
        let held = self.open.remove(&id)?;
        self.reserved = Amount(self.reserved.0.saturating_sub(held.0));
        let before = self.settled;
        self.settled = before.plus(amount);
        Some(Settled {
            before,
            after: self.settled,
        })
    }

    fn is_idle(&self, now: Duration) -> bool {
        let has_ended = self.period.end <= now;
        let is_zero = self.settled == Amount::default();
        self.open.is_empty() && (has_ended || is_zero)
    }

    fn used(&self) -> Used {
        Used {
            settled: self.settled,
            reserved: self.reserved,
        }
    }
}
