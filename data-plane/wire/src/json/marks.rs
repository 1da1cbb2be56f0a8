//! Where bytes of a text are that do not stand for themselves in a JSON string.
//!
//! A prompt of 100 KB is one long string, in which line ends and quotes are escaped every few dozen bytes: to begin a search
//! anew behind each costs more than all of the rest. So the text is looked at in stretches with the widest vectors that the
//! machine has, 64 bytes at once, and the places are written down without asking at each byte or line, where the processor
//! would have to guess the answer. Must not know the grammar. Invariant: a byte is marked if and only if it is a quote, a
//! backslash or a control character (RFC 8259, section 7), wherever it stands.

use std::ops::ControlFlow;

use fearless_simd::{Level, dispatch, prelude::*, u8x64};

/// Bytes that are compared together, with one bit for each.
const WORD: usize = u64::BITS as usize;
/// Words that are asked together whether they have a mark at all: in a prompt many have none.
const GROUP: usize = 4;
/// Bytes that are looked at before the first of them is read again, for which they should still be near.
const STRETCH: usize = 16 * 1024;
/// Marks that are kept. Where more are near each other the stretch is shorter.
const KEPT: usize = 2 * GROUP * WORD;
/// Marks of a word that are written without asking how many it has.
const FEW: usize = 2;

/// The marks of the stretch that was looked at last.
pub(super) struct Marks {
    /// Where it begins in the text, and where it ends.
    start: usize,
    end: usize,
    /// So many of its marks have been shown.
    shown: usize,
    places: Places,
}

/// Where marks are, from the start of a stretch on, in order.
struct Places {
    count: usize,
    /// What is behind the last that counts means nothing.
    kept: [u16; KEPT],
}

// === impl Marks ===

impl Marks {
    pub(super) fn new() -> Self {
        Self {
            start: 0,
            end: 0,
            shown: 0,
            places: Places::new(),
        }
    }

    /// Shows the places of the marks that have not been shown, in order, until the visitor breaks off with an answer; `None`
    /// if the text is over before.
    ///
    /// What nobody wants to be shown is in front of `from`. Some of it may be shown all the same.
    #[inline(always)]
    pub(super) fn walk<T>(
        &mut self,
        text: &[u8],
        from: usize,
        mut visit: impl FnMut(usize) -> ControlFlow<T>,
    ) -> Option<T> {
        loop {
            let places = self.places.kept.get(self.shown..self.places.count)?;
            for (index, place) in places.iter().enumerate() {
                if let ControlFlow::Break(answer) = visit(self.start + usize::from(*place)) {
                    self.shown += index + 1;
                    return Some(answer);
                }
            }
            self.look(text, self.end.max(from))?;
        }
    }

    /// Marks the stretch that begins at a place; `None` if nothing does.
    fn look(&mut self, text: &[u8], start: usize) -> Option<()> {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let stretch = rest.get(..STRETCH).unwrap_or(rest);
        self.start = start;
        self.shown = 0;
        self.end = start + marked(Level::new(), stretch, &mut self.places);
        Some(())
    }
}

// === impl Places ===

impl Places {
    fn new() -> Self {
        Self {
            count: 0,
            kept: [0; KEPT],
        }
    }
}

/// Writes the marks of a word behind `count` others; how many there are then. There must be room for all that a word can have.
// The count is a value that goes from call to call: as a member it would go through memory each time.
#[inline(always)]
fn add(kept: &mut [u16; KEPT], count: usize, start: usize, word: u64) -> usize {
    let free = kept.get_mut(count..).unwrap_or_default();
    let Some((few, more)) = free.split_first_chunk_mut::<FEW>() else {
        return count;
    };
    let mut left = word;
    for place in few {
        *place = first(start, left);
        left &= left.wrapping_sub(1);
    }
    if left != 0 {
        for place in more {
            *place = first(start, left);
            left &= left.wrapping_sub(1);
            if left == 0 {
                break;
            }
        }
    }
    count + word.count_ones() as usize
}

fn has_room(count: usize) -> bool {
    count + GROUP * WORD <= KEPT
}

#[inline(always)]
fn first(start: usize, word: u64) -> u16 {
    (start + word.trailing_zeros() as usize) as u16
}

/// Marks a stretch with the instructions of a level, as far as there is room for marks; how many bytes that is.
fn marked(level: Level, stretch: &[u8], places: &mut Places) -> usize {
    dispatch!(level, simd => mark(simd, stretch, places))
}

// Inlined always: otherwise the instructions of a level are not those of its caller, and each of them is a call.
#[inline(always)]
fn mark<S: Simd>(simd: S, stretch: &[u8], places: &mut Places) -> usize {
    let kept = &mut places.kept;
    let (mut start, mut count) = (0, 0);
    let (groups, rest) = stretch.as_chunks::<{ GROUP * WORD }>();
    for bytes in groups {
        let (bytes, _) = bytes.as_chunks::<WORD>();
        let ([a, b, c, d], true) = (bytes, has_room(count)) else {
            places.count = count;
            return start;
        };
        let [a, b, c, d] = [
            special(simd, a),
            special(simd, b),
            special(simd, c),
            special(simd, d),
        ];
        if ((a | b) | (c | d)).any_true() {
            count = add(kept, count, start, a.to_bitmask());
            count = add(kept, count, start + WORD, b.to_bitmask());
            count = add(kept, count, start + 2 * WORD, c.to_bitmask());
            count = add(kept, count, start + 3 * WORD, d.to_bitmask());
        }
        start += GROUP * WORD;
    }
    if has_room(count) {
        for bytes in rest.chunks(WORD) {
            let mut whole = [b' '; WORD];
            if let Some(place) = whole.get_mut(..bytes.len()) {
                place.copy_from_slice(bytes);
            }
            count = add(kept, count, start, special(simd, &whole).to_bitmask());
            start += bytes.len();
        }
    }
    places.count = count;
    start
}

