//! Sealing of what must not lie on a disk in clear: AES-256-GCM by aws-lc-rs.
//!
//! Owns the key and its derivation from a file. Must not know what is sealed. The invariants: the key does not print and
//! is wiped; a text opens only with the key and the context that it was sealed with; every sealing has a nonce of its own.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

/// What the key is derived for; another format gets another one.
const PURPOSE: &str = "tidegate-proxy 2026-11-26 last-good secrets v1";
/// A file must hold this many bytes: 32 random ones, or more text.
const LEAST: usize = 32;

/// A key for sealing.
#[derive(Clone)]
pub struct SealKey(Arc<Zeroizing<[u8; 32]>>);

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read or made.
    #[error("it cannot be read or made")]
    Io(#[from] io::Error),
    /// Too little to be secret.
    #[error("it holds {0} bytes, and a key needs {LEAST} random ones or more")]
    Short(usize),
}

/// What does not open, or cannot be sealed. Which part is wrong is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsealed;

// === impl SealKey ===

impl SealKey {
    /// From the content of a file.
    ///
    /// # Errors
    /// If it cannot be read, or is too short.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let content = Zeroizing::new(fs::read(path)?);
        SealKey::derive(&content)
    }

    /// From a file, which is made with random bytes if it is not there: whole or not at all, readable by its owner.
    ///
    /// # Errors
    /// If it can neither be read nor made, or is too short.
    pub fn from_file_or_new(path: &Path) -> Result<Self, KeyError> {
        match Self::from_file(path) {
            Err(KeyError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
            found => return found,
        }
        let mut content = Zeroizing::new([0; LEAST]);
        aws_lc_rs::rand::fill(&mut *content).map_err(|_| io::Error::other("no random bytes"))?;
        let unfinished = path.with_extension("new");
        let _ = fs::remove_file(&unfinished);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unfinished)?;
        file.write_all(&*content)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        Self::derive(&*content)
    }

    pub(super) fn derive(content: &[u8]) -> Result<Self, KeyError> {
        if content.len() < LEAST {
            return Err(KeyError::Short(content.len()));
        }
        let key = Zeroizing::new(blake3::derive_key(PURPOSE, content));
        Ok(SealKey(Arc::new(key)))
    }

    /// The nonce, then the sealed text with its tag.
    pub(super) fn seal(&self, context: &[u8], text: &[u8]) -> Result<Vec<u8>, Unsealed> {
        let mut sealed = text.to_vec();
        let nonce = self
            .cipher()?
            .seal_in_place_append_tag(Aad::from(context), &mut sealed)
            .map_err(|_| Unsealed)?;
        let mut out = nonce.as_ref().to_vec();
        out.append(&mut sealed);
        Ok(out)
    }

    pub(super) fn open(
        &self,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(Unsealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealed)?;
        let mut text = Zeroizing::new(sealed.to_vec());
        let length = self
            .cipher()?
            .open_in_place(nonce, Aad::from(context), &mut text)
            .map_err(|_| Unsealed)?
            .len();
        text.truncate(length);
        Ok(text)
    }

    fn cipher(&self) -> Result<RandomizedNonceKey, Unsealed> {
        RandomizedNonceKey::new(&AES_256_GCM, &**self.0).map_err(|_| Unsealed)
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::SealKey;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_context_only() {
        let key = SealKey::derive(&[7; 32]).expect("long enough");
        let sealed = key.seal(b"context", b"secret").expect("sealed");
        assert!(!sealed.windows(6).any(|bytes| bytes == b"secret"));
        assert_ne!(sealed, key.seal(b"context", b"secret").expect("sealed"));
        assert_eq!(**key.open(b"context", &sealed).expect("opens"), *b"secret");
        let other = SealKey::derive(&[8; 32]).expect("long enough");
        assert!(other.open(b"context", &sealed).is_err());
        assert!(key.open(b"another", &sealed).is_err());
        for index in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[index] ^= 1;
            assert!(key.open(b"context", &broken).is_err(), "byte {index}");
            assert!(
                key.open(b"context", &sealed[..index]).is_err(),
                "{index} bytes"
            );
        }
    }

    #[test]
    fn a_key_is_made_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key");
        assert!(
            SealKey::from_file(&path).is_err(),
            "made without being asked"
        );
        // What a start that was cut short left.
        fs::write(path.with_extension("new"), "half").expect("written");
        let made = SealKey::from_file_or_new(&path).expect("made");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let sealed = made.seal(b"context", b"secret").expect("sealed");
        let again = SealKey::from_file_or_new(&path).expect("found");
        assert_eq!(
            **again.open(b"context", &sealed).expect("opens"),
            *b"secret"
        );
        fs::write(&path, "short").expect("written");
        assert!(SealKey::from_file_or_new(&path).is_err(), "not replaced");
        assert!(SealKey::from_file_or_new(&dir.path().join("no/key")).is_err());
    }

    #[test]
    fn a_key_is_long_and_does_not_print() {
        assert!(SealKey::derive(&[7; 31]).is_err());
        let key = SealKey::derive(&[7; 32]).expect("long enough");
        assert_eq!(format!("{key:?}"), "SealKey(redacted)");
    }
}
