//! `tidegate.v1.PromptGuard` to [`PromptGuard`].
//!
//! Must refuse whatever it does not know: a guard that is left out lets pass what somebody wanted judged.

use std::sync::Arc;

use ::route::field::{FieldError, Within};
use dp_policy::prompt_guard::remote::Phase;
use dp_policy::prompt_guard::scope::Scope;
use dp_policy::prompt_guard::{Builtin, Engine, OnMatch, RuleConfig, Scopes, Score};
use http::StatusCode;
use proto::tidegate::v1 as wire;
use wire::guard::Kind;
use wire::regex_guard::Action;

use super::{Guard, GuardKind, PromptGuard, Refusal, Streaming};
use crate::ai_backend::AiProvider;

mod remote;

/// What is judged of prompts where nothing is said: all that reaches the model but the arguments of earlier calls.
const DEFAULT_SCOPES: Scopes =
    Scopes::of(&[Scope::SystemPrompt, Scope::Messages, Scope::ToolOutput]);

/// Decodes the guards of a policy. `targets` are the services that they may ask, `label` stands in front of their names.
pub(crate) fn prompt_guard(
    message: &wire::PromptGuard,
    targets: &[AiProvider],
    label: &str,
) -> Result<PromptGuard, FieldError> {
    use wire::prompt_guard::Streaming as Wire;
    let streaming = match Wire::try_from(message.streaming) {
        Ok(Wire::Window) => Streaming::Window,
        Ok(Wire::Buffer) => Streaming::Buffer,
        Ok(Wire::Audit) => Streaming::Audit,
        Ok(Wire::Refuse) => Streaming::Refuse,
        Err(_) => return Err(unknown("streaming", message.streaming)),
    };
    Ok(PromptGuard {
        request: guards((label, Phase::Request), &message.request, targets)?,
        response: guards((label, Phase::Response), &message.response, targets)?,
        streaming,
        is_beside: message.is_beside,
    })
}

fn guards(
    (label, phase): (&str, Phase),
    messages: &[wire::Guard],
    targets: &[AiProvider],
) -> Result<Vec<Arc<Guard>>, FieldError> {
    let side = match phase {
        Phase::Request => "request",
        Phase::Response => "response",
    };
    let mut guards = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        let name = format!("{label} {side}[{index}]");
        let name = name.trim_start().into();
        let guard = guard((name, phase), message, targets).within_index(side, index)?;
        guards.push(Arc::new(guard));
    }
    Ok(guards)
}

fn guard(
    (name, phase): (Arc<str>, Phase),
    message: &wire::Guard,
    targets: &[AiProvider],
) -> Result<Guard, FieldError> {
    let kind = match &message.kind {
        Some(Kind::Regex(regex)) => GuardKind::Regex(Arc::new(self::regex(regex).within("regex")?)),
        Some(Kind::Remote(own)) => {
            GuardKind::Remote(Box::new(remote::decode(own, targets).within("remote")?))
        }
        None => return Err(FieldError::missing("kind")),
    };
    Ok(Guard {
        name,
        kind,
        scopes: scopes(phase, &message.scopes)?,
        refusal: refusal(message.refusal.as_ref()).within("refusal")?,
        is_shadow: message.is_shadow,
    })
}

fn regex(message: &wire::RegexGuard) -> Result<Engine, FieldError> {
    let on_match = match Action::try_from(message.action) {
        Ok(Action::Mask) => OnMatch::Mask,
        Ok(Action::Reject) => OnMatch::Reject,
        Err(_) => return Err(unknown("action", message.action)),
    };
    let mut rules = Vec::with_capacity(message.builtins.len() + message.patterns.len());
    for (index, name) in message.builtins.iter().enumerate() {
        let builtin = Builtin::parse(name).ok_or_else(|| {
            let text = format!("{name:?} is no ready-made rule");
            FieldError::invalid("", text).within_index("builtins", index)
        })?;
        rules.push(RuleConfig::Builtin(builtin));
    }
    for pattern in &message.patterns {
        rules.push(RuleConfig::Pattern {
            name: None,
            pattern: pattern.as_str().into(),
        });
    }
    for (index, named) in message.named_patterns.iter().enumerate() {
        let name = rule_name(&named.name).within_index("named_patterns", index)?;
        rules.push(RuleConfig::Pattern {
            name: Some(name.into()),
            pattern: named.pattern.as_str().into(),
        });
    }
    if rules.is_empty() {
        return Err(FieldError::invalid(
            "",
            "needs a pattern or a ready-made rule",
        ));
    }
    Engine::compile(&rules, on_match, Score::MINIMUM)
}

