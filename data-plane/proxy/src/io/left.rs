//! Whether a client has left while its request is served.
//!
//! hyper would look by reading, for which it puts a buffer aside as large as the last request, for each request that waits and
//! each stream that is silent. Here a look costs nothing until something comes. Must not read what somebody else waits for.
//! Invariant: what comes is read again by hyper, in its order and once.

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::TcpStream,
};

use super::Transport;

/// Of what comes encrypted, this much is read to know that it is no end.
const AHEAD: usize = 512;

/// Who would notice that the client leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Left {
    /// Whoever reads: he was told to wait.
    #[default]
    Reader,
    /// Nobody: what there was has been read, and no more is asked for.
    Nobody,
    /// Nobody needs to: more than that has come.
    More,
}

/// What comes next.
enum Seen {
    End,
    /// Something, of which some may have been read.
    More(Option<Bytes>),
}

// === impl Left ===

impl Left {
    /// Somebody read, and waits or does not.
    pub(super) fn note_read(&mut self, is_pending: bool) {
        *self = if is_pending {
            Left::Reader
        } else {
            Left::Nobody
        };
    }

    /// Looks, if nobody else does, and has the task woken when there is something to see; what was read for that.
    ///
    /// # Errors
    /// The client has left, or the connection is broken.
    pub(super) fn check(
        &mut self,
        transport: &mut Transport,
        cx: &mut Context<'_>,
    ) -> io::Result<Option<Bytes>> {
        if *self != Left::Nobody {
            return Ok(None);
        }
        let seen = match transport {
            Transport::Plain(stream) => peek(stream, cx),
            // What is encrypted may be a farewell, so it has to be read.
            Transport::Tls(stream) => read(stream, cx),
        };
        match seen? {
            Poll::Pending => Ok(None),
            Poll::Ready(Seen::End) => Err(ErrorKind::UnexpectedEof.into()),
            Poll::Ready(Seen::More(ahead)) => {
                *self = Left::More;
                Ok(ahead)
            }
        }
    }
}

/// Looks at what comes next, and leaves it there.
fn peek(stream: &TcpStream, cx: &mut Context<'_>) -> io::Result<Poll<Seen>> {
    let mut byte = [0];
    match stream.poll_peek(cx, &mut ReadBuf::new(&mut byte)) {
        Poll::Pending => Ok(Poll::Pending),
        Poll::Ready(length) => Ok(Poll::Ready(match length? {
            0 => Seen::End,
            _ => Seen::More(None),
        })),
    }
}

/// Reads some of what comes next.
fn read(stream: &mut (impl AsyncRead + Unpin), cx: &mut Context<'_>) -> io::Result<Poll<Seen>> {
    let mut ahead = [0; AHEAD];
    let mut buf = ReadBuf::new(&mut ahead);
    match Pin::new(stream).poll_read(cx, &mut buf) {
        Poll::Pending => Ok(Poll::Pending),
        Poll::Ready(read) => {
            read?;
            Ok(Poll::Ready(match buf.filled() {
                [] => Seen::End,
                ahead => Seen::More(Some(Bytes::copy_from_slice(ahead))),
            }))
        }
    }
}
