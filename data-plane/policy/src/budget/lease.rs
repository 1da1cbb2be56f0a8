//! Counts of all proxies together, of which this one has leased a part (llm.md B-5).
//!
//! Owns what is leased, what of it is used, and what the shared store has to be asked or told. Must not talk to it:
//! what is to be done goes out as an [`Order`], and its answer comes back as [`Granted`]. Invariants: nothing is used
//! that the shared store has not counted before, except while it is away and the budget fails open, and then at most
//! one limit per proxy; an order that is sent twice has the same name, so it counts once; a proxy that is killed
//! leaves counted what it had leased and not used: at most one slice of a budget and its requests in flight.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

mod order;

pub use order::{Granted, Order, Part, Step};

use super::store::{Charge, Claim, Counter, Denied, RequestId, Settled, Store, Used};
use super::{Amount, OnOutage, Period};
use crate::shards::Shards;

/// A slice is a hundredth of the limit.
const SLICE: u64 = 100;

/// What is unused for so long goes back. A refusal of the store stands for so long too.
const REST: Duration = Duration::from_secs(1);

/// The counts of this proxy, and its leases.
pub struct Leases {
    leases: Shards<Counter, Lease>,
    orders: Box<dyn Fn(Order) + Send + Sync>,
}

/// One counter, in its latest window.
struct Lease {
    period: Period,
    grain: u128,
    /// What the store has counted for this proxy.
    leased: Amount,
    settled: Amount,
    reserved: Amount,
    open: HashMap<RequestId, Amount>,
    /// How often something was told of requests that go on.
    raised: u64,
    /// What the store has counted for all proxies, when it last said so.
    fleet: Amount,
    /// Highest count of ended requests that a threshold was compared with.
    told: Amount,
    /// Asked for, and not answered.
    asked: u32,
    /// So many grains did not fit, and until then they are not asked for again.
    refused: Option<(u64, Duration)>,
    /// The store does not answer; until then it is not asked.
    away: Option<Duration>,
    /// The last time that anything happened.
    touched: Duration,
}

// === impl Leases ===

impl Leases {
    /// At most about `capacity` counters. `orders` takes what the shared store has to be told, and must not wait.
    #[must_use]
    pub fn new(capacity: usize, orders: Box<dyn Fn(Order) + Send + Sync>) -> Self {
        Self {
            leases: Shards::new(capacity),
            orders,
        }
    }

    /// What has to be asked for before `claims` can be reserved, for the `attempt`th time; nothing where they can be,
    /// or are refused.
    #[must_use]
    pub fn missing(
        &self,
        id: RequestId,
        attempt: u32,
        claims: &[Claim],
        now: Duration,
    ) -> Vec<Order> {
        let mut orders = Vec::new();
        for claim in claims {
            let mut locked = self.leases.lock([&claim.counter]);
            let Some(lease) = locked.entry(
                &claim.counter,
                now,
                |lease| lease.is_idle(now),
                || Lease::new(claim, now),
            ) else {
                continue;
            };
            lease.roll(claim, now);
            if let Verdict::Short { missing } = lease.verdict(id, claim, now) {
                let step = lease.ask(missing, claim.limit);
                orders.push(Order {
                    id,
                    part: Part::Take(attempt),
                    counter: claim.counter.clone(),
                    period: claim.period,
                    step,
                });
            }
        }
        orders
    }

    /// The shared store's answer to an order.
    pub fn granted(&self, order: &Order, granted: Granted, now: Duration) {
        let mut locked = self.leases.lock([&order.counter]);
        let lease = locked
            .get(&order.counter)
            .filter(|lease| lease.period == order.period);
        let Some(lease) = lease else {
            return;
        };
        lease.away = None;
        lease.touched = now;
        lease.fleet = lease.amount(granted.fleet);
        if let Step::Take { need, .. } = order.step {
            lease.asked = lease.asked.saturating_sub(1);
            lease.leased = lease.leased.plus(lease.amount(granted.amount));
            lease.refused = (granted.amount < need).then(|| (need, now.saturating_add(REST)));
        }
    }

    /// The shared store did not answer an order in time, and is not asked again until `until`. Whoever sent it sends
    /// it again later, under the same name.
    pub fn is_away(&self, order: &Order, until: Duration) {
        let mut locked = self.leases.lock([&order.counter]);
        let lease = locked
            .get(&order.counter)
            .filter(|lease| lease.period == order.period);
        if let Some(lease) = lease {
            lease.away = Some(until);
        }
    }

    /// An order is given up: what it would have brought is not expected any more.
    pub fn gave_up(&self, order: &Order) {
        let mut locked = self.leases.lock([&order.counter]);
        let lease = locked
            .get(&order.counter)
            .filter(|lease| lease.period == order.period);
        if let (Some(lease), Step::Take { .. }) = (lease, order.step) {
            lease.asked = lease.asked.saturating_sub(1);
        }
    }

