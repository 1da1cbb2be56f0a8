//! What is told as a Kubernetes Event of an object.
//!
//! Owns the words and the reference. Must not decide what is wrong: that is a condition already, and an Event only says
//! it where people look first.

use cp_api::condition::{Condition, ConditionType};
use cp_kube::event::{Event, ObjectReference, Severity};
use cp_translate::Report;

/// An object cannot be read.
pub fn unreadable(report: &Report) -> Event {
    let is_accepted = |condition: &&Condition| condition.kind == ConditionType::Accepted;
    let accepted = report.conditions.iter().find(is_accepted);
    Event {
        regarding: reference(report),
        severity: Severity::Warning,
        reason: "Invalid",
        action: "Read",
        note: accepted
            .map(|condition| condition.message.clone())
            .unwrap_or_default(),
    }
}

fn reference(report: &Report) -> ObjectReference {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let known = report.key.known();
    let version = known.and_then(|kind| kind.versions().first().copied());
    let api_version = match (report.key.group.as_str(), version) {
        (_, None) => None,
        ("", Some(version)) => Some(version.to_owned()),
        (group, Some(version)) => Some(format!("{group}/{version}")),
    };
    ObjectReference {
        api_version,
        kind: some(&report.key.kind),
        namespace: some(&report.key.namespace),
        name: some(&report.key.name),
        uid: some(&report.source.uid),
        ..ObjectReference::default()
    }
}
