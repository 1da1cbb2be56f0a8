//! What a client's certificate says about it: its URIs, and until when.
//!
//! Owns the reading of a verified certificate. Must not verify one (rustls did) nor know what a URI allows (`identity`'s
//! implementations). The invariant: only subject alternative names count; a common name says nothing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;

/// The certificate of a peer, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// URIs among its subject alternative names.
    pub uris: Arc<[String]>,
    /// When it ends.
    pub expires_at: SystemTime,
}

/// A certificate that the TLS library took and that still cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client's certificate cannot be read")]
pub struct Unreadable;

// === impl PeerCertificate ===

impl PeerCertificate {
    /// Reads a certificate that was verified.
    ///
    /// # Errors
    /// If it is no X.509 certificate.
    pub fn parse(der: &CertificateDer<'_>) -> Result<Self, Unreadable> {
        let (_, certificate) = parse_x509_certificate(der).map_err(|_| Unreadable)?;
        let names = certificate
            .subject_alternative_name()
            .map_err(|_| Unreadable)?;
        let uris = names
            .iter()
            .flat_map(|names| &names.value.general_names)
            .filter_map(|name| {
                let GeneralName::URI(uri) = name else {
                    return None;
                };
                Some((*uri).to_owned())
            })
            .collect();
        let seconds = certificate.validity().not_after.timestamp();
        Ok(PeerCertificate {
            uris,
            expires_at: SystemTime::UNIX_EPOCH
                + Duration::from_secs(u64::try_from(seconds).unwrap_or_default()),
        })
    }
}
