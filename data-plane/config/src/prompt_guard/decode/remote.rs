//! `tidegate.v1.RemoteGuard` to [`Remote`].
//!
//! Must refuse a guard whose service is not there: nobody would judge then.

use std::time::Duration;

use ::route::field::{FieldError, Within};
use ::route::pattern::{Pattern, StringMatch, Text};
use dp_policy::prompt_guard::FailureMode;
use dp_policy::prompt_guard::remote::Service;
use dp_policy::prompt_guard::remote::openai::{self, Thresholds};
use http::HeaderName;
use proto::tidegate::v1 as wire;
use wire::guard_header_match::Value;
use wire::remote_guard::Service as Kind;

use crate::ai_backend::AiProvider;
use crate::prompt_guard::{ForwardRule, Remote};
use crate::scalar::duration;

/// How long a verdict is waited for where nothing is said (llm.md G-6).
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn decode(
    message: &wire::RemoteGuard,
    targets: &[AiProvider],
) -> Result<Remote, FieldError> {
    let target = targets
        .iter()
        .find(|target| *target.name == *message.target);
    let target = target.ok_or_else(|| {
        let text = format!("{:?} is not among the policy's targets", message.target);
        FieldError::invalid("target", text)
    })?;
    let mut forward = Vec::new();
    let service = match &message.service {
        Some(Kind::Webhook(own)) => {
            forward = self::forward(&own.forward).within("webhook")?;
            Service::Webhook {
                path_prefix: prefix(&own.path_prefix).within("webhook")?,
            }
        }
        Some(Kind::Moderation(own)) => Service::OpenAi {
            model: match own.model.as_str() {
                "" => openai::MODEL.into(),
                model => model.into(),
            },
            thresholds: Thresholds::new(),
        },
        Some(Kind::Bedrock(own)) => Service::Bedrock {
            identifier: need("identifier", &own.identifier).within("bedrock")?,
            version: need("version", &own.version).within("bedrock")?,
        },
        Some(Kind::ModelArmor(own)) => Service::ModelArmor {
            project: need("project", &own.project).within("model_armor")?,
            location: need("location", &own.location).within("model_armor")?,
            template: need("template", &own.template).within("model_armor")?,
        },
        None => return Err(FieldError::missing("service")),
    };
    Ok(Remote {
        target: target.clone(),
        service,
        forward,
        on_failure: match message.is_fail_open {
            true => FailureMode::FailOpen,
            false => FailureMode::FailClosed,
        },
        timeout: duration("timeout", message.timeout.as_ref())?.unwrap_or(TIMEOUT),
    })
}

fn need(field: &'static str, text: &str) -> Result<Box<str>, FieldError> {
    match text {
        "" => Err(FieldError::missing(field)),
        text => Ok(text.into()),
    }
}

fn prefix(text: &str) -> Result<Box<str>, FieldError> {
    let is_path = text.is_empty() || (text.starts_with('/') && !text.contains(['?', '#']));
    match is_path {
        true => Ok(text.trim_end_matches('/').into()),
        false => Err(FieldError::invalid(
            "path_prefix",
            format!("{text:?} is no path"),
        )),
    }
}

fn forward(messages: &[wire::GuardHeaderMatch]) -> Result<Vec<ForwardRule>, FieldError> {
    let mut rules = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        rules.push(rule(message).within_index("forward", index)?);
    }
    Ok(rules)
}

fn rule(message: &wire::GuardHeaderMatch) -> Result<ForwardRule, FieldError> {
    let name = HeaderName::from_bytes(message.name.as_bytes()).map_err(|_| {
        FieldError::invalid("name", format!("{:?} is no name of a header", message.name))
    })?;
    let value = match &message.value {
        Some(Value::Exact(text)) => StringMatch::Exact(Text::new(text, false)),
        Some(Value::Regex(text)) => StringMatch::Regex(
            Pattern::parse(text)
                .map_err(|error| FieldError::invalid("regex", error.to_string()))?,
        ),
        None => return Err(FieldError::missing("value")),
    };
    Ok(ForwardRule { name, value })
}

#[cfg(test)]
mod tests {
    use proto::tidegate::v1 as wire;
    use wire::guard_header_match::Value;
    use wire::remote_guard::Service as Kind;

    #[test]
    fn a_guard_without_its_service_is_refused() {
        let message = wire::RemoteGuard {
            target: "request/0".to_owned(),
            service: Some(Kind::Moderation(wire::ModerationService::default())),
            ..wire::RemoteGuard::default()
        };
        let error = super::decode(&message, &[]).expect_err("refused");
        let words = "target: \"request/0\" is not among the policy's targets";
        assert_eq!(error.to_string(), words);
    }

    #[test]
    fn rules_of_headers() {
        let rule = |name: &str, value: Option<Value>| {
            let name = name.to_owned();
            super::rule(&wire::GuardHeaderMatch { name, value }).map_err(|error| error.to_string())
        };
        let tenant = rule("x-tenant", Some(Value::Regex("a.".to_owned()))).expect("valid");
        assert!(tenant.value.matches(b"ab") && !tenant.value.matches(b"abc"));
        for (name, value, words) in [
            ("x y", Some(Value::Exact("a".to_owned())), "name: "),
            ("x", Some(Value::Regex("(".to_owned())), "regex: "),
            ("x", None, "value"),
        ] {
            let error = rule(name, value).expect_err("refused");
            assert!(error.starts_with(words), "{error}");
        }
    }

    #[test]
    fn prefixes_are_paths() {
        for (text, expected) in [
            ("", Some("")),
            ("/v1/", Some("/v1")),
            ("v1", None),
            ("/a?b", None),
        ] {
            let read = super::prefix(text).ok();
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
