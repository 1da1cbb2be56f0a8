//! A session between a client and a model, once both sides agreed.
//!
//! Owns what is read of the provider's side, the payment for each response, and the settlement of the attempt with the end of
//! the session. Must not move bytes. Invariants: nothing of what passes is kept or changed; a limit of tokens or of time, or a budget,
//! ends the session behind a whole event; a session is settled once, and one that the provider cut is never told as if it were
//! whole.

use std::{
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use dp_llm::{
    realtime::{RealtimeTap, expired, spent, used_up},
    tap::Limits,
};
use dp_upstream::provider_group::verdict::Verdict;
use tokio::time::{Instant, Sleep, sleep};

use crate::{
    ai::{ledger::so_far, relayed::Settlement},
    fault::{Fault, Kind},
    limit::Left,
    record::{Ending, Record},
    worker::Worker,
};

/// How long the rest of an event is waited for when a session's time is over.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of an open session.
pub(crate) struct Session {
    tap: RealtimeTap,
    worker: Rc<Worker>,
    settlement: Box<Settlement>,
    /// The client's side has ended, so the provider's may.
    is_client_done: bool,
    /// The provider's side ended before anybody said that it would.
    is_cut: bool,
    /// What was used up, and ended it.
    used_up: Option<UsedUp>,
    /// When it has lasted as long as it may.
    end: Option<Pin<Box<Sleep>>>,
    time: Time,
}

/// How a session stands with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    Left,
    /// It is over, and an event of the provider's is not whole.
    Over,
    /// It was ended for it.
    Ended,
}

/// What allows no more responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UsedUp {
    Limit,
    Budget,
}

/// What of the provider's bytes passes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passes {
    All,
    /// So many of them, then these words of ours, and nothing any more.
    UpTo(usize, Vec<u8>),
}

// === impl Session ===

impl Session {
    /// Of an attempt that a provider agreed to.
    pub(in crate::ai) fn new(
        worker: Rc<Worker>,
        settlement: Box<Settlement>,
        lifetime: Option<Duration>,
    ) -> Session {
        Session {
            end: lifetime.map(|lifetime| Box::pin(sleep(lifetime))),
            time: Time::Left,
            tap: RealtimeTap::new(Limits::default().event_bytes),
            worker,
            settlement,
            is_client_done: false,
            is_cut: false,
            used_up: None,
        }
    }

    /// The provider sent this.
    pub(crate) fn read(&mut self, bytes: &[u8], record: &mut Record) -> Passes {
        let mut taken = 0;
        while let Some(rest @ [_, ..]) = bytes.get(taken..) {
            let before = self.tap.tokens();
            let read = match self.time {
                Time::Left => self.tap.push(rest),
                Time::Over | Time::Ended => self.tap.push_message(rest),
            };
            taken = taken.saturating_add(read.max(1));
            let tokens = self.tap.tokens();
            // Only here a whole event is at its end.
            if tokens != before {
                self.used_up = self.pay(record, tokens);
            }
            if let Some(used_up) = self.used_up {
                return Passes::UpTo(taken, used_up.words());
            }
            if self.time == Time::Over && self.tap.is_between() {
                self.time = Time::Ended;
                return Passes::UpTo(taken, expired());
            }
        }
        Passes::All
    }

    /// Pays for what was told so far, to all that count it.
    fn pay(&self, record: &mut Record, tokens: u64) -> Option<UsedUp> {
        let limits = record.limits.pay(&self.worker, tokens);
        let mut budgets = std::mem::take(&mut record.budgets);
        let so_far = || so_far(record, self.tap.observed());
        let left = budgets.pay(&self.worker, so_far);
        record.budgets = budgets;
        match (limits, left) {
            (Left::Nothing, _) => Some(UsedUp::Limit),
            (Left::Something, Left::Nothing) => Some(UsedUp::Budget),
            (Left::Something, Left::Something) => None,
        }
    }

    /// Ready when the session has lasted as long as it may and no event is on its way, or none that will be whole: with what is
    /// said last.
    pub(crate) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        let Some(end) = &mut self.end else {
            return Poll::Pending;
        };
        loop {
            ready!(end.as_mut().poll(cx));
            if self.tap.is_between() {
                self.time = Time::Ended;
                return Poll::Ready(expired());
            }
            if self.time != Time::Left {
                // Words of ours would stand in the middle of one of the provider's.
                self.time = Time::Ended;
                return Poll::Ready(Vec::new());
            }
            self.time = Time::Over;
            end.as_mut().reset(Instant::now() + PATIENCE);
        }
    }

    /// The provider sends nothing any more.
    pub(crate) fn provider_ended(&mut self) {
        self.is_cut |= !self.is_client_done && !self.tap.is_closed();
    }

    /// The client sends nothing any more.
    pub(crate) fn client_ended(&mut self) {
        self.is_client_done = true;
    }

    /// Settles the session and notes what was seen. `ending` is that of the connections; what is returned, of the session.
    pub(crate) fn close(self, record: &mut Record, ending: Ending) -> Ending {
        let is_over = self.time == Time::Ended;
        let ending = match (self.used_up.is_some() || is_over, self.is_cut) {
            (true, _) => Ending::Complete,
            (false, true) => Ending::UpstreamBroke,
            (false, false) => ending,
        };
        if let Some(used_up) = self.used_up {
            record.fault(&used_up.fault());
        } else if is_over {
            record.fault(&Kind::SessionExpired.into());
        }
        let observed = Box::new(self.tap.into_observed());
        match ending {
            Ending::Complete => self.settlement.complete(&observed),
            Ending::UpstreamBroke => self.settlement.settle(Verdict::StreamErrorAfterContent),
            Ending::Dropped => self.settlement.settle(Verdict::ClientGone),
        }
        record.llm.observed = Some(observed);
        ending
    }
}

// === impl UsedUp ===

impl UsedUp {
    /// What the client reads last.
    fn words(self) -> Vec<u8> {
        match self {
            Self::Limit => used_up(),
            Self::Budget => spent(),
        }
    }

    fn fault(self) -> Fault {
        match self {
            Self::Limit => {
                let why = "a limit of tokens is used up within a session";
                Fault::caused(Kind::RateLimited, why)
            }
            Self::Budget => {
                let why = "a budget is used up within a session";
                Fault::caused(Kind::BudgetExceeded, why)
            }
        }
    }
}
