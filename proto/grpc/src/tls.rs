//! TLS between the planes: what a server shows, whom it asks for a certificate, what a client believes.
//!
//! Owns the rustls configurations of ADS and the admin service, and their exchange while running. Must not know who may
//! read what (`identity`), nor how a certificate comes about. The invariants: an exchange touches no open connection,
//! only later handshakes see it; what does not load leaves the old one in place; keys have no printable form.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};
use zeroize::Zeroizing;

use crate::certificate::PeerCertificate;

/// Longest handshake; who says nothing after connecting must not hold a socket.
const HANDSHAKE: Duration = Duration::from_secs(10);
const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// A private key as PEM.
#[derive(Clone)]
pub struct PrivatePem(Zeroizing<Vec<u8>>);

/// What a server shows and whom it believes, as PEM.
#[derive(Clone, Debug)]
pub struct ServerIdentity {
    /// Certificates, the leaf first.
    pub chain: Vec<u8>,
    /// The key of the leaf.
    pub key: PrivatePem,
    /// Authorities of client certificates. With some, a client may show a certificate; none has to.
    pub client_ca: Option<Vec<u8>>,
}

/// The server's side, exchangeable while it runs.
pub struct ServerTls(ArcSwap<ServerConfig>);

/// The client's side. The files are read for every connection, so that what was exchanged in them is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientTls {
    /// Authorities of the server's certificate, as PEM; several may stand there while one replaces another.
    pub ca: PathBuf,
    /// Name that the server's certificate must have; the host of the address if not given.
    pub server_name: Option<String>,
    /// Our own certificate, for servers that know their clients by it.
    pub identity: Option<ClientFiles>,
}

/// A client's own certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFiles {
    /// Certificates, the leaf first, as PEM.
    pub chain: PathBuf,
    /// The key of the leaf, as PEM.
    pub key: PathBuf,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file.
    #[error("cannot read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// No certificate in a PEM text, or a broken one.
    #[error(
        "{what} holds no certificate that can be read; it must be PEM (-----BEGIN CERTIFICATE-----)"
    )]
    Certificates {
        /// Where it came from.
        what: String,
    },
    /// No key.
    #[error(
        "{what} holds no private key that can be read; it must be PEM (-----BEGIN PRIVATE KEY-----)"
    )]
    Key {
        /// Where it came from.
        what: String,
    },
    /// The certificate and the key do not belong together, or use what we do not.
    #[error("the certificate and the key cannot be used together")]
    Pair(#[source] rustls::Error),
    /// An authority for clients.
    #[error("the authorities for client certificates cannot be used: {0}")]
    ClientAuthorities(String),
    /// A name that no certificate can have.
    #[error("{name:?} is no name that a certificate can have")]
    ServerName {
        /// The name.
        name: String,
        /// What is wrong.
        #[source]
        source: InvalidDnsNameError,
    },
    /// rustls refuses its own settings.
    #[error("TLS cannot be set up")]
    Settings(#[source] rustls::Error),
}

// === impl PrivatePem ===

impl PrivatePem {
    /// Takes the text; it is wiped when dropped.
    pub fn new(pem: Vec<u8>) -> Self {
        PrivatePem(Zeroizing::new(pem))
    }

    /// The text, for whoever loads it. It must not be logged or kept.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PrivatePem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivatePem(redacted)")
    }
}

// === impl ServerTls ===

impl ServerTls {
    /// Shows this.
    ///
    /// # Errors
    /// If the certificate and the key do not load, or do not belong together.
    pub fn new(identity: &ServerIdentity) -> Result<Self, TlsError> {
        Ok(ServerTls(ArcSwap::from_pointee(server_config(identity)?)))
    }

    /// Shows another one from the next handshake on.
    ///
    /// # Errors
    /// As [`ServerTls::new`]; the old one stays then.
    pub fn replace(&self, identity: &ServerIdentity) -> Result<(), TlsError> {
        self.0.store(Arc::new(server_config(identity)?));
        Ok(())
    }

    /// Shakes hands. The second value is the client's certificate, if it showed one, verified.
    ///
    /// # Errors
    /// If the client does not speak TLS, does not believe us, or shows what we do not believe.
    pub async fn accept<S>(
        &self,
        stream: S,
    ) -> io::Result<(server::TlsStream<S>, Option<PeerCertificate>)>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let acceptor = TlsAcceptor::from(self.0.load_full());
        let stream = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await??;
        let shown = stream.get_ref().1.peer_certificates();
        let certificate = shown
            .and_then(<[CertificateDer<'_>]>::first)
            .map(PeerCertificate::parse)
            .transpose()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok((stream, certificate))
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerTls")
    }
}

// === impl ClientTls ===

impl ClientTls {
    /// Reads the files; what comes back shakes hands with one server.
    ///
    /// # Errors
    /// If a file cannot be read or used, or if `host` is no name.
    pub(crate) fn load(&self, host: &str) -> Result<ClientHandshake, TlsError> {
        let name = self.server_name.as_deref().unwrap_or(host);
        let name =
            ServerName::try_from(name.to_owned()).map_err(|source| TlsError::ServerName {
                name: name.to_owned(),
                source,
            })?;
        let what = self.ca.display().to_string();
        let roots = roots(&read(&self.ca)?, &what)?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Settings)?
            .with_root_certificates(roots);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(files) => {
                let chain = certificates(&read(&files.chain)?, &files.chain.display().to_string())?;
                let pem = PrivatePem::new(read(&files.key)?);
                let key = private_key(&pem, &files.key.display().to_string())?;
                builder
                    .with_client_auth_cert(chain, key)
                    .map_err(TlsError::Pair)?
            }
        };
        config.alpn_protocols = vec![HTTP_2.to_vec()];
        Ok(ClientHandshake {
            connector: TlsConnector::from(Arc::new(config)),
            name,
        })
    }
}

/// Files that were read, for one connection.
#[derive(Clone)]
pub(crate) struct ClientHandshake {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl ClientHandshake {
    pub(crate) async fn connect<S>(&self, stream: S) -> io::Result<client::TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.connector.connect(self.name.clone(), stream).await
    }
}

/// The certificates in a PEM text.
///
/// # Errors
/// If there is none, or one that cannot be read; `what` says where the text came from.
pub fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) | Err(_) => Err(TlsError::Certificates {
            what: what.to_owned(),
        }),
    }
}

fn server_config(identity: &ServerIdentity) -> Result<ServerConfig, TlsError> {
    let chain = certificates(&identity.chain, "the server's certificate")?;
    let key = private_key(&identity.key, "the server's key")?;
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Settings)?;
    let builder = match &identity.client_ca {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let roots = Arc::new(roots(pem, "the file of client authorities")?);
            // Not every client has one: probes, and proxies that have a token.
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider())
                .allow_unauthenticated()
                .build()
                .map_err(|error| TlsError::ClientAuthorities(error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
    Ok(config)
}

fn roots(pem: &[u8], what: &str) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem, what)? {
        roots.add(certificate).map_err(|_| TlsError::Certificates {
            what: what.to_owned(),
        })?;
    }
    Ok(roots)
}

fn private_key(pem: &PrivatePem, what: &str) -> Result<PrivateKeyDer<'static>, TlsError> {
    // What the parser says could quote the text.
    PrivateKeyDer::from_pem_slice(pem.expose()).map_err(|_| TlsError::Key {
        what: what.to_owned(),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::File {
        path: path.to_owned(),
        source,
    })
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(test)]
mod tests;
