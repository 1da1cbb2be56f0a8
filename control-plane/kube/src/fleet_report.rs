//! FleetReports: the own ones written, those of other replicas watched.
//!
//! Owns how often a report is written, how it is named and whose it is. Must not know what the numbers mean. It is the only
//! write that is not led: a report belongs to one replica and nobody else touches it. A report that did not change is
//! renewed, because one that is not renewed is out of date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cp_api::fleet_report::{FleetReport, FleetReportSpec};
use cp_translate::GatewayKey;
use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event};
use kube::{Client, Resource, ResourceExt};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

#[cfg(test)]
mod tests;

/// Least time between two writes of one report.
const PACE: Duration = Duration::from_secs(1);
/// After how long a report that did not change is renewed.
const RENEWAL: Duration = Duration::from_secs(10);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(5);
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The own reports, by Gateway. A Gateway that is absent needs none.
pub type Reports = BTreeMap<GatewayKey, FleetReportSpec>;

/// What another replica's report did.
#[derive(Clone, Debug, PartialEq)]
pub enum PeerChange {
    /// It stands like this.
    Observed(FleetReportSpec),
    /// It is gone.
    Gone {
        /// The Gateway that it was about.
        gateway: GatewayKey,
        /// Whose it was.
        replica: String,
    },
}

/// Which replica this is.
#[derive(Clone, Debug)]
pub struct Replica {
    /// Namespace of the control plane.
    pub namespace: String,
    /// Name; in a cluster that of the Pod.
    pub name: String,
}

/// When which report is written.
#[derive(Debug, Default)]
struct Schedule {
    written: BTreeMap<GatewayKey, Written>,
}

#[derive(Debug)]
struct Written {
    report: FleetReportSpec,
    at: Instant,
    has_failed: bool,
}

/// What is due.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    Write(GatewayKey),
    Delete(GatewayKey),
    Later(Option<Instant>),
}

/// Gateways of which an earlier process under this name left a report; `None` before that is known.
pub type Leftovers = Option<BTreeSet<GatewayKey>>;

/// Writes the own reports until `shutdown`, and deletes what an earlier process left and this one has nothing for.
pub async fn write(
    client: Client,
    replica: Replica,
    mut own: watch::Receiver<Arc<Reports>>,
    mut leftovers: watch::Receiver<Leftovers>,
    shutdown: CancellationToken,
) {
    let api: Api<FleetReport> = Api::namespaced(client.clone(), &replica.namespace);
    let mut schedule = Schedule::default();
    let mut owner: Option<OwnerReference> = None;
    let mut renewals = k8s_openapi::jiff::Timestamp::now().as_second();
    let mut is_told = false;
    loop {
        if leftovers.has_changed().unwrap_or_default() {
            let left = leftovers.borrow_and_update().clone();
            schedule.inherit(left.into_iter().flatten(), Instant::now());
        }
        let wanted = Arc::clone(&own.borrow_and_update());
        let due = schedule.due(&wanted, Instant::now());
        let result = match &due {
            Due::Later(at) => {
                let at = at.unwrap_or_else(|| Instant::now() + RENEWAL);
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    changed = own.changed() => if changed.is_err() { return },
                    Ok(()) = leftovers.changed() => leftovers.mark_changed(),
                    () = tokio::time::sleep_until(at.into()) => {}
                }
                continue;
            }
            Due::Delete(gateway) => {
                let name = name(&replica.name, gateway);
                tokio::time::timeout(PATIENCE, delete(&api, &name)).await
            }
            Due::Write(gateway) => {
                let Some(report) = wanted.get(gateway) else {
                    continue;
                };
                if owner.is_none() {
                    owner = pod(&client, &replica).await;
                }
                renewals = renewals.saturating_add(1);
                let report = FleetReportSpec {
                    renewals,
                    ..report.clone()
                };
                let apply = apply(&api, &replica, gateway, report, owner.clone());
                tokio::time::timeout(PATIENCE, apply).await
            }
        };
        let error = match result {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("no answer in time".to_owned()),
        };
        schedule.done(due, &wanted, Instant::now(), error.is_some());
        match error {
            Some(error) if !is_told => {
                is_told = true;
                warn!(
                    "FleetReports are not written, other replicas do not know this one's proxies: {error}"
                );
            }
            None if is_told => {
                is_told = false;
                info!("FleetReports are written again");
            }
            Some(_) | None => {}
        }
    }
}

