//! A body whose pieces the test sends one by one.
//!
//! Owns the channel between a test and the body of a request or a response. It holds one piece, so that what
//! was taken is what the connection asked for. Must not know who reads it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::{client, deadline};

/// A body counts as stopped when it has asked for nothing for this long. Longer than any pause of a stream
/// that flows; a pause that is mistaken makes a count smaller, never larger.
const QUIET: Duration = Duration::from_secs(1);
const PIECE: usize = 64 << 10;

/// The end of the test; the body ends when it is dropped.
#[derive(Debug)]
pub struct Pieces(mpsc::Sender<Bytes>);

/// The body.
#[derive(Debug)]
pub struct InPieces(mpsc::Receiver<Bytes>);

/// A body and its sender.
pub fn pieces() -> (Pieces, InPieces) {
    let (sender, receiver) = mpsc::channel(1);
    (Pieces(sender), InPieces(receiver))
}

// === impl Pieces ===

impl Pieces {
    /// Sends one piece.
    pub async fn send(&self, piece: impl Into<Bytes>) -> Result<()> {
        let sent = async {
            let sent = self.0.send(piece.into()).await;
            sent.context("nobody reads the body any more")
        };
        deadline::within("a piece is taken", client::LIMIT, sent).await
    }

    /// Sends until nothing more is taken, or `limit` bytes; the bytes that were taken.
    pub async fn fill(&self, limit: usize) -> Result<usize> {
        self.repeat(Bytes::from(vec![b'x'; PIECE]), limit).await
    }

    /// Sends this piece again and again, until nothing more is taken, or `limit` bytes; the bytes that were taken.
    pub async fn repeat(&self, piece: Bytes, limit: usize) -> Result<usize> {
        let mut taken = 0;
        while taken < limit {
            match timeout(QUIET, self.0.send(piece.clone())).await {
                Ok(sent) => sent.context("nobody reads the body any more")?,
                Err(_) => break,
            }
            taken += piece.len();
        }
        Ok(taken)
    }

    /// Waits until the reader of the body is gone.
    pub async fn closed(&self) -> Result<()> {
        let closed = async {
            self.0.closed().await;
            Ok(())
        };
        deadline::within("the end of the body's reader", deadline::SOON, closed).await
    }
}

// === impl InPieces ===

impl Body for InPieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.get_mut().0.poll_recv(cx);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
