//! One container's life: wait for what it needs, run, be probed, end, run again.
//!
//! Must not know the Pod's other containers. Invariant: it returns only when the container will
//! not run any more, and no process of it is alive then.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use k8s_openapi::api::core::v1::Container;
use kube::runtime::events::EventType;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::attempt::{Attempt, NotYet};
use crate::health;
use crate::pod::Sandbox;
use crate::prober;
use crate::process::{self, Process};
use crate::restart::{Backoff, RestartPolicy};
use crate::view::{End, State};

/// A container of a Pod, to be run.
pub(crate) struct ContainerTask {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) container: Container,
    pub(crate) policy: RestartPolicy,
    /// The grace period, once the container has to stop.
    pub(crate) stop: watch::Receiver<Option<Duration>>,
}

impl ContainerTask {
    /// Runs the container until it is over; `None` if it never ran.
    pub(crate) async fn run(mut self) -> Option<End> {
        let mut backoff = Backoff::default();
        let mut last = None;
        while self.stop.borrow().is_none() {
            let attempt = match Attempt::prepare(&self.sandbox, &self.container) {
                Ok(attempt) => attempt,
                Err(not_yet) => {
                    self.wait_for(not_yet).await;
                    continue;
                }
            };
            let end = self.once(attempt).await;
            let ran = end.finished.duration_since(end.started).unsigned_abs();
            let over = self.stop.borrow().is_some() || !self.policy.restarts(end.code);
            self.ended(&end, over);
            last = Some(end.clone());
            if over {
                break;
            }
            self.pause(backoff.next(ran), &end).await;
        }
        last
    }

    async fn once(&mut self, attempt: Attempt) -> End {
        let mut process = match self.start(attempt).await {
            Ok(process) => process,
            Err(error) => return process::not_started(&error),
        };
        let since = process.started();
        let pid = process.pid();
        self.update(|view| {
            view.state = State::Running { since };
            view.pid = Some(pid);
        });
        let sandbox = self.sandbox.clone();
        let healthy = health::watch(&sandbox, &self.container, pid);
        tokio::select! {
            end = process.wait() => end,
            complaint = healthy => {
                self.tell(EventType::Warning, "Unhealthy", complaint).await;
                let grace = sandbox.grace();
                process.stop(grace).await
            }
            grace = stopping(&mut self.stop) => {
                self.before_stop(pid, grace).await;
                process.stop(grace).await
            }
        }
    }

    async fn start(&self, attempt: Attempt) -> Result<Process> {
        let log = attempt.log.begin()?;
        let spawner = &self.sandbox.kubelet.spawner;
        let child = spawner
            .spawn(self.sandbox.namespace(), &attempt.spec)
            .await?;
        Process::attend(child, &log)
    }

    /// `preStop`, within the grace period.
    async fn before_stop(&self, pid: i32, grace: Duration) {
        let hook = self
            .container
            .lifecycle
            .as_ref()
            .and_then(|l| l.pre_stop.as_ref());
        let Some(hook) = hook.filter(|_| !grace.is_zero()) else {
            return;
        };
        let work = async {
            if let Some(action) = &hook.sleep {
                sleep(Duration::from_secs(
                    u64::try_from(action.seconds).unwrap_or(0),
                ))
                .await;
            }
            if let Some(action) = &hook.http_get {
                prober::http(action, &self.container, self.sandbox.place.pod_ip).await?;
            }
            if let Some(action) = &hook.exec {
                let argv = action.command.clone().unwrap_or_default();
                self.sandbox.exec(pid, &argv).await?;
            }
            anyhow::Ok(())
        };
        if let Ok(Err(error)) = tokio::time::timeout(grace, work).await {
            self.tell(
                EventType::Warning,
                "FailedPreStopHook",
                format!("{error:#}"),
            )
            .await;
        }
    }

    async fn wait_for(&mut self, not_yet: NotYet) {
        let NotYet { reason, message } = not_yet;
        let state = State::waiting(reason, message.clone());
        let before = self
            .sandbox
            .view
            .container(&self.container.name)
            .map(|view| view.state);
        if before.as_ref() != Some(&state) {
            self.update(|view| view.state = state);
            self.tell(EventType::Warning, "Failed", message).await;
        }
        let mut changes = self.sandbox.kubelet.cluster.config_changes();
        tokio::select! {
            _ = changes.changed() => {}
            // A change between the attempt and this wait is not seen by it.
            () = sleep(Duration::from_secs(1)) => {}
            _ = stopping(&mut self.stop) => {}
        }
    }

    async fn pause(&mut self, pause: Duration, end: &End) {
        if pause.is_zero() {
            return;
        }
        let message = format!(
            "back-off {pause:?} restarting container {}",
            self.container.name
        );
        let why = if end.message.is_empty() {
            message
        } else {
            format!("{message}: {}", end.message)
        };
        self.update(|view| view.state = State::waiting("CrashLoopBackOff", why));
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopping(&mut self.stop) => {
                // Nothing runs: the last end is the state again.
                self.update(|view| view.state = State::Terminated(end.clone()));
            }
        }
    }

    fn ended(&self, end: &End, over: bool) {
        self.update(|view| {
            view.state = State::Terminated(end.clone());
            view.ready = false;
            view.started = false;
            view.pid = None;
            if !over {
                view.last = Some(end.clone());
                view.restarts += 1;
            }
        });
    }

    fn update(&self, change: impl FnOnce(&mut crate::view::ContainerView)) {
        self.sandbox.view.update(&self.container.name, change);
    }

    async fn tell(&self, kind: EventType, reason: &str, note: String) {
        let note = format!("container {}: {note}", self.container.name);
        self.sandbox.tell(kind, reason, note).await;
    }
}

/// The time that is left, once the container has to stop.
pub(crate) async fn stopping(stop: &mut watch::Receiver<Option<Duration>>) -> Duration {
    loop {
        if let Some(grace) = *stop.borrow_and_update() {
            return grace;
        }
        if stop.changed().await.is_err() {
            // Whoever could say for how long is gone.
            return Duration::ZERO;
        }
    }
}
