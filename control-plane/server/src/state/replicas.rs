//! What a replica in a cluster tells the API server and other replicas, and what it is told.
//!
//! Owns when statuses and FleetReports are made anew, and which rejections come from where. Must not do I/O: it fills
//! slots that others watch. Invariant: a rejection counts while any replica's proxies refuse the content, and the replica
//! whose own proxies refuse it is the one that tries it again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cp_kube::fleet_report::{PeerChange, Reports};
use cp_kube::status::{Deployed, Facts, Statuses};
use cp_translate::{Cause, Change, Content, Desired, GatewayKey, Quarantined, Rejection};
use tokio::sync::{mpsc, watch};

use crate::event::Event;
use crate::fleet::{Fleet, StreamId};
use crate::peers::{self, Peers, Refusal};
use crate::state::State;

#[cfg(test)]
mod tests;

/// Least time between two times that others are told.
const PACE: Duration = Duration::from_millis(100);
/// Of the loop's time, telling others takes one part in so many, as long as it takes a second or less.
const SHARE: u32 = 10;
/// Most time between two times that others are told. What it took is measured by the clock on the wall, so that a process
/// that was stopped meanwhile would keep silent for many times as long: a third of the time after which it counts as gone.
const LONGEST_PACE: Duration = Duration::from_secs(10);

/// The slots between the loop and the cluster.
pub struct Links {
    /// Wanted statuses; `None` where this replica does not lead.
    pub statuses: watch::Sender<Option<Arc<Statuses>>>,
    /// Fleets that are wanted; `None` before the first translation.
    pub fleets: watch::Sender<Option<Arc<Vec<Desired>>>>,
    /// FleetReports of this replica.
    pub reports: watch::Sender<Arc<Reports>>,
    /// FleetReports of replicas that have gone, to be deleted.
    pub forgotten: mpsc::Sender<(GatewayKey, String)>,
}

/// What this replica knows of others, and what they know of it.
pub(super) struct Replicas {
    links: Links,
    peers: Peers,
    /// What the own proxies refuse.
    own: BTreeMap<Content, Refusal>,
    /// What others refuse, as it was taken over.
    theirs: BTreeMap<Content, Refusal>,
    /// Gateways whose proxies elsewhere were told to the fleet.
    followed: BTreeSet<GatewayKey>,
    leads: bool,
    is_translated: bool,
    /// When others are told next; `None` while there is nothing new.
    due: Option<Instant>,
    rest_until: Option<Instant>,
}

// === impl Replicas ===

impl Replicas {
    pub(super) fn new(links: Links) -> Replicas {
        Replicas {
            links,
            peers: Peers::default(),
            own: BTreeMap::new(),
            theirs: BTreeMap::new(),
            followed: BTreeSet::new(),
            leads: false,
            is_translated: false,
            due: None,
            rest_until: None,
        }
    }

