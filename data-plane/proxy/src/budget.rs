//! Budgets and limits of requests at once, around one request to a model.
//!
//! Owns the moment at which what is expected is held, what the client is told, and what a usage record means for what was
//! held (llm.md B-4..B-6, L-4, L-6). Must not do the arithmetic of a budget, nor keep counts (`dp_policy::budget`).
//! Invariants: a request that one budget refuses costs the others nothing; what was held is settled once, with the usage
//! record, however the answer ended; a value of a key is never printed.

use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use dp_config::policy::SharedStore;
use dp_policy::{
    budget::{
        Charge, Ledger, Matched, Notice, NoticeKind, Refused, RequestId, Reservation, Spend, Store,
        Why, shared_claims,
    },
    concurrency::{Begun, Busy},
    usage_record::{Ending, Source, UsageRecord},
};
use dp_upstream::{Upstream, pool::RequestBody, shared_counts::SharedCounts};
use http::{HeaderMap, HeaderName, HeaderValue, header::RETRY_AFTER};

use crate::{
    ai::since_epoch,
    exchange::Exchange,
    fault::{Fault, Kind},
    worker::Worker,
};

mod asked;
mod service;
mod session;
mod stores;

pub(crate) use asked::{Answered, Asked};
pub(crate) use stores::Stores;

use asked::AtOnce;
use service::Untold;

/// Tells a client whose request goes on which budgets it exceeds.
const EXCEEDED: HeaderName = HeaderName::from_static("x-tidegate-budget-exceeded");

/// What budgets made of one request.
#[derive(Default)]
pub(crate) struct BudgetFacts {
    /// What is held, until the record is closed.
    held: Cell<Option<Box<Held>>>,
    /// When a request that is refused may come again, where that is known.
    retry_after: Option<Duration>,
    /// Budgets that are exceeded, and let requests through.
    exceeded: Vec<Arc<str>>,
}

/// What is held for one request, until its record is closed.
struct Held {
    worker: Rc<Worker>,
    reservations: Vec<Reservation>,
    notices: Vec<Notice>,
    expected: Spend,
    /// What is told to services, behind the settlement.
    untold: Vec<Untold>,
    _begun: Option<(Begun, Option<Begun>)>,
}

/// Lets a request through, or refuses it. Returns the model that a budget wants to be asked instead.
pub(crate) async fn admit(
    exchange: &mut Exchange<'_>,
    asked: Asked,
) -> Result<Option<Arc<str>>, Fault> {
    let worker = exchange.client.worker.clone();
    let stores = &worker.shared.budgets;
    let begun = asked
        .concurrency
        .as_ref()
        .map(|own| begin(stores, own))
        .transpose();
    let begun = begun.map_err(|busy| {
        // When another request ends, nobody knows.
        exchange.record.budgets.retry_after = Some(Duration::ZERO);
        Fault::caused(Kind::TooManyAtOnce, busy)
    })?;
    let mut held = Held {
        worker: worker.clone(),
        reservations: Vec::new(),
        notices: Vec::new(),
        expected: asked.expected,
        untold: Vec::new(),
        _begun: begun,
    };
    let now = since_epoch();
    for batch in &asked.batches {
        let shared = match &batch.store {
            None | Some(SharedStore::Service(_)) => None,
            Some(SharedStore::Redis(secret)) => stores.open(&exchange.active.config, secret),
        };
        let id = request_id(&worker.upstream);
        let claimed = (batch.matched.as_slice(), &held.expected);
        let holding = match &batch.store {
            Some(SharedStore::Service(own)) => {
                Box::pin(service::hold(exchange, own, id, claimed, now)).await
            }
            None | Some(SharedStore::Redis(_)) => hold(stores, shared, id, claimed, now)
                .await
                .map(|held| (held, None)),
        };
        match holding {
            Ok((reservation, untold)) => {
                held.untold.extend(untold);
                held.add(reservation);
            }
            // What the others held is given back with `held`.
            Err(refused) => return Err(refuse(exchange, refused)),
        }
    }
    exchange.record.budgets.exceeded = held.warnings();
    let downgrade = held.reservations.iter().find_map(Reservation::downgrade);
    let downgrade = downgrade.cloned();
    if exchange.record.llm.ledger.is_none() {
        // Without a record nobody would settle what is held.
        return Err(Kind::Bug.into());
    }
    exchange.record.budgets.held.set(Some(Box::new(held)));
    Ok(downgrade)
}

/// Counts a request, and as a stream where it is one.
fn begin(stores: &Stores, own: &AtOnce) -> Result<(Begun, Option<Begun>), Busy> {
    let request = stores.in_flight.begin(own.limit, &own.key)?;
    let stream = own
        .streams
        .map(|limit| stores.streams.begin(limit, &own.key));
    Ok((request, stream.transpose()?))
}

/// Tells who reads metrics, and the client, that a budget refuses.
fn refuse(exchange: &mut Exchange<'_>, refused: Refused) -> Fault {
    let metrics = &exchange.client.worker.metrics;
    metrics.budget_refused(&refused.budget, label(&refused.why));
    exchange.record.budgets.retry_after = match refused.why {
        Why::Exceeded { resets_in, .. } => Some(resets_in),
        Why::Unpriced | Why::Unavailable => None,
    };
    Fault::caused(kind(&refused.why), refused)
}

