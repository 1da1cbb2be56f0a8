//! The way to files and token services.
//!
//! Owns the requests that are asked for and where they may go. Must not send them. Invariant: plain HTTP goes to this
//! machine, its link and its metadata services only; a host that a tenant named is spoken to by TLS.

use std::fmt;
use std::net::IpAddr;

/// Files, token services and the clock, as the rim offers them.
pub trait Port {
    /// Seconds since 1970.
    fn now(&self) -> u64;

    /// The content of a file; the error says why there is none.
    fn read(&self, path: &str) -> impl Future<Output = Result<Vec<u8>, String>>;

    /// The answer to a request, whatever its status; the error says why there is none.
    fn send(&self, request: &Request) -> impl Future<Output = Result<Response, String>>;
}

/// A request to a token service.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `POST`.
    pub method: &'static str,
    /// Where to.
    pub target: Target,
    /// Beside `host` and `content-length`.
    pub headers: Vec<(&'static str, String)>,
    /// May hold secrets.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// May hold secrets.
    pub body: Vec<u8>,
}

/// A URL, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whether TLS is spoken.
    pub is_tls: bool,
    /// Name or address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// What is sent as `host`.
    pub authority: String,
    /// Path and query.
    pub path: String,
}

// === impl Request ===

impl Request {
    pub(crate) fn get(target: Target) -> Self {
        Self {
            method: "GET",
            target,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl fmt::Debug for Request {
    /// Without headers, query and body, which hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.path.split('?').next().unwrap_or_default();
        write!(f, "{} {}{path}", self.method, self.target.authority)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}

// === impl Target ===

impl Target {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// It is none, or plain HTTP would leave the machine.
    pub fn parse(url: &str) -> Result<Self, String> {
        let invalid = || format!("{url:?} is no URL of a token service; write https://HOST/PATH");
        let (scheme, rest) = url.split_once("://").ok_or_else(invalid)?;
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(invalid()),
        };
        let (authority, path) = match rest.find(['/', '?']) {
            None => (rest, "/".to_owned()),
            Some(at) => match rest.split_at_checked(at) {
                Some((authority, path)) if path.starts_with('/') => (authority, path.to_owned()),
                Some((authority, query)) => (authority, format!("/{query}")),
                None => return Err(invalid()),
            },
        };
        let is_clean = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if authority.is_empty()
            || authority.contains(['@', '\\', '#'])
            || path.contains('#')
            || !is_clean(authority)
            || !is_clean(&path)
        {
            return Err(invalid());
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or_else(invalid)?;
                (host, port.strip_prefix(':'))
            }
            None => match authority.split_once(':') {
                None => (authority, None),
                Some((host, port)) => (host, Some(port)),
            },
        };
        let port = match port {
            None => 443 - 363 * u16::from(!is_tls),
            Some(port) => port.parse().map_err(|_| invalid())?,
        };
        if host.is_empty() {
            return Err(invalid());
        }
        if !is_tls && !is_near(host) {
            return Err(format!(
                "{url:?} would be asked without TLS, which only services of this machine are; write https://"
            ));
        }
        Ok(Self {
            is_tls,
            host: host.to_ascii_lowercase(),
            port,
            authority: authority.to_owned(),
            path,
        })
    }
}

/// This machine, its link, and the metadata services of clouds.
fn is_near(host: &str) -> bool {
    match host.parse() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_link_local(),
        // fd00:ec2::/32 is AWS's.
        Ok(IpAddr::V6(ip)) => {
            let [first, second, ..] = ip.segments();
            ip.is_loopback() || first & 0xffc0 == 0xfe80 || (first, second) == (0xfd00, 0x0ec2)
        }
        Err(_) => [
            "localhost",
            "metadata.google.internal",
            "metadata.google.internal.",
        ]
        .iter()
        .any(|near| host.eq_ignore_ascii_case(near)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<(bool, &str, u16, &str)>) {
        let target = Target::parse(url).ok();
        let told = target
            .as_ref()
            .map(|own| (own.is_tls, own.host.as_str(), own.port, own.path.as_str()));
        assert_eq!(told, expected, "{url}");
    }

    #[test]
    fn plain_http_stays_near() {
        check(
            "https://sts.amazonaws.com",
            Some((true, "sts.amazonaws.com", 443, "/")),
        );
        check(
            "https://a.test:8443/x?y",
            Some((true, "a.test", 8443, "/x?y")),
        );
        check("https://a.test?y=/", Some((true, "a.test", 443, "/?y=/")));
        check(
            "http://169.254.169.254/latest",
            Some((false, "169.254.169.254", 80, "/latest")),
        );
        check(
            "http://[fd00:ec2::23]/v1",
            Some((false, "fd00:ec2::23", 80, "/v1")),
        );
        check("http://127.0.0.1:7/", Some((false, "127.0.0.1", 7, "/")));
        check(
            "http://Metadata.google.internal/x",
            Some((false, "metadata.google.internal", 80, "/x")),
        );
        check("http://sts.amazonaws.com", None);
        check("http://10.0.0.1/", None);
        check("http://127.0.0.1.evil.test/", None);
        check("http://[2001:db8::1]/", None);
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for url in [
            "",
            "sts.amazonaws.com",
            "ftp://a.test/",
            "https:///x",
            "https://user@a.test/",
            "https://a.test:port/",
            "https://[::1/",
            "https://a.test/a b",
            "https://a.test/\r\nx",
        ] {
            check(url, None);
        }
    }
}
