//! Keeps an eye on a running container: when it has started, whether it is ready, whether to end it.
//!
//! Must not end anything itself. Invariant: nothing is ready before it has started, and a failing
//! readiness probe never ends a container.

use std::net::Ipv4Addr;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, Probe};
use tokio::time::{Instant, sleep};

use crate::images::Listening;
use crate::pod::{Inside, Sandbox};
use crate::probe::{Pace, Verdict};
use crate::prober::{self, Exec};
use crate::sockets;
use crate::view::ContainerView;

/// Between two looks at whether a port is listened on.
const LOOK: Duration = Duration::from_millis(50);

/// Returns when the container must be ended, with the reason.
pub(crate) async fn watch(sandbox: &Sandbox, container: &Container, pid: i32) -> String {
    let inside = Inside { sandbox, pid };
    let eye = Eye {
        container,
        inside,
        address: sandbox.place.pod_ip,
    };
    if let Some(probe) = &container.startup_probe
        && let Err(complaint) = eye.start(probe).await
    {
        return complaint;
    }
    eye.update(|view| view.started = true);
    tokio::select! {
        complaint = eye.live() => complaint,
        () = eye.ready() => String::new(),
    }
}

struct Eye<'a> {
    container: &'a Container,
    inside: Inside<'a>,
    address: Ipv4Addr,
}

impl Eye<'_> {
    async fn start(&self, probe: &Probe) -> Result<(), String> {
        let pace = Pace::of(probe);
        let deadline = Instant::now() + pace.budget();
        loop {
            match self.ask(probe, pace).await {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() >= deadline => {
                    return Err(format!("startup probe failed: {error:#}"));
                }
                Err(_) => sleep(pace.pause(false)).await,
            }
        }
    }

    async fn live(&self) -> String {
        let Some(probe) = &self.container.liveness_probe else {
            return std::future::pending().await;
        };
        let pace = Pace::of(probe);
        let trusted = Instant::now() + pace.delay;
        let mut verdict = Verdict::new(pace, true);
        let mut seen = false;
        loop {
            let outcome = self.ask(probe, pace).await;
            seen |= outcome.is_ok();
            // Before its initial delay is over, a program may still be coming up.
            let counts = seen || Instant::now() >= trusted;
            if counts && verdict.observe(outcome.is_ok()) && !verdict.is_good() {
                let error = outcome.err().map(|e| format!("{e:#}")).unwrap_or_default();
                return format!("liveness probe failed: {error}");
            }
            sleep(pace.pause(counts)).await;
        }
    }

    async fn ready(&self) {
        let Some(probe) = &self.container.readiness_probe else {
            self.listening().await;
            self.update(|view| view.ready = true);
            return std::future::pending().await;
        };
        let pace = Pace::of(probe);
        let mut verdict = Verdict::new(pace, false);
        loop {
            let success = self.ask(probe, pace).await.is_ok();
            if verdict.observe(success) {
                let good = verdict.is_good();
                self.update(|view| view.ready = good);
            }
            sleep(pace.pause(verdict.is_good())).await;
        }
    }

    /// Where a Pod has no readiness probe, the image may say which ports matter.
    async fn listening(&self) {
        let sandbox = self.inside.sandbox;
        let reference = self.container.image.as_deref().unwrap_or_default();
        let ports = sandbox
            .kubelet
            .images
            .find(reference)
            .map(|image| image.ready.clone());
        let ports = ports.unwrap_or_default();
        while !ports.is_empty() {
            let listened = |port: &Listening| sockets::listening(self.inside.pid).contains(port);
            if ports.iter().any(listened) {
                return;
            }
            sleep(LOOK).await;
        }
    }

    async fn ask(&self, probe: &Probe, pace: Pace) -> anyhow::Result<()> {
        prober::probe(
            probe,
            self.container,
            self.address,
            &self.inside,
            pace.timeout,
        )
        .await
    }

    fn update(&self, change: impl FnOnce(&mut ContainerView)) {
        self.inside
            .sandbox
            .view
            .update(&self.container.name, change);
    }
}

impl Exec for Inside<'_> {
    async fn exec(&self, argv: &[String]) -> anyhow::Result<()> {
        self.sandbox.exec(self.pid, argv).await
    }
}
