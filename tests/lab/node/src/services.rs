//! Services' own addresses: a relay in user space for ClusterIP, NodePort and relayed VIPs.
//!
//! TCP only; the Pod sees the node's address as the client's. Must not know how an address is
//! chosen. Invariant: a port is listened on exactly while somebody ready is behind it, so a
//! Service without Pods refuses connections, and an open connection keeps the Pod it has.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::ResourceExt;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use crate::kubelet::{Kubelet, TOGETHER};
use crate::pod;
use crate::relay::{Shape, splice};

/// A Service whose VIP is relayed says so with this annotation.
const RELAYED: (&str, &str) = ("lab-node/vip", "relay");
/// Ports of a Service, with commas between, at which nobody listens: a Pod on the node's network may want them on all
/// addresses.
const UNSERVED: &str = "lab-node/unserved-ports";

const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// All relays.
pub(crate) struct Services {
    kubelet: Arc<Kubelet>,
    api_server: Option<SocketAddrV4>,
    open: BTreeMap<SocketAddrV4, (watch::Sender<Vec<SocketAddrV4>>, JoinHandle<()>)>,
    addresses: BTreeSet<Ipv4Addr>,
}

/// Whether the VIP of a LoadBalancer Service is a relay instead of an address of a Pod.
pub(crate) fn is_relayed(service: &Service) -> bool {
    service
        .annotations()
        .get(RELAYED.0)
        .is_some_and(|value| value == RELAYED.1)
}

fn is_unserved(service: &Service, port: &ServicePort) -> bool {
    let ports = service.annotations().get(UNSERVED);
    ports.is_some_and(|ports| {
        ports
            .split(',')
            .any(|it| it.trim() == port.port.to_string())
    })
}

impl Services {
    pub(crate) fn new(kubelet: Arc<Kubelet>, api_server: Option<SocketAddrV4>) -> Self {
        Self {
            kubelet,
            api_server,
            open: BTreeMap::new(),
            addresses: BTreeSet::new(),
        }
    }

    /// Follows Services and EndpointSlices; never returns.
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
        let slices = self.kubelet.cluster.slices.state();
        let mut wanted = BTreeMap::new();
        for service in &services {
            for port in service.spec.iter().flat_map(|s| s.ports.iter().flatten()) {
                let mut behind = backends(service, port, &slices);
                if behind.is_empty() && pod::key(&**service) == "default/kubernetes" {
                    behind.extend(self.api_server);
                }
                if behind.is_empty() || port.protocol.as_deref().is_some_and(|p| p != "TCP") {
                    continue;
                }
                for at in fronts(service, port, self.kubelet.node_ip) {
                    wanted.insert(at, behind.clone());
                }
            }
        }
        self.own(&services).await;
        self.open.retain(|at, (_, task)| {
            let stays = wanted.contains_key(at);
            if !stays {
                task.abort();
            }
            stays
        });
        for (at, behind) in wanted {
            if let Some((sender, _)) = self.open.get(&at) {
                sender.send_if_modified(|held| {
                    let changed = *held != behind;
                    *held = behind;
                    changed
                });
                continue;
            }
            match TcpListener::bind(at).await {
                Ok(listener) => {
                    let (sender, receiver) = watch::channel(behind);
                    let task = self.kubelet.tasks.spawn(accept(listener, receiver));
                    self.open.insert(at, (sender, task));
                }
                Err(error) => tracing::warn!(%at, %error, "a Service cannot be relayed"),
            }
        }
    }

    /// ClusterIPs are addresses of the node.
    async fn own(&mut self, services: &[Arc<Service>]) {
        let now: BTreeSet<Ipv4Addr> = services.iter().filter_map(|s| cluster_ip(s)).collect();
        let network = &self.kubelet.network;
        for address in now.difference(&self.addresses) {
            if let Err(error) = network.own(*address).await {
                tracing::warn!(%address, "no ClusterIP: {error:#}");
            }
        }
        for address in self.addresses.difference(&now) {
            let _ = network.disown(*address).await;
        }
        self.addresses = now;
    }
}

/// The ClusterIP of a Service that has one.
pub(crate) fn cluster_ip(service: &Service) -> Option<Ipv4Addr> {
    service.spec.as_ref()?.cluster_ip.as_ref()?.parse().ok()
}

/// Where a port of a Service is reached by relay.
fn fronts(service: &Service, port: &ServicePort, node: Ipv4Addr) -> Vec<SocketAddrV4> {
    let number = |port: i32| u16::try_from(port).ok().filter(|port| *port > 0);
    let mut fronts = Vec::new();
    if is_unserved(service, port) {
        return fronts;
    }
    if let Some(own) = number(port.port) {
        let vip = service
            .status
            .as_ref()
            .and_then(|s| s.load_balancer.as_ref());
        let vip = vip.and_then(|b| b.ingress.as_ref()?.first()?.ip.as_ref()?.parse().ok());
        let vip = vip.filter(|_| is_relayed(service));
        fronts.extend(
            cluster_ip(service)
                .into_iter()
                .chain(vip)
                .map(|ip| SocketAddrV4::new(ip, own)),
        );
    }
    fronts.extend(
        port.node_port
            .and_then(number)
            .map(|port| SocketAddrV4::new(node, port)),
    );
    fronts
}

