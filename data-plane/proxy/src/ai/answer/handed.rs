//! An answer as it is handed on.
//!
//! Owns what is settled at once, and what with the last byte. Must not read it. Invariant: what keeps an answer for others gets
//! only one that no guard changed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dp_config::ai_backend::AiProvider;
use dp_llm::observed::Observed;
use dp_upstream::provider_group::{attempts::Attempt, gauge::Underway};
use http::{Response, response};

use super::{Answer, Body, Said};
use crate::{
    ai::{
        Relayed, Session, Tried,
        guard::{self, Check, Tallies},
        ledger,
        relayed::Settlement,
    },
    exchange::{Exchange, Reply},
    fault::{Fault, Kind},
    in_place::boxed,
    response_body::ResponseBody,
};

// === impl Answer ===

impl Answer {
    pub(super) fn new(head: response::Parts, body: Body, said: Said) -> Box<Self> {
        boxed(|| Self {
            head,
            body,
            said,
            tallies: None,
            keep: None,
            spent: Duration::ZERO,
            is_noted: false,
            keep_alive: None,
            begun: None,
        })
    }

    /// Its first content was there before any of it leaves.
    pub(super) fn begun(mut self: Box<Self>, at: Option<Instant>) -> Box<Self> {
        self.begun = at;
        self
    }

    /// Its reading and writing took so long.
    pub(super) fn after(mut self: Box<Self>, spent: Duration) -> Box<Self> {
        self.spent = spent;
        self
    }

    /// With what guards decide while it streams.
    pub(super) fn with_tallies(mut self: Box<Self>, tallies: Option<Tallies>) -> Box<Self> {
        self.tallies = tallies;
        self
    }

    /// Gives it the headers that its provider's policy wants.
    pub(super) fn dress_by(&mut self, provider: &AiProvider) {
        if let Some(own) = provider.headers() {
            own.response.apply(&mut self.head.headers);
        }
    }

    /// What a whole answer says; `None` for one that is still coming.
    pub(in crate::ai) fn observed(&self) -> Option<(&Observed, Said)> {
        match &self.body {
            Body::Whole { observed, .. } => Some((observed, self.said)),
            // The provider said that this was all, and has not closed the stream yet.
            Body::Relayed { relay, .. } if relay.is_done() && !relay.is_refused() => {
                Some((relay.observed(), self.said))
            }
            Body::Relayed { .. } | Body::Unread(_) | Body::Session(_) => None,
        }
    }

    /// All of an answer; `None` where its provider has not said that this was all.
    pub(in crate::ai) fn gathered(self: Box<Self>) -> Option<Box<Self>> {
        let own = *self;
        let body = match own.body {
            Body::Relayed {
                upstream,
                relay,
                held,
            } if relay.is_done() => {
                upstream.drain();
                let finish = relay.finish();
                Body::Whole {
                    bytes: [held, finish.rest].concat().into(),
                    observed: finish.observed,
                }
            }
            body @ Body::Whole { .. } => body,
            Body::Relayed { .. } | Body::Unread(_) | Body::Session(_) => return None,
        };
        Some(Box::new(Self { body, ..own }))
    }

