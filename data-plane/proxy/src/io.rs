//! A client's connection as hyper reads and writes it.
//!
//! Owns the bytes that were read ahead to tell HTTP/1.1 from HTTP/2, and a count of
//! reads that tells a slow client from an idle one. Must not parse HTTP beyond the HTTP/2 preface.
//! Invariant: bytes read ahead come first and exactly once.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

mod frames;
mod left;
mod linger;
mod transport;
mod writes;

use frames::Frames;
use left::Left;
use linger::Linger;
pub(crate) use transport::Transport;
pub(crate) use writes::Writes;

use crate::stall::Stall;

/// How an HTTP/2 connection begins (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Read ahead at most; the first request mostly fits, so it costs no read of its own.
const AHEAD: usize = 2048;

/// Of a head, this much is kept.
const HEAD_KEPT: usize = 64 << 10;

/// The protocol of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Http {
    One,
    Two,
}

/// Reads that brought bytes. Shared with the task that serves the connection; atomics and a lock only because
/// hyper wants its I/O to be `Send`.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    count: AtomicU32,
    /// Over HTTP/2, whether the last byte was one inside a frame or a header block.
    is_amid_frame: AtomicBool,
    /// What is read is no part of a head: all of it is there, or a request is being served.
    is_past_head: AtomicBool,
    /// All of the request that is served has been taken, its body too.
    is_whole: AtomicBool,
    /// Who saw the end of the connection before that, and looks again then.
    ended: Mutex<Option<Waker>>,
    /// HTTP is over, and whoever reads on decides what an end means.
    is_handed_over: AtomicBool,
    /// The bytes of the next head: hyper drops a `content-length` that contradicts it, and we want to know.
    head: Mutex<Vec<u8>>,
}

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Io {
    transport: Transport,
    ahead: Bytes,
    reads: Arc<Reads>,
    /// Of HTTP/2.
    frames: Option<Frames>,
    writes: Arc<Writes>,
    /// While the client leaves unread what is written to it.
    unread: Stall,
    /// Of HTTP/1 without TLS, as hyper does not look for its end where nothing is to be read.
    left: Option<Left>,
    linger: Linger,
}

// === impl Reads ===

