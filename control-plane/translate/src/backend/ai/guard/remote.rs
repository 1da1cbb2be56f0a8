//! Guards that are services, as proxies are told.
//!
//! Owns what is asked. Must not know where: that is its target's. Invariant: a guard names its target, so that a proxy which has
//! none refuses it.

use cp_api::backend::policy::guard::{
    ContentSafety, HeaderMatch, HeaderMatchType, OpenAiModeration, Webhook,
};
use cp_api::scalar::FailureMode;
use expr::AttributeSet;
use proto::tidegate::v1 as tidegate;
use route::pattern::Pattern;
use tidegate::guard_header_match::Value;
use tidegate::remote_guard::Service as Wire;

use super::super::expression;
use super::{Asked, Service};
use crate::emit;

/// What of a call is no header, and may be set as one.
const PSEUDO: [&str; 3] = [":path", ":method", ":authority"];
/// Headers that say how the call is framed.
const FRAMING: [&str; 9] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn message(asked: &Asked<'_>) -> Result<tidegate::RemoteGuard, String> {
    let mut failure_mode = asked.guard.failure_mode;
    let service = match &asked.service {
        Service::Webhook(own) => {
            failure_mode = own.failure_mode;
            Wire::Webhook(webhook(own, asked)?)
        }
        Service::OpenAi(own) => Wire::Moderation(tidegate::ModerationService {
            model: own.model.clone().unwrap_or_default(),
            thresholds: thresholds(own, asked)?,
        }),
        Service::Bedrock(own) => Wire::Bedrock(tidegate::BedrockGuardrailService {
            identifier: own.identifier.0.clone(),
            version: own.version.0.clone(),
        }),
        Service::ModelArmor(own) => Wire::ModelArmor(tidegate::ModelArmorService {
            project: own.project_id.0.clone(),
            location: own.location.clone(),
            template: own.template_id.0.clone(),
        }),
        Service::ContentSafety(own) => Wire::ContentSafety(content_safety(own)),
    };
    Ok(tidegate::RemoteGuard {
        target: asked.name.clone(),
        service: Some(service),
        is_fail_open: failure_mode == Some(FailureMode::FailOpen),
        timeout: asked.guard.timeout.map(|own| emit::duration(own.0)),
    })
}

fn thresholds(
    own: &OpenAiModeration,
    asked: &Asked<'_>,
) -> Result<Vec<tidegate::CategoryThreshold>, String> {
    let score = |(category, score): (&String, &String)| {
        let known = score.parse().ok().filter(|own| *own > 0.0 && *own <= 1.0);
        let score = known.ok_or_else(|| {
            let (guards, at) = (asked.guards, &asked.at);
            format!(
                "{guards}.{at}.openAIModeration.thresholds[{category}]: {score:?} is not above 0 and up to 1"
            )
        })?;
        Ok(tidegate::CategoryThreshold {
            category: category.clone(),
            score,
        })
    };
    own.thresholds.iter().map(score).collect()
}

fn content_safety(own: &ContentSafety) -> tidegate::ContentSafetyService {
    let level = |own: Option<u8>| own.map_or(0, u32::from);
    let severity = own.severity.unwrap_or_default();
    let blocklists = own.blocklist_names.iter().flatten();
    tidegate::ContentSafetyService {
        hate: level(severity.hate),
        self_harm: level(severity.self_harm),
        sexual: level(severity.sexual),
        violence: level(severity.violence),
        blocklists: blocklists.map(|name| name.0.clone()).collect(),
        halts_on_blocklist_hit: own.halt_on_blocklist_hit,
        shields_prompts: own.prompt_shield,
    }
}

fn webhook(own: &Webhook, asked: &Asked<'_>) -> Result<tidegate::WebhookService, String> {
    let mut forward = Vec::new();
    for (index, rule) in own.forward_header_matches.iter().flatten().enumerate() {
        let rule = forwarded(rule).map_err(|error| {
            let (guards, at) = (asked.guards, &asked.at);
            format!("{guards}.{at}.webhook.forwardHeaderMatches[{index}].value {error}")
        })?;
        forward.push(rule);
    }
    Ok(tidegate::WebhookService {
        forward,
        path_prefix: String::new(),
        headers: headers(own, asked)?,
    })
}

/// Headers that are computed. Whatever frames the call is the proxy's own.
fn headers(own: &Webhook, asked: &Asked<'_>) -> Result<Vec<tidegate::GuardHeader>, String> {
    let mut headers: Vec<tidegate::GuardHeader> = Vec::new();
    for (name, expression) in own.headers.iter().flatten() {
        let at = format!("{}.{}.webhook.headers[{name}]", asked.guards, asked.at);
        let lower = name.to_ascii_lowercase();
        if matches!(lower.as_str(), "host" | ":host") {
            return Err(format!("{at} cannot be set; use :authority"));
        }
        let is_pseudo = PSEUDO.contains(&lower.as_str());
        if FRAMING.contains(&lower.as_str()) || !(is_pseudo || is_token(&lower)) {
            return Err(format!(
                "{at} cannot be set; use another header, or one of {}",
                PSEUDO.join(", ")
            ));
        }
        if headers.iter().any(|other| other.name == lower) {
            return Err(format!("{at} is set twice; remove one"));
        }
        let expression = expression::compiled(&expression.0, AttributeSet::OF_LLM_REQUEST, &at)?;
        headers.push(tidegate::GuardHeader {
            name: lower,
            expression,
        });
    }
    Ok(headers)
}

