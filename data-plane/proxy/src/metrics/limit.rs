//! Counts of limits.
//!
//! Owns what is counted where a request comes to a limit. Must not take a label from a client. Invariant: a policy is named by
//! the object, whatever it is attached to.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

/// The metrics of limits.
#[derive(Clone)]
pub(super) struct LimitMetrics {
    checks: Family<CheckLabels, Counter>,
    tokens: Family<PolicyLabels, Counter>,
    calls: Family<CallLabels, Counter>,
    dropped: Family<PolicyLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CheckLabels {
    policy: String,
    unit: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    policy: String,
    call: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PolicyLabels {
    policy: String,
}

// === impl LimitMetrics ===

impl LimitMetrics {
    /// Registers everything.
    pub(super) fn register(registry: &mut Registry) -> LimitMetrics {
        let metrics = LimitMetrics {
            checks: Family::default(),
            tokens: Family::default(),
            calls: Family::default(),
            dropped: Family::default(),
        };
        registry.register(
            "tidegate_proxy_rate_limit_checks",
            "Requests that came to a rate limit, by whether they were let through",
            metrics.checks.clone(),
        );
        registry.register(
            "tidegate_proxy_rate_limit_tokens",
            "Tokens that were taken from rate limits",
            metrics.tokens.clone(),
        );
        registry.register(
            "tidegate_proxy_rate_limit_service_calls",
            "Calls to rate limit services, by what was called for and what came of it",
            metrics.calls.clone(),
        );
        registry.register(
            "tidegate_proxy_rate_limit_descriptors_dropped",
            "Descriptors that were left out because an expression had no value",
            metrics.dropped.clone(),
        );
        metrics
    }

    /// Counts a call to a service.
    pub(super) fn call(&self, policy: &str, call: &'static str, outcome: &'static str) {
        let labels = CallLabels {
            policy: policy.to_owned(),
            call,
            outcome,
        };
        self.calls.get_or_create(&labels).inc();
    }

    /// Counts descriptors that were left out.
    pub(super) fn dropped(&self, policy: &str, dropped: usize) {
        if dropped == 0 {
            return;
        }
        let labels = PolicyLabels {
            policy: policy.to_owned(),
        };
        let count = u64::try_from(dropped).unwrap_or(u64::MAX);
        self.dropped.get_or_create(&labels).inc_by(count);
    }

    /// Counts a request.
    pub(super) fn check(&self, policy: &str, unit: &'static str, is_admitted: bool) {
        let labels = CheckLabels {
            policy: policy.to_owned(),
            unit,
            outcome: match is_admitted {
                true => "admitted",
                false => "refused",
            },
        };
        self.checks.get_or_create(&labels).inc();
    }

    /// Counts tokens.
    pub(super) fn tokens(&self, policy: &str, tokens: u64) {
        let labels = PolicyLabels {
            policy: policy.to_owned(),
        };
        self.tokens.get_or_create(&labels).inc_by(tokens);
    }
}
