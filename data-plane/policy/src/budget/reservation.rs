//! What is counted for a request until it has ended.
//!
//! Owns the drop guard over all stores. Must not know how counts are kept. Invariant: each hold is settled exactly
//! once, by `settle` or by the end of the reservation; a cost that is not known leaves what was held.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::store::{Charge, Claim, Counter, RequestId, Store, Used};
use super::{
    Action, Amount, Budget, Limit, Matched, Notice, NoticeKind, OnUnpriced, Period, Refused, Spend,
    Why,
};

/// What is counted for a request. When it ends without a word, what was noted last is what it took.
#[must_use = "a reservation that is dropped is settled"]
pub struct Reservation {
    id: RequestId,
    parts: Vec<Part>,
    notices: Vec<Notice>,
    noted: Spend,
}

/// What came of a request in one budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// The budget.
    pub budget: Arc<str>,
    /// What was counted.
    pub amount: Amount,
    /// Whether that is what the request took, or what was expected of it because nobody knows.
    pub is_estimate: bool,
    /// Thresholds that this request reached, in percent.
    pub crossed: Vec<u8>,
    /// What the budget then held of requests that have ended, where that is known.
    pub used: Option<Amount>,
    /// What it may hold.
    pub limit: Amount,
}

/// The holds in one store.
pub(super) struct Part {
    store: Arc<dyn Store>,
    holds: Vec<Hold>,
}

/// What is held in one budget.
pub(super) struct Hold {
    pub(super) budget: Arc<Budget>,
    /// Absent where the price is not known and that is allowed.
    pub(super) amount: Option<Amount>,
    is_billed: bool,
    counter: Counter,
    period: Period,
    /// What windows that have ended have of it.
    before: Amount,
}

// === impl Reservation ===

impl Reservation {
    pub(super) fn new(id: RequestId) -> Self {
        Self {
            id,
            parts: Vec::new(),
            notices: Vec::new(),
            noted: Spend::NOTHING,
        }
    }

    pub(super) fn id(&self) -> RequestId {
        self.id
    }

    pub(super) fn add(&mut self, part: Part) {
        self.parts.push(part);
    }

    pub(super) fn tell(&mut self, budget: &Budget, kind: NoticeKind) {
        self.notices.push(Notice {
            budget: budget.id.clone(),
            kind,
        });
    }

    /// What is to be said although the request goes on.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The model that a budget wants to be used instead.
    #[must_use]
    pub fn downgrade(&self) -> Option<&Arc<str>> {
        self.notices.iter().find_map(|notice| match &notice.kind {
            NoticeKind::Downgrade(model) => Some(model),
            NoticeKind::Warn | NoticeKind::Audit | NoticeKind::Unpriced | NoticeKind::Uncounted => {
                None
            }
        })
    }

    /// What the request has taken so far. It is what it took if it ends here: note the prompt when it has been sent,
    /// and the answer as it comes.
    pub fn note(&mut self, so_far: Spend) {
        self.noted = so_far;
    }

    /// Takes what the request has taken so far, in all, while it goes on: from now on its budgets hold as much. Gives why nothing
    /// more is to be taken, where one that refuses is used up. What was paid before a window ended stays there, and the rest counts
    /// in the window of `now`.
    pub fn pay(&mut self, so_far: Spend, now: Duration) -> Option<Refused> {
        let paid = std::mem::replace(&mut self.noted, so_far);
        let mut refused = None;
        for part in &mut self.parts {
            part.turn(self.id, &paid, now);
            let of_part = part.pay(self.id, &so_far, now);
            refused = refused.or(of_part);
        }
        refused
    }

    /// Ends it with what the request took; [`Spend::NOTHING`] where it failed before a provider did anything.
    pub fn settle(mut self, real: &Spend) -> Vec<Charged> {
        self.close(real)
    }

    fn close(&mut self, real: &Spend) -> Vec<Charged> {
        let mut charged = Vec::new();
        for part in std::mem::take(&mut self.parts) {
            charged.extend(part.settle(self.id, real));
        }
        charged
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let noted = self.noted;
        self.close(&noted);
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("notices", &self.notices)
            .field("noted", &self.noted)
            .finish_non_exhaustive()
    }
}

// === impl Charged ===

impl Charged {
    /// Which part of its limit the budget has used; for metrics only.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "metrics take floats, and say so"
    )]
    pub fn used_ratio(&self) -> Option<f64> {
        let used = self.used?;
        (self.limit.0 > 0).then(|| used.0 as f64 / self.limit.0 as f64)
    }
}

// === impl Part ===

impl Part {
    pub(super) fn new(store: Arc<dyn Store>, holds: Vec<Hold>) -> Self {
        Self { store, holds }
    }

