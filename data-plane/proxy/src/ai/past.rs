//! What the attempts of a request came to so far.
//!
//! Owns which of several errors the client gets where no provider answers. Must not choose a provider. Invariant: an answer of a
//! provider goes before a refusal of ours, since it says what would help; of refusals, the first is told (llm.md R-24).

use std::time::Duration;

use dp_config::ai_backend::AiProvider;
use dp_upstream::provider_group::verdict::Outcome;

use super::{Tried, ledger, request::note};
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
}

/// An attempt that another follows.
pub(super) struct Failed<'a> {
    pub(super) provider: &'a AiProvider,
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
    pub(super) fn note(&mut self, record: &mut Record, provider: &'a AiProvider, tried: Tried) {
        match tried {
            Tried::Answered(answer) => {
                if let Some((observed, _)) = answer.observed() {
                    ledger::note_told(record, observed);
                }
            }
            Tried::Failed { outcome, reply, .. } => {
                self.failed = Some(Failed {
                    provider,
                    outcome,
                    reply,
                });
            }
            Tried::Unsendable(_) | Tried::Unfit(_) => {}
        }
    }

    /// A provider cannot take the request, and another is asked in `after`.
    pub(super) async fn refused(&mut self, fault: Fault, after: Duration) {
        self.refused.get_or_insert(fault);
        pause(after).await;
    }

    /// There is no other attempt. `fault` is why, if nothing says more.
    pub(super) fn end(self, exchange: &mut Exchange<'_>, fault: Fault) -> Result<Reply, Fault> {
        match self.failed {
            Some(failed) => {
                note(exchange.record, failed.provider);
                *failed.reply
            }
            None => Err(self.refused.unwrap_or(fault)),
        }
    }
}

/// Waits, if at all.
pub(super) async fn pause(after: Duration) {
    if !after.is_zero() {
        tokio::time::sleep(after).await;
    }
}
