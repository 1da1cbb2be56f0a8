//! What is counted of the API server, for Prometheus.
//!
//! Owns the names and the closed label sets of this crate. Must not label by object: kinds, reasons and outcomes are
//! closed lists.

use std::collections::BTreeMap;

use cp_api::key::Kind;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::failure::Reason;

/// Handles to every metric; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    connected: Family<KindLabel, Gauge>,
    objects: Family<KindLabel, Gauge>,
    restarts: Family<RestartLabel, Counter>,
    events: Family<OutcomeLabel, Counter>,
}

/// What became of a Kubernetes Event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventOutcome {
    /// It stands in the API server.
    Written,
    /// The API server did not take it.
    Failed,
    /// Too many waited.
    Dropped,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: KindValue,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RestartLabel {
    kind: KindValue,
    reason: ReasonValue,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: EventOutcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct KindValue(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ReasonValue(Reason);

impl EncodeLabelValue for KindValue {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.as_str().encode(encoder)
    }
}

impl EncodeLabelValue for EventOutcome {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let word = match self {
            EventOutcome::Written => "written",
            EventOutcome::Failed => "failed",
            EventOutcome::Dropped => "dropped",
        };
        word.encode(encoder)
    }
}

impl EncodeLabelValue for ReasonValue {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let word = match self.0 {
            Reason::Expired => "expired",
            Reason::Forbidden => "forbidden",
            Reason::Absent => "absent",
            Reason::Unreachable => "unreachable",
            Reason::Busy => "busy",
            Reason::Refused => "refused",
        };
        word.encode(encoder)
    }
}

// === impl Metrics ===

impl Metrics {
    /// Registers everything.
    pub fn new(registry: &mut Registry) -> Self {
        let registry = registry.sub_registry_with_prefix("tidegate_control_plane");
        let metrics = Metrics::default();
        registry.register(
            "watch_connected",
            "1 while what the API server has of a kind is followed",
            metrics.connected.clone(),
        );
        registry.register(
            "watch_objects",
            "Objects of a kind that are read from the API server",
            metrics.objects.clone(),
        );
        registry.register(
            "watch_restarts",
            "Watches that broke and began again with a list",
            metrics.restarts.clone(),
        );
        registry.register(
            "kubernetes_events",
            "Kubernetes Events about objects, by what became of them",
            metrics.events.clone(),
        );
        metrics
    }

    pub(crate) fn event(&self, outcome: EventOutcome) {
        self.events.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    pub(crate) fn restarted(&self, kind: Kind, reason: Reason) {
        let label = RestartLabel {
            kind: KindValue(kind),
            reason: ReasonValue(reason),
        };
        self.restarts.get_or_create(&label).inc();
    }

    /// Sets both gauges; a kind that is not watched has no series.
    pub(crate) fn follow(&self, kinds: &BTreeMap<Kind, (bool, usize)>) {
        for kind in Kind::ALL {
            let label = KindLabel {
                kind: KindValue(kind),
            };
            match kinds.get(&kind) {
                None => {
                    self.connected.remove(&label);
                    self.objects.remove(&label);
                }
                Some((is_connected, objects)) => {
                    let objects = i64::try_from(*objects).unwrap_or(i64::MAX);
                    self.connected
                        .get_or_create(&label)
                        .set(i64::from(*is_connected));
                    self.objects.get_or_create(&label).set(objects);
                }
            }
        }
    }
}
