//! `promptGuard` of a provider's policies, or of one that is attached.
//!
//! Owns which level's guards count, and the annotations for what upstream's schema has no field for. Must refuse a guard
//! that the proxy could not build: what it is about is then served by nobody, because nobody can tell what the guard would
//! have stopped.

use std::collections::BTreeMap;

use cp_api::backend::policy::ai::BackendAi;
use cp_api::backend::policy::guard::{
    BedrockGuardrails, ContentSafety, Guard, ModelArmor, OpenAiModeration, PromptGuard, Refusal,
    Scope, Webhook,
};
use proto::tidegate::v1 as tidegate;
use tidegate::guard::Kind;
use tidegate::prompt_guard::Streaming;

use crate::plan::ProviderPlan;

mod patterns;
mod remote;
mod target;

const KINDS: &str = "regex, webhook, openAIModeration, bedrockGuardrails and googleModelArmor; detect, \
     azureContentSafety and openAIModeration in a TidegatePolicy";
/// `window`, `buffer`, `audit` or `refuse`.
const STREAMING: &str = "tidegate.dev/guard-streaming";
/// `enforce` or `shadow`.
const MODE: &str = "tidegate.dev/guard-mode";
/// `replace` or `append`.
pub(crate) const MERGE: &str = "tidegate.dev/guard-merge";

/// How the guards of an object work.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Modes {
    streaming: Streaming,
    is_shadow: bool,
    /// They judge beside those of other levels.
    is_beside: bool,
}

/// A service that a guard asks.
pub(crate) struct Asked<'a> {
    /// Place of the guards in the spec.
    guards: &'a str,
    /// Place of the guard in there: `request[0]`.
    at: String,
    /// Its name among the policy's targets: `request/0`.
    name: String,
    service: Service<'a>,
    /// What the guard says of any service.
    guard: &'a Guard,
}

