//! Services that only watch: they are asked beside the message, which does not wait for them.
//!
//! Owns where their decisions go: into the record of the request while that is open, and behind it into metrics and the log.
//! Invariants: every decision is counted once; nothing of a message depends on one.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
    sync::Arc,
};

use dp_config::prompt_guard::{Guard, GuardKind};
use dp_policy::prompt_guard::{
    Decision, FailureMode,
    remote::{Phase, Text},
};

use super::{
    Check,
    remote::{self, Answered, Asker, Values},
};
use crate::{ai::Call, exchange::Exchange, fault::Fault};

/// Questions that a worker has under way for guards which only watch; beyond, they are not asked.
const AT_ONCE: usize = 256;

/// What guards of one request decide that only watch.
#[derive(Clone, Default)]
pub(crate) struct Watchers(Option<Rc<Watched>>);

#[derive(Default)]
struct Watched {
    found: RefCell<Vec<Check>>,
    /// The record of the request is closed.
    is_over: Cell<bool>,
}

/// A question that is asked when its texts are there.
pub(super) struct Watch {
    asker: Asker,
    values: Result<Values, Fault>,
    guard: Arc<Guard>,
    phase: Phase,
    route: String,
}

/// Counts a question of a worker while it is under way.
struct UnderWay(Rc<Cell<usize>>);

/// A text of its own.
struct Said {
    role: String,
    text: String,
}

// === impl Watchers ===

impl Watchers {
    /// What is known when the record closes; what comes later is told by itself.
    pub(crate) fn close(&mut self) -> Vec<Check> {
        let Some(watched) = self.0.take() else {
            return Vec::new();
        };
        watched.is_over.set(true);
        watched.found.take()
    }

    fn watched(&mut self) -> Rc<Watched> {
        self.0.get_or_insert_with(Rc::default).clone()
    }
}

// === impl Watch ===

impl Watch {
    /// Of a guard that is a service.
    pub(super) fn new(
        exchange: &Exchange<'_>,
        call: &Call<'_>,
        guard: &Arc<Guard>,
        phase: Phase,
    ) -> Option<Watch> {
        let GuardKind::Remote(own) = &guard.kind else {
            return None;
        };
        Some(Watch {
            asker: Asker::of(exchange, call).beside(),
            values: remote::values(exchange, call, own),
            guard: guard.clone(),
            phase,
            route: exchange.record.route.label().to_string(),
        })
    }

    /// Asks. Nobody waits.
    pub(super) fn start(self, texts: &[Text<'_>], watchers: &mut Watchers) {
        let texts = texts.iter().map(|own| Said {
            role: own.role.to_owned(),
            text: own.text.to_owned(),
        });
        let texts: Vec<Said> = texts.collect();
        let watched = watchers.watched();
        let Some(under_way) = UnderWay::begin(&self.asker.worker.watching) else {
            let busy = Decision::unanswered(FailureMode::FailClosed, "overload");
            return self.tell(busy, &watched);
        };
        // Ends with the guard's patience.
        tokio::task::spawn_local(async move {
            let decision = self.ask(&texts).await;
            self.tell(decision, &watched);
            drop(under_way);
        });
    }

    async fn ask(&self, texts: &[Said]) -> Decision {
        let GuardKind::Remote(own) = &self.guard.kind else {
            return Decision::Allow;
        };
        let texts: Vec<Text<'_>> = texts.iter().map(Said::text).collect();
        let asked = remote::ask(&self.asker, &self.values, (own, self.phase), &texts);
        match Box::pin(asked).await {
            Answered::Verdict(verdict) => verdict.decision(),
            Answered::Nothing(decision) => decision,
        }
    }

    fn tell(&self, decision: Decision, watched: &Watched) {
        let check = Check::of(&self.guard, self.phase, decision.shadowed());
        if !watched.is_over.get() {
            return watched.found.borrow_mut().push(check);
        }
        let metrics = &self.asker.worker.metrics;
        metrics.watched(&self.route, &check);
        if let Some(found) = check.found() {
            let route = &*self.route;
            tracing::info!(route, found, "a guard that only watches decided");
        }
    }
}

// === impl UnderWay ===

impl UnderWay {
    fn begin(count: &Rc<Cell<usize>>) -> Option<UnderWay> {
        (count.get() < AT_ONCE).then(|| {
            count.set(count.get() + 1);
            UnderWay(count.clone())
        })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

// === impl Said ===

impl Said {
    fn text(&self) -> Text<'_> {
        Text {
            role: &self.role,
            text: &self.text,
        }
    }
}

impl fmt::Debug for Watchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.0.as_ref().map_or(0, |own| own.found.borrow().len());
        f.debug_tuple("Watchers").field(&found).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, rc::Rc};

    use super::{AT_ONCE, UnderWay};

    #[test]
    fn no_more_are_asked_at_once_than_may_be() {
        let count = Rc::new(Cell::new(0));
        let all: Vec<UnderWay> = std::iter::from_fn(|| UnderWay::begin(&count)).collect();
        assert_eq!(all.len(), AT_ONCE);
        drop(all);
        assert_eq!(count.get(), 0);
        assert!(UnderWay::begin(&count).is_some());
    }
}