/// Names stand in logs, in spans and in masked texts: they are words and nothing else.
fn rule_name(name: &str) -> Result<&str, FieldError> {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    match (1..=63).contains(&name.len()) && name.bytes().all(is_plain) {
        true => Ok(name),
        false => Err(FieldError::invalid(
            "name",
            "is not 1 to 63 characters of a to z, 0 to 9 and -",
        )),
    }
}

fn scopes(phase: Phase, messages: &[i32]) -> Result<Scopes, FieldError> {
    use wire::GuardScope as Wire;
    if messages.is_empty() {
        return Ok(match phase {
            Phase::Request => DEFAULT_SCOPES,
            Phase::Response => Scopes::OF_ANSWERS,
        });
    }
    let mut scopes = Vec::with_capacity(messages.len());
    for (index, scope) in messages.iter().enumerate() {
        scopes.push(match (phase, Wire::try_from(*scope)) {
            (_, Ok(Wire::Messages)) => Scope::Messages,
            (Phase::Request, Ok(Wire::SystemPrompt)) => Scope::SystemPrompt,
            (Phase::Request, Ok(Wire::ToolOutput)) => Scope::ToolOutput,
            (Phase::Request, Ok(Wire::ToolInput)) => Scope::ToolInput,
            (Phase::Request, Ok(Wire::ToolDefinitions)) => Scope::ToolDefinitions,
            (Phase::Response, Ok(Wire::ToolCalls)) => Scope::ToolCallOutput,
            (Phase::Request, Ok(own @ Wire::ToolCalls))
            | (
                Phase::Response,
                Ok(
                    own @ (Wire::SystemPrompt
                    | Wire::ToolOutput
                    | Wire::ToolInput
                    | Wire::ToolDefinitions),
                ),
            ) => {
                let text = format!("{} is nothing that it has", own.as_str_name());
                return Err(FieldError::invalid("", text).within_index("scopes", index));
            }
            (_, Ok(Wire::Unspecified) | Err(_)) => {
                return Err(unknown("", *scope).within_index("scopes", index));
            }
        });
    }
    Ok(Scopes::of(&scopes))
}

fn refusal(message: Option<&wire::GuardRefusal>) -> Result<Refusal, FieldError> {
    let status = match message.map_or(0, |own| own.status) {
        0 => StatusCode::FORBIDDEN,
        status => u16::try_from(status)
            .ok()
            .filter(|status| (200..600).contains(status))
            .and_then(|status| StatusCode::from_u16(status).ok())
            .ok_or_else(|| {
                FieldError::invalid("status", format!("{status} is not between 200 and 599"))
            })?,
    };
    let body = message.map(|own| own.body.as_str());
    let body = body.filter(|body| !body.is_empty()).map(Into::into);
    Ok(Refusal { status, body })
}

fn unknown(field: &'static str, value: i32) -> FieldError {
    FieldError::invalid(
        field,
        format!("{value} is a value that this version does not know"),
    )
}

#[cfg(test)]
mod tests {
    use dp_policy::prompt_guard::scope::Scope;
    use proto::tidegate::v1 as wire;
    use wire::guard::Kind;

    use super::{GuardKind, prompt_guard};

    fn with(guard: wire::Guard) -> Result<super::PromptGuard, String> {
        let message = wire::PromptGuard {
            request: vec![guard],
            ..wire::PromptGuard::default()
        };
        prompt_guard(&message, &[], "").map_err(|error| error.to_string())
    }

    fn regex(builtins: &[&str], patterns: &[&str]) -> wire::Guard {
        let text = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        wire::Guard {
            kind: Some(Kind::Regex(wire::RegexGuard {
                builtins: text(builtins),
                patterns: text(patterns),
                ..wire::RegexGuard::default()
            })),
            ..wire::Guard::default()
        }
    }

    #[test]
    fn what_tools_gave_is_judged_unless_somebody_says_otherwise() {
        let guards = with(regex(&["ssn"], &[])).expect("decodes");
        let guard = &guards.request[0];
        assert_eq!(&*guard.name, "request[0]");
        assert_eq!(
            (guard.refusal.status.as_u16(), guard.kind.label()),
            (403, "regex")
        );
        for (scope, is_judged) in [
            (Scope::SystemPrompt, true),
            (Scope::Messages, true),
            (Scope::ToolOutput, true),
            (Scope::ToolInput, false),
            (Scope::ToolDefinitions, false),
        ] {
            assert_eq!(guard.scopes.has(scope), is_judged, "{scope:?}");
        }
        let asked = wire::Guard {
            scopes: vec![wire::GuardScope::ToolDefinitions.into()],
            ..regex(&["ssn"], &[])
        };
        let guards = with(asked).expect("decodes");
        let scopes = guards.request[0].scopes;
        assert!(scopes.has(Scope::ToolDefinitions) && !scopes.has(Scope::Messages));
    }

