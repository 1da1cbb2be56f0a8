//! Secret, and the type that keeps secret bytes out of logs.
//!
//! Owns decoding of `data` (base64) and `stringData` (which wins, as in Kubernetes). Must not print contents:
//! `SecretBytes` has no way to, and only what puts a secret on the wire may call `expose`.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::check::Check;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};

/// Secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct Secret {
    /// `metadata`.
    pub metadata: Metadata,
    /// `type`; `Opaque` by default.
    pub kind: String,
    /// Contents by key.
    pub data: BTreeMap<String, SecretBytes>,
    /// Keys of `data` that are not base64.
    unreadable: Vec<String>,
}

/// Bytes that are never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Vec<u8>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    metadata: Metadata,
    #[serde(rename = "type")]
    kind: Option<String>,
    data: Option<BTreeMap<String, String>>,
    string_data: Option<BTreeMap<String, String>>,
}

// === impl Secret ===

impl From<Wire> for Secret {
    fn from(wire: Wire) -> Secret {
        let mut data = BTreeMap::new();
        let mut unreadable = Vec::new();
        for (key, text) in wire.data.unwrap_or_default() {
            let compact: String = text.split_ascii_whitespace().collect();
            match STANDARD.decode(compact) {
                Ok(bytes) => drop(data.insert(key, SecretBytes(bytes))),
                Err(_) => unreadable.push(key),
            }
        }
        for (key, text) in wire.string_data.unwrap_or_default() {
            unreadable.retain(|other| *other != key);
            data.insert(key, SecretBytes(text.into_bytes()));
        }
        let kind = wire.kind.unwrap_or_else(|| "Opaque".to_owned());
        Secret {
            metadata: wire.metadata,
            kind,
            data,
            unreadable,
        }
    }
}

impl Resource for Secret {
    const KIND: Kind = Kind::Secret;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        for key in &self.unreadable {
            let message = "must be base64; use stringData for plain text";
            check.that(&format!("data[{key:?}]"), false, message);
        }
    }
}

// === impl SecretBytes ===

impl SecretBytes {
    /// Wraps bytes.
    pub fn new(bytes: Vec<u8>) -> SecretBytes {
        SecretBytes(bytes)
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<'de> Deserialize<'de> for SecretBytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| SecretBytes(text.into_bytes()))
    }
}
