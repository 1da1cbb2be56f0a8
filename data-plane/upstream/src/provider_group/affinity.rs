//! Requests that belong together (llm.md R-10).
//!
//! Owns which entry of a group a key leads to: by rendezvous, so that an entry that comes or goes moves only the keys that
//! are its own. Must not know what a key is made of. Invariant: every proxy leads a key to the same entry.

use super::Entry;

/// What requests have in common that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affinity(u64);

// === impl Affinity ===

impl Affinity {
    /// Of texts, in their order.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Affinity {
        let mut hash = blake3::Hasher::new();
        for text in texts {
            hash.update(text.as_bytes());
            // No text of JSON has it: where one ends and the next begins makes a difference.
            hash.update(&[0xff]);
        }
        Affinity(first(&hash))
    }

    /// A number that is the same for equal keys.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// How near an entry is, of those with weight; the nearest one serves. Keys are shared out by weight.
    pub(super) fn nearness(self, entry: &Entry) -> f64 {
        let mut hash = blake3::Hasher::new();
        hash.update(&self.0.to_be_bytes());
        hash.update(entry.name.as_bytes());
        let drawn = u32::try_from(first(&hash) >> 32).unwrap_or(u32::MAX);
        // Between 0 and 1, and neither: the logarithm is below 0.
        let drawn = (f64::from(drawn) + 0.5) / (f64::from(u32::MAX) + 1.0);
        f64::from(entry.settings.weight) / -drawn.ln()
    }
}

fn first(hash: &blake3::Hasher) -> u64 {
    let mut first = [0; 8];
    hash.finalize_xof().fill(&mut first);
    u64::from_be_bytes(first)
}