    /// Goes on in the present windows where others have ended.
    fn turn(&mut self, id: RequestId, paid: &Spend, now: Duration) {
        let ended = self.holds.iter_mut().filter(|hold| hold.has_ended(now));
        for hold in ended {
            let charge = hold.charge(paid);
            hold.before = hold.before.plus(charge.amount);
            self.store.settle(id, &[charge]);
            hold.period = hold.budget.window.period(now);
            let claim = Claim {
                amount: Amount::default(),
                is_billed: false,
                limit: None,
                ..hold.claim()
            };
            // Where there is no room for another counter, nobody counts the rest.
            self.store.reserve(id, &[claim], now).ok();
        }
    }

    fn pay(&self, id: RequestId, so_far: &Spend, now: Duration) -> Option<Refused> {
        let charges: Vec<Charge> = self.holds.iter().map(|hold| hold.charge(so_far)).collect();
        let used = self.store.raise(id, &charges);
        let mut held = self.holds.iter().zip(used);
        held.find_map(|(hold, used)| {
            let used = used.filter(|used| hold.is_used_up(used))?;
            Some(hold.exceeded(used, now))
        })
    }

    fn settle(self, id: RequestId, real: &Spend) -> impl Iterator<Item = Charged> {
        let charges: Vec<Charge> = self.holds.iter().map(|hold| hold.charge(real)).collect();
        let settled = self.store.settle(id, &charges);
        let real = *real;
        self.holds
            .into_iter()
            .zip(charges)
            .zip(settled)
            .map(move |((hold, charge), settled)| {
                let limit = hold.budget.limit.amount();
                let is_crossed = |percent: &u8| {
                    settled.is_some_and(|settled| {
                        settled.after.reaches(*percent, limit)
                            && !settled.before.reaches(*percent, limit)
                    })
                };
                let thresholds = hold.budget.thresholds.iter().copied();
                Charged {
                    budget: hold.budget.id.clone(),
                    amount: hold.before.plus(charge.amount),
                    is_estimate: hold.budget.limit.of(&real).is_none(),
                    crossed: thresholds.filter(is_crossed).collect(),
                    used: settled.map(|settled| settled.after),
                    limit,
                }
            })
    }
}

// === impl Hold ===

impl Hold {
    pub(super) fn of(matched: &Matched, estimate: &Spend, now: Duration) -> Result<Self, Refused> {
        let Matched { budget, key } = matched;
        let amount = budget.limit.of(estimate);
        match (amount, budget.unpriced) {
            (Some(_), _) | (None, OnUnpriced::Allow) => Ok(Self {
                budget: budget.clone(),
                amount,
                is_billed: estimate.is_billed,
                counter: Counter {
                    budget: budget.id.clone(),
                    key: key.clone(),
                    window: budget.window,
                },
                period: budget.window.period(now),
                before: Amount::default(),
            }),
            (None, OnUnpriced::Block) => Err(Refused::new(budget, Why::Unpriced)),
        }
    }

    pub(super) fn claim(&self) -> Claim {
        let limit = match self.budget.action {
            Action::Block => Some(self.budget.limit.amount()),
            Action::Warn | Action::Downgrade(_) | Action::Audit => None,
        };
        Claim {
            counter: self.counter.clone(),
            period: self.period,
            amount: self.amount.unwrap_or_default(),
            is_billed: self.is_billed,
            limit,
            outage: self.budget.outage,
            grain: self.budget.limit.grain(),
        }
    }

    fn charge(&self, real: &Spend) -> Charge {
        let amount = self.budget.limit.of(real).or(self.amount);
        let amount = amount.unwrap_or_default();
        Charge {
            counter: self.counter.clone(),
            amount: Amount(amount.0.saturating_sub(self.before.0)),
        }
    }

    /// Its window has, and what is taken from now on counts in another. A request is counted once, in the window in which it began.
    fn has_ended(&self, now: Duration) -> bool {
        match self.budget.limit {
            Limit::Usd(_) | Limit::Tokens(_) => self.period.end <= now,
            Limit::Requests(_) => false,
        }
    }

    /// Says what is to be said of a budget that does not refuse.
    pub(super) fn notice(&self, used: &Used, reservation: &mut Reservation) {
        if used.total() <= self.budget.limit.amount() {
            return;
        }
        match &self.budget.action {
            Action::Block => {}
            Action::Warn => reservation.tell(&self.budget, NoticeKind::Warn),
            Action::Downgrade(model) => {
                reservation.tell(&self.budget, NoticeKind::Downgrade(model.clone()));
            }
            Action::Audit => reservation.tell(&self.budget, NoticeKind::Audit),
        }
    }

    /// Whether a request that goes on has nothing left of it. What counts requests has counted it, however long it lasts.
    fn is_used_up(&self, used: &Used) -> bool {
        match (&self.budget.action, self.budget.limit) {
            (Action::Block, Limit::Usd(_) | Limit::Tokens(_)) => {
                used.total() >= self.budget.limit.amount()
            }
            (Action::Block, Limit::Requests(_))
            | (Action::Warn | Action::Downgrade(_) | Action::Audit, _) => false,
        }
    }

    pub(super) fn exceeded(&self, used: Used, now: Duration) -> Refused {
        let resets_in = self.period.end.saturating_sub(now);
        Refused::new(&self.budget, Why::Exceeded { used, resets_in })
    }
}
