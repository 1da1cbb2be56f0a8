//! The rules of one guard, asked about a text.
//!
//! Owns the choice of the rules that are worth asking, the findings of a whole text and its masking (llm.md
//! G-4). Must not know what a message is. Invariant: masking replaces exactly what scanning finds.

use regex::{RegexSet, RegexSetBuilder};
use route::field::{FieldError, Within};

use super::decision::Names;
use super::finding::{Finding, coalesce, replace};
use super::rule::{Rule, RuleConfig};
use super::score::Score;
use super::sweep::{Cursor, Ending};

/// Most rules of one guard.
pub const MAX_RULES: usize = 1_088;
/// Bytes that all patterns of one guard may compile to together.
pub const MAX_SET: usize = 32 * 1024 * 1024;

/// What happens to a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnMatch {
    /// It is replaced by the rule's token.
    #[default]
    Mask,
    /// The message is refused.
    Reject,
}

/// Compiled rules.
#[derive(Debug)]
pub struct Engine {
    pub(super) rules: Vec<Rule>,
    pub(super) prefilter: RegexSet,
    pub(super) minimum: Score,
    on_match: OnMatch,
}

// === impl Engine ===

impl Engine {
    /// Compiles the rules. Paths of errors begin with `rules[index]`.
    pub fn compile(
        rules: &[RuleConfig],
        on_match: OnMatch,
        minimum: Score,
    ) -> Result<Self, FieldError> {
        if rules.len() > MAX_RULES {
            let text = format!("has {} rules, {MAX_RULES} at most", rules.len());
            return Err(FieldError::invalid("rules", text));
        }
        let rules = rules
            .iter()
            .enumerate()
            .map(|(order, rule)| Rule::compile(rule, order).within_index("rules", order))
            .collect::<Result<Vec<_>, _>>()?;
        let prefilter = RegexSetBuilder::new(rules.iter().map(|rule| rule.pattern.as_str()))
            .size_limit(MAX_SET)
            .build()
            // Each pattern compiled alone, so this can only be their sum.
            .map_err(|_| {
                let text = format!("compile to more than {MAX_SET} bytes together: use fewer");
                FieldError::invalid("rules", text)
            })?;
        Ok(Engine {
            rules,
            prefilter,
            minimum,
            on_match,
        })
    }

    /// What happens to a match.
    #[must_use]
    pub fn on_match(&self) -> OnMatch {
        self.on_match
    }

    /// Every match that is sure enough, in the order of the text; matches of different rules may overlap.
    #[must_use]
    pub fn scan(&self, text: &str) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut cursor = Cursor::new(self);
        cursor.sweep(self, text, text.len(), Ending::Whole, &mut found);
        found.sort_by_key(|finding| finding.range.start);
        found
    }

    /// The text with tokens in place of what was found; `None` where nothing was.
    #[must_use]
    pub fn mask(&self, text: &str) -> Option<String> {
        masked(text, self.scan(text)).map(|(text, _)| text)
    }
}

/// The text with tokens in place of `findings`, and their names; `None` where there are no findings.
pub(super) fn masked(text: &str, findings: Vec<Finding>) -> Option<(String, Names)> {
    if findings.is_empty() {
        return None;
    }
    let names = names(&findings);
    Some((replace(text, 0..text.len(), &coalesce(findings)), names))
}

/// The names of `findings`.
pub(super) fn names(findings: &[Finding]) -> Names {
    findings.iter().map(Finding::name).collect::<Names>()
}

#[cfg(test)]
mod tests;
