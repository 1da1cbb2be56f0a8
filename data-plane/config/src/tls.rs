//! TLS settings, downstream and upstream.
//!
//! Owns what to present and what to believe, by reference to secrets or inline. Must not parse certificates
//! into keys: that needs a crypto provider, which is the proxy's. A secret that is missing closes the
//! hand-shake, it never opens it.

mod decode;

pub(crate) use decode::{downstream_tls, trust, upstream_tls};

use std::sync::Arc;

use ::route::pattern::StringMatch;

use crate::secret::{Certificate, Pem};

/// TLS of a listener's chain.
#[derive(Clone, Debug)]
pub struct DownstreamTls {
    /// What to present; at least one. The first that fits the client's server name and algorithms is used.
    pub certificates: Vec<CertificateSource>,
    /// Protocols to offer, first is best; empty for none.
    pub alpn: Vec<Vec<u8>>,
    /// Lowest protocol version.
    pub min_version: TlsVersion,
    /// Highest protocol version.
    pub max_version: TlsVersion,
    /// Client certificates; `None` asks for none.
    pub client: Option<ClientValidation>,
    /// Whether a client without server name is refused.
    pub require_server_name: bool,
}

/// Where a certificate comes from.
#[derive(Clone, Debug)]
pub enum CertificateSource {
    /// A Secret resource; see [`crate::Config::certificate`].
    Secret(Arc<str>),
    /// Written into the resource.
    Inline(Arc<Certificate>),
}

/// Validation of client certificates.
#[derive(Clone, Debug)]
pub struct ClientValidation {
    /// Whether a client without certificate is refused.
    pub required: bool,
    /// What is believed.
    pub trust: TrustSource,
}

/// Where trust comes from.
#[derive(Clone, Debug)]
pub enum TrustSource {
    /// A Secret resource with a validation context; see [`crate::Config::trust`].
    Secret(Arc<str>),
    /// Written into the resource.
    Inline(Arc<Trust>),
    /// Both: the secret gives the roots if it has some, the resource adds its subject names.
    Combined {
        /// Name of the Secret resource.
        secret: Arc<str>,
        /// What the resource says itself.
        also: Arc<Trust>,
    },
}

/// What is believed about a peer.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Root certificates.
    pub roots: Roots,
    /// Subject alternative names, one of which must be there; empty for no such condition (the host name of
    /// the server is checked regardless).
    pub subject_names: Vec<SubjectName>,
}

/// Root certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// Those of the operating system.
    System,
    /// PEM.
    Pem(Pem),
    /// A file of the proxy's machine; see [`crate::Config::with_trusted_files`].
    File(Arc<str>),
}

/// A condition on subject alternative names.
#[derive(Clone, Debug)]
pub struct SubjectName {
    /// Kind of name.
    pub kind: SubjectNameKind,
    /// What the name must look like.
    pub matcher: StringMatch,
}

/// Kinds of subject alternative names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectNameKind {
    /// A DNS name.
    Dns,
    /// A URI (SPIFFE).
    Uri,
    /// An IP address.
    IpAddress,
    /// A mail address.
    Email,
    /// Any of these.
    Any,
}

/// Protocol versions; there is nothing below 1.2 here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// TLS to an upstream.
#[derive(Clone, Debug)]
pub struct UpstreamTls {
    /// Server name to send.
    pub server_name: ServerName,
    /// What is believed. The certificate must be valid for the server name.
    pub trust: TrustSource,
    /// What of that is verified.
    pub verification: Verification,
    /// Client certificate, where one is presented.
    pub certificate: Option<CertificateSource>,
    /// Protocols to offer; empty leaves it to the cluster's HTTP version.
    pub alpn: Vec<Vec<u8>>,
    /// Lowest protocol version.
    pub min_version: TlsVersion,
    /// Highest protocol version.
    pub max_version: TlsVersion,
}

/// What of a server's certificate is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verification {
    /// Who issued it, and for whom.
    #[default]
    Whole,
    /// Who issued it.
    Chain,
    /// That the server has its key, and nothing else.
    Nothing,
}

/// The server name of a connection to an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerName {
    /// This one.
    Fixed(Arc<str>),
    /// The host name of the endpoint, else its address.
    Endpoint,
}
