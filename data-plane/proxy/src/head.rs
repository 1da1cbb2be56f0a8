//! The head of a request, made safe to act on.
//!
//! Owns the order of the checks before routing: size, framing, host, path, hop-by-hop fields, forwarded
//! headers, request id. Must not know routes. Invariant: after `inspect`, the path in the URI is the
//! normalised one, the URI is in origin form, and the authority is in `Host` alone.

use dp_config::{Chain, http_options::PathOptions};
use dp_policy::{
    forwarded::{self, Trust},
    hop_by_hop::{self, Upgrade},
    request_id,
};
use http::{
    HeaderMap, HeaderValue, Method, Uri,
    header::{CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING},
    request::Parts,
    uri::PathAndQuery,
};

use crate::{
    connection::Client,
    fault::{Fault, Kind},
    record::{HeadFacts, Record},
    respond::Dialect,
};

/// What inspection found besides the head itself.
pub(crate) struct Inspected {
    /// The authority as the client sent it, checked.
    pub(crate) authority: HeaderValue,
    /// Whether the client spoke https, as far as it can be believed.
    pub(crate) is_https: bool,
    /// An upgrade that the client asks for.
    pub(crate) upgrade: Option<Upgrade>,
}

// === impl Inspected ===

impl Inspected {
    /// The authority as text.
    pub(crate) fn authority(&self) -> &str {
        // Checked by `check_authority`.
        self.authority.to_str().unwrap_or_default()
    }

    /// `http` or `https`.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }
}

/// Checks a head and puts it into the form that routing and upstreams get.
///
/// # Errors
/// The request cannot be served in any way.
pub(crate) fn inspect(
    head: &mut Parts,
    chain: &Chain,
    client: &Client,
    record: &mut Record,
) -> Result<Inspected, Fault> {
    record.request.dialect = dialect(&head.headers);
    check_size(head, chain)?;
    if head.headers.contains_key(TRANSFER_ENCODING) && client.head_names("content-length") {
        // Two opinions about where the body ends (RFC 9112, section 6.3).
        return Err(Kind::AmbiguousLength.into());
    }
    if head.method == Method::CONNECT {
        return Err(Kind::ConnectRefused.into());
    }
    let authority = authority(head)?;
    normalize_target(head, chain)?;
    let upgrade = hop_by_hop::strip(&mut head.headers);
    // hyper answers it as soon as the body is first wanted.
    head.headers.remove(EXPECT);
    let options = &chain.http;
    let trust = Trust {
        use_remote_address: options.use_remote_address,
        trusted_hops: options.trusted_hops,
    };
    let from = forwarded::apply(
        &mut head.headers,
        &client.peer_address,
        client.is_tls,
        trust,
    );
    let random = || {
        let upstream = &client.worker.upstream;
        (u128::from(upstream.random()) << 64) | u128::from(upstream.random())
    };
    let request_id = match (options.generate_request_id, options.preserve_request_id) {
        (true, true) => Some(request_id::ensure(&mut head.headers, random)),
        (true, false) => Some(request_id::replace(&mut head.headers, random)),
        (false, _) => None,
    };
    let inspected = Inspected {
        authority,
        is_https: from.is_https,
        upgrade,
    };
    if record.wants_head() {
        record.request.head = Some(Box::new(HeadFacts {
            method: head.method.clone(),
            scheme: inspected.scheme(),
            authority: inspected.authority().to_owned(),
            target: head.uri.path().to_owned(),
            version: head.version,
            peer: client.peer,
            client: from.address,
            request_id,
            user_agent: head.headers.get(http::header::USER_AGENT).cloned(),
        }));
    }
    Ok(inspected)
}

fn dialect(headers: &HeaderMap) -> Dialect {
    let content_type = headers
        .get(CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    if content_type.starts_with(b"application/grpc") {
        Dialect::Grpc
    } else {
        Dialect::Plain
    }
}

fn check_size(head: &Parts, chain: &Chain) -> Result<(), Fault> {
    // Each field costs its name, its value, and what HTTP/1.1 writes around them.
    let fields: usize = head
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let target = head
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if fields + target > chain.http.max_head_bytes || head.headers.len() > chain.http.max_headers {
        return Err(Kind::HeadersTooLarge.into());
    }
    Ok(())
}

/// The authority of the request: of the target where it has one, else of `Host`.
fn authority(head: &mut Parts) -> Result<HeaderValue, Fault> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let (host, more) = (hosts.next(), hosts.next());
    if more.is_some() {
        return Err(Kind::MissingHost.into());
    }
    let authority = match (head.uri.authority(), host) {
        (Some(authority), _) => HeaderValue::from_str(authority.as_str())
            .map_err(|error| Fault::caused(Kind::MissingHost, error))?,
        (None, Some(host)) => host.clone(),
        (None, None) => return Err(Kind::MissingHost.into()),
    };
    if !is_authority(authority.as_bytes()) {
        return Err(Kind::MissingHost.into());
    }
    if head.uri.authority().is_some() {
        head.headers.insert(HOST, authority.clone());
    }
    Ok(authority)
}

/// A host with an optional port: no user, nothing that a log or a cache key could trip over.
fn is_authority(text: &[u8]) -> bool {
    let is_host_byte = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']')
    };
    text.first().is_some_and(|first| *first != b':') && text.iter().all(is_host_byte)
}

fn normalize_target(head: &mut Parts, chain: &Chain) -> Result<(), Fault> {
    let invalid = |error: route::path::PathError| Fault::caused(Kind::InvalidRequest, error);
    let target = match head.uri.path_and_query() {
        None => PathAndQuery::from_static("/"),
        // RFC 9112, section 3.2.4: about the server itself.
        Some(target) if target.as_str() == "*" && head.method == Method::OPTIONS => target.clone(),
        Some(target) => {
            if chain.http.path == PathOptions::RejectEscapedSlashes && has_escaped_slash(target) {
                return Err(Kind::InvalidRequest.into());
            }
            match route::path::normalize(target.as_str()).map_err(invalid)? {
                std::borrow::Cow::Borrowed(_) if head.uri.authority().is_none() => return Ok(()),
                std::borrow::Cow::Borrowed(_) => target.clone(),
                std::borrow::Cow::Owned(normal) => PathAndQuery::try_from(normal)
                    .map_err(|error| Fault::caused(Kind::InvalidRequest, error))?,
            }
        }
    };
    head.uri = Uri::from(target);
    Ok(())
}

fn has_escaped_slash(target: &PathAndQuery) -> bool {
    target
        .path()
        .as_bytes()
        .windows(3)
        .any(|window| window.eq_ignore_ascii_case(b"%2f") || window.eq_ignore_ascii_case(b"%5c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities() {
        for (text, expected) in [
            ("example.com", true),
            ("example.com:8080", true),
            ("[::1]:80", true),
            ("10.0.0.1", true),
            ("a_b.example", true),
            ("", false),
            (":80", false),
            ("user@example.com", false),
            ("a b", false),
            ("a,b", false),
            ("a/b", false),
            ("a\tb", false),
        ] {
            assert_eq!(is_authority(text.as_bytes()), expected, "{text:?}");
        }
    }
}
