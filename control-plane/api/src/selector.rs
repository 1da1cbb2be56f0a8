//! Label selectors.
//!
//! Owns the fields and the matching of `matchLabels` and `matchExpressions`. An empty selector matches
//! everything, as in Kubernetes; an absent one is the owner's business.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::Check;

/// A label selector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
pub struct LabelSelector {
    /// Labels that must have these values.
    #[schemars(extend("maxProperties" = 1_024))]
    pub match_labels: BTreeMap<String, String>,
    /// Further requirements; all must hold.
    #[schemars(length(max = 1_024), extend("x-kubernetes-list-type" = "atomic"))]
    pub match_expressions: Vec<Requirement>,
}

/// One requirement of a selector.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Requirement {
    /// Label.
    pub key: String,
    /// Relation.
    pub operator: Operator,
    /// Values, for `In` and `NotIn`.
    #[serde(default)]
    #[schemars(length(max = 1_024), extend("x-kubernetes-list-type" = "atomic"))]
    pub values: Vec<String>,
}

/// Relation between a label and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Operator {
    /// The label has one of the values.
    In,
    /// The label is absent or has none of the values.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
}

// === impl LabelSelector ===

impl LabelSelector {
    /// Whether labels fit.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.match_labels
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value))
            && self
                .match_expressions
                .iter()
                .all(|requirement| requirement.matches(labels))
    }

    pub(crate) fn check(&self, check: &mut Check) {
        check.each(
            "matchExpressions",
            &self.match_expressions,
            |check, requirement| {
                let wants = matches!(requirement.operator, Operator::In | Operator::NotIn);
                let message = "must be set for In and NotIn, and for them only";
                check.that("values", requirement.values.is_empty() != wants, message);
            },
        );
    }
}

// === impl Requirement ===

impl Requirement {
    fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}
