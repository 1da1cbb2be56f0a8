//! Conditions in the log: once when something stops being fine, once when it is fine again.
//!
//! Owns what was said already, so that an unchanged problem is not repeated with every epoch. Must not log what is
//! fine from the start. In directory mode the line names file and line, where an editor can jump to.

use std::collections::BTreeMap;

use cp_api::condition::{Condition, ConditionStatus, ConditionType, Reason};
use cp_translate::Report;
use proto::tidegate::v1::Source;
use tracing::{info, warn};

/// What was logged as wrong.
#[derive(Debug, Default)]
pub struct ConditionLog {
    wrong: BTreeMap<(String, ConditionType), Condition>,
}

impl ConditionLog {
    /// Logs the difference between the conditions now and before. Gives the reports of objects that cannot be read, where
    /// that is new.
    pub fn update<'a>(
        &mut self,
        reports: &'a [Report],
    ) -> impl Iterator<Item = &'a Report> + use<'a> {
        let mut unreadable = Vec::new();
        let mut wrong = BTreeMap::new();
        for report in reports {
            for condition in &report.conditions {
                if is_wrong(condition) {
                    let key = (
                        subject(&report.source, &report.scope.to_string()),
                        condition.kind,
                    );
                    let is_new = self.wrong.get(&key) != Some(condition);
                    if is_new && condition.reason == Reason::Invalid {
                        unreadable.push(report);
                    }
                    wrong.insert(key, condition.clone());
                }
            }
        }
        for (key, condition) in &wrong {
            if self.wrong.get(key) != Some(condition) {
                warn!("{}: {condition}", key.0);
            }
        }
        for (key, condition) in &self.wrong {
            if !wrong.contains_key(key) {
                info!("{}: no longer {condition}", key.0);
            }
        }
        self.wrong = wrong;
        unreadable.into_iter()
    }
}

/// Whether a condition tells of something that somebody has to mend.
pub fn is_wrong(condition: &Condition) -> bool {
    let bad = match condition.kind {
        ConditionType::Accepted
        | ConditionType::Programmed
        | ConditionType::ResolvedRefs
        | ConditionType::Attached
        | ConditionType::EnvoyProfile => ConditionStatus::False,
        ConditionType::Conflicted
        | ConditionType::PartiallyInvalid
        | ConditionType::StatusSummarized => ConditionStatus::True,
    };
    // What is pending or reached by nobody is a state, not a fault.
    let is_state = condition.reason == Reason::NotReferenced
        || (condition.reason == Reason::Pending && condition.kind != ConditionType::Attached);
    condition.status == bad && !is_state
}

fn subject(source: &Source, scope: &str) -> String {
    let mut text = format!("{} {}/{}", source.kind, source.namespace, source.name);
    if !scope.is_empty() {
        text.push_str(&format!(" ({scope})"));
    }
    if source.file.is_empty() {
        text
    } else {
        format!("{}:{}: {text}", source.file, source.line)
    }
}

#[cfg(test)]
mod tests {
    use super::is_wrong;
    use cp_api::condition::{Condition, ConditionType, Reason};

    #[test]
    fn faults_are_told_from_states() {
        let fails = |kind, reason| is_wrong(&Condition::fails(kind, reason, "words"));
        assert!(fails(ConditionType::Accepted, Reason::UnsupportedValue));
        assert!(fails(ConditionType::Programmed, Reason::RejectedByProxy));
        assert!(!fails(ConditionType::Programmed, Reason::Pending));
        assert!(fails(ConditionType::Attached, Reason::Pending));
        assert!(!fails(ConditionType::Conflicted, Reason::NoConflicts));
        let holds = |kind, reason| is_wrong(&Condition::holds(kind, reason));
        assert!(holds(ConditionType::Conflicted, Reason::HostnameConflict));
        assert!(!holds(ConditionType::Accepted, Reason::Accepted));
    }
}
