//! AWS Signature Version 4, checked.
//!
//! After the IAM user guide, "Create a signed AWS API request": its own computation, which shares
//! nothing with any code that signs, so that it is an oracle. It must not read a clock: a signature of
//! any day is right. Invariants: the path is encoded once more than it stands on the wire; neither the
//! secret nor the signature that would be right is ever told.

use aws_lc_rs::{digest, hmac};
use http::request::Parts;
use serde_json::{Value, json};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

const SERVICE: &str = "bedrock";

const END: &str = "aws4_request";

/// A key to check signatures with.
#[derive(Clone)]
pub(crate) struct AwsKey {
    id: String,
    secret: String,
}

/// An `Authorization` header that is well formed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    id: String,
    /// Date, region, service and end.
    scope: [String; 4],
    headers: Vec<String>,
    signature: String,
}

/// Why a well formed signature is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    UnknownKey,
    WrongSignature,
    WrongBodyHash,
}

// === impl AwsKey ===

impl AwsKey {
    /// Reads `ID:SECRET`.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text.split_once(':') {
            Some((id, secret)) if !id.is_empty() && !secret.is_empty() => Ok(Self {
                id: id.to_owned(),
                secret: secret.to_owned(),
            }),
            Some(_) | None => Err("expected ID:SECRET"),
        }
    }
}

// === impl Signed ===

impl Signed {
    /// Reads the header, and compares it with what else is in the head.
    pub(crate) fn parse(header: &str, parts: &Parts) -> Result<Self, String> {
        let rest = header
            .strip_prefix(ALGORITHM)
            .ok_or("Unsupported AWS 'algorithm'")?;
        let member = |name: &str| {
            let mut members = rest.split(',').map(str::trim);
            let value = members.find_map(|member| member.strip_prefix(name)?.strip_prefix('='));
            value.ok_or_else(|| format!("Authorization header requires '{name}' parameter"))
        };
        let credential: Vec<&str> = member("Credential")?.split('/').collect();
        let [id, date, region, service, end] = credential.as_slice() else {
            return Err("Credential must have exactly 5 slash-delimited elements".to_owned());
        };
        let headers: Vec<String> = member("SignedHeaders")?
            .split(';')
            .map(str::to_owned)
            .collect();
        let signature = member("Signature")?;
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if signature.len() != 64 || !signature.chars().all(is_hex) {
            return Err("Signature must be 64 lower-case hexadecimal digits".to_owned());
        }
        if *service != SERVICE || *end != END || region.is_empty() || id.is_empty() {
            return Err(format!(
                "Credential should be scoped to REGION/{SERVICE}/{END}"
            ));
        }
        let signed = Self {
            id: (*id).to_owned(),
            scope: [*date, *region, *service, *end].map(str::to_owned),
            headers,
            signature: signature.to_owned(),
        };
        signed.check_headers(parts)?;
        Ok(signed)
    }

    /// What a test may see of it: neither the key nor the signature.
    pub(crate) fn to_json(&self) -> Value {
        json!({"scope": self.scope.join("/"), "signed_headers": self.headers})
    }

    fn check_headers(&self, parts: &Parts) -> Result<(), String> {
        let is_sorted =
            self.headers.is_sorted() && self.headers.iter().all(|name| !name.is_empty());
        if !is_sorted
            || self
                .headers
                .iter()
                .any(|name| name.to_ascii_lowercase() != *name)
        {
            return Err("SignedHeaders must be lower-case and sorted".to_owned());
        }
        let date = header(parts, "x-amz-date").unwrap_or_default();
        let is_date =
            date.len() == 16 && date.as_bytes().get(8) == Some(&b'T') && date.ends_with('Z');
        if !is_date
            || !self
                .scope
                .first()
                .is_some_and(|day| day.len() == 8 && date.starts_with(day.as_str()))
        {
            return Err("x-amz-date must be a date of the day in the Credential".to_owned());
        }
        let amazon = parts.headers.keys().map(http::HeaderName::as_str);
        let amazon = amazon.filter(|name| name.starts_with("x-amz-"));
        for name in ["host", "x-amz-date"].into_iter().chain(amazon) {
            if !self.headers.iter().any(|signed| signed == name) {
                return Err(format!(
                    "'{name}' must be a 'SignedHeader' in the AWS Authorization"
                ));
            }
        }
        match self
            .headers
            .iter()
            .find(|name| header(parts, name).is_none())
        {
            Some(absent) => Err(format!(
                "the signed header '{absent}' is not in the request"
            )),
            None => Ok(()),
        }
    }

    /// Computes the signature anew and compares.
    pub(crate) fn check(&self, key: &AwsKey, parts: &Parts, body: &[u8]) -> Result<(), Fault> {
        if self.id != key.id {
            return Err(Fault::UnknownKey);
        }
        let hash = match header(parts, "x-amz-content-sha256") {
            Some(told) if told == "UNSIGNED-PAYLOAD" || told == sha256(body) => told,
            Some(_) => return Err(Fault::WrongBodyHash),
            None => sha256(body),
        };
        let scope = self.scope.join("/");
        let date = header(parts, "x-amz-date").unwrap_or_default();
        let request = self.canonical(parts, &hash);
        let text = format!(
            "{ALGORITHM}\n{date}\n{scope}\n{}",
            sha256(request.as_bytes())
        );
        let mut secret = format!("AWS4{}", key.secret).into_bytes();
        for word in &self.scope {
            secret = mac(&secret, word);
        }
        if hex(&mac(&secret, &text)) == self.signature {
            Ok(())
        } else {
            Err(Fault::WrongSignature)
        }
    }

    fn canonical(&self, parts: &Parts, hash: &str) -> String {
        let headers = self.headers.iter().map(|name| {
            let value = header(parts, name).unwrap_or_default();
            format!("{name}:{value}\n")
        });
        [
            parts.method.as_str(),
            &encode(parts.uri.path(), true),
            &query(parts.uri.query().unwrap_or_default()),
            &headers.collect::<String>(),
            &self.headers.join(";"),
            hash,
        ]
        .join("\n")
    }
}

// === impl Fault ===

impl Fault {
    pub(crate) fn exception(self) -> &'static str {
        match self {
            Self::UnknownKey => "UnrecognizedClientException",
            Self::WrongSignature | Self::WrongBodyHash => "InvalidSignatureException",
        }
    }

    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::UnknownKey => "The security token included in the request is invalid.",
            Self::WrongSignature => {
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method."
            }
            Self::WrongBodyHash => {
                "The value passed in as x-amz-content-sha256 does not match the computed payload \
                 digest."
            }
        }
    }
}

/// The values of a header, trimmed, with single spaces, and commas between them.
fn header(parts: &Parts, name: &str) -> Option<String> {
    let values: Vec<String> = parts
        .headers
        .get_all(name)
        .iter()
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    if values.is_empty() {
        // HTTP/2 has the host in the request line.
        let authority = parts.uri.authority().filter(|_| name == "host");
        return authority.map(ToString::to_string);
    }
    Some(values.join(","))
}

/// Pairs in order, each encoded once.
fn query(query: &str) -> String {
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            format!(
                "{}={}",
                encode(&decode(name), false),
                encode(&decode(value), false)
            )
        })
        .collect();
    pairs.sort();
    pairs.join("&")
}

fn encode(text: &str, is_path: bool) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            b'/' if is_path => encoded.push('/'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (first, _) => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
