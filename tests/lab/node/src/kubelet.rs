//! Which Pods run here, and what they run with.
//!
//! Must not know what happens inside a Pod. Invariant: a Pod is known by its uid, from the moment
//! its object is seen until the object is gone, so it is started once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Binding, ObjectReference, Pod};
use kube::api::PostParams;
use kube::{Api, ResourceExt};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use crate::cluster::Cluster;
use crate::field::Place;
use crate::images::ImageMap;
use crate::ipam::Pool;
use crate::lifecycle;
use crate::logs::ContainerLog;
use crate::net::{Network, Wire};
use crate::pod::{self, Sandbox};
use crate::slow::Slow;
use crate::spawn::Spawner;
use crate::view::PodView;

/// Changes that come within this time are looked at together.
pub(crate) const TOGETHER: Duration = Duration::from_millis(10);

/// What every Pod runs with.
pub(crate) struct Kubelet {
    pub(crate) cluster: Cluster,
    pub(crate) spawner: Spawner,
    pub(crate) images: ImageMap,
    pub(crate) network: Network,
    pub(crate) node_name: String,
    pub(crate) node_ip: Ipv4Addr,
    pub(crate) kubernetes_ip: Ipv4Addr,
    pub(crate) grace_cap: Duration,
    pub(crate) program: PathBuf,
    pub(crate) pid: i32,
    pub(crate) state_dir: PathBuf,
    pub(crate) tasks: TaskTracker,
    pub(crate) addresses: Mutex<Pool>,
    pub(crate) pods: Mutex<BTreeMap<String, Arc<Running>>>,
    /// Uids of Pods whose binding is under way.
    pub(crate) binding: Mutex<BTreeSet<String>>,
}

/// A Pod that is known here.
pub(crate) struct Running {
    pub(crate) view: Arc<PodView>,
    pub(crate) wire: OnceLock<Arc<Wire>>,
    /// The relay in front of the Pod, while it is slowed.
    pub(crate) slow: Mutex<Option<Slow>>,
    object: Mutex<Option<watch::Sender<Arc<Pod>>>>,
}

