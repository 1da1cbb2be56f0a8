//! Labels that policies give requests to models, and counts of what came of them (llm.md 5.4).
//!
//! Owns the bound: their values may come from clients, so that a process tells only so many combinations apart, and all others
//! are one. Must not evaluate. Invariants: what was told apart once stays so, as a series does; a request that is refused
//! takes no place, or whoever is let in nowhere could use them all up.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
};

use prometheus_client::{
    encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder},
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

/// Combinations of values that are told apart.
const LIMIT: usize = 1000;

/// What the others are called.
const OTHER: &str = "_other";

/// A label: its name and its value.
pub(crate) type Label = (Arc<str>, Arc<str>);

/// Labels of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct OwnLabels(Option<Arc<[Label]>>);

/// What was told apart, and counts.
#[derive(Clone)]
pub(super) struct AttributionMetrics {
    known: Arc<RwLock<HashSet<OwnLabels>>>,
    overflows: Counter,
    failures: Family<FailureLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    policy: String,
    field: &'static str,
}

// === impl AttributionMetrics ===

impl AttributionMetrics {
    /// Registers everything.
    pub(super) fn register(registry: &mut Registry) -> AttributionMetrics {
        let metrics = AttributionMetrics {
            known: Arc::default(),
            overflows: Counter::default(),
            failures: Family::default(),
        };
        registry.register(
            "tidegate_proxy_llm_attribution_overflows",
            "Requests whose labels are _other, as too many are told apart already",
            metrics.overflows.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_attribution_failures",
            "Requests for which an expression of an attribution had no value that could be used",
            metrics.failures.clone(),
        );
        metrics
    }

    /// An expression had no value.
    pub(super) fn failed(&self, policy: &str, field: &'static str) {
        let labels = FailureLabels {
            policy: policy.to_owned(),
            field,
        };
        self.failures.get_or_create(&labels).inc();
    }

    /// These labels, or those of all that are not told apart. Labels that are new are told apart only if the request was
    /// answered.
    pub(super) fn bounded(&self, labels: Vec<Label>, is_answered: bool) -> OwnLabels {
        if labels.is_empty() {
            return OwnLabels::default();
        }
        let labels = OwnLabels(Some(labels.into()));
        // A thread that panicked left a whole set behind.
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (is_known, is_full) = (known.contains(&labels), known.len() >= LIMIT);
        drop(known);
        if is_known {
            return labels;
        }
        if !is_answered {
            return labels.others();
        }
        if !is_full {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() < LIMIT || known.contains(&labels) {
                known.insert(labels.clone());
                return labels;
            }
        }
        self.overflows.inc();
        labels.others()
    }
}

// === impl OwnLabels ===

impl OwnLabels {
    fn others(&self) -> OwnLabels {
        let names = self.0.iter().flat_map(|labels| labels.iter());
        OwnLabels(Some(
            names
                .map(|(name, _)| (name.clone(), OTHER.into()))
                .collect(),
        ))
    }
}

impl EncodeLabelSet for OwnLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        for label in self.0.iter().flat_map(|labels| labels.iter()) {
            label.encode(encoder.encode_label())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(team: &str) -> Vec<Label> {
        vec![("team".into(), team.into())]
    }

    #[test]
    fn so_many_combinations_are_told_apart() {
        let metrics = AttributionMetrics::register(&mut Registry::default());
        assert_eq!(metrics.bounded(Vec::new(), true), OwnLabels::default());
        for index in 0..LIMIT {
            let team = format!("team {index}");
            assert_eq!(
                metrics.bounded(of(&team), true).0.as_deref(),
                Some(&*of(&team))
            );
        }
        for _ in 0..2 {
            let labels = metrics.bounded(of("one more"), true);
            assert_eq!(labels.0.as_deref(), Some(&*of(OTHER)));
        }
        let labels = metrics.bounded(of("team 7"), true);
        assert_eq!(labels.0.as_deref(), Some(&*of("team 7")));
        assert_eq!(metrics.overflows.get(), 2);
    }

    #[test]
    fn what_is_refused_takes_no_place() {
        let metrics = AttributionMetrics::register(&mut Registry::default());
        let told = |is_answered| metrics.bounded(of("a"), is_answered).0;
        assert_eq!(told(false).as_deref(), Some(&*of(OTHER)));
        assert_eq!(told(true).as_deref(), Some(&*of("a")));
        assert_eq!(told(false).as_deref(), Some(&*of("a")));
        assert_eq!(metrics.overflows.get(), 0);
        assert_eq!(metrics.known.read().expect("whole").len(), 1);
    }

    #[test]
    fn a_value_does_not_break_out_of_its_quotes() {
        let mut registry = Registry::default();
        let metrics = AttributionMetrics::register(&mut registry);
        let family = Family::<OwnLabels, Counter>::default();
        registry.register("n", "N", family.clone());
        let labels = metrics.bounded(of("a\"} 1\nb{c=\"\\"), true);
        family.get_or_create(&labels).inc();
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("encodes");
        let expected = r#"n_total{team="a\"} 1\nb{c=\"\\"} 1"#;
        assert!(text.lines().any(|line| line == expected), "{text}");
    }
}
