//! TLS towards upstreams.
//!
//! Owns client configurations: roots, server name, ALPN, built once for equal settings and shared by all
//! workers. Must not know clusters or pools. Invariant: verification is off only as far as the settings say so in as many
//! words; settings that cannot be verified against fail here and the cluster is refused.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, OnceLock, Weak},
    time::Duration,
};

use dp_config::{
    secret::{Certificate, Pem},
    tls::{Roots, TlsVersion, Verification},
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, version};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

mod verifier;

/// How long a server may take for its part of the handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// What one cluster asks of TLS; equal settings share sessions and connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// What certificates are verified against.
    pub roots: Roots,
    /// What of a certificate is verified.
    pub verification: Verification,
    /// Sent as SNI and verified against the certificate: a DNS name or an IP address.
    pub server_name: String,
    /// Presented to servers that ask for a certificate.
    pub certificate: Option<Arc<Certificate>>,
    /// Protocols offered, the preferred one first.
    pub alpn: Vec<Vec<u8>>,
    /// Lowest and highest protocol version.
    pub versions: (TlsVersion, TlsVersion),
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The server name is neither a DNS name nor an address.
    #[error("server name {0:?} is neither a DNS name nor an IP address")]
    ServerName(String),
    /// Certificates do not parse.
    #[error("the certificates are not valid PEM: {0}")]
    Pem(String),
    /// The CA bundle has no certificate.
    #[error("the CA bundle holds no certificate")]
    NoRoots,
    /// A certificate cannot be a trust anchor, or the provider lacks a protocol version.
    #[error("the TLS configuration is refused: {0}")]
    Refused(#[from] rustls::Error),
    /// The chain is empty.
    #[error("the certificate chain holds no certificate")]
    NoCertificate,
    /// The key does not parse.
    #[error("the private key is not PEM of a private key")]
    PrivateKey,
    /// A secret that the cluster names is not there.
    #[error("the secret {0} is not there")]
    MissingSecret(Arc<str>),
    /// A file that was not read into the configuration.
    #[error("the file {0:?} was not read")]
    NotLoaded(Arc<str>),
    /// A condition on the certificate that is not implied by the host name.
    #[error("the subject names of the validation context do not cover the server name {0:?}")]
    SubjectName(String),
}

/// A client configuration that is ready to connect.
#[derive(Debug)]
pub struct ClientTls {
    config: Arc<ClientConfig>,
    server_name: ServerName<'static>,
}

/// A failed handshake.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    /// The server was silent.
    #[error("no TLS handshake within {0:?}")]
    Timeout(Duration),
    /// The server's certificate or protocol was refused, or the connection broke.
    #[error("TLS handshake failed")]
    Failed(#[source] std::io::Error),
    /// HTTP/2 was configured and the server does not speak it.
    #[error("the server does not select HTTP/2 by ALPN")]
    NotHttp2,
}

// === impl ClientTls ===

impl ClientTls {
    /// The configuration for these settings; the same value as long as an equal one is alive, so that its
    /// address identifies it.
    ///
    /// # Errors
    /// The settings cannot be verified against.
    pub fn shared(settings: &TlsSettings) -> Result<Arc<ClientTls>, TlsError> {
        static KNOWN: OnceLock<Mutex<HashMap<TlsSettings, Weak<ClientTls>>>> = OnceLock::new();
        let known = KNOWN.get_or_init(Mutex::default);
        let mut known = known
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(shared) = known.get(settings).and_then(Weak::upgrade) {
            return Ok(shared);
        }
        let built = Arc::new(ClientTls::build(settings)?);
        known.retain(|_, entry| entry.strong_count() > 0);
        known.insert(settings.clone(), Arc::downgrade(&built));
        Ok(built)
    }