impl Kubelet {
    /// Follows the cluster's Pods; never returns.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut changes = self.cluster.changes();
        loop {
            changes.mark_unchanged();
            self.reconcile();
            if changes.changed().await.is_err() {
                return;
            }
            sleep(TOGETHER).await;
        }
    }

    fn reconcile(self: &Arc<Self>) {
        let all = self.cluster.pods.state();
        let mut mine = BTreeMap::new();
        let mut unbound = BTreeSet::new();
        for object in all {
            let node = object
                .spec
                .as_ref()
                .and_then(|spec| spec.node_name.as_deref());
            match node.unwrap_or_default() {
                "" if object.metadata.deletion_timestamp.is_none() => {
                    unbound.insert(object.uid().unwrap_or_default());
                    self.bind(&object);
                }
                name if name == self.node_name => {
                    mine.insert(object.uid().unwrap_or_default(), object);
                }
                _ => {}
            }
        }
        lock(&self.binding).retain(|uid| unbound.contains(uid));
        let mut known = self.pods();
        known.retain(|uid, running| {
            let there = mine.contains_key(uid);
            if !there {
                // Its task sees that nobody speaks for the object any more.
                running.lock().take();
            }
            there
        });
        for (uid, object) in mine {
            if let Some(running) = known.get(&uid) {
                running.update(object);
                continue;
            }
            match self.begin(object) {
                Ok(running) => {
                    known.insert(uid, running);
                }
                Err(error) => tracing::error!("a Pod cannot be run: {error:#}"),
            }
        }
    }

    fn begin(self: &Arc<Self>, object: Arc<Pod>) -> Result<Arc<Running>> {
        let uid = object.uid().context("a Pod without uid")?;
        let mut logs = BTreeMap::new();
        let spec = object.spec.as_ref().context("a Pod without spec")?;
        for container in spec
            .init_containers
            .iter()
            .flatten()
            .chain(&spec.containers)
        {
            let dir = self.dir(&uid).join("logs").join(&container.name);
            logs.insert(container.name.clone(), Arc::new(ContainerLog::new(dir)?));
        }
        let (sender, receiver) = watch::channel(object.clone());
        let running = Arc::new(Running {
            view: Arc::new(PodView::new(pod::key(&*object), uid, logs)),
            wire: OnceLock::new(),
            slow: Mutex::default(),
            object: Mutex::new(Some(sender)),
        });
        self.tasks
            .spawn(lifecycle::run(self.clone(), running.clone(), receiver));
        Ok(running)
    }

    fn bind(self: &Arc<Self>, object: &Arc<Pod>) {
        let (kubelet, object) = (self.clone(), object.clone());
        let uid = object.uid().unwrap_or_default();
        if !lock(&self.binding).insert(uid.clone()) {
            return;
        }
        self.tasks.spawn(async move {
            let binding = Binding {
                metadata: kube::api::ObjectMeta {
                    name: Some(object.name_any()),
                    uid: object.uid(),
                    ..Default::default()
                },
                target: ObjectReference {
                    kind: Some("Node".into()),
                    name: Some(kubelet.node_name.clone()),
                    ..Default::default()
                },
            };
            let pods = kubelet.pods_of(&object);
            let parameters = PostParams::default();
            let name = object.name_any();
            let bound: Result<serde_json::Value, _> = pods
                .create_subresource("binding", &name, &parameters, &binding)
                .await;
            match bound {
                Ok(_) => {}
                // Bound by an earlier look, or gone.
                Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => {}
                Err(error) => {
                    tracing::warn!(pod = pod::key(&*object), %error, "not bound");
                    sleep(Duration::from_millis(300)).await;
                    // The next look tries again, and there is one now.
                    lock(&kubelet.binding).remove(&uid);
                    kubelet.cluster.nudge();
                }
            }
        });
    }

    /// A Pod's network and names. Asked again, it gives the same network.
    pub(crate) async fn sandbox(
        self: &Arc<Self>,
        running: &Arc<Running>,
        object: watch::Receiver<Arc<Pod>>,
    ) -> Result<Sandbox> {
        let pod = object.borrow().clone();
        let mut pod_ip = self.node_ip;
        if !pod::is_on_host(&pod) {
            if running.wire.get().is_none() {
                let address = self.addresses().take(&running.view.key)?;
                match self.network.attach(address, &pod::sysctls(&pod)).await {
                    Ok(wire) => {
                        let _ = running.wire.set(Arc::new(wire));
                    }
                    Err(error) => {
                        self.release(address);
                        return Err(error);
                    }
                }
            }
            pod_ip = running.wire.get().map_or(pod_ip, |wire| wire.address);
        }
        running.view.set_address(pod_ip);
        Ok(Sandbox {
            kubelet: self.clone(),
            view: running.view.clone(),
            place: Place {
                pod_ip,
                host_ip: self.node_ip,
                node_name: self.node_name.clone(),
            },
            wire: running.wire.get().cloned(),
            dir: self.dir(&running.view.uid),
            object,
        })
    }

    pub(crate) fn pods_of(&self, pod: &Pod) -> Api<Pod> {
        Api::namespaced(
            self.cluster.client.clone(),
            &pod.namespace().unwrap_or_default(),
        )
    }

    /// Everything of a Pod on disk.
    pub(crate) fn dir(&self, uid: &str) -> PathBuf {
        self.state_dir.join("pods").join(uid)
    }

    pub(crate) fn release(&self, address: Ipv4Addr) {
        self.addresses().release(address);
    }

    /// The Pod of a `namespace/name`.
    pub(crate) fn find(&self, key: &str) -> Option<Arc<Running>> {
        self.pods()
            .values()
            .find(|running| running.view.key == key)
            .cloned()
    }

    pub(crate) fn pods(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Running>>> {
        lock(&self.pods)
    }

    fn addresses(&self) -> MutexGuard<'_, Pool> {
        lock(&self.addresses)
    }
}

impl Running {
    fn update(&self, object: Arc<Pod>) {
        if let Some(sender) = &*self.lock() {
            sender.send_if_modified(|held| {
                let changed = !Arc::ptr_eq(held, &object);
                *held = object;
                changed
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<watch::Sender<Arc<Pod>>>> {
        lock(&self.object)
    }
}

/// A panic elsewhere leaves these maps whole.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
