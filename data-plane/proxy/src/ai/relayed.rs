//! An answer on its way to the client.
//!
//! Owns the order of the relay's output, the end of the stream, and the settlement of the attempt with it. Must not read the
//! answer itself. Invariants: an answer that is cut never ends as if it were whole; an attempt is settled once, however its
//! answer ends.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Bytes;
use dp_llm::{
    content::Answered,
    observed::Observed,
    relay::{Broken, Relay},
    tap::{Ending, Truncation},
};
use dp_upstream::provider_group::verdict::Verdict;
use http_body::{Frame, SizeHint};
use tokio::time::Sleep;

mod gathered;
mod quiet;
mod settlement;

use gathered::Gathered;
use quiet::Quiet;
pub(super) use settlement::Settlement;

use super::guard::{self, Check, Tallies, Watchers};
use crate::{
    in_place::boxed,
    response_body::{BodyError, Upstream},
};

/// The upstream's body, relayed.
pub(crate) struct Relayed {
    /// Given away once the answer is over.
    upstream: Option<Upstream>,
    state: State,
    /// Came before the head went out.
    held: Bytes,
    /// Came, and goes with what follows.
    gathered: Gathered,
    observed: Option<Box<Observed>>,
    /// When the first content came, for the record.
    first_content: Option<Instant>,
    settlement: Option<Box<Settlement>>,
    /// The answer ended before its end, whatever the client was told.
    is_broken: bool,
    guarded: Option<Guarded>,
    /// How long the reading and writing took.
    spent: Duration,
    /// Tells the client that the stream goes on.
    quiet: Option<Quiet>,
    /// Gathers what the client gets, where a span tells it.
    listener: Option<Box<Answered>>,
}

/// What is more where guards judge the answer.
struct Guarded {
    tallies: Tallies,
    /// When what is held is judged without waiting for more.
    due: Option<Pin<Box<Sleep>>>,
    /// When the first of the content came.
    first_in: Option<Instant>,
    /// When the client got the first of it.
    first_out: Option<Instant>,
    is_refused: bool,
}

/// How long text waits for more of it (llm.md G-12).
const PATIENCE: Duration = Duration::from_millis(200);

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

type Polled = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

// === impl Relayed ===

impl Relayed {
    /// Relays an answer of which the relay gave `held` already.
    pub(super) fn new(
        upstream: Upstream,
        relay: Box<Relay>,
        held: Bytes,
        settlement: Box<Settlement>,
    ) -> Box<Relayed> {
        boxed(|| Relayed {
            upstream: Some(upstream),
            state: State::Open(relay),
            held,
            gathered: Gathered::default(),
            observed: None,
            first_content: None,
            settlement: Some(settlement),
            is_broken: false,
            guarded: None,
            spent: Duration::ZERO,
            quiet: None,
            listener: None,
        })
    }

    /// With a sign of life for whoever waits in vain.
    pub(super) fn with_keep_alive(mut self: Box<Self>, sign: Option<&'static str>) -> Box<Relayed> {
        self.quiet = sign.map(Quiet::new);
        self
    }

    /// With somebody who gathers what the client gets.
    pub(super) fn with_listener(
        mut self: Box<Self>,
        listener: Option<Box<Answered>>,
    ) -> Box<Relayed> {
        self.listener = listener;
        self
    }

    /// With what guards will have decided.
    pub(super) fn with_guards(mut self: Box<Self>, tallies: Option<Tallies>) -> Box<Relayed> {
        let (has_content, is_out) = match &self.state {
            State::Open(relay) => {
                let has_content = relay.observed().has_content;
                (has_content, has_content && !relay.is_holding())
            }
            State::Over { .. } | State::Done => (false, false),
        };
        let now = Instant::now();
        self.guarded = tallies.map(|tallies| Guarded {
            tallies,
            due: None,
            first_in: has_content.then_some(now),
            first_out: is_out.then_some(now),
            is_refused: false,
        });
        self
    }

    /// What guards decided.
    pub(crate) fn checks(&self) -> impl Iterator<Item = Check> {
        self.guarded.iter().flat_map(|own| own.tallies.checks())
    }

    /// Has those asked that only watch.
    pub(crate) fn watch(&mut self, watchers: &mut Watchers) {
        if let Some(own) = &mut self.guarded {
            own.tallies.watch(watchers);
        }
    }

