//! One side of a splice, watched for silence, and how much it took.
//!
//! Owns the note that bytes came or went, and the count of those that it took. Must not look at them. Invariants: a read or a
//! write that moves nothing is no progress, so that a side that takes nothing any more counts as silent; the count is right
//! however the splice ends.

use std::{
    cell::Cell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::stall::Progress;

/// A stream that notes when bytes move.
#[derive(Debug)]
pub(super) struct Watched<T> {
    io: T,
    progress: Progress,
    taken: Taken,
}

/// How many bytes a side took. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken(Rc<Cell<u64>>);

impl Taken {
    pub(super) fn bytes(&self) -> u64 {
        self.0.get()
    }

    fn add(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.0.set(self.0.get().saturating_add(count));
    }
}

impl<T> Watched<T> {
    pub(super) fn new(io: T, progress: Progress, taken: Taken) -> Watched<T> {
        Watched {
            io,
            progress,
            taken,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.io).poll_read(cx, buf);
        if buf.filled().len() > before {
            this.progress.note();
        }
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.io).poll_write(cx, buf);
        if polled.is_ready() {
            this.progress.note();
        }
        if let Poll::Ready(Ok(count)) = polled {
            this.taken.add(count);
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
