//! Parts of an answer that came together leave together.
//!
//! Owns how much leaves at a time: each write of its own costs more than all else that is done with an event of a stream. Must
//! not wait: a part is held only while the next one is asked for. Invariant: parts keep their order, and none stays behind.

use bytes::{Bytes, BytesMut};

/// Bytes that are sent without looking for more.
const LIMIT: usize = 16 << 10;

/// What is about to be sent.
#[derive(Default)]
pub(super) struct Gathered {
    first: Bytes,
    more: BytesMut,
}

impl Gathered {
    /// Takes a part; whether there is room for the next.
    pub(super) fn add(&mut self, part: Bytes) -> bool {
        if self.first.is_empty() {
            self.first = part;
        } else {
            if self.more.is_empty() {
                self.more.extend_from_slice(&self.first);
            }
            self.more.extend_from_slice(&part);
        }
        self.first.len().max(self.more.len()) < LIMIT
    }

    /// All of it.
    pub(super) fn take(&mut self) -> Bytes {
        let first = std::mem::take(&mut self.first);
        match self.more.is_empty() {
            true => first,
            false => self.more.split().freeze(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn parts_are_one_in_their_order() {
        let mut gathered = Gathered::default();
        assert!(gathered.is_empty());
        for text in ["a", "", "b", "c"] {
            assert!(gathered.add(part(text)), "there is room for the next");
            assert!(!gathered.is_empty());
        }
        assert_eq!(gathered.take(), part("abc"));
        assert!(gathered.is_empty());
        assert!(gathered.add(part("d")));
        assert_eq!(gathered.take(), part("d"));
        assert!(gathered.add(part("")));
        assert!(gathered.is_empty(), "nothing is no part");
    }

    #[test]
    fn what_is_large_goes() {
        let mut gathered = Gathered::default();
        assert!(gathered.add(part("a")));
        assert!(!gathered.add(vec![b'b'; LIMIT].into()));
        assert_eq!(gathered.take().len(), LIMIT + 1);
        assert!(!gathered.add(vec![b'b'; LIMIT].into()));
    }
}
