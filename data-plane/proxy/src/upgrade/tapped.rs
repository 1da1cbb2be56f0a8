//! The upstream's side of a splice, with whoever reads along.
//!
//! Owns the order: bytes are told when they have arrived, before the other side has them. Must not know what they mean.
//! Invariant: behind the words that end a session nothing passes in either direction, and its upstream is closed.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{
    ai::{Passes, Session},
    limit::LimitFacts,
};

/// How long a client may go on sending behind the end.
const LINGER: Duration = Duration::from_secs(5);

/// A session that reads along, and the limits that it pays.
pub(super) type Reader<'s> = Option<(&'s mut Session, &'s mut LimitFacts)>;

/// A stream whose bytes a session reads along.
pub(super) struct Tapped<'s, T> {
    /// None once the session was ended from here.
    io: Option<T>,
    reader: Reader<'s>,
    /// What is said last.
    last: Bytes,
    /// When it was ended from here.
    ended: Option<Instant>,
}

impl<'s, T> Tapped<'s, T> {
    pub(super) fn new(io: T, reader: Reader<'s>) -> Tapped<'s, T> {
        Tapped {
            io: Some(io),
            reader,
            last: Bytes::new(),
            ended: None,
        }
    }

    /// Ends it from here, with these words.
    fn end(&mut self, last: Vec<u8>) {
        self.last = last.into();
        self.io = None;
        self.ended = Some(Instant::now());
    }
}

/// Whether a client may still say something for nobody.
fn is_lingering(ended: Option<Instant>) -> bool {
    ended.is_some_and(|ended| ended.elapsed() < LINGER)
}

impl<T: AsyncRead + Unpin> AsyncRead for Tapped<'_, T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.io.is_some()
            && let Some((session, _)) = &mut this.reader
            && let Poll::Ready(last) = session.poll_over(cx)
        {
            this.end(last);
        }
        let Some(io) = &mut this.io else {
            let most = this.last.len().min(buf.remaining());
            buf.put_slice(this.last.get(..most).unwrap_or_default());
            this.last.advance(most);
            return Poll::Ready(Ok(()));
        };
        let before = buf.filled().len();
        let read = ready!(Pin::new(io).poll_read(cx, buf));
        let Some((session, limits)) = &mut this.reader else {
            return Poll::Ready(read);
        };
        match (&read, buf.filled().get(before..)) {
            (Ok(()), Some(bytes @ [_, ..])) => match session.read(bytes, limits) {
                Passes::All => {}
                Passes::UpTo(count, last) => {
                    buf.set_filled(before.saturating_add(count).min(buf.filled().len()));
                    this.end(last);
                }
            },
            (Ok(()) | Err(_), _) => session.provider_ended(),
        }
        Poll::Ready(read)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Tapped<'_, T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match &mut this.io {
            Some(io) => Pin::new(io).poll_write(cx, buf),
            // Until the client has read that this is the end, which it has time for.
            None if is_lingering(this.ended) => Poll::Ready(Ok(buf.len())),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().io {
            Some(io) => Pin::new(io).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Asked for when the client's side is at its end.
        if let Some((session, _)) = &mut this.reader {
            session.client_ended();
        }
        match &mut this.io {
            Some(io) => Pin::new(io).poll_shutdown(cx),
            None => Poll::Ready(Ok(())),
        }
    }
}
