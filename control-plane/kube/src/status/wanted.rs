//! What the status of each object should say.
//!
//! Owns the way from reports to entries and fields. Must not read what stands in the cluster: `merge` compares. One
//! path for all kinds: the layout says where a report's part goes.

use std::collections::BTreeMap;

use cp_api::condition::{Condition, ConditionStatus, ConditionType, Reason};
use cp_api::http_route::ParentReference;
use cp_api::{Kind, ObjectKey};
use cp_translate::{Detail, GatewayKey, Report, Scope};
use serde_json::{Map, Value, json};

use crate::status::shape::Shape;

#[cfg(test)]
mod tests;

/// What the status of one object should say.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Layout.
    pub shape: Shape,
    /// uid of the object that was translated; empty if it is not known.
    pub uid: String,
    /// Generation that was translated; `None` if it is not known.
    pub generation: Option<i64>,
    /// Who we are, in lists that are shared.
    pub controller: String,
    /// Fields beside conditions and entries.
    pub fields: Map<String, Value>,
    /// Conditions of the object as a whole, where the layout has them.
    pub conditions: Vec<Condition>,
    /// Entries of the layout's list.
    pub entries: Vec<Entry>,
    /// What is said in every entry of ours that stands already; for an object that cannot be read any more.
    pub blind: Option<Vec<Condition>>,
}

/// One entry of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Fields that tell entries apart.
    pub identity: Map<String, Value>,
    /// Other fields.
    pub fields: Map<String, Value>,
    /// Conditions.
    pub conditions: Vec<Condition>,
}

/// What is known beside the translation.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// controllerName of ours.
    pub controller: String,
    /// What became of the fleets; a Gateway that is absent keeps the addresses that stand in it.
    pub deployed: BTreeMap<GatewayKey, Deployed>,
}

/// What became of the fleet of a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployed {
    /// Addresses it can be reached at.
    pub addresses: Vec<Address>,
    /// Why there is none yet; where that is no fault, absent.
    pub unaddressed: Option<String>,
    /// Conditions of the Gateway that stand in for the translation's of their type.
    pub faults: Vec<Condition>,
}

/// An address of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// `IPAddress` or `Hostname`.
    pub kind: &'static str,
    /// The address.
    pub value: String,
}

/// The wanted status of every object that a report is about. Reports come with their conditions completed.
pub fn wanted<'a>(
    reports: impl IntoIterator<Item = (&'a Report, Vec<Condition>)>,
    facts: &Facts,
) -> BTreeMap<ObjectKey, Wanted> {
    let mut found: BTreeMap<ObjectKey, Wanted> = BTreeMap::new();
    for (report, conditions) in reports {
        let Some(shape) = report.key.known().and_then(Shape::of) else {
            continue;
        };
        let wanted = found
            .entry(report.key.clone())
            .or_insert_with(|| Wanted::nothing(shape, &facts.controller));
        wanted.uid.clone_from(&report.source.uid);
        wanted.generation = Some(report.source.generation).filter(|generation| *generation > 0);
        wanted.add(report, conditions, facts);
    }
    found
}

// === impl Wanted ===

impl Wanted {
    /// What is wanted of an object that is not ours, or not any more: nothing of ours in shared lists.
    pub fn nothing(shape: Shape, controller: &str) -> Wanted {
        Wanted {
            shape,
            uid: String::new(),
            generation: None,
            controller: controller.to_owned(),
            fields: Map::new(),
            conditions: Vec::new(),
            entries: Vec::new(),
            blind: None,
        }
    }

