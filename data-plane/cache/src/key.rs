//! What an entry is found by: a SHA-256 digest over named parts.
//!
//! It must not know what the parts mean. Invariant: two lists of parts have one key only if they are equal, part by part:
//! each is written with its name and its length.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

/// A key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

/// A key that is being made.
pub struct Parts(Context);

// === impl Parts ===

impl Parts {
    /// Begins; keys of different kinds are never equal.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        let mut parts = Self(Context::new(&SHA256));
        parts.text(kind.as_bytes());
        parts
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, name: &str, value: &[u8]) -> Self {
        self.text(name.as_bytes());
        self.text(value);
        self
    }

    /// The key.
    #[must_use]
    pub fn finish(self) -> Key {
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(self.0.finish().as_ref()) {
            *to = *from;
        }
        Key(key)
    }

    fn text(&mut self, text: &[u8]) {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.0.update(&length.to_be_bytes());
        self.0.update(text);
    }
}

/// What goes into it may be a credential.
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts")
    }
}

// === impl Key ===

impl Key {
    /// As a part of another key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The first digits suffice to tell keys apart in a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let keys = [
            Parts::of("k").part("a", b"bc").finish(),
            Parts::of("k").part("ab", b"c").finish(),
            Parts::of("k").part("a", b"b").part("", b"c").finish(),
            Parts::of("k").part("a", b"").part("a", b"bc").finish(),
            Parts::of("other").part("a", b"bc").finish(),
        ];
        for (index, one) in keys.iter().enumerate() {
            assert!(!keys[index + 1..].contains(one), "{index}");
        }
        assert_eq!(keys[0], Parts::of("k").part("a", b"bc").finish());
    }
}
