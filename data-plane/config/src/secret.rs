//! Secrets: certificates with keys, generic secrets, trust anchors.
//!
//! Owns the only types that hold key material. Must not print it: `Debug` shows lengths and public parts,
//! nothing here implements `Display` or serialises, memory is wiped on drop. Only those who present a
//! certificate, sign a request or parse PEM may call `expose`.

mod decode;

pub(crate) use decode::{certificate, secret, trusted_pem};

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::tls::Trust;

/// One Secret resource.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Resource name.
    pub name: Arc<str>,
    /// What it holds.
    pub kind: SecretKind,
}

/// What a Secret holds.
#[derive(Clone, Debug)]
pub enum SecretKind {
    /// A certificate chain with its key.
    Certificate(Arc<Certificate>),
    /// A password, token or key.
    Generic(Opaque),
    /// What is believed about peers.
    Trust(Arc<Trust>),
}

/// A certificate chain with its private key, as PEM. Both parse as PEM; whether they belong together is
/// known once the proxy has loaded them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Certificates, the leaf first.
    pub chain: Pem,
    /// The key of the leaf.
    pub key: Opaque,
}

/// Public PEM text.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem(Arc<[u8]>);

/// Bytes that are never printed.
#[derive(Clone)]
pub struct Opaque(Arc<Zeroizing<Vec<u8>>>);

// === impl Pem ===

impl Pem {
    /// Wraps PEM text.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pem({} bytes)", self.0.len())
    }
}

// === impl Opaque ===

impl Opaque {
    /// Takes a copy that is wiped on drop. The original is the caller's.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Arc::new(Zeroizing::new(bytes.to_vec())))
    }

    /// The secret itself. What is returned must not be logged, formatted or kept.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opaque(redacted)")
    }
}

impl PartialEq for Opaque {
    /// For noticing changes of configuration, not for checking what a client presents: the time it takes
    /// depends on the content.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || *self.0 == *other.0
    }
}

impl Eq for Opaque {}
