//! Counts of LLM traffic.
//!
//! Owns what is counted of attempts at providers, and of guards. Must not take a label from a client. Invariant: what a
//! request took is not counted here but in `usage`, by the record that everybody else reads.

use dp_llm::format::Format;
use dp_upstream::provider_group::{endpoints::Settled, state::Change};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use crate::{ai::guard::Check, record::Record};

/// Seconds that guards hold the first content of a stream.
const HOLD: [f64; 12] = [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 5.0, 20.0,
];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// The metrics of LLM traffic.
#[derive(Clone)]
pub(super) struct LlmMetrics {
    attempts: Family<AttemptLabels, Counter>,
    failovers: Family<BackendLabels, Counter>,
    passed_over: Family<EntryLabels, Counter>,
    evictions: Family<EntryLabels, Counter>,
    ejections: Family<EntryLabels, Counter>,
    key_attempts: Family<KeyLabels, Counter>,
    key_ejections: Family<KeyLabels, Counter>,
    panic_picks: Family<BackendLabels, Counter>,
    overflows: Family<OverflowLabels, Counter>,
    probes: Family<EntryLabels, Counter>,
    dropped: Family<DroppedLabels, Counter>,
    guard_checks: Family<GuardLabels, Counter>,
    guard_hold: Histograms<RouteLabels>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AttemptLabels {
    backend: String,
    provider: String,
    verdict: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BackendLabels {
    backend: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeyLabels {
    backend: String,
    provider: String,
    /// The name of its secret.
    key: String,
}

/// What became of a request that met a provider with all that it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overflow {
    /// Another provider was asked.
    Elsewhere,
    /// There was no other.
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OverflowLabels {
    backend: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EntryLabels {
    backend: String,
    provider: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GuardLabels {
    route: String,
    phase: &'static str,
    guard: String,
    kind: &'static str,
    action: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DroppedLabels {
    /// The formats that were converted: from, and to.
    edge: String,
    field: &'static str,
}

// === impl LlmMetrics ===

impl LlmMetrics {
    /// Registers everything.
    pub(super) fn register(registry: &mut Registry) -> LlmMetrics {
        let metrics = LlmMetrics {
            attempts: Family::default(),
            failovers: Family::default(),
            passed_over: Family::default(),
            evictions: Family::default(),
            ejections: Family::default(),
            key_attempts: Family::default(),
            key_ejections: Family::default(),
            panic_picks: Family::default(),
            overflows: Family::default(),
            probes: Family::default(),
            dropped: Family::default(),
            guard_checks: Family::default(),
            guard_hold: Family::new_with_constructor(|| Histogram::new(HOLD)),
        };
        registry.register(
            "tidegate_proxy_llm_attempts",
            "Attempts at model providers, by how they ended",
            metrics.attempts.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_failovers",
            "Attempts that followed a failed one",
            metrics.failovers.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_passed_over",
            "Requests that a provider could not take",
            metrics.passed_over.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_evictions",
            "Providers that get no requests for a while",
            metrics.evictions.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_endpoint_ejections",
            "Endpoints of providers that get no requests for a while",
            metrics.ejections.clone(),
        );
        metrics.register_keys(registry);
        registry.register(
            "tidegate_proxy_llm_panic_picks",
            "Attempts at evicted providers, as there was no other",
            metrics.panic_picks.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_overflows",
            "Requests that met a provider with as many as it may have, by what became of them",
            metrics.overflows.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_probes",
            "Attempts at providers that come back from an eviction",
            metrics.probes.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_translation_dropped",
            "Requests and answers of which a field was left out in a conversion",
            metrics.dropped.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_guard_checks",
            "Prompts and answers that a guard judged, by what it decided",
            metrics.guard_checks.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_guard_hold_seconds",
            "How long guards kept the first content of a stream back",
            metrics.guard_hold.clone(),
        );
        metrics
    }

    fn register_keys(&self, registry: &mut Registry) {
        registry.register(
            "tidegate_proxy_llm_key_attempts",
            "Attempts with each key of providers that have several",
            self.key_attempts.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_key_ejections",
            "Keys of providers that are not used for a while",
            self.key_ejections.clone(),
        );
    }

    /// An attempt that ended, and what its provider's state became.
    pub(super) fn attempt(
        &self,
        (backend, provider): (&str, &str),
        verdict: &'static str,
        settled: Settled,
    ) {
        let labels = AttemptLabels {
            backend: backend.to_owned(),
            provider: provider.to_owned(),
            verdict,
        };
        self.attempts.get_or_create(&labels).inc();
        let changes = [
            (settled.entry, &self.evictions),
            (settled.endpoint, &self.ejections),
        ];
        for (change, counted) in changes {
            match change {
                Change::Evicted { .. } | Change::Spared { .. } => {
                    let labels = EntryLabels {
                        backend: backend.to_owned(),
                        provider: provider.to_owned(),
                    };
                    counted.get_or_create(&labels).inc();
                }
                Change::Nothing | Change::Restored => {}
            }
        }
        if let Some((key, change)) = settled.key {
            self.key((backend, provider, &key), change);
        }
    }

    fn key(&self, (backend, provider, key): (&str, &str, &str), change: Change) {
        let labels = KeyLabels {
            backend: backend.to_owned(),
            provider: provider.to_owned(),
            key: key.to_owned(),
        };
        self.key_attempts.get_or_create(&labels).inc();
        match change {
            Change::Evicted { .. } | Change::Spared { .. } => {
                self.key_ejections.get_or_create(&labels).inc();
            }
            Change::Nothing | Change::Restored => {}
        }
    }

    pub(super) fn failover(&self, backend: &str) {
        let labels = BackendLabels {
            backend: backend.to_owned(),
        };
        self.failovers.get_or_create(&labels).inc();
    }

    pub(super) fn passed_over(&self, backend: &str, provider: &str) {
        let labels = EntryLabels {
            backend: backend.to_owned(),
            provider: provider.to_owned(),
        };
        self.passed_over.get_or_create(&labels).inc();
    }

    pub(super) fn panic_pick(&self, backend: &str) {
        let labels = BackendLabels {
            backend: backend.to_owned(),
        };
        self.panic_picks.get_or_create(&labels).inc();
    }

    pub(super) fn overflow(&self, backend: &str, outcome: Overflow) {
        let labels = OverflowLabels {
            backend: backend.to_owned(),
            outcome: match outcome {
                Overflow::Elsewhere => "elsewhere",
                Overflow::Refused => "refused",
            },
        };
        self.overflows.get_or_create(&labels).inc();
    }

    pub(super) fn probe(&self, backend: &str, provider: &str) {
        let labels = EntryLabels {
            backend: backend.to_owned(),
            provider: provider.to_owned(),
        };
        self.probes.get_or_create(&labels).inc();
    }

    pub(super) fn dropped(&self, (from, to): (Format, Format), fields: &[&'static str]) {
        for field in fields {
            let edge = format!("{}->{}", from.as_str(), to.as_str());
            let labels = DroppedLabels { edge, field };
            self.dropped.get_or_create(&labels).inc();
        }
    }

    /// What the conversion of an answer left out.
    pub(super) fn answer_dropped(&self, record: &Record) {
        let (Some((client, provider)), Some(observed)) =
            (record.llm.edge, record.llm.observed.as_deref())
        else {
            return;
        };
        if client != provider {
            self.dropped((provider, client), &observed.dropped);
        }
    }

    /// What guards decided about a request that is over.
    pub(super) fn guards(&self, record: &Record) {
        for check in &record.llm.checks {
            self.guard(record.route.label().to_string(), check);
        }
        if let Some(hold) = record.llm.guard_hold {
            let labels = RouteLabels {
                route: record.route.label().to_string(),
            };
            let histogram = self.guard_hold.get_or_create_owned(&labels);
            histogram.observe(hold.as_secs_f64());
        }
    }
    /// What one guard decided about a request of `route`.
    pub(super) fn guard(&self, route: String, check: &Check) {
        let labels = GuardLabels {
            route,
            phase: check.phase.label(),
            guard: check.guard.to_string(),
            kind: check.kind,
            action: check.decision.label(),
        };
        self.guard_checks.get_or_create(&labels).inc();
    }
}