/// Watches the reports of other replicas until nobody listens or `shutdown`. What an earlier process under this name left
/// is told as of a replica that has gone.
pub async fn follow(
    client: Client,
    replica: Replica,
    changes: mpsc::Sender<PeerChange>,
    leftovers: watch::Sender<Leftovers>,
    shutdown: CancellationToken,
) {
    let api: Api<FleetReport> = Api::namespaced(client, &replica.namespace);
    let stream = watcher::watcher(api, watcher::Config::default()).default_backoff();
    let mut stream = std::pin::pin!(stream);
    let mut known: BTreeSet<(GatewayKey, String)> = BTreeSet::new();
    let mut listed: BTreeSet<(GatewayKey, String)> = BTreeSet::new();
    let mut left = BTreeSet::new();
    let (mut is_first, mut is_told) = (true, false);
    loop {
        let event = tokio::select! {
            () = shutdown.cancelled() => return,
            event = stream.next() => event,
        };
        let mut found = Vec::new();
        match event {
            None => return,
            Some(Err(error)) => {
                if !is_told {
                    is_told = true;
                    warn!(
                        "FleetReports are not watched, other replicas' proxies do not count: {error}"
                    );
                }
                continue;
            }
            Some(Ok(Event::Init)) => listed.clear(),
            Some(Ok(Event::InitApply(report))) => {
                let key = key(&report.spec);
                listed.insert(key.clone());
                if key.1 != replica.name {
                    found.push(PeerChange::Observed(report.spec));
                } else if is_first {
                    left.insert(key.0.clone());
                    found.push(PeerChange::Observed(report.spec));
                    found.push(gone(key));
                }
            }
            Some(Ok(Event::InitDone)) => {
                if is_first {
                    is_first = false;
                    leftovers.send_replace(Some(std::mem::take(&mut left)));
                }
                found.extend(known.difference(&listed).cloned().map(gone));
                known.clone_from(&listed);
                if is_told {
                    is_told = false;
                    info!("FleetReports are watched again");
                }
            }
            Some(Ok(Event::Apply(report))) if report.spec.replica != replica.name => {
                known.insert(key(&report.spec));
                found.push(PeerChange::Observed(report.spec));
            }
            Some(Ok(Event::Delete(report))) if report.spec.replica != replica.name => {
                known.remove(&key(&report.spec));
                found.push(gone(key(&report.spec)));
            }
            Some(Ok(Event::Apply(_) | Event::Delete(_))) => {}
        }
        for change in found {
            if changes.send(change).await.is_err() {
                return;
            }
        }
    }
}

/// Deletes a report of a replica that has gone; what it said is carried on by then.
pub async fn forget(client: &Client, namespace: &str, gateway: &GatewayKey, replica: &str) {
    let api: Api<FleetReport> = Api::namespaced(client.clone(), namespace);
    let name = name(replica, gateway);
    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, delete(&api, &name)).await {
        debug!(%gateway, replica, %error, "an old FleetReport could not be deleted");
    }
}

async fn apply(
    api: &Api<FleetReport>,
    replica: &Replica,
    gateway: &GatewayKey,
    report: FleetReportSpec,
    owner: Option<OwnerReference>,
) -> kube::Result<()> {
    let name = name(&replica.name, gateway);
    let mut object = FleetReport::new(&name, report);
    object.metadata.owner_references = owner.map(|owner| vec![owner]);
    let params = PatchParams::apply("tidegate-fleet-report").force();
    api.patch(&name, &params, &Patch::Apply(&object))
        .await
        .map(drop)
}

