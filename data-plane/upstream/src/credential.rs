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
    fn a_key_that_cannot_be_sent_is_an_error() {
        check("Bearer ", "", Err(CredentialError::Empty));
        check("Bearer ", "Bearer ", Err(CredentialError::Empty));
        check("Bearer ", "a\r\nx: y", Err(CredentialError::Unprintable));
    }
}
