//! `traffic.rateLimit.local`: limits that each proxy counts by itself (llm.md L-1).
//!
//! Owns the step from what users write, so much per unit and a burst, to a bucket that fills once a unit, and the annotation for
//! what upstream's schema has no field for. Must fail closed: a word of it that says nothing refuses requests.

use std::time::Duration;

use cp_api::policy::AgentgatewayPolicy;
use cp_api::policy::rate_limit::{LocalLimit, TimeUnit};

use super::Noun;
use crate::lookup::Lookup;
use crate::plan::{LimitUnit, LocalLimitPlan, PolicyBody};

const FIELD: &str = "traffic.rateLimit.local";

/// Whether buckets of tokens go below zero (llm.md L-3).
const ALLOW_DEBT: &str = "tidegate.dev/rate-limit-allow-debt";

pub(super) fn compile(_: &Lookup<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    let limits = policy.spec.traffic.as_ref()?.rate_limit.as_ref()?;
    let limits = limits.inline.local.as_ref()?;
    let annotation = policy.metadata.annotations.get(ALLOW_DEBT);
    let plans = allows_debt(annotation.map(String::as_str), limits).and_then(|allows_debt| {
        let plans = limits.iter().enumerate();
        plans.map(|own| limit(own, allows_debt)).collect()
    });
    Some((FIELD, plans.map(PolicyBody::LocalRateLimit)))
}

fn allows_debt(annotation: Option<&str>, limits: &[LocalLimit]) -> Result<bool, String> {
    let allows_debt = match annotation {
        None | Some("false") => return Ok(false),
        Some("true") => true,
        Some(other) => {
            return Err(format!(
                "annotation {ALLOW_DEBT}: {other:?} is neither true nor false; write one of them"
            ));
        }
    };
    match limits.iter().any(|own| own.tokens.is_some()) {
        true => Ok(allows_debt),
        false => Err(format!(
            "annotation {ALLOW_DEBT}: spec.{FIELD} has no limit of tokens; add one or take the annotation away"
        )),
    }
}

fn limit((index, own): (usize, &LocalLimit), allows_debt: bool) -> Result<LocalLimitPlan, String> {
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
        // A request is one when it begins: nothing is to be paid back.
        allows_debt: allows_debt && unit == LimitUnit::Tokens,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: serde_json::Value, expected: Option<(LimitUnit, u64, u64, u64)>) {
        let own: LocalLimit = serde_json::from_value(written).expect("a limit");
        let plan = limit((0, &own), false).ok();
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

    #[test]
    fn the_annotation_is_about_limits_of_tokens() {
        use serde_json::json;
        let limits: Vec<LocalLimit> = serde_json::from_value(json!([
            {"requests": 1, "unit": "Seconds"},
            {"tokens": 1, "unit": "Seconds"},
        ]))
        .expect("limits");
        let told = |annotation, limits| allows_debt(annotation, limits);
        assert_eq!(told(None, &limits), Ok(false));
        assert_eq!(told(Some("false"), &limits), Ok(false));
        assert_eq!(told(Some("true"), &limits), Ok(true));
        for own in limits.iter().enumerate() {
            let plan = limit(own, true).expect("a limit");
            assert_eq!(plan.allows_debt, plan.unit == LimitUnit::Tokens);
        }
        let refused = told(Some("yes"), &limits).expect_err("a word");
        assert!(
            refused.contains(ALLOW_DEBT) && refused.contains("\"yes\""),
            "{refused}"
        );
        let of_requests = limits.get(..1).unwrap_or_default();
        let refused = told(Some("true"), of_requests).expect_err("no tokens");
        assert!(refused.contains("has no limit of tokens"), "{refused}");
    }
}
