//! Counts of LLM traffic.
//!
//! Owns what is counted for an exchange with a model, and for each attempt at a provider. Must not take a label from a
//! client: models are no labels. Invariant: tokens are counted once for a request, by the record that everybody else reads.

use std::time::Duration;

use dp_upstream::provider_group::state::Change;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use crate::record::Record;

/// Tokens, as the OpenTelemetry GenAI conventions advise.
const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
/// Seconds to the first token, as the conventions advise; longer ones beside them, for models that think first.
const FIRST_TOKEN: [f64; 21] = [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    15.0, 20.0, 30.0, 45.0, 60.0,
];
/// Seconds between tokens, as the conventions advise.
const PER_TOKEN: [f64; 13] = [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5,
];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// The metrics of LLM traffic.
#[derive(Clone)]
pub(super) struct LlmMetrics {
    tokens: Histograms<TokenLabels>,
    first_token: Histograms<ProviderLabels>,
    per_token: Histograms<ProviderLabels>,
    attempts: Family<AttemptLabels, Counter>,
    failovers: Family<BackendLabels, Counter>,
    evictions: Family<EntryLabels, Counter>,
    panic_picks: Family<BackendLabels, Counter>,
    dropped: Family<DroppedLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenLabels {
    route: String,
    gen_ai_provider_name: String,
    gen_ai_token_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProviderLabels {
    route: String,
    gen_ai_provider_name: String,
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
struct EntryLabels {
    backend: String,
    provider: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DroppedLabels {
    field: &'static str,
}

// === impl LlmMetrics ===

impl LlmMetrics {
    /// Registers everything.
    pub(super) fn register(registry: &mut Registry) -> LlmMetrics {
        let metrics = LlmMetrics {
            tokens: Family::new_with_constructor(|| Histogram::new(TOKENS)),
            first_token: Family::new_with_constructor(|| Histogram::new(FIRST_TOKEN)),
            per_token: Family::new_with_constructor(|| Histogram::new(PER_TOKEN)),
            attempts: Family::default(),
            failovers: Family::default(),
            evictions: Family::default(),
            panic_picks: Family::default(),
            dropped: Family::default(),
        };
        registry.register(
            "gen_ai_client_token_usage",
            "Tokens of a request by type",
            metrics.tokens.clone(),
        );
        registry.register(
            "gen_ai_server_time_to_first_token_seconds",
            "From the request to the first content of a stream",
            metrics.first_token.clone(),
        );
        registry.register(
            "gen_ai_server_time_per_output_token_seconds",
            "Between two tokens of a stream",
            metrics.per_token.clone(),
        );
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
            "tidegate_proxy_llm_evictions",
            "Providers that get no requests for a while",
            metrics.evictions.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_panic_picks",
            "Attempts at evicted providers, as there was no other",
            metrics.panic_picks.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_translation_dropped",
            "Requests of which a field was left out for the provider",
            metrics.dropped.clone(),
        );
        metrics
    }

    /// An attempt that ended, and what its provider's state became.
    pub(super) fn attempt(
        &self,
        (backend, provider): (&str, &str),
        verdict: &'static str,
        change: Change,
    ) {
        let labels = AttemptLabels {
            backend: backend.to_owned(),
            provider: provider.to_owned(),
            verdict,
        };
        self.attempts.get_or_create(&labels).inc();
        match change {
            Change::Evicted { .. } | Change::Spared { .. } => {
                let labels = EntryLabels {
                    backend: backend.to_owned(),
                    provider: provider.to_owned(),
                };
                self.evictions.get_or_create(&labels).inc();
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

    pub(super) fn panic_pick(&self, backend: &str) {
        let labels = BackendLabels {
            backend: backend.to_owned(),
        };
        self.panic_picks.get_or_create(&labels).inc();
    }

    pub(super) fn dropped(&self, fields: &[&'static str]) {
        for field in fields {
            self.dropped.get_or_create(&DroppedLabels { field }).inc();
        }
    }

    /// A closed record.
    pub(super) fn observe(&self, record: &Record, duration: Duration) {
        let Some(provider) = record.llm.provider.as_deref() else {
            return;
        };
        let labels = || ProviderLabels {
            route: record.route.label(),
            gen_ai_provider_name: provider.to_owned(),
        };
        let usage = record
            .llm
            .observed
            .as_ref()
            .and_then(|seen| seen.usage.as_ref());
        if let Some(first) = record.llm.first_token {
            let histogram = self.first_token.get_or_create_owned(&labels());
            histogram.observe(first.as_secs_f64());
            // The first one is what the others are counted from (llm.md M-1).
            if let Some(rest) = usage.and_then(|usage| small(usage.output?.checked_sub(1)?))
                && rest > 0
            {
                let span = duration.saturating_sub(first).as_secs_f64();
                let histogram = self.per_token.get_or_create_owned(&labels());
                histogram.observe(span / f64::from(rest));
            }
        }
        let Some(usage) = usage else {
            return;
        };
        for (gen_ai_token_type, count) in [
            ("input", usage.input),
            ("output", usage.output),
            ("input_cache_read", usage.cache_read),
            ("input_cache_write", usage.cache_write),
            ("reasoning", usage.reasoning),
        ] {
            let Some(count) = count.and_then(small) else {
                continue;
            };
            let labels = TokenLabels {
                route: record.route.label(),
                gen_ai_provider_name: provider.to_owned(),
                gen_ai_token_type,
            };
            self.tokens.get_or_create(&labels).observe(f64::from(count));
        }
    }
}

/// A count that a float holds exactly; no answer has more tokens.
fn small(count: u64) -> Option<u32> {
    u32::try_from(count).ok()
}