    /// Gives back what has not been used for a while, and forgets windows that have ended. `id` names the orders.
    pub fn rest(&self, id: impl Fn() -> RequestId, now: Duration) {
        self.give_back(&id, now, |lease| {
            now.saturating_sub(lease.touched) >= REST && lease.asked == 0
        });
    }

    /// Gives back all that is not used: the proxy ends.
    pub fn close(&self, id: impl Fn() -> RequestId, now: Duration) {
        self.give_back(&id, now, |_| true);
    }

    fn give_back(
        &self,
        id: &dyn Fn() -> RequestId,
        now: Duration,
        is_due: impl Fn(&Lease) -> bool,
    ) {
        self.leases.retain(|counter, lease| {
            if lease.period.end <= now {
                return !lease.open.is_empty();
            }
            let back = lease.unused().0 / lease.grain;
            if back > 0 && is_due(lease) {
                lease.leased = Amount(lease.leased.0.saturating_sub(back * lease.grain));
                (self.orders)(Order {
                    id: id(),
                    part: Part::Back,
                    counter: counter.clone(),
                    period: lease.period,
                    step: Step::Back(grains(back)),
                });
            }
            true
        });
    }
}

impl Store for Leases {
    fn reserve(&self, id: RequestId, claims: &[Claim], now: Duration) -> Result<Vec<Used>, Denied> {
        let mut locked = self.leases.lock(claims.iter().map(|claim| &claim.counter));
        for (index, claim) in claims.iter().enumerate() {
            let is_idle = |lease: &mut Lease| lease.is_idle(now);
            let fresh = || Lease::new(claim, now);
            let lease = locked
                .entry(&claim.counter, now, is_idle, fresh)
                .ok_or(Denied::Unavailable)?;
            lease.roll(claim, now);
            match lease.verdict(id, claim, now) {
                Verdict::Fits | Verdict::Lent { .. } => {}
                Verdict::Short { .. } => return Err(Denied::Short),
                Verdict::Away => return Err(Denied::Unavailable),
                Verdict::Full => {
                    let used = lease.used();
                    return Err(Denied::Exceeded { claim: index, used });
                }
            }
        }
        let mut used = Vec::with_capacity(claims.len());
        for claim in claims {
            let fresh = || Lease::new(claim, now);
            let lease = locked
                .entry_beyond(&claim.counter, fresh)
                .ok_or(Denied::Unavailable)?;
            if let Verdict::Lent { missing } = lease.verdict(id, claim, now) {
                let step = lease.add(missing);
                (self.orders)(Order {
                    id,
                    part: Part::Lent,
                    counter: claim.counter.clone(),
                    period: lease.period,
                    step,
                });
            }
            lease.reserve(id, claim.amount, now);
            used.push(lease.used());
        }
        Ok(used)
    }

    fn raise(&self, id: RequestId, charges: &[Charge]) -> Vec<Option<Used>> {
        let mut locked = self
            .leases
            .lock(charges.iter().map(|charge| &charge.counter));
        let mut raise = |charge: &Charge| {
            let lease = locked.get(&charge.counter)?;
            lease.raise(id, charge.amount)?;
            let missing = lease.overdrawn();
            if missing > Amount::default() {
                let step = lease.add(missing);
                lease.raised = lease.raised.saturating_add(1);
                (self.orders)(Order {
                    id,
                    part: Part::More(lease.raised),
                    counter: charge.counter.clone(),
                    period: lease.period,
                    step,
                });
            }
            Some(lease.used())
        };
        charges.iter().map(&mut raise).collect()
    }

    fn settle(&self, id: RequestId, charges: &[Charge]) -> Vec<Option<Settled>> {
        let mut locked = self
            .leases
            .lock(charges.iter().map(|charge| &charge.counter));
        let mut settle = |charge: &Charge| {
            let lease = locked.get(&charge.counter)?;
            let settled = lease.settle(id, charge.amount)?;
            let missing = lease.overdrawn();
            if missing > Amount::default() {
                let step = lease.add(missing);
                (self.orders)(Order {
                    id,
                    part: Part::Rest,
                    counter: charge.counter.clone(),
                    period: lease.period,
                    step,
                });
            }
            Some(settled)
        };
        charges.iter().map(&mut settle).collect()
    }

    fn used(&self, counter: &Counter, period: &Period) -> Option<Used> {
        let mut locked = self.leases.lock([counter]);
        let lease = locked
            .get(counter)
            .filter(|lease| lease.period == *period)?;
        Some(lease.used())
    }
}

impl fmt::Debug for Leases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leases").finish_non_exhaustive()
    }
}

/// How a claim stands.
enum Verdict {
    /// What is leased suffices.
    Fits,
    /// So much more must be asked for.
    Short { missing: Amount },
    /// The store is away, and so much more is used without it.
    Lent { missing: Amount },
    /// The limit is reached.
    Full,
    /// Nobody can count.
    Away,
}