    #[test]
    fn what_answers_have_is_not_what_prompts_have() {
        use wire::GuardScope::{Messages, SystemPrompt, ToolCalls, ToolInput};
        let of = |scopes: &[wire::GuardScope]| {
            let guard = wire::Guard {
                scopes: scopes.iter().map(|own| (*own).into()).collect(),
                ..regex(&["ssn"], &[])
            };
            let message = wire::PromptGuard {
                response: vec![guard],
                ..wire::PromptGuard::default()
            };
            let guards = prompt_guard(&message, &[], "").map_err(|error| error.to_string())?;
            let has = |scope| guards.response[0].scopes.has(scope);
            Ok::<_, String>((has(Scope::Messages), has(Scope::ToolCallOutput)))
        };
        assert_eq!(of(&[]), Ok((true, false)));
        assert_eq!(of(&[Messages, ToolCalls]), Ok((true, true)));
        assert_eq!(of(&[ToolCalls]), Ok((false, true)));
        for scope in [SystemPrompt, ToolInput] {
            let error = of(&[Messages, scope]).expect_err("refused");
            assert!(error.starts_with("response[0].scopes[1]: "), "{error}");
        }
        let error = with(wire::Guard {
            scopes: vec![ToolCalls.into()],
            ..regex(&["ssn"], &[])
        });
        let error = error.expect_err("refused");
        assert!(
            error.starts_with("request[0].scopes[0]: GUARD_SCOPE_TOOL_CALLS"),
            "{error}"
        );
    }

    fn named(name: &str, pattern: &str) -> wire::Guard {
        let named = wire::regex_guard::NamedPattern {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
        };
        wire::Guard {
            kind: Some(Kind::Regex(wire::RegexGuard {
                builtins: vec!["awsAccessKey".to_owned()],
                named_patterns: vec![named],
                ..wire::RegexGuard::default()
            })),
            ..wire::Guard::default()
        }
    }

    #[test]
    fn a_pattern_is_told_by_its_name() {
        let guards = with(named("ticket", "T-[0-9]+")).expect("decodes");
        let GuardKind::Regex(engine) = &guards.request[0].kind else {
            panic!("no patterns");
        };
        let text = "AKIAIOSFODNN7EXAMPLE of T-42";
        let masked = engine.mask(text);
        assert_eq!(masked.as_deref(), Some("<AWS_ACCESS_KEY> of <ticket>"));
        let found = engine.scan(text);
        let names: Vec<&str> = found.iter().map(|found| &**found.name()).collect();
        assert_eq!(names, ["awsAccessKey", "ticket"]);
    }

    #[test]
    fn what_cannot_be_built_is_refused_and_named() {
        let refused = |guard: wire::Guard| with(guard).expect_err("refused");
        for (guard, words) in [
            (
                regex(&["shoeSize"], &[]),
                "request[0].regex.builtins[0]: \"shoeSize\" is no ready-made rule",
            ),
            (
                regex(&["ssn"], &["a", "("]),
                "request[0].regex.rules[2].pattern: is not a regular expression",
            ),
            (
                regex(&[], &["(?=a)"]),
                "request[0].regex.rules[0].pattern: is not a regular expression",
            ),
            (
                named("a", "("),
                "request[0].regex.rules[1].pattern: is not a regular expression",
            ),
            (
                named("", "a"),
                "request[0].regex.named_patterns[0].name: is not 1 to 63",
            ),
            (
                named("Not so", "a"),
                "request[0].regex.named_patterns[0].name: is not 1 to 63",
            ),
            (regex(&[], &[]), "request[0].regex: needs a pattern"),
            (wire::Guard::default(), "request[0].kind"),
            (
                wire::Guard {
                    scopes: vec![9],
                    ..regex(&["ssn"], &[])
                },
                "request[0].scopes[0]: 9 is a value",
            ),
            (
                wire::Guard {
                    refusal: Some(wire::GuardRefusal {
                        status: 99,
                        body: String::new(),
                    }),
                    ..regex(&["ssn"], &[])
                },
                "request[0].refusal.status: 99 is not between",
            ),
        ] {
            let error = refused(guard);
            assert!(error.starts_with(words), "{error}");
        }
    }
}
