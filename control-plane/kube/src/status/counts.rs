//! What is counted of what is written: statuses and fleets, for Prometheus.
//!
//! Owns the names and the closed label set. Must not label by object: results are a closed list.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Handles; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// 1 while this replica leads.
    pub leader: Gauge,
    /// Objects whose status waits to be written.
    pub queue: Gauge,
    writes: Family<WriteLabel, Counter>,
    fleets: Family<FleetLabel, Counter>,
}

/// What became of an object of a fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum FleetWrite {
    /// It was made or changed.
    Written,
    /// It was deleted, because nobody wants it any more.
    Pruned,
    /// The fleet could not be written as a whole.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FleetLabel {
    result: FleetWrite,
}

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Attempt {
    /// The status was changed.
    Written,
    /// It was right already.
    Unchanged,
    /// Another wrote at the same time.
    Conflict,
    /// The object does not exist.
    Gone,
    /// We may not.
    Forbidden,
    /// The API server refused the content.
    Invalid,
    /// The API server did not answer, or with something else.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WriteLabel {
    result: Attempt,
}

impl Counts {
    /// Registers everything.
    pub fn new(registry: &mut Registry) -> Counts {
        let registry = registry.sub_registry_with_prefix("tidegate_control_plane");
        let counts = Counts::default();
        registry.register(
            "leader",
            "1 while this replica writes statuses",
            counts.leader.clone(),
        );
        registry.register(
            "status_queue",
            "Objects whose status waits to be written",
            counts.queue.clone(),
        );
        registry.register(
            "status_writes",
            "Attempts to write a status",
            counts.writes.clone(),
        );
        registry.register(
            "fleet_writes",
            "Objects of fleets that were written",
            counts.fleets.clone(),
        );
        counts
    }

    /// One attempt ended.
    pub fn wrote(&self, result: Attempt) {
        self.writes.get_or_create(&WriteLabel { result }).inc();
    }

    /// Objects of a fleet were written, or could not be.
    pub fn wrote_fleet(&self, result: FleetWrite, count: u64) {
        let label = FleetLabel { result };
        self.fleets.get_or_create(&label).inc_by(count);
    }

    /// How often attempts ended like this.
    pub fn of(&self, result: Attempt) -> u64 {
        self.writes.get_or_create(&WriteLabel { result }).get()
    }
}
