//! Where bytes of a text are that do not stand for themselves in a JSON string.
//!
//! A prompt of 100 KB is one long string, in which line ends and quotes are escaped every few dozen bytes: to begin a search
//! anew behind each costs more than all of the rest. So the text is looked at in stretches with the widest vectors that the
//! machine has, 64 bytes at once, and one bit is kept of each byte. Must not know the grammar. Invariant: a byte is marked if
//! and only if it is a quote, a backslash or a control character (RFC 8259, section 7), wherever it stands.

use fearless_simd::{Level, dispatch, prelude::*, u8x64};

/// Bytes that one word of marks tells of.
const WORD: usize = u64::BITS as usize;
/// Words that are asked together whether they have a mark at all: most have none.
const GROUP: usize = 4;
/// Words of a stretch.
const WORDS: usize = 8 * GROUP;

/// The marks of the stretch that was looked at last.
pub(super) struct Marks {
    /// Where it begins in the text, and where it ends.
    start: usize,
    end: usize,
    /// It has a mark.
    is_marked: bool,
    /// A bit for each byte, from the lowest on.
    words: [u64; WORDS],
}

// === impl Marks ===

impl Marks {
    pub(super) fn new() -> Self {
        Self {
            start: 0,
            end: 0,
            is_marked: false,
            words: [0; WORDS],
        }
    }

    /// The first marked byte that is not in front of `at`; where the text ends, if there is none.
    pub(super) fn next(&mut self, text: &[u8], at: usize) -> usize {
        let mut at = at;
        loop {
            if !(self.start..self.end).contains(&at) {
                match text.get(at..) {
                    None | Some([]) => return text.len(),
                    Some(rest) => self.look(rest, at),
                }
            }
            if let Some(found) = self.find(at) {
                return found;
            }
            at = self.end;
        }
    }

    /// Marks the stretch that begins at `at`, of which `rest` is what follows.
    fn look(&mut self, rest: &[u8], at: usize) {
        let stretch = rest.get(..WORDS * WORD).unwrap_or(rest);
        self.start = at;
        self.end = at.saturating_add(stretch.len());
        self.is_marked = marked(Level::new(), stretch, &mut self.words);
    }

    fn find(&self, at: usize) -> Option<usize> {
        if !self.is_marked {
            return None;
        }
        let inside = at.checked_sub(self.start)?;
        let (mut index, bit) = (inside / WORD, inside % WORD);
        let mut word = self.words.get(index)? & (u64::MAX << bit);
        while word == 0 {
            index += 1;
            word = *self.words.get(index)?;
        }
        let found = self.start + index * WORD + word.trailing_zeros() as usize;
        // Words behind the end of a short stretch tell of one before.
        (found < self.end).then_some(found)
    }
}

/// Marks a stretch with the instructions of a level; whether there is a mark.
fn marked(level: Level, stretch: &[u8], words: &mut [u64; WORDS]) -> bool {
    dispatch!(level, simd => mark(simd, stretch, words))
}

// Inlined always: otherwise the instructions of a level are not those of its caller, and each of them is a call.
#[inline(always)]
fn mark<S: Simd>(simd: S, stretch: &[u8], words: &mut [u64; WORDS]) -> bool {
    let mut is_marked = false;
    let (groups, rest) = stretch.as_chunks::<{ GROUP * WORD }>();
    let (own, _) = words.as_chunks_mut::<GROUP>();
    for (bytes, own) in groups.iter().zip(own) {
        let (bytes, _) = bytes.as_chunks::<WORD>();
        let [a, b, c, d] = bytes else { continue };
        let [a, b, c, d] = [
            special(simd, a),
            special(simd, b),
            special(simd, c),
            special(simd, d),
        ];
        *own = [0; GROUP];
        if ((a | b) | (c | d)).any_true() {
            is_marked = true;
            *own = [
                a.to_bitmask(),
                b.to_bitmask(),
                c.to_bitmask(),
                d.to_bitmask(),
            ];
        }
    }
    let behind = groups.len() * GROUP;
    let own = words.iter_mut().skip(behind);
    for (bytes, own) in rest.chunks(WORD).zip(own) {
        let mut whole = [b' '; WORD];
        if let Some(place) = whole.get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
        }
        *own = special(simd, &whole).to_bitmask();
        is_marked |= *own != 0;
    }
    is_marked
}

