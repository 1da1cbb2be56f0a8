//! What a rule found, and the text without it.
//!
//! Owns how findings that overlap become one, and how they are replaced (llm.md G-4). Must not know how they
//! were found. Invariant: what is replaced is whole findings; text between them stays as it is.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use super::score::Score;

/// A match of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(super) label: Arc<Label>,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
    /// How sure the rule is.
    pub score: Score,
}

/// What of a rule a finding keeps.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) name: Arc<str>,
    pub(super) token: Box<str>,
    /// Position among the rules, the first of equals wins.
    pub(super) order: usize,
}

// === impl Finding ===

impl Finding {
    /// Name of the rule.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.label.name
    }

    /// Which of two overlapping findings gives its token to both: the one that says most about the text that goes.
    fn weight(&self) -> impl Ord + use<> {
        let length = self.range.end.saturating_sub(self.range.start);
        (length, self.score, Reverse(self.label.order))
    }
}

/// Makes one of findings that overlap. The result is in order and disjoint.
pub(super) fn coalesce(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.range.start, finding.label.order));
    let mut whole: Vec<Finding> = Vec::with_capacity(findings.len());
    // The heaviest finding so far of the last element, which itself grows.
    let mut heaviest: Option<Finding> = None;
    for finding in findings {
        match (whole.last_mut(), &heaviest) {
            (Some(last), Some(best)) if finding.range.start < last.range.end => {
                last.range.end = last.range.end.max(finding.range.end);
                if finding.weight() > best.weight() {
                    last.label = Arc::clone(&finding.label);
                    last.score = finding.score;
                    heaviest = Some(finding);
                }
            }
            (Some(_) | None, Some(_) | None) => {
                heaviest = Some(finding.clone());
                whole.push(finding);
            }
        }
    }
    whole
}

/// The part `within` of the text, with the tokens of `findings` in place of what they found. They are disjoint, in
/// order and within the part.
pub(super) fn replace(text: &str, within: Range<usize>, findings: &[Finding]) -> String {
    let mut out = String::with_capacity(within.len());
    let mut at = within.start;
    for finding in findings {
        out.push_str(text.get(at..finding.range.start).unwrap_or_default());
        out.push_str(&finding.label.token);
        at = finding.range.end;
    }
    out.push_str(text.get(at..within.end).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Finding, Label, coalesce, replace};
    use crate::prompt_guard::score::Score;

    #[track_caller]
    fn check(spans: &[(usize, usize, u8)], expected: &str) {
        let text = "0123456789";
        let findings = spans
            .iter()
            .enumerate()
            .map(|(order, (from, to, score))| Finding {
                label: Arc::new(Label {
                    name: "x".into(),
                    token: format!("<{order}>").into(),
                    order,
                }),
                range: *from..*to,
                score: Score::percent(*score),
            });
        let whole = coalesce(findings.collect());
        assert_eq!(replace(text, 0..text.len(), &whole), expected);
    }

    #[test]
    fn overlapping_findings_become_one() {
        check(&[], "0123456789");
        check(&[(2, 4, 50), (6, 8, 50)], "01<0>45<1>89");
        // Side by side is not overlapping.
        check(&[(2, 4, 50), (4, 6, 50)], "01<0><1>6789");
        check(&[(4, 8, 50), (2, 5, 60)], "01<0>89");
        check(&[(2, 5, 50), (4, 8, 50)], "01<1>89");
        check(&[(2, 4, 50), (2, 4, 50)], "01<0>456789");
        check(&[(2, 4, 50), (2, 4, 60)], "01<1>456789");
        // A chain: each overlaps the next.
        check(&[(0, 3, 50), (2, 6, 90), (5, 10, 60)], "<2>");
        check(&[(0, 10, 50), (2, 3, 90), (4, 5, 95)], "<0>");
    }
}
