//! One guard over the texts of a body.
//!
//! Owns which texts a guard looks at. Must not do I/O. Invariant: texts that follow each other in one message are judged
//! as one (llm.md G-3), and only those that change are written anew.

use std::borrow::Cow;

use bytes::Bytes;
use dp_config::prompt_guard::{Guard, Refusal};
use dp_llm::prompt_text::{PromptText, Run, Scope as Whose};
use dp_policy::prompt_guard::{
    Decision, Engine, Names,
    remote::{Phase, Text, Verdict},
    run::{self, RunVerdict},
    scope::Scope,
};
use http::StatusCode;

/// The decision about a body that is not what its format asks for.
pub(super) fn unreadable() -> Decision {
    Decision::Reject(Names::one("unreadable"))
}

/// The decision about a request for a stream, where answers are judged whole.
pub(super) fn streamed() -> Decision {
    Decision::Reject(Names::one("streamed"))
}

/// The decision of patterns, and the body without what they hide.
pub(super) fn regex(
    engine: &Engine,
    texts: &PromptText<'_>,
    guard: &Guard,
    phase: Phase,
) -> (Decision, Option<Bytes>) {
    let mut masked = Names::default();
    let mut refused = Names::default();
    let mut rewrite = texts.rewrite();
    for run in texts.runs().filter(|run| is_judged(run, guard, phase)) {
        let parts: Vec<&str> = run.slots().iter().map(|slot| slot.text.as_ref()).collect();
        match run::judge(engine, &parts) {
            RunVerdict::Allow => {}
            // It stays, so nothing was done about it.
            RunVerdict::Mask { .. } if run.is_name() => {}
            RunVerdict::Mask { text, names } => {
                rewrite.run(&run, &text);
                names.as_slice().iter().for_each(|name| masked.add(name));
            }
            RunVerdict::Reject(names) => {
                names.as_slice().iter().for_each(|name| refused.add(name));
            }
        }
    }
    match (refused.is_empty(), masked.is_empty()) {
        (false, _) => (Decision::Reject(refused), None),
        (true, false) => (Decision::Mask(masked), Some(rewrite.finish())),
        (true, true) => (Decision::Allow, None),
    }
}

/// A text that a service is asked about, and the run that it is.
pub(super) struct Asked<'t, 'a> {
    run: Run<'t, 'a>,
    text: Cow<'t, str>,
}

/// What a service is asked about: one text for each run that says something.
pub(super) fn asked<'t, 'a>(
    texts: &'t PromptText<'a>,
    guard: &Guard,
    phase: Phase,
) -> Vec<Asked<'t, 'a>> {
    let judged = texts.runs().filter(|run| is_judged(run, guard, phase));
    let asked = judged.map(|run| Asked {
        text: run.text(),
        run,
    });
    asked.filter(|own| says_something(&own.text)).collect()
}

/// A text of an answer, for the question; `None` where it says nothing.
pub(super) fn spoken(text: &String) -> Option<Text<'_>> {
    says_something(text).then_some(Text {
        role: "assistant",
        text,
    })
}

fn says_something(text: &str) -> bool {
    !text.trim().is_empty()
}

/// What a service's verdict makes of the body. Texts go by position: each into the run that it was asked about (llm.md G-3).
pub(super) fn remote(
    verdict: Verdict,
    texts: &PromptText<'_>,
    asked: &[Asked<'_, '_>],
    refusal: &mut Refusal,
) -> (Decision, Option<Bytes>) {
    let decision = verdict.decision();
    match verdict {
        Verdict::Pass => (decision, None),
        Verdict::Reject(own) => {
            if let Some(status) = own.status.and_then(|own| StatusCode::from_u16(own).ok()) {
                refusal.status = status;
            }
            if let Some(body) = own.body {
                refusal.body = Some(body.into());
            }
            (decision, None)
        }
        Verdict::Mask(masked, _) => {
            let mut rewrite = texts.rewrite();
            for (own, text) in asked.iter().zip(&masked) {
                if own.text != *text {
                    rewrite.run(&own.run, text);
                }
            }
            (decision, Some(rewrite.finish()))
        }
    }
}

/// Whether a guard looks at a text. Of answers it looks at all that is said and thought, and at the arguments of calls only where it
/// is asked to: a tool that gets a token in place of an address does something else.
pub(super) fn is_judged(run: &Run<'_, '_>, guard: &Guard, phase: Phase) -> bool {
    match (phase, run.scope()) {
        (Phase::Request, whose) => guard.scopes.has(scope(whose)),
        (Phase::Response, Whose::ToolInput) => guard.scopes.has(Scope::ToolCallOutput),
        (Phase::Response, Whose::ToolDefinition) => false,
        (
            Phase::Response,
            Whose::SystemPrompt | Whose::User | Whose::Assistant | Whose::ToolOutput,
        ) => guard.scopes.has(Scope::Messages),
    }
}

