//! TLS towards clients.
//!
//! Owns server configurations, one for each chain, and the handshake. Must not choose routes. Invariant: a
//! chain without a usable certificate has no configuration, and its handshakes fail; a new certificate
//! applies to the next handshake without a restart.

use std::{fmt, sync::Arc, time::Duration};

use dp_config::{
    Chain, Config,
    secret::Certificate,
    tls::{CertificateSource, ClientValidation, DownstreamTls, Roots},
};
use dp_upstream::tls::{TlsError, authorities, identity, versions};
use proto::type_url::TypeUrl;
use rustls::{
    ServerConfig,
    client::verify_server_name,
    crypto::{CryptoProvider, aws_lc_rs},
    server::{ClientHello, ParsedCertificate, ResolvesServerCert, WebPkiClientVerifier},
    sign::CertifiedKey,
};
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

use crate::{
    prepare::{Cause, Unprepared},
    served::Served,
};

/// From accept to the end of the handshake.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);

/// The certificates of a chain.
struct Certificates(Vec<Arc<CertifiedKey>>);

/// Why a handshake failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    /// The client was silent or spoke no TLS, or refused our certificate.
    #[error("the handshake failed")]
    Failed(#[from] std::io::Error),
    /// No chain serves the name, or its certificate is missing.
    #[error("no certificate for {0:?}")]
    NoCertificate(Option<String>),
}

/// What a chain's configuration is made from; equal sources make the same configuration.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    certificates: Vec<Option<Arc<Certificate>>>,
    trust: Option<Arc<dp_config::tls::Trust>>,
}

// === impl Sources ===

impl Sources {
    /// What a chain refers to in a configuration.
    pub(crate) fn of(config: &Config, tls: &DownstreamTls) -> Sources {
        let certificates = tls.certificates.iter();
        Sources {
            certificates: certificates
                .map(|source| config.certificate(source).cloned())
                .collect(),
            trust: tls
                .client
                .as_ref()
                .and_then(|client| config.trust(&client.trust)),
        }
    }

    /// Whether both are the same by identity.
    pub(crate) fn is_same(&self, other: &Sources) -> bool {
        let same = |a: &Option<Arc<Certificate>>, b: &Option<Arc<Certificate>>| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        // Subject names of clients are refused, so the roots are all there is to it.
        let same_trust = match (&self.trust, &other.trust) {
            (Some(a), Some(b)) => {
                Arc::ptr_eq(a, b)
                    || a.roots == b.roots
                        && a.subject_names.is_empty()
                        && b.subject_names.is_empty()
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same_trust
            && self.certificates.len() == other.certificates.len()
            && self
                .certificates
                .iter()
                .zip(&other.certificates)
                .all(|(a, b)| same(a, b))
    }
}

/// The configuration of a chain; `None` where what it needs is not there (yet), so that handshakes fail.
///
/// # Errors
/// A certificate that is there cannot be used: the commit that brings it must be refused.
pub(crate) fn server_config(
    listener: &str,
    chain: &Chain,
    tls: &DownstreamTls,
    sources: &Sources,
) -> Result<Option<Arc<ServerConfig>>, Unprepared> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut keys = Vec::new();
    for (source, certificate) in tls.certificates.iter().zip(&sources.certificates) {
        if let Some(certificate) = certificate {
            keys.push(certified_key(listener, source, certificate, &provider)?);
        }
    }
    if keys.is_empty() {
        return Ok(None);
    }
    let refused = |error: &dyn fmt::Display| Unprepared {
        cause: Cause::Content,
        type_url: TypeUrl::Listener,
        name: listener.to_owned(),
        path: format!("filter_chains[{:?}].transport_socket", chain.name),
        message: error.to_string(),
    };
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&versions((tls.min_version, tls.max_version)))
        .map_err(|error| refused(&error))?;
    let builder = match &tls.client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let Some(trust) = &sources.trust else {
                return Ok(None);
            };
            if !trust.subject_names.is_empty() {
                return Err(refused(&"subject names of clients are not supported"));
            }
            builder.with_client_cert_verifier(
                client_verifier(client, &trust.roots, provider).map_err(|e| refused(&e))?,
            )
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(Certificates(keys)));
    config.alpn_protocols.clone_from(&tls.alpn);
    Ok(Some(Arc::new(config)))
}

fn certified_key(
    listener: &str,
    source: &CertificateSource,
    certificate: &Certificate,
    provider: &CryptoProvider,
) -> Result<Arc<CertifiedKey>, Unprepared> {
    let refused = |message: String| match source {
        CertificateSource::Secret(name) => Unprepared {
            cause: Cause::Content,
            type_url: TypeUrl::Secret,
            name: name.to_string(),
            path: "tls_certificate".to_owned(),
            message,
        },
        CertificateSource::Inline(_) => Unprepared {
            cause: Cause::Content,
            type_url: TypeUrl::Listener,
            name: listener.to_owned(),
            path: "transport_socket.common_tls_context.tls_certificates".to_owned(),
            message,
        },
    };
    let (chain, key) = identity(certificate).map_err(|error| refused(error.to_string()))?;
    // Checks that key and certificate belong together.
    CertifiedKey::from_der(chain, key, provider)
        .map(Arc::new)
        .map_err(|error| {
            refused(if matches!(error, rustls::Error::InconsistentKeys(_)) {
                "the private key does not belong to the certificate".to_owned()
            } else {
                error.to_string()
            })
        })
}

fn client_verifier(
    client: &ClientValidation,
    trusted: &Roots,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, Box<dyn std::error::Error>> {
    let roots = match trusted {
        Roots::System => return Err("clients cannot be verified against the system's roots".into()),
        Roots::Pem(pem) => authorities(pem)?,
        Roots::File(path) => return Err(TlsError::NotLoaded(path.clone()).into()),
    };
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    Ok(if client.required {
        builder
    } else {
        builder.allow_unauthenticated()
    }
    .build()?)
}

/// Shakes hands: the client's server name picks the chain, and with it the certificate.
///
/// # Errors
/// No chain or certificate for the name, or the handshake itself fails.
pub(crate) async fn handshake(
    stream: TcpStream,
    served: impl FnOnce() -> Option<Arc<Served>>,
) -> Result<(TlsStream<TcpStream>, Option<Box<str>>), HandshakeError> {
    let acceptor = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
    let start = acceptor.await?;
    let server_name = start.client_hello().server_name().map(Box::<str>::from);
    // The configuration is looked up now, not at accept: a rotation in between counts.
    let config = served().and_then(|served| served.tls_config(server_name.as_deref()));
    let Some(config) = config else {
        return Err(HandshakeError::NoCertificate(server_name.map(String::from)));
    };
    Ok((start.into_stream(config).await?, server_name))
}

// === impl Certificates ===

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let fits_key =
            |key: &&Arc<CertifiedKey>| key.key.choose_scheme(hello.signature_schemes()).is_some();
        let name = hello
            .server_name()
            .and_then(|name| ServerName::try_from(name).ok());
        let fits_name = |key: &&Arc<CertifiedKey>| {
            let (Some(name), Some(leaf)) = (&name, key.cert.first()) else {
                return false;
            };
            ParsedCertificate::try_from(leaf)
                .is_ok_and(|leaf| verify_server_name(&leaf, name).is_ok())
        };
        if let [only] = self.0.as_slice() {
            return Some(only.clone());
        }
        let fitting = || self.0.iter().filter(fits_key);
        fitting()
            .find(fits_name)
            .or_else(|| fitting().next())
            .or(self.0.first())
            .cloned()
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificates({})", self.0.len())
    }
}
