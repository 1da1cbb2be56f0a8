//! Envoy's `Secret` to [`Secret`].
//!
//! Ignored: OCSP staples, signed certificate timestamps, watched directories (what is read from a file is read with
//! every configuration).
//! Must not quote what it decodes: an error names the field and what is wrong, never a byte of it.

use std::sync::Arc;

use ::route::field::{FieldError, Within, refuse_set};
use proto::envoy::extensions::transport_sockets::tls::v3 as wire;
use proto::envoy::extensions::transport_sockets::tls::v3::secret::Type;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroize;

use super::{Certificate, Opaque, Pem, Secret, SecretKind};
use crate::scalar::inline;
use crate::tls::trust;

/// Decodes a secret.
pub(crate) fn secret(message: &wire::Secret) -> Result<Secret, FieldError> {
    let kind = match &message.r#type {
        None => return Err(FieldError::missing("type")),
        Some(Type::TlsCertificate(message)) => {
            SecretKind::Certificate(Arc::new(certificate(message).within("tls_certificate")?))
        }
        Some(Type::GenericSecret(message)) => {
            SecretKind::Generic(generic(message).within("generic_secret")?)
        }
        Some(Type::ValidationContext(message)) => {
            SecretKind::Trust(Arc::new(trust(message).within("validation_context")?))
        }
        Some(Type::SessionTicketKeys(_)) => {
            return Err(FieldError::unsupported("session_ticket_keys"));
        }
    };
    Ok(Secret {
        name: message.name.as_str().into(),
        kind,
    })
}

/// Decodes a certificate with its key. Both must be PEM; the key must be one that this proxy can load.
pub(crate) fn certificate(message: &wire::TlsCertificate) -> Result<Certificate, FieldError> {
    refuse_set(&[
        ("pkcs12", message.pkcs12.is_some()),
        (
            "private_key_provider",
            message.private_key_provider.is_some(),
        ),
        ("password", message.password.is_some()),
        ("tls_params", message.tls_params.is_some()),
    ])?;
    let chain = inline("certificate_chain", message.certificate_chain.as_ref())?;
    let chain = trusted_pem(&chain).within("certificate_chain")?;
    let key = inline("private_key", message.private_key.as_ref())?;
    let mut parsed = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|_| FieldError::invalid("private_key", "has no private key in PEM form"))?;
    parsed.zeroize();
    Ok(Certificate {
        chain,
        key: Opaque::new(&key),
    })
}

/// At least one certificate, and nothing that is broken.
pub(crate) fn trusted_pem(pem: &[u8]) -> Result<Pem, FieldError> {
    let mut count = 0_usize;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        certificate.map_err(|_| FieldError::invalid("", "has a broken PEM section"))?;
        count += 1;
    }
    if count == 0 {
        return Err(FieldError::invalid("", "has no certificate in PEM form"));
    }
    Ok(Pem::new(pem))
}

fn generic(message: &wire::GenericSecret) -> Result<Opaque, FieldError> {
    refuse_set(&[("secrets", !message.secrets.is_empty())])?;
    let bytes = inline("secret", message.secret.as_ref())?;
    if bytes.is_empty() {
        return Err(FieldError::missing("secret"));
    }
    Ok(Opaque::new(&bytes))
}

#[cfg(test)]
mod tests;
