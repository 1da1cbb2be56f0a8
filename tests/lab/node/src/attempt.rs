//! What a run of a container needs, gathered from its Pod as it is now.
//!
//! Must not start anything. Invariant: whatever is missing is a reason to wait, in Kubernetes'
//! words, and never ends the Pod.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use k8s_openapi::api::core::v1::{Container, Pod};
use kube::ResourceExt;

use crate::child::{ChildSpec, View};
use crate::env::{self, Environment};
use crate::images::{Builtin, Image};
use crate::logs::ContainerLog;
use crate::pod::Sandbox;
use crate::root;

/// A run that can begin.
pub(crate) struct Attempt {
    pub(crate) spec: ChildSpec,
    pub(crate) log: Arc<ContainerLog>,
}

/// Why a container waits.
pub(crate) struct NotYet {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
}

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Attempt {
    pub(crate) fn prepare(sandbox: &Sandbox, container: &Container) -> Result<Self, NotYet> {
        let pod = sandbox.pod();
        let reference = container.image.as_deref().unwrap_or_default();
        let image = sandbox
            .kubelet
            .images
            .find(reference)
            .ok_or_else(|| NotYet {
                reason: "ImagePullBackOff",
                message: format!(
                    "image `{reference}` is not in the image map: add a [[image]] for it"
                ),
            })?;
        let config = |error: String| NotYet {
            reason: "CreateContainerConfigError",
            message: error,
        };
        let base = base(&pod, sandbox, image);
        let sources = &sandbox.kubelet.cluster;
        let env = env::resolve(&pod, container, &sandbox.place, sources, &base)
            .map_err(|e| config(e.to_string()))?;
        let mounts = sandbox
            .mounts(container, &env)
            .map_err(|e| config(format!("{e:#}")))?;
        let argv = match image.builtin {
            Some(Builtin::Dns) => vec![sandbox.kubelet.program.display().to_string(), "dns".into()],
            None => env::argv(image, container, &env),
        };
        let log = sandbox
            .view
            .log(&container.name)
            .context("no log")
            .map_err(|e| config(e.to_string()))?;
        let security = container.security_context.as_ref();
        let pod_security = pod.spec.as_ref().and_then(|s| s.security_context.as_ref());
        let id =
            |own: Option<i64>, all: Option<i64>| own.or(all).and_then(|id| u32::try_from(id).ok());
        let (hosts, resolv, hostname) = sandbox.names(&pod);
        let cwd = container.working_dir.as_deref().filter(|d| !d.is_empty());
        let spec = ChildSpec {
            parent: sandbox.kubelet.pid,
            argv,
            env,
            cwd: cwd.and_then(root::absolute),
            user: id(
                security.and_then(|s| s.run_as_user),
                pod_security.and_then(|s| s.run_as_user),
            ),
            group: id(
                security.and_then(|s| s.run_as_group),
                pod_security.and_then(|s| s.run_as_group),
            ),
            view: View::New {
                root: sandbox
                    .root(&container.name)
                    .map_err(|e| config(format!("{e:#}")))?,
                mounts,
                read_only: security.and_then(|s| s.read_only_root_filesystem) == Some(true),
                hosts,
                resolv,
                hostname,
            },
        };
        Ok(Self {
            spec,
            log: log.clone(),
        })
    }
}

/// What every container finds, before its own variables.
fn base(pod: &Pod, sandbox: &Sandbox, image: &Image) -> Environment {
    let api = sandbox.kubelet.kubernetes_ip.to_string();
    let mut base: Environment = BTreeMap::from([
        ("PATH".to_owned(), PATH.to_owned()),
        ("HOME".to_owned(), "/root".to_owned()),
        ("HOSTNAME".to_owned(), pod.name_any()),
        ("KUBERNETES_SERVICE_HOST".to_owned(), api),
        ("KUBERNETES_SERVICE_PORT".to_owned(), "443".to_owned()),
        ("KUBERNETES_SERVICE_PORT_HTTPS".to_owned(), "443".to_owned()),
    ]);
    base.extend(image.env.clone());
    base
}