async fn delete(api: &Api<FleetReport>, name: &str) -> kube::Result<()> {
    match api.delete(name, &DeleteParams::default()).await {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        result => result.map(drop),
    }
}

/// The Pod of this replica, so that its reports go with it. A replica outside of the cluster has none.
async fn pod(client: &Client, replica: &Replica) -> Option<OwnerReference> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), &replica.namespace);
    let pod = tokio::time::timeout(PATIENCE, pods.get_metadata(&replica.name)).await;
    let pod = pod.ok()?.ok()?;
    Some(OwnerReference {
        api_version: Pod::api_version(&()).into_owned(),
        kind: Pod::kind(&()).into_owned(),
        name: pod.name_any(),
        uid: pod.uid()?,
        ..OwnerReference::default()
    })
}

/// One object per replica and Gateway, with a name that is short enough whatever theirs are.
fn name(replica: &str, gateway: &GatewayKey) -> String {
    let identity = format!("{replica}/{gateway}");
    let hash = blake3::hash(identity.as_bytes()).to_hex();
    let hint: String = gateway.name.chars().take(63).collect();
    let hint = hint.trim_end_matches(['-', '.']);
    format!("{hint}-{}", hash.chars().take(16).collect::<String>())
}

fn key(report: &FleetReportSpec) -> (GatewayKey, String) {
    let gateway = &report.gateway;
    (
        GatewayKey::new(&*gateway.namespace, &*gateway.name),
        report.replica.clone(),
    )
}

fn gone((gateway, replica): (GatewayKey, String)) -> PeerChange {
    PeerChange::Gone { gateway, replica }
}

// === impl Schedule ===

impl Schedule {
    /// An earlier process wrote these. What is not written anew is deleted: nobody renews it.
    fn inherit(&mut self, gateways: impl Iterator<Item = GatewayKey>, now: Instant) {
        for gateway in gateways {
            self.written.entry(gateway).or_insert(Written {
                report: FleetReportSpec::default(),
                at: now,
                has_failed: false,
            });
        }
    }

    /// What to do now, or when there is something to do.
    fn due(&self, wanted: &Reports, now: Instant) -> Due {
        let mut next: Option<Instant> = None;
        let mut wait = |at: Instant| {
            next = Some(next.map_or(at, |next| next.min(at)));
        };
        for (gateway, written) in &self.written {
            if wanted.contains_key(gateway) {
                continue;
            }
            let at = written.at
                + if written.has_failed {
                    PAUSE
                } else {
                    Duration::ZERO
                };
            if at <= now {
                return Due::Delete(gateway.clone());
            }
            wait(at);
        }
        for (gateway, report) in wanted {
            let at = match self.written.get(gateway) {
                None => return Due::Write(gateway.clone()),
                Some(written) if written.has_failed => written.at + PAUSE,
                Some(written) if written.report != *report => written.at + PACE,
                Some(written) => written.at + RENEWAL,
            };
            if at <= now {
                return Due::Write(gateway.clone());
            }
            wait(at);
        }
        Due::Later(next)
    }

    fn done(&mut self, due: Due, wanted: &Reports, now: Instant, has_failed: bool) {
        match due {
            Due::Later(_) => {}
            Due::Delete(gateway) if has_failed => {
                if let Some(written) = self.written.get_mut(&gateway) {
                    written.at = now;
                    written.has_failed = true;
                }
            }
            Due::Delete(gateway) => drop(self.written.remove(&gateway)),
            Due::Write(gateway) => {
                let report = wanted.get(&gateway).cloned().unwrap_or_default();
                let written = Written {
                    report,
                    at: now,
                    has_failed,
                };
                self.written.insert(gateway, written);
            }
        }
    }
}
