//! Budgets in money or tokens: what they are, and whether a request is within them (llm.md B-4..B-6).
//!
//! Owns which budgets refuse, which only tell, and what holds where a price or a store is missing. Must not know how
//! a request came to match a budget, nor how counts are kept: that is the [`Store`]. `now` is Unix time. Invariants: a
//! request is counted in all of its budgets or in none; what has no price is never counted as free; a budget that is
//! shared is never counted by one proxy alone.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

mod lease;
mod memory;
mod reservation;
mod store;
mod window;

pub use lease::{Granted, Leases, Order, Part as OrderPart, Step};
pub use memory::Memory;
pub use reservation::{Charged, Reservation};
pub use store::{Charge, Claim, Counter, Denied, RequestId, Settled, Store, Used};
pub use window::{Period, Window};

use crate::price::Money;
use reservation::{Hold, Part};

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Its stable name: counts are found by it after a change of configuration.
    pub id: Arc<str>,
    /// How much, of what.
    pub limit: Limit,
    /// For how long.
    pub window: Window,
    /// Parts of the limit, in percent, that are told when they are reached.
    pub thresholds: Vec<u8>,
    /// What happens where a request would exceed it.
    pub action: Action,
    /// Who counts.
    pub scope: Scope,
    /// What happens where the price of a request is not known; for limits in USD.
    pub unpriced: OnUnpriced,
    /// What happens where nobody can count.
    pub outage: OnOutage,
}

/// How much, of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Money.
    Usd(Money),
    /// Tokens, prompt and answer.
    Tokens(u64),
    /// Requests that are billed.
    Requests(u64),
}

/// A count in the smallest unit of a limit: 10^-12 USD, tokens or requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub u128);

/// What happens where a request would exceed a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is refused.
    Block,
    /// It goes on, and the client is told.
    Warn,
    /// It goes on with this model.
    Downgrade(Arc<str>),
    /// It goes on, and the record tells.
    Audit,
}

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Each proxy for itself, anew with each process: n proxies let n times the limit through.
    PerProxy,
    /// All proxies together.
    Shared,
}

/// What happens where the price of a request is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnUnpriced {
    /// It goes on uncounted, and the record tells.
    Allow,
    /// It is refused.
    Block,
}

/// What happens where nobody can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnOutage {
    /// The request goes on uncounted, and the record tells.
    FailOpen,
    /// It is refused.
    FailClosed,
}

/// A budget that a request falls under.
#[derive(Clone)]
pub struct Matched {
    /// The budget.
    pub budget: Arc<Budget>,
    /// Whose share of it: an API key's id, a team. It is never printed.
    pub key: Arc<str>,
}

/// What a request takes, expected or real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
    /// Its cost; absent where that is not known.
    pub cost: Option<Money>,
    /// Its tokens.
    pub tokens: u64,
    /// A provider may take something for it, if nobody knows how much: a budget that is used up refuses it all the same.
    pub is_billed: bool,
}

/// Something about a request that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The budget.
    pub budget: Arc<str>,
    /// What is to be said.
    pub kind: NoticeKind,
}

/// What is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The limit is exceeded, and the client is told.
    Warn,
    /// The limit is exceeded, and this model is to be used.
    Downgrade(Arc<str>),
    /// The limit is exceeded.
    Audit,
    /// The price is not known, so the request is not counted yet.
    Unpriced,
    /// Nobody could count the request.
    Uncounted,
}

/// A request that is not let through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("budget {budget}: {why}")]
pub struct Refused {
    /// The budget that refused.
    pub budget: Arc<str>,
    /// Why.
    pub why: Why,
}

/// Why a request is not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// 429: it would exceed the limit.
    #[error("the limit is reached; it resets in {} s", resets_in.as_secs())]
    Exceeded {
        /// What was counted.
        used: Used,
        /// Until the next window.
        resets_in: Duration,
    },
    /// 403: nobody knows what it would cost.
    #[error(
        "the model has no price; add it to a PriceCatalog, or let the budget allow such models"
    )]
    Unpriced,
    /// 503: nobody can count.
    #[error("its counts cannot be reached, and it fails closed")]
    Unavailable,
}

/// Counts requests in their budgets.
#[derive(Clone)]
pub struct Ledger {
    per_proxy: Arc<dyn Store>,
    shared: Option<Arc<dyn Store>>,
}

// === impl Ledger ===

impl Ledger {
    /// `shared` is absent where no store is configured: shared budgets then do as in an outage.
    #[must_use]
    pub fn new(per_proxy: Arc<dyn Store>, shared: Option<Arc<dyn Store>>) -> Self {
        Self { per_proxy, shared }
    }

