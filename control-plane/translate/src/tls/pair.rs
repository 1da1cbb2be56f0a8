//! Whether a certificate and a private key belong together.
//!
//! Owns the comparison of the two public keys, by structure and without cryptography. Must not decide more
//! than that: expiry and trust are the client's business. A key that does not carry its public half
//! (some Ed25519 keys) cannot be compared here; the proxy does when it loads the pair.

use std::fmt;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::der::{
    BIT_STRING, CONTEXT_0, CONTEXT_1, CONTEXT_1_PRIMITIVE, INTEGER, OBJECT_IDENTIFIER,
    OCTET_STRING, Reader, SEQUENCE,
};

/// What is wrong with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PairError {
    NoCertificate,
    MalformedCertificate,
    NoKey,
    MalformedKey,
    Mismatch,
}

/// A public key, as far as two can be compared.
#[derive(Debug, PartialEq, Eq)]
enum PublicKey<'a> {
    Rsa(&'a [u8]),
    /// Elliptic curve point, or Edwards key.
    Point(&'a [u8]),
}

/// Checks that PEM files hold a certificate chain and its key.
pub(super) fn check(chain: &[u8], key: &[u8]) -> Result<(), PairError> {
    let mut certificates = CertificateDer::pem_slice_iter(chain);
    let leaf = match certificates.next() {
        None => return Err(PairError::NoCertificate),
        Some(leaf) => leaf.map_err(|_| PairError::MalformedCertificate)?,
    };
    if certificates.any(|certificate| certificate.is_err()) {
        return Err(PairError::MalformedCertificate);
    }
    let of_certificate = certified(&leaf).ok_or(PairError::MalformedCertificate)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| PairError::NoKey)?;
    match of_key(&key).ok_or(PairError::MalformedKey)? {
        Some(of_key) if of_key != of_certificate => Err(PairError::Mismatch),
        Some(_) | None => Ok(()),
    }
}

/// The public key of a certificate (RFC 5280, `subjectPublicKeyInfo`).
fn certified(certificate: &[u8]) -> Option<PublicKey<'_>> {
    let mut signed = Reader::new(certificate).enter(SEQUENCE)?.enter(SEQUENCE)?;
    let _version = signed.expect(CONTEXT_0);
    signed.expect(INTEGER)?;
    for _ in ["signature", "issuer", "validity", "subject"] {
        signed.expect(SEQUENCE)?;
    }
    let mut info = signed.enter(SEQUENCE)?;
    let algorithm = info.enter(SEQUENCE)?.expect(OBJECT_IDENTIFIER)?;
    let bits = info.expect(BIT_STRING)?;
    public(algorithm, bits)
}

/// The public key inside a private key; `Some(None)` if it carries none.
#[allow(
    clippy::option_option,
    reason = "malformed and silent are different answers"
)]
fn of_key<'a>(key: &'a PrivateKeyDer<'_>) -> Option<Option<PublicKey<'a>>> {
    match key {
        PrivateKeyDer::Pkcs1(key) => rsa(key.secret_pkcs1_der()).map(Some),
        PrivateKeyDer::Sec1(key) => elliptic(key.secret_sec1_der()),
        PrivateKeyDer::Pkcs8(key) => pkcs8(key.secret_pkcs8_der()),
        _ => None,
    }
}

// RFC 5958: version, algorithm, key, attributes [0], public key [1].
#[allow(clippy::option_option, reason = "as above")]
fn pkcs8(der: &[u8]) -> Option<Option<PublicKey<'_>>> {
    let mut info = Reader::new(der).enter(SEQUENCE)?;
    info.expect(INTEGER)?;
    let algorithm = info.enter(SEQUENCE)?.expect(OBJECT_IDENTIFIER)?;
    let key = info.expect(OCTET_STRING)?;
    match algorithm {
        RSA => rsa(key).map(Some),
        EC => elliptic(key),
        _ => {
            let _attributes = info.expect(CONTEXT_0);
            Some(info.expect(CONTEXT_1_PRIMITIVE).and_then(point))
        }
    }
}

// RFC 8017: version, modulus, ...
fn rsa(der: &[u8]) -> Option<PublicKey<'_>> {
    let mut key = Reader::new(der).enter(SEQUENCE)?;
    key.expect(INTEGER)?;
    key.expect(INTEGER).map(PublicKey::Rsa)
}

// RFC 5915: version, key, parameters [0], public key [1].
#[allow(clippy::option_option, reason = "as above")]
fn elliptic(der: &[u8]) -> Option<Option<PublicKey<'_>>> {
    let mut key = Reader::new(der).enter(SEQUENCE)?;
    key.expect(INTEGER)?;
    key.expect(OCTET_STRING)?;
    let _parameters = key.expect(CONTEXT_0);
    match key.enter(CONTEXT_1) {
        None => Some(None),
        Some(mut tagged) => tagged.expect(BIT_STRING).and_then(point).map(Some),
    }
}

/// rsaEncryption, 1.2.840.113549.1.1.1.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-ecPublicKey, 1.2.840.10045.2.1.
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

fn public<'a>(algorithm: &[u8], bits: &'a [u8]) -> Option<PublicKey<'a>> {
    let PublicKey::Point(bytes) = point(bits)? else {
        return None;
    };
    if algorithm == RSA {
        let mut key = Reader::new(bytes).enter(SEQUENCE)?;
        return key.expect(INTEGER).map(PublicKey::Rsa);
    }
    Some(PublicKey::Point(bytes))
}

/// The bytes of a bit string whose length is a whole number of them.
fn point(bits: &[u8]) -> Option<PublicKey<'_>> {
    let (unused, bytes) = bits.split_first()?;
    (*unused == 0).then_some(PublicKey::Point(bytes))
}

// === impl PairError ===

impl fmt::Display for PairError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PairError::NoCertificate => "tls.crt holds no PEM certificate",
            PairError::MalformedCertificate => "tls.crt holds a malformed certificate",
            PairError::NoKey => "tls.key holds no PEM private key",
            PairError::MalformedKey => "tls.key holds a malformed private key",
            PairError::Mismatch => "tls.key is not the key of the certificate in tls.crt",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{certified, elliptic, pkcs8, rsa};
    use proptest::prelude::{any, proptest};

    /// Version, serial number, four empty parts, then a key that is cut short.
    const TRUNCATED: &[u8] = &[
        0x30, 0x82, 0x00, 0x12, 0x30, 0x10, 0x02, 0x01, 0x01, 0x30, 0x00, 0x30, 0x00, 0x30, 0x00,
        0x30, 0x00, 0x30, 0x7f,
    ];

    #[test]
    fn a_length_beyond_the_input_is_malformed() {
        assert_eq!(certified(TRUNCATED), None);
        assert_eq!(certified(&[0x30, 0x80, 0x00, 0x00]), None);
        assert_eq!(
            certified(&[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            None
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
            at in 0..TRUNCATED.len(),
        ) {
            for parse in [certified, rsa] {
                let _ = parse(&bytes);
            }
            for parse in [elliptic, pkcs8] {
                let _ = parse(&bytes);
            }
            let mut damaged = TRUNCATED.to_vec();
            damaged.splice(at.., bytes);
            let _ = certified(&damaged);
        }
    }
}
