//! TLS in the resolved model: what is shown, and what is believed.
//!
//! Owns values only. Must not print a key: they are texts that are never printed.

use std::sync::Arc;

use cp_api::secret::SecretBytes;
use proto::tidegate::v1 as tidegate;

/// What a TLS listener shows.
#[derive(Clone, Debug)]
pub(crate) enum Certificate {
    /// Certificates in order of preference, at least one.
    Usable(Vec<KeyPair>),
    /// None: every handshake fails.
    Unusable,
}

/// A certificate chain and its key.
#[derive(Clone, Debug)]
pub(crate) struct KeyPair {
    /// Name of the Secret resource.
    pub(crate) name: String,
    pub(crate) chain: Arc<SecretBytes>,
    pub(crate) key: Arc<SecretBytes>,
    pub(crate) source: Arc<tidegate::Source>,
}

/// TLS towards a backend.
#[derive(Clone, Debug)]
pub(crate) struct UpstreamTls {
    /// Name to ask for and to verify.
    pub(crate) server_name: String,
    /// PEM bundle to trust; the system roots if absent.
    pub(crate) ca: Option<Arc<Vec<u8>>>,
    /// What the proxy shows itself.
    pub(crate) certificate: Option<KeyPair>,
    pub(crate) verification: Verification,
}

/// What of a backend's certificate is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Verification {
    #[default]
    Whole,
    /// Who issued it, and not for whom.
    Chain,
    Nothing,
}
