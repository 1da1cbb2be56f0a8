//! One rule of a guard: a detector or a pattern of the user's, compiled.
//!
//! Owns the limits on patterns, so that a resource cannot take the proxy's memory. Must not know other rules.
//! Invariant: the engine is linear in the text; look-around and back-references do not compile (llm.md G-4).

use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use route::field::{FieldError, Within};
use route::pattern::{MAX_PATTERN, MAX_PROGRAM};

use super::context::Candidate;
use super::detector::{Builtin, Detector, Judgement};
use super::finding::Label;
use super::score::Score;

/// A rule as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleConfig {
    /// A ready-made detector.
    Builtin(Builtin),
    /// A pattern, in the syntax of the `regex` crate.
    Pattern {
        /// Name in logs and spans; also the mask token, in angle brackets. `matches[index]` and `<masked>` where absent.
        name: Option<Box<str>>,
        /// The pattern.
        pattern: Box<str>,
    },
}

/// A compiled rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) label: Arc<Label>,
    pub(super) pattern: Regex,
    detector: Option<&'static Detector>,
}

// === impl Rule ===

impl Rule {
    /// Compiles the rule at `order`.
    pub(super) fn compile(config: &RuleConfig, order: usize) -> Result<Self, FieldError> {
        match config {
            RuleConfig::Builtin(builtin) => {
                let detector = builtin.detector();
                let label = Label {
                    name: builtin.name().into(),
                    token: format!("<{}>", detector.token).into(),
                    order,
                };
                Ok(Rule {
                    label: Arc::new(label),
                    pattern: compile(detector.pattern)?,
                    detector: Some(detector),
                })
            }
            RuleConfig::Pattern { name, pattern } => {
                let token = name.as_deref().unwrap_or("masked");
                let label = Label {
                    token: format!("<{token}>").into(),
                    name: match name {
                        Some(name) => name.as_ref().into(),
                        None => format!("matches[{order}]").into(),
                    },
                    order,
                };
                Ok(Rule {
                    label: Arc::new(label),
                    pattern: compile(pattern).within("pattern")?,
                    detector: None,
                })
            }
        }
    }

    /// What a match of the pattern is worth. A match below `minimum` is none, but a word near it can raise it.
    pub(super) fn judge(&self, candidate: &Candidate<'_>, minimum: Score) -> Judgement {
        let Some(detector) = self.detector else {
            return Judgement::Hit {
                end: candidate.text.len(),
                score: Score::CERTAIN,
            };
        };
        let (end, score) = match (detector.judge)(candidate) {
            Judgement::Hit { end, score } => (end, score),
            miss @ (Judgement::Miss | Judgement::MissAll) => return miss,
        };
        let score =
            if score < minimum && score.raised() >= minimum && candidate.has_word(detector.words) {
                score.raised()
            } else {
                score
            };
        if score < minimum {
            return Judgement::Miss;
        }
        Judgement::Hit { end, score }
    }
}

fn compile(pattern: &str) -> Result<Regex, FieldError> {
    if pattern.len() > MAX_PATTERN {
        let text = format!("is longer than {MAX_PATTERN} bytes");
        return Err(FieldError::invalid("", text));
    }
    RegexBuilder::new(pattern)
        .size_limit(MAX_PROGRAM)
        .dfa_size_limit(MAX_PROGRAM)
        .build()
        .map_err(|error| {
            if matches!(error, regex::Error::CompiledTooBig(_)) {
                let text = format!("compiles to more than {MAX_PROGRAM} bytes");
                return FieldError::invalid("", text);
            }
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            let cause = last.trim_start_matches("error: ");
            FieldError::invalid("", format!("is not a regular expression: {cause}"))
        })
}
