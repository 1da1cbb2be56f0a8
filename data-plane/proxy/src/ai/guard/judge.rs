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

/// Whether a guard looks at a text. Of answers it looks at all that is said and thought, but not at the arguments of calls:
/// a tool that gets a token in place of an address does something else.
pub(super) fn is_judged(run: &Run<'_, '_>, guard: &Guard, phase: Phase) -> bool {
    match (phase, run.scope()) {
        (Phase::Request, whose) => guard.scopes.has(scope(whose)),
        (Phase::Response, Whose::ToolInput | Whose::ToolDefinition) => false,
        (
            Phase::Response,
            Whose::SystemPrompt | Whose::User | Whose::Assistant | Whose::ToolOutput,
        ) => true,
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
