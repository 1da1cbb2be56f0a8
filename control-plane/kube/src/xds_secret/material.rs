//! What is in the Secret, and what a replica shows because of it. No questions, no clock.
//!
//! Owns the three cases of its content, the authority that is made, and the leaf that is signed: 24 hours, renewed 12
//! hours ahead. Must not read or write the Secret. The invariants: a key has no printable form; a certificate never
//! outlives the authority that signed it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use k8s_openapi::ByteString;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _,
};
use x509_parser::pem::Pem;
use zeroize::Zeroizing;

const HOUR: Duration = Duration::from_secs(3600);
/// How long a leaf lasts, and how long before its end the next one is signed.
const LEAF: Duration = HOUR.saturating_mul(24);
const AHEAD: Duration = HOUR.saturating_mul(12);
/// Clocks of proxies may be behind.
const SKEW: Duration = HOUR;
const AUTHORITY: Duration = HOUR.saturating_mul(24 * 3652);

/// What the server shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Material {
    /// Certificates as PEM, the leaf first.
    pub chain: String,
    /// The key of the leaf as PEM.
    pub key: Zeroizing<String>,
    /// What proxies must believe, as PEM.
    pub authorities: String,
    /// When to make the next one; never, where somebody else does.
    pub renew_at: Option<SystemTime>,
}

/// What the Secret holds.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Stored {
    /// An authority: every replica signs for itself.
    Authority {
        /// The one that signs.
        certificate: String,
        key: Zeroizing<String>,
        /// What proxies must believe: that one, and others while one replaces the other.
        authorities: String,
    },
    /// A certificate that somebody else renews.
    Serving {
        chain: String,
        key: Zeroizing<String>,
        authorities: String,
    },
}

/// Why the content cannot be used. No variant quotes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaterialError {
    /// Neither pair of keys is there.
    #[error(
        "it has neither ca.crt and ca.key nor tls.crt and tls.key; delete it to have a new one made"
    )]
    Nothing,
    /// A key of the Secret is no PEM text of the right kind.
    #[error("{0} is not what its name says; it must be PEM")]
    Broken(&'static str),
    /// No certificate of the authority fits its key.
    #[error("no certificate in {0} has the key that stands beside it")]
    NoPair(&'static str),
    /// A certificate that was issued by somebody, and not by whom.
    #[error("tls.crt needs ca.crt beside it: what proxies are to believe")]
    NoAuthority,
    /// It is over.
    #[error("the authority has ended; delete the Secret to have a new one made")]
    Ended,
    /// rcgen refuses.
    #[error("a certificate cannot be signed with it")]
    Signing,
}

/// A new authority, as the content of the Secret.
pub(super) fn authority(now: SystemTime) -> Result<BTreeMap<String, ByteString>, MaterialError> {
    let signing = |_| MaterialError::Signing;
    let key = KeyPair::generate().map_err(signing)?;
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = (now - SKEW).into();
    params.not_after = (now + AUTHORITY).into();
    // A name of its own each time: authorities that replace each other stand side by side in one file.
    let seconds = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, format!("Tidegate xDS {seconds}"));
    let certificate = params.self_signed(&key).map_err(signing)?;
    Ok(BTreeMap::from([
        (
            "ca.crt".to_owned(),
            ByteString(certificate.pem().into_bytes()),
        ),
        (
            "ca.key".to_owned(),
            ByteString(key.serialize_pem().into_bytes()),
        ),
    ]))
}

// === impl Stored ===

impl Stored {
    /// What is in the Secret.
    pub(super) fn read(data: &BTreeMap<String, ByteString>) -> Result<Self, MaterialError> {
        let ca = text(data, "ca.crt")?;
        if let Some(key) = text(data, "ca.key")? {
            let authorities = ca.ok_or(MaterialError::Nothing)?;
            return signer(&authorities, key, authorities.clone(), "ca.crt");
        }
        let (Some(chain), Some(key)) = (text(data, "tls.crt")?, text(data, "tls.key")?) else {
            return Err(MaterialError::Nothing);
        };
        let first = certificates(&chain, "tls.crt")?;
        let first = first.first().ok_or(MaterialError::Broken("tls.crt"))?;
        if is_authority(first)? {
            let authorities = ca.unwrap_or_else(|| chain.clone());
            return signer(&chain, key, authorities, "tls.crt");
        }
        let authorities = ca.ok_or(MaterialError::NoAuthority)?;
        certificates(&authorities, "ca.crt")?;
        let pair = key_pair(&key, "tls.key")?;
        if public_key(first)? != pair.subject_public_key_info() {
            return Err(MaterialError::NoPair("tls.crt"));
        }
        Ok(Stored::Serving {
            chain,
            key: Zeroizing::new(key),
            authorities,
        })
    }

