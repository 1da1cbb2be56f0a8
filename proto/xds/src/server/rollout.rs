//! Pushing to a client that knows no Commit: real Envoy, or any other.
//!
//! Owns the order between types (R34, R36, R37), the window of one un-ACKed push per type (R17), and when a
//! snapshot counts as applied. Must not read a resource: an endpoint set belongs to the cluster of its name.
//! Invariant: an un-ACKed push never keeps another type waiting: Envoy withholds the ACK of CDS until EDS
//! came (finding 3), so a reference is pushed past its window as soon as a referrer has something to say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use proto::type_url::TypeUrl;

use super::ServerAction;
use super::hold::{Holds, Progress};
use super::streams::{Cut, Stamp, Streams};
use crate::snapshot::{Set, Snapshot};

/// Commits whose application is still awaited; beyond it the oldest are reported with the next.
const AWAITED_CAP: usize = 64;

/// The order in which types are pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Make before break.
    References,
    /// As they come.
    None,
}

/// State of the pushes of one stream.
#[derive(Debug)]
pub(crate) struct Rollout {
    order: Order,
    target: Option<Snapshot>,
    /// Counts the targets.
    generation: u64,
    awaited: VecDeque<(u64, Arc<str>)>,
    applied: Option<Arc<str>>,
    holds: Holds,
    /// Clusters that were pushed before their endpoints were asked for on this stream.
    warming: BTreeSet<Arc<str>>,
}

// === impl Rollout ===

impl Rollout {
    pub(crate) fn new(order: Order) -> Rollout {
        Rollout {
            order,
            target: None,
            generation: 0,
            awaited: VecDeque::new(),
            applied: None,
            holds: Holds::default(),
            warming: BTreeSet::new(),
        }
    }

    /// Takes a new target.
    pub(crate) fn aim(&mut self, snapshot: Snapshot, streams: &mut Streams) {
        let mut is_news = self.target.is_none();
        for type_url in TypeUrl::ALL {
            let old = self.target.as_ref().map(|target| target.digest(type_url));
            if old.is_some_and(|old| old != snapshot.digest(type_url)) {
                is_news = true;
                if let Some(stream) = streams.get_mut(type_url) {
                    stream.content_changed(self.generation + 1);
                }
            }
        }
        if is_news {
            self.generation += 1;
            if let Some(commit_id) = snapshot.commit_id() {
                self.awaited
                    .push_back((self.generation, Arc::clone(commit_id)));
            }
            if self.awaited.len() > AWAITED_CAP {
                self.awaited.pop_front();
            }
        }
        self.target = Some(snapshot);
    }

    /// The client refused a response.
    pub(crate) fn nacked(&mut self) {
        self.applied = None;
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, now: Duration) {
        self.holds.tick(now);
    }

    /// Writes what can be written now.
    pub(crate) fn pump(&mut self, streams: &mut Streams, out: &mut Vec<ServerAction>) {
        let Some(target) = self.target.clone() else {
            return;
        };
        for (type_url, stream) in streams
            .iter_mut()
            .filter(|(type_url, _)| is_referrer(*type_url))
        {
            stream.settle(&target.set(type_url), self.generation);
        }
        let sets = self.effective_sets(streams, &target);
        self.warm(&target, streams);
        let is_pressed = is_pressed(streams, &sets);
        let stamp = Stamp {
            commit_id: target.commit_id(),
            generation: self.generation,
        };
        for (type_url, set) in &sets {
            let is_open = streams
                .get(*type_url)
                .is_some_and(|stream| stream.in_flight() == 0);
            let may_pass = is_pressed && !is_referrer(*type_url);
            if !is_open && !may_pass {
                continue;
            }
            if *type_url == TypeUrl::Cluster && self.order == Order::References {
                let pending = streams.of(*type_url).pending(set);
                self.warming
                    .extend(pending.resources.iter().map(|r| Arc::clone(r.name())));
            }
            streams.push(*type_url, set, self.cut(*type_url), stamp, out);
            self.warm(&target, streams);
        }
        for (type_url, set) in &sets {
            if let Some(stream) = streams.get_mut(*type_url) {
                stream.settle(set, self.generation);
            }
        }
        self.report(&target, streams, out);
    }

    /// What each type's client is to hold now: the target, and held-back removals.
    fn effective_sets(&mut self, streams: &Streams, target: &Snapshot) -> BTreeMap<TypeUrl, Set> {
        let progress = Progress {
            generation: self.generation,
            referrers: self.settled_referrers(streams, target),
        };
        let mut sets = BTreeMap::new();
        for (type_url, stream) in streams.iter() {
            let set = target.set(type_url);
            let set = match self.order {
                Order::References if !is_referrer(type_url) => {
                    self.holds.keep(type_url, stream, &set, progress)
                }
                Order::References | Order::None => set,
            };
            sets.insert(type_url, set);
        }
        sets
    }

