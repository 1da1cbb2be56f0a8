//! Addresses for Services of type LoadBalancer, each held by one ready Pod.
//!
//! The Pod gets the address on its own link and the node routes it there, so nothing is translated
//! and the Pod must listen on the Service's port. Must not know what Pods serve. Invariant: an
//! address has one holder; it stays with a holder that is ready.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::api::{Patch, PatchParams};
use kube::runtime::events::EventType;
use kube::{Api, Resource, ResourceExt};
use serde_json::json;
use tokio::time::sleep;

use crate::ipam::Pool;
use crate::kubelet::{Kubelet, Running, TOGETHER};
use crate::{pod, services};

/// All Services of type LoadBalancer.
pub(crate) struct LoadBalancer {
    kubelet: Arc<Kubelet>,
    pool: Pool,
    held: BTreeMap<String, Held>,
    told: BTreeMap<String, String>,
}

struct Held {
    address: Ipv4Addr,
    owner: Option<(String, Arc<Running>)>,
}

impl LoadBalancer {
    pub(crate) fn new(kubelet: Arc<Kubelet>, pool: Pool) -> Self {
        Self {
            kubelet,
            pool,
            held: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// Follows Services and Pods; never returns.
    pub(crate) async fn run(mut self) {
        let mut changes = self.kubelet.cluster.changes();
        loop {
            changes.mark_unchanged();
            self.reconcile().await;
            if changes.changed().await.is_err() {
                return;
            }
            sleep(TOGETHER).await;
        }
    }

    async fn reconcile(&mut self) {
        let services = self.kubelet.cluster.services.state();
        let wanted: Vec<_> = services.into_iter().filter(|s| is_wanted(s)).collect();
        let keys: BTreeSet<String> = wanted.iter().map(|s| pod::key(&**s)).collect();
        let gone: Vec<_> = self
            .held
            .keys()
            .filter(|k| !keys.contains(*k))
            .cloned()
            .collect();
        for key in gone {
            self.give_up(&key).await;
        }
        self.told.retain(|key, _| keys.contains(key));
        // Whoever has an address keeps it before others are served.
        let (with, without): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|service| current(service).is_some());
        for service in with.into_iter().chain(without) {
            if let Err(error) = self.one(&service).await {
                tracing::warn!(service = pod::key(&*service), "no address: {error:#}");
            }
        }
    }

    async fn one(&mut self, service: &Service) -> Result<()> {
        let key = pod::key(service);
        let wish = wish(service);
        if self
            .held
            .get(&key)
            .is_some_and(|held| wish.is_some_and(|w| w != held.address))
        {
            self.give_up(&key).await;
        }
        if !self.held.contains_key(&key) {
            let given = match wish.or(current(service)) {
                Some(address) => self.pool.claim(address, &key).map(|()| address),
                None => self.pool.take(&key),
            };
            match given {
                Ok(address) => {
                    self.held.insert(
                        key.clone(),
                        Held {
                            address,
                            owner: None,
                        },
                    );
                }
                Err(error) => {
                    self.refuse(service, &key, error.to_string()).await;
                    return self.publish(service, None).await;
                }
            }
        }
        self.told.remove(&key);
        let address = self.held.get(&key).map(|held| held.address);
        if services::is_relayed(service) {
            // `services` listens on it, and spreads over all ready Pods.
            self.kubelet
                .network
                .own(address.context("no address")?)
                .await?;
        } else {
            self.place(service, &key).await?;
        }
        self.publish(service, address).await
    }

    /// Lets the address follow a ready Pod.
    async fn place(&mut self, service: &Service, key: &str) -> Result<()> {
        let pods = self.kubelet.cluster.pods.state();
        let Some(held) = self.held.get_mut(key) else {
            return Ok(());
        };
        let before = held.owner.as_ref().map(|(uid, _)| uid.as_str());
        let next = owner(service, &pods, before);
        if next.as_deref() == before {
            return Ok(());
        }
        if let Some((_, running)) = held.owner.take() {
            take_back(&self.kubelet, &running, held.address).await;
        }
        let running = next
            .as_ref()
            .and_then(|uid| self.kubelet.pods().get(uid).cloned());
        if let (Some(uid), Some(running)) = (next, running) {
            match running.wire.get() {
                Some(wire) => wire.lend(held.address).await?,
                None => self.kubelet.network.own(held.address).await?,
            }
            tracing::info!(service = key, address = %held.address, pod = running.view.key, "held by");
            held.owner = Some((uid, running));
        }
        Ok(())
    }

    async fn give_up(&mut self, key: &str) {
        if let Some(held) = self.held.remove(key) {
            match held.owner {
                Some((_, running)) => take_back(&self.kubelet, &running, held.address).await,
                // Where it was relayed, it is the node's own; elsewhere there is nothing to do.
                None => {
                    let _ = self.kubelet.network.disown(held.address).await;
                }
            }
            self.pool.release(held.address);
        }
    }

    async fn refuse(&mut self, service: &Service, key: &str, message: String) {
        if self.told.get(key) != Some(&message) {
            let about = service.object_ref(&());
            let cluster = &self.kubelet.cluster;
            cluster
                .tell(
                    &about,
                    EventType::Warning,
                    "AllocationFailed",
                    message.clone(),
                )
                .await;
            self.told.insert(key.to_owned(), message);
        }
    }

    async fn publish(&self, service: &Service, address: Option<Ipv4Addr>) -> Result<()> {
        if current(service) == address {
            return Ok(());
        }
        let ingress: Vec<_> = address
            .iter()
            .map(|ip| json!({"ip": ip.to_string(), "ipMode": "VIP"}))
            .collect();
        let patch = json!({"status": {"loadBalancer": {"ingress": ingress}}});
        let namespace = service.namespace().unwrap_or_default();
        let services = Api::<Service>::namespaced(self.kubelet.cluster.client.clone(), &namespace);
        let name = service.name_any();
        services
            .patch_status(&name, &PatchParams::default(), &Patch::Merge(&patch))
            .await?;
        Ok(())
    }
}

async fn take_back(kubelet: &Kubelet, running: &Running, address: Ipv4Addr) {
    let result = match running.wire.get() {
        Some(wire) => wire.take_back(address).await,
        None => kubelet.network.disown(address).await,
    };
    if let Err(error) = result {
        // Usual where the Pod went away, and its link with it.
        tracing::debug!(%address, "not taken back: {error:#}");
    }
}

fn is_wanted(service: &Service) -> bool {
    let spec = service.spec.as_ref();
    spec.and_then(|s| s.type_.as_deref()) == Some("LoadBalancer")
        && spec.is_some_and(|s| s.load_balancer_class.is_none())
        && service.metadata.deletion_timestamp.is_none()
}

fn wish(service: &Service) -> Option<Ipv4Addr> {
    let wish = service.spec.as_ref()?.load_balancer_ip.as_deref()?;
    // What is no address cannot be given, and is refused as such.
    (!wish.is_empty()).then(|| wish.parse().unwrap_or(Ipv4Addr::UNSPECIFIED))
}

fn current(service: &Service) -> Option<Ipv4Addr> {
    let balancer = service.status.as_ref()?.load_balancer.as_ref()?;
    balancer
        .ingress
        .as_ref()?
        .first()?
        .ip
        .as_ref()?
        .parse()
        .ok()
}

/// The uid of the Pod that should hold a Service's address.
fn owner(service: &Service, pods: &[Arc<Pod>], before: Option<&str>) -> Option<String> {
    let selector = service
        .spec
        .as_ref()?
        .selector
        .as_ref()
        .filter(|s| !s.is_empty())?;
    let candidates: Vec<&Arc<Pod>> = pods
        .iter()
        .filter(|pod| pod.metadata.namespace == service.metadata.namespace)
        .filter(|pod| selector.iter().all(|(k, v)| pod.labels().get(k) == Some(v)))
        .filter(|pod| is_ready(pod))
        .collect();
    let stays = |pod: &&&Arc<Pod>| pod.metadata.uid.as_deref() == before;
    let living = |pod: &&&Arc<Pod>| pod.metadata.deletion_timestamp.is_none();
    let order = |pod: &&&Arc<Pod>| (pod.metadata.creation_timestamp.clone(), pod.name_any());
    let chosen = candidates
        .iter()
        .find(|pod| stays(pod) && living(pod))
        .or_else(|| candidates.iter().filter(living).min_by_key(order))
        // Better one that is on its way out than none.
        .or_else(|| candidates.iter().find(stays));
    chosen?.uid()
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|s| s.conditions.as_deref());
    let ready =
        |c: &k8s_openapi::api::core::v1::PodCondition| c.type_ == "Ready" && c.status == "True";
    conditions.unwrap_or_default().iter().any(ready)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pods(list: &[(&str, bool, bool)]) -> Vec<Arc<Pod>> {
        let pod = |(name, ready, leaving): &(&str, bool, bool)| {
            let mut meta = json!({"name": name, "namespace": "a", "uid": name,
                "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": "web"}});
            if *leaving {
                meta["deletionTimestamp"] = json!("2026-01-02T00:00:00Z");
            }
            let ready = if *ready { "True" } else { "False" };
            let pod = json!({"metadata": meta, "spec": {"containers": []},
                "status": {"conditions": [{"type": "Ready", "status": ready}]}});
            Arc::new(serde_json::from_value(pod).expect("a Pod"))
        };
        list.iter().map(pod).collect()
    }

    #[track_caller]
    fn check(list: &[(&str, bool, bool)], before: Option<&str>, expected: Option<&str>) {
        let service = serde_json::from_value(json!({
            "metadata": {"name": "s", "namespace": "a"}, "spec": {"selector": {"app": "web"}}
        }))
        .expect("a Service");
        assert_eq!(owner(&service, &pods(list), before).as_deref(), expected);
    }

    #[test]
    fn an_address_stays_with_a_ready_pod_and_moves_when_it_must() {
        let (ready, unready, leaving) = (true, false, true);
        check(&[], None, None);
        check(&[("b", ready, false), ("a", ready, false)], None, Some("a"));
        check(
            &[("b", ready, false), ("a", ready, false)],
            Some("b"),
            Some("b"),
        );
        check(
            &[("b", unready, false), ("a", ready, false)],
            Some("b"),
            Some("a"),
        );
        check(
            &[("b", ready, leaving), ("a", ready, false)],
            Some("b"),
            Some("a"),
        );
        check(
            &[("b", ready, leaving), ("a", unready, false)],
            Some("b"),
            Some("b"),
        );
        check(&[("b", ready, leaving)], None, None);
        check(&[("a", unready, false)], Some("a"), None);
    }

    #[test]
    fn a_wish_is_read_strictly() {
        let service = |ip: &str| {
            serde_json::from_value(json!({"spec": {"loadBalancerIP": ip}})).expect("a Service")
        };
        assert_eq!(
            wish(&service("10.245.0.7")),
            Some(Ipv4Addr::new(10, 245, 0, 7))
        );
        assert_eq!(wish(&service("nonsense")), Some(Ipv4Addr::UNSPECIFIED));
        assert_eq!(wish(&service("")), None);
    }
}
