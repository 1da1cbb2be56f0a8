//! The upstream's side of a splice, with whoever reads along.
//!
//! Owns the order: bytes are told when they have arrived, before the other side has them; and how long a client may take for
//! the words that end a session. Must not know what bytes mean. Invariants: behind those words nothing passes in either
//! direction, and its upstream is closed; whatever the client does, the connection is at its end [`LINGER`] later.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf as _, Bytes};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::{
    ai::{Passes, Session},
    record::Record,
};

/// How long a client has to take the words that end a session and to close in return (RFC 6455, section 7.1.1).
pub(super) const LINGER: Duration = Duration::from_secs(5);

/// Who reads an upstream's side along.
pub(super) trait Reads {
    /// The upstream sent this.
    fn read(&mut self, bytes: &[u8]) -> Passes;

    /// Ready when it is to end by itself: with what is said last.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>>;

    /// The upstream sends nothing any more.
    fn upstream_ended(&mut self);

    /// The client sends nothing any more.
    fn client_ended(&mut self);
}

/// Whoever reads along, if anybody does.
pub(super) type Reader<'s> = Option<&'s mut dyn Reads>;

/// A session that reads along, and the record with the limits and budgets that it pays.
pub(super) struct Paying<'s> {
    pub(super) session: &'s mut Session,
    pub(super) record: &'s mut Record,
}

/// What is known of the end, by the stream and by whoever watches the time. Clones share it.
#[derive(Clone)]
pub(super) struct End<'s>(Rc<RefCell<Known<'s>>>);

struct Known<'s> {
    reader: Reader<'s>,
    /// It was ended from here.
    is_over: bool,
    /// What is said last.
    last: Bytes,
    linger: Option<Pin<Box<Sleep>>>,
}

/// A stream whose bytes are read along.
pub(super) struct Tapped<'s, T> {
    /// None once it was ended from here.
    io: Option<T>,
    end: End<'s>,
}

// === impl Paying ===

impl Reads for Paying<'_> {
    fn read(&mut self, bytes: &[u8]) -> Passes {
        self.session.read(bytes, self.record)
    }

    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        self.session.poll_over(cx)
    }

    fn upstream_ended(&mut self) {
        self.session.provider_ended();
    }

    fn client_ended(&mut self) {
        self.session.client_ended();
    }
}

// === impl End ===

impl<'s> End<'s> {
    pub(super) fn new(reader: Reader<'s>) -> End<'s> {
        End(Rc::new(RefCell::new(Known {
            reader,
            is_over: false,
            last: Bytes::new(),
            linger: None,
        })))
    }

    /// Asks the reader whether this is the end. To be asked before bytes move, so that what is said last moves with them, and
    /// also where none can.
    pub(super) fn poll_reader(&self, cx: &mut Context<'_>) {
        let mut known = self.0.borrow_mut();
        if !known.is_over
            && let Some(reader) = &mut known.reader
            && let Poll::Ready(last) = reader.poll_over(cx)
        {
            known.end(last);
        }
    }

    /// Ready when the client has had its time. To be asked after bytes moved, which may have brought the end.
    pub(super) fn poll_cut(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut known = self.0.borrow_mut();
        if !known.is_over {
            return Poll::Pending;
        }
        let linger = known
            .linger
            .get_or_insert_with(|| Box::pin(sleep(LINGER)))
            .as_mut();
        linger.poll(cx)
    }

    fn is_over(&self) -> bool {
        self.0.borrow().is_over
    }
}

// === impl Known ===

impl Known<'_> {
    fn end(&mut self, last: Vec<u8>) {
        self.is_over = true;
        self.last = last.into();
    }
}

// === impl Tapped ===

impl<'s, T> Tapped<'s, T> {
    pub(super) fn new(io: T, end: End<'s>) -> Tapped<'s, T> {
        Tapped { io: Some(io), end }
    }

    /// The stream, unless this is over.
    fn io(&mut self) -> Option<&mut T> {
        if self.end.is_over() {
            self.io = None;
        }
        self.io.as_mut()
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Tapped<'_, T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = match this.io() {
            Some(io) => ready!(Pin::new(io).poll_read(cx, buf)),
            None => {
                let mut known = this.end.0.borrow_mut();
                let most = known.last.len().min(buf.remaining());
                buf.put_slice(known.last.get(..most).unwrap_or_default());
                known.last.advance(most);
                return Poll::Ready(Ok(()));
            }
        };
        let mut known = this.end.0.borrow_mut();
        let Some(reader) = &mut known.reader else {
            return Poll::Ready(read);
        };
        match (&read, buf.filled().get(before..)) {
            (Ok(()), Some(bytes @ [_, ..])) => match reader.read(bytes) {
                Passes::All => {}
                Passes::UpTo(count, last) => {
                    buf.set_filled(before.saturating_add(count).min(buf.filled().len()));
                    known.end(last);
                }
            },
            (Ok(()) | Err(_), _) => reader.upstream_ended(),
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
        match self.get_mut().io() {
            Some(io) => Pin::new(io).poll_write(cx, buf),
            // Until the client has read that this is the end, which it has time for.
            None => Poll::Ready(Ok(buf.len())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut().io() {
            Some(io) => Pin::new(io).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Asked for when the client's side is at its end.
        if let Some(reader) = &mut this.end.0.borrow_mut().reader {
            reader.client_ended();
        }
        match this.io() {
            Some(io) => Pin::new(io).poll_shutdown(cx),
            None => Poll::Ready(Ok(())),
        }
    }
}
