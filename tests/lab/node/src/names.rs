//! The cluster's DNS: Services and the Pods behind headless ones.
//!
//! Must not know packets. Invariant: a name outside the cluster does not exist; nothing is
//! forwarded, so no test reaches the world by a name.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::runtime::reflector::ObjectRef;
use tokio::net::UdpSocket;

use crate::dns::{self, Found};
use crate::kubelet::Kubelet;
use crate::services;

/// Binds the node's port 53; the server is run by the future that is returned.
pub(crate) async fn open(kubelet: Arc<Kubelet>) -> Result<impl Future<Output = ()> + use<>> {
    let socket = UdpSocket::bind((kubelet.node_ip, 53)).await;
    let socket = socket.context("the cluster's DNS cannot listen on the node's port 53")?;
    Ok(async move {
        let find = |name: &str| find(&kubelet, name);
        if let Err(error) = dns::serve(socket, find).await {
            tracing::error!("no DNS any more: {error:#}");
        }
    })
}

fn find(kubelet: &Kubelet, name: &str) -> Found {
    let Some(name) = Name::parse(name) else {
        return Found::NoSuchName;
    };
    let services = &kubelet.cluster.services;
    let service = services.get(&ObjectRef::new(name.service).within(name.namespace));
    match service {
        Some(service) => answer(&name, &service, &kubelet.cluster.slices.state()),
        None => Found::NoSuchName,
    }
}

fn answer(name: &Name<'_>, service: &Service, slices: &[Arc<EndpointSlice>]) -> Found {
    let own = services::cluster_ip(service);
    if let (Some(address), None) = (own, name.host) {
        return Found::Addresses(vec![address]);
    }
    let mut found: BTreeSet<Ipv4Addr> = BTreeSet::new();
    for slice in slices
        .iter()
        .filter(|slice| services::is_of(slice, service))
    {
        match name.host {
            None => found.extend(services::ready(slice)),
            Some(host) => {
                let named = slice
                    .endpoints
                    .iter()
                    .filter(|e| e.hostname.as_deref() == Some(host));
                let addresses = named.flat_map(|endpoint| &endpoint.addresses);
                found.extend(addresses.filter_map(|a| a.parse::<Ipv4Addr>().ok()));
            }
        }
    }
    if found.is_empty() {
        return Found::NoSuchName;
    }
    Found::Addresses(found.into_iter().collect())
}

/// `[host.]service.namespace.svc[.cluster.local]`
#[derive(Debug, PartialEq, Eq)]
struct Name<'a> {
    host: Option<&'a str>,
    service: &'a str,
    namespace: &'a str,
}

impl<'a> Name<'a> {
    fn parse(name: &'a str) -> Option<Self> {
        let name = name.strip_suffix(".cluster.local").unwrap_or(name);
        let mut labels = name.strip_suffix(".svc")?.rsplit('.');
        let (namespace, service) = (labels.next()?, labels.next()?);
        let host = labels.next();
        if labels.next().is_some() || namespace.is_empty() || service.is_empty() {
            return None;
        }
        Some(Self {
            host,
            service,
            namespace,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services_are_taken_apart() {
        let check = |text: &str, expected: Option<(Option<&str>, &str, &str)>| {
            let name = Name::parse(text).map(|n| (n.host, n.service, n.namespace));
            assert_eq!(name, expected, "{text}");
        };
        check("web.shop.svc.cluster.local", Some((None, "web", "shop")));
        check("web.shop.svc", Some((None, "web", "shop")));
        check("db-0.db.shop.svc", Some((Some("db-0"), "db", "shop")));
        check("web.shop.svc.shop.svc.cluster.local", None);
        check("web.shop", None);
        check(".svc", None);
        check("example.com", None);
    }
}
