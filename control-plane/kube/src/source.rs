//! The source: an API server in, batches of changes out.
//!
//! Owns which watches run. Must not decide what a change means, and must not end because of what an API server does.
//! Invariants: the first batch that is complete comes when every kind that is served has been listed once; while nobody
//! takes a batch, changes gather up to a bound and then the API server has to wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use cp_api::key::Kind;
use cp_translate::Change;
use futures::stream::{BoxStream, StreamExt};
use kube::Client;
use tokio::sync::{Notify, mpsc};
use tokio_stream::StreamMap;
use tracing::{debug, info};

use crate::discovery::{Presence, Served, discovery};
use crate::failure::{Failure, Reason};
use crate::fold::Fold;
use crate::kinds::watched;
use crate::metrics::Metrics;
use crate::selection::Selection;
use crate::watch::{Listing, Signal, WatchId, watch};

/// Changes that gather while nobody takes them.
const GATHER: usize = 1_000;

/// What the API server changed.
#[derive(Debug)]
pub struct Batch {
    /// Changes, in order.
    pub changes: Vec<Change>,
    /// Everything that is wrong now; not only what is new.
    pub problems: Vec<String>,
    /// Whether every kind that is served has been listed once. From then on it stays so.
    pub is_complete: bool,
    /// When the first of the changes was noticed.
    pub noticed: Instant,
}

/// A watched API server. Dropping it ends the watching.
#[derive(Debug)]
pub struct Source {
    batches: mpsc::Receiver<Batch>,
}

/// What does the watching: a future to be run beside the source.
pub struct Driver {
    client: Client,
    selection: Selection,
    fold: Fold,
    watches: StreamMap<WatchId, BoxStream<'static, Signal>>,
    /// Kinds that are watched, each in this version.
    open: BTreeMap<Kind, &'static str>,
    /// Kinds that are not defined.
    absent: BTreeSet<Kind>,
    listing: Listing,
    /// Watches of kinds in namespaces wait until it is known which namespaces are read.
    waiting: Option<Served>,
    doubt: Arc<Notify>,
    hope: Arc<Notify>,
    metrics: Metrics,
    batches: mpsc::Sender<Batch>,
    noticed: Option<Instant>,
}

/// Prepares to watch an API server. Nothing is asked until the driver runs.
pub fn open(client: Client, selection: Selection, metrics: Metrics) -> (Source, Driver) {
    let (sender, receiver) = mpsc::channel(1);
    let driver = Driver {
        client,
        fold: Fold::new(selection.clone()),
        selection,
        watches: StreamMap::new(),
        open: BTreeMap::new(),
        absent: BTreeSet::new(),
        listing: Listing::Paged,
        waiting: None,
        doubt: Arc::new(Notify::new()),
        hope: Arc::new(Notify::new()),
        metrics,
        batches: sender,
        noticed: None,
    };
    (Source { batches: receiver }, driver)
}

// === impl Source ===

impl Source {
    /// The next batch; waits until something changes. `None` when the driver has ended. Cancelling the future loses
    /// nothing.
    pub async fn next(&mut self) -> Option<Batch> {
        self.batches.recv().await
    }
}

// === impl Driver ===

impl Driver {
    /// Watches until the source is dropped.
    pub async fn run(mut self) {
        let mut discovery = discovery(self.client.clone(), Arc::clone(&self.doubt));
        let batches = self.batches.clone();
        loop {
            let is_full = self.fold.waiting() >= GATHER;
            // In this order: a change that is there joins the batch before the batch goes.
            tokio::select! {
                biased;
                () = batches.closed() => return,
                Some(served) = discovery.next() => self.found_out(served),
                Some((id, signal)) = self.watches.next(), if !is_full && !self.watches.is_empty() => {
                    self.on(&id, signal);
                }
                permit = batches.reserve(), if self.fold.has_news() => {
                    let Ok(permit) = permit else { return };
                    permit.send(self.batch());
                }
            }
        }
    }

    fn batch(&mut self) -> Batch {
        let news = self.fold.take();
        self.metrics.follow(&self.fold.kinds());
        Batch {
            changes: news.changes,
            problems: news.problems,
            is_complete: news.is_complete,
            noticed: self.noticed.take().unwrap_or_else(Instant::now),
        }
    }

