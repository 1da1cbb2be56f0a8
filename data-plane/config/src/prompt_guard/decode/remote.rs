//! `tidegate.v1.RemoteGuard` to [`Remote`].
//!
//! Must refuse a guard whose service is not there: nobody would judge then.

use std::time::Duration;

use ::route::field::{FieldError, Within};
use ::route::pattern::{Pattern, StringMatch, Text};
use dp_policy::prompt_guard::FailureMode;
use dp_policy::prompt_guard::remote::Service;
use dp_policy::prompt_guard::remote::azure::{self, Analysis, ContentSafety, Severities};
use dp_policy::prompt_guard::remote::openai;
use expr::{AttributeSet, Expr};
use http::HeaderName;
use proto::tidegate::v1 as wire;
use wire::guard_header_match::Value;
use wire::remote_guard::Service as Kind;

use crate::ai_backend::AiProvider;
use crate::prompt_guard::{Computed, ForwardRule, Remote};
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
    let (mut forward, mut computed) = (Vec::new(), Computed::default());
    let service = match &message.service {
        Some(Kind::Webhook(own)) => {
            forward = self::forward(&own.forward).within("webhook")?;
            computed = self::computed(&own.headers).within("webhook")?;
            Service::Webhook {
                path_prefix: prefix(&own.path_prefix).within("webhook")?,
            }
        }
        Some(Kind::Moderation(own)) => Service::OpenAi {
            model: match own.model.as_str() {
                "" => openai::MODEL.into(),
                model => model.into(),
            },
            thresholds: thresholds(&own.thresholds).within("moderation")?,
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
        Some(Kind::ContentSafety(own)) => {
            Service::ContentSafety(Box::new(content_safety(own).within("content_safety")?))
        }
        None => return Err(FieldError::missing("service")),
    };
    Ok(Remote {
        target: target.clone(),
        service,
        forward,
        computed,
        on_failure: match message.is_fail_open {
            true => FailureMode::FailOpen,
            false => FailureMode::FailClosed,
        },
        timeout: duration("timeout", message.timeout.as_ref())?.unwrap_or(TIMEOUT),
    })
}

fn thresholds(messages: &[wire::CategoryThreshold]) -> Result<openai::Thresholds, FieldError> {
    let mut all = Vec::with_capacity(messages.len());
    for (index, own) in messages.iter().enumerate() {
        // No number is none.
        if !(own.score > 0.0 && own.score <= 1.0) {
            let text = format!("{} is not above 0 and up to 1", own.score);
            return Err(FieldError::invalid("score", text).within_index("thresholds", index));
        }
        let category = need("category", &own.category).within_index("thresholds", index)?;
        all.push((category, own.score));
    }
    Ok(openai::Thresholds(all))
}

fn content_safety(message: &wire::ContentSafetyService) -> Result<ContentSafety, FieldError> {
    let severity = |field: &'static str, level: u32| match u8::try_from(level) {
        Ok(0) => Ok(azure::SEVERITY),
        Ok(level @ 1..=7) => Ok(level),
        Ok(_) | Err(_) => Err(FieldError::invalid(
            field,
            format!("{level} is not between 1 and 7"),
        )),
    };
    let severities = Severities {
        hate: severity("hate", message.hate)?,
        self_harm: severity("self_harm", message.self_harm)?,
        sexual: severity("sexual", message.sexual)?,
        violence: severity("violence", message.violence)?,
    };
    Ok(ContentSafety {
        severities,
        analysis: Analysis {
            blocklist_names: message.blocklists.clone(),
            halt_on_blocklist_hit: message.halts_on_blocklist_hit.then_some(true),
            output_type: severities.output_type(),
        },
        shields_prompts: message.shields_prompts,
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

fn computed(messages: &[wire::GuardHeader]) -> Result<Computed, FieldError> {
    let mut computed = Computed::default();
    for (index, message) in messages.iter().enumerate() {
        add(message, &mut computed).within_index("headers", index)?;
    }
    Ok(computed)
}

fn add(message: &wire::GuardHeader, computed: &mut Computed) -> Result<(), FieldError> {
    let expression = Expr::compile(&message.expression, AttributeSet::OF_LLM_REQUEST)
        .map_err(|error| FieldError::invalid("expression", error.to_string()))?;
    match message.name.as_str() {
        ":method" => computed.method = Some(expression),
        ":path" => computed.path = Some(expression),
        ":authority" => computed.authority = Some(expression),
        name => {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
                FieldError::invalid("name", format!("{name:?} is no name of a header"))
            })?;
            computed.headers.push((name, expression));
        }
    }
    Ok(())
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
    fn thresholds_are_scores() {
        let decoded = |category: &str, score: f64| {
            let category = category.to_owned();
            let all = super::thresholds(&[wire::CategoryThreshold { category, score }]);
            all.map(|all| all.0).map_err(|error| error.to_string())
        };
        let violence = decoded("violence", 0.8).expect("valid");
        assert_eq!(violence, [("violence".into(), 0.8)]);
        for score in [0.0, -1.0, 1.1, f64::NAN] {
            let error = decoded("violence", score).expect_err("refused");
            assert!(error.starts_with("thresholds[0].score: "), "{error}");
        }
        let error = decoded("", 0.5).expect_err("refused");
        assert!(error.starts_with("thresholds[0].category"), "{error}");
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
    fn severities_are_levels_of_the_service() {
        let read = |violence: u32| {
            let message = wire::ContentSafetyService {
                violence,
                ..wire::ContentSafetyService::default()
            };
            super::content_safety(&message).map_err(|error| error.to_string())
        };
        let absent = read(0).expect("the default");
        assert_eq!(absent.severities, super::Severities::all(2));
        assert_eq!(read(6).expect("valid").severities.violence, 6);
        assert!(read(7).expect("valid").analysis.output_type.is_some());
        let error = read(8).expect_err("refused");
        assert_eq!(error, "violence: 8 is not between 1 and 7");
    }

    #[test]
    fn computed_headers_and_the_head_of_the_call() {
        let computed = |name: &str, expression: &str| {
            let message = wire::GuardHeader {
                name: name.to_owned(),
                expression: expression.to_owned(),
            };
            super::computed(&[message]).map_err(|error| error.to_string())
        };
        assert!(computed(":path", "'/a'").expect("valid").path.is_some());
        assert!(
            computed(":method", "'PUT'")
                .expect("valid")
                .method
                .is_some()
        );
        assert!(
            computed(":authority", "'a'")
                .expect("valid")
                .authority
                .is_some()
        );
        let user = computed("x-user", "request.method").expect("valid");
        assert_eq!(user.headers[0].0, "x-user");
        for (name, expression, words) in [
            (":scheme", "'a'", "headers[0].name: "),
            ("x", "1 +", "headers[0].expression: "),
        ] {
            let error = computed(name, expression).expect_err("refused");
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