/// Which service it is.
enum Service<'a> {
    Webhook(&'a Webhook),
    OpenAi(&'a OpenAiModeration),
    Bedrock(&'a BedrockGuardrails),
    ModelArmor(&'a ModelArmor),
    ContentSafety(&'a ContentSafety),
}

/// Builds the service that a guard asks, as a provider to which no request of a client goes.
pub(crate) type Targets<'t> = dyn FnMut(&Asked<'_>) -> Result<ProviderPlan, String> + 't;

/// Guards, and the services that they ask.
type Resolved = (tidegate::PromptGuard, Vec<ProviderPlan>);

/// The guards of a provider; the first level that has any wins as a whole. `levels` come with their places in the spec.
pub(super) fn resolve(
    levels: &[(&BackendAi, String)],
    modes: &Modes,
    targets: &mut Targets<'_>,
) -> Result<Option<Resolved>, String> {
    let found = levels
        .iter()
        .find_map(|(ai, at)| Some((ai.prompt_guard.as_ref()?, at)));
    found
        .map(|(guard, at)| prompt_guard(guard, &format!("{at}.promptGuard"), modes, targets))
        .transpose()
}

fn prompt_guard(
    own: &PromptGuard,
    at: &str,
    modes: &Modes,
    targets: &mut Targets<'_>,
) -> Result<Resolved, String> {
    let mut asked = Vec::new();
    let mut side = |guards: &Option<Vec<Guard>>, side: &str| {
        let guards = guards.iter().flatten().enumerate();
        guards
            .map(|(index, own)| {
                let place = (at, side, index);
                let (guard, target) = guard(own, place, modes, targets)?;
                asked.extend(target);
                Ok(guard)
            })
            .collect::<Result<Vec<_>, String>>()
    };
    let guard = tidegate::PromptGuard {
        request: side(&own.request, "request")?,
        response: side(&own.response, "response")?,
        streaming: modes.streaming.into(),
        is_beside: modes.is_beside,
        label: String::new(),
    };
    Ok((guard, asked))
}

fn guard(
    own: &Guard,
    (guards, side, index): (&str, &str, usize),
    modes: &Modes,
    targets: &mut Targets<'_>,
) -> Result<(tidegate::Guard, Option<ProviderPlan>), String> {
    let at = format!("{guards}.{side}[{index}]");
    let (kind, target) = match (patterns::message(own, &at)?, service(own)) {
        (Some(patterns), _) => (Kind::Regex(patterns), None),
        (None, Some(service)) => {
            let asked = Asked {
                guards,
                at: format!("{side}[{index}]"),
                name: format!("{side}/{index}"),
                service,
                guard: own,
            };
            let target = targets(&asked)?;
            (Kind::Remote(remote::message(&asked)?), Some(target))
        }
        (None, None) => return Err(format!("{at} has no kind; use one of {KINDS}")),
    };
    let scopes = own
        .scope
        .iter()
        .flatten()
        .map(|scope| scope_of(*scope).into());
    let guard = tidegate::Guard {
        kind: Some(kind),
        scopes: scopes.collect(),
        refusal: own.response.as_ref().map(refusal),
        is_shadow: modes.is_shadow,
    };
    Ok((guard, target))
}

fn service(own: &Guard) -> Option<Service<'_>> {
    let moderation = || own.openai_moderation.as_ref().map(Service::OpenAi);
    let bedrock = || own.bedrock_guardrails.as_ref().map(Service::Bedrock);
    let armor = || own.google_model_armor.as_ref().map(Service::ModelArmor);
    let webhook = own.webhook.as_ref().map(Service::Webhook);
    let azure = || {
        own.azure_content_safety
            .as_ref()
            .map(Service::ContentSafety)
    };
    let named = webhook.or_else(moderation).or_else(bedrock);
    named.or_else(armor).or_else(azure)
}

fn scope_of(own: Scope) -> tidegate::GuardScope {
    match own {
        Scope::SystemPrompt => tidegate::GuardScope::SystemPrompt,
        Scope::Messages => tidegate::GuardScope::Messages,
        Scope::ToolOutput => tidegate::GuardScope::ToolOutput,
        Scope::ToolInput => tidegate::GuardScope::ToolInput,
        Scope::ToolDefinitions => tidegate::GuardScope::ToolDefinitions,
        Scope::ToolCalls => tidegate::GuardScope::ToolCalls,
    }
}

/// The schema's own message stands for none, so that clients read an error that they understand.
fn refusal(own: &Refusal) -> tidegate::GuardRefusal {
    let is_default = own.message == Refusal::default().message;
    tidegate::GuardRefusal {
        status: own.status_code.into(),
        body: if is_default {
            String::new()
        } else {
            own.message.clone()
        },
    }
}

// === impl Modes ===

impl Modes {
    pub(super) fn of_annotations(annotations: &BTreeMap<String, String>) -> Result<Modes, String> {
        let of = |name: &str| annotations.get(name).map(|value| value.trim());
        let refuse = |name: &str, value: &str, known: &str| {
            Err(format!(
                "metadata.annotations[{name}]: {value:?} is not one of {known}"
            ))
        };
        let streaming = match of(STREAMING) {
            None | Some("window") => Streaming::Window,
            Some("buffer") => Streaming::Buffer,
            Some("audit") => Streaming::Audit,
            Some("refuse") => Streaming::Refuse,
            Some(other) => return refuse(STREAMING, other, "window, buffer, audit, refuse"),
        };
        let is_shadow = match of(MODE) {
            None | Some("enforce") => false,
            Some("shadow") => true,
            Some(other) => return refuse(MODE, other, "enforce, shadow"),
        };
        let is_beside = match of(MERGE) {
            None | Some("replace") => false,
            Some("append") => true,
            Some(other) => return refuse(MERGE, other, "replace, append"),
        };
        Ok(Modes {
            streaming,
            is_shadow,
            is_beside,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cp_api::backend::policy::ai::BackendAi;
    use proto::tidegate::v1 as tidegate;
    use serde_json::{Value, json};
    use tidegate::guard::Kind;
    use tidegate::prompt_guard::Streaming;

    use super::{Asked, MERGE, MODE, Modes, STREAMING, resolve};

    fn guards(request: Value) -> Result<Option<tidegate::PromptGuard>, String> {
        let ai: BackendAi =
            serde_json::from_value(json!({"promptGuard": {"request": request}})).expect("valid");
        let levels = [(&ai, "spec.policies.ai".to_owned())];
        let none = &mut |_: &Asked<'_>| Err("no service".to_owned());
        let found = resolve(&levels, &Modes::default(), none)?;
        Ok(found.map(|(guard, _)| guard))
    }

    #[test]
    fn a_guard_goes_to_the_proxy_as_it_is_written() {
        let request = json!([
            {"regex": {"builtins": ["Ssn", "Email"], "matches": ["secret-[0-9]+"]}, "scope": ["ToolOutput"]},
            {"regex": {"builtins": ["CaSin"], "action": "Reject"}, "response": {"statusCode": 422}},
            {"regex": {"builtins": ["CaSin"]}, "response": {"message": "no"}},
        ]);
        let sent = guards(request).expect("valid").expect("there").request;
        let Some(Kind::Regex(first)) = &sent[0].kind else {
            panic!("no pattern");
        };
        assert_eq!(first.builtins, ["ssn", "email"]);
        assert_eq!(first.patterns, ["secret-[0-9]+"]);
        assert_eq!(sent[0].scopes, [3]);
        assert_eq!(sent[0].refusal, None);
        let refusal = |status, body: &str| tidegate::GuardRefusal {
            status,
            body: body.to_owned(),
        };
        assert_eq!(sent[1].refusal, Some(refusal(422, "")));
        assert_eq!(sent[2].refusal, Some(refusal(403, "no")));
    }

    #[test]
    fn names_of_detectors_and_patterns_go_along() {
        let request = json!([{"detect": {
            "detectors": ["AwsAccessKey", "OpenAiKey"],
            "patterns": [{"name": "ticket", "pattern": "T-[0-9]+"}],
            "action": "Reject",
        }, "scope": ["ToolDefinitions"]}]);
        let sent = guards(request).expect("valid").expect("there").request;
        let Some(Kind::Regex(own)) = &sent[0].kind else {
            panic!("no pattern");
        };
        assert_eq!(own.builtins, ["awsAccessKey", "openAIKey"]);
        assert_eq!(own.action(), tidegate::regex_guard::Action::Reject);
        let named = &own.named_patterns[0];
        assert_eq!((&*named.name, &*named.pattern), ("ticket", "T-[0-9]+"));
        assert!(own.patterns.is_empty());
        assert_eq!(sent[0].scopes, [5]);
    }

    #[test]
    fn the_nearest_level_counts_as_a_whole() {
        let ai = |name: &str| -> BackendAi {
            let guard = json!({"promptGuard": {"response": [{"regex": {"builtins": [name]}}]}});
            serde_json::from_value(guard).expect("valid")
        };
        let (near, far) = (ai("Ssn"), ai("Email"));
        let levels = [(&near, "near".to_owned()), (&far, "far".to_owned())];
        let none = &mut |_: &Asked<'_>| Err("no service".to_owned());
        let sent = resolve(&levels, &Modes::default(), none)
            .expect("valid")
            .expect("there")
            .0;
        assert!(
            matches!(&sent.response[0].kind, Some(Kind::Regex(own)) if own.builtins == ["ssn"])
        );
    }

    #[test]
    fn what_cannot_be_built_is_named() {
        for (guard, words) in [
            (
                json!({"regex": {"matches": ["a", "("]}}),
                "spec.policies.ai.promptGuard.request[0].regex.matches[1] is not a regular expression",
            ),
            (
                json!({"regex": {"matches": ["(?!a)b"]}}),
                "spec.policies.ai.promptGuard.request[0].regex.matches[0] is not a regular expression",
            ),
            (
                json!({"detect": {"patterns": [{"name": "a", "pattern": "a"}, {"name": "b", "pattern": "(?=a)"}]}}),
                "spec.policies.ai.promptGuard.request[0].detect.patterns[1].pattern is not a regular expression",
            ),
            (
                json!({"regex": {}}),
                "spec.policies.ai.promptGuard.request[0].regex needs matches or builtins",
            ),
        ] {
            let error = guards(json!([guard])).expect_err("refused");
            assert!(error.starts_with(words), "{error}");
        }
    }

    #[test]
    fn annotations() {
        let read = |name: &str, value: &str| {
            Modes::of_annotations(&BTreeMap::from([(name.to_owned(), value.to_owned())]))
        };
        assert_eq!(
            read(STREAMING, " buffer ").map(|modes| modes.streaming),
            Ok(Streaming::Buffer)
        );
        assert_eq!(
            read(STREAMING, "audit").map(|modes| modes.streaming),
            Ok(Streaming::Audit)
        );
        assert_eq!(
            read(STREAMING, "refuse").map(|modes| modes.streaming),
            Ok(Streaming::Refuse)
        );
        assert_eq!(read(MODE, "shadow").map(|modes| modes.is_shadow), Ok(true));
        assert_eq!(read(MERGE, "append").map(|modes| modes.is_beside), Ok(true));
        assert_eq!(read(MERGE, "replace"), Ok(Modes::default()));
        assert_eq!(read("other", "x"), Ok(Modes::default()));
        for (name, value) in [
            (STREAMING, "off"),
            (STREAMING, ""),
            (MODE, "Shadow"),
            (MERGE, "Append"),
        ] {
            let error = read(name, value).expect_err("refused");
            assert!(
                error.contains(name) && error.contains("is not one of"),
                "{error}"
            );
        }
    }
}
