//! What the proxy counts about its configuration.
//!
//! Owns the metrics of the subscription; those of traffic belong to dp-proxy and share the registry. Must not
//! decide anything. The invariant: labels come from closed enums, so the number of series is bounded.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use proto::type_url::TypeUrl;

/// Bounds of the apply histogram in seconds: from one route to a first load of ten thousand.
const APPLY_BUCKETS: [f64; 10] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5,
];

/// Handles of the metrics; clones count into the same series.
#[derive(Clone, Debug)]
pub struct ConfigMetrics {
    connected: Gauge,
    stale: Gauge,
    connections: Counter,
    responses: Family<ResponseLabels, Counter>,
    commits: Family<CommitLabels, Counter>,
    apply: Histogram,
    applied_at: Gauge<f64, AtomicU64>,
}

/// What became of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Outcome {
    /// Staged, or applied.
    Accepted,
    /// Refused, with a report.
    Rejected,
    /// Counts or digests differ from those of the Commit.
    Mismatch,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResponseLabels {
    r#type: TypeLabel,
    outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommitLabels {
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TypeLabel(TypeUrl);

// === impl ConfigMetrics ===

impl ConfigMetrics {
    /// Registers everything.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = ConfigMetrics {
            connected: Gauge::default(),
            stale: Gauge::default(),
            connections: Counter::default(),
            responses: Family::default(),
            commits: Family::default(),
            apply: Histogram::new(APPLY_BUCKETS),
            applied_at: Gauge::default(),
        };
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("tidegate_proxy_build", "What this binary is", build);
        registry.register(
            "tidegate_proxy_xds_connected",
            "1 while the management server answers",
            metrics.connected.clone(),
        );
        registry.register(
            "tidegate_proxy_config_stale",
            "1 while a configuration from the disk is served that no management server confirmed yet",
            metrics.stale.clone(),
        );
        registry.register(
            "tidegate_proxy_xds_connections",
            "Streams opened to the management server",
            metrics.connections.clone(),
        );
        registry.register(
            "tidegate_proxy_xds_responses",
            "Responses by resource type and by what became of them",
            metrics.responses.clone(),
        );
        registry.register(
            "tidegate_proxy_commits",
            "Configurations by what became of them",
            metrics.commits.clone(),
        );
        registry.register_with_unit(
            "tidegate_proxy_apply",
            "Time from a Commit's arrival to the swap",
            Unit::Seconds,
            metrics.apply.clone(),
        );
        registry.register_with_unit(
            "tidegate_proxy_config_applied_timestamp",
            "When the active configuration became active, since the Unix epoch",
            Unit::Seconds,
            metrics.applied_at.clone(),
        );
        metrics
    }

    /// A stream opened and was answered.
    pub(crate) fn connected(&self) {
        self.connected.set(1);
        self.connections.inc();
    }

    /// What is served was read from the disk, or is confirmed.
    pub(crate) fn stale(&self, is_stale: bool) {
        self.stale.set(is_stale.into());
    }

    /// The stream ended.
    pub(crate) fn disconnected(&self) {
        self.connected.set(0);
    }

    /// One response was judged.
    pub(crate) fn response(&self, type_url: TypeUrl, outcome: Outcome) {
        let labels = ResponseLabels {
            r#type: TypeLabel(type_url),
            outcome,
        };
        self.responses.get_or_create(&labels).inc();
    }

    /// One configuration was judged.
    pub(crate) fn commit(&self, outcome: Outcome) {
        self.commits.get_or_create(&CommitLabels { outcome }).inc();
    }

    /// One configuration became active, after `took`, at `now` since the Unix epoch.
    pub(crate) fn applied(&self, took: Duration, now: Duration) {
        self.commit(Outcome::Accepted);
        self.apply.observe(took.as_secs_f64());
        self.applied_at.set(now.as_secs_f64());
    }
}

// === impl TypeLabel ===

impl EncodeLabelValue for TypeLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        EncodeLabelValue::encode(&self.0.short(), encoder)
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfigMetrics, Outcome};
    use prometheus_client::registry::Registry;
    use proto::type_url::TypeUrl;
    use std::time::Duration;

    #[test]
    fn names_are_those_that_are_documented() {
        let mut registry = Registry::default();
        let metrics = ConfigMetrics::register(&mut registry);
        metrics.connected();
        metrics.response(TypeUrl::RouteRule, Outcome::Rejected);
        metrics.commit(Outcome::Mismatch);
        metrics.applied(Duration::from_millis(3), Duration::from_secs(12));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("encodes");
        for line in [
            "tidegate_proxy_xds_connected 1",
            "tidegate_proxy_config_stale 0",
            "tidegate_proxy_xds_connections_total 1",
            "tidegate_proxy_xds_responses_total{type=\"route-rule\",outcome=\"Rejected\"} 1",
            "tidegate_proxy_commits_total{outcome=\"Mismatch\"} 1",
            "tidegate_proxy_commits_total{outcome=\"Accepted\"} 1",
            "tidegate_proxy_apply_seconds_count 1",
            "tidegate_proxy_config_applied_timestamp_seconds 12.0",
        ] {
            assert!(text.lines().any(|l| l == line), "no {line:?} in\n{text}");
        }
    }
}
