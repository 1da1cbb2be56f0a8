//! How many tokens a piece is: its bytes, joined pair by pair in the order of the vocabulary.
//!
//! Owns the order: of all neighbours that are a token together, the one of the lowest rank is joined first, and of two equal
//! ones the first. Must not cut texts. Invariant: a piece of `n` bytes costs `3n` looks into the vocabulary at most, and each of
//! them reads two tokens' bytes.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::ranks::Ranks;

/// What is not joined with what follows it.
const NONE: u32 = u32::MAX;

/// The parts of a piece; kept from one piece to the next for its room.
#[derive(Default)]
pub(crate) struct Merge {
    parts: Vec<Part>,
    /// Ranks of pairs, with where they begin. Those that are not the part's own any more are passed over.
    pairs: BinaryHeap<Reverse<(u32, u32)>>,
    #[cfg(test)]
    pub(crate) looks: u64,
}

/// Bytes that are joined, from their place up to `next`.
#[derive(Clone, Copy)]
struct Part {
    previous: u32,
    next: u32,
    /// The rank of what it and its neighbour would be together.
    rank: u32,
}

// === impl Merge ===

impl Merge {
    pub(crate) fn count(&mut self, piece: &[u8], ranks: &Ranks) -> u64 {
        if piece.len() <= 1 || ranks.rank(piece).is_some() {
            return u64::from(!piece.is_empty());
        }
        let Ok(length) = u32::try_from(piece.len()) else {
            return u64::try_from(piece.len()).unwrap_or(u64::MAX);
        };
        self.parts.clear();
        self.pairs.clear();
        self.parts.extend((0..length).map(|at| Part {
            previous: at.wrapping_sub(1),
            next: at + 1,
            rank: NONE,
        }));
        for at in 0..length {
            self.rate(at, piece, ranks);
        }
        let mut left = u64::from(length);
        while let Some(Reverse((rank, at))) = self.pairs.pop() {
            if self.part(at).is_some_and(|part| part.rank == rank) {
                self.join(at, piece, ranks);
                left -= 1;
            }
        }
        left
    }

    /// Joins a part with its neighbour.
    fn join(&mut self, at: u32, piece: &[u8], ranks: &Ranks) {
        let Some(first) = self.part(at) else { return };
        let Some(second) = self.part(first.next) else {
            return;
        };
        if let Some(gone) = self.part_mut(first.next) {
            gone.rank = NONE;
        }
        if let Some(own) = self.part_mut(at) {
            own.next = second.next;
        }
        if let Some(after) = self.part_mut(second.next) {
            after.previous = at;
        }
        self.rate(at, piece, ranks);
        if first.previous != NONE {
            self.rate(first.previous, piece, ranks);
        }
    }

    /// Notes what a part and its neighbour would be together.
    fn rate(&mut self, at: u32, piece: &[u8], ranks: &Ranks) {
        let Some(first) = self.part(at) else { return };
        let pair = self.part(first.next).and_then(|second| {
            let end = usize::try_from(second.next).ok()?;
            piece.get(usize::try_from(at).ok()?..end)
        });
        #[cfg(test)]
        {
            self.looks += u64::from(pair.is_some());
        }
        let rank = pair.and_then(|pair| ranks.rank(pair)).unwrap_or(NONE);
        if let Some(own) = self.part_mut(at) {
            own.rank = rank;
        }
        if rank != NONE {
            self.pairs.push(Reverse((rank, at)));
        }
    }

    fn part(&self, at: u32) -> Option<Part> {
        self.parts.get(usize::try_from(at).ok()?).copied()
    }

    fn part_mut(&mut self, at: u32) -> Option<&mut Part> {
        self.parts.get_mut(usize::try_from(at).ok()?)
    }
}
