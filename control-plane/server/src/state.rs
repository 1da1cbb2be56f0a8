//! Everything that the loop of this process knows, and what each event does to it.
//!
//! Owns the inputs, the newest translation, what is published and what the fleet said. Must not wait or do I/O:
//! `pipeline` calls it and nothing else writes to it. Status and snapshots come from one translation, so they
//! never tell different stories.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use cp_files::{Batch, Problem};
use cp_kube::event::Events;
use cp_kube::status::Deployed;
use cp_translate::{Change, Content, GatewayKey, Inputs, Profile, Quarantined, Translation};
use grpc::token::{RunSecret, Subject};
use proto::tidegate::v1::{DesiredProxy, Infrastructure};
use tracing::{debug, info, warn};

use crate::condition_log::ConditionLog;
use crate::epoch_trace::{EpochTimes, EpochTraces};
use crate::event::Event;
use crate::fleet::{self, Fleet, StreamId};
use crate::history::History;
use crate::metrics::Metrics;
use crate::object_event;
use crate::programmed::Programmed;
use crate::publish::{Published, Publisher};
use crate::rejection;
use crate::retry::Retries;
use crate::snapshot_view;
use crate::status::{LastChange, View};
use crate::wanted::Wanted;

/// The loop's state.
pub struct State {
    parts: Parts,
    inputs: Inputs,
    translation: Translation,
    problems: Vec<Problem>,
    /// Gateways whose Envoy profile somebody asked for.
    envoys: BTreeSet<GatewayKey>,
    publisher: Publisher,
    history: History,
    fleet: Fleet,
    retries: Retries,
    programmed: Programmed,
    conditions: ConditionLog,
    last_changes: BTreeMap<GatewayKey, LastChange>,
    wanted: Wanted,
    pending: Pending,
    replicas: Option<Replicas>,
    /// What became of deployed fleets.
    deployed: BTreeMap<GatewayKey, Deployed>,
}

/// What arrived since the last epoch.
#[derive(Debug, Default)]
struct Pending {
    changes: usize,
    first: Option<(Instant, SystemTime)>,
    reason: String,
}

/// What a [`State`] is made of.
pub struct Parts {
    /// Settings of translation.
    pub settings: cp_translate::Settings,
    /// Secret behind the tokens.
    pub secret: RunSecret,
    /// Name of this replica.
    pub replica: String,
    /// The sources, for humans.
    pub sources: Vec<String>,
    /// Where Kubernetes Events are told, if there are any.
    pub events: Option<Events>,
    /// Counters.
    pub metrics: Metrics,
    /// Traces of epochs.
    pub traces: EpochTraces,
    /// What a replica in a cluster tells and is told.
    pub links: Option<Links>,
}

impl State {
    /// A state that knows nothing yet.
    pub fn new(mut parts: Parts) -> Self {
        let replicas = parts.links.take().map(Replicas::new);
        State {
            parts,
            replicas,
            inputs: Inputs::default(),
            translation: Translation::default(),
            problems: Vec::new(),
            envoys: BTreeSet::new(),
            publisher: Publisher::default(),
            history: History::default(),
            fleet: Fleet::default(),
            retries: Retries::default(),
            programmed: Programmed::default(),
            conditions: ConditionLog::default(),
            last_changes: BTreeMap::new(),
            wanted: Wanted::default(),
            pending: Pending::default(),
            deployed: BTreeMap::new(),
        }
    }

    /// Takes an event in; true if an epoch has to follow.
    pub fn on(&mut self, event: Event) -> bool {
        let now = Instant::now();
        self.mark(&event, now);
        match event {
            Event::Source(batch) => self.source(batch),
            Event::Connected {
                gateway,
                stream,
                proxy,
                answer,
            } => {
                self.parts.metrics.proxies.inc();
                self.fleet.connected(&gateway, stream, proxy);
                // A stream that ended meanwhile needs no slot.
                let _ = answer.send(self.publisher.watch(&gateway));
                self.settle(&gateway)
            }
            Event::Disconnected { gateway, stream } => {
                info!(%gateway, stream = stream.0, "proxy disconnected");
                self.parts.metrics.proxies.dec();
                self.fleet.disconnected(&gateway, stream);
                self.settle(&gateway)
            }
            Event::Applied {
                gateway,
                stream,
                commit,
            } => self.applied(&gateway, stream, &commit),
            Event::Rejected {
                gateway,
                stream,
                nack,
            } => {
                warn!(%gateway, stream = stream.0, kind = %nack.type_url, reason = nack.message, "nack");
                self.fleet.rejected(&gateway, stream, &nack.message);
                let mut changes =
                    rejection::changes(&gateway, stream, &nack, &mut self.fleet, &self.history);
                self.own(&gateway, stream, &mut changes);
                self.take("rejection by a proxy", Instant::now(), changes)
            }
            Event::Peer(change) => self.peer(change, now),
            Event::Leads(leads) => self.leads(leads, now),
            Event::Deployed(deployed) => self.deployed(deployed, now),
            Event::Status(answer) => {
                let _ = answer.send(self.view().status());
                false
            }
            Event::Snapshot(request, answer) => {
                let gateway = GatewayKey::new(&request.namespace, &request.name);
                if snapshot_view::profile(&request) == Profile::Envoy
                    && self.publisher.current(&gateway).is_some()
                    && self.want_envoy(&gateway)
                {
                    self.epoch();
                }
                let published = self.publisher.current(&gateway);
                let view = published.map(|published| snapshot_view::view(&published, &request));
                let _ = answer.send(view);
                false
            }
            Event::Infrastructure(answer) => {
                self.wanted.ask(answer);
                false
            }
        }
    }

