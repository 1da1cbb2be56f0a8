//! Fleets, written into the cluster.
//!
//! ```text
//! Wanted (what was rendered) ─┐
//! children (watched) ─────────┼─► one Gateway at a time: apply what differs, prune what is not rendered ─► Outcome
//! leader ─────────────────────┘
//! ```
//! Owns when a fleet is written and who may touch what. Must not decide what a fleet is made of: that is cp-deploy.
//! Invariant: only the leader writes, only what is Tidegate's, and nothing is deleted that does not carry both our
//! label and the Gateway's owner reference.

mod child;
mod places;
mod reconcile;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cp_deploy::Object;
use cp_deploy::exposure::{Exposure, Reachability};
use cp_translate::GatewayKey;
use futures::stream::{BoxStream, FuturesUnordered, StreamExt, select_all};
use kube::Client;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::child::{ChildEvent, Children};
use self::places::Places;
use self::reconcile::{Job, Report};
use crate::failure::delay;
use crate::selection::Selection;
use crate::status::{Counts, FleetWrite};
use crate::watch::random;

/// Fleets that are written at the same time: 5,000 at once neither starve one another nor the API server.
const PARALLEL: usize = 16;

/// What should be in the cluster, per Gateway.
pub type Wanted = BTreeMap<GatewayKey, Arc<Rendered>>;

/// What became of it, per Gateway.
pub type Outcomes = BTreeMap<GatewayKey, Outcome>;

/// The fleet of one Gateway, rendered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// uid of the Gateway.
    pub uid: String,
    /// How clients reach it.
    pub exposure: Exposure,
    /// Addresses that it asks for.
    pub addresses: Vec<String>,
    /// Everything it is made of; absent where that is not known, and then nothing is touched.
    pub objects: Option<Vec<Object>>,
}

/// What became of the fleet of one Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Where it can be reached.
    pub reachability: Reachability,
    /// Why it is not as it should be.
    pub fault: Option<String>,
}

/// Writes fleets.
pub struct Deployer {
    /// Speaks to the API server.
    pub client: Client,
    /// Field manager: controllerName of ours.
    pub manager: String,
    /// What should be; nothing before the first translation of everything.
    pub wanted: watch::Receiver<Option<Arc<Wanted>>>,
    /// Whether this replica leads.
    pub leader: watch::Receiver<bool>,
    /// Which namespaces are read.
    pub selection: Selection,
    /// What became of it.
    pub outcomes: watch::Sender<Outcomes>,
    /// Counts what is written.
    pub counts: Counts,
}

/// What is to be done, and when.
struct Work {
    wanted: Arc<Wanted>,
    children: Children,
    dirty: BTreeSet<GatewayKey>,
    running: BTreeSet<GatewayKey>,
    /// When a Gateway that failed is tried again, and how often it failed.
    later: BTreeMap<GatewayKey, (Instant, u32)>,
    /// Nodes, where some Gateway needs them.
    places: Option<Places>,
}

// === impl Deployer ===

impl Deployer {
    /// Runs until `shutdown`.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let namespaces = namespaces(&self.selection);
        let watches = child::watched(&namespaces);
        let mut work = Work::new(Children::new(watches));
        let watches = child::watched(&namespaces);
        let mut events =
            select_all(watches.map(|watched| child::watch(self.client.clone(), watched)));
        let mut places: BoxStream<'static, ()> = futures::stream::pending().boxed();
        let mut jobs = FuturesUnordered::new();
        loop {
            if work.lacks_places() {
                let (known, changes) = places::open(&self.client, &namespaces);
                work.places = Some(known);
                places = changes;
            }
            let leads = *self.leader.borrow_and_update() && work.children.are_listed();
            while leads && jobs.len() < PARALLEL {
                let Some(job) = work.next(&self.client, &self.manager) else {
                    break;
                };
                jobs.push(job.run());
            }
            let due = work.due();
            tokio::select! {
                () = shutdown.cancelled() => return,
                changed = self.wanted.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    if let Some(wanted) = self.wanted.borrow_and_update().clone() {
                        work.want(wanted, &self.outcomes);
                    }
                }
                changed = self.leader.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    work.all_dirty();
                }
                Some(event) = events.next() => work.fold(event, &self.outcomes),
                Some(()) = places.next() => work.placed(&self.outcomes),
                Some(report) = jobs.next(), if !jobs.is_empty() => {
                    work.finish(report, &self.outcomes, &self.counts);
                }
                () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => work.wake(),
            }
        }
    }
}

