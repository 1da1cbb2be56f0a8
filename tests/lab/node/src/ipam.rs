//! Addresses: a network, and who holds which address of it.
//!
//! Must not know what an address is used for. Invariant: no address is given twice while it is
//! held, and the network's first and last addresses are never given.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// An address with the length of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cidr {
    pub(crate) address: Ipv4Addr,
    pub(crate) length: u8,
}

/// Addresses of one network and their holders.
#[derive(Debug)]
pub(crate) struct Pool {
    network: Cidr,
    held: BTreeMap<u32, String>,
    reserved: BTreeSet<u32>,
    // Addresses are not given again at once: a late packet for the last holder would reach the next.
    cursor: u32,
}

/// Why an address cannot be given.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unavailable {
    #[error("{0} is not an address of {1} that can be given")]
    Outside(Ipv4Addr, Cidr),
    #[error("{0} is held by {1}")]
    Held(Ipv4Addr, String),
    #[error("no address of {0} is free")]
    Exhausted(Cidr),
}

// === impl Cidr ===

impl Cidr {
    fn mask(self) -> u32 {
        u32::MAX
            .checked_shl(32 - u32::from(self.length))
            .unwrap_or(0)
    }

    pub(crate) fn first(self) -> u32 {
        u32::from(self.address) & self.mask()
    }

    pub(crate) fn last(self) -> u32 {
        self.first() | !self.mask()
    }

    /// The network itself, without the host part of the address.
    pub(crate) fn network(self) -> Self {
        Self {
            address: Ipv4Addr::from(self.first()),
            length: self.length,
        }
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no network: write it like 10.244.0.1/16");
        let (address, length) = text.split_once('/').ok_or_else(wrong)?;
        let address = address.parse().map_err(|_| wrong())?;
        let length: u8 = length.parse().map_err(|_| wrong())?;
        if !(8..=30).contains(&length) {
            return Err(format!("`{text}`: the length must be between 8 and 30"));
        }
        Ok(Self { address, length })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

// === impl Pool ===

impl Pool {
    pub(crate) fn new(network: Cidr, reserved: &[Ipv4Addr]) -> Self {
        let reserved = reserved.iter().copied().map(u32::from);
        Self {
            network: network.network(),
            held: BTreeMap::new(),
            reserved: reserved.chain([network.first(), network.last()]).collect(),
            cursor: network.first(),
        }
    }

    /// The next free address.
    pub(crate) fn take(&mut self, holder: &str) -> Result<Ipv4Addr, Unavailable> {
        let after = (self.cursor + 1)..=self.network.last();
        let before = self.network.first()..=self.cursor;
        let free = after
            .chain(before)
            .find(|n| !self.held.contains_key(n) && !self.reserved.contains(n))
            .ok_or(Unavailable::Exhausted(self.network))?;
        self.cursor = free;
        self.held.insert(free, holder.to_owned());
        Ok(Ipv4Addr::from(free))
    }

    /// This address and no other; asking again for what one holds is fine.
    pub(crate) fn claim(&mut self, address: Ipv4Addr, holder: &str) -> Result<(), Unavailable> {
        let number = u32::from(address);
        let inside = (self.network.first()..=self.network.last()).contains(&number);
        if !inside || self.reserved.contains(&number) {
            return Err(Unavailable::Outside(address, self.network));
        }
        match self.held.get(&number) {
            Some(other) if other != holder => Err(Unavailable::Held(address, other.clone())),
            Some(_) => Ok(()),
            None => {
                self.held.insert(number, holder.to_owned());
                Ok(())
            }
        }
    }

    pub(crate) fn release(&mut self, address: Ipv4Addr) {
        self.held.remove(&u32::from(address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().expect("a network")
    }

    #[test]
    fn networks_are_read_and_printed() {
        assert_eq!(cidr("10.244.0.1/16").network().to_string(), "10.244.0.0/16");
        assert_eq!(
            cidr("10.0.3.9/30").last(),
            u32::from(Ipv4Addr::new(10, 0, 3, 11))
        );
        for wrong in [
            "",
            "10.0.0.1",
            "10.0.0/8",
            "10.0.0.1/33",
            "10.0.0.1/31",
            "a/8",
        ] {
            assert!(wrong.parse::<Cidr>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_given_once_and_the_gateway_never() {
        let mut pool = Pool::new(cidr("10.0.0.1/29"), &[Ipv4Addr::new(10, 0, 0, 1)]);
        let given: Vec<String> = (2..=6)
            .map(|n| pool.take(&n.to_string()).expect("free").to_string())
            .collect();
        assert_eq!(
            given,
            ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"]
        );
        assert!(matches!(pool.take("late"), Err(Unavailable::Exhausted(_))));
        pool.release(Ipv4Addr::new(10, 0, 0, 3));
        assert_eq!(pool.take("late"), Ok(Ipv4Addr::new(10, 0, 0, 3)));
    }

    #[test]
    fn a_released_address_rests_before_it_is_given_again() {
        let mut pool = Pool::new(cidr("10.0.0.1/29"), &[]);
        let first = pool.take("a").expect("free");
        pool.release(first);
        assert_ne!(pool.take("b").expect("free"), first);
    }

    #[test]
    fn a_named_address_is_given_or_refused_with_the_reason() {
        let mut pool = Pool::new(cidr("10.245.0.0/24"), &[]);
        let wish = Ipv4Addr::new(10, 245, 0, 7);
        assert_eq!(pool.claim(wish, "a/b"), Ok(()));
        assert_eq!(pool.claim(wish, "a/b"), Ok(()));
        assert_eq!(
            pool.claim(wish, "c/d"),
            Err(Unavailable::Held(wish, "a/b".into()))
        );
        let outside = Ipv4Addr::new(192, 0, 2, 1);
        assert!(matches!(
            pool.claim(outside, "c/d"),
            Err(Unavailable::Outside(..))
        ));
        let network = Ipv4Addr::new(10, 245, 0, 0);
        assert!(matches!(
            pool.claim(network, "c/d"),
            Err(Unavailable::Outside(..))
        ));
    }
}