    fn on(&mut self, id: &WatchId, signal: Signal) {
        let is_turn = matches!(signal, Signal::Complete | Signal::Failed(_));
        if let Signal::Failed(failure) = &signal {
            debug!(kind = %id.kind, namespace = ?id.namespace, reason = ?failure.reason, failure.cause, "watch broke");
            self.metrics.restarted(id.kind, failure.reason);
            if failure.reason == Reason::Absent {
                self.doubt.notify_one();
            }
        }
        if matches!(signal, Signal::Complete) {
            self.hope.notify_waiters();
        }
        let again = self.fold.on(id, signal);
        for id in again {
            if let Some(version) = self.open.get(&id.kind) {
                self.start(id, version);
            }
        }
        if self.noticed.is_none() && self.fold.has_news() {
            self.noticed = Some(Instant::now());
        }
        if self.waiting.is_some()
            && self.fold.knows_namespaces()
            && let Some(served) = self.waiting.take()
        {
            self.follow(&served);
        }
        if is_turn {
            self.metrics.follow(&self.fold.kinds());
        }
    }

    fn found_out(&mut self, served: Result<Served, Failure>) {
        let served = match served {
            Ok(served) => served,
            Err(failure) => return self.fold.not_found_out(failure),
        };
        self.fold.answered();
        self.listing = served.listing;
        let by_label = matches!(self.selection, Selection::Labelled(_));
        if by_label && !self.fold.knows_namespaces() {
            let namespaces = served.kinds.get_key_value(&Kind::Namespace);
            if let Some((kind, Presence::Served(version))) = namespaces {
                self.watch_kind(*kind, version);
            }
            self.waiting = Some(served);
            return;
        }
        self.follow(&served);
    }

    /// Opens and closes watches so that what is served is watched.
    fn follow(&mut self, served: &Served) {
        let mut misfits = BTreeSet::new();
        let before = self.open.clone();
        for (kind, presence) in &served.kinds {
            match presence {
                Presence::Served(version) => self.watch_kind(*kind, version),
                Presence::Misfit => drop(misfits.insert(*kind)),
                Presence::Absent => self.leave(*kind),
            }
        }
        let is_new = |(kind, version): &(&Kind, &&str)| before.get(*kind) != Some(*version);
        let opened = self.open.iter().filter(is_new);
        let opened: Vec<String> = opened
            .map(|(kind, version)| format!("{kind} {version}"))
            .collect();
        if !opened.is_empty() {
            info!(kinds = opened.join(", "), "watching");
        }
        if misfits.is_empty() || served.is_settled {
            self.fold.found_out(misfits);
        }
        let absent: BTreeSet<Kind> = served
            .kinds
            .iter()
            .filter(|(_, presence)| **presence == Presence::Absent)
            .map(|(kind, _)| *kind)
            .collect();
        if absent != self.absent && !absent.is_empty() {
            let absent: Vec<&str> = absent.iter().map(|kind| kind.as_str()).collect();
            info!(
                kinds = absent.join(", "),
                "not defined in this cluster; watched as soon as they are"
            );
        }
        self.absent = absent;
        self.metrics.follow(&self.fold.kinds());
    }

    fn watch_kind(&mut self, kind: Kind, version: &'static str) {
        if self.open.get(&kind) == Some(&version) {
            return;
        }
        self.open.insert(kind, version);
        let namespaces: Vec<Option<Arc<str>>> = match &self.selection {
            Selection::Named(names) if kind.is_namespaced() || kind == Kind::Namespace => {
                let names = names.iter().map(|name| Some(Arc::from(name.as_str())));
                names.collect()
            }
            Selection::All | Selection::Named(_) | Selection::Labelled(_) => vec![None],
        };
        for namespace in namespaces {
            let id = WatchId { kind, namespace };
            self.fold.open(id.clone());
            self.start(id, version);
        }
    }

    /// Starts a watch, in the place of the one that there was.
    fn start(&mut self, id: WatchId, version: &str) {
        let (client, hope) = (self.client.clone(), Arc::clone(&self.hope));
        let stream = watch(client, hope, id.clone(), version, self.listing);
        self.watches.insert(id, stream);
    }

    fn leave(&mut self, kind: Kind) {
        if self.open.remove(&kind).is_none() {
            return;
        }
        info!(%kind, definition = watched(kind).definition(), "not defined any more; its objects are gone");
        let ids: Vec<WatchId> = self
            .watches
            .keys()
            .filter(|id| id.kind == kind)
            .cloned()
            .collect();
        for id in ids {
            self.watches.remove(&id);
        }
        self.fold.close(kind);
    }
}
