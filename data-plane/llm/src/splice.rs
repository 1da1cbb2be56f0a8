//! Replacing a few byte ranges of a text and copying the rest as it is.
//!
//! It must not know what the bytes mean. Invariant: without an edit the original buffer itself is
//! handed on, not a copy; an edit inside of what another replaces goes with it.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// Edits in rising order over one original.
pub(crate) struct Splice<'a> {
    original: &'a Bytes,
    edits: Vec<(Range<usize>, Vec<u8>)>,
}

impl<'a> Splice<'a> {
    pub(crate) fn new(original: &'a Bytes) -> Self {
        Self {
            original,
            edits: Vec::new(),
        }
    }

    /// Puts `text` in the place of `range`; an empty range inserts. Edits at one position keep the
    /// order in which they were given.
    pub(crate) fn replace(&mut self, range: Range<usize>, text: impl Into<Vec<u8>>) {
        let at = self
            .edits
            .partition_point(|(earlier, _)| earlier.start <= range.start);
        self.edits.insert(at, (range, text.into()));
    }

    pub(crate) fn apply(self) -> Bytes {
        if self.edits.is_empty() {
            return self.original.clone();
        }
        let grown: usize = self.edits.iter().map(|(_, text)| text.len()).sum();
        let mut out = BytesMut::with_capacity(self.original.len() + grown);
        let mut copied = 0;
        for (range, text) in &self.edits {
            if range.start < copied {
                continue;
            }
            out.extend_from_slice(self.original.get(copied..range.start).unwrap_or_default());
            out.extend_from_slice(text);
            copied = range.end;
        }
        out.extend_from_slice(self.original.get(copied..).unwrap_or_default());
        out.freeze()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::Splice;

    #[test]
    fn edits_apply_by_position() {
        let original = Bytes::from_static(b"0123456789");
        let mut splice = Splice::new(&original);
        splice.replace(8..9, "");
        splice.replace(2..4, "abc");
        splice.replace(0..0, "<");
        splice.replace(0..0, ">");
        assert_eq!(splice.apply(), "<>01abc45679");
    }

    #[test]
    fn an_edit_inside_of_another_goes_with_it() {
        let original = Bytes::from_static(b"0123456789");
        let mut splice = Splice::new(&original);
        splice.replace(2..6, "a");
        splice.replace(3..4, "b");
        splice.replace(6..6, "c");
        assert_eq!(splice.apply(), "01ac6789");
    }

    #[test]
    fn no_edit_is_no_copy() {
        let original = Bytes::from(vec![1, 2, 3]);
        assert_eq!(Splice::new(&original).apply().as_ptr(), original.as_ptr());
    }
}
