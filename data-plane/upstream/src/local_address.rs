//! Addresses that a provider whose URL is a tenant's word may not have (llm.md 0.6).
//!
//! Owns what is "on this machine or its link". Must not refuse a cluster's own network: models run there. Invariant: what
//! is not refused here is at most somebody else's machine.

use std::net::{IpAddr, Ipv4Addr};

use crate::forward_proxy::refused_kind;

/// Metadata services inside networks that are otherwise fine: Alibaba's.
const METADATA: [Ipv4Addr; 1] = [Ipv4Addr::new(100, 100, 100, 200)];

/// Names the kind of an address that leads to this machine, its link or a metadata service.
pub fn kind(address: IpAddr) -> Option<&'static str> {
    let address = address.to_canonical();
    let is_metadata = METADATA.iter().any(|own| IpAddr::V4(*own) == address);
    match refused_kind(address)? {
        _ if is_metadata => Some("a metadata service"),
        "private" | "shared (CGNAT)" => None,
        kind => Some(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn clusters_are_reached_and_this_machine_is_not() {
        for address in [
            "127.0.0.1",
            "127.8.9.10",
            "0.0.0.0",
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "224.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:100.100.100.200",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "fe80::1",
            "fd00:ec2::254",
        ] {
            assert!(kind(address.parse().unwrap()).is_some(), "{address}");
        }
        for address in [
            "10.96.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "100.64.0.1",
            "8.8.8.8",
            "fd12:3456::1",
            "2606:4700::1111",
            "::ffff:10.0.0.1",
        ] {
            assert_eq!(kind(address.parse().unwrap()), None, "{address}");
        }
    }
}
