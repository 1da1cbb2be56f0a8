//! Closing a connection so that the last answer arrives.
//!
//! Owns the wait between our end of the connection and its close. Must not keep a byte of what it reads. Invariant: it
//! ends by itself. A socket that is closed with unread bytes is reset, and the reset overtakes an answer that the client
//! has not read yet (RFC 9112, section 9.6): a refusal of a large body would be lost.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How long the client may take to read the answer and to close.
const LIMIT: Duration = Duration::from_secs(1);

/// What remains to be done.
#[derive(Debug, Default)]
pub(super) enum Linger {
    /// Everything.
    #[default]
    Open,
    /// Our end is closed; the client's is awaited.
    Reading(Pin<Box<Sleep>>),
    /// Nothing.
    Over,
}

impl Linger {
    /// Closes our end, then reads until the client closes its own.
    pub(super) fn poll<T: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        transport: &mut T,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            match self {
                Linger::Open => {
                    ready!(Pin::new(&mut *transport).poll_shutdown(cx))?;
                    *self = Linger::Reading(Box::pin(sleep(LIMIT)));
                }
                Linger::Reading(limit) => {
                    let mut discarded = [0; 4096];
                    let mut buf = ReadBuf::new(&mut discarded);
                    let read = Pin::new(&mut *transport).poll_read(cx, &mut buf);
                    let is_over = match read {
                        Poll::Ready(Ok(())) => buf.filled().is_empty(),
                        Poll::Ready(Err(_)) => true,
                        Poll::Pending => false,
                    };
                    if is_over || limit.as_mut().poll(cx).is_ready() {
                        *self = Linger::Over;
                    } else if read.is_pending() {
                        return Poll::Pending;
                    }
                }
                Linger::Over => return Poll::Ready(Ok(())),
            }
        }
    }
}
