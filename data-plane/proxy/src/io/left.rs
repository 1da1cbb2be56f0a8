//! Whether a client has left while its request is served.
//!
//! hyper would look by reading, for which it puts a second buffer aside as large as the last request while that is served, and
//! the next request is read into memory that is no longer in the core's caches. Here a look costs nothing until something comes.
//! Must not take away what it sees. Invariant: while somebody waits for bytes nobody looks.

use std::{
    io::{self, ErrorKind},
    task::{Context, Poll},
};

use tokio::{io::ReadBuf, net::TcpStream};

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
    pub(super) fn check(&mut self, stream: &TcpStream, cx: &mut Context<'_>) -> io::Result<()> {
        if *self != Left::Nobody {
            return Ok(());
        }
        let mut byte = [0];
        match stream.poll_peek(cx, &mut ReadBuf::new(&mut byte))? {
            Poll::Pending => Ok(()),
            Poll::Ready(0) => Err(ErrorKind::UnexpectedEof.into()),
            Poll::Ready(_) => {
                *self = Left::More;
                Ok(())
            }
        }
    }
}
