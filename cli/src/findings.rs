//! What is wrong with manifests, where, and what helps.
//!
//! Owns the form of a finding and its two renderings. Must not look for findings: each kind has its own file. The
//! order is by file and line, so that two runs over the same files print the same.

pub(crate) mod conditions;
pub(crate) mod decoding;
pub(crate) mod files;
pub(crate) mod places;
pub(crate) mod shadowing;

use cp_files::Severity;
use serde_json::{Value, json};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Where.
    pub(crate) place: Place,
    /// Whether something is not in force.
    pub(crate) severity: Severity,
    /// What is wrong.
    pub(crate) message: String,
    /// What helps; empty if the message says it.
    pub(crate) remedy: String,
    /// What kind of finding it is, for programs.
    pub(crate) code: String,
}

/// A place in a file; the file is empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Path as it was given.
    pub(crate) file: String,
    /// Line, from 1; 0 for the whole file.
    pub(crate) line: u32,
    /// Column, from 1; 0 for the whole line.
    pub(crate) column: u32,
}

/// How many errors.
pub(crate) fn errors(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count()
}

/// For people, like a compiler's messages.
pub(crate) fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = finding.place.to_string();
        let place = if place.is_empty() {
            place
        } else {
            format!("{place}: ")
        };
        text.push_str(&format!(
            "{place}{}: {}\n",
            word(finding.severity),
            finding.message
        ));
        if !finding.remedy.is_empty() {
            text.push_str(&format!("    help: {}\n", finding.remedy));
        }
    }
    text
}

/// For programs.
pub(crate) fn value(findings: &[Finding]) -> Value {
    let one = |finding: &Finding| {
        json!({
            "severity": word(finding.severity),
            "file": finding.place.file,
            "line": finding.place.line,
            "column": finding.place.column,
            "code": finding.code,
            "message": finding.message,
            "remedy": finding.remedy,
        })
    };
    let errors = errors(findings);
    json!({
        "errors": errors,
        "warnings": findings.len() - errors,
        "findings": findings.iter().map(one).collect::<Vec<_>>(),
    })
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

// === impl Place ===

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.line > 0 && self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Place, text, value};
    use cp_files::Severity;

    #[test]
    fn findings_read_like_compiler_messages() {
        let finding = Finding {
            place: Place {
                file: "a.yaml".to_owned(),
                line: 3,
                column: 7,
            },
            severity: Severity::Error,
            message: "no".to_owned(),
            remedy: "do it".to_owned(),
            code: "X".to_owned(),
        };
        let nowhere = Finding {
            place: Place::default(),
            severity: Severity::Warning,
            remedy: String::new(),
            ..finding.clone()
        };
        let both = [finding, nowhere];
        assert_eq!(
            text(&both),
            "a.yaml:3:7: error: no\n    help: do it\nwarning: no\n"
        );
        let value = value(&both);
        assert_eq!(
            (&value["errors"], &value["warnings"]),
            (&1.into(), &1.into())
        );
    }
}
