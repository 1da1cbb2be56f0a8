//! What a Pod's containers share: its network, its directories, its names.
//!
//! Must not know the order in which things happen: `lifecycle` does. Invariant: everything of a
//! Pod on disk lies below one directory, named after its uid.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use k8s_openapi::api::core::v1::{Container, ObjectReference, Pod, Volume};
use kube::runtime::events::EventType;
use kube::{Resource, ResourceExt};
use tokio::sync::watch;

use crate::child::{ChildSpec, View};
use crate::env::{self, Environment};
use crate::field::Place;
use crate::kubelet::Kubelet;
use crate::net::Wire;
use crate::root::{self, Mount};
use crate::view::PodView;

/// A Pod's surroundings.
pub(crate) struct Sandbox {
    pub(crate) kubelet: Arc<Kubelet>,
    pub(crate) view: Arc<PodView>,
    pub(crate) place: Place,
    /// None on the node's own network.
    pub(crate) wire: Option<Arc<Wire>>,
    pub(crate) dir: PathBuf,
    pub(crate) object: watch::Receiver<Arc<Pod>>,
}

/// The way into a running container.
pub(crate) struct Inside<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) pid: i32,
}

impl Sandbox {
    /// The Pod as the API server has it now.
    pub(crate) fn pod(&self) -> Arc<Pod> {
        self.object.borrow().clone()
    }

    pub(crate) fn follow(&self) -> watch::Receiver<Arc<Pod>> {
        self.object.clone()
    }

    pub(crate) fn namespace(&self) -> Option<Arc<OwnedFd>> {
        self.wire.as_ref().map(|wire| wire.namespace.clone())
    }

    /// The Pod's grace period, as far as this node grants it.
    pub(crate) fn grace(&self) -> Duration {
        grace(&self.pod(), self.kubelet.grace_cap)
    }

    /// Where a volume's files lie.
    pub(crate) fn volume(&self, name: &str) -> PathBuf {
        self.dir.join("volumes").join(name)
    }

    /// An empty directory to build a container's root on.
    pub(crate) fn root(&self, container: &str) -> Result<PathBuf> {
        let root = self.dir.join("roots").join(container);
        fs::create_dir_all(&root).with_context(|| format!("no directory {}", root.display()))?;
        Ok(root)
    }

    pub(crate) fn mounts(&self, container: &Container, env: &Environment) -> Result<Vec<Mount>> {
        let pod = self.pod();
        let volumes = pod
            .spec
            .as_ref()
            .and_then(|s| s.volumes.as_deref())
            .unwrap_or_default();
        let mut mounts = Vec::new();
        for mount in container.volume_mounts.iter().flatten() {
            let volume = volumes.iter().find(|v| v.name == mount.name);
            let volume = volume.with_context(|| format!("there is no volume `{}`", mount.name))?;
            let mut source = match &volume.host_path {
                Some(host) => PathBuf::from(&host.path),
                None => self.volume(&volume.name),
            };
            let part = match (&mount.sub_path_expr, &mount.sub_path) {
                (Some(expression), _) => env::expand(expression, env),
                (None, Some(path)) => path.clone(),
                (None, None) => String::new(),
            };
            if !part.is_empty() {
                let part = root::absolute(&part)
                    .with_context(|| format!("subPath `{part}` leads out of its volume"))?;
                source.push(part.strip_prefix("/")?);
                if !source.exists() {
                    fs::create_dir_all(&source)?;
                }
                // Through `..data`: a subPath does not follow updates, as in Kubernetes.
                source = fs::canonicalize(&source)?;
            }
            let target = root::absolute(&mount.mount_path).filter(|t| t.parent().is_some());
            let target = target
                .with_context(|| format!("mountPath `{}` cannot be used", mount.mount_path))?;
            let read_only = mount.read_only == Some(true) || is_projection(volume);
            mounts.push(Mount {
                source,
                target,
                read_only,
            });
        }
        Ok(mounts)
    }

    /// `/etc/hosts`, `/etc/resolv.conf` and `/etc/hostname`.
    pub(crate) fn names(&self, pod: &Pod) -> (String, String, String) {
        let spec = pod.spec.as_ref();
        let name = spec
            .and_then(|s| s.hostname.clone())
            .unwrap_or_else(|| pod.name_any());
        let mut hosts = format!("127.0.0.1\tlocalhost\n{}\t{name}\n", self.place.pod_ip);
        for alias in spec.iter().flat_map(|s| s.host_aliases.iter().flatten()) {
            let names = alias.hostnames.clone().unwrap_or_default().join("\t");
            hosts.push_str(&format!("{}\t{names}\n", alias.ip));
        }
        let namespace = pod.namespace().unwrap_or_default();
        let resolv = format!(
            "nameserver {}\nsearch {namespace}.svc.cluster.local svc.cluster.local cluster.local\n\
             options ndots:5\n",
            self.place.host_ip
        );
        (hosts, resolv, format!("{name}\n"))
    }

    /// Runs a command in a running container.
    pub(crate) async fn exec(&self, pid: i32, argv: &[String]) -> Result<()> {
        let path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin".to_owned();
        let spec = ChildSpec {
            parent: self.kubelet.pid,
            argv: argv.to_vec(),
            env: Environment::from([("PATH".to_owned(), path)]),
            cwd: None,
            user: None,
            group: None,
            view: View::Of(pid),
        };
        let child = self.kubelet.spawner.spawn(self.namespace(), &spec).await?;
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            bail!("command ended with {}: {}", output.status, words.trim());
        }
        Ok(())
    }

    /// An Event about the Pod.
    pub(crate) async fn tell(&self, kind: EventType, reason: &str, note: String) {
        tracing::info!(pod = self.view.key, reason, note, "event");
        let about: ObjectReference = self.pod().object_ref(&());
        self.kubelet.cluster.tell(&about, kind, reason, note).await;
    }
}

pub(crate) fn grace(pod: &Pod, cap: Duration) -> Duration {
    let asked = pod.metadata.deletion_grace_period_seconds;
    let own = pod
        .spec
        .as_ref()
        .and_then(|s| s.termination_grace_period_seconds);
    let seconds = asked
        .or(own)
        .and_then(|s| u64::try_from(s).ok())
        .unwrap_or(30);
    Duration::from_secs(seconds).min(cap)
}

/// `namespace/name`
pub(crate) fn key(object: &impl ResourceExt) -> String {
    format!(
        "{}/{}",
        object.namespace().unwrap_or_default(),
        object.name_any()
    )
}

pub(crate) fn is_on_host(pod: &Pod) -> bool {
    pod.spec.as_ref().and_then(|s| s.host_network) == Some(true)
}

/// `net.*` parameters that the Pod asks for.
pub(crate) fn sysctls(pod: &Pod) -> Vec<(String, String)> {
    let security = pod.spec.as_ref().and_then(|s| s.security_context.as_ref());
    let asked = security
        .and_then(|s| s.sysctls.as_deref())
        .unwrap_or_default();
    let asked = asked.iter().filter(|s| s.name.starts_with("net."));
    asked.map(|s| (s.name.clone(), s.value.clone())).collect()
}

/// Volumes that the cluster owns are read-only, whatever a mount says.
fn is_projection(volume: &Volume) -> bool {
    volume.secret.is_some()
        || volume.config_map.is_some()
        || volume.downward_api.is_some()
        || volume.projected.is_some()
}
