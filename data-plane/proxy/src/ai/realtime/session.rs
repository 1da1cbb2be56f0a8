//! A session between a client and a model, once both sides agreed.
//!
//! Owns what is read of the provider's side, the payment for each response, and the settlement of the attempt with the end of
//! the session. Must not move bytes. Invariants: nothing of what passes is kept or changed; a limit that is used up ends the
//! session behind a whole event; a session is settled once, and one that the provider cut is never told as if it were whole.

use std::rc::Rc;

use dp_llm::{
    realtime::{RealtimeTap, used_up},
    tap::Limits,
};
use dp_upstream::provider_group::verdict::Verdict;

use crate::{
    ai::relayed::Settlement,
    fault::{Fault, Kind},
    limit::{Left, LimitFacts},
    record::{Ending, Record},
    worker::Worker,
};

/// What is known of an open session.
pub(crate) struct Session {
    tap: RealtimeTap,
    worker: Rc<Worker>,
    settlement: Settlement,
    /// The client's side has ended, so the provider's may.
    is_client_done: bool,
    /// The provider's side ended before anybody said that it would.
    is_cut: bool,
    /// It was ended by a limit.
    is_used_up: bool,
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
    pub(in crate::ai) fn new(worker: Rc<Worker>, settlement: Settlement) -> Session {
        Session {
            tap: RealtimeTap::new(Limits::default().event_bytes),
            worker,
            settlement,
            is_client_done: false,
            is_cut: false,
            is_used_up: false,
        }
    }

    /// The provider sent this.
    pub(crate) fn read(&mut self, bytes: &[u8], limits: &mut LimitFacts) -> Passes {
        let mut taken = 0;
        while let Some(rest @ [_, ..]) = bytes.get(taken..) {
            let before = self.tap.tokens();
            taken = taken.saturating_add(self.tap.push(rest).max(1));
            let tokens = self.tap.tokens();
            // Only here a whole event is at its end.
            if tokens != before && limits.pay(&self.worker, tokens) == Left::Nothing {
                self.is_used_up = true;
                return Passes::UpTo(taken, used_up());
            }
        }
        Passes::All
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
        let ending = match (self.is_used_up, self.is_cut) {
            (true, _) => Ending::Complete,
            (false, true) => Ending::UpstreamBroke,
            (false, false) => ending,
        };
        if self.is_used_up {
            let why = "a limit of tokens is used up within a session";
            record.fault(&Fault::caused(Kind::RateLimited, why));
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
