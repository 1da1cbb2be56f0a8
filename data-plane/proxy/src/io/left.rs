//! Whether a client has left while its request is served.
//!
//! hyper would look by reading, for which it puts a buffer aside as large as the last request, for each request that waits and
//! each stream that is silent. Here a look costs nothing until something comes. Must not take away what it sees. Invariant: while
//! somebody waits for bytes nobody looks.

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncBufRead, ReadBuf};

use super::Transport;

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

    /// Looks, if nobody else does, and has the task woken when there is something to see.
    ///
    /// # Errors
    /// The client has left, or the connection is broken.
    pub(super) fn check(
        &mut self,
        transport: &mut Transport,
        cx: &mut Context<'_>,
    ) -> io::Result<()> {
        if *self != Left::Nobody {
            return Ok(());
        }
        let length = match transport {
            Transport::Plain(stream) => {
                let mut byte = [0];
                stream.poll_peek(cx, &mut ReadBuf::new(&mut byte))
            }
            // What is encrypted may be a farewell, so it has to be opened.
            Transport::Tls(stream) => Pin::new(stream).poll_fill_buf(cx).map_ok(<[u8]>::len),
        };
        match length? {
            Poll::Pending => Ok(()),
            Poll::Ready(0) => Err(ErrorKind::UnexpectedEof.into()),
            Poll::Ready(_) => {
                *self = Left::More;
                Ok(())
            }
        }
    }
}