#[inline(always)]
fn special<S: Simd>(simd: S, bytes: &[u8; WORD]) -> <u8x64<S> as SimdBase<S>>::Mask {
    let bytes = u8x64::from_slice(simd, bytes);
    bytes.simd_eq(b'"') | bytes.simd_eq(b'\\') | bytes.simd_lt(b' ')
}

#[cfg(test)]
mod tests {
    use fearless_simd::Level;
    use proptest::prelude::*;

    use super::{Marks, WORD, WORDS, marked};

    fn is_special(byte: u8) -> bool {
        byte < b' ' || byte == b'"' || byte == b'\\'
    }

    #[track_caller]
    fn check(text: &[u8], from: usize) {
        let rest = text.get(from..).unwrap_or_default();
        let expected = rest.iter().position(|byte| is_special(*byte));
        let expected = expected.map_or(text.len(), |found| from + found);
        assert_eq!(Marks::new().next(text, from), expected, "from {from}");
    }

    #[test]
    fn a_mark_is_found_wherever_it_is() {
        for byte in 0..=u8::MAX {
            for length in [0, 1, 63, 64, 65, 255, 256, 257, 300] {
                for filling in [b'a', 0x7f, 0x80, 0xff, b' ', b'!', b'#', b'[', b']'] {
                    let mut text = vec![filling; length];
                    text.push(byte);
                    text.extend_from_slice(&[b'a', b'"', 0, b'a']);
                    check(&text, 0);
                    check(&text, length / 2);
                    check(&text, length + 1);
                }
            }
        }
        check(b"", 0);
    }

    #[test]
    fn stretches_follow_each_other() {
        for length in [
            WORDS * WORD - 1,
            WORDS * WORD,
            WORDS * WORD + 1,
            5 * WORDS * WORD + 7,
        ] {
            let mut text = vec![b'a'; length];
            check(&text, 0);
            text.push(b'\\');
            check(&text, 0);
            check(&text, length);
            // What is left of a longer stretch tells nothing of a shorter one.
            let mut marks = Marks::new();
            let dense = vec![b'"'; WORDS * WORD];
            assert_eq!(marks.next(&dense, 0), 0);
            let text = [dense.as_slice(), b"aa"].concat();
            assert_eq!(marks.next(&text, dense.len()), text.len());
        }
    }

    #[test]
    fn all_levels_mark_alike() {
        let text: Vec<u8> = (0..WORDS * WORD - 3)
            .map(|at| (at * 7 % 256) as u8)
            .collect();
        let marks = |level: Level, text: &[u8]| {
            let mut words = [0; WORDS];
            let is_marked = marked(level, text, &mut words);
            assert_eq!(is_marked, words.iter().any(|word| *word != 0));
            words
        };
        let mut levels = vec![Level::new(), Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(Level::new().as_sse4_2().map(Level::Sse4_2));
            levels.extend(Level::new().as_avx2().map(Level::Avx2));
        }
        for length in 0..text.len() {
            let text = &text[..length];
            let mut expected = [0_u64; WORDS];
            for (at, byte) in text.iter().enumerate() {
                expected[at / WORD] |= u64::from(is_special(*byte)) << (at % WORD);
            }
            for level in &levels {
                assert_eq!(marks(*level, text), expected, "{level:?}, {length}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_walk_finds_each_mark(
            parts in proptest::collection::vec((0_usize..2_500, prop_oneof![Just(b'"'), Just(b'\n'), Just(0xc3)]), 0..12),
            steps in proptest::collection::vec(1_usize..3_000, 1..40),
        ) {
            let mut text = Vec::new();
            for (gap, byte) in parts {
                text.resize(text.len() + gap, b'a');
                text.push(byte);
            }
            let mut marks = Marks::new();
            let mut at = 0;
            for step in steps {
                let found = marks.next(&text, at);
                let expected = text.iter().skip(at).position(|byte| is_special(*byte));
                prop_assert_eq!(found, expected.map_or(text.len(), |found| at + found));
                at = (at + step).min(text.len());
            }
        }
    }
}
