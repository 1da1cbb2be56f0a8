//! An upstream's body that is decoded as it comes.
//!
//! Owns what came and is not decoded yet. It must not know who decodes. Invariants: no more than a little is decoded at
//! once, whatever a body pretends to be; one that is cut within its encoding ends in an error.

use bytes::{Buf, Bytes};
use dp_llm::content_encoding::{DecodeError, Decoding};

/// Bytes that are decoded before any of it is handed on.
const ENOUGH: usize = 64 << 10;

/// Decodes one body.
pub(super) struct Encoded {
    decoding: Option<Decoding>,
    rest: Bytes,
    error: Option<DecodeError>,
}

// === impl Encoded ===

impl Encoded {
    pub(super) fn new(decoding: Decoding) -> Encoded {
        Encoded {
            decoding: Some(decoding),
            rest: Bytes::new(),
            error: None,
        }
    }

    /// There is nothing to hand on without more from the upstream.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty() && self.error.is_none()
    }

    pub(super) fn push(&mut self, data: Bytes) {
        self.rest = data;
    }

    /// The next part; `None` where more has to come first. `is_last` where nothing more comes.
    pub(super) fn next(&mut self, is_last: bool) -> Option<Result<Bytes, DecodeError>> {
        while self.error.is_none() && !self.rest.is_empty() {
            let decoding = self.decoding.as_mut()?;
            let mut piece: &[u8] = &self.rest;
            let decoded = decoding.take(&mut piece, ENOUGH);
            let taken = self.rest.len() - piece.len();
            self.rest.advance(taken);
            match decoded {
                Ok(data) => {
                    if is_last && self.rest.is_empty() {
                        self.finish();
                    }
                    if !data.is_empty() {
                        return Some(Ok(data.into()));
                    }
                }
                Err(error) => self.error = Some(error),
            }
        }
        let error = self.error.take()?;
        (self.decoding, self.rest) = (None, Bytes::new());
        Some(Err(error))
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self) {
        let finished = self.decoding.take().map(Decoding::finish);
        self.error = finished.and_then(Result::err);
    }
}
