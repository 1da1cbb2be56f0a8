//! Waivers: the places where a rule is known not to hold, each with its reason.
//!
//! Owns `xtask/waivers.toml`. A waiver names one rule in one file and, for a budget, the new stop value
//! is not written down: what it waives is reviewed, not remeasured. A waiver that waives nothing is a
//! finding, so the list never outlives its causes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::finding::{Finding, Rule};

const PATH: &str = "xtask/waivers.toml";

/// The content of `xtask/waivers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waivers {
    #[serde(default)]
    waiver: Vec<Waiver>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiver {
    path: String,
    rule: Rule,
    /// A part of the finding's text, where the file has more than one of the rule.
    #[serde(default)]
    about: String,
    reason: String,
}

// === impl Waivers ===

impl Waivers {
    /// Reads the waivers of the workspace at `root`.
    pub(super) fn read(root: &Path) -> Result<Waivers> {
        let text = fs::read_to_string(root.join(PATH)).context(PATH)?;
        toml::from_str(&text).context(PATH)
    }

    /// The findings that no waiver covers, and the waivers that cover none.
    pub(super) fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let mut left: Vec<Finding> = Vec::new();
        let mut used = vec![false; self.waiver.len()];
        for finding in findings {
            let mut waived = false;
            for (waiver, used) in self.waiver.iter().zip(&mut used) {
                if waiver.covers(&finding) {
                    *used = true;
                    waived = true;
                }
            }
            if !waived {
                left.push(finding);
            }
        }
        let wrong = self
            .waiver
            .iter()
            .zip(used)
            .filter_map(|(waiver, used)| waiver.problem(used));
        left.extend(wrong.map(|message| Finding {
            path: PATH.to_owned(),
            line: 0,
            rule: Rule::Waiver,
            message,
        }));
        left.sort();
        left
    }
}

// === impl Waiver ===

impl Waiver {
    fn covers(&self, finding: &Finding) -> bool {
        self.path == finding.path
            && self.rule == finding.rule
            && finding.message.contains(&self.about)
    }

    fn problem(&self, used: bool) -> Option<String> {
        if !used {
            return Some(format!(
                "{} [{}] waives nothing any more",
                self.path, self.rule
            ));
        }
        let short = self.reason.split_whitespace().count() < 3;
        short.then(|| format!("{} [{}] gives no reason", self.path, self.rule))
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Rule, Waivers};

    fn finding(path: &str, message: &str) -> Finding {
        Finding {
            path: path.to_owned(),
            line: 3,
            rule: Rule::File,
            message: message.to_owned(),
        }
    }

    #[track_caller]
    fn check(waivers: &str, findings: &[Finding], expected: &[&str]) {
        let waivers: Waivers = toml::from_str(waivers).expect("parses");
        let left: Vec<String> = waivers
            .apply(findings.to_vec())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(left, expected);
    }

    #[test]
    fn one_rule_in_one_file() {
        let waiver =
            "[[waiver]]\npath = \"a.rs\"\nrule = \"file\"\nreason = \"a table of constants\"\n";
        check(
            waiver,
            &[finding("a.rs", "x"), finding("b.rs", "x")],
            &["b.rs:3: x [file]"],
        );
        check(
            waiver,
            &[],
            &["xtask/waivers.toml: a.rs [file] waives nothing any more [waiver]"],
        );
        let about = waiver.replace("reason", "about = \"one\"\nreason");
        check(
            &about,
            &[finding("a.rs", "one"), finding("a.rs", "two")],
            &["a.rs:3: two [file]"],
        );
    }

    #[test]
    fn a_reason_is_a_sentence() {
        let waiver = "[[waiver]]\npath = \"a.rs\"\nrule = \"file\"\nreason = \"long\"\n";
        check(
            waiver,
            &[finding("a.rs", "x")],
            &["xtask/waivers.toml: a.rs [file] gives no reason [waiver]"],
        );
    }
}
