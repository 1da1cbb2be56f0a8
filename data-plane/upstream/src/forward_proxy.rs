//! Where a dynamic forward proxy may connect to.
//!
//! Owns the refusal of hosts and addresses that a tenant must not reach through us. Must not resolve or
//! dial; it judges what others resolved. Invariant: the addresses it returns are the only ones the caller
//! dials, so a name cannot resolve to something else between check and connect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Why a host is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name belongs to the cluster or to this machine.
    #[error("{host} is a name of the cluster or of this machine")]
    Name {
        /// The host of the request.
        host: String,
    },
    /// Every address it resolves to is one of a kind that is refused.
    #[error("{host} resolves to {address}, which is {kind}")]
    Address {
        /// The host of the request.
        host: String,
        /// The first address that was refused.
        address: IpAddr,
        /// Why.
        kind: &'static str,
    },
}

/// Refuses host names before they are resolved. `allowed` holds exact names in lower case.
///
/// # Errors
/// The name is one of the cluster or of this machine and not allowed.
pub fn check_name(host: &str, allowed: impl Fn(&str) -> bool) -> Result<(), Refusal> {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if allowed(&name) {
        return Ok(());
    }
    let is_under = |zone: &str| {
        name.strip_suffix(zone)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let refused = [
        "localhost",
        "svc",
        "cluster.local",
        "local",
        "internal",
        "localdomain",
    ];
    // A name without a dot is completed by the search list of resolv.conf: in a cluster, to a Service. So is
    // `a.default`; it resolves to a private address and is refused for that.
    let is_bare = !name.contains('.') && name.parse::<IpAddr>().is_err() && !name.contains(':');

    if is_bare || refused.into_iter().any(is_under) {
        return Err(Refusal::Name {
            host: host.to_owned(),
        });
    }
    Ok(())
}

/// The addresses that may be dialled out of those that `host` resolved to.
///
/// # Errors
/// Any of them is of a refused kind: a name with one good and one bad address is an attack, not an accident.
pub fn check_addresses(
    host: &str,
    addresses: &[IpAddr],
    port: u16,
    allowed: impl Fn(&str) -> bool,
) -> Result<Vec<SocketAddr>, Refusal> {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if !allowed(&name) {
        for &address in addresses {
            if let Some(kind) = refused_kind(address) {
                return Err(Refusal::Address {
                    host: host.to_owned(),
                    address,
                    kind,
                });
            }
        }
    }
    Ok(addresses
        .iter()
        .map(|&address| SocketAddr::new(address, port))
        .collect())
}

/// Names the kind of an address that must not be reached, `None` for a public unicast address.
pub fn refused_kind(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => refused_v4(address),
        IpAddr::V6(address) => refused_v6(address),
    }
}

fn refused_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (0, _, _) => Some("unspecified"),
        (127, _, _) => Some("loopback"),
        (169, 254, _) => Some("link-local or a metadata service"),
        (10, _, _) | (172, 16..=31, _) | (192, 168, _) => Some("private"),
        (100, 64..=127, _) => Some("shared (CGNAT)"),
        (192, 0, 0) | (198, 18..=19, _) => Some("reserved"),
        (224..=239, _, _) => Some("multicast"),
        (240..=255, _, _) => Some("reserved or broadcast"),
        _ => None,
    }
}

