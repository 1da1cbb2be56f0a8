//! `traffic.rateLimit.local`: limits that each proxy counts by itself (llm.md L-1).
//!
//! Owns the step from what users write, so much per unit and a burst, to a bucket that fills once a unit.

use std::time::Duration;

use cp_api::policy::AgentgatewayPolicy;
use cp_api::policy::rate_limit::{LocalLimit, TimeUnit};

use super::Noun;
use crate::lookup::Lookup;
use crate::plan::{LimitUnit, LocalLimitPlan, PolicyBody};

const FIELD: &str = "traffic.rateLimit.local";

pub(super) fn compile(_: &Lookup<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    let limits = policy.spec.traffic.as_ref()?.rate_limit.as_ref()?;
    let limits = limits.inline.local.as_ref()?.iter().enumerate();
    let limits: Result<Vec<LocalLimitPlan>, String> = limits.map(limit).collect();
    Some((FIELD, limits.map(PolicyBody::LocalRateLimit)))
}

fn limit((index, own): (usize, &LocalLimit)) -> Result<LocalLimitPlan, String> {
    let (unit, amount) = match (own.requests, own.tokens) {
        (Some(requests), None) => (LimitUnit::Requests, requests),
        (None, Some(tokens)) => (LimitUnit::Tokens, tokens),
        (None, None) | (Some(_), Some(_)) => {
            return Err(format!(
                "spec.traffic.rateLimit.local[{index}] must have one of requests and tokens"
            ));
        }
    };
    Ok(LocalLimitPlan {
        unit,
        max: u64::from(amount) + u64::from(own.burst.unwrap_or(0)),
        per_fill: u64::from(amount),
        fill_interval: Duration::from_secs(match own.unit {
            TimeUnit::Seconds => 1,
            TimeUnit::Minutes => 60,
            TimeUnit::Hours => 3600,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: serde_json::Value, expected: Option<(LimitUnit, u64, u64, u64)>) {
        let own: LocalLimit = serde_json::from_value(written).expect("a limit");
        let plan = limit((0, &own)).ok();
        let plan = plan.map(|plan| {
            let seconds = plan.fill_interval.as_secs();
            (plan.unit, plan.max, plan.per_fill, seconds)
        });
        assert_eq!(plan, expected);
    }

    #[test]
    fn a_burst_is_beyond_the_limit_and_a_unit_is_the_interval() {
        use LimitUnit::{Requests, Tokens};
        use serde_json::json;
        check(
            json!({"requests": 100, "unit": "Hours"}),
            Some((Requests, 100, 100, 3600)),
        );
        check(
            json!({"tokens": 10, "unit": "Minutes", "burst": 5}),
            Some((Tokens, 15, 10, 60)),
        );
        check(
            json!({"requests": 2_147_483_647_u32, "unit": "Seconds", "burst": 2_147_483_647_u32}),
            Some((Requests, 4_294_967_294, 2_147_483_647, 1)),
        );
        check(json!({"unit": "Seconds"}), None);
        check(json!({"unit": "Seconds", "requests": 1, "tokens": 1}), None);
    }
}