    fn build(settings: &TlsSettings) -> Result<ClientTls, TlsError> {
        let server_name = ServerName::try_from(settings.server_name.clone())
            .map_err(|_| TlsError::ServerName(settings.server_name.clone()))?;
        let roots = match &settings.roots {
            Roots::System => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
            Roots::Pem(pem) => authorities(pem)?,
            Roots::File(path) => return Err(TlsError::NotLoaded(path.clone())),
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions(settings.versions))?;
        let builder = match verifier::of(settings.verification, &roots)? {
            None => builder.with_root_certificates(roots),
            Some(verifier) => builder
                .dangerous()
                .with_custom_certificate_verifier(verifier),
        };
        let mut config = match &settings.certificate {
            None => builder.with_no_client_auth(),
            Some(certificate) => {
                let (chain, key) = identity(certificate)?;
                builder.with_client_auth_cert(chain, key)?
            }
        };
        config.alpn_protocols.clone_from(&settings.alpn);
        Ok(ClientTls {
            config: Arc::new(config),
            server_name,
        })
    }

    /// Shakes hands over a fresh connection.
    ///
    /// # Errors
    /// The server is silent, not trusted, or breaks off.
    pub async fn handshake(
        &self,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, HandshakeError> {
        let connector = TlsConnector::from(self.config.clone());
        timeout(
            HANDSHAKE_TIMEOUT,
            connector.connect(self.server_name.clone(), stream),
        )
        .await
        .map_err(|_| HandshakeError::Timeout(HANDSHAKE_TIMEOUT))?
        .map_err(HandshakeError::Failed)
    }
}

impl Hash for TlsSettings {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Enough to tell clusters apart; key material is left to `Eq`.
        self.server_name.hash(state);
        self.alpn.hash(state);
    }
}

/// The authorities of a bundle; at least one.
///
/// # Errors
/// It holds none, or one that cannot be a trust anchor.
pub fn authorities(pem: &Pem) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|e| TlsError::Pem(e.to_string()))?;
        roots.add(certificate)?;
    }
    if roots.is_empty() {
        return Err(TlsError::NoRoots);
    }
    Ok(roots)
}

/// The protocol versions of a range.
pub fn versions(
    (lowest, highest): (TlsVersion, TlsVersion),
) -> Vec<&'static rustls::SupportedProtocolVersion> {
    match (lowest, highest) {
        (TlsVersion::V1_2, TlsVersion::V1_2) => vec![&version::TLS12],
        (TlsVersion::V1_3, TlsVersion::V1_2 | TlsVersion::V1_3) => vec![&version::TLS13],
        (TlsVersion::V1_2, TlsVersion::V1_3) => vec![&version::TLS13, &version::TLS12],
    }
}

/// A certificate chain and its key, parsed.
///
/// # Errors
/// One of them is not PEM of its kind.
pub fn identity(
    certificate: &Certificate,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate.chain.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::Pem(error.to_string()))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    // The text of the error says nothing of the key.
    let key = PrivateKeyDer::from_pem_slice(certificate.key.expose())
        .map_err(|_| TlsError::PrivateKey)?;
    Ok((chain, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(roots: Roots, server_name: &str) -> TlsSettings {
        TlsSettings {
            roots,
            verification: Verification::Whole,
            server_name: server_name.to_owned(),
            certificate: None,
            alpn: vec![b"h2".to_vec()],
            versions: (TlsVersion::V1_2, TlsVersion::V1_3),
        }
    }

    #[test]
    fn equal_settings_share_one_configuration() {
        let first = ClientTls::shared(&settings(Roots::System, "a.example")).unwrap();
        let again = ClientTls::shared(&settings(Roots::System, "a.example")).unwrap();
        let other = ClientTls::shared(&settings(Roots::System, "b.example")).unwrap();
        let unverified = TlsSettings {
            verification: Verification::Nothing,
            ..settings(Roots::System, "a.example")
        };
        let unverified = ClientTls::shared(&unverified).unwrap();
        assert!(!Arc::ptr_eq(&first, &unverified));
        assert!(Arc::ptr_eq(&first, &again));
        assert!(!Arc::ptr_eq(&first, &other));
    }

    #[test]
    fn settings_that_cannot_be_verified_are_refused() {
        for (pem, expected) in [
            ("", "the CA bundle holds no certificate"),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "refused",
            ),
            (
                "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
                "not valid PEM",
            ),
        ] {
            let roots = Roots::Pem(Pem::new(pem.as_bytes()));
            let error = ClientTls::shared(&settings(roots, "a.example")).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
        let error = ClientTls::shared(&settings(Roots::System, "not a name")).unwrap_err();
        assert!(matches!(error, TlsError::ServerName(_)));
    }
}
