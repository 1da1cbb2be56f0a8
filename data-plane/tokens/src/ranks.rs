//! The tokens of a vocabulary, by their bytes.
//!
//! Owns the table, which is read from the library that carries the vocabularies. Must not know texts. Invariant: every byte is
//! a token of its own, so that whatever is not joined still counts.

use rustc_hash::FxHashMap;
use tiktoken::CoreBpe;

/// Each token's place in the vocabulary: what has a lower one is joined first.
pub(crate) struct Ranks(FxHashMap<Box<[u8]>, u32>);

// === impl Ranks ===

impl Ranks {
    pub(crate) fn of(vocabulary: &CoreBpe) -> Ranks {
        let many = vocabulary.vocab_size();
        let ranks = (0..).take(many);
        let entry = |rank: u32| (vocabulary.decode(&[rank]).into_boxed_slice(), rank);
        Ranks(ranks.map(entry).collect())
    }

    pub(crate) fn rank(&self, bytes: &[u8]) -> Option<u32> {
        self.0.get(bytes).copied()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