#[inline(always)]
fn special<S: Simd>(simd: S, bytes: &[u8; WORD]) -> <u8x64<S> as SimdBase<S>>::Mask {
    let bytes = u8x64::from_slice(simd, bytes);
    // With this bit turned around a quote is a space, and control characters are such still: one comparison for both.
    let turned = bytes ^ (b'"' ^ b' ');
    turned.simd_le(b' ') | bytes.simd_eq(b'\\')
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use fearless_simd::Level;
    use proptest::prelude::*;

    use super::{GROUP, KEPT, Marks, Places, STRETCH, WORD, marked};

    fn is_special(byte: u8) -> bool {
        byte < b' ' || byte == b'"' || byte == b'\\'
    }

    fn special(text: &[u8]) -> Vec<usize> {
        let marked = text
            .iter()
            .enumerate()
            .filter(|(_, byte)| is_special(**byte));
        marked.map(|(place, _)| place).collect()
    }

    fn walked(marks: &mut Marks, text: &[u8], from: usize) -> Vec<usize> {
        let mut places = Vec::new();
        let end = marks.walk(text, from, |place| {
            places.push(place);
            ControlFlow::<()>::Continue(())
        });
        assert_eq!(end, None);
        places
    }

    #[track_caller]
    fn check(text: &[u8]) {
        assert_eq!(walked(&mut Marks::new(), text, 0), special(text));
    }

    #[test]
    fn a_mark_is_found_wherever_it_is() {
        for byte in 0..=u8::MAX {
            for length in [0, 1, 63, 64, 65, 255, 256, 257, 300] {
                for filling in [b'a', 0x7f, 0x80, 0xff, b' ', b'!', b'#', b'[', b']'] {
                    let mut text = vec![filling; length];
                    text.push(byte);
                    text.extend_from_slice(&[b'a', b'"', 0, b'a']);
                    check(&text);
                }
            }
        }
        check(b"");
    }

    #[test]
    fn stretches_follow_each_other() {
        for length in [STRETCH - 1, STRETCH, STRETCH + 1, 5 * STRETCH + 7] {
            let mut text = vec![b'a'; length];
            check(&text);
            text.push(b'\\');
            check(&text);
            // As many as there can be.
            check(&vec![b'"'; length]);
        }
    }

    #[test]
    fn where_there_is_no_room_a_stretch_ends() {
        // The marks of a group just have room, or just not.
        for dense in KEPT - 2 * GROUP * WORD..KEPT + 2 {
            for sparse in [0, 1, GROUP * WORD - 1, GROUP * WORD] {
                let text = [vec![b'"'; dense], vec![b'a'; sparse], vec![b'\n'; KEPT]].concat();
                check(&text);
            }
        }
    }

    #[test]
    fn what_is_in_front_is_not_looked_at_and_what_was_shown_not_shown_again() {
        let mut text = vec![b'a'; 3 * STRETCH];
        for place in [7, 9, STRETCH, 2 * STRETCH + 1, 2 * STRETCH + 2] {
            text[place] = b'"';
        }
        let mut marks = Marks::new();
        assert_eq!(marks.walk(&text, 8, ControlFlow::Break), Some(9));
        assert_eq!(marks.walk(&text, 10, ControlFlow::Break), Some(STRETCH));
        let rest = walked(&mut marks, &text, STRETCH + 1);
        assert_eq!(rest, [2 * STRETCH + 1, 2 * STRETCH + 2]);
        assert!(walked(&mut marks, &text, text.len()).is_empty());
        assert!(walked(&mut marks, &text, text.len() + 1).is_empty());
    }

    #[test]
    fn all_levels_mark_alike() {
        let text: Vec<u8> = (0..8 * GROUP * WORD - 3)
            .map(|at| (at * 7 % 256) as u8)
            .collect();
        let mut levels = vec![Level::new(), Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(Level::new().as_sse4_2().map(Level::Sse4_2));
            levels.extend(Level::new().as_avx2().map(Level::Avx2));
        }
        for length in 0..text.len() {
            let text = &text[..length];
            let expected = special(text);
            for level in &levels {
                let mut places = Places::new();
                assert_eq!(marked(*level, text, &mut places), length);
                let places = places.kept[..places.count].iter();
                let places: Vec<usize> = places.map(|place| usize::from(*place)).collect();
                assert_eq!(places, expected, "{level:?}, {length}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_walk_finds_each_mark(
            parts in proptest::collection::vec(
                (0_usize..20_000, 1_usize..600, prop_oneof![Just(b'"'), Just(b'\n'), Just(0xc3)]),
                0..12,
            ),
        ) {
            let mut text = Vec::new();
            for (gap, count, byte) in parts {
                text.resize(text.len() + gap, b'a');
                text.resize(text.len() + count, byte);
            }
            let mut marks = Marks::new();
            let mut from = 0;
            for place in special(&text) {
                prop_assert_eq!(marks.walk(&text, from, ControlFlow::Break), Some(place));
                from = place + 1;
            }
            prop_assert_eq!(walked(&mut marks, &text, from), Vec::<usize>::new());
        }
    }
}
