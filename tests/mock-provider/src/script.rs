//! A response body that plays a list of steps.
//!
//! It must not know what the bytes mean. Invariant: a step is taken only when the transport asks
//! for more, so a slow reader holds the script back.

use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;

use crate::account::Settlement;

/// One step of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// These bytes.
    Send(Bytes),
    /// These bytes, without end.
    Repeat(Bytes),
    /// A pause.
    Wait(Duration),
    /// Silence without end.
    Hang,
    /// The connection closes inside the body.
    Break,
    /// The connection is reset inside the body.
    Reset,
    /// The counts that come next are entered in the account.
    Settle,
}

/// A body. Its length is announced only for [`Script::whole`].
pub(crate) struct Script {
    steps: VecDeque<Step>,
    pause: Option<Pin<Box<Sleep>>>,
    length: Option<u64>,
    settlement: Option<Box<Settlement>>,
    reset: Option<CancellationToken>,
}

impl Script {
    /// One piece of known length.
    pub(crate) fn whole(body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let length = Some(body.len() as u64);
        Self {
            steps: VecDeque::from([Step::Send(body)]),
            pause: None,
            length,
            settlement: None,
            reset: None,
        }
    }

    /// Steps, without an announced length.
    pub(crate) fn steps(steps: Vec<Step>) -> Self {
        Self {
            steps: steps.into(),
            pause: None,
            length: None,
            settlement: None,
            reset: None,
        }
    }

    /// The same in `gzip`, each part so that it can be unpacked when it is there.
    pub(crate) fn gzipped(mut self) -> io::Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let mut steps = VecDeque::new();
        for step in std::mem::take(&mut self.steps) {
            if let Step::Send(bytes) = &step {
                encoder.write_all(bytes)?;
                encoder.flush()?;
                let part = std::mem::take(encoder.get_mut());
                steps.push_back(Step::Send(part.into()));
            } else {
                steps.push_back(step);
            }
        }
        steps.push_back(Step::Send(encoder.finish()?.into()));
        let length = steps.iter().map(|step| match step {
            Step::Send(bytes) => bytes.len() as u64,
            Step::Repeat(_)
            | Step::Wait(_)
            | Step::Hang
            | Step::Break
            | Step::Reset
            | Step::Settle => 0,
        });
        self.length = self.length.map(|_| length.sum());
        self.steps = steps;
        Ok(self)
    }

    /// Tells the script how its connection is reset.
    pub(crate) fn on_reset(&mut self, reset: CancellationToken) {
        self.reset = Some(reset);
    }

    /// Enters these counts when the step comes, or at once where there is none.
    pub(crate) fn settling(mut self, settlement: Settlement) -> Self {
        if self.length.is_some() {
            self.steps.push_front(Step::Settle);
        }
        self.settlement = Some(Box::new(settlement));
        self
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                if pause.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.pause = None;
            }
            match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Send(bytes)) if bytes.is_empty() => (),
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Step::Repeat(bytes)) => {
                    self.steps.push_front(Step::Repeat(bytes.clone()));
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Step::Wait(time)) => {
                    self.pause = Some(Box::pin(tokio::time::sleep_until(Instant::now() + time)));
                }
                Some(Step::Settle) => {
                    if let Some(settlement) = self.settlement.take() {
                        settlement.enter();
                    }
                }
                Some(Step::Hang) => {
                    // Nothing will wake this: the peer has to give up.
                    self.steps.push_front(Step::Hang);
                    return Poll::Pending;
                }
                Some(Step::Reset) => {
                    if let Some(reset) = &self.reset {
                        reset.cancel();
                    }
                    // A script without steps would be over, and its answer whole.
                    self.steps.push_front(Step::Reset);
                    return Poll::Pending;
                }
                Some(Step::Break) => {
                    let error = io::Error::other("the script breaks off");
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty() && self.pause.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map(SizeHint::with_exact).unwrap_or_default()
    }
}
