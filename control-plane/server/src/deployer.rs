//! The task that deploys proxies: what the loop wants in, what became of it out.
//!
//! Owns the way between the loop and `cp_kube::apply`, and the authorities that proxies are given. Must not render (that
//! is `fleets`) nor write (that is cp-kube). Invariant: before it is known by what proxies know the control plane, nothing
//! is deployed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cp_deploy::Platform;
use cp_kube::apply::{Deployer, Outcomes};
use cp_kube::xds_secret::Material;
use cp_translate::Desired;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::deploy_settings::DeploySettings;
use crate::event::{Event, Events};
use crate::fleets::Fleets;

/// How often the file with the authorities is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Where the authorities of the control plane's certificate come from.
pub enum Authorities {
    /// The Secret of the cluster.
    Secret(watch::Receiver<Option<Material>>),
    /// A file.
    File(PathBuf),
}

/// Everything that the task needs.
pub struct Task {
    /// With what proxies are deployed.
    pub settings: DeploySettings,
    /// By what they know the control plane.
    pub authorities: Authorities,
    /// What the loop wants.
    pub fleets: watch::Receiver<Option<Arc<Vec<Desired>>>>,
    /// The loop.
    pub events: Events,
    /// What writes, without the slots that this fills and reads.
    pub writer: Writer,
}

/// What `cp_kube::apply` needs beside the slots.
pub struct Writer {
    /// Speaks to the API server.
    pub client: cp_kube::client::Client,
    /// Field manager.
    pub manager: String,
    /// Whether this replica leads.
    pub leader: watch::Receiver<bool>,
    /// Which namespaces are read.
    pub selection: cp_kube::Selection,
    /// Counts what is written.
    pub counts: cp_kube::status::Counts,
}

// === impl Task ===

impl Task {
    /// Runs until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let (ca, authorities) = watch::channel(None);
        let (wanted, slot) = watch::channel(None);
        let (outcomes, results) = watch::channel(Outcomes::default());
        let deployer = Deployer {
            client: self.writer.client,
            manager: self.writer.manager,
            leader: self.writer.leader,
            selection: self.writer.selection,
            counts: self.writer.counts,
            wanted: slot,
            outcomes,
        };
        let link = Link {
            settings: self.settings,
            authorities,
            fleets: self.fleets,
            results,
            wanted,
            events: self.events,
        };
        let work = async {
            tokio::join!(
                follow(self.authorities, ca),
                link.run(),
                deployer.run(shutdown.clone())
            )
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            _ = work => {}
        }
    }
}

/// Hands over between the loop and who writes.
struct Link {
    settings: DeploySettings,
    authorities: watch::Receiver<Option<String>>,
    fleets: watch::Receiver<Option<Arc<Vec<Desired>>>>,
    results: watch::Receiver<Outcomes>,
    wanted: watch::Sender<Option<Arc<cp_kube::apply::Wanted>>>,
    events: Events,
}

// === impl Link ===

impl Link {
    async fn run(mut self) {
        let mut fleets = Fleets::default();
        let mut told = None;
        loop {
            let ca = self.authorities.borrow_and_update().clone();
            let desired = self.fleets.borrow_and_update().clone();
            if let (Some(ca), Some(desired)) = (ca, desired) {
                fleets.follow(&desired, &Arc::new(platform(&self.settings, ca)));
                let next = fleets.wanted();
                self.wanted.send_if_modified(|current| {
                    let is_new = current.as_deref() != Some(&next);
                    if is_new {
                        *current = Some(Arc::new(next));
                    }
                    is_new
                });
                let deployed = fleets.deployed(&self.results.borrow_and_update());
                if told.as_ref() != Some(&deployed) {
                    let event = Event::Deployed(deployed.clone());
                    if self.events.send(event).await.is_err() {
                        return;
                    }
                    told = Some(deployed);
                }
            }
            let changed = tokio::select! {
                changed = self.authorities.changed() => changed,
                changed = self.fleets.changed() => changed,
                changed = self.results.changed() => changed,
            };
            if changed.is_err() {
                return;
            }
        }
    }
}

fn platform(settings: &DeploySettings, ca: String) -> Platform {
    Platform {
        repository: settings.repository.clone(),
        tag: settings.tag.clone(),
        digest: settings.digest.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        xds: settings.xds.clone(),
        xds_server_name: settings.server_name.clone(),
        ca,
    }
}

async fn follow(authorities: Authorities, ca: watch::Sender<Option<String>>) {
    match authorities {
        Authorities::Secret(mut material) => loop {
            let now = material
                .borrow_and_update()
                .as_ref()
                .map(|it| it.authorities.clone());
            if now.is_some() {
                ca.send_if_modified(|current| exchange(current, now));
            }
            if material.changed().await.is_err() {
                // What was told last stays true.
                std::future::pending::<()>().await;
            }
        },
        Authorities::File(path) => follow_file(&path, &ca).await,
    }
}

async fn follow_file(path: &Path, ca: &watch::Sender<Option<String>>) {
    let mut complaint = None;
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        match tokio::fs::read_to_string(path).await {
            Ok(text) => {
                complaint = None;
                ca.send_if_modified(|current| exchange(current, Some(text)));
            }
            Err(error) => {
                let error = error.to_string();
                if complaint.as_ref() != Some(&error) {
                    warn!(path = %path.display(), error, "--proxy-xds-ca cannot be read; proxies keep what they have");
                    complaint = Some(error);
                }
            }
        }
    }
}

fn exchange(current: &mut Option<String>, next: Option<String>) -> bool {
    let is_new = *current != next;
    *current = next;
    is_new
}
