//! Names of the lab: `SERVICE.NAMESPACE.svc.cluster.local` leads to the Service's ready endpoints.
//!
//! Owns the answer to a question. Must not be taken for a cluster's DNS: there is no proxy for virtual addresses in the
//! lab, so every Service answers as a headless one, and nothing outside the cluster has a name.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{Api, ListParams};
use nix::mount::MsFlags;
use tokio::net::UdpSocket;

use crate::child;

/// Seconds that an answer may be kept: Pods come and go.
const TTL: u32 = 1;
/// The resolver configuration of everything in the lab.
const RESOLVER: &str = "nameserver 10.244.0.1\nsearch cluster.local\noptions ndots:4\n";

/// Starts answering, and makes the lab ask here.
pub(crate) async fn start(client: kube::Client, resolver: &Path) -> Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 53)).await?;
    std::fs::write(resolver, RESOLVER)?;
    let none: Option<&str> = None;
    nix::mount::mount(
        Some(resolver),
        "/etc/resolv.conf",
        none,
        MsFlags::MS_BIND,
        none,
    )
    .context("/etc/resolv.conf of the lab")?;
    let socket = Arc::new(socket);
    child::task("dns", async move {
        let mut buffer = [0; 1500];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let question = buffer.get(..length).unwrap_or_default().to_vec();
            let (client, socket) = (client.clone(), socket.clone());
            child::task("dns answer", async move {
                if let Some(answer) = answer(&client, &question).await {
                    let _ = socket.send_to(&answer, peer).await;
                }
            });
        }
    });
    Ok(())
}

async fn answer(client: &kube::Client, question: &[u8]) -> Option<Vec<u8>> {
    let question = Message::from_vec(question).ok()?;
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata.authoritative = true;
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    for query in question.queries {
        let name = query.name().to_ascii().to_ascii_lowercase();
        let found = match service(&name) {
            None => None,
            Some((service, namespace)) => addresses(client, service, namespace).await,
        };
        match found {
            None => answer.metadata.response_code = ResponseCode::NXDomain,
            Some(found) if query.query_type() == RecordType::A => {
                let record =
                    |address| Record::from_rdata(query.name().clone(), TTL, RData::A(A(address)));
                answer.add_answers(found.into_iter().map(record));
            }
            // No other records, but the name exists.
            Some(_) => {}
        }
        answer.add_query(query);
    }
    answer.to_vec().ok()
}

/// Service and namespace of a name of the cluster.
fn service(name: &str) -> Option<(&str, &str)> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let name = name.strip_suffix(".cluster.local")?;
    name.strip_suffix(".svc")?.split_once('.')
}

async fn addresses(client: &kube::Client, service: &str, namespace: &str) -> Option<Vec<Ipv4Addr>> {
    let api: Api<EndpointSlice> = Api::namespaced(client.clone(), namespace);
    let of = ListParams::default().labels(&format!("kubernetes.io/service-name={service}"));
    let slices = api.list(&of).await.ok()?.items;
    if slices.is_empty() {
        return None;
    }
    let is_ready = |endpoint: &k8s_openapi::api::discovery::v1::Endpoint| {
        let conditions = endpoint.conditions.as_ref();
        conditions.and_then(|conditions| conditions.ready) != Some(false)
    };
    let ready = slices
        .iter()
        .flat_map(|slice| &slice.endpoints)
        .filter(|endpoint| is_ready(endpoint))
        .flat_map(|endpoint| &endpoint.addresses);
    Some(ready.filter_map(|address| address.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::service;

    #[test]
    fn names_of_services() {
        assert_eq!(service("a.b.svc.cluster.local."), Some(("a", "b")));
        assert_eq!(service("a.b.svc.cluster.local"), Some(("a", "b")));
        assert_eq!(service("a.b.svc."), None);
        assert_eq!(service("a.svc.cluster.local."), None);
        assert_eq!(service("example.com."), None);
    }
}