    /// Counts what is expected of a request in all of its budgets, or refuses it and counts nothing.
    pub fn reserve(
        &self,
        id: RequestId,
        matched: &[Matched],
        estimate: &Spend,
        now: Duration,
    ) -> Result<Reservation, Refused> {
        let mut reservation = Reservation::new(id);
        let mut holds = Vec::with_capacity(matched.len());
        for matched in matched {
            let hold = Hold::of(matched, estimate, now)?;
            if hold.amount.is_none() {
                reservation.tell(&hold.budget, NoticeKind::Unpriced);
            }
            holds.push(hold);
        }
        for (scope, store) in [
            (Scope::PerProxy, Some(&self.per_proxy)),
            (Scope::Shared, self.shared.as_ref()),
        ] {
            let (part, rest) = holds
                .into_iter()
                .partition(|hold| hold.budget.scope == scope);
            holds = rest;
            // Where the second store refuses, the reservation ends here and gives back what the first one holds.
            reserve_in(store, part, &mut reservation, now)?;
        }
        Ok(reservation)
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("shared", &self.shared.is_some())
            .finish_non_exhaustive()
    }
}

/// What a request claims of the budgets that all proxies count, so that it can be leased before it is reserved; none
/// where it is refused anyway.
#[must_use]
pub fn shared_claims(matched: &[Matched], estimate: &Spend, now: Duration) -> Vec<Claim> {
    let shared = matched
        .iter()
        .filter(|matched| matched.budget.scope == Scope::Shared);
    let claims: Result<Vec<Claim>, Refused> = shared
        .map(|matched| Ok(Hold::of(matched, estimate, now)?.claim()))
        .collect();
    claims.unwrap_or_default()
}

/// Counts in one store.
fn reserve_in(
    store: Option<&Arc<dyn Store>>,
    holds: Vec<Hold>,
    reservation: &mut Reservation,
    now: Duration,
) -> Result<(), Refused> {
    if holds.is_empty() {
        return Ok(());
    }
    let claims: Vec<Claim> = holds.iter().map(Hold::claim).collect();
    let counted = store.map_or(Err(Denied::Unavailable), |store| {
        let used = store.reserve(reservation.id(), &claims, now)?;
        Ok((store, used))
    });
    match counted {
        Ok((store, used)) => {
            for (hold, used) in holds.iter().zip(used) {
                hold.notice(&used, reservation);
            }
            reservation.add(Part::new(store.clone(), holds));
            Ok(())
        }
        Err(Denied::Exceeded { claim, used }) => Err(holds
            .get(claim)
            .map_or_else(Refused::unknown, |hold| hold.exceeded(used, now))),
        Err(Denied::Short | Denied::Unavailable) => uncounted(&holds, reservation),
    }
}

/// Nobody counted.
fn uncounted(holds: &[Hold], reservation: &mut Reservation) -> Result<(), Refused> {
    for hold in holds {
        match hold.budget.outage {
            OnOutage::FailOpen => reservation.tell(&hold.budget, NoticeKind::Uncounted),
            OnOutage::FailClosed => return Err(Refused::new(&hold.budget, Why::Unavailable)),
        }
    }
    Ok(())
}

// === impl Limit ===

impl Limit {
    /// The limit as a count.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        match self {
            Self::Usd(money) => Amount(money.picos()),
            Self::Tokens(count) | Self::Requests(count) => Amount(*count as u128),
        }
    }

    /// The unit in which shared stores count: 10^-9 USD, a token or a request.
    #[must_use]
    pub const fn grain(&self) -> u32 {
        match self {
            Self::Usd(_) => 1000,
            Self::Tokens(_) | Self::Requests(_) => 1,
        }
    }

    /// What counts of a request; `None` where that is not known.
    fn of(&self, spend: &Spend) -> Option<Amount> {
        match self {
            Self::Usd(_) => spend.cost.map(|cost| Amount(cost.picos())),
            Self::Tokens(_) => Some(Amount(u128::from(spend.tokens))),
            Self::Requests(_) => Some(Amount(u128::from(spend.is_billed))),
        }
    }
}

// === impl Amount ===

impl Amount {
    /// The sum, or the largest amount.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// It is at least so many percent of a limit.
    fn reaches(self, percent: u8, limit: Amount) -> bool {
        self.0.saturating_mul(100) >= limit.0.saturating_mul(u128::from(percent))
    }
}

// === impl Spend ===

impl Spend {
    /// Nothing at all.
    pub const NOTHING: Self = Self {
        cost: Some(Money::ZERO),
        tokens: 0,
        is_billed: false,
    };
}

// === impl Refused ===

impl Refused {
    fn new(budget: &Budget, why: Why) -> Self {
        Self {
            budget: budget.id.clone(),
            why,
        }
    }

    /// A store named a claim that it was not given. Refusing is the safe reading.
    fn unknown() -> Self {
        Self {
            budget: "".into(),
            why: Why::Unavailable,
        }
    }
}

impl fmt::Debug for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matched")
            .field("budget", &self.budget.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
