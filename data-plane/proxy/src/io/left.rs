//! Whether a client has left while its request is served.
//!
//! hyper would look by reading, for which it puts a second buffer aside as large as the last request while that is served, and
//! the next request is read into memory that is no longer in the core's caches. Here a look costs nothing until something comes.
//! Must not take away what it sees. Invariant: while somebody waits for bytes nobody looks. Whoever sends several requests at once
//! and closes his side behind them has left: which of them hyper holds already is not seen here.

use std::{
    io,
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
    /// Nobody needs to: more than that has come, or its reader was told of the end.
    Told,
}

// === impl Left ===

impl Left {
    /// Somebody read so many bytes, or waits for some. Who is told of the end deals with it: of a body that is cut, its client
    /// hears.
    pub(super) fn note_read(&mut self, read: Poll<usize>) {
        *self = match read {
            Poll::Pending => Left::Reader,
            Poll::Ready(0) => Left::Told,
            Poll::Ready(_) => Left::Nobody,
        };
    }

    /// Whether the client has left. Looks, if nobody else does, and has the task woken when there is something to see.
    ///
    /// # Errors
    /// The connection is broken.
    pub(super) fn is_seen(&mut self, stream: &TcpStream, cx: &mut Context<'_>) -> io::Result<bool> {
        if *self != Left::Nobody {
            return Ok(false);
        }
        let mut byte = [0];
        match stream.poll_peek(cx, &mut ReadBuf::new(&mut byte))? {
            Poll::Pending => Ok(false),
            Poll::Ready(0) => Ok(true),
            Poll::Ready(_) => {
                *self = Left::Told;
                Ok(false)
            }
        }
    }
}