/// Ready endpoints of a Service, as the API server knows them.
pub(crate) fn backends(
    service: &Service,
    port: &ServicePort,
    slices: &[Arc<EndpointSlice>],
) -> Vec<SocketAddrV4> {
    let mut found = BTreeSet::new();
    for slice in slices.iter().filter(|slice| is_of(slice, service)) {
        let named = |p: &&k8s_openapi::api::discovery::v1::EndpointPort| {
            p.name.as_deref().unwrap_or_default() == port.name.as_deref().unwrap_or_default()
        };
        let number = slice
            .ports
            .iter()
            .flatten()
            .find(named)
            .and_then(|p| p.port);
        let Some(number) = number.and_then(|n| u16::try_from(n).ok()) else {
            continue;
        };
        for address in ready(slice) {
            found.insert(SocketAddrV4::new(address, number));
        }
    }
    found.into_iter().collect()
}

/// Addresses of a slice that take connections.
pub(crate) fn ready(slice: &EndpointSlice) -> impl Iterator<Item = Ipv4Addr> + '_ {
    let ready = slice.endpoints.iter().filter(|endpoint| {
        endpoint
            .conditions
            .as_ref()
            .and_then(|c| c.ready)
            .unwrap_or(true)
    });
    ready.flat_map(|endpoint| endpoint.addresses.iter().filter_map(|a| a.parse().ok()))
}

/// Whether a slice belongs to a Service.
pub(crate) fn is_of(slice: &EndpointSlice, service: &Service) -> bool {
    slice.metadata.namespace == service.metadata.namespace
        && slice.labels().get(SERVICE_NAME) == service.metadata.name.as_ref()
}

async fn accept(listener: TcpListener, behind: watch::Receiver<Vec<SocketAddrV4>>) {
    let mut connections = JoinSet::new();
    let mut turn = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else {
                    continue;
                };
                turn += 1;
                let order = turn_of(&behind.borrow(), turn);
                connections.spawn(serve(client, order));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

fn turn_of(behind: &[SocketAddrV4], turn: usize) -> Vec<SocketAddrV4> {
    let mut order = behind.to_vec();
    let length = order.len().max(1);
    order.rotate_left(turn % length);
    order
}

/// The first that accepts gets the connection.
async fn serve(client: TcpStream, order: Vec<SocketAddrV4>) {
    for at in order {
        let attempt = tokio::time::timeout(Duration::from_secs(1), TcpStream::connect(at));
        if let Ok(Ok(server)) = attempt.await {
            return splice(client, server, Shape::default()).await;
        }
    }
    let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service() -> Service {
        serde_json::from_value(json!({
            "metadata": {"name": "web", "namespace": "a", "annotations": {"lab-node/vip": "relay"}},
            "spec": {"clusterIP": "10.96.0.9", "ports": [
                {"name": "http", "port": 80, "targetPort": 3000, "nodePort": 31000}]},
            "status": {"loadBalancer": {"ingress": [{"ip": "10.245.0.3"}]}}
        }))
        .expect("a Service")
    }

    fn port(service: &Service) -> &ServicePort {
        &service
            .spec
            .as_ref()
            .expect("a spec")
            .ports
            .as_ref()
            .expect("ports")[0]
    }

    #[test]
    fn a_service_is_reached_at_all_its_addresses() {
        let mut service = service();
        let node = Ipv4Addr::new(10, 244, 0, 1);
        let texts = |service: &Service| {
            let fronts = fronts(service, port(service), node);
            fronts
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            texts(&service),
            "10.96.0.9:80 10.245.0.3:80 10.244.0.1:31000"
        );
        service.metadata.annotations = None;
        assert_eq!(texts(&service), "10.96.0.9:80 10.244.0.1:31000");
    }

    #[test]
    fn only_ready_endpoints_of_its_own_slices_are_behind_it() {
        let slice = |namespace: &str, name: &str, ready: bool, ip: &str| {
            Arc::new(
                serde_json::from_value(json!({
                    "metadata": {"namespace": namespace, "labels": {SERVICE_NAME: name}},
                    "addressType": "IPv4",
                    "ports": [{"name": "http", "port": 3000}, {"name": "other", "port": 1}],
                    "endpoints": [{"addresses": [ip], "conditions": {"ready": ready}}]
                }))
                .expect("a slice"),
            )
        };
        let slices = [
            slice("a", "web", true, "10.244.0.3"),
            slice("a", "web", true, "10.244.0.2"),
            slice("a", "web", false, "10.244.0.4"),
            slice("a", "other", true, "10.244.0.5"),
            slice("b", "web", true, "10.244.0.6"),
            slice("a", "web", true, "fd00::1"),
        ];
        let service = service();
        let found = backends(&service, port(&service), &slices);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["10.244.0.2:3000", "10.244.0.3:3000"]);
    }
}
