//! Host names and the patterns that cover them.
//!
//! Owns the normal form of a host (lower case, no port, no trailing dot) and Gateway API's wildcard: `*.`
//! stands for one or more labels. Must not resolve anything. A wildcard never covers its own suffix:
//! `*.example.com` does not cover `example.com`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A host name pattern in normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HostPattern {
    /// One host.
    Exact(Box<str>),
    /// Every host below a suffix; held without `*.`.
    Wildcard(Box<str>),
    /// Every host.
    Any,
}

/// Why a text is not a host pattern.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HostError {
    /// Empty, or an empty label.
    #[error("host {0:?} has an empty label")]
    Empty(String),
    /// A `*` that is not the first label.
    #[error("host {0:?} has a wildcard that is not its first label")]
    Wildcard(String),
    /// A character that no host has; a port counts.
    #[error("host {0:?} has a character that is not allowed")]
    Character(String),
}

/// The normal form of the host in an `:authority` or `Host`: lower case, without port and trailing dot.
/// Borrows if nothing changes.
pub fn normalize(authority: &str) -> Cow<'_, str> {
    let host = without_port(authority);
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(host.to_ascii_lowercase())
    } else {
        Cow::Borrowed(host)
    }
}

/// Cuts `:port` off an authority; brackets of IPv6 addresses stay.
pub fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit())
                && (!host.contains(':') || host.ends_with(']')) =>
        {
            host
        }
        _ => authority,
    }
}

// === impl HostPattern ===

impl HostPattern {
    /// Whether the host, in normal form, is covered.
    pub fn matches(&self, host: &str) -> bool {
        match self {
            HostPattern::Exact(exact) => **exact == *host,
            HostPattern::Wildcard(suffix) => is_below(host, suffix),
            HostPattern::Any => true,
        }
    }

    /// Whether every host of `other` is one of this pattern's.
    pub fn covers(&self, other: &HostPattern) -> bool {
        match (self, other) {
            (HostPattern::Any, _) => true,
            (_, HostPattern::Any) => false,
            (HostPattern::Exact(left), HostPattern::Exact(right)) => left == right,
            (HostPattern::Exact(_), HostPattern::Wildcard(_)) => false,
            (HostPattern::Wildcard(suffix), HostPattern::Exact(host)) => is_below(host, suffix),
            (HostPattern::Wildcard(left), HostPattern::Wildcard(right)) => {
                left == right || is_below(right, left)
            }
        }
    }

    /// The hosts that both cover: the narrower of the two, or none. (Patterns are nested or disjoint.)
    pub fn intersect(&self, other: &HostPattern) -> Option<HostPattern> {
        if self.covers(other) {
            Some(other.clone())
        } else if other.covers(self) {
            Some(self.clone())
        } else {
            None
        }
    }

    /// Order of precedence: exact before wildcard, longer wildcard first, any last. `Less` wins; patterns
    /// that cannot both match one host may compare equal.
    pub fn specificity(&self, other: &HostPattern) -> Ordering {
        fn key(pattern: &HostPattern) -> (u8, usize) {
            match pattern {
                HostPattern::Exact(_) => (0, 0),
                HostPattern::Wildcard(suffix) => (1, usize::MAX - suffix.len()),
                HostPattern::Any => (2, 0),
            }
        }
        key(self).cmp(&key(other))
    }
}

impl FromStr for HostPattern {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        if text == "*" {
            return Ok(HostPattern::Any);
        }
        let (is_wildcard, name) = match text.strip_prefix("*.") {
            Some(suffix) => (true, suffix),
            None => (false, text),
        };
        let name = name.strip_suffix('.').unwrap_or(name);
        let is_address = name.starts_with('[') && name.ends_with(']') && !is_wildcard;
        if name.contains('*') {
            return Err(HostError::Wildcard(text.to_owned()));
        }
        if name.split('.').any(str::is_empty) {
            return Err(HostError::Empty(text.to_owned()));
        }
        let allowed = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'.' | b'-' | b'_')
                || (is_address && matches!(byte, b'[' | b']' | b':'))
        };
        if !name.bytes().all(allowed) {
            return Err(HostError::Character(text.to_owned()));
        }
        let name: Box<str> = name.to_ascii_lowercase().into();
        Ok(if is_wildcard {
            HostPattern::Wildcard(name)
        } else {
            HostPattern::Exact(name)
        })
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostPattern::Exact(host) => f.write_str(host),
            HostPattern::Wildcard(suffix) => write!(f, "*.{suffix}"),
            HostPattern::Any => f.write_str("*"),
        }
    }
}

/// Whether `host` has at least one label in front of `suffix`.
fn is_below(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix)
        .and_then(|labels| labels.strip_suffix('.'))
        .is_some_and(|labels| !labels.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{HostPattern, normalize};
    use std::cmp::Ordering;

    fn host(text: &str) -> HostPattern {
        text.parse().expect("pattern")
    }

    #[test]
    fn normal_form() {
        assert_eq!(normalize("A.Example.COM:8080"), "a.example.com");
        assert_eq!(normalize("a.example.com."), "a.example.com");
        assert_eq!(normalize("a.example.com.:80"), "a.example.com");
        assert_eq!(normalize("[2001:DB8::1]:80"), "[2001:db8::1]");
        assert_eq!(normalize("2001:db8::1"), "2001:db8::1");
        assert_eq!(normalize("a:b"), "a:b");
        assert_eq!(normalize(""), "");
    }

    #[test]
    fn parsing() {
        for good in ["a", "a.b-c.d_e", "*.a", "*", "[::1]", "A.B.", "10.0.0.1"] {
            assert!(good.parse::<HostPattern>().is_ok(), "{good}");
        }
        for bad in [
            "", ".", "a..b", "*.", "a.*", "*a.b", "a.*.b", "a:80", "a b", "a/b", "**.a",
        ] {
            assert!(bad.parse::<HostPattern>().is_err(), "{bad}");
        }
        assert_eq!(host("*.Example.com.").to_string(), "*.example.com");
    }

    #[test]
    fn matching() {
        assert!(host("*.a.b").matches("x.a.b") && host("*.a.b").matches("y.x.a.b"));
        assert!(!host("*.a.b").matches("a.b") && !host("*.a.b").matches("xa.b"));
        assert!(!host("*.a.b").matches(".a.b"));
        assert!(host("*").matches("") && host("a.b").matches("a.b"));
    }

    #[test]
    fn intersection_is_the_narrower() {
        let check = |left: &str, right: &str, expected: Option<&str>| {
            let both = host(left).intersect(&host(right));
            assert_eq!(both, expected.map(host), "{left} {right}");
            assert_eq!(host(right).intersect(&host(left)), both, "{left} {right}");
        };
        check("*", "a.b", Some("a.b"));
        check("*.b", "a.b", Some("a.b"));
        check("*.b", "*.a.b", Some("*.a.b"));
        check("*.a.b", "a.b", None);
        check("a.b", "a.c", None);
        check("*.a", "*.b", None);
        check("*.a", "*.a", Some("*.a"));
    }

    #[test]
    fn precedence() {
        let order = ["a.b.c", "*.a.b.c", "*.b.c", "*"];
        for pair in order.windows(2) {
            assert_eq!(
                host(pair[0]).specificity(&host(pair[1])),
                Ordering::Less,
                "{pair:?}"
            );
        }
    }
}