// === impl Lease ===

impl Lease {
    fn new(claim: &Claim, now: Duration) -> Self {
        Self {
            period: claim.period,
            grain: u128::from(claim.grain.max(1)),
            leased: Amount::default(),
            settled: Amount::default(),
            reserved: Amount::default(),
            open: HashMap::new(),
            raised: 0,
            fleet: Amount::default(),
            told: Amount::default(),
            asked: 0,
            refused: None,
            away: None,
            touched: now,
        }
    }

    /// Begins a later window; see [`super::Memory`].
    fn roll(&mut self, claim: &Claim, now: Duration) {
        if claim.period.start > self.period.start {
            *self = Self::new(claim, now);
        }
    }

    fn verdict(&self, id: RequestId, claim: &Claim, now: Duration) -> Verdict {
        let unused = self.unused();
        let need = claim.need();
        let is_free = need == Amount::default() || self.open.contains_key(&id);
        if is_free || need <= unused {
            return Verdict::Fits;
        }
        let missing = Amount(need.0 - unused.0);
        let fits = |limit: Amount| self.fleet.plus(missing) <= limit;
        if self.away.is_some_and(|until| now < until) {
            return match (claim.outage, claim.limit) {
                (OnOutage::FailOpen, Some(limit)) if !fits(limit) => Verdict::Full,
                (OnOutage::FailOpen, Some(_) | None) => Verdict::Lent { missing },
                (OnOutage::FailClosed, Some(_) | None) => Verdict::Away,
            };
        }
        let count = self.count(missing);
        let is_refused = |(need, until): (u64, Duration)| count >= need && now < until;
        if claim.limit.is_some() && self.refused.is_some_and(is_refused) {
            return Verdict::Full;
        }
        Verdict::Short { missing }
    }

    /// The order for what is missing: a slice, unless another is on its way.
    fn ask(&mut self, missing: Amount, limit: Option<Amount>) -> Step {
        let need = self.count(missing);
        let limit = limit.map(|limit| grains(limit.0 / self.grain));
        let want = match (self.asked, limit) {
            (0, Some(limit)) => need.max(limit / SLICE),
            (_, Some(_) | None) => need,
        };
        self.asked = self.asked.saturating_add(1);
        Step::Take { need, want, limit }
    }

    /// Uses more than the store has counted; it is told.
    fn add(&mut self, missing: Amount) -> Step {
        let count = self.count(missing);
        let amount = self.amount(count);
        self.leased = self.leased.plus(amount);
        self.fleet = self.fleet.plus(amount);
        Step::Add(count)
    }

    fn reserve(&mut self, id: RequestId, amount: Amount, now: Duration) {
        if self.open.contains_key(&id) {
            return;
        }
        self.open.insert(id, amount);
        self.reserved = self.reserved.plus(amount);
        self.touched = now;
    }

    fn raise(&mut self, id: RequestId, amount: Amount) -> Option<()> {
        let held = self.open.get_mut(&id)?;
        let more = Amount(amount.0.saturating_sub(held.0));
        *held = held.plus(more);
        self.reserved = self.reserved.plus(more);
        Some(())
    }

    fn settle(&mut self, id: RequestId, amount: Amount) -> Option<Settled> {
        let held = self.open.remove(&id)?;
        self.reserved = Amount(self.reserved.0.saturating_sub(held.0));
        self.settled = self.settled.plus(amount);
        let (before, after) = (self.told, self.used().settled);
        self.told = before.max(after);
        Some(Settled { before, after })
    }

    /// Rounded up.
    fn count(&self, amount: Amount) -> u64 {
        grains(amount.0.div_ceil(self.grain))
    }

    fn amount(&self, grains: u64) -> Amount {
        Amount(u128::from(grains).saturating_mul(self.grain))
    }

    fn spent(&self) -> Amount {
        self.settled.plus(self.reserved)
    }

    fn unused(&self) -> Amount {
        Amount(self.leased.0.saturating_sub(self.spent().0))
    }

    fn overdrawn(&self) -> Amount {
        Amount(self.spent().0.saturating_sub(self.leased.0))
    }

    /// What all proxies have used, as far as this one knows: what others have leased counts as used.
    fn used(&self) -> Used {
        let fleet = self.fleet.max(self.leased);
        let total = fleet
            .0
            .saturating_sub(self.unused().0)
            .saturating_add(self.overdrawn().0);
        Used {
            settled: Amount(total.saturating_sub(self.reserved.0)),
            reserved: self.reserved,
        }
    }

    /// It holds nothing that would have to be given back.
    fn is_idle(&self, now: Duration) -> bool {
        let holds_nothing = self.leased == Amount::default() && self.asked == 0;
        self.open.is_empty() && (self.period.end <= now || holds_nothing)
    }
}

fn grains(count: u128) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