    fn add(&mut self, report: &Report, conditions: Vec<Condition>, facts: &Facts) {
        match &report.scope {
            Scope::Object if self.shape.is_shared() => self.blind = Some(conditions),
            Scope::Object => {
                self.conditions = conditions;
                self.fields.extend(fields(&report.detail));
                if self.shape == Shape::Listeners {
                    let key = GatewayKey::new(&*report.key.namespace, &*report.key.name);
                    if let Some(deployed) = facts.deployed.get(&key) {
                        self.deployed(deployed);
                    }
                }
            }
            Scope::Listener(name) => self.entries.push(Entry {
                identity: object([("name", json!(name))]),
                fields: fields(&report.detail),
                conditions,
            }),
            Scope::Ancestor(gateway) => {
                let group = Kind::Gateway.group();
                let ancestor = json!({"group": group, "kind": Kind::Gateway.as_str(),
                    "namespace": gateway.namespace, "name": gateway.name});
                let entry = self.ancestor(ancestor, conditions);
                self.entries.push(entry);
            }
            Scope::Summary => {
                let entry = self.ancestor(summary_ref(), conditions);
                self.entries.push(entry);
            }
            Scope::Parent(_) => {
                let Detail::Parent { reference } = &report.detail else {
                    return;
                };
                self.entries.push(Entry {
                    identity: object([
                        ("parentRef", parent_ref(reference)),
                        ("controllerName", json!(self.controller)),
                    ]),
                    fields: Map::new(),
                    conditions,
                });
            }
        }
    }

    fn ancestor(&self, reference: Value, conditions: Vec<Condition>) -> Entry {
        Entry {
            identity: object([
                ("ancestorRef", reference),
                ("controllerName", json!(self.controller)),
            ]),
            fields: Map::new(),
            conditions,
        }
    }

    /// Where the Gateway is reached.
    fn deployed(&mut self, deployed: &Deployed) {
        let addresses = deployed
            .addresses
            .iter()
            .map(|address| json!({"type": address.kind, "value": address.value}));
        self.fields
            .insert("addresses".to_owned(), addresses.collect());
    }
}

// === impl Deployed ===

impl Deployed {
    /// What is known of the Gateway's fleet wins over what translation could tell.
    pub fn amend(&self, conditions: &mut Vec<Condition>) {
        for fault in &self.faults {
            let same = |condition: &&mut Condition| condition.kind == fault.kind;
            match conditions.iter_mut().find(same) {
                Some(condition) => *condition = fault.clone(),
                None => conditions.push(fault.clone()),
            }
        }
        let Some(why) = &self.unaddressed else {
            return;
        };
        for condition in conditions {
            let claims = condition.kind == ConditionType::Programmed
                && condition.status == ConditionStatus::True;
            if claims {
                let reason = Reason::AddressNotAssigned;
                let words = format!("the Gateway has no address yet: {why}");
                *condition = Condition::fails(ConditionType::Programmed, reason, words);
            }
        }
    }
}

/// The ancestor that stands for what leads to no Gateway, and for Gateways that a status has no room for.
pub(crate) fn summary_ref() -> Value {
    json!({"group": Kind::AgentgatewayPolicy.group(), "kind": Kind::AgentgatewayPolicy.as_str(),
        "name": "StatusSummary"})
}

fn fields(detail: &Detail) -> Map<String, Value> {
    match detail {
        Detail::None | Detail::Parent { .. } => Map::new(),
        Detail::Class { supported_features } => {
            let features: Vec<Value> = supported_features
                .iter()
                .map(|name| json!({"name": name}))
                .collect();
            object([("supportedFeatures", Value::Array(features))])
        }
        Detail::Listener {
            attached_routes,
            supported_kinds,
        } => {
            let kinds: Vec<Value> = supported_kinds
                .iter()
                .map(|(group, kind)| json!({"group": group, "kind": kind}))
                .collect();
            object([
                ("supportedKinds", Value::Array(kinds)),
                ("attachedRoutes", json!(attached_routes)),
            ])
        }
    }
}

/// A parentRef as it is written in the route, with the defaults that the API server fills in.
fn parent_ref(reference: &ParentReference) -> Value {
    let mut written = object([
        ("group", json!(reference.group)),
        ("kind", json!(reference.kind)),
    ]);
    let optional = [
        (
            "namespace",
            reference.namespace.as_ref().map(|it| json!(it)),
        ),
        ("name", Some(json!(reference.name))),
        (
            "sectionName",
            reference.section_name.as_ref().map(|it| json!(it)),
        ),
        ("port", reference.port.map(|it| json!(it))),
    ];
    for (field, value) in optional {
        if let Some(value) = value {
            written.insert(field.to_owned(), value);
        }
    }
    Value::Object(written)
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
