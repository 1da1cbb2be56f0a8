//! Guards that are services, as proxies are told.
//!
//! Owns what is asked. Must not know where: that is its target's. Invariant: a guard names its target, so that a proxy which has
//! none refuses it.

use cp_api::backend::policy::guard::{HeaderMatch, HeaderMatchType, Webhook};
use cp_api::scalar::FailureMode;
use proto::tidegate::v1 as tidegate;
use route::pattern::Pattern;
use tidegate::guard_header_match::Value;
use tidegate::remote_guard::Service as Wire;

use super::{Asked, Service};

pub(super) fn message(asked: &Asked<'_>) -> Result<tidegate::RemoteGuard, String> {
    let mut is_fail_open = false;
    let service = match &asked.service {
        Service::Webhook(own) => {
            is_fail_open = own.failure_mode == Some(FailureMode::FailOpen);
            Wire::Webhook(webhook(own, asked)?)
        }
        Service::OpenAi(own) => Wire::Moderation(tidegate::ModerationService {
            model: own.model.clone().unwrap_or_default(),
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
    };
    Ok(tidegate::RemoteGuard {
        target: asked.name.clone(),
        service: Some(service),
        is_fail_open,
        timeout: None,
    })
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
    })
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
            "failureMode": "FailOpen", "forwardHeaderMatches": [
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
        for (guard, expected) in [
            (
                json!({"openAIModeration": {"model": "m"}}),
                Wire::Moderation(tidegate::ModerationService {
                    model: "m".to_owned(),
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
        let error = sent(json!([{}])).expect_err("refused");
        assert!(
            error.contains("request[0] has no kind; use one of regex, webhook"),
            "{error}"
        );
    }
}
