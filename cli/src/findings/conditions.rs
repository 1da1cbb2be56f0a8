//! Findings of the translation: conditions that are not fine.
//!
//! Owns which condition is a finding, how bad it is, and where: a message that names fields is split, so that each
//! gets its own line of the file. The words are the control plane's: its message, and the documentation of its reason
//! as the remedy. `Programmed` that waits for proxies is no finding.

use cp_api::condition::{Condition, ConditionStatus, ConditionType, Reason};
use cp_files::{Problem, Severity};
use cp_translate::{Report, Scope};

use super::places::Places;
use super::{Finding, Place};

/// One finding per condition that is not fine, or per field that its message names. `problems` are what the reading tells, with
/// exact places, of documents that cannot be used.
pub(crate) fn find(reports: &[Report], problems: &[Problem], places: &mut Places) -> Vec<Finding> {
    let mut findings = Vec::new();
    for report in reports {
        for condition in &report.conditions {
            if let Some(severity) = severity(condition)
                && !follows(report, condition)
                && !is_told_by_a_part(report, condition, reports)
                && !is_told_by_the_reading(condition, problems)
            {
                findings.extend(split(report, condition, severity, places));
            }
        }
    }
    findings
}

/// How bad a condition is; `None` if it is fine or follows from another one.
fn severity(condition: &Condition) -> Option<Severity> {
    let bad = match condition.kind {
        ConditionType::Conflicted
        | ConditionType::PartiallyInvalid
        | ConditionType::StatusSummarized => ConditionStatus::True,
        ConditionType::Accepted
        | ConditionType::Programmed
        | ConditionType::ResolvedRefs
        | ConditionType::Attached
        | ConditionType::EnvoyProfile => ConditionStatus::False,
    };
    if condition.kind == ConditionType::Attached {
        return (condition.status == bad).then_some(Severity::Error);
    }
    // What is invalid is told by `Accepted`; other conditions follow from it.
    let follows = condition.reason == Reason::Invalid && condition.kind != ConditionType::Accepted;
    if follows
        || condition.reason == Reason::Pending
        || condition.kind == ConditionType::EnvoyProfile
    {
        return None;
    }
    if condition.reason == Reason::NotReferenced {
        return Some(Severity::Warning);
    }
    (condition.status == bad).then_some(Severity::Error)
}

/// A document that cannot be used has a condition, too.
fn is_told_by_the_reading(condition: &Condition, problems: &[Problem]) -> bool {
    let mut told = problems.iter().map(|problem| problem.message.as_str());
    condition.reason == Reason::Invalid
        && told.any(|words| words.contains(&condition.message) || condition.message.contains(words))
}

/// A policy that is not accepted is attached nowhere, which needs no second finding.
fn follows(report: &Report, condition: &Condition) -> bool {
    condition.kind == ConditionType::Attached
        && matches!(report.scope, Scope::Ancestor(_))
        && report.conditions.iter().any(|other| {
            other.kind == ConditionType::Accepted && other.status == ConditionStatus::False
        })
}

/// A Gateway repeats what is wrong with its listeners; the listener's own words come with a better place.
fn is_told_by_a_part(report: &Report, condition: &Condition, reports: &[Report]) -> bool {
    let is_part = |other: &&Report| other.key == report.key && other.scope != Scope::Object;
    report.scope == Scope::Object
        && reports
            .iter()
            .filter(is_part)
            .flat_map(|part| &part.conditions)
            .any(|told| {
                severity(told).is_some()
                    && (condition.reason == Reason::ListenersNotValid
                        || (told.reason == condition.reason
                            && !told.message.is_empty()
                            && condition.message.contains(&told.message)))
            })
}

fn split(
    report: &Report,
    condition: &Condition,
    severity: Severity,
    places: &mut Places,
) -> Vec<Finding> {
    let scope = report.scope.to_string();
    let scope = if scope.is_empty() {
        scope
    } else {
        format!(" ({scope})")
    };
    let finding = |place: Place, words: &str| Finding {
        place,
        severity,
        message: format!("{}{scope}: {words}", report.key),
        remedy: condition.reason.documentation().to_owned(),
        code: condition.reason.to_string(),
    };
    let reason = condition.reason.to_string();
    let message = if condition.message.is_empty() {
        &reason
    } else {
        &condition.message
    };
    parts(message)
        .into_iter()
        .map(|words| finding(place(report, words, places), words))
        .collect()
}

/// `rules[0].x: a; rules[1].y: b` is two messages; anything else is one.
fn parts(message: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = message;
    while field(rest).is_some() {
        let next = rest.match_indices("; ").map(|(at, _)| at).find(|at| {
            rest.get(at + 2..)
                .is_some_and(|after| field(after).is_some())
        });
        let Some(next) = next else { break };
        parts.extend(rest.get(..next));
        rest = rest.get(next + 2..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// The field path in front of a message, if it begins with one.
fn field(message: &str) -> Option<&str> {
    let (path, _) = message.split_once(": ")?;
    let is_path = !path.is_empty()
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".[]_-".contains(&byte))
        && path.contains(['.', '[']);
    is_path.then_some(path)
}

fn place(report: &Report, words: &str, places: &mut Places) -> Place {
    let (file, line) = (report.source.file.as_str(), report.source.line);
    match (field(words), &report.scope) {
        (Some(path), _) if path.starts_with("spec.") => places.of_field(file, line, path),
        (path, Scope::Listener(name)) => places.of_listener(file, line, name, path),
        (Some(path), _) => places.of_field(file, line, &format!("spec.{path}")),
        (None, Scope::Object | Scope::Parent(_) | Scope::Ancestor(_) | Scope::Summary) => Place {
            file: file.to_owned(),
            line,
            column: 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn messages_are_split_where_they_name_fields() {
        let check = |message: &str, expected: &[&str]| assert_eq!(parts(message), expected);
        check(
            "rules[0].backendRefs[1]: Service a/b does not exist; rules[1].filters[0]: no; really",
            &[
                "rules[0].backendRefs[1]: Service a/b does not exist",
                "rules[1].filters[0]: no; really",
            ],
        );
        check(
            "port 80 is taken; choose another: 81",
            &["port 80 is taken; choose another: 81"],
        );
        check("", &[""]);
    }
}
