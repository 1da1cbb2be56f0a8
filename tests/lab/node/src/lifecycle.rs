//! A Pod from its binding to its deletion.
//!
//! Must not know how containers run. Invariant: status has one writer, the `publish` of this file,
//! and the object is deleted only after every process is gone and the last status is written.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Container, Pod, PodCondition, PodStatus};
use k8s_openapi::jiff::Timestamp;
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::container::{ContainerTask, stopping};
use crate::kubelet::{Kubelet, Running};
use crate::pod::{self, Sandbox};
use crate::restart::RestartPolicy;
use crate::slow;
use crate::status::{self, Facts, is_sidecar};
use crate::storage::Storage;

/// Between two tries of what the API server did not take.
const RETRY: Duration = Duration::from_millis(300);

/// Runs a Pod until its object is gone.
pub(crate) async fn run(
    kubelet: Arc<Kubelet>,
    running: Arc<Running>,
    mut object: watch::Receiver<Arc<Pod>>,
) {
    let stop = watch::Sender::new(None);
    let started = Timestamp::now();
    let over = {
        let phase = object
            .borrow()
            .status
            .as_ref()
            .and_then(|s| s.phase.clone());
        matches!(phase.as_deref(), Some("Succeeded" | "Failed"))
    };
    let mut publisher = Publisher::new(&kubelet, &running, object.clone(), started);
    if !over {
        let work = drive(&kubelet, &running, object.clone(), &stop);
        tokio::select! {
            () = watch_deletion(&kubelet, object.clone(), &stop) => {}
            () = publisher.run() => {}
            result = work => {
                if let Err(error) = result {
                    tracing::error!(pod = running.view.key, "{error:#}");
                }
            }
        }
        publisher.once().await;
    }
    // A Pod that ended by itself stays until somebody deletes it.
    tokio::select! {
        () = wait_for_deletion(&mut object) => {}
        () = publisher.run() => {}
    }
    release(&kubelet, &running).await;
    delete(&kubelet, &object).await;
    let _ = std::fs::remove_dir_all(kubelet.dir(&running.view.uid));
    tracing::info!(pod = running.view.key, "gone");
}

/// Everything from the network to the last container's end.
async fn drive(
    kubelet: &Arc<Kubelet>,
    running: &Arc<Running>,
    object: watch::Receiver<Arc<Pod>>,
    stop: &watch::Sender<Option<Duration>>,
) -> Result<()> {
    let mut stopped = stop.subscribe();
    let sandbox = loop {
        match kubelet.sandbox(running, object.clone()).await {
            Ok(sandbox) => break Arc::new(sandbox),
            Err(error) => tracing::error!(pod = running.view.key, "no sandbox: {error:#}"),
        }
        tokio::select! {
            () = sleep(RETRY) => {}
            _ = stopping(&mut stopped) => return Ok(()),
        }
    };
    let mut storage = Storage::new(sandbox.clone());
    tokio::select! {
        () = storage.fill() => {}
        _ = stopping(&mut stopped) => return Ok(()),
    }
    tokio::select! {
        () = storage.keep() => {}
        () = containers(&sandbox, stop) => {}
    }
    Ok(())
}

async fn containers(sandbox: &Arc<Sandbox>, stop: &watch::Sender<Option<Duration>>) {
    let pod = sandbox.pod();
    let policy = pod
        .spec
        .as_ref()
        .and_then(|spec| spec.restart_policy.as_deref());
    let policy = RestartPolicy::parse(policy);
    let task = |container: &Container, policy| ContainerTask {
        sandbox: sandbox.clone(),
        container: container.clone(),
        policy,
        stop: stop.subscribe(),
    };
    let mut beside = JoinSet::new();
    for container in status::init_containers(&pod) {
        if is_sidecar(container) {
            beside.spawn(task(container, RestartPolicy::Always).run());
            started(sandbox, &container.name, stop.subscribe()).await;
            continue;
        }
        let end = task(container, policy.for_init()).run().await;
        if end.is_none_or(|end| end.code != 0) {
            stop.send_replace(Some(sandbox.grace()));
        }
        if stop.borrow().is_some() {
            while beside.join_next().await.is_some() {}
            return;
        }
    }
    let mut main = JoinSet::new();
    for container in status::containers(&pod) {
        main.spawn(task(container, policy).run());
    }
    while main.join_next().await.is_some() {}
    // Sidecars end after those whom they served.
    stop.send_if_modified(|stop| stop.is_none() && stop.replace(sandbox.grace()).is_none());
    while beside.join_next().await.is_some() {}
}

