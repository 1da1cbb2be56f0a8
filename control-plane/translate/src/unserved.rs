//! Conditions of objects of which translation makes nothing yet: parameters, pins.
//!
//! Owns what is said of them, from the table of fields in effect. A kind that starts to be served leaves this
//! file for one of its own.

use cp_api::ObjectKey;
use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::effect::{self, Effects};
use cp_api::object::Resource;

use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::report::{Detail, Programmed, Report, Scope};

/// What becomes of an object with fields that are not in effect.
#[derive(Clone, Copy)]
enum Rest {
    /// The others are in effect.
    Served,
    /// Nothing is.
    Nothing,
}

/// Reports of parameters and pins.
pub(crate) fn reports(lookup: &Lookup<'_>) -> Vec<Report> {
    let mut reports = Vec::new();
    for stored in lookup.parameters() {
        reports.push(report(stored, &stored.object.effects, Rest::Served));
    }
    for stored in lookup.fleet_pins() {
        reports.push(report(stored, &stored.object.effects, Rest::Nothing));
    }
    reports
}

fn report<T: Resource>(stored: &Stored<T>, effects: &Effects, rest: Rest) -> Report {
    let accepted = match (effect::sentence(&effects.missing), rest) {
        (None, Rest::Served) => Condition::holds(ConditionType::Accepted, Reason::Accepted),
        (Some(words), Rest::Served) => {
            Condition::holds(ConditionType::Accepted, Reason::PartiallyValid).saying(words)
        }
        (words, Rest::Nothing) => {
            let kind = T::KIND;
            let words = words.map(|words| format!("; {words}")).unwrap_or_default();
            let message = format!("{kind} is not served yet{words}");
            Condition::fails(ConditionType::Accepted, Reason::NotSupported, message)
        }
    };
    let metadata = stored.object.metadata();
    Report {
        key: ObjectKey::new(T::KIND, &*metadata.namespace, &*metadata.name),
        source: (*stored.source).clone(),
        scope: Scope::Object,
        conditions: vec![accepted],
        programmed: Programmed::Absent,
        envoy_limits: Vec::new(),
        gateways: Vec::new(),
        detail: Detail::None,
    }
}
