//! Text parts that belong together.
//!
//! Owns the rule for parts of one message that stand side by side (llm.md G-3): they are judged joined, because what
//! is looked for may begin in one and end in the next. Must not know messages: who calls puts the result back into
//! the slots that the parts came from, and never builds a message anew. Invariant: without a match nothing changes.

use super::decision::{Decision, Names};
use super::engine::{Engine, OnMatch, masked, names};

/// What becomes of the parts of a run.
#[derive(Clone, PartialEq, Eq)]
pub enum RunVerdict {
    /// They stay as they are.
    Allow,
    /// The last part takes this text, the parts in front of it go away.
    Mask {
        /// Text of the whole run.
        text: String,
        /// Rules that matched.
        names: Names,
    },
    /// The message is refused.
    Reject(Names),
}

/// Judges the parts of one run.
#[must_use]
pub fn judge(engine: &Engine, parts: &[&str]) -> RunVerdict {
    let joined;
    let text = match parts {
        [] => return RunVerdict::Allow,
        [only] => only,
        several => {
            joined = several.concat();
            joined.as_str()
        }
    };
    let findings = engine.scan(text);
    match engine.on_match() {
        OnMatch::Mask => match masked(text, findings) {
            None => RunVerdict::Allow,
            Some((text, names)) => RunVerdict::Mask { text, names },
        },
        OnMatch::Reject if findings.is_empty() => RunVerdict::Allow,
        OnMatch::Reject => RunVerdict::Reject(names(&findings)),
    }
}

// === impl RunVerdict ===

impl RunVerdict {
    /// The decision, without the text.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match self {
            RunVerdict::Allow => Decision::Allow,
            RunVerdict::Mask { names, .. } => Decision::Mask(names.clone()),
            RunVerdict::Reject(names) => Decision::Reject(names.clone()),
        }
    }
}

impl std::fmt::Debug for RunVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.decision().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{RunVerdict, judge};
    use crate::prompt_guard::{Builtin, Engine, OnMatch, RuleConfig, Score};

    fn engine(on_match: OnMatch) -> Engine {
        let rules = [Builtin::Email, Builtin::Ssn].map(RuleConfig::Builtin);
        Engine::compile(&rules, on_match, Score::MINIMUM).expect("compiles")
    }

    #[track_caller]
    fn check(parts: &[&str], expected: Option<&str>) {
        let verdict = judge(&engine(OnMatch::Mask), parts);
        let text = match &verdict {
            RunVerdict::Mask { text, .. } => Some(text.as_str()),
            RunVerdict::Allow => None,
            RunVerdict::Reject(_) => panic!("refused"),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn a_match_may_straddle_parts() {
        check(&[], None);
        check(&["nothing"], None);
        check(&["nothing", "here"], None);
        check(&["to a@b.example"], Some("to <EMAIL_ADDRESS>"));
        check(&["to a@b", ".example ok"], Some("to <EMAIL_ADDRESS> ok"));
        check(&["my 123-", "45", "-6789."], Some("my <SSN>."));
    }

    #[test]
    fn a_refusal_names_rules_and_shows_no_text() {
        let verdict = judge(
            &engine(OnMatch::Reject),
            &["a@b.example 123-45-6789 c@d.example"],
        );
        assert_eq!(format!("{verdict:?}"), r#"Reject(Names(["email", "ssn"]))"#);
        let verdict = judge(&engine(OnMatch::Mask), &["secret a@b.example"]);
        assert_eq!(format!("{verdict:?}"), r#"Mask(Names(["email"]))"#);
    }
}
