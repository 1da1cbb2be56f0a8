//! `x-forwarded-for` and `x-forwarded-proto`; `x-forwarded-client-cert` goes.
//!
//! Owns the rules of Envoy's `use_remote_address` and `xff_num_trusted_hops`: who the client is, and what is
//! told to the upstream. Must not believe a header unless a trusted hop wrote it: entries are counted from
//! the right, because everything further left may be the client's invention.

use std::net::IpAddr;

use http::header::{Entry, HeaderMap, HeaderName, HeaderValue};

/// `x-forwarded-for`.
pub const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// `x-forwarded-proto`.
pub const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// `x-forwarded-client-cert`.
const X_FORWARDED_CLIENT_CERT: HeaderName = HeaderName::from_static("x-forwarded-client-cert");

/// What is believed and what is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The peer's address is the client's or a trusted hop's, and is appended.
    pub use_remote_address: bool,
    /// Proxies in front of this one that are trusted.
    pub trusted_hops: u32,
}

/// The other end of a connection, with its address written once for all requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    address: IpAddr,
    text: HeaderValue,
}

/// What the headers and the connection say about the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's address, as far as it is trusted.
    pub address: IpAddr,
    /// Whether the client reached the first trusted hop by https.
    pub is_https: bool,
}

// === impl Peer ===

impl Peer {
    /// The peer of a connection; an IPv4 address in IPv6 clothes is taken as IPv4.
    pub fn new(address: IpAddr) -> Peer {
        let address = address.to_canonical();
        Peer {
            address,
            text: HeaderValue::try_from(address.to_string())
                .unwrap_or_else(|_| HeaderValue::from_static("unknown")),
        }
    }
}

/// Updates the headers of a request that came from `peer`, and returns who the client is.
pub fn apply(headers: &mut HeaderMap, peer: &Peer, is_tls: bool, trust: Trust) -> Client {
    // Envoy's SANITIZE, the default: an upstream must not take a client's word for its certificate.
    headers.remove(X_FORWARDED_CLIENT_CERT);
    let address = client_address(headers, trust).unwrap_or(peer.address);
    if trust.use_remote_address {
        append_peer(headers, peer);
    }
    let believes_proto = !trust.use_remote_address || trust.trusted_hops > 0;
    let claimed = believes_proto.then(|| claimed_https(headers)).flatten();
    let is_https = claimed.unwrap_or(is_tls);
    if claimed.is_none() {
        let scheme = if is_tls { "https" } else { "http" };
        headers.insert(X_FORWARDED_PROTO, HeaderValue::from_static(scheme));
    }
    Client { address, is_https }
}

/// The entry that the outermost trusted hop appended; `None` if no entry is trusted or it is no address.
fn client_address(headers: &HeaderMap, trust: Trust) -> Option<IpAddr> {
    // Without `use_remote_address` the peer itself is a trusted hop, which appended the last entry.
    let from_right = match (trust.use_remote_address, trust.trusted_hops) {
        (true, 0) => return None,
        (true, hops) => hops - 1,
        (false, hops) => hops,
    };
    let last_first = headers
        .get_all(X_FORWARDED_FOR)
        .iter()
        .rev()
        .flat_map(|value| {
            value
                .to_str()
                .unwrap_or_default()
                .rsplit(',')
                .map(str::trim)
        });
    let entry = last_first
        .into_iter()
        .nth(usize::try_from(from_right).ok()?)?;
    parse_address(entry)
}

/// An address, with or without port.
fn parse_address(entry: &str) -> Option<IpAddr> {
    if let Ok(address) = entry.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    entry
        .parse::<std::net::SocketAddr>()
        .ok()
        .map(|socket| socket.ip().to_canonical())
}

fn append_peer(headers: &mut HeaderMap, peer: &Peer) {
    let mut entry = match headers.entry(X_FORWARDED_FOR) {
        Entry::Vacant(entry) => {
            entry.insert(peer.text.clone());
            return;
        }
        Entry::Occupied(entry) => entry,
    };
    let mut list = Vec::new();
    for value in entry.iter() {
        // What is not text cannot have been written by a trusted hop.
        if let Ok(text) = value.to_str()
            && !text.trim().is_empty()
        {
            list.extend_from_slice(text.trim().as_bytes());
            list.extend_from_slice(b", ");
        }
    }
    list.extend_from_slice(peer.text.as_bytes());
    if let Ok(value) = HeaderValue::try_from(list) {
        entry.insert(value);
    }
}