    /// A guard ended the answer.
    pub(crate) fn is_refused(&self) -> bool {
        self.guarded.as_ref().is_some_and(|own| own.is_refused)
    }

    /// How long guards kept the first content back.
    pub(crate) fn hold(&self) -> Option<Duration> {
        let guarded = self.guarded.as_ref()?;
        let out = guarded.first_out?;
        Some(out.saturating_duration_since(guarded.first_in?))
    }

    /// How long the client may keep the upstream waiting.
    pub(crate) fn patience(&self) -> Option<Duration> {
        self.upstream.as_ref()?.patience()
    }

    /// What was seen, once; as far as it got where the answer is not over.
    pub(crate) fn take_observed(&mut self) -> Option<Box<Observed>> {
        if let State::Open(relay) = std::mem::replace(&mut self.state, State::Done) {
            self.observed = Some(relay.into_observed());
        }
        self.observed.take()
    }

    /// What was gathered, once.
    pub(crate) fn take_listener(&mut self) -> Option<Box<Answered>> {
        self.listener.take()
    }

    /// The answer ended before its end.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// How long the reading and writing took.
    pub(crate) fn spent(&self) -> Duration {
        self.spent
    }

    /// When the first content came, where that was behind the head.
    pub(crate) fn first_content(&self) -> Option<Instant> {
        self.first_content
    }