/// Holds what is expected in budgets of one store.
async fn hold(
    stores: &Stores,
    shared: Option<Arc<SharedCounts>>,
    id: RequestId,
    (matched, expected): (&[Matched], &Spend),
    now: Duration,
) -> Result<Reservation, Refused> {
    let store = shared.as_ref().map(|shared| shared.store());
    let ledger = Ledger::new(stores.memory.clone(), store.clone());
    let Some(shared) = shared else {
        return ledger.reserve(id, matched, expected, now);
    };
    let claims = shared_claims(matched, expected, now);
    shared.reserve(id, &claims, now).await;
    let held = ledger.reserve(id, matched, expected, now);
    if held.is_err()
        && let Some(store) = store
    {
        give_back(&*store, id, matched, now);
    }
    held
}

/// Undoes what was held ahead of a ledger that then refused.
fn give_back(store: &dyn Store, id: RequestId, matched: &[Matched], now: Duration) {
    let charges: Vec<_> = shared_claims(matched, &Spend::NOTHING, now)
        .into_iter()
        .map(|claim| Charge {
            counter: claim.counter,
            amount: claim.amount,
        })
        .collect();
    store.settle(id, &charges);
}

/// A number that no other request of any proxy has.
fn request_id<B: RequestBody>(upstream: &Upstream<B>) -> RequestId {
    let (high, low) = (upstream.random(), upstream.random());
    RequestId(u128::from(high) << 64 | u128::from(low))
}

fn kind(why: &Why) -> Kind {
    match why {
        Why::Exceeded { .. } => Kind::BudgetExceeded,
        Why::Unpriced => Kind::BudgetUnpriced,
        Why::Unavailable => Kind::BudgetUnavailable,
    }
}

/// As metrics say it.
fn label(why: &Why) -> &'static str {
    match why {
        Why::Exceeded { .. } => "exceeded",
        Why::Unpriced => "unpriced",
        Why::Unavailable => "unavailable",
    }
}

/// What a request took, by its record: its answer, and what that replaced.
fn taken(record: &UsageRecord, expected: &Spend) -> Spend {
    let own = answer_took(record, expected);
    let Some(replaced) = record.replaced_tokens() else {
        return own;
    };
    let cost = match (own.cost.filter(|_| own.is_billed), record.replaced_cost()) {
        (Some(own), Some(replaced)) => Some(own.plus(replaced)),
        // What is known counts, whatever is not.
        (Some(own), None) => Some(own),
        // What was expected of the answer stays, and the rest is on top.
        (None, Some(replaced)) if own.is_billed => {
            Some(expected.cost.unwrap_or_default().plus(replaced))
        }
        (None, replaced) => replaced,
    };
    Spend {
        cost,
        tokens: own.tokens.saturating_add(replaced.total()),
        is_billed: true,
    }
}

fn answer_took(record: &UsageRecord, expected: &Spend) -> Spend {
    if record.usage.source == Source::Cache {
        return Spend::NOTHING;
    }
    match (&record.usage.tokens, record.ending) {
        (Some(tokens), _) => Spend {
            cost: record.quote.total(),
            tokens: tokens.total(),
            is_billed: true,
        },
        // It was answered, and nobody could read what it took: it stays what was expected.
        (None, Ending::Complete | Ending::Truncated) => Spend {
            cost: record.quote.total(),
            tokens: expected.tokens,
            is_billed: expected.is_billed,
        },
        (None, Ending::Failed | Ending::ClientGone | Ending::Refused) => Spend::NOTHING,
    }
}

// === impl BudgetFacts ===

impl BudgetFacts {
    /// Counts what the request took, and notes it in the record.
    pub(crate) fn settle(&self, record: &mut UsageRecord) {
        if let Some(held) = self.held.take() {
            held.settle(record);
        }
    }

    /// Tells the client how it stands.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs().saturating_add(1);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if !self.exceeded.is_empty()
            && let Ok(names) = HeaderValue::from_str(&self.exceeded.join(", "))
        {
            headers.insert(EXCEEDED, names);
        }
    }
}

// === impl Held ===

impl Held {
    fn add(&mut self, reservation: Reservation) {
        for notice in reservation.notices() {
            let kind = notice_label(&notice.kind);
            self.worker.metrics.budget_noticed(&notice.budget, kind);
        }
        self.notices.extend(reservation.notices().iter().cloned());
        self.reservations.push(reservation);
    }

    fn warnings(&self) -> Vec<Arc<str>> {
        let is_warning = |notice: &&Notice| notice.kind == NoticeKind::Warn;
        let warnings = self.notices.iter().filter(is_warning);
        warnings.map(|notice| notice.budget.clone()).collect()
    }

    /// Counts what the request took, and notes it in the record.
    fn settle(self, record: &mut UsageRecord) {
        let spend = taken(record, &self.expected);
        for reservation in self.reservations {
            for charged in reservation.settle(&spend) {
                self.worker.metrics.budget_charged(&charged);
                for percent in &charged.crossed {
                    tracing::warn!(budget = %charged.budget, percent, "so much of a budget is used");
                }
                record.charged.push(charged);
            }
        }
        record.notices.extend(self.notices);
        for untold in self.untold {
            untold.tell(&self.worker);
        }
    }
}

/// As metrics say it.
fn notice_label(kind: &NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Warn => "warn",
        NoticeKind::Downgrade(_) => "downgrade",
        NoticeKind::Audit => "audit",
        NoticeKind::Unpriced => "unpriced",
        NoticeKind::Uncounted => "uncounted",
    }
}

#[cfg(test)]
mod tests;
