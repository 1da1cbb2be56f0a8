//! `baseURL` of an AgentgatewayModel: where a provider is, in the words of whoever may write models.
//!
//! Owns its grammar and the refusal of hosts on the proxy's own machine or link, in every form that a resolver would know
//! them by (llm.md 0.6). What a name resolves to is checked by the proxy.

use std::net::{IpAddr, Ipv6Addr};

/// Where a provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    pub(crate) is_tls: bool,
    /// Name or address in lower case, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// In front of the paths of formats, without a trailing slash; empty for the service's own.
    pub(crate) path: String,
}

// === impl BaseUrl ===

impl BaseUrl {
    /// Reads one; what is wrong otherwise.
    pub(crate) fn parse(text: &str) -> Result<BaseUrl, &'static str> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or("must be an http or https URL")?;
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err("must be an http or https URL"),
        };
        if rest.contains(['?', '#']) {
            return Err("must have neither query nor fragment");
        }
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        if authority.contains('@') {
            return Err("must have no user; use policies.auth");
        }
        let path = path.trim_end_matches('/');
        let is_plain = |byte: u8| (0x21..0x7f).contains(&byte) && byte != b'\\';
        if !path.bytes().all(is_plain) || path.split('/').any(|one| matches!(one, "." | "..")) {
            return Err("must have a plain path");
        }
        let (host, port) = split(authority)?;
        let port = match port {
            None if is_tls => 443,
            None => 80,
            Some(port) => port
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or("must have a port between 1 and 65535, or none")?,
        };
        Ok(BaseUrl {
            is_tls,
            host: self::host(host)?,
            port,
            path: path.to_owned(),
        })
    }
}

/// Host, without brackets where it has such, and port.
fn split(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("must have a host")?;
        let port = match rest {
            "" => None,
            rest => Some(rest.strip_prefix(':').ok_or("must have a host")?),
        };
        return match host.parse::<Ipv6Addr>() {
            Ok(_) => Ok((host, port)),
            Err(_) => Err("must have an IPv6 address in its brackets"),
        };
    }
    Ok(match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    })
}

fn host(text: &str) -> Result<String, &'static str> {
    let host = text.trim_end_matches('.').to_ascii_lowercase();
    if host == "localhost" || host.ends_with(".localhost") {
        return Err("must not be on this machine; use custom.backendRef, or host of a backend");
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return match is_local(address) {
            true => Err("must be neither on this machine nor link-local"),
            false => Ok(host),
        };
    }
    // Resolvers take these for addresses: 2130706433, 0x7f.1, 0177.0.0.1.
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_hex = last
        .strip_prefix("0x")
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if last.bytes().all(|byte| byte.is_ascii_digit()) || is_hex {
        return Err("must have a host name or an address in its usual form");
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match host.len() <= 253 && host.split('.').all(is_label) {
        true => Ok(host),
        false => Err("must have a host"),
    }
}

fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_link_local() || address.octets().starts_with(&[0])
        }
        IpAddr::V6(address) => {
            let compatible = address.segments().starts_with(&[0; 6]);
            compatible || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[track_caller]
    fn check(text: &str, (is_tls, host, port, path): (bool, &str, u16, &str)) {
        let expected = BaseUrl {
            is_tls,
            host: host.to_owned(),
            port,
            path: path.to_owned(),
        };
        assert_eq!(BaseUrl::parse(text), Ok(expected), "{text}");
    }

    #[test]
    fn what_a_base_url_may_be() {
        check("https://API.example", (true, "api.example", 443, ""));
        check(
            "http://ollama.ai.svc.cluster.local:11434/v1/",
            (false, "ollama.ai.svc.cluster.local", 11_434, "/v1"),
        );
        check(
            "HTTPS://10.0.0.7:8443/a/b",
            (true, "10.0.0.7", 8_443, "/a/b"),
        );
        check("http://[fd00::7]/v1", (false, "fd00::7", 80, "/v1"));
        check("http://x.example./", (false, "x.example", 80, ""));
    }

    #[test]
    fn what_it_may_not_be() {
        for text in [
            "",
            "example.com",
            "ftp://example.com",
            "http://",
            "http:///v1",
            "http://a b/",
            "http://user@example.com",
            "http://example.com?x=1",
            "http://example.com#x",
            "http://example.com:0",
            "http://example.com:port",
            "http://example.com:70000",
            "http://example.com/a/../b",
            "http://example.com/a b",
            "http://[::1",
            "http://[x]/",
            "http://a..b/",
            // On this machine, by any name.
            "http://localhost",
            "http://LocalHost.:80",
            "http://any.localhost/v1",
            "http://127.0.0.1",
            "http://127.8.9.10:80",
            "http://0.0.0.0",
            "http://0.1.2.3",
            "http://169.254.169.254/latest",
            "http://[::1]:80",
            "http://[::]",
            "http://[::ffff:127.0.0.1]",
            "http://[::ffff:7f00:1]",
            "http://[::127.0.0.1]",
            "http://[fe80::1]",
            "http://2130706433",
            "http://0x7f000001",
            "http://0x7f.1",
            "http://127.1",
            "http://0177.0.0.1",
            "http://127.0.0.1.",
        ] {
            assert!(BaseUrl::parse(text).is_err(), "{text}");
        }
    }
}
