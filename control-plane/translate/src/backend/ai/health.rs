//! `health` of a provider's policies.
//!
//! Must refuse a condition that does not compile: the provider would be judged by another one than somebody wrote.

use cp_api::backend::policy::health::Health;
use expr::AttributeSet;

use super::expression;
use crate::plan::HealthPlan;

/// The plan of a policy; `at` is its place in the spec.
pub(crate) fn resolve(policy: &Health, at: &str) -> Result<Option<HealthPlan>, String> {
    let eviction = policy.eviction.as_ref();
    let condition = match &policy.unhealthy_condition {
        None => None,
        Some(condition) => Some(expression::compiled(
            &condition.0,
            AttributeSet::OF_LLM_RESPONSE_HEAD,
            &format!("{at}.unhealthyCondition"),
        )?),
    };
    if eviction.is_none() && condition.is_none() {
        return Ok(None);
    }
    Ok(Some(HealthPlan {
        eviction: eviction.map(|own| own.duration.0),
        consecutive_failures: eviction.and_then(|own| own.consecutive_failures),
        health_threshold: eviction.and_then(|own| own.health_threshold),
        restore_health: eviction.and_then(|own| own.restore_health),
        unhealthy_condition: condition,
    }))
}