    /// What to show from `now` on.
    pub(super) fn material(
        &self,
        names: &[String],
        now: SystemTime,
    ) -> Result<Material, MaterialError> {
        match self {
            Stored::Serving {
                chain,
                key,
                authorities,
            } => Ok(Material {
                chain: chain.clone(),
                key: key.clone(),
                authorities: authorities.clone(),
                renew_at: None,
            }),
            Stored::Authority {
                certificate,
                key,
                authorities,
            } => {
                let (chain, leaf_key, end) = leaf((certificate, key), names, now)?;
                Ok(Material {
                    chain,
                    key: leaf_key,
                    authorities: authorities.clone(),
                    // Near the end of an authority nothing lasts longer: then half of what is left.
                    renew_at: Some(
                        (end - AHEAD).max(end - end.duration_since(now).unwrap_or_default() / 2),
                    ),
                })
            }
        }
    }

    /// For people.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Stored::Authority { .. } => "signed by the authority in it",
            Stored::Serving { .. } => "as it stands there",
        }
    }
}

/// The one certificate among these that belongs to the key.
fn signer(
    among: &str,
    key: String,
    authorities: String,
    place: &'static str,
) -> Result<Stored, MaterialError> {
    let pair = key_pair(
        &key,
        if place == "ca.crt" {
            "ca.key"
        } else {
            "tls.key"
        },
    )?;
    certificates(&authorities, "ca.crt")?;
    for pem in certificates(among, place)? {
        if public_key(&pem)? == pair.subject_public_key_info() {
            return Ok(Stored::Authority {
                certificate: encode(&pem),
                key: Zeroizing::new(key),
                authorities,
            });
        }
    }
    Err(MaterialError::NoPair(place))
}

/// A certificate for these names, its key, and when it ends.
fn leaf(
    (certificate, key): (&str, &str),
    names: &[String],
    now: SystemTime,
) -> Result<(String, Zeroizing<String>, SystemTime), MaterialError> {
    let signing = |_| MaterialError::Signing;
    let end = certificates(certificate, "ca.crt")?
        .first()
        .map(ends_at)
        .transpose()?
        .ok_or(MaterialError::Broken("ca.crt"))?;
    if end <= now {
        return Err(MaterialError::Ended);
    }
    let end = end.min(now + LEAF);
    let issuer = Issuer::from_ca_cert_pem(certificate, key_pair(key, "ca.key")?);
    let issuer = issuer.map_err(signing)?;
    let pair = KeyPair::generate().map_err(signing)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(signing)?;
    params.not_before = (now - SKEW).into();
    params.not_after = end.into();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "tidegate-control-plane");
    let signed = params.signed_by(&pair, &issuer).map_err(signing)?;
    // An authority below another one is sent along; one at the top does no harm.
    let chain = format!("{}{certificate}", signed.pem());
    Ok((chain, Zeroizing::new(pair.serialize_pem()), end))
}

fn text(
    data: &BTreeMap<String, ByteString>,
    key: &'static str,
) -> Result<Option<String>, MaterialError> {
    let Some(ByteString(bytes)) = data.get(key) else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes.clone()).map_err(|_| MaterialError::Broken(key))?;
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

fn certificates(pem: &str, place: &'static str) -> Result<Vec<Pem>, MaterialError> {
    let found: Result<Vec<Pem>, _> = Pem::iter_from_buffer(pem.as_bytes()).collect();
    let found = found.map_err(|_| MaterialError::Broken(place))?;
    let is_right = !found.is_empty() && found.iter().all(|pem| pem.parse_x509().is_ok());
    is_right
        .then_some(found)
        .ok_or(MaterialError::Broken(place))
}

fn key_pair(pem: &str, place: &'static str) -> Result<KeyPair, MaterialError> {
    KeyPair::from_pem(pem).map_err(|_| MaterialError::Broken(place))
}

fn is_authority(pem: &Pem) -> Result<bool, MaterialError> {
    let certificate = pem
        .parse_x509()
        .map_err(|_| MaterialError::Broken("tls.crt"))?;
    Ok(certificate.is_ca())
}

fn public_key(pem: &Pem) -> Result<Vec<u8>, MaterialError> {
    let certificate = pem
        .parse_x509()
        .map_err(|_| MaterialError::Broken("ca.crt"))?;
    Ok(certificate.public_key().raw.to_vec())
}

fn ends_at(pem: &Pem) -> Result<SystemTime, MaterialError> {
    let certificate = pem
        .parse_x509()
        .map_err(|_| MaterialError::Broken("ca.crt"))?;
    let seconds = certificate.validity().not_after.timestamp();
    let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    Ok(SystemTime::UNIX_EPOCH + seconds)
}

fn encode(pem: &Pem) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(&pem.contents);
    let mut lines = String::from("-----BEGIN CERTIFICATE-----\n");
    for (index, letter) in text.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    lines.push_str("\n-----END CERTIFICATE-----\n");
    lines
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Material({} bytes, renew at {:?})",
            self.chain.len(),
            self.renew_at
        )
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

#[cfg(test)]
mod tests;