impl Reads {
    /// How many there were; wraps.
    pub(crate) fn count(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether the client has begun something, over HTTP/2, that it has not ended.
    pub(crate) fn is_amid_frame(&self) -> bool {
        self.is_amid_frame.load(Ordering::Relaxed)
    }

    /// What is read from now on belongs to a body, or, where there is none, to a request behind the current one.
    pub(crate) fn stop_keeping(&self, is_whole: bool) {
        self.is_past_head.store(true, Ordering::Relaxed);
        self.is_whole.store(is_whole, Ordering::Relaxed);
    }

    /// The body of the request that is served has been taken whole.
    pub(crate) fn end_body(&self) {
        self.is_whole.store(true, Ordering::Relaxed);
        if let Some(waker) = lock(&self.ended).take() {
            waker.wake();
        }
    }

    /// What is read from now on is the next head.
    pub(crate) fn keep(&self) {
        self.is_past_head.store(false, Ordering::Relaxed);
        self.kept().clear();
    }

    /// The connection speaks something else from here on.
    pub(crate) fn hand_over(&self) {
        self.is_handed_over.store(true, Ordering::Relaxed);
    }

    /// Whether a line of the head that was kept begins with this field name, or may: of a head that is too large to be kept
    /// nobody knows. A head that came in one piece with the request before it was not kept; hyper closes the connection after
    /// such a request in any case.
    pub(crate) fn head_names(&self, field: &str) -> bool {
        let kept = self.kept();
        if kept.len() >= HEAD_KEPT {
            return true;
        }
        kept.split(|&byte| byte == b'\n')
            .take_while(|line| !line.trim_ascii().is_empty())
            .filter_map(|line| line.split_at_checked(field.len()))
            .any(|(name, rest)| {
                name.eq_ignore_ascii_case(field.as_bytes()) && rest.first() == Some(&b':')
            })
    }

    fn add(&self, bytes: &[u8]) {
        // One thread writes, so no read-modify-write is needed.
        self.count
            .store(self.count().wrapping_add(1), Ordering::Relaxed);
        if !self.is_past_head.load(Ordering::Relaxed) && add_head(&mut self.kept(), bytes) {
            self.is_past_head.store(true, Ordering::Relaxed);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<u8>> {
        lock(&self.head)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Adds what was read to a head, but nothing of what follows it; whether all of the head that is kept is there.
fn add_head(kept: &mut Vec<u8>, bytes: &[u8]) -> bool {
    // Empty lines in front of a request are skipped (RFC 9112, section 2.2).
    let bytes = match kept.is_empty() {
        true => bytes.trim_ascii_start(),
        false => bytes,
    };
    // Mostly it comes in one piece.
    if kept.is_empty()
        && let Some(whole) = whole_head(bytes)
    {
        kept.extend_from_slice(whole);
        return true;
    }
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let room = HEAD_KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(line.get(..room.min(line.len())).unwrap_or_default());
        let is_over = kept.ends_with(b"\n\r\n") || kept.ends_with(b"\n\n");
        let is_full = kept.len() >= HEAD_KEPT;
        if is_full || is_over {
            return true;
        }
    }
    false
}

/// The head that `bytes` begin with, if all of it is there and it is one that is kept whole.
fn whole_head(bytes: &[u8]) -> Option<&[u8]> {
    const END: &[u8] = b"\n\r\n";
    let end = memchr::memmem::find(bytes, END)?;
    let head = bytes.get(..end.checked_add(END.len())?)?;
    // A line may end in a line feed alone (RFC 9112, section 2.2), and so may the head, before that.
    let ends_before = memchr::memmem::find(head, b"\n\n").is_some();
    (head.len() <= HEAD_KEPT && !ends_before).then_some(head)
}

// === impl Io ===

impl Io {
    /// A connection of which nothing has been read.
    pub(crate) fn new(transport: Transport) -> Io {
        Io {
            transport,
            ahead: Bytes::new(),
            reads: Arc::default(),
            frames: None,
            writes: Arc::default(),
            unread: Stall::new(None),
            left: None,
            linger: Linger::default(),
        }
    }

    /// The count of reads.
    pub(crate) fn reads(&self) -> Arc<Reads> {
        self.reads.clone()
    }

    /// Follows the frames of HTTP/2 from here on.
    pub(crate) fn follow_frames(&mut self) {
        self.frames = Some(Frames::default());
    }

    /// From here on the end of an HTTP/1 connection fails a flush, also where nobody reads; whether it can be noticed so. What is
    /// encrypted may be a farewell, so that it has to be read to know.
    pub(crate) fn notice_end(&mut self) -> bool {
        let is_plain = matches!(self.transport, Transport::Plain(_));
        self.left = is_plain.then(Left::default);
        is_plain
    }

    /// What becomes of writes.
    pub(crate) fn writes(&self) -> Arc<Writes> {
        self.writes.clone()
    }

    /// What a write came to: an error once the client has taken nothing for too long.
    fn written<T>(
        &mut self,
        polled: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.unread.progress();
            return polled;
        }
        // Whoever reads nothing may have gone.
        self.check_end(cx)?;
        self.unread.allow(self.writes.patience());
        self.unread
            .poll_stalled(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Fails where the client has left and nobody else would notice.
    fn check_end(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let (Some(left), Transport::Plain(stream)) = (&mut self.left, &self.transport) else {
            return Ok(());
        };
        // Between requests hyper reads, and an end is none too early.
        let reads = &self.reads;
        if !reads.is_past_head.load(Ordering::Relaxed)
            || !self.ahead.is_empty()
            || reads.is_handed_over.load(Ordering::Relaxed)
        {
            return Ok(());
        }
        if !left.is_seen(stream, cx)? {
            return Ok(());
        }
        // Where bytes of the request are missing, or nobody has asked for them yet, hyper tells who asks.
        if !reads.is_whole.load(Ordering::Relaxed) {
            *lock(&reads.ended) = Some(cx.waker().clone());
            return Ok(());
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    /// Reads until it is clear which protocol the client speaks; the bytes are read again by hyper. `None`
    /// where the client closed without a byte.
    pub(crate) async fn detect(&mut self) -> io::Result<Option<Http>> {
        let mut ahead = Vec::with_capacity(AHEAD);
        let detected = loop {
            if self.transport.read_buf(&mut ahead).await? == 0 {
                break (!ahead.is_empty()).then_some(Http::One);
            }
            let compared = ahead.len().min(PREFACE.len());
            if ahead.get(..compared) != PREFACE.get(..compared) {
                break Some(Http::One);
            }
            if compared == PREFACE.len() {
                break Some(Http::Two);
            }
        };
        self.ahead = Bytes::from(ahead);
        Ok(detected)
    }
}

impl AsyncRead for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = if this.ahead.is_empty() {
            Pin::new(&mut this.transport).poll_read(cx, buf)
        } else {
            let length = this.ahead.len().min(buf.remaining());
            buf.put_slice(this.ahead.get(..length).unwrap_or_default());
            this.ahead.advance(length);
            if this.ahead.is_empty() {
                // What it was a part of is not kept for the life of the connection.
                this.ahead = Bytes::new();
            }
            Poll::Ready(Ok(()))
        };
        if let Some(left) = &mut this.left {
            let count = buf.filled().len().saturating_sub(before);
            left.note_read(match polled {
                Poll::Pending => Poll::Pending,
                Poll::Ready(_) => Poll::Ready(count),
            });
        }
        if let Some(read) = buf.filled().get(before..).filter(|read| !read.is_empty()) {
            this.reads.add(read);
            if let Some(frames) = &mut this.frames {
                let is_amid = frames.follow(read);
                this.reads.is_amid_frame.store(is_amid, Ordering::Relaxed);
            }
        }
        polled
    }
}

impl AsyncWrite for Io {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.transport).poll_write(cx, buf);
        this.writes.count(&polled);
        this.written(polled, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.transport).poll_write_vectored(cx, bufs);
        this.writes.count(&polled);
        this.written(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.transport.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.transport).poll_flush(cx);
        let polled = this.written(polled, cx);
        if matches!(polled, Poll::Ready(Ok(()))) {
            this.check_end(cx)?;
        }
        polled
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.linger.poll(&mut this.transport, cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::AsyncWriteExt,
        net::{TcpListener, TcpStream},
    };

    async fn check(pieces: &[&[u8]], expected: Option<Http>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        client.set_nodelay(true).unwrap();
        let (server, _) = listener.accept().await.unwrap();
        let mut io = Io::new(Transport::Plain(server));
        let sent = async {
            for piece in pieces {
                client.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
            client.shutdown().await.unwrap();
        };
        let (detected, ()) = tokio::join!(io.detect(), sent);
        assert_eq!(detected.unwrap(), expected, "{pieces:?}");
        let mut read = Vec::new();
        io.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, pieces.concat(), "every byte is read again, once");
    }

    #[track_caller]
    fn check_head(pieces: &[&str], kept: &str, names_length: bool) {
        let reads = Reads::default();
        for piece in pieces {
            reads.add(piece.as_bytes());
        }
        assert_eq!(String::from_utf8_lossy(&reads.kept()), kept, "{pieces:?}");
        assert_eq!(
            reads.head_names("content-length"),
            names_length,
            "{pieces:?}"
        );
    }

    #[test]
    fn of_what_is_read_the_head_is_kept() {
        let head = "POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\n";
        check_head(&[head], head, true);
        check_head(&[head, "abc"], head, true);
        check_head(&[&format!("{head}abc\r\n\r\n")], head, true);
        let (first, rest) = head.split_at(head.len() - 1);
        check_head(&[first, rest, "\nabc"], head, true);
        let bytes: Vec<String> = format!("{head}a\n\nb").chars().map(String::from).collect();
        let bytes: Vec<&str> = bytes.iter().map(String::as_str).collect();
        check_head(&bytes, head, true);
        let bare = "GET / HTTP/1.1\nhost: a\n\n";
        check_head(&[bare, "content-length: 3\n\n"], bare, false);
        check_head(&[&format!("{bare}content-length: 3\r\n\r\n")], bare, false);
        let mixed = "GET / HTTP/1.1\nhost: a\n\r\n";
        check_head(
            &[&format!("{mixed}content-length: 3\r\n\r\n")],
            mixed,
            false,
        );
    }

    #[test]
    fn empty_lines_in_front_of_a_request_hide_nothing() {
        for before in ["\r\n", "\r\n\r\n", "\n\n\n"] {
            let head = "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n";
            check_head(&[&format!("{before}{head}"), "abc"], head, true);
            check_head(&[before, head, "abc"], head, true);
            check_head(&[&before.repeat(HEAD_KEPT), head, "abc"], head, true);
        }
    }

    #[test]
    fn a_head_without_end_is_not_kept_without_end() {
        let reads = Reads::default();
        for _ in 0..100 {
            reads.add(&[b'a'; 4096]);
        }
        assert_eq!(reads.kept().len(), HEAD_KEPT);
        assert!(reads.head_names("content-length"), "it may");
    }

    #[tokio::test]
    async fn the_preface_decides() {
        check(&[b"GET / HTTP/1.1\r\n\r\n"], Some(Http::One)).await;
        check(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nrest"], Some(Http::Two)).await;
        check(
            &[b"PRI * HT", b"TP/2.0\r\n\r\nSM\r", b"\n\r\n"],
            Some(Http::Two),
        )
        .await;
        check(&[b"P", b"OST / HTTP/1.1\r\n\r\n"], Some(Http::One)).await;
        check(&[b"PRI"], Some(Http::One)).await;
        check(&[], None).await;
    }
}
