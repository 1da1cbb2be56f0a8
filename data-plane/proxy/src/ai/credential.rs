//! The credential of an attempt.
//!
//! Owns which secrets it is made of, and what of a client's head may not be signed for AWS. Invariant: what cannot be had
//! makes the attempt fail; nothing is sent without it, and nothing of what the client sent stays.

use std::time::Duration;

use bytes::Bytes;
use dp_config::ai_backend::{AiCredential, AiProvider, AwsCredential};
use dp_llm::sigv4;
use dp_upstream::credential;
use http::{HeaderMap, HeaderName, HeaderValue, header::HOST, request::Parts};

use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
};

/// Headers of other clients of AWS that would contradict the signature (llm.md P-14).
const OF_CLIENT: [&str; 2] = ["session_id", "conversation_id"];

/// Replaces the client's credentials by the provider's. The head is final but for that; `now` is since 1970.
pub(super) fn apply(
    exchange: &Exchange<'_>,
    provider: &AiProvider,
    head: &mut Parts,
    (body, now): (&Bytes, Duration),
) -> Result<(), Fault> {
    match &provider.credential {
        AiCredential::None => {
            credential::remove_client_credentials(&mut head.headers);
            Ok(())
        }
        AiCredential::Unavailable(reason) => Err(unavailable(reason)),
        AiCredential::Key(key) => {
            let secret = secret(exchange, &key.secret)?;
            credential::inject(&mut head.headers, &key.header, &key.prefix, secret)
                .map_err(|error| unavailable(&format!("secret {}: {error}", key.secret)))
        }
        AiCredential::Aws(aws) => {
            let credentials = sigv4::Credentials {
                access_key_id: text(exchange, &aws.access_key)?,
                secret_access_key: text(exchange, &aws.secret_key)?,
                session_token: match &aws.session_token {
                    None => None,
                    Some(name) => Some(text(exchange, name)?),
                },
            };
            sign(aws, &credentials, head, (body, now))
        }
    }
}

fn sign(
    aws: &AwsCredential,
    credentials: &sigv4::Credentials,
    head: &mut Parts,
    (body, now): (&Bytes, Duration),
) -> Result<(), Fault> {
    credential::remove_client_credentials(&mut head.headers);
    let own: Vec<HeaderName> = head
        .headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-amz-"))
        .cloned()
        .collect();
    for name in own.iter().map(HeaderName::as_str).chain(OF_CLIENT) {
        head.headers.remove(name);
    }
    let signed = {
        let of = |name: &HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
        let host = of(&HOST).ok_or(Kind::MissingHost)?;
        let headers: Vec<(&str, &str)> = head
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let request = sigv4::Request {
            method: head.method.as_str(),
            host,
            path: head.uri.path(),
            query: head.uri.query(),
            headers: &headers,
            body,
        };
        let scope = sigv4::Scope {
            region: &aws.region,
            service: &aws.service,
        };
        sigv4::sign(&request, credentials, scope, now.as_secs())
    };
    put(&mut head.headers, &signed)
}

fn put(headers: &mut HeaderMap, signed: &sigv4::Signed) -> Result<(), Fault> {
    for (name, value) in signed.headers() {
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| unavailable("the AWS keys hold characters that a header cannot carry"))?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(())
}

fn secret<'a>(exchange: &Exchange<'a>, name: &str) -> Result<&'a [u8], Fault> {
    let secret = exchange.active.config.generic_secret(name);
    Ok(secret
        .ok_or_else(|| unavailable(&format!("secret {name} is not there")))?
        .expose())
}

fn text(exchange: &Exchange<'_>, name: &str) -> Result<String, Fault> {
    String::from_utf8(secret(exchange, name)?.to_vec())
        .map_err(|_| unavailable(&format!("secret {name} is no text")))
}

/// The fault of a credential that cannot be had.
pub(super) fn unavailable(why: &str) -> Fault {
    Fault::caused(Kind::NoCredential, why.to_owned())
}