    /// The next frame for the client.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Polled {
        let polled = self.poll_next(cx);
        if let Some(listener) = &mut self.listener
            && let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            listener.push(data);
        }
        polled
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Polled {
        if !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            // The end may have been seen with it.
            let data = match &self.state {
                State::Open(relay) if is_over(relay) => joined(held, self.finish(None)),
                State::Open(_) | State::Over { .. } | State::Done => held,
            };
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        loop {
            match &mut self.state {
                State::Open(_) => {
                    let polled = match &mut self.upstream {
                        Some(upstream) => upstream.poll(cx),
                        None => Poll::Ready(None),
                    };
                    let data = match polled {
                        Poll::Pending if !self.gathered.is_empty() => self.gathered.take(),
                        Poll::Pending => match self.poll_due(cx) {
                            Poll::Ready(data) => data,
                            Poll::Pending => return self.poll_quiet(cx),
                        },
                        Poll::Ready(Some(Ok(frame))) => {
                            let data = self.take(frame);
                            if matches!(self.state, State::Open(_)) {
                                if self.gathered.add(data) {
                                    continue;
                                }
                                self.gathered.take()
                            } else {
                                joined(self.gathered.take(), data)
                            }
                        }
                        Poll::Ready(Some(Err(error))) => {
                            let told = self.broken(&error);
                            let rest = self.gathered.take();
                            if told.is_empty() && rest.is_empty() {
                                return Poll::Ready(Some(Err(error)));
                            }
                            if told.is_empty() {
                                let trailers = None;
                                self.state = State::Over {
                                    trailers,
                                    is_cut: true,
                                };
                            }
                            joined(rest, told)
                        }
                        Poll::Ready(None) => joined(self.gathered.take(), self.finish(None)),
                    };
                    if !data.is_empty() {
                        self.note_out();
                        if let Some(quiet) = &mut self.quiet {
                            quiet.sent();
                        }
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
        matches!(self.state, State::Done) && self.held.is_empty() && self.gathered.is_empty()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }

    /// Waits until what is held is due to be judged.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Bytes> {
        let (State::Open(relay), Some(guarded)) = (&mut self.state, &mut self.guarded) else {
            return Poll::Pending;
        };
        if !relay.is_holding() {
            return Poll::Pending;
        }
        let sleep = || Box::pin(tokio::time::sleep(PATIENCE));
        ready!(guarded.due.get_or_insert_with(sleep).as_mut().poll(cx));
        // Armed again by the next text: until then nothing would change.
        guarded.due = Some(Box::pin(tokio::time::sleep(Duration::MAX)));
        let data = relay.flush();
        let is_refused = relay.is_refused();
        Poll::Ready(match is_refused {
            true => joined(data, self.finish(None)),
            false => data,
        })
    }

    /// Waits until the silence has been long.
    fn poll_quiet(&mut self, cx: &mut Context<'_>) -> Polled {
        let Some(quiet) = &mut self.quiet else {
            return Poll::Pending;
        };
        let sign = ready!(quiet.poll(cx));
        Poll::Ready(Some(Ok(Frame::data(sign))))
    }

    fn note_out(&mut self) {
        if let Some(guarded) = &mut self.guarded {
            guarded.first_in = guarded.first_in.or(self.first_content);
            if guarded.first_in.is_some() {
                guarded.first_out.get_or_insert_with(Instant::now);
            }
        }
    }

    fn take(&mut self, frame: Frame<Bytes>) -> Bytes {
        let State::Open(relay) = &mut self.state else {
            return Bytes::new();
        };
        match frame.into_data() {
            Ok(data) => {
                let had_content = relay.observed().has_content;
                let began = Instant::now();
                let data = relay.push(data);
                self.spent += began.elapsed();
                if let Some(settlement) = &mut self.settlement {
                    settlement.seen(relay.observed());
                }
                if !had_content && relay.observed().has_content {
                    let now = Instant::now();
                    self.first_content = Some(now);
                    if let Some(settlement) = &mut self.settlement {
                        settlement.first_token(now);
                    }
                }
                let is_over = is_over(relay);
                if let Some(guarded) = &mut self.guarded {
                    guarded.due = None;
                }
                // hyper does not ask again once a known length is there.
                let is_read = self.upstream.as_ref().is_none_or(Upstream::is_end_stream);
                match is_over || is_read {
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
        if relay.is_done()
            && let Some(upstream) = self.upstream.take()
        {
            upstream.drain();
        }
        let began = Instant::now();
        let is_full = relay.is_full();
        let finish = relay.finish();
        self.spent += began.elapsed();
        let observed = finish.observed;
        if let Some(mut settlement) = self.settlement.take() {
            let checks: Vec<Check> = self.checks().collect();
            if finish.ending == Ending::Refused || !guard::are_as_said(&checks) {
                settlement.keep = None;
            }
            match finish.ending {
                // What was refused the provider did as it was asked.
                Ending::Complete | Ending::Refused => settlement.complete(&observed),
                Ending::Failed | Ending::Truncated(_) if is_full => {
                    settlement.settle(Verdict::TooLarge);
                }
                Ending::Failed | Ending::Truncated(_) => {
                    settlement.settle(failed(&observed));
                }
            }
        }
        self.observed = Some(observed);
        self.is_broken = matches!(finish.ending, Ending::Truncated(_));
        if let Some(guarded) = &mut self.guarded {
            guarded.is_refused = finish.ending == Ending::Refused;
        }
        let is_cut = match finish.ending {
            Ending::Complete | Ending::Refused | Ending::Failed => false,
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
        let has_content = match &self.state {
            State::Open(relay) => relay.observed().has_content,
            State::Over { .. } | State::Done => true,
        };
        // A head that was let go without content (llm.md S-11) was no answer yet.
        let (verdict, how) = match (error, has_content) {
            (BodyError::Stalled, true) => (Verdict::Idle, Broken::Silent),
            (BodyError::Stalled, false) => (Verdict::FirstTokenTimeout, Broken::Silent),
            (BodyError::Broken(_) | BodyError::Cut | BodyError::Encoding(_), true) => {
                (Verdict::StreamErrorAfterContent, Broken::Off)
            }
            (BodyError::Broken(_) | BodyError::Cut | BodyError::Encoding(_), false) => {
                (Verdict::Lost, Broken::Off)
            }
        };
        self.settle(verdict);
        let State::Open(relay) = std::mem::replace(&mut self.state, State::Done) else {
            return Bytes::new();
        };
        let (told, observed) = relay.broken(how);
        self.observed = Some(observed);
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

/// What follows would be no part of the answer. Nor would its client wait for it: OpenAI's SDKs leave at the terminator, and a
/// provider may keep its body open behind it.
fn is_over(relay: &Relay) -> bool {
    relay.is_refused() || relay.is_full() || relay.is_done()
}

/// The verdict of a stream that told an error or ended before its end.
fn failed(observed: &Observed) -> Verdict {
    match (&observed.error, observed.has_content) {
        (_, true) => Verdict::StreamErrorAfterContent,
        (Some(error), false) => Verdict::FirstEventError(error.status()),
        (None, false) => Verdict::Lost,
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
