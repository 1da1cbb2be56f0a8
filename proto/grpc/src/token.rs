//! Who calls: bearer tokens that bind a caller to one Gateway, or make it an administrator.
//!
//! Owns the formats `tg1.<subject>.<mac>` and `tg2.<unix seconds of its end>.<subject>.<mac>`, where the subject is
//! `<namespace>/<name>` or `admin` and the MAC a keyed BLAKE3 with the run's secret, and the client's interceptor. Must
//! not know who may see which resource (`identity`). The invariant: secrets and tokens have no printable form, and MACs
//! are compared in constant time.

use std::fmt;
use std::io::Read;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

/// First part of a token for the whole run; another format gets another one.
const FORMAT: &str = "tg1";
/// First part of a token that ends at a time.
const TIMED: &str = "tg2";
const ADMIN: &str = "admin";
const HEADER: &str = "authorization";

/// The Gateway that a proxy serves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GatewayName {
    /// Namespace of the Gateway.
    pub namespace: String,
    /// Name of the Gateway.
    pub name: String,
}

/// Who a valid token speaks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A proxy of one Gateway; it may see that Gateway's resources.
    Gateway(GatewayName),
    /// An administrator; it may call the admin service.
    Admin,
}

/// The secret of one run of a control plane. Tokens of another run are void.
#[derive(Clone)]
pub struct RunSecret([u8; 32]);

/// Client side: puts a token into every call.
#[derive(Clone)]
pub struct BearerToken(Option<MetadataValue<Ascii>>);

/// What a valid token grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who it speaks for.
    pub subject: Subject,
    /// When it ends, if it does before the run.
    pub expires_at: Option<SystemTime>,
}

/// A token with characters that a header cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the token has characters that a header cannot carry, or is empty; use it as it was written"
)]
pub struct BadToken;

/// A text that is not `namespace/name`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} does not name a Gateway; write namespace/name")]
pub struct BadGatewayName(pub String);

// === impl GatewayName ===

impl FromStr for GatewayName {
    type Err = BadGatewayName;

    fn from_str(text: &str) -> Result<Self, BadGatewayName> {
        let is_label = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| {
                    byte.is_ascii_lowercase()
                        || byte.is_ascii_digit()
                        || matches!(byte, b'-' | b'.')
                })
        };
        match text.split_once('/') {
            Some((namespace, name)) if is_label(namespace) && is_label(name) => Ok(GatewayName {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            }),
            Some(_) | None => Err(BadGatewayName(text.to_owned())),
        }
    }
}

impl fmt::Display for GatewayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

// === impl Subject ===

impl Subject {
    /// A proxy of this Gateway.
    pub fn gateway(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Subject::Gateway(GatewayName {
            namespace: namespace.into(),
            name: name.into(),
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Gateway(gateway) => gateway.fmt(f),
            Subject::Admin => f.write_str(ADMIN),
        }
    }
}

// === impl RunSecret ===

impl RunSecret {
    /// A secret from the kernel's random source.
    pub fn generate() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(RunSecret(bytes))
    }

    /// A given secret, for tests and for replicas that share one.
    pub fn new(bytes: [u8; 32]) -> Self {
        RunSecret(bytes)
    }

    /// The token of a subject. Equal subjects have equal tokens for the life of the secret.
    pub fn mint(&self, subject: &Subject) -> String {
        self.signed(format!("{FORMAT}.{subject}"))
    }

    /// A token that ends, at a whole second.
    pub fn mint_until(&self, subject: &Subject, end: SystemTime) -> String {
        let seconds = end
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        self.signed(format!("{TIMED}.{seconds}.{subject}"))
    }

    /// Whether a token has one of our formats, whoever signed it.
    pub fn is_ours(token: &str) -> bool {
        matches!(token.split_once('.'), Some((FORMAT | TIMED, _)))
    }

    /// Who a token speaks for now; `None` for everything that this secret did not mint and for what has ended.
    pub fn verify(&self, token: &str) -> Option<Subject> {
        let grant = self.verify_grant(token)?;
        let is_over = grant.expires_at.is_some_and(|end| end <= SystemTime::now());
        (!is_over).then_some(grant.subject)
    }

    /// What a token grants, and until when; whether that is over is for the caller to compare.
    pub fn verify_grant(&self, token: &str) -> Option<Grant> {
        let (signed, mac) = token.rsplit_once('.')?;
        let mac = blake3::Hash::from_hex(mac).ok()?;
        // Equality of blake3::Hash is constant-time.
        if self.mac(signed) != mac {
            return None;
        }
        let (format, rest) = signed.split_once('.')?;
        let (expires_at, subject) = match format {
            FORMAT => (None, rest),
            TIMED => {
                let (seconds, subject) = rest.split_once('.')?;
                let end = Duration::from_secs(seconds.parse().ok()?);
                (Some(SystemTime::UNIX_EPOCH.checked_add(end)?), subject)
            }
            _ => return None,
        };
        let subject = match subject {
            ADMIN => Subject::Admin,
            gateway => Subject::Gateway(gateway.parse().ok()?),
        };
        Some(Grant {
            subject,
            expires_at,
        })
    }

