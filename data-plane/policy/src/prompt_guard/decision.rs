//! What a guard decided, as metrics, spans and logs show it (llm.md G-14).
//!
//! Owns the closed list of decisions and the names that go with them. Must not hold any text of a prompt or an
//! answer. Invariant: a name is that of a rule or a word of [`vendor_name`]'s alphabet, so labels stay few.

use std::sync::Arc;

/// What a guard decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing was found.
    Allow,
    /// What was found was replaced.
    Mask(Names),
    /// The message is refused.
    Reject(Names),
    /// The guard could not judge, and its failure mode lets messages pass.
    FailOpen(Names),
    /// The guard only watches: this it would have done, and the message passed.
    Shadow(Watched, Names),
}

/// What a guard that only watches would have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// It would have masked.
    Mask,
    /// It would have refused.
    Reject,
}

/// What happens where a guard cannot judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailureMode {
    /// The message is refused.
    #[default]
    FailClosed,
    /// The message passes.
    FailOpen,
}

/// Names of the rules that matched: each once, in the order of their first match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(Vec<Arc<str>>);

// === impl Decision ===

impl Decision {
    /// The decision where a guard gave no answer, or one that cannot be read; `reason` says why in a word.
    #[must_use]
    pub fn unanswered(mode: FailureMode, reason: &str) -> Self {
        let names = Names(vec!["unanswered".into(), vendor_name(reason)]);
        match mode {
            FailureMode::FailClosed => Decision::Reject(names),
            FailureMode::FailOpen => Decision::FailOpen(names),
        }
    }

    /// The decision of the same guard where it only watches.
    #[must_use]
    pub fn shadowed(self) -> Self {
        match self {
            Decision::Mask(names) => Decision::Shadow(Watched::Mask, names),
            Decision::Reject(names) => Decision::Shadow(Watched::Reject, names),
            Decision::Allow | Decision::FailOpen(_) | Decision::Shadow(..) => self,
        }
    }

    /// Value of the label `action` of metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Decision::Allow => "allow",
            Decision::Mask(_) => "mask",
            Decision::Reject(_) => "reject",
            Decision::FailOpen(_) => "failOpen",
            Decision::Shadow(..) => "shadow",
        }
    }

    /// The rules behind it.
    #[must_use]
    pub fn names(&self) -> &[Arc<str>] {
        match self {
            Decision::Allow => &[],
            Decision::Mask(names)
            | Decision::Reject(names)
            | Decision::FailOpen(names)
            | Decision::Shadow(_, names) => names.as_slice(),
        }
    }

    /// Whether the guards behind this one are still asked, and the message goes on.
    #[must_use]
    pub fn lets_pass(&self) -> bool {
        match self {
            Decision::Allow | Decision::Mask(_) | Decision::FailOpen(_) | Decision::Shadow(..) => {
                true
            }
            Decision::Reject(_) => false,
        }
    }
}

// === impl Names ===

impl Names {
    /// A single name.
    #[must_use]
    pub fn one(name: &str) -> Self {
        Names(vec![name.into()])
    }

    /// Adds a name, unless it is there.
    pub fn add(&mut self, name: &Arc<str>) {
        if !self.0.contains(name) {
            self.0.push(Arc::clone(name));
        }
    }

    /// The names in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Arc<str>] {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<&'a Arc<str>> for Names {
    fn from_iter<I: IntoIterator<Item = &'a Arc<str>>>(names: I) -> Self {
        let mut all = Names::default();
        for name in names {
            all.add(name);
        }
        all
    }
}

/// A name that a service gave, as a label: a service is not trusted to keep text of prompts out of its names.
#[must_use]
pub fn vendor_name(name: &str) -> Arc<str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/');
    if (1..=48).contains(&name.len()) && name.bytes().all(is_plain) {
        name.into()
    } else {
        "other".into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, FailureMode, Names, Watched, vendor_name};

    #[test]
    fn labels() {
        let names = Names::one("ssn");
        for (decision, label, shadow, lets_pass) in [
            (Decision::Allow, "allow", "allow", true),
            (Decision::Mask(names.clone()), "mask", "shadow", true),
            (Decision::Reject(names.clone()), "reject", "shadow", false),
            (
                Decision::FailOpen(names.clone()),
                "failOpen",
                "failOpen",
                true,
            ),
            (
                Decision::Shadow(Watched::Mask, names),
                "shadow",
                "shadow",
                true,
            ),
        ] {
            assert_eq!(decision.label(), label);
            assert_eq!(decision.lets_pass(), lets_pass, "{label}");
            assert_eq!(decision.shadowed().label(), shadow, "{label}");
        }
    }

    #[test]
    fn failure_modes() {
        let closed = Decision::unanswered(FailureMode::FailClosed, "timeout");
        let names: Vec<&str> = closed.names().iter().map(|name| &**name).collect();
        assert_eq!(
            (closed.label(), names),
            ("reject", vec!["unanswered", "timeout"])
        );
        let open = Decision::unanswered(FailureMode::FailOpen, "timeout");
        assert_eq!(open.label(), "failOpen");
    }

    #[test]
    fn names_of_services_are_labels() {
        for (name, expected) in [
            ("self-harm/intent", "self-harm/intent"),
            ("pi_and_jailbreak", "pi_and_jailbreak"),
            ("my number is 123", "other"),
            ("", "other"),
            ("naïve", "other"),
        ] {
            assert_eq!(&*vendor_name(name), expected);
        }
    }
}
