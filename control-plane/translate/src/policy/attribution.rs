//! `traffic.attribution` of a TidegatePolicy: whose requests to models are (llm.md 5.4).
//!
//! Owns the field's name, and which names labels may have. What does not compile makes the policy refuse: requests would be
//! nobody's, and nobody would see why.

use cp_api::policy::attribution::Attribution;
use cp_api::scalar::Cel;
use cp_api::tidegate_policy::TidegatePolicy;
use expr::AttributeSet;
use proto::label;
use proto::tidegate::v1 as tidegate;

use super::Noun;
use super::global_rate_limit::cel;
use crate::plan::PolicyBody;

pub(super) const FIELD: &str = "traffic.attribution";

pub(super) fn compile(policy: &TidegatePolicy) -> Option<Noun> {
    let own = policy.spec.traffic.as_ref()?.attribution.as_ref()?;
    Some((FIELD, attribution(own).map(PolicyBody::Attribution)))
}

fn attribution(own: &Attribution) -> Result<tidegate::Attribution, String> {
    let expression = |field: &str, text: Option<&Cel>| {
        let path = format!("spec.{FIELD}.{field}");
        cel(&path, text, AttributeSet::OF_LLM_REQUEST)
    };
    let mut metric_labels = Vec::new();
    for (name, value) in own.metric_labels.iter().flatten() {
        if let Err(error) = label::check(name) {
            return Err(format!("spec.{FIELD}.metricLabels: {name:?} {error}"));
        }
        metric_labels.push(tidegate::AttributionLabel {
            name: name.clone(),
            value: expression(&format!("metricLabels.{name}"), Some(value))?,
        });
    }
    Ok(tidegate::Attribution {
        user: expression("user", own.user.as_ref())?,
        team: expression("team", own.team.as_ref())?,
        key: expression("key", own.key.as_ref())?,
        metric_labels,
    })
}