// === impl Work ===

impl Work {
    fn new(children: Children) -> Work {
        Work {
            wanted: Arc::default(),
            children,
            dirty: BTreeSet::new(),
            running: BTreeSet::new(),
            later: BTreeMap::new(),
            places: None,
        }
    }

    fn lacks_places(&self) -> bool {
        let mut wanted = self.wanted.values();
        self.places.is_none() && wanted.any(|rendered| places::matter_to(&rendered.exposure))
    }

    /// Nodes changed.
    fn placed(&self, outcomes: &watch::Sender<Outcomes>) {
        for (key, rendered) in self.wanted.iter() {
            if places::matter_to(&rendered.exposure) {
                self.tell_reachability(key, outcomes);
            }
        }
    }

    fn want(&mut self, wanted: Arc<Wanted>, outcomes: &watch::Sender<Outcomes>) {
        let changed: Vec<GatewayKey> = wanted
            .iter()
            .filter(|(key, rendered)| self.wanted.get(*key) != Some(*rendered))
            .map(|(key, _)| key.clone())
            .collect();
        self.wanted = wanted;
        let wanted = &self.wanted;
        self.later.retain(|key, _| wanted.contains_key(key));
        outcomes.send_if_modified(|outcomes| {
            let before = outcomes.len();
            outcomes.retain(|key, _| wanted.contains_key(key));
            outcomes.len() != before
        });
        let obstacle = self.children.obstacle();
        for key in changed {
            self.later.remove(&key);
            if obstacle.is_some() {
                tell(outcomes, &key, |outcome| {
                    outcome.fault.clone_from(&obstacle)
                });
            }
            self.tell_reachability(&key, outcomes);
            self.dirty.insert(key);
        }
    }

    fn all_dirty(&mut self) {
        self.dirty.extend(self.wanted.keys().cloned());
    }

    /// A child came, changed or went: its Gateway is looked at again.
    fn fold(&mut self, event: ChildEvent, outcomes: &watch::Sender<Outcomes>) {
        let was_listed = self.children.are_listed();
        let before = self.children.obstacle();
        for key in self.children.fold(event) {
            if self.wanted.contains_key(&key) {
                self.tell_reachability(&key, outcomes);
                self.dirty.insert(key);
            }
        }
        let obstacle = self.children.obstacle();
        if obstacle != before {
            match (&before, &obstacle) {
                (None, Some(obstacle)) => warn!("{obstacle}"),
                (Some(_), None) => info!("what is deployed is known"),
                (Some(_), Some(_)) | (None, None) => {}
            }
            for key in self.wanted.keys() {
                tell(outcomes, key, |outcome| outcome.fault.clone_from(&obstacle));
            }
        }
        if !was_listed && self.children.are_listed() {
            self.all_dirty();
        }
    }

    fn tell_reachability(&self, key: &GatewayKey, outcomes: &watch::Sender<Outcomes>) {
        let Some(rendered) = self.wanted.get(key) else {
            return;
        };
        let places = self.places.as_ref();
        let nodes = places.map(|places| places.of(key, &rendered.exposure));
        let nodes = nodes.unwrap_or_default();
        let reachability = self.children.reachability(key, rendered, &nodes);
        tell(outcomes, key, |outcome| outcome.reachability = reachability);
    }

