//! The credential of a request to a provider.
//!
//! Owns how a key becomes a header: prefix once, white space gone, the client's own credentials removed.
//! Must not know where the key came from. Invariant: this is the only place that opens a generic secret,
//! and the header value it makes is marked sensitive, so no log or dump prints it.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION},
};

/// Headers in which clients send keys; none of them may reach a provider that they were not meant for.
static CLIENT_CREDENTIALS: [HeaderName; 3] = [
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-goog-api-key"),
];

/// Why a key cannot be sent. Says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Nothing but white space, or the prefix alone.
    #[error("the key is empty")]
    Empty,
    /// Control characters or bytes that HTTP does not allow.
    #[error("the key holds characters that a header cannot carry")]
    Unprintable,
}

/// Removes the credentials that a client sent.
pub fn remove_client_credentials(headers: &mut HeaderMap) {
    headers.remove(AUTHORIZATION);
    headers.remove(PROXY_AUTHORIZATION);
    headers.remove(COOKIE);
    for name in &CLIENT_CREDENTIALS {
        headers.remove(name);
    }
}

/// Whether a text shows a credential that the client sent: the key, token or cookies behind the scheme, whole.
#[must_use]
pub fn shows_client_credential(text: &str, headers: &HeaderMap) -> bool {
    let of = |name: &'static HeaderName| headers.get_all(name).iter().map(HeaderValue::as_bytes);
    // `Basic` and `Bearer` alone are no secret.
    let schemed = [&AUTHORIZATION, &PROXY_AUTHORIZATION]
        .map(of)
        .into_iter()
        .flatten();
    let schemed = schemed.map(|value| {
        let end = value.iter().position(|byte| *byte == b' ').unwrap_or(0);
        value.get(end..).unwrap_or_default().trim_ascii()
    });
    let bare = CLIENT_CREDENTIALS.iter().chain([&COOKIE]).flat_map(of);
    let mut secrets = schemed.chain(bare).filter(|secret| !secret.is_empty());
    secrets.any(|secret| {
        text.as_bytes()
            .windows(secret.len())
            .any(|part| part == secret)
    })
}

/// Puts `prefix` and the key into `header`, in place of every credential that the client sent. A key that
/// already carries the prefix, in any case, does not get it twice.
///
/// # Errors
/// The key cannot be sent; `headers` then has no credential at all.
pub fn inject(
    headers: &mut HeaderMap,
    header: &HeaderName,
    prefix: &str,
    key: &[u8],
) -> Result<(), CredentialError> {
    remove_client_credentials(headers);
    put(headers, header, prefix, key)
}

/// Puts `prefix` and the key into `header`, beside other credentials.
///
/// # Errors
/// The key cannot be sent; `headers` then has no such header.
pub fn put(
    headers: &mut HeaderMap,
    header: &HeaderName,
    prefix: &str,
    key: &[u8],
) -> Result<(), CredentialError> {
    headers.remove(header);
    let key = without_prefix(key.trim_ascii(), prefix.trim().as_bytes());
    if key.is_empty() {
        return Err(CredentialError::Empty);
    }
    let mut value = Vec::with_capacity(prefix.len() + key.len());
    value.extend_from_slice(prefix.as_bytes());
    value.extend_from_slice(key);
    let mut value = HeaderValue::from_maybe_shared(bytes::Bytes::from(value))
        .map_err(|_| CredentialError::Unprintable)?;
    value.set_sensitive(true);
    headers.insert(header.clone(), value);
    Ok(())
}

fn without_prefix<'k>(key: &'k [u8], prefix: &[u8]) -> &'k [u8] {
    match key.split_at_checked(prefix.len()) {
        Some((head, rest))
            if !prefix.is_empty()
                && head.eq_ignore_ascii_case(prefix)
                && rest.first().is_none_or(u8::is_ascii_whitespace) =>
        {
            rest.trim_ascii()
        }
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefix: &str, key: &str, expected: Result<&str, CredentialError>) {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer client"));
        headers.insert("x-api-key", HeaderValue::from_static("client"));
        let outcome = inject(&mut headers, &AUTHORIZATION, prefix, key.as_bytes());
        let sent = headers.get(AUTHORIZATION);
        assert_eq!(outcome.map(|()| sent.unwrap().to_str().unwrap()), expected);
        assert!(sent.is_none_or(HeaderValue::is_sensitive));
        assert_eq!(
            headers.len(),
            usize::from(outcome.is_ok()),
            "no client credential remains"
        );
    }

    #[test]
    fn the_prefix_stands_there_once() {
        check("Bearer ", "sk-1", Ok("Bearer sk-1"));
        check("Bearer ", "Bearer sk-1", Ok("Bearer sk-1"));
        check("Bearer ", "bearer   sk-1\n", Ok("Bearer sk-1"));
        check("Bearer ", " sk-1\r\n", Ok("Bearer sk-1"));
        check("Bearer ", "Bearersk", Ok("Bearer Bearersk"));
        check("", "sk-1", Ok("sk-1"));
    }

    #[test]
    fn a_text_that_shows_a_clients_credential_is_known() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer  sk-1"),
            ("x-api-key", "k 2"),
            ("cookie", "sid=3; a=b"),
            ("api-key", ""),
            ("x-team", "red"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        for (text, expected) in [
            ("sk-1", true),
            ("the Bearer  sk-1!", true),
            ("sk-", false),
            ("Bearer", false),
            ("k 2", true),
            ("2", false),
            ("sid=3; a=b", true),
            ("red", false),
            ("", false),
        ] {
            assert_eq!(shows_client_credential(text, &headers), expected, "{text}");
        }
        assert!(!shows_client_credential("sk-1", &HeaderMap::new()));
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_an_error() {
        check("Bearer ", "", Err(CredentialError::Empty));
        check("Bearer ", "Bearer ", Err(CredentialError::Empty));
        check("Bearer ", "a\r\nx: y", Err(CredentialError::Unprintable));
    }
}
