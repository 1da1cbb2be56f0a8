//! One guard over the texts of a body.
//!
//! Owns which texts a guard looks at. Must not do I/O. Invariant: texts that follow each other in one message are judged
//! as one (llm.md G-3), and only those that change are written anew.

use bytes::Bytes;
use dp_config::prompt_guard::Guard;
use dp_llm::prompt_text::{PromptText, Run, Scope as Whose};
use dp_policy::prompt_guard::{
    Decision, Engine, Names,
    remote::Phase,
    run::{self, RunVerdict},
    scope::Scope,
};

/// The decision about a body that is not what its format asks for.
pub(super) fn unreadable() -> Decision {
    Decision::Reject(Names::one("unreadable"))
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