    /// Translates what has arrived and publishes what changed by it.
    pub fn epoch(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let (event, event_at) = pending
            .first
            .unwrap_or_else(|| (Instant::now(), SystemTime::now()));
        let translate_at = SystemTime::now();
        let started = Instant::now();
        let has_envoy = |gateway: &GatewayKey| self.envoys.contains(gateway);
        self.translation =
            cp_translate::translate_for(&self.inputs, &self.parts.settings, has_envoy);
        let took = started.elapsed();
        self.parts.metrics.epochs.inc();
        self.parts.metrics.translate.observe(took.as_secs_f64());
        let times = EpochTimes {
            event,
            event_at,
            translate_at,
            translated_at: SystemTime::now(),
            changes: pending.changes,
            reason: pending.reason,
        };
        let traceparent = self.parts.traces.begin(&times);
        self.publish(&times, &traceparent);
        self.program();
        self.follow_refusals();
        self.follow_infrastructure();
        self.count();
        self.log_conditions();
        self.settle_epochs();
        self.translated();
        debug!(
            changes = times.changes,
            reason = times.reason,
            ?took,
            "epoch"
        );
    }

    /// When something is due by itself: refused content to be sent again, others to be told.
    pub fn retry_due(&self) -> Option<Instant> {
        let replicas = self.replicas.as_ref().and_then(Replicas::due);
        self.retries.due().into_iter().chain(replicas).min()
    }

    /// Does what is due; true if an epoch has to follow.
    pub fn retry(&mut self, now: Instant) -> bool {
        let is_changed = self.wake(now);
        self.send_again(now) | is_changed
    }

    fn send_again(&mut self, now: Instant) -> bool {
        let mut changes = Vec::new();
        for (content, attempt) in self.retries.begin(now) {
            info!(gateway = %content.gateway, kind = content.type_url.short(), name = content.name, attempt, "retry");
            self.parts.metrics.retries.inc();
            changes.push(Change::Retry(content));
        }
        let reason = snapshot_view::reason(&changes);
        self.take(&reason, now, changes)
    }

    fn source(&mut self, batch: Batch) -> bool {
        for problem in &batch.problems {
            if !self.problems.contains(problem) {
                warn!("{problem}");
            }
        }
        for problem in &self.problems {
            if !batch.problems.contains(problem) {
                info!("{}: no longer: {}", problem.file.display(), problem.message);
            }
        }
        self.problems = batch.problems;
        self.parts
            .metrics
            .source_problems
            .set(gauge(self.problems.len()));
        let reason = snapshot_view::reason(&batch.changes);
        self.take(&reason, batch.noticed, batch.changes)
    }

    fn take(&mut self, reason: &str, noticed: Instant, changes: Vec<Change>) -> bool {
        let count = changes.len();
        let next = self.inputs.with_all(changes);
        if next.same(&self.inputs) {
            return false;
        }
        self.inputs = next;
        if self.pending.first.is_none() {
            let ago = noticed.elapsed();
            let at = SystemTime::now()
                .checked_sub(ago)
                .unwrap_or_else(SystemTime::now);
            self.pending.first = Some((noticed, at));
            self.pending.reason = reason.to_owned();
        }
        self.pending.changes = self.pending.changes.saturating_add(count);
        true
    }

    fn program(&mut self) {
        self.programmed.begin();
        for report in &self.translation.reports {
            for gateway in &report.gateways {
                let latest = self.fleet.latest(gateway);
                let generation = report.source.generation;
                self.programmed
                    .translated(&report.key, gateway, generation, latest);
            }
        }
        self.programmed.end();
        for gateway in self.translation.gateways.keys() {
            self.programmed.advance(gateway, &self.fleet);
        }
    }

    fn follow_infrastructure(&mut self) {
        let proxies = self.translation.infra.iter().map(|desired| {
            let key = &desired.gateway;
            let subject = Subject::gateway(&key.namespace, &key.name);
            DesiredProxy {
                namespace: key.namespace.clone(),
                name: key.name.clone(),
                token: self.parts.secret.mint(&subject),
                ports: desired
                    .ports
                    .iter()
                    .map(|port| u32::from(port.port))
                    .collect(),
            }
        });
        let next = Infrastructure {
            proxies: proxies.collect(),
        };
        self.wanted.follow(next);
    }

