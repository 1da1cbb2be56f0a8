//! The credential of an attempt.
//!
//! Owns which secrets or tokens it is made of, and what of a client's head may not be signed for AWS. Invariant: what cannot be had
//! makes the attempt fail; nothing is sent without it, and nothing of what the client sent stays.

use bytes::Bytes;
use dp_config::ai_backend::{AiCredential, AiProvider, AwsCredential, AwsKeys};
use dp_credential::{grant::Token, sigv4};
use dp_llm::format::Format;
use dp_upstream::credential;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, HOST},
    request::Parts,
};

mod browser;
mod passthrough;
pub(super) mod pool;

use super::{since_epoch, tokens::Lent};
use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
    served::Active,
    worker::Worker,
};

/// Headers of other clients of AWS that would contradict the signature (llm.md P-14).
const OF_CLIENT: [&str; 2] = ["session_id", "conversation_id"];

/// What an attempt sends and what of it bears on the credential.
pub(super) struct Content<'a> {
    /// The client's own head.
    pub(super) client: &'a Parts,
    /// The provider's format.
    pub(super) format: Format,
    pub(super) body: &'a Bytes,
    /// The provider's own, or a key of its pool.
    pub(super) credential: &'a AiCredential,
}

/// Where secrets and tokens are.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) active: &'a Active,
    pub(super) worker: &'a Worker,
}

/// Replaces the client's credentials by the provider's. The head is final but for that. Gives the token that went into it,
/// if one did.
pub(super) async fn apply(
    means: Means<'_>,
    provider: &AiProvider,
    head: &mut Parts,
    content: Content<'_>,
) -> Result<Option<Lent>, Fault> {
    let headers = &mut head.headers;
    browser::remove(provider.endpoint.service(), headers);
    let lent = match content.credential {
        AiCredential::None => {
            credential::remove_client_credentials(headers);
            None
        }
        AiCredential::Unavailable(reason) | AiCredential::Missing(reason) => {
            return Err(unavailable(reason));
        }
        AiCredential::Key(key) => {
            let secret = secret(means, &key.secret)?;
            let place = provider
                .endpoint
                .service()
                .key_place(content.format, secret);
            let (header, prefix) = match &key.header {
                Some(header) => (header.clone(), &*key.prefix),
                None => (HeaderName::from_static(place.0), place.1),
            };
            credential::inject(headers, &header, prefix, secret)
                .map_err(|error| unavailable(&format!("secret {}: {error}", key.secret)))?;
            None
        }
        AiCredential::Passthrough(own) => {
            passthrough::apply(provider.endpoint.service(), own, headers, &content);
            None
        }
        AiCredential::Aws(aws) => {
            let (credentials, lent) = keys(means, provider, &aws.keys).await?;
            sign(means, (aws, &credentials), head, content.body)?;
            lent
        }
        AiCredential::Azure(_) | AiCredential::Gcp(_) => {
            let lent = means.active.tokens.lend(&provider.credential).await?;
            let Token::Bearer(token) = &lent.grant.token else {
                return Err(Kind::Bug.into());
            };
            let token = token.expose().as_bytes();
            credential::inject(headers, &AUTHORIZATION, "Bearer ", token)
                .map_err(|error| unavailable(&format!("token: {error}")))?;
            Some(lent)
        }
    };
    for key in &provider.further {
        let (Some(header), secret) = (&key.header, secret(means, &key.secret)?) else {
            return Err(Kind::Bug.into());
        };
        credential::put(&mut head.headers, header, &key.prefix, secret)
            .map_err(|error| unavailable(&format!("secret {}: {error}", key.secret)))?;
    }
    Ok(lent)
}

/// Keys that sign, and the token that they are, if they are one.
async fn keys(
    means: Means<'_>,
    provider: &AiProvider,
    keys: &AwsKeys,
) -> Result<(sigv4::Credentials, Option<Lent>), Fault> {
    match keys {
        AwsKeys::Stored {
            access_key,
            secret_key,
            session_token,
        } => {
            let keys = sigv4::Credentials {
                access_key_id: text(means, access_key)?,
                secret_access_key: text(means, secret_key)?,
                session_token: match session_token {
                    None => None,
                    Some(name) => Some(text(means, name)?),
                },
            };
            Ok((keys, None))
        }
        AwsKeys::Ambient(_) => {
            let lent = means.active.tokens.lend(&provider.credential).await?;
            match &lent.grant.token {
                Token::Aws(keys) => Ok((keys.clone(), Some(lent))),
                Token::Bearer(_) => Err(Kind::Bug.into()),
            }
        }
    }
}

fn sign(
    means: Means<'_>,
    (aws, credentials): (&AwsCredential, &sigv4::Credentials),
    head: &mut Parts,
    body: &Bytes,
) -> Result<(), Fault> {
    let region = match &*aws.region {
        "" => means.worker.shared.tokens.ambient().aws_region(),
        region => Some(region),
    };
    let region = region.ok_or_else(|| {
        unavailable("no region to sign for; set auth.aws.region, or AWS_REGION for the proxy")
    })?;
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
            region,
            service: &aws.service,
        };
        sigv4::sign(&request, credentials, scope, since_epoch().as_secs())
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

fn secret<'a>(means: Means<'a>, name: &str) -> Result<&'a [u8], Fault> {
    let secret = means.active.config.generic_secret(name);
    Ok(secret
        .ok_or_else(|| unavailable(&format!("secret {name} is not there")))?
        .expose())
}

fn text(means: Means<'_>, name: &str) -> Result<String, Fault> {
    String::from_utf8(secret(means, name)?.to_vec())
        .map_err(|_| unavailable(&format!("secret {name} is no text")))
}

// === impl Means ===

impl<'a> Means<'a> {
    pub(super) fn of(exchange: &Exchange<'a>) -> Means<'a> {
        Means {
            active: exchange.active,
            worker: &exchange.client.worker,
        }
    }
}

/// The fault of a credential that cannot be had.
pub(super) fn unavailable(why: &str) -> Fault {
    Fault::caused(Kind::NoCredential, why.to_owned())
}