fn scope(whose: Whose) -> Scope {
    match whose {
        Whose::SystemPrompt => Scope::SystemPrompt,
        Whose::User | Whose::Assistant => Scope::Messages,
        Whose::ToolOutput => Scope::ToolOutput,
        Whose::ToolInput => Scope::ToolInput,
        Whose::ToolDefinition => Scope::ToolDefinitions,
    }
}

// === impl Asked ===

impl Asked<'_, '_> {
    /// For the question.
    pub(super) fn text(&self) -> Text<'_> {
        Text {
            role: match self.run.scope() {
                Whose::SystemPrompt | Whose::ToolDefinition => "system",
                Whose::User => "user",
                Whose::Assistant | Whose::ToolInput => "assistant",
                Whose::ToolOutput => "tool",
            },
            text: &self.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use dp_config::prompt_guard::{Guard, GuardKind, Refusal};
    use dp_llm::{format::Format, prompt_text::PromptText};
    use dp_policy::prompt_guard::{
        Builtin, Decision, Engine, OnMatch, RuleConfig, Scopes, Score, remote::Phase, scope::Scope,
    };
    use http::StatusCode;

    use super::regex;

    const MAIL: &str = "ann@example.org";

    /// An answer that says something, and calls a tool with `said`.
    fn answers(said: &str) -> [(Format, String); 5] {
        [
            (
                Format::OpenAiChatCompletions,
                r#"{"choices":[{"message":{"content":"hi","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"to\":[\"SAID\"],\"n\":1}"}}]}}]}"#,
            ),
            (
                Format::OpenAiResponses,
                r#"{"output":[{"type":"function_call","call_id":"c","name":"f","arguments":"{\"to\":\"SAID\"}"}]}"#,
            ),
            (
                Format::AnthropicMessages,
                r#"{"content":[{"type":"text","text":"hi"},{"type":"tool_use","id":"c","name":"f","input":{"to":"SAID"}}]}"#,
            ),
            (
                Format::GeminiGenerateContent,
                r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"to":"SAID"}}}]}}]}"#,
            ),
            (
                Format::BedrockConverse,
                r#"{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"c","name":"f","input":{"to":"SAID"}}}]}}}"#,
            ),
        ]
        .map(|(format, body)| (format, body.replace("SAID", said)))
    }

    #[track_caller]
    fn judged(scopes: Scopes, on_match: OnMatch, format: Format, body: &str) -> (Decision, String) {
        let rules = [RuleConfig::Builtin(Builtin::Email)];
        let engine = Engine::compile(&rules, on_match, Score::MINIMUM).expect("compiles");
        let engine = Arc::new(engine);
        let guard = Guard {
            name: "response[0]".into(),
            kind: GuardKind::Regex(engine.clone()),
            scopes,
            refusal: Refusal {
                status: StatusCode::FORBIDDEN,
                body: None,
            },
            is_shadow: false,
        };
        let bytes = Bytes::from(body.to_owned());
        let texts = PromptText::of_answer(format, &bytes).expect("an answer");
        let (decision, masked) = regex(&engine, &texts, &guard, Phase::Response);
        let masked = masked.unwrap_or_else(|| bytes.clone());
        (decision, String::from_utf8(masked.to_vec()).expect("text"))
    }

    #[test]
    fn arguments_of_calls_are_judged_where_the_scope_says_so() {
        let with_calls = Scopes::of(&[Scope::Messages, Scope::ToolCallOutput]);
        for ((format, body), (_, expected)) in
            answers(MAIL).into_iter().zip(answers("<EMAIL_ADDRESS>"))
        {
            let (decision, masked) = judged(with_calls, OnMatch::Mask, format, &body);
            assert!(matches!(decision, Decision::Mask(_)), "{format:?}");
            assert_eq!(masked, expected, "{format:?}");
            let (decision, _) = judged(with_calls, OnMatch::Reject, format, &body);
            assert!(matches!(decision, Decision::Reject(_)), "{format:?}");
            let (decision, same) = judged(Scopes::OF_ANSWERS, OnMatch::Reject, format, &body);
            assert_eq!((decision, same), (Decision::Allow, body), "{format:?}");
        }
    }

    #[test]
    fn what_is_said_is_judged_unless_the_scope_is_calls_alone() {
        let body = format!(r#"{{"content":[{{"type":"text","text":"to {MAIL}"}}]}}"#);
        let format = Format::AnthropicMessages;
        let (decision, _) = judged(Scopes::OF_ANSWERS, OnMatch::Reject, format, &body);
        assert!(matches!(decision, Decision::Reject(_)), "{decision:?}");
        let calls = Scopes::of(&[Scope::ToolCallOutput]);
        let (decision, _) = judged(calls, OnMatch::Reject, format, &body);
        assert_eq!(decision, Decision::Allow);
    }
}