    /// The next fleet that is not as it should be.
    fn next(&mut self, client: &Client, manager: &str) -> Option<Job> {
        loop {
            let key = self
                .dirty
                .iter()
                .find(|key| !self.running.contains(*key))?
                .clone();
            self.dirty.remove(&key);
            if self
                .later
                .get(&key)
                .is_some_and(|(due, _)| *due > Instant::now())
            {
                continue;
            }
            let Some(rendered) = self.wanted.get(&key) else {
                continue;
            };
            let Some(objects) = &rendered.objects else {
                continue;
            };
            let plan = self.children.plan(&key, rendered, objects);
            if plan.is_empty() && !self.later.contains_key(&key) {
                continue;
            }
            self.running.insert(key.clone());
            return Some(Job {
                client: client.clone(),
                manager: manager.to_owned(),
                gateway: key,
                uid: rendered.uid.clone(),
                plan,
            });
        }
    }

    fn finish(&mut self, report: Report, outcomes: &watch::Sender<Outcomes>, counts: &Counts) {
        let Report {
            gateway,
            written,
            pruned,
            fault,
        } = report;
        self.running.remove(&gateway);
        let failed = usize::from(fault.is_some());
        for (result, count) in [
            (FleetWrite::Written, written),
            (FleetWrite::Pruned, pruned),
            (FleetWrite::Failed, failed),
        ] {
            counts.wrote_fleet(result, u64::try_from(count).unwrap_or(u64::MAX));
        }
        if written + pruned > 0 {
            info!(%gateway, written, pruned, "fleet");
        }
        match &fault {
            None => drop(self.later.remove(&gateway)),
            Some(fault) => {
                let tries = self.later.get(&gateway).map_or(0, |(_, tries)| *tries);
                if tries == 0 {
                    warn!(%gateway, "fleet cannot be written: {fault}");
                }
                let due = Instant::now() + delay(tries, random());
                self.later
                    .insert(gateway.clone(), (due, tries.saturating_add(1)));
            }
        }
        if self.wanted.contains_key(&gateway) {
            tell(outcomes, &gateway, |outcome| outcome.fault = fault);
        }
    }

    /// When the next fleet is tried again. What waits for its turn already, or for leadership, has no hour.
    fn due(&self) -> Option<Instant> {
        let waits = self
            .later
            .iter()
            .filter(|(key, _)| !self.running.contains(*key) && !self.dirty.contains(*key));
        waits.map(|(_, (due, _))| *due).min()
    }

    fn wake(&mut self) {
        let now = Instant::now();
        let waits = self
            .later
            .iter()
            .filter(|(key, _)| !self.running.contains(*key));
        let due = waits.filter(|(_, (due, _))| *due <= now);
        self.dirty.extend(due.map(|(key, _)| key.clone()));
    }
}

/// Where children are looked for: a right in named namespaces is enough there.
fn namespaces(selection: &Selection) -> Vec<Option<Arc<str>>> {
    match selection {
        Selection::Named(names) => names
            .iter()
            .map(|name| Some(Arc::from(name.as_str())))
            .collect(),
        Selection::All | Selection::Labelled(_) => vec![None],
    }
}

fn tell(outcomes: &watch::Sender<Outcomes>, key: &GatewayKey, edit: impl FnOnce(&mut Outcome)) {
    outcomes.send_if_modified(|outcomes| {
        let before = outcomes.get(key).cloned();
        let mut outcome = before.clone().unwrap_or_default();
        edit(&mut outcome);
        let is_new = before.as_ref() != Some(&outcome);
        if is_new {
            outcomes.insert(key.clone(), outcome);
        }
        is_new
    });
}

#[cfg(test)]
mod tests {
    use super::child::Children;
    use super::{GatewayKey, Work};
    use tokio::time::Instant;

    /// A replica that does not lead cannot try again: it must wait, not turn in a circle.
    #[test]
    fn what_is_due_is_due_once() {
        let mut work = Work::new(Children::default());
        let key = GatewayKey::new("ns", "gw");
        work.later.insert(key.clone(), (Instant::now(), 1));
        assert!(work.due().is_some());
        work.wake();
        assert!(work.due().is_none() && work.dirty.contains(&key));
    }
}