fn refused_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.is_unspecified() {
        return Some("unspecified");
    }
    if address.is_loopback() {
        return Some("loopback");
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    let tail = |high: u16, low: u16| {
        let ([h1, h2], [l1, l2]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(h1, h2, l1, l2)
    };
    match (a, b, c, d, e, f) {
        // Forms that carry an IPv4 address: mapped, compatible, translated (SIIT), NAT64, 6to4.
        (0, 0, 0, 0, 0, 0xffff | 0) | (0, 0, 0, 0, 0xffff, 0) => refused_v4(tail(g, h)),
        (0x64, 0xff9b, 0, 0, 0, 0) => refused_v4(tail(g, h)),
        (0x64, 0xff9b, 1, ..) => Some("local NAT64"),
        (0x2002, ..) => refused_v4(tail(b, c)),
        (0x2001, 0, ..) => Some("Teredo"),
        (0xfd00, 0xec2, ..) => Some("a metadata service"),
        (0xfc00..=0xfdff, ..) => Some("private"),
        (0xfe80..=0xfebf, ..) => Some("link-local"),
        (0xfec0..=0xfeff, ..) => Some("site-local"),
        (0xff00..=0xffff, ..) => Some("multicast"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Option<&str>) {
        assert_eq!(
            refused_kind(address.parse().unwrap()),
            expected,
            "{address}"
        );
    }

    #[test]
    fn addresses() {
        for (address, expected) in [
            ("127.0.0.1", Some("loopback")),
            ("127.255.255.254", Some("loopback")),
            ("0.0.0.0", Some("unspecified")),
            ("0.1.2.3", Some("unspecified")),
            ("169.254.169.254", Some("link-local or a metadata service")),
            ("169.254.0.1", Some("link-local or a metadata service")),
            ("10.0.0.1", Some("private")),
            ("172.16.0.1", Some("private")),
            ("172.31.255.255", Some("private")),
            ("172.32.0.1", None),
            ("172.15.0.1", None),
            ("192.168.1.1", Some("private")),
            ("100.64.0.1", Some("shared (CGNAT)")),
            ("100.100.100.200", Some("shared (CGNAT)")),
            ("100.128.0.1", None),
            ("198.18.0.1", Some("reserved")),
            ("192.0.0.192", Some("reserved")),
            ("224.0.0.1", Some("multicast")),
            ("255.255.255.255", Some("reserved or broadcast")),
            ("240.0.0.1", Some("reserved or broadcast")),
            ("8.8.8.8", None),
            ("1.1.1.1", None),
            ("::", Some("unspecified")),
            ("::1", Some("loopback")),
            ("::ffff:127.0.0.1", Some("loopback")),
            (
                "::ffff:169.254.169.254",
                Some("link-local or a metadata service"),
            ),
            ("::ffff:10.1.2.3", Some("private")),
            ("::ffff:8.8.8.8", None),
            ("::127.0.0.1", Some("loopback")),
            ("64:ff9b::7f00:1", Some("loopback")),
            (
                "64:ff9b::a9fe:a9fe",
                Some("link-local or a metadata service"),
            ),
            ("64:ff9b:1::1", Some("local NAT64")),
            ("2002:7f00:1::", Some("loopback")),
            ("2001::1", Some("Teredo")),
            ("fe80::1", Some("link-local")),
            ("fec0::1", Some("site-local")),
            ("fc00::1", Some("private")),
            ("fd12:3456::1", Some("private")),
            ("fd00:ec2::254", Some("a metadata service")),
            ("ff02::1", Some("multicast")),
            ("2606:4700::1111", None),
        ] {
            check(address, expected);
        }
    }

    #[test]
    fn names() {
        for (name, is_refused) in [
            ("localhost", true),
            ("LOCALHOST.", true),
            ("a.localhost", true),
            ("cart.shop.svc", true),
            ("cart.shop.svc.cluster.local", true),
            ("CART.shop.SVC.cluster.local.", true),
            ("kubernetes", true),
            ("metadata.google.internal", true),
            ("printer.local", true),
            ("api.openai.com", false),
            ("mysvc.example", false),
            ("notlocalhost.example", false),
            ("8.8.8.8", false),
            ("::1", false),
        ] {
            assert_eq!(check_name(name, |_| false).is_err(), is_refused, "{name}");
            assert!(check_name(name, |_| true).is_ok(), "{name}");
        }
    }

    #[test]
    fn one_bad_address_refuses_the_name() {
        let addresses = ["8.8.8.8".parse().unwrap(), "10.0.0.1".parse().unwrap()];
        let error = check_addresses("a.example", &addresses, 80, |_| false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.example resolves to 10.0.0.1, which is private"
        );
        let allowed = check_addresses("A.example.", &addresses, 80, |name| name == "a.example");
        assert_eq!(allowed.unwrap().len(), 2);
    }
}
