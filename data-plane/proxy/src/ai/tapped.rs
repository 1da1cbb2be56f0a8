//! An answer under a tap, on its way to the client.
//!
//! Owns the order of the tap's output and the end of the stream. Must not read the answer itself.
//! Invariant: an answer that the tap calls cut ends in an error, after everything that came of it.

use std::{
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use dp_llm::{
    observed::Observed,
    tap::{Ending, ResponseTap},
};
use http_body::{Frame, SizeHint};

use crate::response_body::{BodyError, Upstream};

/// The upstream's body, watched.
pub(crate) struct Tapped {
    upstream: Upstream,
    state: State,
    observed: Option<Box<Observed>>,
}

enum State {
    /// The answer is coming.
    Open(Box<ResponseTap>),
    /// The answer has been read; this is left to be sent.
    Over {
        trailers: Option<http::HeaderMap>,
        is_cut: bool,
    },
    Done,
}

type Polled = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

impl Tapped {
    /// Puts a tap on an answer.
    pub(crate) fn new(upstream: Upstream, tap: ResponseTap) -> Tapped {
        Tapped {
            upstream,
            state: State::Open(Box::new(tap)),
            observed: None,
        }
    }

    /// How long either side may keep the other waiting.
    pub(crate) fn patience(&self) -> Option<Duration> {
        self.upstream.patience()
    }

    /// What was seen, once; as far as it got where the answer is not over.
    pub(crate) fn take_observed(&mut self) -> Option<Box<Observed>> {
        if let State::Open(tap) = std::mem::replace(&mut self.state, State::Done) {
            self.observed = Some(Box::new(tap.into_observed()));
        }
        self.observed.take()
    }

    /// The next frame for the client.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Polled {
        loop {
            match &mut self.state {
                State::Open(tap) => match ready!(self.upstream.poll(cx)) {
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(data) => {
                            let mut data = tap.push(data);
                            // hyper does not ask again once a known length is there.
                            if self.upstream.is_end_stream() {
                                data = joined(data, self.finish(None));
                            }
                            if !data.is_empty() {
                                return Poll::Ready(Some(Ok(Frame::data(data))));
                            }
                        }
                        Err(other) => {
                            let rest = self.finish(other.into_trailers().ok());
                            if !rest.is_empty() {
                                return Poll::Ready(Some(Ok(Frame::data(rest))));
                            }
                        }
                    },
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => {
                        let rest = self.finish(None);
                        if !rest.is_empty() {
                            return Poll::Ready(Some(Ok(Frame::data(rest))));
                        }
                    }
                },
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
        matches!(self.state, State::Done)
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }

    /// Takes the tap off; returns what it gives last, which goes out first.
    fn finish(&mut self, trailers: Option<http::HeaderMap>) -> Bytes {
        let State::Open(tap) = std::mem::replace(&mut self.state, State::Done) else {
            return Bytes::new();
        };
        let finish = tap.finish();
        self.observed = Some(Box::new(finish.observed));
        let is_cut = match finish.ending {
            Ending::Complete | Ending::Failed => false,
            Ending::Truncated(_) => true,
        };
        if is_cut || trailers.is_some() {
            self.state = State::Over { trailers, is_cut };
        }
        finish.rest
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
