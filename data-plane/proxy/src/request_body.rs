//! The body of a request on its way upstream.
//!
//! Owns the choice between the client's stream, bytes that were buffered, and a stream that is also copied
//! to a mirror. Must not know routes. Invariant: frames pass one by one as the upstream asks for them, so
//! its pace reaches the client; a copy never holds the original up.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::{
    connection::Client,
    forward::Limits,
    io::Reads,
    mirror::Copy,
    stall::{Progress, Stall},
};

/// What hyper reads the request from.
pub(crate) enum RequestBody {
    /// Nothing.
    Empty,
    /// Buffered bytes, once.
    Full(Bytes),
    /// The client's stream.
    Stream(Box<Stream>),
    /// The copy that a mirror gets.
    Copied(crate::mirror::Copied),
}

/// The client's stream with its idle time-out.
pub(crate) struct Stream {
    incoming: Incoming,
    /// Told when all of it has come.
    reads: Arc<Reads>,
    stall: Stall,
    copy: Option<Copy>,
    moving: Option<Moving>,
}

/// How long a request whose body moves may go on without the head of a response.
#[derive(Clone, Debug)]
pub(crate) struct Moving {
    progress: Progress,
    idle: Duration,
}

/// Why a client's body ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// The client was silent for too long.
    #[error("the client sent nothing of its body for too long")]
    Stalled,
    /// The client broke off, or its framing is broken.
    #[error("the client's body broke off")]
    Broken(#[source] hyper::Error),
    /// The copy for a mirror outgrew its limit.
    #[error("the body is larger than a mirror may hold")]
    MirrorLimit,
}

// === impl RequestBody ===

impl RequestBody {
    /// The client's stream, within the limits of its exchange.
    pub(crate) fn stream(
        client: &Client,
        incoming: Incoming,
        limits: Limits,
        copy: Option<Copy>,
    ) -> Self {
        if incoming.is_end_stream() {
            return RequestBody::Empty;
        }
        RequestBody::Stream(Box::new(Stream {
            incoming,
            reads: client.reads(),
            stall: Stall::new(limits.idle).until(limits.body_end.map(Into::into)),
            copy,
            // A deadline stands, whatever moves.
            moving: limits
                .idle
                .filter(|_| limits.deadline.is_none())
                .map(|idle| Moving {
                    progress: Progress::default(),
                    idle,
                }),
        }))
    }

    /// Tells from outside whether the body moves, where that counts.
    pub(crate) fn moving(&self) -> Option<Moving> {
        match self {
            RequestBody::Stream(stream) => stream.moving.clone(),
            RequestBody::Empty | RequestBody::Full(_) | RequestBody::Copied(_) => None,
        }
    }
}

// === impl Moving ===

impl Moving {
    /// Until when to wait from now on: `None` where nothing has moved since this was last asked.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.progress
            .take()
            .then(|| Instant::now().checked_add(self.idle))
            .flatten()
    }
}

// === impl RequestBody ===

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            RequestBody::Empty => Poll::Ready(None),
            RequestBody::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            RequestBody::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            RequestBody::Stream(stream) => stream.poll(cx),
            RequestBody::Copied(copied) => copied.poll(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            RequestBody::Empty => true,
            RequestBody::Full(bytes) => bytes.is_empty(),
            RequestBody::Stream(stream) => stream.incoming.is_end_stream(),
            RequestBody::Copied(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            RequestBody::Empty => SizeHint::with_exact(0),
            RequestBody::Full(bytes) => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            RequestBody::Stream(stream) => stream.incoming.size_hint(),
            RequestBody::Copied(_) => SizeHint::default(),
        }
    }
}

// === impl Stream ===

impl Stream {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.stall.progress();
                if let Some(moving) = &self.moving {
                    moving.progress.note();
                }
                if let Some(copy) = &mut self.copy {
                    copy.frame(&frame);
                }
                // hyper does not ask again once a known length is there.
                if self.incoming.is_end_stream() {
                    self.end();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.copy = None;
                Poll::Ready(Some(Err(BodyError::Broken(error))))
            }
            Poll::Ready(None) => {
                self.end();
                Poll::Ready(None)
            }
            Poll::Pending => self
                .stall
                .poll_stalled(cx)
                .map(|()| Some(Err(BodyError::Stalled))),
        }
    }
    fn end(&mut self) {
        self.reads.end_body();
        if let Some(copy) = self.copy.take() {
            copy.end();
        }
    }
}
