//! What the pieces of an answer said.
//!
//! It must not know formats. Invariant: an end or a failure, once told, stays.

use crate::answer::Piece;
use crate::observed::Observed;

/// What the pieces said.
#[derive(Default)]
pub(super) struct Watch {
    pub(super) observed: Box<Observed>,
    pub(super) has_ended: bool,
    pub(super) has_failed: bool,
}

// === impl Watch ===

impl Watch {
    /// An answer in one piece went to the client as it came, and is too long to be read.
    pub(super) fn pass_unread(&mut self) {
        self.observed.unreadable += 1;
        self.has_ended = true;
    }

    pub(super) fn note(&mut self, piece: &Piece<'_>) {
        piece.note(&mut self.observed);
        match piece {
            Piece::End => self.has_ended = true,
            Piece::Failure(_) => self.has_failed = true,
            Piece::Start(_)
            | Piece::Content { .. }
            | Piece::Finish { .. }
            | Piece::Usage(_)
            | Piece::Dropped(_) => (),
        }
    }
}
