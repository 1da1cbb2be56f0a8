//! Nonces of one stream.
//!
//! Owns their text: a counter, the commit they belong to, and which part of how many. Must not be parsed by
//! anyone, clients included. Invariant: the counter never repeats, so going from commit A to B and back to A
//! gives three different nonces.

use std::sync::Arc;

/// Counts the responses of one stream.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    last: u64,
}

/// Position of a response among those that one change needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// From 1.
    pub(crate) number: usize,
    /// How many there are.
    pub(crate) of: usize,
}

// === impl Nonces ===

impl Nonces {
    /// A nonce that this stream has not seen.
    pub(crate) fn next(&mut self, commit_id: Option<&str>, part: Part) -> Arc<str> {
        self.last += 1;
        let commit = commit_id.map(|id| format!("/{id}")).unwrap_or_default();
        let part = if part.of > 1 {
            format!("/{}of{}", part.number, part.of)
        } else {
            String::new()
        };
        Arc::from(format!("{}{commit}{part}", self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::{Nonces, Part};

    #[test]
    fn r8_a_nonce_names_counter_commit_and_part_and_never_repeats() {
        let mut nonces = Nonces::default();
        let one = Part { number: 1, of: 1 };
        assert_eq!(&*nonces.next(Some("a1"), one), "1/a1");
        assert_eq!(
            &*nonces.next(Some("b2"), Part { number: 2, of: 3 }),
            "2/b2/2of3"
        );
        assert_eq!(&*nonces.next(Some("a1"), one), "3/a1");
        assert_eq!(&*nonces.next(None, one), "4");
    }
}