fn claimed_https(headers: &HeaderMap) -> Option<bool> {
    let mut values = headers.get_all(X_FORWARDED_PROTO).iter();
    match (values.next().map(HeaderValue::as_bytes), values.next()) {
        (Some(value), None) if value.eq_ignore_ascii_case(b"https") => Some(true),
        (Some(value), None) if value.eq_ignore_ascii_case(b"http") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Peer, Trust, X_FORWARDED_FOR, X_FORWARDED_PROTO, apply};
    use http::{HeaderMap, HeaderValue};

    struct Case {
        trust: (bool, u32),
        xff: &'static [&'static str],
        proto: Option<&'static str>,
        is_tls: bool,
    }

    /// (client, is https, x-forwarded-for, x-forwarded-proto) with a peer of 192.0.2.9.
    #[track_caller]
    fn check(case: &Case, client: &str, is_https: bool, xff: Option<&str>, proto: &str) {
        let mut headers = HeaderMap::new();
        for value in case.xff {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(value));
        }
        if let Some(proto) = case.proto {
            headers.insert(X_FORWARDED_PROTO, HeaderValue::from_static(proto));
        }
        let (use_remote_address, trusted_hops) = case.trust;
        let peer = Peer::new("::ffff:192.0.2.9".parse().expect("address"));
        let found = apply(
            &mut headers,
            &peer,
            case.is_tls,
            Trust {
                use_remote_address,
                trusted_hops,
            },
        );
        assert_eq!(
            found,
            Client {
                address: client.parse().expect("address"),
                is_https
            }
        );
        let text = |name| {
            headers
                .get(name)
                .map(|value: &HeaderValue| value.to_str().expect("text"))
        };
        assert_eq!(text(X_FORWARDED_FOR), xff);
        assert_eq!(
            headers.get_all(X_FORWARDED_FOR).iter().count(),
            usize::from(xff.is_some())
        );
        assert_eq!(text(X_FORWARDED_PROTO), Some(proto));
    }

    #[test]
    fn an_edge_believes_nobody() {
        let case = Case {
            trust: (true, 0),
            xff: &["1.1.1.1"],
            proto: Some("https"),
            is_tls: false,
        };
        check(
            &case,
            "192.0.2.9",
            false,
            Some("1.1.1.1, 192.0.2.9"),
            "http",
        );
        let case = Case {
            trust: (true, 0),
            xff: &[],
            proto: None,
            is_tls: true,
        };
        check(&case, "192.0.2.9", true, Some("192.0.2.9"), "https");
    }

    #[test]
    fn a_claimed_client_certificate_goes() {
        let claim = (
            "x-forwarded-client-cert".parse().expect("name"),
            HeaderValue::from_static("Hash=1"),
        );
        let mut headers = HeaderMap::from_iter([claim]);
        let trust = Trust {
            use_remote_address: true,
            trusted_hops: 1,
        };
        apply(
            &mut headers,
            &Peer::new("192.0.2.9".parse().expect("address")),
            true,
            trust,
        );
        assert!(!headers.contains_key("x-forwarded-client-cert"));
    }

    #[test]
    fn trusted_hops_are_counted_from_the_right() {
        let xff: &[&str] = &["6.6.6.6, 1.1.1.1", " 2.2.2.2 "];
        let case = Case {
            trust: (true, 1),
            xff,
            proto: Some("HTTPS"),
            is_tls: false,
        };
        check(
            &case,
            "2.2.2.2",
            true,
            Some("6.6.6.6, 1.1.1.1, 2.2.2.2, 192.0.2.9"),
            "HTTPS",
        );
        let case = Case {
            trust: (true, 2),
            xff,
            proto: Some("ftp"),
            is_tls: true,
        };
        check(
            &case,
            "1.1.1.1",
            true,
            Some("6.6.6.6, 1.1.1.1, 2.2.2.2, 192.0.2.9"),
            "https",
        );
        let case = Case {
            trust: (true, 4),
            xff: &["1.1.1.1"],
            proto: None,
            is_tls: false,
        };
        check(
            &case,
            "192.0.2.9",
            false,
            Some("1.1.1.1, 192.0.2.9"),
            "http",
        );
        let case = Case {
            trust: (true, 1),
            xff: &["garbage"],
            proto: None,
            is_tls: false,
        };
        check(
            &case,
            "192.0.2.9",
            false,
            Some("garbage, 192.0.2.9"),
            "http",
        );
    }

    #[test]
    fn behind_a_trusted_peer_nothing_is_appended() {
        let case = Case {
            trust: (false, 0),
            xff: &["1.1.1.1,[2001:db8::1]:80"],
            proto: None,
            is_tls: true,
        };
        check(
            &case,
            "2001:db8::1",
            true,
            Some("1.1.1.1,[2001:db8::1]:80"),
            "https",
        );
        let case = Case {
            trust: (false, 0),
            xff: &[],
            proto: Some("https"),
            is_tls: false,
        };
        check(&case, "192.0.2.9", true, None, "https");
    }
}
