//! An answer on its way to the client.
//!
//! Owns the order of the relay's output, the end of the stream, and the settlement of the attempt with it. Must not read the
//! answer itself. Invariants: an answer that is cut never ends as if it were whole; an attempt is settled once, however its
//! answer ends.

use std::{
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Bytes;
use dp_llm::{
    observed::Observed,
    relay::Relay,
    tap::{Ending, Truncation},
};
use dp_upstream::provider_group::{
    attempts::Attempt,
    gauge::Underway,
    verdict::{Outcome, Verdict},
};
use http_body::{Frame, SizeHint};

use super::answer::Said;
use crate::{
    response_body::{BodyError, Upstream},
    worker::Worker,
};

/// The upstream's body, relayed.
pub(crate) struct Relayed {
    upstream: Upstream,
    state: State,
    /// Came before the head went out.
    held: Bytes,
    observed: Option<Box<Observed>>,
    /// When the first content came, for the record.
    first_content: Option<Instant>,
    settlement: Option<Settlement>,
    /// The answer ended before its end, whatever the client was told.
    is_broken: bool,
}

enum State {
    /// The answer is coming.
    Open(Box<Relay>),
    /// The answer has been read; this is left to be sent.
    Over {
        trailers: Option<http::HeaderMap>,
        is_cut: bool,
    },
    Done,
}

/// An attempt whose answer goes to the client.
pub(super) struct Settlement {
    worker: Rc<Worker>,
    /// Name of the backend, for metrics.
    backend: Arc<str>,
    attempt: Attempt,
    said: Said,
    _under_way: Underway,
}

type Polled = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

// === impl Settlement ===

impl Settlement {
    /// For an attempt that is answered.
    pub(super) fn new(
        worker: Rc<Worker>,
        backend: Arc<str>,
        (attempt, under_way): (Attempt, Underway),
        said: Said,
    ) -> Settlement {
        Settlement {
            worker,
            backend,
            attempt,
            said,
            _under_way: under_way,
        }
    }

    /// The answer is whole.
    pub(super) fn complete(self, observed: &Observed) {
        let output_tokens = observed.usage.as_ref().and_then(|usage| usage.output);
        let Said { spared, condition } = self.said;
        self.settle_as(Outcome {
            verdict: Verdict::Success { output_tokens },
            retry_after: spared,
            condition,
        });
    }

    fn settle(self, verdict: Verdict) {
        let condition = self.said.condition;
        self.settle_as(Outcome {
            condition,
            ..verdict.into()
        });
    }

    fn settle_as(self, outcome: Outcome) {
        let name = self.attempt.entry.name.clone();
        let random = self.worker.upstream.random();
        let change = self.attempt.settle(&outcome, Instant::now(), random);
        let metrics = &self.worker.metrics;
        metrics.attempt(&self.backend, &name, outcome.verdict.label(), change);
    }
}

// === impl Relayed ===

impl Relayed {
    /// Relays an answer of which the relay gave `held` already.
    pub(super) fn new(
        upstream: Upstream,
        relay: Box<Relay>,
        held: Bytes,
        settlement: Settlement,
    ) -> Relayed {
        Relayed {
            upstream,
            state: State::Open(relay),
            held,
            observed: None,
            first_content: None,
            settlement: Some(settlement),
            is_broken: false,
        }
    }

    /// How long either side may keep the other waiting.
    pub(crate) fn patience(&self) -> Option<Duration> {
        self.upstream.patience()
    }

    /// What was seen, once; as far as it got where the answer is not over.
    pub(crate) fn take_observed(&mut self) -> Option<Box<Observed>> {
        if let State::Open(relay) = std::mem::replace(&mut self.state, State::Done) {
            self.observed = Some(Box::new(relay.into_observed()));
        }
        self.observed.take()
    }

    /// The answer ended before its end.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// When the first content came, where that was behind the head.
    pub(crate) fn first_content(&self) -> Option<Instant> {
        self.first_content
    }

    /// The next frame for the client.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Polled {
        if !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            return Poll::Ready(Some(Ok(Frame::data(held))));
        }
        loop {
            match &mut self.state {
                State::Open(_) => {
                    let data = match ready!(self.upstream.poll(cx)) {
                        Some(Ok(frame)) => self.take(frame),
                        Some(Err(error)) => {
                            let told = self.broken(&error);
                            if told.is_empty() {
                                return Poll::Ready(Some(Err(error)));
                            }
                            told
                        }
                        None => self.finish(None),
                    };
                    if !data.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(data))));
                    }
                }
                State::Over { trailers, is_cut } => {
                    let (trailers, is_cut) = (trailers.take(), *is_cut);
                    self.state = State::Done;
                    if is_cut {
                        return Poll::Ready(Some(Err(BodyError::Cut)));
                    }
                    return Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))));
                }
                State::Done => return Poll::Ready(None),
            }
        }
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Done) && self.held.is_empty()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }

    fn take(&mut self, frame: Frame<Bytes>) -> Bytes {
        let State::Open(relay) = &mut self.state else {
            return Bytes::new();
        };
        match frame.into_data() {
            Ok(data) => {
                let had_content = relay.observed().has_content;
                let data = relay.push(data);
                if !had_content && relay.observed().has_content {
                    let now = Instant::now();
                    self.first_content = Some(now);
                    if let Some(settlement) = &mut self.settlement {
                        settlement.attempt.first_token(now);
                    }
                }
                // hyper does not ask again once a known length is there.
                match self.upstream.is_end_stream() {
                    true => joined(data, self.finish(None)),
                    false => data,
                }
            }
            Err(other) => self.finish(other.into_trailers().ok()),
        }
    }

    /// The answer is read; returns what the relay gives last, which goes out first.
    fn finish(&mut self, trailers: Option<http::HeaderMap>) -> Bytes {
        let State::Open(relay) = std::mem::replace(&mut self.state, State::Done) else {
            return Bytes::new();
        };
        let finish = relay.finish();
        let observed = Box::new(finish.observed);
        if let Some(settlement) = self.settlement.take() {
            match finish.ending {
                Ending::Complete => settlement.complete(&observed),
                Ending::Failed | Ending::Truncated(_) => {
                    settlement.settle(Verdict::StreamErrorAfterContent);
                }
            }
        }
        self.observed = Some(observed);
        self.is_broken = matches!(finish.ending, Ending::Truncated(_));
        let is_cut = match finish.ending {
            Ending::Complete | Ending::Failed => false,
            // A stream's client has been told in its dialect, in an event of its own.
            Ending::Truncated(Truncation::NoTerminator | Truncation::MidEvent) => {
                finish.rest.is_empty()
            }
            Ending::Truncated(Truncation::MidBody) => true,
        };
        if is_cut || trailers.is_some() {
            self.state = State::Over { trailers, is_cut };
        }
        finish.rest
    }

    /// The upstream broke off; returns what tells the client so, if anything can.
    fn broken(&mut self, error: &BodyError) -> Bytes {
        self.is_broken = true;
        self.settle(match error {
            BodyError::Stalled => Verdict::Idle,
            BodyError::Broken(_) | BodyError::Cut => Verdict::StreamErrorAfterContent,
        });
        let State::Open(relay) = std::mem::replace(&mut self.state, State::Done) else {
            return Bytes::new();
        };
        let (told, observed) = relay.broken();
        self.observed = Some(Box::new(observed));
        told
    }

    fn settle(&mut self, verdict: Verdict) {
        if let Some(settlement) = self.settlement.take() {
            settlement.settle(verdict);
        }
    }
}

impl Drop for Relayed {
    fn drop(&mut self) {
        // Whoever drops it before its end is the client's side.
        self.settle(Verdict::ClientGone);
    }
}

/// Two pieces as one; mostly one of them is empty.
fn joined(first: Bytes, second: Bytes) -> Bytes {
    match (first.is_empty(), second.is_empty()) {
        (_, true) => first,
        (true, false) => second,
        (false, false) => [first, second].concat().into(),
    }
}
