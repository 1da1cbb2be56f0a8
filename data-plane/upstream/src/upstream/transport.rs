//! From a cluster's TLS settings to a transport.
//!
//! Owns which secrets are looked up and which server name is verified. Must not connect. Invariant: a
//! secret that is missing is an error; it never turns into TLS without verification or without TLS.

use std::sync::Arc;

use dp_config::{
    Cluster, Config, Secret,
    secret::Pem,
    tls::{CertificateSource, ServerName, SubjectNameKind, Trust, TrustSource, UpstreamTls},
};

use crate::{
    pool::{Protocol, Transport},
    tls::{ClientTls, TlsError, TlsSettings},
};

/// How an endpoint of a cluster is reached; `host` is its host name or address.
///
/// # Errors
/// The TLS settings cannot be used.
pub fn transport(
    config: &Config,
    cluster: &Cluster,
    protocol: Protocol,
    host: &str,
) -> Result<Transport, TlsError> {
    let Some(tls) = &cluster.tls else {
        return Ok(Transport {
            tls: None,
            protocol,
            idle: cluster.idle_timeout,
        });
    };
    let server_name = match &tls.server_name {
        ServerName::Fixed(name) => name.to_string(),
        ServerName::Endpoint => host.to_owned(),
    };
    let trust = config
        .trust(&tls.trust)
        .ok_or_else(|| missing(trust_secret(&tls.trust)))?;
    check_subject_names(&trust, &server_name)?;
    let certificate = match &tls.certificate {
        None => None,
        Some(source) => Some(
            config
                .certificate(source)
                .ok_or_else(|| missing(certificate_secret(source)))?
                .clone(),
        ),
    };
    let alpn = if tls.alpn.is_empty() {
        match protocol {
            Protocol::Http1 => vec![b"http/1.1".to_vec()],
            Protocol::Http2 => vec![b"h2".to_vec()],
        }
    } else {
        tls.alpn.clone()
    };
    let settings = TlsSettings {
        roots: trust.roots.clone(),
        verification: tls.verification,
        server_name,
        certificate,
        alpn,
        versions: (tls.min_version, tls.max_version),
    };
    Ok(Transport {
        tls: Some(ClientTls::shared(&settings)?),
        protocol,
        idle: cluster.idle_timeout,
    })
}

/// The secrets that a cluster's transport depends on, in a fixed order.
pub(super) fn secrets(config: &Config, cluster: &Cluster) -> Vec<Option<Arc<Secret>>> {
    let Some(UpstreamTls {
        trust, certificate, ..
    }) = &cluster.tls
    else {
        return Vec::new();
    };
    [
        trust_secret(trust),
        certificate.as_ref().and_then(certificate_secret),
    ]
    .into_iter()
    .flatten()
    .map(|name| config.secret(name).cloned())
    .collect()
}

/// What was read from the file that a cluster's transport depends on.
pub(super) fn trusted_file(config: &Config, cluster: &Cluster) -> Option<Pem> {
    config.trusted_file(&cluster.tls.as_ref()?.trust).cloned()
}

fn trust_secret(source: &TrustSource) -> Option<&Arc<str>> {
    match source {
        TrustSource::Secret(name) | TrustSource::Combined { secret: name, .. } => Some(name),
        TrustSource::Inline(_) => None,
    }
}

fn certificate_secret(source: &CertificateSource) -> Option<&Arc<str>> {
    match source {
        CertificateSource::Secret(name) => Some(name),
        CertificateSource::Inline(_) => None,
    }
}

fn missing(name: Option<&Arc<str>>) -> TlsError {
    TlsError::MissingSecret(name.cloned().unwrap_or_else(|| "(inline)".into()))
}

/// The certificate is verified for the server name. A subject name that the server name satisfies is thereby
/// satisfied; any other condition is refused instead of being ignored.
fn check_subject_names(trust: &Trust, server_name: &str) -> Result<(), TlsError> {
    let is_implied = trust
        .subject_names
        .iter()
        .any(|subject| match subject.kind {
            SubjectNameKind::Dns | SubjectNameKind::IpAddress | SubjectNameKind::Any => {
                subject.matcher.matches(server_name.as_bytes())
            }
            SubjectNameKind::Uri | SubjectNameKind::Email => false,
        });
    if trust.subject_names.is_empty() || is_implied {
        Ok(())
    } else {
        Err(TlsError::SubjectName(server_name.to_owned()))
    }
}
