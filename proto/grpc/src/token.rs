//! Who calls: bearer tokens that bind a caller to one Gateway, or make it an administrator.
//!
//! Owns the format `tg1.<namespace>/<name>.<mac>` and `tg1.admin.<mac>`, where the MAC is a keyed BLAKE3 with
//! the run's secret, and the two interceptors. Must not know who may see which resource. The invariant:
//! secrets and tokens have no printable form, and MACs are compared in constant time.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

/// First part of every token; another format gets another one.
const FORMAT: &str = "tg1";
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

/// Server side: lets nobody in without a valid token and leaves the [`Subject`] in the request's extensions.
#[derive(Clone, Debug)]
pub struct Guard {
    secret: RunSecret,
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

    /// What [`Guard`] left in a request.
    pub fn of<T>(request: &Request<T>) -> Option<&Subject> {
        request.extensions().get()
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
        format!("{FORMAT}.{subject}.{}", self.mac(subject).to_hex())
    }

    /// Who a token speaks for; `None` for everything that this secret did not mint.
    pub fn verify(&self, token: &str) -> Option<Subject> {
        let (signed, mac) = token.rsplit_once('.')?;
        let subject = match signed.strip_prefix(FORMAT)?.strip_prefix('.')? {
            ADMIN => Subject::Admin,
            gateway => Subject::Gateway(gateway.parse().ok()?),
        };
        let mac = blake3::Hash::from_hex(mac).ok()?;
        // Equality of blake3::Hash is constant-time.
        (self.mac(&subject) == mac).then_some(subject)
    }

    fn mac(&self, subject: &Subject) -> blake3::Hash {
        blake3::keyed_hash(&self.0, format!("{FORMAT}.{subject}").as_bytes())
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

// === impl Guard ===

impl Guard {
    /// Accepts the tokens of this secret.
    pub fn new(secret: RunSecret) -> Self {
        Guard { secret }
    }

    /// Who sent this metadata, or UNAUTHENTICATED. The answer never says which part was wrong.
    pub fn authenticate(&self, metadata: &MetadataMap) -> Result<Subject, Status> {
        metadata
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .and_then(bearer)
            .and_then(|token| self.secret.verify(token))
            .ok_or_else(|| {
                Status::unauthenticated(
                    "a valid bearer token is needed; it is written beside the socket of the control plane",
                )
            })
    }
}

impl Interceptor for Guard {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let subject = self.authenticate(request.metadata())?;
        request.extensions_mut().insert(subject);
        Ok(request)
    }
}

/// The token in an `Authorization` value; the scheme is case-insensitive (RFC 9110 11.1).
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::{BearerToken, Guard, RunSecret, Subject};
    use tonic::metadata::MetadataMap;
    use tonic::service::Interceptor;
    use tonic::{Code, Request};

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
            "{:?} {:?} {:?}",
            secret(),
            Guard::new(secret()),
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
    fn a_stranger_is_unauthenticated() {
        let mut guard = Guard::new(secret());
        let token = secret().mint(&Subject::gateway("a", "b"));
        let value = |text: String| {
            let mut metadata = MetadataMap::new();
            metadata.insert("authorization", text.parse().expect("value"));
            Request::from_parts(metadata, tonic::Extensions::new(), ())
        };
        for stranger in [
            Request::new(()),
            value(token.clone()),
            value(format!("Basic {token}")),
            value("Bearer ".to_owned()),
        ] {
            let status = guard.call(stranger).expect_err("refused");
            assert_eq!(status.code(), Code::Unauthenticated);
        }
        for known in [
            value(format!("Bearer {token}")),
            value(format!("bearer  {token}")),
        ] {
            let request = guard.call(known).expect("accepted");
            assert_eq!(Subject::of(&request), Some(&Subject::gateway("a", "b")));
        }
    }

    #[test]
    fn a_token_must_fit_into_a_header() {
        assert!(BearerToken::new(" \n").is_err());
        assert!(BearerToken::new("a\nb").is_err());
        assert!(BearerToken::new("tg1.admin.00\n").is_ok());
    }
}