    /// Hands on a whole answer whose attempt was settled when another was asked. It is kept for nobody.
    pub(in crate::ai) fn into_reply_settled(
        self: Box<Self>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Reply, Fault> {
        let Self {
            head,
            body,
            tallies,
            spent,
            ..
        } = *self;
        let Body::Whole { bytes, observed } = body else {
            return Err(Kind::Bug.into());
        };
        note_spent(exchange, spent);
        let checks = tallies.iter().flat_map(Tallies::checks).collect();
        note_whole(exchange, observed, (checks, tallies));
        Ok(Response::from_parts(head, ResponseBody::full(bytes)).into())
    }

    /// Hands the answer on; the attempt is settled with its last byte.
    pub(in crate::ai) fn into_reply(
        self: Box<Self>,
        exchange: &mut Exchange<'_>,
        backend: Arc<str>,
        (attempt, under_way): (Attempt, Underway),
    ) -> Reply {
        let Self {
            head,
            body,
            said,
            tallies,
            keep,
            spent,
            is_noted,
            keep_alive,
            begun: _,
        } = *self;
        let mut settlement = Settlement::new(
            exchange.client.worker.clone(),
            backend,
            (attempt, under_way),
            said,
        );
        settlement.is_noted = is_noted;
        let body = match body {
            Body::Whole { bytes, observed } => {
                ledger::hear(exchange.record, &head.headers, &bytes);
                note_spent(exchange, spent);
                let checks: Vec<Check> = tallies.iter().flat_map(Tallies::checks).collect();
                let known = &exchange.record.llm.checks;
                settlement.keep = keep.filter(|_| guard::are_as_said(known.iter().chain(&checks)));
                settlement.complete(&observed);
                note_whole(exchange, observed, (checks, tallies));
                ResponseBody::full(bytes)
            }
            Body::Unread(upstream) => {
                settlement.complete(&Observed::default());
                ResponseBody::upstream(upstream)
            }
            Body::Relayed {
                upstream,
                relay,
                held,
            } => {
                note_spent(exchange, spent);
                settlement.keep = keep;
                stream_begins(exchange);
                settlement.seen(relay.observed());
                let relayed = Relayed::new(upstream, relay, held, settlement);
                let relayed = relayed.with_keep_alive(keep_alive);
                let listener = ledger::listen(exchange.record, &head.headers);
                let relayed = relayed.with_listener(listener);
                ResponseBody::relayed(relayed.with_guards(tallies))
            }
            Body::Session(mut splice) => {
                let worker = exchange.client.worker.clone();
                splice.session = Some(Box::new(Session::new(worker, settlement, splice.lifetime)));
                return Reply {
                    response: Box::new(Response::from_parts(head, ResponseBody::empty())),
                    splice: Some(splice),
                };
            }
        };
        Reply {
            response: boxed(|| Response::from_parts(head, body)),
            splice: None,
        }
    }
}

/// What is known of an answer whose end was seen.
fn note_whole(
    exchange: &mut Exchange<'_>,
    observed: Box<Observed>,
    (checks, tallies): (Vec<Check>, Option<Tallies>),
) {
    if checks.iter().any(Check::refuses) {
        exchange.record.response.fault = Some(Kind::GuardRejected);
    }
    exchange.record.llm.checks.extend(checks);
    if let Some(mut tallies) = tallies {
        tallies.watch(&mut exchange.record.llm.watchers);
    }
    exchange.record.llm.observed = Some(observed);
}

// === impl Tried ===

impl Tried {
    /// What came from a provider, with the headers that its policy wants; what the gateway says itself stays as it is.
    pub(in crate::ai) fn dressed_by(mut self, provider: &AiProvider) -> Tried {
        match &mut self {
            Tried::Answered(answer) => answer.dress_by(provider),
            Tried::Failed { reply, .. } => {
                if let (Ok(reply), Some(own)) = (&mut **reply, provider.headers()) {
                    own.response.apply(reply.response.headers_mut());
                }
            }
            Tried::Unsendable(_) | Tried::Unfit(_) => {}
        }
        self
    }
}

/// Lets go what nobody needs while a stream lasts.
fn stream_begins(exchange: &mut Exchange<'_>) {
    let ledger = exchange.record.llm.ledger.as_mut();
    if let Some(ledger) = ledger.filter(|own| own.is_streamed) {
        ledger.stream_begins();
    }
}

/// The gateway's own time so far; what is relayed adds to it.
fn note_spent(exchange: &mut Exchange<'_>, spent: Duration) {
    if let Some(ledger) = &mut exchange.record.llm.ledger {
        ledger.overhead.answer(spent);
    }
}
