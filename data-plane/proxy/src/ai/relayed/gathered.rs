//! Parts of an answer that came together leave together.
//!
//! Owns when it is worth asking for the next part before one is sent: each write of its own costs more than all else that is
//! done with an event of a stream. Must not wait for what is not there: a part is held for one turn of the other tasks of its
//! worker. Invariant: parts keep their order, and none stays behind.

use bytes::{Bytes, BytesMut};

/// Bytes that are sent without looking for more.
const LIMIT: usize = 16 << 10;

/// How many parts are sent at once after one that came alone.
const ALONE: u8 = 16;

/// How often nothing more has to be found before parts are sent: hyper asks a body once more before it lets others have their turn.
const LOOKS: u8 = 2;

/// What becomes of parts where nothing more is found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// There are none.
    Nothing,
    /// They stay for one more look.
    Look,
    /// They are sent.
    Send(Bytes),
}

/// What is about to be sent.
#[derive(Default)]
pub(super) struct Gathered {
    first: Bytes,
    more: BytesMut,
    /// How often nothing more was found.
    looks: u8,
    /// Parts that are sent without looking for more: a stream whose parts come one by one does not pay for the look.
    skipped: u8,
}

impl Gathered {
    /// Takes a part; whether it is worth looking for the next one before this is sent.
    pub(super) fn add(&mut self, part: Bytes) -> bool {
        self.looks = 0;
        if self.first.is_empty() {
            self.first = part;
            if self.skipped > 0 {
                self.skipped -= 1;
                return false;
            }
        } else {
            if self.more.is_empty() {
                self.more.extend_from_slice(&self.first);
            }
            self.more.extend_from_slice(&part);
        }
        self.first.len().max(self.more.len()) < LIMIT
    }

    /// Nothing more was found.
    pub(super) fn alone(&mut self) -> Found {
        if self.first.is_empty() {
            return Found::Nothing;
        }
        self.looks += 1;
        if self.looks < LOOKS {
            return Found::Look;
        }
        if self.more.is_empty() {
            self.skipped = ALONE;
        }
        Found::Send(self.take())
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
    fn parts_that_come_together_are_one() {
        let mut gathered = Gathered::default();
        assert_eq!(gathered.alone(), Found::Nothing);
        for text in ["a", "b", "c"] {
            assert!(gathered.add(part(text)), "the next may be there");
            // In the same turn it cannot be.
            assert_eq!(gathered.alone(), Found::Look);
        }
        assert_eq!(gathered.alone(), Found::Send(part("abc")));
        assert!(gathered.is_empty());
        assert!(gathered.add(part("d")), "they may come together again");
        assert_eq!(gathered.take(), part("d"));
    }

    #[test]
    fn one_that_comes_alone_is_not_waited_with_for_a_while() {
        let mut gathered = Gathered::default();
        assert!(gathered.add(part("a")));
        assert_eq!(gathered.alone(), Found::Look);
        assert_eq!(gathered.alone(), Found::Send(part("a")));
        for _ in 0..ALONE {
            assert!(!gathered.add(part("b")));
            assert_eq!(gathered.take(), part("b"));
        }
        assert!(gathered.add(part("c")), "it is tried again");
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
