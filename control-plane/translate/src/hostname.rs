//! Hostnames of listeners and routes: what covers what.
//!
//! Owns intersection and the choice of the most specific listener (Gateway API, "Listeners that are distinct
//! only by Hostname"). A wildcard stands for one or more labels. `*` means every host.

/// Every host.
pub(crate) const ANY: &str = "*";

/// Whether every host of `specific` is one of `general`.
pub(crate) fn covers(general: &str, specific: &str) -> bool {
    if general == ANY || general == specific {
        return true;
    }
    let Some(suffix) = general.strip_prefix('*') else {
        return false;
    };
    let host = specific.strip_prefix('*').unwrap_or(specific);
    host.len() > suffix.len() && host.ends_with(suffix)
}

/// The hosts that both stand for, which is one of the two.
pub(crate) fn intersect<'a>(one: &'a str, other: &'a str) -> Option<&'a str> {
    if covers(one, other) {
        Some(other)
    } else if covers(other, one) {
        Some(one)
    } else {
        None
    }
}

/// The most specific of the hostnames that cover a domain: an exact one, then the longest wildcard.
pub(crate) fn owner<'a>(
    domain: &str,
    hostnames: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    hostnames
        .into_iter()
        .filter(|hostname| covers(hostname, domain))
        .max_by_key(|hostname| (!hostname.starts_with('*'), hostname.len()))
}

#[cfg(test)]
mod tests {
    use super::{intersect, owner};

    #[track_caller]
    fn check(one: &str, other: &str, expected: Option<&str>) {
        assert_eq!(intersect(one, other), expected, "{one} and {other}");
        assert_eq!(intersect(other, one), expected, "{other} and {one}");
    }

    #[test]
    fn intersections() {
        check("*", "a.example.com", Some("a.example.com"));
        check("*", "*.example.com", Some("*.example.com"));
        check("*.example.com", "a.example.com", Some("a.example.com"));
        check("*.example.com", "a.b.example.com", Some("a.b.example.com"));
        check("*.example.com", "*.b.example.com", Some("*.b.example.com"));
        check("*.example.com", "*.example.com", Some("*.example.com"));
        check("*.example.com", "example.com", None);
        check("*.example.com", "badexample.com", None);
        check("a.example.com", "b.example.com", None);
        check("*.a.com", "*.b.com", None);
    }

    #[test]
    fn the_most_specific_hostname_owns_a_domain() {
        let hostnames = ["*", "*.com", "*.example.com", "a.example.com"];
        let of = |domain| owner(domain, hostnames);
        assert_eq!(of("a.example.com"), Some("a.example.com"));
        assert_eq!(of("b.example.com"), Some("*.example.com"));
        assert_eq!(of("*.a.example.com"), Some("*.example.com"));
        assert_eq!(of("example.com"), Some("*.com"));
        assert_eq!(of("org"), Some("*"));
        assert_eq!(owner("org", ["*.com"]), None);
    }
}