    /// When there is something to do.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.into_iter().chain(self.peers.due()).min()
    }

    /// Whether proxies of this replica refuse the content.
    pub(super) fn refuses(&self, content: &Content) -> bool {
        self.own.contains_key(content)
    }

    /// Takes over what a translation puts aside: all else is not refused any more.
    pub(super) fn put_aside<'a>(&mut self, items: impl Iterator<Item = &'a Quarantined>) {
        let aside: BTreeMap<&Content, &Rejection> = items
            .map(|item| (&item.rejection.content, &item.rejection))
            .collect();
        self.own.retain(|content, _| aside.contains_key(content));
        self.peers
            .retain_orphans(|content| aside.contains_key(content));
        for (content, rejection) in aside {
            // An edit that was taken back brings an old refusal of ours back.
            if !self.theirs.contains_key(content) {
                let known = || refusal(rejection, String::new());
                self.own.entry(content.clone()).or_insert_with(known);
            }
        }
    }

    fn mark(&mut self, now: Instant) {
        let at = self.rest_until.map_or(now, |rest| rest.max(now));
        self.due.get_or_insert(at);
    }

    /// What changes in the rejections by what other replicas say.
    fn reconcile(&mut self, fleet: &Fleet) -> Vec<Change> {
        let union = self.peers.refusals();
        let mut changes = Vec::new();
        for (content, refusal) in &union {
            if self.theirs.get(content) != Some(refusal) {
                changes.push(Change::Rejected(self.joint(content, refusal, fleet)));
            }
        }
        let gone = self
            .theirs
            .keys()
            .filter(|content| !union.contains_key(*content) && !self.own.contains_key(*content));
        changes.extend(gone.cloned().map(Change::Accepted));
        self.theirs = union;
        changes
    }

    /// What proxies here and elsewhere say of one content.
    fn joint(&self, content: &Content, theirs: &Refusal, fleet: &Fleet) -> Rejection {
        let own = self.own.get(content);
        let first = own.map_or(theirs, |own| own.min(theirs));
        let proxies = own.map_or(0, |own| own.proxies);
        let proxies = proxies.saturating_add(theirs.proxies);
        let is_content = own.into_iter().chain([theirs]);
        let mut causes = is_content.map(|refusal| refusal.cause);
        Rejection {
            content: content.clone(),
            cause: if causes.any(|cause| cause == Cause::Content) {
                Cause::Content
            } else {
                Cause::Machine
            },
            message: first.message.clone(),
            proxies,
            of: fleet
                .connected_anywhere(&content.gateway, content.profile)
                .max(proxies),
        }
    }

    fn reports(&self, replica: &str, fleet: &Fleet) -> Reports {
        let mut gateways: BTreeSet<&GatewayKey> = fleet.gateways().collect();
        gateways.extend(self.own.keys().map(|content| &content.gateway));
        let inherited: Vec<(&Content, &Refusal)> = self
            .peers
            .all_orphans()
            .filter(|_| self.leads)
            .filter(|(content, _)| !self.own.contains_key(*content))
            .collect();
        gateways.extend(inherited.iter().map(|(content, _)| &content.gateway));
        let of = |gateway: &GatewayKey| {
            let refusals = self
                .own
                .iter()
                .chain(inherited.iter().copied())
                .filter(|(content, _)| content.gateway == *gateway);
            peers::report(gateway, replica, &fleet.held(gateway), refusals)
        };
        gateways
            .into_iter()
            .map(|gateway| (gateway.clone(), of(gateway)))
            .collect()
    }
}

/// For how long nobody is told anything, after that took so long.
fn rest(took: Duration) -> Duration {
    took.saturating_mul(SHARE).clamp(PACE, LONGEST_PACE)
}

fn refusal(rejection: &Rejection, proxy_version: String) -> Refusal {
    Refusal {
        cause: rejection.cause,
        message: rejection.message.clone(),
        proxy_version,
        proxies: rejection.proxies,
    }
}

// === impl State ===

impl State {
    /// Others have to be told of what events of this kind change.
    pub(super) fn mark(&mut self, event: &Event, now: Instant) {
        let tells = match event {
            Event::Connected { .. }
            | Event::Disconnected { .. }
            | Event::Applied { .. }
            | Event::Rejected { .. }
            | Event::Peer(_)
            | Event::Leads(_)
            | Event::Deployed(_) => true,
            // What these change is told after the epoch, or changes nothing.
            Event::Source(_)
            | Event::Status(_)
            | Event::Snapshot(..)
            | Event::Infrastructure(_) => false,
        };
        if let Some(replicas) = self.replicas.as_mut().filter(|_| tells) {
            replicas.mark(now);
        }
    }

    /// An epoch ended.
    pub(super) fn translated(&mut self) {
        if let Some(replicas) = &mut self.replicas {
            let fleets = &self.translation.infra;
            replicas.links.fleets.send_if_modified(|current| {
                let is_new = current.as_deref() != Some(fleets);
                if is_new {
                    *current = Some(Arc::new(fleets.clone()));
                }
                is_new
            });
            replicas.is_translated = true;
            replicas.mark(Instant::now());
        }
    }

    /// The own proxies refuse what these changes are about.
    pub(super) fn own(&mut self, gateway: &GatewayKey, stream: StreamId, changes: &mut [Change]) {
        let Some(replicas) = &mut self.replicas else {
            return;
        };
        let proxy = self.fleet.proxy(gateway, stream);
        let version = proxy.map(|proxy| proxy.version.clone()).unwrap_or_default();
        for change in changes {
            let Change::Rejected(rejection) = change else {
                continue;
            };
            let content = rejection.content.clone();
            let own = refusal(rejection, version.clone());
            replicas.own.insert(content.clone(), own.clone());
            let theirs = replicas.theirs.get(&content).cloned();
            let theirs = theirs.unwrap_or(Refusal { proxies: 0, ..own });
            *rejection = replicas.joint(&content, &theirs, &self.fleet);
        }
    }

