//! `traffic.rateLimit.global`: limits that a service of Envoy's protocol counts.
//!
//! Owns what is refused of what users write, and the annotation for what upstream's schema has no field for. Must fail
//! closed: a limit whose service or whose expressions cannot be had refuses requests.

use std::time::Duration;

use cp_api::Kind;
use cp_api::duration;
use cp_api::policy::AgentgatewayPolicy;
use cp_api::policy::rate_limit::{Descriptor, LimitUnit};
use cp_api::scalar::{Cel, FailureMode};
use expr::{Attribute, AttributeSet, Expr};
use proto::name;
use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::global_descriptor::Unit;

use super::rate_limit_service::Asked;
use super::{Noun, Object};
use crate::backend::rate_limit_service::Endpoint;
use crate::lookup::Lookup;
use crate::plan::{GlobalLimitPlan, PolicyBody};
use crate::reference::From;

const FIELD: &str = "traffic.rateLimit.global";

/// How long a request waits for the service.
const TIMEOUT: &str = "tidegate.dev/rate-limit-timeout";

/// Who waits longer than this has no limit, but an outage.
const LONGEST: Duration = Duration::from_secs(10);

/// What a cost in tokens may ask about: what was told of the answer.
const OF_USAGE: AttributeSet = AttributeSet::of(&[
    Attribute::LlmInputTokens,
    Attribute::LlmCachedInputTokens,
    Attribute::LlmCacheCreationInputTokens,
    Attribute::LlmOutputTokens,
    Attribute::LlmReasoningTokens,
    Attribute::LlmTotalTokens,
]);

pub(super) fn compile(lookup: &Lookup<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    let limits = policy.spec.traffic.as_ref()?.rate_limit.as_ref()?;
    limits.inline.global.as_ref()?;
    let plan = plan(lookup, policy).map(|plan| PolicyBody::GlobalRateLimit(Box::new(plan)));
    Some((FIELD, plan))
}

fn plan(lookup: &Lookup<'_>, policy: &AgentgatewayPolicy) -> Result<GlobalLimitPlan, String> {
    let limits = policy.spec.traffic.as_ref();
    let limits = limits.and_then(|traffic| traffic.rate_limit.as_ref());
    let own = limits.and_then(|limits| limits.inline.global.as_ref());
    let own = own.ok_or_else(|| format!("spec.{FIELD} is missing"))?;
    let metadata = &policy.metadata;
    let namespace = metadata.namespace.as_str();
    let name = name::policy(AgentgatewayPolicy::SHORT, namespace, &metadata.name, FIELD);
    let path = format!("spec.{FIELD}");
    let asked = Asked {
        policy: &name,
        from: From {
            kind: Kind::AgentgatewayPolicy,
            namespace,
        },
        path: &path,
        endpoint: Endpoint {
            backend_ref: own.backend_ref.as_ref(),
            url: own.url.as_ref(),
        },
        domain: &own.domain,
        timeout: timeout(metadata.annotations.get(TIMEOUT).map(String::as_str))?,
        fail_open: own.failure_mode == Some(FailureMode::FailOpen),
    };
    let service = asked.plan(lookup)?;
    let descriptors = own.descriptors.iter().enumerate();
    let descriptors: Result<Vec<_>, String> = descriptors
        .map(|(index, own)| descriptor(&format!("{path}.descriptors[{index}]"), own))
        .collect();
    let wire = tidegate::GlobalRateLimit {
        service: Some(service.wire.clone()),
        descriptors: descriptors?,
    };
    Ok(GlobalLimitPlan { wire, service })
}

fn timeout(written: Option<&str>) -> Result<Option<Duration>, String> {
    let Some(text) = written else { return Ok(None) };
    duration::parse(text.trim())
        .filter(|timeout| !timeout.is_zero() && *timeout <= LONGEST)
        .map(Some)
        .ok_or_else(|| {
            format!(
                "metadata.annotations[{TIMEOUT}]: {text:?} must be a duration of at most {} s, such as 100ms",
                LONGEST.as_secs()
            )
        })
}

fn descriptor(path: &str, own: &Descriptor) -> Result<tidegate::GlobalDescriptor, String> {
    if own.entries.is_empty() {
        return Err(format!("{path}.entries must not be empty"));
    }
    let mut entries = Vec::with_capacity(own.entries.len());
    for (index, entry) in own.entries.iter().enumerate() {
        let path = format!("{path}.entries[{index}]");
        if entry.name.is_empty() {
            return Err(format!("{path}.name must be set"));
        }
        let at = format!("{path}.expression");
        entries.push(tidegate::GlobalEntry {
            name: entry.name.clone(),
            expression: cel(&at, Some(&entry.expression), AttributeSet::OF_LLM_REQUEST)?,
        });
    }
    let (unit, of_cost) = match own.unit {
        None | Some(LimitUnit::Requests) => (Unit::Requests, AttributeSet::OF_LLM_REQUEST),
        Some(LimitUnit::Tokens) => (Unit::Tokens, OF_USAGE),
    };
    let limit = own.limit_override.as_ref();
    Ok(tidegate::GlobalDescriptor {
        entries,
        unit: unit.into(),
        cost: cel(&format!("{path}.cost"), own.cost.as_ref(), of_cost)?,
        limit_override: cel(
            &format!("{path}.limitOverride"),
            limit,
            AttributeSet::OF_LLM_REQUEST,
        )?,
    })
}

/// The expression, if it compiles.
pub(super) fn cel(path: &str, text: Option<&Cel>, offered: AttributeSet) -> Result<String, String> {
    let Some(Cel(text)) = text else {
        return Ok(String::new());
    };
    Expr::compile(text, offered)
        .map(|_| text.clone())
        .map_err(|error| format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(written: Value, expected: Result<(Unit, &str), &str>) {
        let own: Descriptor = serde_json::from_value(written).expect("a descriptor");
        match (descriptor("d", &own), expected) {
            (Ok(found), Ok((unit, cost))) => {
                assert_eq!((found.unit, &*found.cost), (unit.into(), cost));
            }
            (Err(message), Err(begin)) => assert!(message.starts_with(begin), "{message}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[test]
    fn expressions_are_of_what_is_known_when_they_are_needed() {
        let entries = json!([{"name": "team", "expression": "request.headers['x-team']"}]);
        check(json!({"entries": entries}), Ok((Unit::Requests, "")));
        check(
            json!({"entries": entries, "unit": "Tokens", "cost": "llm.outputTokens * 3"}),
            Ok((Unit::Tokens, "llm.outputTokens * 3")),
        );
        check(
            json!({"entries": entries, "cost": "llm.outputTokens"}),
            Err("d.cost: "),
        );
        check(
            json!({"entries": entries, "unit": "Tokens", "cost": "request.path"}),
            Err("d.cost: "),
        );
        check(
            json!({"entries": entries, "limitOverride": "}"}),
            Err("d.limitOverride: "),
        );
        check(json!({"entries": []}), Err("d.entries must not be empty"));
        check(
            json!({"entries": [{"name": "a", "expression": "1 +"}]}),
            Err("d.entries[0].expression: "),
        );
    }

    #[test]
    fn a_request_does_not_wait_for_long() {
        assert_eq!(timeout(None), Ok(None));
        let short = Duration::from_millis(250);
        assert_eq!(timeout(Some(" 250ms ")), Ok(Some(short)));
        for text in ["0s", "11s", "soon", "-1s"] {
            assert!(timeout(Some(text)).is_err(), "{text}");
        }
    }
}
