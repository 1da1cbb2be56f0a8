//! The endpoints of a cluster that may be used now.
//!
//! Owns priority, health, locality weights and the expansion of host names into addresses. Must not choose.
//! Invariant: a priority is used as a whole, and only where every better one has no usable endpoint.

use std::{
    net::{IpAddr, SocketAddr},
    rc::Rc,
    sync::Arc,
};

use dp_config::{
    Cluster, Config, Endpoints,
    cluster::AddressFamilies,
    endpoint::{Endpoint as Declared, EndpointAddress, Health, Locality},
};

use super::{Member, PickError, Upstream, transport::transport};
use crate::{
    pool::{Protocol, RequestBody},
    resolve::Addresses,
};

/// Host names with the addresses that the members were made from, and the members.
type Expanded<B> = (Vec<(Arc<str>, Option<Addresses>)>, Vec<Member<B>>);

impl<B: RequestBody> Upstream<B> {
    pub(super) async fn members(
        &self,
        config: &Config,
        cluster: &Arc<Cluster>,
        endpoints: &Endpoints,
        protocol: Protocol,
    ) -> Result<Expanded<B>, PickError> {
        let (mut names, mut members) = (Vec::new(), Vec::new());
        let mut unresolved = None;
        for (declared, weight) in usable(endpoints) {
            let (host, addresses, port) = match &declared.address {
                EndpointAddress::Socket(address) => (
                    address.ip().to_string().into(),
                    vec![address.ip()],
                    address.port(),
                ),
                EndpointAddress::Name(name, port) => match self.resolver.resolve(name).await {
                    Ok(resolved) => {
                        let chosen = of_families(&resolved, cluster.families);
                        names.push((name.clone(), Some(resolved)));
                        (name.clone(), chosen, *port)
                    }
                    Err(error) => {
                        // The other endpoints serve meanwhile.
                        names.push((name.clone(), None));
                        unresolved = Some(error);
                        continue;
                    }
                },
            };
            let host = declared.hostname.clone().unwrap_or(host);
            let transport =
                transport(config, cluster, protocol, &host).map_err(|source| PickError::Tls {
                    cluster: cluster.name.clone(),
                    source,
                })?;
            let hostname = match &declared.address {
                EndpointAddress::Socket(_) => declared.hostname.clone(),
                EndpointAddress::Name(..) => Some(host),
            };
            let sockets: Rc<[SocketAddr]> = addresses
                .iter()
                .map(|&ip| SocketAddr::new(ip, port))
                .collect();
            let primary = primary(&sockets, cluster.families);
            members.extend(primary.iter().map(|&address| Member {
                endpoint: self.pools.endpoint(address, &transport),
                hostname: hostname.clone(),
                fallbacks: if sockets.len() > 1 {
                    sockets.clone()
                } else {
                    Rc::default()
                },
                weight,
            }));
        }
        match unresolved {
            Some(error) if members.is_empty() => Err(error.into()),
            Some(_) | None => Ok((names, members)),
        }
    }
}