    /// The own proxies hold what they were sent again. While others' refuse it, it stays refused.
    pub(super) fn answered(&mut self, changes: &mut [Change]) {
        let Some(replicas) = &mut self.replicas else {
            return;
        };
        for change in changes {
            let Change::Accepted(content) = change else {
                continue;
            };
            replicas.own.remove(content);
            if let Some(theirs) = replicas.theirs.get(content) {
                *change = Change::Rejected(replicas.joint(content, theirs, &self.fleet));
            }
        }
    }

    pub(super) fn peer(&mut self, change: PeerChange, now: Instant) -> bool {
        let Some(replicas) = &mut self.replicas else {
            return false;
        };
        match change {
            PeerChange::Observed(report) => replicas.peers.observed(report, now),
            PeerChange::Gone { gateway, replica } => replicas.peers.gone(&gateway, &replica),
        }
        self.follow_peers(now)
    }

    pub(super) fn leads(&mut self, leads: bool, now: Instant) -> bool {
        if let Some(replicas) = &mut self.replicas {
            replicas.leads = leads;
            if !leads {
                replicas.links.statuses.send_replace(None);
            }
            replicas.mark(now);
        }
        false
    }

    pub(super) fn deployed(
        &mut self,
        deployed: BTreeMap<GatewayKey, Deployed>,
        now: Instant,
    ) -> bool {
        self.deployed = deployed;
        if let Some(replicas) = &mut self.replicas {
            replicas.mark(now);
        }
        false
    }

    /// Does what is due; true if an epoch has to follow.
    pub(super) fn wake(&mut self, now: Instant) -> bool {
        let Some(replicas) = &mut self.replicas else {
            return false;
        };
        let old = replicas.peers.expire(now);
        if replicas.leads {
            for report in &old {
                // One that finds no room is gone from the union all the same.
                let _ = replicas.links.forgotten.try_send(report.clone());
            }
        }
        let is_changed = !old.is_empty() && self.follow_peers(now);
        let due = self.replicas.as_ref().and_then(|replicas| replicas.due);
        if due.is_some_and(|due| due <= now) {
            self.tell();
        }
        is_changed
    }

    /// Draws the conclusions from what other replicas say.
    fn follow_peers(&mut self, now: Instant) -> bool {
        let Some(replicas) = &mut self.replicas else {
            return false;
        };
        let current = replicas.peers.gateways();
        let touched: Vec<GatewayKey> = current.union(&replicas.followed).cloned().collect();
        for gateway in &touched {
            let held = replicas.peers.held(gateway);
            self.fleet.follow_remote(gateway, held);
        }
        replicas.followed = current;
        let changes = replicas.reconcile(&self.fleet);
        replicas.mark(now);
        let mut is_changed = self.take("rejection at another replica", now, changes);
        for gateway in &touched {
            is_changed |= self.settle(gateway);
        }
        is_changed
    }

    /// Makes anew what others are told.
    fn tell(&mut self) {
        let started = Instant::now();
        let statuses = self.statuses();
        let Some(replicas) = &mut self.replicas else {
            return;
        };
        replicas.due = None;
        let reports = replicas.reports(&self.parts.replica, &self.fleet);
        replicas.links.reports.send_if_modified(|current| {
            let is_new = **current != reports;
            if is_new {
                *current = Arc::new(reports);
            }
            is_new
        });
        if let Some(statuses) = statuses {
            replicas
                .links
                .statuses
                .send_replace(Some(Arc::new(statuses)));
        }
        let ended = Instant::now();
        replicas.rest_until = Some(ended + rest(ended.duration_since(started)));
    }

    /// Wanted statuses, where this replica leads and knows them.
    fn statuses(&self) -> Option<Statuses> {
        let replicas = self.replicas.as_ref()?;
        if !replicas.leads || !replicas.is_translated {
            return None;
        }
        let facts = Facts {
            controller: self.parts.settings.controller.clone(),
            deployed: self.deployed.clone(),
        };
        let view = self.view();
        let reports = self.translation.reports.iter();
        let completed = reports.map(|report| (report, view.conditions(report)));
        let wanted = cp_kube::status::wanted(completed, &facts);
        let shared = wanted
            .into_iter()
            .map(|(key, wanted)| (key, Arc::new(wanted)));
        Some(shared.collect())
    }
}
