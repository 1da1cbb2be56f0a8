//! Findings of the translation: conditions that are not fine.
//!
//! Owns which condition is a finding and how bad it is. The words are the control plane's: its message, and the
//! documentation of its reason as the remedy. `Programmed` that waits for proxies is no finding.

use cp_api::condition::{Condition, ConditionStatus, ConditionType, Reason};
use cp_files::Severity;
use cp_translate::Report;

use super::{Finding, Place};

/// One finding per condition that is not fine.
pub(crate) fn find(reports: &[Report]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for report in reports {
        for condition in &report.conditions {
            findings.extend(severity(condition).map(|severity| finding(report, condition, severity)));
        }
    }
    findings
}

fn finding(report: &Report, condition: &Condition, severity: Severity) -> Finding {
    let scope = report.scope.to_string();
    let scope = if scope.is_empty() { scope } else { format!(" ({scope})") };
    let words = match condition.message.is_empty() {
        true => condition.reason.to_string(),
        false => condition.message.clone(),
    };
    Finding {
        place: Place { file: report.source.file.clone(), line: report.source.line, column: 0 },
        severity,
        message: format!("{}{scope}: {words}", report.key),
        remedy: condition.reason.documentation().to_owned(),
        code: condition.reason.to_string(),
    }
}

/// How bad a condition is; `None` if it is fine or follows from another one.
fn severity(condition: &Condition) -> Option<Severity> {
    let bad = match condition.kind {
        ConditionType::Conflicted | ConditionType::PartiallyInvalid => ConditionStatus::True,
        ConditionType::Accepted
        | ConditionType::Programmed
        | ConditionType::ResolvedRefs
        | ConditionType::EnvoyProfile => ConditionStatus::False,
    };
    match condition.reason {
        // `Invalid` is a document that cannot be used, which the reading tells with its exact place.
        Reason::Pending | Reason::Invalid => None,
        Reason::NotReferenced => Some(Severity::Warning),
        _ if condition.kind == ConditionType::EnvoyProfile => None,
        _ => (condition.status == bad).then_some(Severity::Error),
    }
}
