//! Counts of budgets.
//!
//! Owns what is counted where a budget refuses, tells or is charged. Must not take a label from a client: budgets are
//! named by the configuration, and the values of their keys are no labels.

use std::sync::atomic::AtomicU64;

use dp_policy::budget::Charged;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// The metrics of budgets.
#[derive(Clone)]
pub(super) struct BudgetMetrics {
    refused: Family<ReasonLabels, Counter>,
    noticed: Family<ReasonLabels, Counter>,
    thresholds: Family<ThresholdLabels, Counter>,
    used: Family<BudgetLabels, Gauge<f64, AtomicU64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BudgetLabels {
    budget: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    budget: String,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ThresholdLabels {
    budget: String,
    percent: String,
}

// === impl BudgetMetrics ===

impl BudgetMetrics {
    /// Registers everything.
    pub(super) fn register(registry: &mut Registry) -> BudgetMetrics {
        let metrics = BudgetMetrics {
            refused: Family::default(),
            noticed: Family::default(),
            thresholds: Family::default(),
            used: Family::default(),
        };
        registry.register(
            "tidegate_proxy_llm_budget_refused",
            "Requests that a budget refused, by why",
            metrics.refused.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_budget_notices",
            "Requests that went on although there was something to tell of a budget",
            metrics.noticed.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_budget_thresholds",
            "Requests with which a budget reached a part of its limit",
            metrics.thresholds.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_budget_used_ratio",
            "Part of its limit that a budget has used, for the key that was counted last",
            metrics.used.clone(),
        );
        metrics
    }

    pub(super) fn refused(&self, budget: &str, reason: &'static str) {
        self.refused.get_or_create(&labels(budget, reason)).inc();
    }

    pub(super) fn noticed(&self, budget: &str, reason: &'static str) {
        self.noticed.get_or_create(&labels(budget, reason)).inc();
    }

    pub(super) fn charged(&self, charged: &Charged) {
        for percent in &charged.crossed {
            let labels = ThresholdLabels {
                budget: charged.budget.to_string(),
                percent: percent.to_string(),
            };
            self.thresholds.get_or_create(&labels).inc();
        }
        if let Some(ratio) = charged.used_ratio() {
            let labels = BudgetLabels {
                budget: charged.budget.to_string(),
            };
            self.used.get_or_create(&labels).set(ratio);
        }
    }
}

fn labels(budget: &str, reason: &'static str) -> ReasonLabels {
    ReasonLabels {
        budget: budget.to_owned(),
        reason,
    }
}
