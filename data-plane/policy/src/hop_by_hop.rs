//! Stripping what belongs to one connection (RFC 9110 7.6.1).
//!
//! Owns the list of hop-by-hop fields and the reading of `Connection`. Must not let a client remove what this
//! proxy or a hop before it relies on: `host`, framing and `x-forwarded-*` cannot be nominated. An upgrade is
//! returned instead of forwarded; whoever allows it restores the pair.

use http::header::{
    CONNECTION, CONTENT_LENGTH, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
    PROXY_AUTHENTICATE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

use crate::forwarded::{X_FORWARDED_FOR, X_FORWARDED_PROTO};

/// An upgrade that a message asked for or agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// Value of the `upgrade` field: one protocol, or several.
    pub protocol: HeaderValue,
}

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Removed from every message. `proxy-authorization` stays: it may be for a policy of ours. `trailer` stays: trailers
/// pass, and it announces them.
static HOP_BY_HOP: [HeaderName; 7] = [
    CONNECTION,
    PROXY_CONNECTION,
    KEEP_ALIVE,
    PROXY_AUTHENTICATE,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Nominated by `Connection` in vain.
static PROTECTED: [HeaderName; 7] = [
    HOST,
    CONTENT_LENGTH,
    COOKIE,
    TRAILER,
    X_FORWARDED_FOR,
    X_FORWARDED_PROTO,
    X_FORWARDED_HOST,
];

/// Strips a request or a response. Returns the upgrade if `Connection` and `Upgrade` ask for one.
pub fn strip(headers: &mut HeaderMap) -> Option<Upgrade> {
    // Few messages have more than one of these fields: a look at each name costs less than a search for each field.
    let found = headers.keys().fold(0, |found, name| found | bit(name));
    if found == 0 {
        return None;
    }
    let has = |name| found & bit(&name) != 0;
    let accepts_trailers = has(TE) && has_token(headers, &TE, "trailers");
    let upgrade = has(UPGRADE).then(|| upgrade(headers)).flatten();
    if has(CONNECTION) {
        for name in nominated(headers) {
            headers.remove(name);
        }
    }
    for name in HOP_BY_HOP.iter().filter(|name| found & bit(name) != 0) {
        headers.remove(name);
    }
    if accepts_trailers {
        // gRPC depends on it, and HTTP/2 allows no other value.
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    upgrade
}

/// The place of a hop-by-hop field in a set of bits; 0 for other fields.
fn bit(name: &HeaderName) -> u8 {
    // The length rules nearly all other names out.
    match name.as_str().len() {
        2 | 7 | 10 | 16 | 17 | 18 => HOP_BY_HOP
            .iter()
            .position(|own| own == name)
            .map_or(0, |place| 1 << place),
        _ => 0,
    }
}

fn upgrade(headers: &HeaderMap) -> Option<Upgrade> {
    let protocol = headers.get(UPGRADE)?;
    has_token(headers, &CONNECTION, "upgrade").then(|| Upgrade {
        protocol: protocol.clone(),
    })
}

/// Fields that `Connection` nominates, apart from the protected ones.
fn nominated(headers: &HeaderMap) -> Vec<HeaderName> {
    // The usual values nominate nothing: no list is made for them.
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|token| {
            !token.eq_ignore_ascii_case("close") && !token.eq_ignore_ascii_case("keep-alive")
        })
        .filter_map(|token| HeaderName::from_bytes(token.as_bytes()).ok())
        .filter(|name| !PROTECTED.contains(name))
        .collect()
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| {
            part.split(';')
                .next()
                .is_some_and(|part| part.trim().eq_ignore_ascii_case(token))
        })
}

// === impl Upgrade ===

impl Upgrade {
    /// Whether exactly one protocol is asked for, and it is WebSocket.
    pub fn is_websocket(&self) -> bool {
        self.protocol.as_bytes().eq_ignore_ascii_case(b"websocket")
    }

    /// Puts the pair of fields back, for HTTP/1.1.
    pub fn restore(&self, headers: &mut HeaderMap) {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, self.protocol.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::strip;
    use http::{HeaderMap, HeaderName, HeaderValue};

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    #[track_caller]
    fn check(sent: &[(&'static str, &'static str)], left: &[(&'static str, &'static str)]) {
        let mut message = headers(sent);
        strip(&mut message);
        assert_eq!(message, headers(left));
    }

    #[test]
    fn fields_of_one_connection_go() {
        let sent = [
            ("connection", "keep-alive, X-Mine"),
            ("connection", "other"),
            ("x-mine", "1"),
            ("other", "2"),
            ("keep-alive", "timeout=5"),
            ("proxy-connection", "close"),
            ("transfer-encoding", "chunked"),
            ("trailer", "x"),
            ("proxy-authenticate", "Basic"),
            ("proxy-authorization", "Basic x"),
            ("accept", "*/*"),
        ];
        let kept = [
            ("trailer", "x"),
            ("proxy-authorization", "Basic x"),
            ("accept", "*/*"),
        ];
        check(&sent, &kept);
    }

    #[test]
    fn every_hop_by_hop_field_is_seen() {
        for name in &super::HOP_BY_HOP {
            let mut message = HeaderMap::from_iter([(name.clone(), HeaderValue::from_static("x"))]);
            strip(&mut message);
            assert!(message.is_empty(), "{name}");
        }
    }

    #[test]
    fn te_keeps_trailers_only() {
        check(&[("te", "gzip, Trailers;q=0.5")], &[("te", "trailers")]);
        check(&[("te", "gzip")], &[]);
        check(
            &[("te", "trailers"), ("connection", "te")],
            &[("te", "trailers")],
        );
    }

    #[test]
    fn what_others_rely_on_cannot_be_nominated() {
        let kept = [
            ("host", "a"),
            ("x-forwarded-for", "1.1.1.1"),
            ("content-length", "3"),
            ("cookie", "c"),
            ("trailer", "t"),
        ];
        let mut sent = kept.to_vec();
        sent.push((
            "connection",
            "host, x-forwarded-for, content-length, cookie, trailer, :path",
        ));
        check(&sent, &kept);
    }

    #[test]
    fn upgrades_are_returned_and_restored() {
        let mut message = headers(&[("connection", "Upgrade"), ("upgrade", "WebSocket")]);
        let upgrade = strip(&mut message).expect("upgrade");
        assert!(message.is_empty() && upgrade.is_websocket());
        upgrade.restore(&mut message);
        assert_eq!(
            message,
            headers(&[("connection", "upgrade"), ("upgrade", "WebSocket")])
        );
        assert_eq!(
            strip(&mut headers(&[("upgrade", "websocket")])),
            None,
            "not nominated"
        );
        let several = strip(&mut headers(&[
            ("connection", "upgrade"),
            ("upgrade", "h2c, websocket"),
        ]));
        assert!(!several.expect("upgrade").is_websocket());
    }
}