/// A name of a header (RFC 9110 5.6.2).
fn is_token(name: &str) -> bool {
    let is_mark = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}

fn forwarded(own: &HeaderMatch) -> Result<tidegate::GuardHeaderMatch, String> {
    let value = match own.kind {
        HeaderMatchType::Exact => Value::Exact(own.value.clone()),
        HeaderMatchType::RegularExpression => {
            Pattern::parse(&own.value).map_err(|error| error.to_string())?;
            Value::Regex(own.value.clone())
        }
    };
    Ok(tidegate::GuardHeaderMatch {
        name: own.name.0.to_ascii_lowercase(),
        value: Some(value),
    })
}

#[cfg(test)]
mod tests {
    use cp_api::backend::policy::ai::BackendAi;
    use proto::tidegate::v1 as tidegate;
    use serde_json::{Value, json};
    use tidegate::remote_guard::Service as Wire;

    use super::super::{Asked, Modes, resolve};

    /// The guards as they go to a proxy. Names of their targets are as they are asked for; every target is refused by `"no"`.
    fn sent(request: Value) -> Result<Vec<tidegate::RemoteGuard>, String> {
        let ai: BackendAi =
            serde_json::from_value(json!({"promptGuard": {"request": request}})).expect("valid");
        let levels = [(&ai, "spec.policies.ai".to_owned())];
        let mut messages = Vec::new();
        let targets = &mut |asked: &Asked<'_>| {
            messages.push(super::message(asked)?);
            Err("no".to_owned())
        };
        match resolve(&levels, &Modes::default(), targets) {
            Err(error) if error == "no" => Ok(messages),
            Err(error) => Err(error),
            Ok(_) => panic!("a target was not asked for"),
        }
    }

    fn one(guard: Value) -> tidegate::RemoteGuard {
        let mut sent = sent(json!([guard])).expect("valid");
        sent.pop().expect("one")
    }

    #[test]
    fn services_go_to_the_proxy_as_they_are_written() {
        let webhook = one(
            json!({"webhook": {"backendRef": {"name": "judge", "port": 80},
            "failureMode": "FailOpen", "headers": {":path": "'/judge'", "X-User": "request.method"},
            "forwardHeaderMatches": [
                {"name": "X-Tenant", "value": "a.*", "type": "RegularExpression"},
                {"name": "x-plan", "value": "gold"}]}}),
        );
        assert_eq!(
            (webhook.target.as_str(), webhook.is_fail_open),
            ("request/0", true)
        );
        let Some(Wire::Webhook(own)) = webhook.service else {
            panic!("no webhook");
        };
        let names: Vec<&str> = own.forward.iter().map(|own| own.name.as_str()).collect();
        assert_eq!(names, ["x-tenant", "x-plan"]);
        let computed = own.headers.iter();
        let computed: Vec<(&str, &str)> = computed
            .map(|own| (own.name.as_str(), own.expression.as_str()))
            .collect();
        assert_eq!(
            computed,
            [(":path", "'/judge'"), ("x-user", "request.method")]
        );
        for (guard, expected) in [
            (
                json!({"openAIModeration": {"model": "m"}}),
                Wire::Moderation(tidegate::ModerationService {
                    model: "m".to_owned(),
                    thresholds: Vec::new(),
                }),
            ),
            (
                json!({"bedrockGuardrails": {"identifier": "g", "version": "1", "region": "eu-west-3"}}),
                Wire::Bedrock(tidegate::BedrockGuardrailService {
                    identifier: "g".to_owned(),
                    version: "1".to_owned(),
                }),
            ),
            (
                json!({"googleModelArmor": {"templateId": "t", "projectId": "p"}}),
                Wire::ModelArmor(tidegate::ModelArmorService {
                    project: "p".to_owned(),
                    location: "us-central1".to_owned(),
                    template: "t".to_owned(),
                }),
            ),
        ] {
            let remote = one(guard);
            assert!(
                !remote.is_fail_open,
                "closed unless somebody says otherwise"
            );
            assert_eq!(remote.service, Some(expected));
        }
    }

    #[test]
    fn what_cannot_be_asked_is_named() {
        let broken = json!([{"webhook": {"backendRef": {"name": "judge", "port": 80},
            "forwardHeaderMatches": [{"name": "x", "value": "(", "type": "RegularExpression"}]}}]);
        let error = sent(broken).expect_err("refused");
        let words =
            "spec.policies.ai.promptGuard.request[0].webhook.forwardHeaderMatches[0].value is not";
        assert!(error.starts_with(words), "{error}");
        for (name, expression, words) in [
            (
                "Host",
                "'a'",
                "webhook.headers[Host] cannot be set; use :authority",
            ),
            ("content-length", "'1'", "cannot be set; use another header"),
            (":scheme", "'http'", "cannot be set; use another header"),
            ("a b", "'1'", "cannot be set; use another header"),
            ("x-user", "jwt.", "webhook.headers[x-user] does not compile"),
            (
                "x-user",
                "jwt.sub",
                "webhook.headers[x-user] does not compile",
            ),
        ] {
            let error = sent(
                json!([{"webhook": {"backendRef": {"name": "judge", "port": 80},
                "headers": {name: expression}}}]),
            );
            let error = error.expect_err("refused");
            assert!(error.contains(words), "{error}");
        }
        let error = sent(json!([{}])).expect_err("refused");
        assert!(
            error.contains("request[0] has no kind; use one of regex, webhook"),
            "{error}"
        );
    }
}
