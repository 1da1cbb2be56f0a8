//! What the attempts of a request came to so far.
//!
//! Owns which of several errors the client gets where no provider answers. Must not choose a provider. Invariants: what a provider
//! that is well said of the request goes before a failure; an answer of a provider goes before a refusal of ours, since it says
//! what would help; of refusals of ours, the first is told (llm.md R-24).

use std::time::Duration;

use dp_config::ai_backend::AiProvider;
use dp_upstream::provider_group::verdict::Outcome;

use super::{Tried, answer::Answer, ledger, request::note};
use crate::{
    exchange::{Exchange, Reply},
    fault::Fault,
    record::Record,
};

/// The errors of a request so far.
#[derive(Default)]
pub(super) struct Past<'a> {
    /// Of the last provider that was asked.
    pub(super) failed: Option<Failed<'a>>,
    /// Of the first provider that cannot take the request.
    refused: Option<Fault>,
    /// Of the provider that refused what the request holds, after which others were asked.
    refusal: Option<Refusal>,
}

/// What a provider that is well said.
struct Refusal {
    attempt: ledger::Refused,
    said: Said,
}

enum Said {
    Reply(Box<Result<Reply, Fault>>),
    /// An answer of which a filter left nothing.
    Answer(Box<Answer>),
}

/// An attempt that another follows.
pub(super) struct Failed<'a> {
    /// And its group.
    pub(super) provider: (&'a AiProvider, usize),
    pub(super) outcome: Outcome,
    pub(super) reply: Box<Result<Reply, Fault>>,
}

// === impl Past ===

impl<'a> Past<'a> {
    /// How the last provider that was asked ended.
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        self.failed.as_ref().map(|failed| &failed.outcome)
    }

    /// A provider refused what the request holds, and another is asked.
    pub(super) fn fell_back(&mut self, record: &mut Record, tried: Tried, error: &'static str) {
        self.failed = None;
        let said = match tried {
            Tried::Answered(answer) => {
                if let Some((observed, _)) = answer.observed() {
                    ledger::note_told(record, observed);
                }
                answer.gathered().map(Said::Answer)
            }
            Tried::Failed { reply, .. } => Some(Said::Reply(reply)),
            Tried::Unsendable(_) | Tried::Unfit(_) => None,
        };
        let attempt = ledger::attempt_refused(record, error);
        self.refusal = attempt
            .zip(said)
            .map(|(attempt, said)| Refusal { attempt, said });
    }

    /// The last attempt failed with `error`, and no other follows: what the client gets instead, if there is something better.
    pub(super) fn instead(
        &mut self,
        exchange: &mut Exchange<'_>,
        error: &'static str,
    ) -> Option<Result<Reply, Fault>> {
        let refusal = self.refusal.take()?;
        ledger::attempt_failed(exchange.record, error);
        Some(refusal.told(exchange))
    }

    /// A provider cannot take the request, and another is asked in `after`.
    pub(super) async fn refused(&mut self, fault: Fault, after: Duration) {
        self.refused.get_or_insert(fault);
        pause(after).await;
    }

    /// The request cannot be sent to the provider that is next, nor to any other, for this reason.
    pub(super) fn unsendable(
        self,
        exchange: &mut Exchange<'_>,
        fault: Fault,
    ) -> Result<Reply, Fault> {
        match self.refusal {
            Some(refusal) => refusal.told(exchange),
            None => Err(fault),
        }
    }

    /// There is no other attempt. `fault` is why, if nothing says more.
    pub(super) fn end(self, exchange: &mut Exchange<'_>, fault: Fault) -> Result<Reply, Fault> {
        if let Some(refusal) = self.refusal {
            return refusal.told(exchange);
        }
        match self.failed {
            Some(failed) => {
                note(exchange.record, failed.provider);
                *failed.reply
            }
            None => Err(self.refused.unwrap_or(fault)),
        }
    }
}

// === impl Refusal ===

impl Refusal {
    /// The client gets it.
    fn told(self, exchange: &mut Exchange<'_>) -> Result<Reply, Fault> {
        self.attempt.restore(exchange.record);
        match self.said {
            Said::Reply(reply) => *reply,
            Said::Answer(answer) => answer.into_reply_settled(exchange),
        }
    }
}

/// Waits, if at all.
pub(super) async fn pause(after: Duration) {
    if !after.is_zero() {
        tokio::time::sleep(after).await;
    }
}
