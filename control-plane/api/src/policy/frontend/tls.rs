//! `frontend.tls`: TLS towards clients, beside the certificates that listeners have.
//!
//! Owns versions, suites and the time that a handshake may take.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::duration::Span;
use crate::scalar::KeyExchangeGroup;
use crate::schema::rule::{at_least, at_least_one};

/// TLS towards clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&[
    "handshakeTimeout", "alpnProtocols", "minProtocolVersion", "maxProtocolVersion",
    "cipherSuites", "keyExchangeGroups",
])]))]
pub struct FrontendTls {
    /// How long a handshake may take; 15s where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("100ms")]))]
    pub handshake_timeout: Option<Span>,
    /// Application protocols to offer.
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 64)))]
    pub alpn_protocols: Option<Vec<String>>,
    /// Oldest version.
    pub min_protocol_version: Option<TlsVersion>,
    /// Newest version.
    pub max_protocol_version: Option<TlsVersion>,
    /// Suites to offer.
    #[schemars(length(max = 64))]
    pub cipher_suites: Option<Vec<CipherSuite>>,
    /// Key exchanges to offer.
    #[schemars(length(max = 64))]
    pub key_exchange_groups: Option<Vec<KeyExchangeGroup>>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    V1_3,
}

/// A cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum CipherSuite {
    /// TLS 1.3, AES-256-GCM.
    #[serde(rename = "TLS13_AES_256_GCM_SHA384")]
    Tls13Aes256,
    /// TLS 1.3, AES-128-GCM.
    #[serde(rename = "TLS13_AES_128_GCM_SHA256")]
    Tls13Aes128,
    /// TLS 1.3, ChaCha20-Poly1305.
    #[serde(rename = "TLS13_CHACHA20_POLY1305_SHA256")]
    Tls13ChaCha20,
    /// ECDSA, AES-256-GCM.
    #[serde(rename = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")]
    EcdsaAes256,
    /// ECDSA, AES-128-GCM.
    #[serde(rename = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")]
    EcdsaAes128,
    /// ECDSA, ChaCha20-Poly1305.
    #[serde(rename = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")]
    EcdsaChaCha20,
    /// RSA, AES-256-GCM.
    #[serde(rename = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")]
    RsaAes256,
    /// RSA, AES-128-GCM.
    #[serde(rename = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")]
    RsaAes128,
    /// RSA, ChaCha20-Poly1305.
    #[serde(rename = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")]
    RsaChaCha20,
}