    /// Adapts the fleet's refusals and the retries to what is put aside now.
    fn follow_refusals(&mut self) {
        let gateways = &self.translation.gateways;
        let aside = || gateways.values().flat_map(|output| &output.quarantined);
        if let Some(replicas) = &mut self.replicas {
            replicas.put_aside(aside());
        }
        // What only proxies of other replicas refuse is tried again there.
        let is_own = |item: &&Quarantined| {
            let content = &item.rejection.content;
            let replicas = self.replicas.as_ref();
            replicas.is_none_or(|replicas| replicas.refuses(content))
        };
        self.retries.follow(aside().filter(is_own), Instant::now());
        for (key, output) in gateways {
            self.fleet.retain_refused(key, |content| {
                let mut aside = output.quarantined.iter();
                aside.any(|item| item.rejection.content == *content)
            });
        }
    }

    fn applied(&mut self, gateway: &GatewayKey, stream: StreamId, commit: &str) -> bool {
        info!(%gateway, stream = stream.0, commit, "applied");
        self.fleet.applied(gateway, stream, commit);
        let profile = self.fleet.proxy(gateway, stream).map(|proxy| proxy.profile);
        if let Some(snapshot) =
            profile.and_then(|profile| self.history.find(gateway, profile, commit))
        {
            self.fleet.took(gateway, stream, snapshot);
        }
        self.settle(gateway)
    }

    /// Draws the conclusions from what a Gateway's proxies hold; true if an epoch has to follow.
    fn settle(&mut self, gateway: &GatewayKey) -> bool {
        let is_wanted = self.fleet.has(gateway, Profile::Envoy) && self.want_envoy(gateway);
        self.programmed.advance(gateway, &self.fleet);
        self.settle_epochs();
        let current = self.publisher.current(gateway);
        let mut accepted = Vec::new();
        for profile in [Profile::Tidegate, Profile::Envoy] {
            let held = self.fleet.common(gateway, profile);
            let held = held.and_then(|commit| self.history.find(gateway, profile, commit));
            let Some(snapshot) = held else { continue };
            // By itself this never changes a translation, so no epoch follows.
            self.inputs = self.inputs.with(Change::Applied {
                gateway: gateway.clone(),
                profile,
                snapshot: snapshot.clone(),
            });
            // A trial is answered by the publication that it began with, or a later one.
            let is_current =
                |current: &Arc<Published>| current.of(profile).commit_id() == snapshot.commit_id();
            if !current.as_ref().is_some_and(is_current) {
                continue;
            }
            let tried = self.retries.iter().map(|(content, _)| content);
            accepted.extend(
                tried
                    .filter(|content| content.gateway == *gateway && content.profile == profile)
                    .filter(|content| fleet::holds(snapshot, content))
                    .map(|content| Change::Accepted(content.clone())),
            );
        }
        self.history.follow(gateway, &self.fleet);
        self.answered(&mut accepted);
        let reason = snapshot_view::reason(&accepted);
        self.take(&reason, Instant::now(), accepted) | is_wanted
    }

    fn settle_epochs(&mut self) {
        for took in self.parts.traces.settle(&self.fleet, Instant::now()) {
            self.parts
                .metrics
                .event_to_applied
                .observe(took.as_secs_f64());
        }
    }

    fn count(&self) {
        self.parts.metrics.objects.set(gauge(self.inputs.len()));
        let quarantined = self
            .translation
            .gateways
            .values()
            .map(|output| output.quarantined.len())
            .sum();
        self.parts.metrics.quarantined.set(gauge(quarantined));
    }

    fn log_conditions(&mut self) {
        let mut log = std::mem::take(&mut self.conditions);
        let unreadable = log.update(&self.translation.reports);
        if let Some(events) = &self.parts.events {
            unreadable.for_each(|report| events.tell(object_event::unreadable(report)));
        }
        self.conditions = log;
    }

    fn view(&self) -> View<'_> {
        View {
            translation: &self.translation,
            fleet: &self.fleet,
            programmed: &self.programmed,
            publisher: &self.publisher,
            last_changes: &self.last_changes,
            problems: &self.problems,
            sources: &self.parts.sources,
            deployed: &self.deployed,
            next_tries: self.next_tries(),
        }
    }

    /// When each refused content is tried next, on the wall clock.
    fn next_tries(&self) -> BTreeMap<Content, SystemTime> {
        let (now, wall) = (Instant::now(), SystemTime::now());
        let tries = self.retries.iter().map(|(content, due)| {
            let left = due.map(|due| due.saturating_duration_since(now));
            (content.clone(), wall + left.unwrap_or_default())
        });
        tries.collect()
    }
}

fn gauge(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

mod publication;
mod replicas;

pub use replicas::Links;
use replicas::Replicas;

#[cfg(test)]
mod tests;
