//! One watch: a kind, everywhere or in one namespace, for as long as someone polls it.
//!
//! Owns lists, gaps, refusals and waits. Must not remember objects: that is `fold`. Invariant: the stream never ends, and
//! after every failure the next thing it tells is a whole list, the one answer that is right whatever was missed.

use std::sync::Arc;
use std::time::Duration;

use cp_api::ObjectKey;
use cp_api::key::Kind;
use futures::stream::{self, BoxStream, StreamExt};
use kube::core::ApiResource;
use kube::runtime::watcher;
use kube::{Api, Client};
use tokio::sync::Notify;
use tracing::debug;

use crate::failure::{Failure, Reason, delay, refuses_streaming};
use crate::kinds::watched;
use crate::reading::{Raw, Reading, gone, read};

/// How long the API server may say nothing in the middle of a list.
const SILENCE: Duration = Duration::from_secs(60);

/// Which watch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchId {
    /// What is watched.
    pub kind: Kind,
    /// Where; everywhere if absent.
    pub namespace: Option<Arc<str>>,
}

/// What a watch tells.
#[derive(Debug)]
pub enum Signal {
    /// A list begins.
    Started,
    /// An object of the list.
    Listed(Reading),
    /// The list is whole: what was not in it is gone. The watch is connected.
    Complete,
    /// An object came or changed.
    Applied(Reading),
    /// An object went.
    Deleted(ObjectKey),
    /// The watch broke; it starts again by itself.
    Failed(Failure),
}

/// How objects are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// As the beginning of the watch, one object at a time.
    Streamed,
    /// In pages, before the watch.
    Paged,
}

type Events = BoxStream<'static, Result<watcher::Event<Raw>, watcher::Error>>;

struct Watch {
    client: Client,
    /// Another watch has an answer: it may be worth not to wait any longer.
    hope: Arc<Notify>,
    id: WatchId,
    resource: ApiResource,
    listing: Listing,
    events: Option<Events>,
    is_listing: bool,
    attempts: u32,
    wait: Option<Duration>,
}

/// Watches a kind in this version of its API. `hope` ends a wait early.
pub fn watch(
    client: Client,
    hope: Arc<Notify>,
    id: WatchId,
    version: &str,
    listing: Listing,
) -> BoxStream<'static, Signal> {
    let watch = Watch {
        client,
        hope,
        resource: watched(id.kind).resource(version),
        id,
        listing,
        events: None,
        is_listing: true,
        attempts: 0,
        wait: None,
    };
    stream::unfold(watch, async |mut watch| {
        let signal = watch.next().await;
        Some((signal, watch))
    })
    .boxed()
}

// === impl Watch ===

impl Watch {
    async fn next(&mut self) -> Signal {
        loop {
            if let Some(wait) = self.wait.take() {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = self.hope.notified() => {}
                }
            }
            let event = match self.event().await {
                Ok(event) => event,
                Err(None) => continue,
                Err(Some(failure)) => return self.broke(failure),
            };
            let kind = self.id.kind;
            return match event {
                watcher::Event::Init => {
                    self.is_listing = true;
                    Signal::Started
                }
                watcher::Event::InitApply(raw) => Signal::Listed(read(kind, &self.resource, raw)),
                watcher::Event::InitDone => {
                    self.is_listing = false;
                    self.attempts = 0;
                    Signal::Complete
                }
                watcher::Event::Apply(raw) => Signal::Applied(read(kind, &self.resource, raw)),
                watcher::Event::Delete(raw) => Signal::Deleted(gone(kind, &raw)),
            };
        }
    }

    /// The next event; `None` if the same has to be asked in another way.
    async fn event(&mut self) -> Result<watcher::Event<Raw>, Option<Failure>> {
        let is_listing = self.is_listing;
        if self.events.is_none() {
            self.events = Some(self.start());
        }
        let Some(events) = self.events.as_mut() else {
            return Err(None);
        };
        let next = match is_listing {
            // A quiet kind is no failure. That a connection is dead the client finds out by itself.
            false => events.next().await,
            true => match tokio::time::timeout(SILENCE, events.next()).await {
                Ok(next) => next,
                Err(_) => return Err(Some(Failure::silence(SILENCE))),
            },
        };
        match next {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) if self.listing == Listing::Streamed && refuses_streaming(&error) => {
                debug!(kind = %self.id.kind, "the API server does not stream lists; listing in pages");
                self.listing = Listing::Paged;
                self.events = None;
                Err(None)
            }
            Some(Err(error)) => Err(Some(Failure::of_watch(&error))),
            None => {
                self.events = None;
                Err(None)
            }
        }
    }

    fn start(&self) -> Events {
        let row = watched(self.id.kind);
        let mut fields = row.fields.to_owned();
        let api: Api<Raw> = match &self.id.namespace {
            None => Api::all_with(self.client.clone(), &self.resource),
            Some(namespace) if self.id.kind.is_namespaced() => {
                Api::namespaced_with(self.client.clone(), namespace, &self.resource)
            }
            // A role may allow one Namespace by its name, and such a request only.
            Some(namespace) => {
                fields = format!("metadata.name={namespace}");
                Api::all_with(self.client.clone(), &self.resource)
            }
        };
        let mut config = watcher::Config::default();
        if !fields.is_empty() {
            config = config.fields(&fields);
        }
        if self.listing == Listing::Streamed {
            config = config.streaming_lists();
        }
        watcher(api, config).boxed()
    }

    /// Starts over after a while.
    fn broke(&mut self, failure: Failure) -> Signal {
        self.events = None;
        self.is_listing = true;
        // A gap is nobody's fault, so the list follows at once; but not for ever at once.
        self.wait = Some(match (failure.reason, self.attempts) {
            (Reason::Expired, 0) => Duration::ZERO,
            (_, attempts) => delay(attempts, random()),
        });
        self.attempts = self.attempts.saturating_add(1);
        Signal::Failed(failure)
    }
}

/// Any number; without randomness everyone waits equally long, which is no fault.
pub(crate) fn random() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX)
}
