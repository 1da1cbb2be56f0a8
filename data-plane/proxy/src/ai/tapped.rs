//! An answer under a tap, on its way to the client.
//!
//! Owns the order of the tap's output and the end of the stream. Must not read the answer itself.
//! Invariant: an answer that the tap calls cut ends in an error, after everything that came of it.

use std::task::{Context, Poll, ready};

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
                            let data = tap.push(data);
                            if !data.is_empty() {
                                return Poll::Ready(Some(Ok(Frame::data(data))));
                            }
                        }
                        Err(other) => {
                            if let Some(rest) = self.finish(other.into_trailers().ok()) {
                                return Poll::Ready(Some(Ok(Frame::data(rest))));
                            }
                        }
                    },
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => {
                        if let Some(rest) = self.finish(None) {
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

    /// Takes the tap off; what it gives last, if anything, goes out first.
    fn finish(&mut self, trailers: Option<http::HeaderMap>) -> Option<Bytes> {
        let State::Open(tap) = std::mem::replace(&mut self.state, State::Done) else {
            return None;
        };
        let finish = tap.finish();
        self.observed = Some(Box::new(finish.observed));
        let is_cut = match finish.ending {
            Ending::Complete | Ending::Failed => false,
            Ending::Truncated(_) => true,
        };
        self.state = State::Over { trailers, is_cut };
        (!finish.rest.is_empty()).then_some(finish.rest)
    }
}