/// The endpoints of the best priority that has a usable one, with their weights: healthy ones, else degraded.
fn usable(endpoints: &Endpoints) -> Vec<(&Declared, u32)> {
    let mut priorities: Vec<u32> = endpoints.localities.iter().map(|l| l.priority).collect();
    priorities.sort_unstable();
    priorities.dedup();
    for health in [Health::Healthy, Health::Degraded] {
        for &priority in &priorities {
            let of_priority = endpoints
                .localities
                .iter()
                .filter(|l| l.priority == priority);
            let found: Vec<_> = of_priority.flat_map(|l| weighted(l, health)).collect();
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

/// The endpoints of a locality in some health. Where localities are weighed, they divide the locality's weight.
fn weighted(locality: &Locality, health: Health) -> Vec<(&Declared, u32)> {
    /// Keeps fractions when a locality's weight is divided.
    const SCALE: u64 = 1_000;
    let declared = || {
        locality
            .endpoints
            .iter()
            .filter(move |e| e.health == health)
    };
    let total: u64 = declared().map(|e| u64::from(e.weight)).sum();
    let weight = |endpoint: &Declared| match locality.weight {
        None => endpoint.weight,
        Some(0) => 0,
        Some(weight) => {
            let share = u64::from(weight) * SCALE * u64::from(endpoint.weight);
            u32::try_from(share.checked_div(total).unwrap_or(0).max(1)).unwrap_or(u32::MAX)
        }
    };
    declared().map(|e| (e, weight(e))).collect()
}

fn of_families(addresses: &[IpAddr], families: AddressFamilies) -> Vec<IpAddr> {
    let mut chosen: Vec<IpAddr> = addresses
        .iter()
        .copied()
        .filter(|address| match families {
            AddressFamilies::V4Only => address.is_ipv4(),
            AddressFamilies::V6Only => address.is_ipv6(),
            AddressFamilies::PreferV4 | AddressFamilies::PreferV6 | AddressFamilies::All => true,
        })
        .collect();
    chosen.sort_by_key(|address| match families {
        AddressFamilies::PreferV6 => address.is_ipv4(),
        AddressFamilies::PreferV4
        | AddressFamilies::V4Only
        | AddressFamilies::V6Only
        | AddressFamilies::All => address.is_ipv6(),
    });
    chosen
}

/// The addresses that are balanced over: those of the preferred family where there is one. The others are
/// fallbacks, since a family that the network does not carry must not get a share of the requests.
fn primary(sockets: &[SocketAddr], families: AddressFamilies) -> Vec<SocketAddr> {
    let is_first = |address: &&SocketAddr| match (families, sockets.first()) {
        (AddressFamilies::All, _) | (_, None) => true,
        (
            AddressFamilies::PreferV4
            | AddressFamilies::PreferV6
            | AddressFamilies::V4Only
            | AddressFamilies::V6Only,
            Some(first),
        ) => first.is_ipv4() == address.is_ipv4(),
    };
    sockets.iter().filter(is_first).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(port: u16, weight: u32, health: Health) -> Declared {
        Declared {
            address: EndpointAddress::Socket(SocketAddr::from(([127, 0, 0, 1], port))),
            hostname: None,
            weight,
            health,
        }
    }

    fn locality(priority: u32, weight: Option<u32>, endpoints: Vec<Declared>) -> Locality {
        Locality {
            region: String::new(),
            zone: String::new(),
            priority,
            weight,
            endpoints,
        }
    }

    #[track_caller]
    fn check(localities: Vec<Locality>, expected: &[(u16, u32)]) {
        let endpoints = Endpoints {
            name: "c".into(),
            localities,
        };
        let found: Vec<(u16, u32)> = usable(&endpoints)
            .into_iter()
            .map(|(declared, weight)| match &declared.address {
                EndpointAddress::Socket(address) => (address.port(), weight),
                EndpointAddress::Name(_, port) => (*port, weight),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_best_priority_with_a_usable_endpoint_serves() {
        use Health::{Degraded, Draining, Healthy, Unhealthy};
        check(
            vec![
                locality(
                    0,
                    None,
                    vec![endpoint(1, 1, Unhealthy), endpoint(2, 1, Draining)],
                ),
                locality(
                    1,
                    None,
                    vec![endpoint(3, 2, Healthy), endpoint(4, 1, Degraded)],
                ),
                locality(1, None, vec![endpoint(5, 1, Healthy)]),
                locality(2, None, vec![endpoint(6, 1, Healthy)]),
            ],
            &[(3, 2), (5, 1)],
        );
        check(
            vec![locality(0, None, vec![endpoint(1, 1, Degraded)])],
            &[(1, 1)],
        );
        check(
            vec![locality(0, None, vec![endpoint(1, 1, Unhealthy)])],
            &[],
        );
        check(vec![], &[]);
    }

    #[test]
    fn localities_divide_their_weight() {
        use Health::Healthy;
        check(
            vec![
                locality(
                    0,
                    Some(3),
                    vec![endpoint(1, 1, Healthy), endpoint(2, 1, Healthy)],
                ),
                locality(0, Some(1), vec![endpoint(3, 1, Healthy)]),
                locality(0, Some(0), vec![endpoint(4, 1, Healthy)]),
            ],
            &[(1, 1500), (2, 1500), (3, 1000), (4, 0)],
        );
    }

    #[test]
    fn families() {
        let all: Vec<IpAddr> = ["::1", "127.0.0.1", "::2"]
            .iter()
            .map(|a| a.parse().unwrap())
            .collect();
        let count = |families, expected_all, expected_primary| {
            let chosen = of_families(&all, families);
            let sockets: Vec<_> = chosen.iter().map(|&ip| SocketAddr::new(ip, 80)).collect();
            assert_eq!(
                (chosen.len(), primary(&sockets, families).len()),
                (expected_all, expected_primary)
            );
        };
        count(AddressFamilies::PreferV4, 3, 1);
        count(AddressFamilies::PreferV6, 3, 2);
        count(AddressFamilies::V4Only, 1, 1);
        count(AddressFamilies::V6Only, 2, 2);
        count(AddressFamilies::All, 3, 3);
    }
}
