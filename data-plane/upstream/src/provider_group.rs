//! Which provider of an AI backend serves a request, and what its answer means for the next ones.
//!
//! Owns choice, health, eviction and retries of the entries of a backend (llm.md 3.2 to 3.4). Must not know sockets,
//! formats or what is in keys, read a clock or draw a random number: both are arguments. Invariant: what is learnt of an entry
//! lives in [`State`], under the names of backend and entry, and outlives every configuration that keeps them.
//!
//! ```text
//! States -> Backend -> Attempts.start -> pick -> Attempt ── sent, answered ──> Attempt.settle -> State
//!                          ^                                                        |
//!                          └────────── retry ─────────── Attempts.next <────────────┘
//! ```

mod average;

pub mod affinity;
pub mod attempts;
pub mod endpoints;
pub mod gauge;
pub mod health_policy;
pub mod keys;
pub mod pick;
pub mod state;
pub mod states;
pub mod verdict;

use std::{num::NonZeroU32, sync::Arc};

use self::{
    attempts::RetryPolicy, gauge::Gauge, health_policy::HealthPolicy, keys::Keys, state::State,
};

/// A backend as one configuration has it, with what is known of its entries.
#[derive(Debug)]
pub struct Backend {
    /// Resource name.
    pub name: Arc<str>,
    /// Priority groups, first group first.
    pub groups: Vec<Group>,
    /// Settings of retries.
    pub retries: RetryPolicy,
    /// What decides within a group.
    pub choice: Choice,
    /// Requests and retries under way.
    pub(crate) load: Arc<Load>,
}

/// Entries of one priority.
#[derive(Debug)]
pub struct Group {
    /// In the order of the configuration.
    pub entries: Vec<Arc<Entry>>,
    /// Share of the weight, in percent, that must be usable for the group to keep all requests. Below, a part goes to
    /// the next groups; without it, all stay as long as one entry is usable (llm.md R-13).
    pub min_healthy_percent: Option<u8>,
}

/// One provider of a group.
#[derive(Debug)]
pub struct Entry {
    /// Unique in the backend.
    pub name: Arc<str>,
    /// Settings.
    pub settings: EntrySettings,
    /// What is known of it.
    pub state: Arc<State>,
    /// Its keys, where it has several.
    pub keys: Keys,
}

/// Settings of an entry. A change of them keeps what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct EntrySettings {
    /// Share of the group's requests; 0 drains the entry.
    pub weight: u32,
    /// Attempts under way at a time, over all workers.
    pub most_in_flight: Option<NonZeroU32>,
    /// The same at each of its endpoints.
    pub most_at_endpoint: Option<NonZeroU32>,
    /// Attempts under way at a time when it comes back from an eviction, until one has succeeded (llm.md R-16).
    pub most_probes: Option<NonZeroU32>,
    /// When it is evicted; `None` for never.
    pub health: Option<HealthPolicy>,
}

/// What decides between entries of a group that may be used (llm.md R-8, R-12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Their weights, which are shares of the requests, unless one of two that are drawn is much worse than the other.
    #[default]
    Shares,
    /// The better of two that are drawn by weight, be it by ever so little.
    Better,
    /// The fewest requests under way for its weight; as in [`Choice::Shares`] between equals.
    LeastInFlight,
    /// The lowest of the costs that a request brings along, an unknown one last; as in [`Choice::Shares`] between equals.
    LowestCost,
}

/// Where an entry stands in its backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the group.
    pub group: usize,
    /// Index of the entry in the group.
    pub entry: usize,
}

/// How the provider is asked to answer, which decides what its latency is (llm.md R-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As a stream: time to the first token.
    Streamed,
    /// In one piece: time for each token.
    Collected,
}

/// What is under way at one backend; shared by all workers.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// Requests.
    pub(crate) requests: Gauge,
    /// Of those, the ones in a retry.
    pub(crate) retries: Gauge,
}

// === impl Backend ===

impl Backend {
    /// The entry at a place.
    pub fn entry(&self, place: Place) -> Option<&Arc<Entry>> {
        self.groups.get(place.group)?.entries.get(place.entry)
    }

    /// Requests under way, and how many of them are in a retry.
    pub fn under_way(&self) -> (u32, u32) {
        (self.load.requests.get(), self.load.retries.get())
    }
}

#[cfg(test)]
mod fixture;
