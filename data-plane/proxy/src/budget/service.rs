//! Budgets that a rate limit service counts, around one request.
//!
//! Owns the question before a request is sent, and what is told when it has been settled. Must not weigh budgets: the ledger
//! does, over what the service answered (`dp_rls::budget`). Invariant: a service that does not answer is a store that is away.

use std::{rc::Rc, sync::Arc, time::Duration};

use dp_policy::budget::{Ledger, Matched, Refused, RequestId, Reservation, Spend, Store, Why};
use dp_rls::{
    Service,
    budget::{Counts, check},
};

use crate::{
    exchange::Exchange,
    rate_limit_service::{ask, tell},
    served::Active,
    worker::Worker,
};

/// Budgets that are to be told what a request took.
pub(super) struct Untold {
    active: Arc<Active>,
    counts: Arc<Counts>,
}

/// Looks whether a request is within budgets that a service counts.
pub(super) async fn hold(
    exchange: &Exchange<'_>,
    service: &Arc<Service>,
    id: RequestId,
    (matched, expected): (&[Matched], &Spend),
    now: Duration,
) -> Result<(Reservation, Option<Untold>), Refused> {
    let worker = &exchange.client.worker;
    let question = check(service, matched);
    let answer = ask(worker, exchange.active, service, &question).await.ok();
    let counts = answer.and_then(|answer| {
        let counts = Counts::read(service.clone(), matched, &answer);
        let outcome = match &counts {
            Ok(_) => "ok",
            Err(error) => {
                let policy = &service.label;
                tracing::warn!(%policy, %error, "a rate limit service gave no answer");
                "error"
            }
        };
        worker.metrics.limit_call(&service.label, "check", outcome);
        counts.ok().map(Arc::new)
    });
    let store = counts.clone().map(|counts| counts as Arc<dyn Store>);
    let ledger = Ledger::new(worker.shared.budgets.memory.clone(), store);
    let held = ledger.reserve(id, matched, expected, now);
    let held = held.map_err(|refused| match &counts {
        Some(counts) => by_its_clock(refused, counts),
        None => refused,
    })?;
    let untold = counts.map(|counts| Untold {
        active: exchange.active.clone(),
        counts,
    });
    Ok((held, untold))
}

/// The service's windows are not those of the calendar.
fn by_its_clock(refused: Refused, counts: &Counts) -> Refused {
    let own = counts.resets_in(&refused.budget);
    let why = match (refused.why, own) {
        (Why::Exceeded { used, .. }, Some(resets_in)) => Why::Exceeded { used, resets_in },
        (why @ (Why::Exceeded { .. } | Why::Unpriced | Why::Unavailable), _) => why,
    };
    Refused { why, ..refused }
}

// === impl Untold ===

impl Untold {
    /// Tells it, behind the settlement.
    pub(super) fn tell(self, worker: &Rc<Worker>) {
        if let Some(request) = self.counts.report() {
            tell(worker, &self.active, self.counts.service(), request);
        }
    }
}
