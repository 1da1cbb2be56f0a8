//! An attempt whose provider refused what the request holds, while another is asked.
//!
//! Owns what the record has to know again where no other answers, and the client gets the refusal. Must not decide that. Invariant:
//! what the refusal told is in the record once: as that of a replaced attempt until it is restored, and as the answer's then.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use dp_llm::{format::Format, observed::Observed};

use super::{Attempt, replaced};
use crate::record::{LlmFacts, Record, UpstreamFacts};

/// What was known of the attempt.
pub(in crate::ai) struct Refused {
    attempt: Attempt,
    /// Where it stands among those that were replaced, if it took something.
    place: Option<usize>,
    observed: Option<Box<Observed>>,
    provider: Option<Arc<str>>,
    entry: Option<Arc<str>>,
    group: Option<usize>,
    model: Option<String>,
    edge: Option<(Format, Format)>,
    cluster: Option<Arc<str>>,
    endpoint: Option<SocketAddr>,
    first_byte: Option<Duration>,
}

/// An attempt is not what the client gets, unless no other is.
pub(in crate::ai) fn attempt_refused(record: &mut Record, error: &'static str) -> Option<Refused> {
    let count = |record: &Record| {
        let ledger = record.llm.ledger.as_deref();
        ledger.map_or(0, |ledger| ledger.replaced.len())
    };
    let before = count(record);
    let (attempt, observed) = replaced::ended(record, error)?;
    let (llm, upstream) = (&record.llm, &record.upstream);
    Some(Refused {
        attempt,
        place: (count(record) > before).then_some(before),
        observed,
        provider: llm.provider.clone(),
        entry: llm.entry.clone(),
        group: llm.group,
        model: llm.model.clone(),
        edge: llm.edge,
        cluster: upstream.cluster.clone(),
        endpoint: upstream.endpoint,
        first_byte: upstream.first_byte,
    })
}

// === impl Refused ===

impl Refused {
    /// It is what the client gets after all.
    pub(in crate::ai) fn restore(self, record: &mut Record) {
        let mut ledger = record.llm.ledger.take();
        if let Some(ledger) = &mut ledger {
            if let Some(place) = self.place.filter(|place| *place < ledger.replaced.len()) {
                ledger.replaced.remove(place);
            }
            ledger.attempt = Some(self.attempt);
        }
        record.llm = LlmFacts {
            provider: self.provider,
            entry: self.entry,
            group: self.group,
            model: self.model,
            edge: self.edge,
            observed: self.observed,
            ledger,
            ..std::mem::take(&mut record.llm)
        };
        record.upstream = UpstreamFacts {
            cluster: self.cluster,
            endpoint: self.endpoint,
            first_byte: self.first_byte,
            attempts: record.upstream.attempts,
        };
    }
}
