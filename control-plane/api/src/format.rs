//! Formats of names, as the API server's schemas state them.
//!
//! Owns the predicates and the sentence that tells an author what is wanted. Must not normalise: a value
//! either fits or does not.

/// What a DNS label is.
pub const LABEL: &str =
    "must be a DNS label: 1 to 63 of a-z, 0-9 and '-', starting and ending with a letter or digit";
/// What a DNS subdomain is.
pub const SUBDOMAIN: &str =
    "must be a DNS subdomain: labels of a-z, 0-9 and '-' joined by '.', at most 253 characters";
/// What a hostname of a listener or a route is.
pub const HOSTNAME: &str =
    "must be a lower-case DNS name, optionally with a leading '*.', and no IP address";
/// What an HTTP header name is.
pub const HEADER: &str = "must be an HTTP header name (token), 1 to 256 characters";

/// A DNS label (RFC 1123).
pub fn is_label(value: &str) -> bool {
    value.len() <= 63 && is_part(value)
}

/// A label of whatever length.
fn is_part(value: &str) -> bool {
    let bytes = value.as_bytes();
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    !bytes.is_empty()
        && bytes.iter().all(|byte| alphanumeric(byte) || *byte == b'-')
        && bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
}

/// A DNS subdomain as Kubernetes has it: its labels may be longer than those of the DNS (RFC 1123).
pub fn is_subdomain(value: &str) -> bool {
    value.len() <= 253 && value.split('.').all(is_part)
}

/// A hostname without a wildcard: a subdomain that is no IP address.
pub fn is_precise_hostname(value: &str) -> bool {
    is_subdomain(value) && value.parse::<std::net::IpAddr>().is_err()
}

/// A hostname of a listener or a route: precise, or `*.` in front of a precise one.
pub fn is_hostname(value: &str) -> bool {
    is_precise_hostname(value.strip_prefix("*.").unwrap_or(value))
}

/// An HTTP header name: a token of RFC 9110.
pub fn is_header(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 256
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// A header value without line breaks or other control characters.
pub fn is_header_value(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte == b'\t' || (byte >= 0x20 && byte != 0x7f))
}

#[cfg(test)]
mod tests {
    use super::{is_header, is_header_value, is_hostname, is_label, is_subdomain};

    #[track_caller]
    fn check(predicate: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for value in good {
            assert!(predicate(value), "{value:?} must fit");
        }
        for value in bad {
            assert!(!predicate(value), "{value:?} must not fit");
        }
    }

    #[test]
    fn formats() {
        check(
            is_label,
            &["a", "a-b", "0"],
            &["", "-a", "a-", "A", "a.b", &"a".repeat(64)],
        );
        check(
            is_subdomain,
            &["a.b", "x", &"a".repeat(253)],
            &["a..b", ".a", "a.", &"a".repeat(254)],
        );
        check(
            is_hostname,
            &["example.com", "*.example.com", "localhost"],
            &["*", "1.2.3.4", "*.1.2.3.4", "a.*.b", "Example.com", ""],
        );
        check(is_header, &["x-a", "X_B"], &["", "a b", "a:b", "\u{e9}"]);
        check(
            is_header_value,
            &["", "a b\tc", "\u{e9}"],
            &["a\r\nb", "\0"],
        );
    }
}
