//! Nodes, as far as addresses of Gateways depend on them.
//!
//! Owns the two watches, on nodes and on Pods of proxies, which run only where some Gateway is reached by way of nodes.
//! Must not know what an address is for. Without the right to read nodes there is no address, and nothing else is missing.

use std::sync::Arc;

use cp_deploy::exposure::{Exposure, Node as Addresses};
use cp_deploy::name::label_value;
use cp_deploy::{GATEWAY_LABEL, MANAGED_BY, MANAGER};
use cp_translate::GatewayKey;
use futures::stream::{BoxStream, StreamExt, select_all};
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::runtime::reflector::{Store, store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tracing::warn;

use crate::failure::Failure;

/// What is known of nodes.
pub(super) struct Places {
    nodes: Store<Node>,
    pods: Vec<Store<Pod>>,
}

/// Starts to watch. The stream yields whenever something may have changed.
pub(super) fn open(
    client: &Client,
    namespaces: &[Option<Arc<str>>],
) -> (Places, BoxStream<'static, ()>) {
    let (nodes, changes) = follow(Api::all(client.clone()), watcher::Config::default());
    let mut streams = vec![changes];
    let mut pods = Vec::new();
    for namespace in namespaces {
        let api = match namespace {
            None => Api::all(client.clone()),
            Some(namespace) => Api::namespaced(client.clone(), namespace),
        };
        let config = watcher::Config::default().labels(&format!("{MANAGED_BY}={MANAGER}"));
        let (followed, changes) = follow(api, config);
        pods.push(followed);
        streams.push(changes);
    }
    (Places { nodes, pods }, select_all(streams).boxed())
}

fn follow<K>(api: Api<K>, config: watcher::Config) -> (Store<K>, BoxStream<'static, ()>)
where
    K: Resource<DynamicType = ()>
        + Clone
        + std::fmt::Debug
        + DeserializeOwned
        + Send
        + Sync
        + 'static,
{
    let (followed, writer) = store();
    let mut complaint = None;
    let changes = watcher(api, config)
        .default_backoff()
        .modify(|object| object.meta_mut().managed_fields = None)
        .reflect(writer)
        .map(move |event| {
            if let Err(error) = event {
                let error = Failure::of_watch(&error).cause;
                if complaint.as_ref() != Some(&error) {
                    warn!(kind = %K::kind(&()), error, "addresses by way of nodes are not known");
                    complaint = Some(error);
                }
            }
        });
    (followed, changes.boxed())
}

impl Places {
    /// The nodes that a Gateway is reached at.
    pub(super) fn of(&self, gateway: &GatewayKey, exposure: &Exposure) -> Vec<Addresses> {
        let mut nodes: Vec<Arc<Node>> = self.nodes.state();
        nodes.retain(|node| is_ready(node));
        if *exposure == Exposure::HostNetwork {
            let pods: Vec<Arc<Pod>> = self.pods.iter().flat_map(Store::state).collect();
            let runs = |node: &Arc<Node>| pods.iter().any(|pod| serves(pod, gateway, node));
            nodes.retain(runs);
        }
        nodes.sort_by(|left, right| left.metadata.name.cmp(&right.metadata.name));
        nodes.iter().map(|node| addresses(node)).collect()
    }
}

/// Whether the exposure depends on nodes.
pub(super) fn matter_to(exposure: &Exposure) -> bool {
    matches!(exposure, Exposure::NodePort | Exposure::HostNetwork)
}

fn is_ready(node: &Node) -> bool {
    let conditions = node
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

fn serves(pod: &Pod, gateway: &GatewayKey, node: &Node) -> bool {
    let metadata = &pod.metadata;
    let label = metadata
        .labels
        .as_ref()
        .and_then(|labels| labels.get(GATEWAY_LABEL));
    let runs_on = pod.spec.as_ref().and_then(|spec| spec.node_name.as_ref());
    let status = pod.status.as_ref();
    let mut conditions = status
        .and_then(|status| status.conditions.as_ref())
        .into_iter()
        .flatten();
    metadata.namespace.as_ref() == Some(&gateway.namespace)
        && label.is_some_and(|label| *label == label_value(&gateway.name))
        && runs_on.is_some()
        && runs_on == node.metadata.name.as_ref()
        && conditions.any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

fn addresses(node: &Node) -> Addresses {
    let all = node
        .status
        .as_ref()
        .and_then(|status| status.addresses.as_deref());
    let of = |kind: &str| {
        let found = all
            .unwrap_or_default()
            .iter()
            .filter(|address| address.type_ == kind);
        found.map(|address| address.address.clone()).collect()
    };
    Addresses {
        external: of("ExternalIP"),
        internal: of("InternalIP"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Places, matter_to};
    use cp_deploy::exposure::{Exposure, Node as Addresses};
    use cp_translate::GatewayKey;
    use k8s_openapi::api::core::v1::{Node, Pod};
    use kube::runtime::reflector::store;
    use kube::runtime::watcher::Event;
    use serde_json::{Value, json};

    fn node(name: &str, ready: &str) -> Node {
        let object = json!({"metadata": {"name": name}, "status": {
            "conditions": [{"type": "Ready", "status": ready}],
            "addresses": [{"type": "InternalIP", "address": format!("10.0.0.{}", name.len())},
                {"type": "Hostname", "address": name}]}});
        serde_json::from_value(object).expect("a node")
    }

    fn pod(name: &str, gateway: &str, on: &str, ready: &str) -> Pod {
        let labels: Value = json!({"gateway.networking.k8s.io/gateway-name": gateway});
        let object = json!({"metadata": {"name": name, "namespace": "ns", "labels": labels},
            "spec": {"nodeName": on, "containers": []},
            "status": {"conditions": [{"type": "Ready", "status": ready}]}});
        serde_json::from_value(object).expect("a Pod")
    }

    #[test]
    fn which_nodes_count() {
        let (nodes, mut writer) = store();
        for node in [node("aa", "True"), node("a", "True"), node("aaa", "False")] {
            writer.apply_watcher_event(&Event::Apply(node));
        }
        let (pods, mut writer) = store();
        for pod in [
            pod("1", "gw", "aa", "True"),
            pod("2", "gw", "a", "False"),
            pod("3", "other", "a", "True"),
            pod("4", "gw", "aaa", "True"),
        ] {
            writer.apply_watcher_event(&Event::Apply(pod));
        }
        let places = Places {
            nodes,
            pods: vec![pods],
        };
        let check = |exposure: Exposure, expected: &[&str]| {
            let found = places.of(&GatewayKey::new("ns", "gw"), &exposure);
            let internal: Vec<&str> = found
                .iter()
                .flat_map(|Addresses { internal, .. }| internal.iter().map(String::as_str))
                .collect();
            assert_eq!(internal, expected, "{exposure:?}");
            assert!(matter_to(&exposure));
        };
        check(Exposure::NodePort, &["10.0.0.1", "10.0.0.2"]);
        check(Exposure::HostNetwork, &["10.0.0.2"]);
        assert!(!matter_to(&Exposure::LoadBalancer));
    }
}
