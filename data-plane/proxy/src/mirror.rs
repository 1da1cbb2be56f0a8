//! Copies of requests for mirrors.
//!
//! Owns the tee: frames of a body are handed to the copy while they pass, up to a limit. Must not delay or
//! change the original. Invariant: the copy ends whole only where the original did; over the limit, or where
//! the original breaks off, the mirror's request breaks off too.

use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;
use tokio::sync::mpsc;

use crate::request_body::BodyError;

/// How much of a body is copied; a larger one is not mirrored.
const LIMIT: usize = 2 << 20;

/// The end that sees the original pass.
pub(crate) struct Copy {
    // Unbounded in frames, bounded in bytes by `LIMIT`: a slow mirror must not hold the original up.
    frames: Vec<mpsc::UnboundedSender<Piece>>,
    copied: usize,
}

/// The end that the mirror's request reads.
pub(crate) struct Copied {
    pieces: mpsc::UnboundedReceiver<Piece>,
    is_over: bool,
}

enum Piece {
    Data(Bytes),
    Trailers(http::HeaderMap),
    End,
}

/// A tee with `count` copies.
pub(crate) fn tee(count: usize) -> (Copy, Vec<Copied>) {
    let (frames, copies) = (0..count)
        .map(|_| {
            let (sender, pieces) = mpsc::unbounded_channel();
            (sender, Copied { pieces, is_over: false })
        })
        .unzip();
    (Copy { frames, copied: 0 }, copies)
}

// === impl Copy ===

impl Copy {
    /// Copies a frame; bytes are shared, not copied.
    pub(crate) fn frame(&mut self, frame: &Frame<Bytes>) {
        if let Some(data) = frame.data_ref() {
            self.copied = self.copied.saturating_add(data.len());
            if self.copied > LIMIT {
                // Dropped without `End`: the mirrors break off.
                self.frames.clear();
            }
            self.send(|| Piece::Data(data.clone()));
        } else if let Some(trailers) = frame.trailers_ref() {
            self.send(|| Piece::Trailers(trailers.clone()));
        }
    }

    /// The original ended whole.
    pub(crate) fn end(self) {
        self.send(|| Piece::End);
    }

    fn send(&self, piece: impl Fn() -> Piece) {
        for sender in &self.frames {
            let _ = sender.send(piece());
        }
    }
}

// === impl Copied ===

impl Copied {
    /// The next frame for the mirror.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(cx).map(|piece| match piece {
            Some(Piece::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Piece::Trailers(trailers)) => Some(Ok(Frame::trailers(trailers))),
            Some(Piece::End) => {
                self.is_over = true;
                None
            }
            None => {
                self.is_over = true;
                Some(Err(BodyError::MirrorLimit))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn drain(mut copied: Copied) -> (usize, bool) {
        let mut length = 0;
        loop {
            match poll_fn(|cx| copied.poll(cx)).await {
                Some(Ok(frame)) => length += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) => return (length, false),
                None => return (length, true),
            }
        }
    }

    #[tokio::test]
    async fn each_copy_is_whole() {
        let (mut copy, copies) = tee(2);
        copy.frame(&Frame::data(Bytes::from_static(b"abc")));
        copy.frame(&Frame::data(Bytes::from_static(b"de")));
        copy.end();
        for copied in copies {
            assert_eq!(drain(copied).await, (5, true));
        }
    }

    #[tokio::test]
    async fn a_broken_original_breaks_the_copy() {
        let (mut copy, mut copies) = tee(1);
        copy.frame(&Frame::data(Bytes::from_static(b"abc")));
        drop(copy);
        assert_eq!(drain(copies.remove(0)).await, (3, false));
    }

    #[tokio::test]
    async fn a_copy_over_the_limit_breaks_off() {
        let (mut copy, mut copies) = tee(1);
        copy.frame(&Frame::data(Bytes::from(vec![0; LIMIT])));
        copy.frame(&Frame::data(Bytes::from_static(b"x")));
        copy.end();
        assert_eq!(drain(copies.remove(0)).await, (LIMIT, false));
    }
}
