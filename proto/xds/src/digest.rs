//! The digest of a set of resources of one type.
//!
//! Owns the hash that a Commit carries and that both planes compute. Must not know resources: it sees names
//! and versions only. Invariant: adding and removing commute, so the digest of a set never depends on the
//! order in which it was built; changing the key or the input layout breaks every proxy in the field.

/// Key of the hash; exactly 32 bytes, the last one NUL.
const KEY: &[u8; 32] = b"tidegate.v1 resource-set digest\0";

/// Sum modulo 2^128 of a keyed BLAKE3 over (name, 0x00, version) of each member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Digest(u128);

impl Digest {
    /// Adds one resource; `version` is the string that is on the wire.
    pub fn add(&mut self, name: &str, version: &str) {
        self.0 = self.0.wrapping_add(member(name, version));
    }

    /// Takes one resource out that was added before with the same version.
    pub fn remove(&mut self, name: &str, version: &str) {
        self.0 = self.0.wrapping_sub(member(name, version));
    }

    /// The form on the wire (`CommitEntry.digest`): 16 bytes, little endian.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// Reads the form on the wire; `None` unless it is 16 bytes long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Digest> {
        bytes
            .try_into()
            .ok()
            .map(|bytes| Digest(u128::from_le_bytes(bytes)))
    }

    /// 32 lower-case hex digits of [`Digest::to_bytes`], for version strings and people.
    pub fn hex(self) -> String {
        crate::resource::hex(&self.to_bytes())
    }
}

fn member(name: &str, version: &str) -> u128 {
    let mut hasher = blake3::Hasher::new_keyed(KEY);
    hasher
        .update(name.as_bytes())
        .update(&[0])
        .update(version.as_bytes());
    let mut first = [0; 16];
    hasher.finalize_xof().fill(&mut first);
    u128::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::Digest;
    use proptest::prelude::{any, proptest};

    #[test]
    fn the_boundary_between_name_and_version_counts() {
        let of = |name: &str, version: &str| {
            let mut digest = Digest::default();
            digest.add(name, version);
            digest
        };
        assert_ne!(of("ab", "c"), of("a", "bc"));
        assert_eq!(
            Digest::from_bytes(&of("a", "b").to_bytes()),
            Some(of("a", "b"))
        );
        assert_eq!(Digest::from_bytes(&[0; 15]), None);
    }

    #[test]
    fn the_digest_is_the_one_that_proxies_in_the_field_compute() {
        let mut digest = Digest::default();
        digest.add(
            "gw/default/edge/listener/80",
            "00112233445566778899aabbccddeeff",
        );
        let mut hasher = blake3::Hasher::new_keyed(b"tidegate.v1 resource-set digest\0");
        hasher.update(b"gw/default/edge/listener/80\x0000112233445566778899aabbccddeeff");
        assert_eq!(digest.to_bytes(), hasher.finalize().as_bytes()[..16]);
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_removal_undoes(
            names in proptest::collection::vec("[a-c]{1,3}", 0..8),
            extra in any::<u8>(),
        ) {
            let mut forward = Digest::default();
            for name in &names {
                forward.add(name, "v");
            }
            let mut backward = Digest::default();
            let extra = extra.to_string();
            backward.add("extra", &extra);
            for name in names.iter().rev() {
                backward.add(name, "v");
            }
            assert_ne!(forward, backward);
            backward.remove("extra", &extra);
            assert_eq!(forward, backward);
        }
    }
}
