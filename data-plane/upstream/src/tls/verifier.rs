//! Servers of which less is verified than who they are.
//!
//! Owns what is left of a certificate's verification where a cluster turns off a part of it. Must not be used for one that does
//! not say so. Invariant: the server has the key of the certificate that it shows, whatever else is not looked at.

use std::sync::Arc;

use dp_config::tls::Verification;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{
        WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
    },
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::TlsError;

/// Believes whoever has the key of the certificate that it shows, whatever its name.
#[derive(Debug)]
struct AnyName {
    /// The certificate is issued by an authority, for whomever; by anybody where absent.
    chain: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

/// What stands in the place of whole verification; `None` where nothing does.
pub(super) fn of(
    verification: Verification,
    roots: &RootCertStore,
) -> Result<Option<Arc<dyn ServerCertVerifier>>, TlsError> {
    let provider = aws_lc_rs::default_provider();
    let algorithms = provider.signature_verification_algorithms;
    let chain = match verification {
        Verification::Whole => return Ok(None),
        Verification::Chain => {
            let roots = Arc::new(roots.clone());
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::new(provider));
            Some(verifier.build().map_err(|_| TlsError::NoRoots)?)
        }
        Verification::Nothing => None,
    };
    Ok(Some(Arc::new(AnyName { chain, algorithms })))
}

// === impl AnyName ===

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // The name is looked at last, when everything else is in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
