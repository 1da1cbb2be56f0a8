//! AWS Signature Version 4 of a request (llm.md 1.4), in headers.
//!
//! Sans I/O: the clock and the credentials are arguments. Signs what is sent as it is sent, so it comes last; after it the
//! body, the path, the query and the signed headers must not change. It must not know of Bedrock, except that its services
//! encode paths twice (S3 alone does not, and is not served). Invariants: a secret is never printed; of what the caller
//! hands over, nothing makes signing fail.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use aws_lc_rs::{digest, hmac};

mod canonical;
mod clock;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who signs.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Says whose the secret is; not secret itself.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// Comes with temporary credentials.
    pub session_token: Option<String>,
}

/// Where a signature counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Such as `us-east-1`.
    pub region: &'a str,
    /// Such as `bedrock`.
    pub service: &'a str,
}

/// A request as it goes to AWS.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Such as `POST`.
    pub method: &'a str,
    /// The authority that is sent: with the port where it is not the scheme's own.
    pub host: &'a str,
    /// The path on the wire, percent-encoded.
    pub path: &'a str,
    /// The query on the wire, without `?`.
    pub query: Option<&'a str>,
    /// Headers that are sent. Of them `content-type`, `date` and all of `x-amz-*` are signed, which are what nobody on the
    /// way touches; those that signing sets itself are passed over.
    pub headers: &'a [(&'a str, &'a str)],
    /// The whole body.
    pub body: &'a [u8],
}

/// Headers to be set, instead of any that the request had by these names. There is no `x-amz-content-sha256`: only S3 asks
/// for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// `authorization`.
    pub authorization: String,
    /// `x-amz-date`.
    pub x_amz_date: String,
    /// `x-amz-security-token`, where the credentials are temporary; to be kept out of logs.
    pub x_amz_security_token: Option<String>,
}

/// Signs `request` at `now`, in seconds since 1970.
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials,
    scope: Scope<'_>,
    now: u64,
) -> Signed {
    let x_amz_date = clock::basic(now);
    let date = x_amz_date.get(..8).unwrap_or_default();
    let headers = signed_headers(request, credentials, &x_amz_date);
    let names = headers.keys().cloned().collect::<Vec<_>>().join(";");
    let canonical = canonical_request(request, &headers, &names);
    let place = format!("{date}/{}/{}/aws4_request", scope.region, scope.service);
    let to_sign = format!(
        "{ALGORITHM}\n{x_amz_date}\n{place}\n{}",
        hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref())
    );
    let key = signing_key(credentials, date, scope);
    let signature = hex(hmac_sha256(key.as_ref(), &to_sign).as_ref());
    Signed {
        authorization: format!(
            "{ALGORITHM} Credential={}/{place}, SignedHeaders={names}, Signature={signature}",
            credentials.access_key_id
        ),
        x_amz_date,
        x_amz_security_token: credentials.session_token.clone(),
    }
}

/// Names, lower-case and sorted, with their values.
fn signed_headers(
    request: &Request<'_>,
    credentials: &Credentials,
    x_amz_date: &str,
) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for (name, value) in request.headers {
        let name = name.to_ascii_lowercase();
        let is_signed = match name.as_str() {
            "content-type" | "date" => true,
            "x-amz-date" | "x-amz-security-token" => false,
            name => name.starts_with("x-amz-"),
        };
        if is_signed {
            let value = canonical::header_value(value);
            headers
                .entry(name)
                .and_modify(|before: &mut String| {
                    before.push(',');
                    before.push_str(&value);
                })
                .or_insert(value);
        }
    }
    let own = [
        ("host", Some(request.host)),
        ("x-amz-date", Some(x_amz_date)),
        ("x-amz-security-token", credentials.session_token.as_deref()),
    ];
    for (name, value) in own {
        if let Some(value) = value {
            headers.insert(name.to_owned(), canonical::header_value(value));
        }
    }
    headers
}

fn canonical_request(
    request: &Request<'_>,
    headers: &BTreeMap<String, String>,
    names: &str,
) -> String {
    let mut canonical = String::with_capacity(512);
    canonical.push_str(request.method);
    canonical.push('\n');
    canonical.push_str(&canonical::path(request.path));
    canonical.push('\n');
    canonical.push_str(&canonical::query(request.query.unwrap_or_default()));
    canonical.push('\n');
    for (name, value) in headers {
        canonical.push_str(name);
        canonical.push(':');
        canonical.push_str(value);
        canonical.push('\n');
    }
    canonical.push('\n');
    canonical.push_str(names);
    canonical.push('\n');
    canonical.push_str(&hex(digest::digest(&digest::SHA256, request.body).as_ref()));
    canonical
}

/// The key of one day, region and service.
fn signing_key(credentials: &Credentials, date: &str, scope: Scope<'_>) -> hmac::Tag {
    let secret = format!("AWS4{}", credentials.secret_access_key);
    let day = hmac_sha256(secret.as_bytes(), date);
    let region = hmac_sha256(day.as_ref(), scope.region);
    let service = hmac_sha256(region.as_ref(), scope.service);
    hmac_sha256(service.as_ref(), "aws4_request")
}

fn hmac_sha256(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

// === impl Credentials ===

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

// === impl Request ===

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &self.host)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

// === impl Signed ===

impl Signed {
    /// The headers, by name.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let token = self.x_amz_security_token.as_deref();
        [
            ("authorization", self.authorization.as_str()),
            ("x-amz-date", self.x_amz_date.as_str()),
        ]
        .into_iter()
        .chain(token.map(|token| ("x-amz-security-token", token)))
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.x_amz_security_token.as_ref();
        f.debug_struct("Signed")
            .field("authorization", &self.authorization)
            .field("x_amz_date", &self.x_amz_date)
            .field("x_amz_security_token", &token.map(|_| ".."))
            .finish()
    }
}

#[cfg(test)]
mod tests;