    fn signed(&self, text: String) -> String {
        let mac = self.mac(&text).to_hex();
        format!("{text}.{mac}")
    }

    fn mac(&self, signed: &str) -> blake3::Hash {
        blake3::keyed_hash(&self.0, signed.as_bytes())
    }
}

impl fmt::Debug for RunSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RunSecret(redacted)")
    }
}

// === impl BearerToken ===

impl BearerToken {
    /// For a token as it was minted; white space around it is ignored.
    pub fn new(token: &str) -> Result<Self, BadToken> {
        let token = token.trim();
        if token.is_empty() {
            return Err(BadToken);
        }
        let mut value: MetadataValue<Ascii> =
            format!("Bearer {token}").parse().map_err(|_| BadToken)?;
        value.set_sensitive(true);
        Ok(BearerToken(Some(value)))
    }

    /// For servers that ask for no token.
    pub fn none() -> Self {
        BearerToken(None)
    }
}

impl Interceptor for BearerToken {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert(HEADER, value.clone());
        }
        Ok(request)
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "BearerToken(redacted)"
        } else {
            "BearerToken(none)"
        })
    }
}

/// The token in an `Authorization` value; the scheme is case-insensitive (RFC 9110 11.1).
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::{BearerToken, RunSecret, Subject};
    use std::time::{Duration, SystemTime};
    use tonic::Request;
    use tonic::service::Interceptor;

    fn secret() -> RunSecret {
        RunSecret::new([7; 32])
    }

    #[track_caller]
    fn check(token: &str, expected: Option<Subject>) {
        assert_eq!(secret().verify(token), expected, "{token:?}");
    }

    #[test]
    fn what_was_minted_is_accepted() {
        for subject in [
            Subject::Admin,
            Subject::gateway("default", "quickstart"),
            Subject::gateway("team-a", "dotted.name.example"),
            Subject::gateway("ns", "admin"),
        ] {
            let token = secret().mint(&subject);
            assert!(token.starts_with(&format!("tg1.{subject}.")), "{token}");
            check(&token, Some(subject));
        }
    }

    #[test]
    fn anything_else_is_not() {
        let token = secret().mint(&Subject::gateway("a", "b"));
        let mac = token.rsplit('.').next().expect("mac");
        for wrong in [
            String::new(),
            "tg1".to_owned(),
            "tg1..".to_owned(),
            mac.to_owned(),
            format!("tg1.admin.{mac}"),
            format!("tg1.a/c.{mac}"),
            format!("tg1.a.{mac}"),
            format!("tg1.a/b/c.{mac}"),
            format!("tg2.a/b.{mac}"),
            format!("tg1a/b.{mac}"),
            format!("tg1.a/b.{}", &mac[1..]),
            format!("{token}0"),
            RunSecret::new([8; 32]).mint(&Subject::gateway("a", "b")),
        ] {
            check(&wrong, None);
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let token = secret().mint(&Subject::Admin);
        let printed = format!(
            "{:?} {:?}",
            secret(),
            BearerToken::new(&token).expect("token")
        );
        assert!(
            !printed.contains(&token) && !printed.contains("7, 7"),
            "{printed}"
        );
        let mut client = BearerToken::new(&token).expect("token");
        let request = client.call(Request::new(())).expect("request");
        assert!(!format!("{:?}", request.metadata()).contains(&token));
    }

    #[test]
    fn generated_secrets_differ() {
        let (a, b) = (
            RunSecret::generate().expect("a"),
            RunSecret::generate().expect("b"),
        );
        assert_eq!(b.verify(&a.mint(&Subject::Admin)), None);
    }

    #[test]
    fn a_token_may_end() {
        let subject = Subject::gateway("a", "b.c");
        let now = SystemTime::now();
        let minute = Duration::from_secs(60);
        let token = secret().mint_until(&subject, now + minute);
        check(&token, Some(subject.clone()));
        check(&secret().mint_until(&subject, now - minute), None);
        // Nobody can move the end.
        let (_, rest) = token.split_once('.').expect("a format");
        let (_, rest) = rest.split_once('.').expect("an end");
        for forged in [format!("tg2.99999999999.{rest}"), format!("tg1.{rest}")] {
            check(&forged, None);
        }
        assert!(RunSecret::is_ours(&token) && RunSecret::is_ours("tg1.x"));
        assert!(!RunSecret::is_ours("eyJhbGciOi.x.y") && !RunSecret::is_ours("tg1"));
    }

    #[test]
    fn a_token_must_fit_into_a_header() {
        assert!(BearerToken::new(" \n").is_err());
        assert!(BearerToken::new("a\nb").is_err());
        assert!(BearerToken::new("tg1.admin.00\n").is_ok());
    }
}