/// Returns when a sidecar has started, or everything has to stop.
async fn started(sandbox: &Sandbox, name: &str, mut stop: watch::Receiver<Option<Duration>>) {
    let up = async {
        while !sandbox
            .view
            .container(name)
            .is_some_and(|view| view.started)
        {
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = up => {}
        _ = stopping(&mut stop) => {}
    }
}

/// Passes a deletion on to the containers; never returns.
async fn watch_deletion(
    kubelet: &Kubelet,
    mut object: watch::Receiver<Arc<Pod>>,
    stop: &watch::Sender<Option<Duration>>,
) {
    wait_for_deletion(&mut object).await;
    let gone = object.has_changed().is_err();
    let grace = pod::grace(&object.borrow(), kubelet.grace_cap);
    stop.send_replace(Some(if gone { Duration::ZERO } else { grace }));
    std::future::pending().await
}

/// Returns when the object is marked for deletion or gone.
async fn wait_for_deletion(object: &mut watch::Receiver<Arc<Pod>>) {
    while object
        .borrow_and_update()
        .metadata
        .deletion_timestamp
        .is_none()
    {
        if object.changed().await.is_err() {
            return;
        }
    }
}

async fn release(kubelet: &Kubelet, running: &Running) {
    slow::end(running).await;
    if let Some(wire) = running.wire.get() {
        if let Err(error) = wire.detach().await {
            tracing::warn!(pod = running.view.key, "the link is not gone: {error:#}");
        }
        kubelet.release(wire.address);
    }
}

async fn delete(kubelet: &Kubelet, object: &watch::Receiver<Arc<Pod>>) {
    let pod = object.borrow().clone();
    let pods = kubelet.pods_of(&pod);
    let parameters = DeleteParams::default()
        .grace_period(0)
        .preconditions(Preconditions {
            uid: pod.uid(),
            resource_version: None,
        });
    // Without its sender, the object is gone already.
    while object.has_changed().is_ok() {
        match pods.delete(&pod.name_any(), &parameters).await {
            Ok(_) => return,
            Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => return,
            Err(error) => tracing::warn!(pod = pod::key(&*pod), %error, "not deleted yet"),
        }
        sleep(RETRY).await;
    }
}

/// The one writer of a Pod's status.
struct Publisher<'a> {
    kubelet: &'a Kubelet,
    running: &'a Running,
    object: watch::Receiver<Arc<Pod>>,
    started: Timestamp,
    sent: Option<Value>,
    pods: Api<Pod>,
}

impl<'a> Publisher<'a> {
    fn new(
        kubelet: &'a Kubelet,
        running: &'a Running,
        object: watch::Receiver<Arc<Pod>>,
        started: Timestamp,
    ) -> Self {
        let pods = kubelet.pods_of(&object.borrow());
        Self {
            kubelet,
            running,
            object,
            started,
            sent: None,
            pods,
        }
    }

    /// Writes whatever changes; never returns.
    async fn run(&mut self) {
        loop {
            self.once().await;
            let running = self.running;
            tokio::select! {
                () = running.view.changed() => {}
                changed = self.object.changed() => if changed.is_err() {
                    std::future::pending::<()>().await;
                },
            }
        }
    }

    async fn once(&mut self) {
        while let Err(error) = self.write().await {
            tracing::warn!(pod = self.running.view.key, "status not written: {error:#}");
            sleep(RETRY).await;
        }
    }

    async fn write(&mut self) -> Result<()> {
        let pod = self.with_own_conditions()?;
        let containers = self.running.view.containers();
        let facts = Facts {
            pod: &pod,
            containers: &containers,
            address: self.running.view.address(),
            host: self.kubelet.node_ip,
            started: self.started,
        };
        let status = status::compute(&facts, Timestamp::now());
        if self.sent.as_ref() == Some(&status) || self.object.has_changed().is_err() {
            return Ok(());
        }
        // The uid keeps it from a later Pod of the same name.
        let patch = json!({"metadata": {"uid": pod.uid()}, "status": status});
        let sent = self
            .pods
            .patch_status(
                &pod.name_any(),
                &PatchParams::default(),
                &Patch::Strategic(&patch),
            )
            .await;
        match sent {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => {}
            Err(error) => return Err(error).context("the API server did not take it"),
        }
        self.sent = Some(status);
        Ok(())
    }

    /// The Pod with the conditions last written: its copy may be older than they are.
    fn with_own_conditions(&mut self) -> Result<Pod> {
        let mut pod = self.object.borrow_and_update().as_ref().clone();
        let Some(sent) = &self.sent else {
            return Ok(pod);
        };
        let own: PodStatus = serde_json::from_value(sent.clone())?;
        let own = own.conditions.unwrap_or_default();
        let status = pod.status.get_or_insert_default();
        let conditions = status.conditions.get_or_insert_default();
        let foreign = |c: &PodCondition| !own.iter().any(|mine| mine.type_ == c.type_);
        conditions.retain(foreign);
        conditions.extend(own.iter().cloned());
        Ok(pod)
    }
}