    /// Generation that every type which refers to others is known to hold. A type that has content counts
    /// even if it was not asked for yet: on reconnect CDS comes first, while the old routes still serve.
    fn settled_referrers(&self, streams: &Streams, target: &Snapshot) -> u64 {
        TypeUrl::ALL
            .into_iter()
            .filter(|type_url| is_referrer(*type_url))
            .filter_map(|type_url| match streams.get(type_url) {
                Some(stream) => Some(stream.settled()),
                None => is_expected(type_url, target).then_some(0),
            })
            .min()
            .unwrap_or(self.generation)
    }

    /// Has the endpoints of every cluster that was just pushed told again, once they are asked for, changed
    /// or not. Envoy asks for nothing after a CDS update in delta, and on reconnect it claims the endpoints
    /// that it has; either way the cluster warms until they come (R34, finding 4).
    fn warm(&mut self, target: &Snapshot, streams: &mut Streams) {
        self.warming
            .retain(|name| target.get(TypeUrl::Endpoint, name).is_some());
        if let Some(stream) = streams.get_mut(TypeUrl::Endpoint) {
            self.warming.retain(|name| {
                let is_covered = stream.subscription.covers(name);
                if is_covered {
                    stream.force(name);
                }
                !is_covered
            });
        }
    }

    fn cut(&self, type_url: TypeUrl) -> Cut {
        match (self.order, type_url) {
            (Order::References, TypeUrl::RouteConfiguration) => Cut::One,
            (
                Order::None | Order::References,
                TypeUrl::Cluster
                | TypeUrl::Endpoint
                | TypeUrl::Secret
                | TypeUrl::Policy
                | TypeUrl::PolicySet
                | TypeUrl::DynamicForwardProxy
                | TypeUrl::PriceCatalog
                | TypeUrl::AiBackend
                | TypeUrl::ModelRouter
                | TypeUrl::Listener
                | TypeUrl::RouteConfiguration
                | TypeUrl::VirtualHost
                | TypeUrl::RouteRule
                | TypeUrl::Commit,
            ) => Cut::Size,
        }
    }

    /// Reports the newest commit of which every response was ACKed.
    fn report(&mut self, target: &Snapshot, streams: &Streams, out: &mut Vec<ServerAction>) {
        let Some(settled) = streams.iter().map(|(_, stream)| stream.settled()).min() else {
            return;
        };
        let is_due = self
            .awaited
            .front()
            .is_some_and(|(generation, _)| *generation <= settled);
        if self.order == Order::None || !is_due || !is_whole(target, streams) {
            return;
        }
        let mut newest = None;
        while let Some((generation, commit_id)) = self.awaited.pop_front() {
            if generation > settled {
                self.awaited.push_front((generation, commit_id));
                break;
            }
            newest = Some(commit_id);
        }
        if newest.is_some() && newest != self.applied {
            self.applied.clone_from(&newest);
            out.extend(newest.map(|commit_id| ServerAction::Applied { commit_id }));
        }
    }
}

/// Types that refer to those before them.
fn is_referrer(type_url: TypeUrl) -> bool {
    type_url >= TypeUrl::Listener && type_url != TypeUrl::Commit
}

/// True if a real Envoy that is to serve the target asks for all of the type: every cluster is loaded and asks
/// for its endpoints, every listener asks for its routes. A secret may be nobody's.
fn is_expected(type_url: TypeUrl, target: &Snapshot) -> bool {
    let is_standard = match type_url {
        TypeUrl::Cluster | TypeUrl::Endpoint | TypeUrl::Listener | TypeUrl::RouteConfiguration => {
            true
        }
        TypeUrl::Secret
        | TypeUrl::Policy
        | TypeUrl::PolicySet
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::PriceCatalog
        | TypeUrl::AiBackend
        | TypeUrl::ModelRouter
        | TypeUrl::VirtualHost
        | TypeUrl::RouteRule
        | TypeUrl::Commit => false,
    };
    is_standard && target.len(type_url) > 0
}

/// True if the client asked for all that it takes to serve the target. Between the ACK of a listener and the
/// request for its routes nothing is in flight, and yet nothing is served.
fn is_whole(target: &Snapshot, streams: &Streams) -> bool {
    TypeUrl::ALL
        .into_iter()
        .filter(|type_url| is_expected(*type_url, target))
        .all(|type_url| {
            streams.get(type_url).is_some_and(|stream| {
                let mut resources = target.iter(type_url);
                stream.subscription.is_wildcard()
                    || resources.all(|resource| stream.subscription.covers(resource.name()))
            })
        })
}

/// True if a referrer has something to say and may say it.
fn is_pressed(streams: &Streams, sets: &BTreeMap<TypeUrl, Set>) -> bool {
    sets.iter()
        .filter(|(type_url, _)| is_referrer(**type_url))
        .any(|(type_url, set)| {
            streams
                .get(*type_url)
                .is_some_and(|stream| stream.in_flight() == 0 && !stream.pending(set).is_empty())
        })
}
