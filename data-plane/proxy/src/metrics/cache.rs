//! Counts of the cache of answers (llm.md C-4).
//!
//! Owns what is counted of a usage record that a cache had to do with, and of the vectors that were asked for. Invariant: labels
//! are backends of the configuration and words of ours.

use std::sync::{Arc, atomic::AtomicU64};

use dp_policy::usage_record::CacheUse;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

/// The metrics of the cache.
#[derive(Clone)]
pub(super) struct CacheMetrics {
    requests: Family<RequestLabels, Counter>,
    saved_tokens: Family<BackendLabels, Counter>,
    saved_usd: Family<BackendLabels, Counter<f64, AtomicU64>>,
}

/// Vectors that were asked for.
#[derive(Clone, Default)]
pub(super) struct EmbeddingMetrics(Family<EmbeddingLabels, Counter>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    backend: Arc<str>,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BackendLabels {
    backend: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EmbeddingLabels {
    backend: Arc<str>,
    outcome: &'static str,
}

// === impl CacheMetrics ===

impl CacheMetrics {
    /// Registers everything.
    pub(super) fn register(registry: &mut Registry) -> CacheMetrics {
        let metrics = CacheMetrics {
            requests: Family::default(),
            saved_tokens: Family::default(),
            saved_usd: Family::default(),
        };
        registry.register(
            "tidegate_proxy_llm_cache_requests",
            "Requests to models for which there is a cache of answers, by what it had",
            metrics.requests.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_cache_saved_tokens",
            "Tokens of answers that were given again",
            metrics.saved_tokens.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_cache_saved_usd",
            "What answers that were given again would have cost, in USD",
            metrics.saved_usd.clone(),
        );
        metrics
    }

    /// A request that is over.
    pub(super) fn observe(&self, backend: &Arc<str>, cache: &CacheUse) {
        let labels = RequestLabels {
            backend: backend.clone(),
            status: cache.status.as_str(),
        };
        self.requests.get_or_create(&labels).inc();
        let Some(saved) = &cache.saved else {
            return;
        };
        let labels = BackendLabels {
            backend: backend.clone(),
        };
        self.saved_tokens
            .get_or_create(&labels)
            .inc_by(saved.tokens);
        if let Some(cost) = saved.cost {
            self.saved_usd.get_or_create(&labels).inc_by(cost.as_f64());
        }
    }
}

// === impl EmbeddingMetrics ===

impl EmbeddingMetrics {
    /// Registers everything.
    pub(super) fn register(registry: &mut Registry) -> EmbeddingMetrics {
        let metrics = EmbeddingMetrics::default();
        registry.register(
            "tidegate_proxy_llm_cache_embeddings",
            "Vectors that the cache of answers asked for, by how that ended",
            metrics.0.clone(),
        );
        metrics
    }

    /// One that was asked for.
    pub(super) fn observe(&self, backend: &Arc<str>, outcome: &'static str) {
        let labels = EmbeddingLabels {
            backend: backend.clone(),
            outcome,
        };
        self.0.get_or_create(&labels).inc();
    }
}
