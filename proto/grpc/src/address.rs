//! Where a plane listens: `unix:/path` or `host:port`.
//!
//! Owns the syntax that flags, files and messages share. Must not resolve or open anything. Every error names
//! the text and what would be right.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The longest path that fits into `sockaddr_un` with its closing NUL, in bytes (Linux; macOS has four less).
const MAX_UNIX_PATH: usize = 107;

/// Where to connect to or listen on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A Unix stream socket.
    Unix(PathBuf),
    /// A TCP port.
    Tcp {
        /// Name, IPv4 address, or IPv6 address without brackets.
        host: String,
        /// Port; 0 asks the system for a free one and makes sense for listening only.
        port: u16,
    },
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing there.
    #[error("an address is empty; write unix:/path or host:port")]
    Empty,
    /// The path does not start at the root.
    #[error("{0:?} is not an absolute path; write unix:/absolute/path")]
    RelativePath(String),
    /// The kernel's limit for socket paths.
    #[error(
        "{path:?} is {length} bytes long, a socket path may have {MAX_UNIX_PATH}; choose a shorter one"
    )]
    LongPath {
        /// The path.
        path: String,
        /// Its length in bytes.
        length: usize,
    },
    /// A scheme that means something else, or means nothing.
    #[error("{0:?} has a scheme that is not known; write unix:/path or host:port")]
    Scheme(String),
    /// No port.
    #[error("{0:?} has no port; write host:port, [ipv6]:port or unix:/path")]
    NoPort(String),
    /// No host.
    #[error("{0:?} has no host; write host:port")]
    NoHost(String),
    /// The port is not one.
    #[error("{text:?} has the port {port:?}, which is not a number from 0 to 65535")]
    BadPort {
        /// The whole address.
        text: String,
        /// The part after the last colon.
        port: String,
    },
    /// The host is no name and no address.
    #[error(
        "{text:?} has the host {host:?}, which is neither a name nor an address (IPv6 needs brackets)"
    )]
    BadHost {
        /// The whole address.
        text: String,
        /// The part before the last colon.
        host: String,
    },
}

// === impl Address ===

impl Address {
    /// An address for a socket file.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Address::Unix(path.into())
    }

    /// The socket file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Address::Unix(path) => Some(path),
            Address::Tcp { .. } => None,
        }
    }

    /// Whether only this machine can reach it: a socket file, a loopback address or `localhost`.
    pub fn is_local(&self) -> bool {
        match self {
            Address::Unix(_) => true,
            Address::Tcp { host, .. } => match host.parse::<IpAddr>() {
                Ok(ip) => ip.to_canonical().is_loopback(),
                Err(_) => host.eq_ignore_ascii_case("localhost"),
            },
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return parse_path(path);
        }
        if text.contains("://") {
            return Err(AddressError::Scheme(text.to_owned()));
        }
        parse_tcp(text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
            Address::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Address::Tcp { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

fn parse_path(path: &str) -> Result<Address, AddressError> {
    // `unix:///path` is the URI form of the same thing.
    let path = path.strip_prefix("//").unwrap_or(path);
    if !path.starts_with('/') {
        return Err(AddressError::RelativePath(path.to_owned()));
    }
    if path.len() > MAX_UNIX_PATH {
        return Err(AddressError::LongPath {
            path: path.to_owned(),
            length: path.len(),
        });
    }
    Ok(Address::Unix(PathBuf::from(path)))
}

fn parse_tcp(text: &str) -> Result<Address, AddressError> {
    let (host, port) = match text.rsplit_once(':') {
        Some(parts) if !text.ends_with(']') => parts,
        Some(_) | None => return Err(AddressError::NoPort(text.to_owned())),
    };
    if host.is_empty() {
        return Err(AddressError::NoHost(text.to_owned()));
    }
    let port = match port.parse() {
        Ok(number) if port.bytes().all(|byte| byte.is_ascii_digit()) => number,
        Ok(_) | Err(_) => {
            return Err(AddressError::BadPort {
                text: text.to_owned(),
                port: port.to_owned(),
            });
        }
    };
    let bad_host = || AddressError::BadHost {
        text: text.to_owned(),
        host: host.to_owned(),
    };
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let host = match bracketed {
        Some(ip) if ip.parse::<std::net::Ipv6Addr>().is_ok() => ip,
        Some(_) => return Err(bad_host()),
        None if host.bytes().all(is_host_byte) => host,
        None => return Err(bad_host()),
    };
    Ok(Address::Tcp {
        host: host.to_owned(),
        port,
    })
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[track_caller]
    fn check(text: &str, expected: Result<(&str, bool), &str>) {
        let got = text.parse::<Address>();
        let got = got
            .map(|a| (a.to_string(), a.is_local()))
            .map_err(|e| e.to_string());
        match (got, expected) {
            (Ok((printed, local)), Ok(wanted)) => assert_eq!((printed.as_str(), local), wanted),
            (Err(message), Err(part)) => assert!(message.contains(part), "{message:?}"),
            (got, wanted) => panic!("{text:?}: got {got:?}, wanted {wanted:?}"),
        }
    }

    #[test]
    fn addresses_parse_and_print() {
        check("unix:/run/tg/cp.sock", Ok(("unix:/run/tg/cp.sock", true)));
        check("unix:///run/tg/cp.sock", Ok(("unix:/run/tg/cp.sock", true)));
        check("127.0.0.1:18000", Ok(("127.0.0.1:18000", true)));
        check("localhost:0", Ok(("localhost:0", true)));
        check("[::1]:80", Ok(("[::1]:80", true)));
        check("[::ffff:127.0.0.1]:80", Ok(("[::ffff:127.0.0.1]:80", true)));
        check("0.0.0.0:80", Ok(("0.0.0.0:80", false)));
        check(
            "xds.example.com:18000",
            Ok(("xds.example.com:18000", false)),
        );
    }

    #[test]
    fn errors_say_what_would_be_right() {
        check("", Err("write unix:/path or host:port"));
        check("unix:", Err("unix:/absolute/path"));
        check("unix:run/x", Err("unix:/absolute/path"));
        check(&format!("unix:/{}", "x".repeat(107)), Err("108 bytes"));
        check("http://x:80", Err("scheme"));
        check("localhost", Err("has no port"));
        check("[::1]", Err("has no port"));
        check(":80", Err("has no host"));
        check("x:eighty", Err("\"eighty\""));
        check("x:+80", Err("\"+80\""));
        check("x:65536", Err("65536"));
        check("::1:80", Err("IPv6 needs brackets"));
        check("[x]:80", Err("IPv6 needs brackets"));
        check("a b:80", Err("neither a name nor an address"));
    }
}
