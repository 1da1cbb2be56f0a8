//! From what stands in an object and what should, to what is written.
//!
//! Owns the comparison. Must not do I/O or read a clock. Invariants: entries and conditions of others stay as they are,
//! where they are; merging a result again gives nothing; a status for an older generation never replaces one for a
//! newer; `Programmed=True` of a generation is withdrawn by a fault, never because it is not known yet.

use std::collections::BTreeSet;

use cp_api::condition::{Condition, ConditionStatus, ConditionType, Reason};
use serde_json::{Map, Value, json};

use crate::status::shape::Shape;
use crate::status::wanted::{Entry, Wanted, summary_ref};

#[cfg(test)]
mod tests;

/// Longest message that the API server takes.
const MESSAGE: usize = 32_768;
/// Conditions that the API server takes in one list.
const CONDITIONS: usize = 8;

/// The new status of an object, or `None` if what stands in it is right. `live` is the whole object; `now` is what a
/// condition that changes gets as its time.
pub fn merge(live: &Value, wanted: &Wanted, now: &str) -> Option<Value> {
    let metadata = live.get("metadata");
    let text = |field: &str| metadata.and_then(|metadata| metadata.get(field)?.as_str());
    if !wanted.uid.is_empty() && text("uid").is_some_and(|uid| uid != wanted.uid) {
        return None;
    }
    let current = metadata.and_then(|metadata| metadata.get("generation")?.as_i64());
    let stamp = Stamp {
        generation: wanted.generation.or(current).unwrap_or_default(),
        now,
    };
    let empty = Map::new();
    let old = live
        .get("status")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    if is_newer(old, wanted, &stamp, current) {
        return None;
    }
    let mut new = old.clone();
    for (field, value) in &wanted.fields {
        new.insert(field.clone(), value.clone());
    }
    if !wanted.shape.is_shared() && !wanted.conditions.is_empty() {
        let conditions = stamp.conditions(list(old, "conditions"), &wanted.conditions);
        new.insert("conditions".to_owned(), Value::Array(conditions));
    }
    if let Some(field) = wanted.shape.list() {
        let entries = entries(list(old, field), wanted, &stamp);
        // Nothing of ours and nothing of others: an object that is not ours gets no status.
        if !entries.is_empty() || old.contains_key(field) || !wanted.shape.is_shared() {
            new.insert(field.to_owned(), Value::Array(entries));
        }
    }
    (new != *old).then_some(Value::Object(new))
}

/// Whether an entry of a shared list was written by this controller.
pub fn is_own(shape: Shape, controller: &str, entry: &Value) -> bool {
    !shape.is_shared() || entry.get("controllerName").and_then(Value::as_str) == Some(controller)
}

/// Whether an object's status has something of this controller in a shared list.
pub fn has_own(shape: Shape, controller: &str, live: &Value) -> bool {
    let field = shape.list().filter(|_| shape.is_shared());
    field
        .and_then(|field| live.get("status")?.get(field)?.as_array())
        .is_some_and(|entries| entries.iter().any(|entry| is_own(shape, controller, entry)))
}

/// Whether what stands was written for a newer generation than ours. A number that the object never had is nobody's.
fn is_newer(
    old: &Map<String, Value>,
    wanted: &Wanted,
    stamp: &Stamp<'_>,
    current: Option<i64>,
) -> bool {
    let of_entries = wanted
        .shape
        .list()
        .map(|field| list(old, field))
        .unwrap_or_default()
        .iter()
        .filter(|entry| is_own(wanted.shape, &wanted.controller, entry))
        .filter_map(|entry| entry.get("conditions")?.as_array())
        .flatten();
    let of_object = list(old, "conditions");
    of_object
        .iter()
        .filter(|_| !wanted.shape.is_shared())
        .chain(of_entries)
        .filter(|condition| kind_of(condition).is_some())
        .filter_map(|condition| condition.get("observedGeneration")?.as_i64())
        .any(|observed| observed > stamp.generation && current.is_some_and(|it| observed <= it))
}

fn entries(old: &[Value], wanted: &Wanted, stamp: &Stamp<'_>) -> Vec<Value> {
    let summary = summary(wanted);
    let mut waiting: Vec<Option<&Entry>> = wanted.entries.iter().map(Some).collect();
    let foreign = old
        .iter()
        .filter(|entry| !is_own(wanted.shape, &wanted.controller, entry))
        .count();
    let room = wanted.shape.limit().saturating_sub(foreign);
    let is_full = waiting.len() > room;
    let is_summed_up = is_full && wanted.shape == Shape::Ancestors;
    if is_summed_up {
        waiting.retain(|it| it.is_some_and(|it| it.identity != summary.identity));
    }
    waiting.truncate(room.saturating_sub(usize::from(is_summed_up)));
    if is_summed_up && room > 0 {
        waiting.push(Some(&summary));
    }
    let blind = wanted.blind.as_ref().filter(|_| wanted.entries.is_empty());
    let mut new = Vec::new();
    for entry in old {
        if !is_own(wanted.shape, &wanted.controller, entry) {
            new.push(entry.clone());
            continue;
        }
        let matching = |slot: &&mut Option<&Entry>| slot.is_some_and(|it| it.is_at(entry));
        match waiting.iter_mut().find(matching).and_then(Option::take) {
            Some(wanted) => new.push(stamp.entry(Some(entry), wanted)),
            None => {
                new.extend(blind.map(|conditions| stamp.blind(entry, conditions)));
            }
        }
    }
    // A policy that could never be read leads nowhere, and has to say so all the same.
    if let Some(conditions) = blind
        && wanted.shape == Shape::Ancestors
        && new.len() == foreign
        && room > 0
    {
        let unread = Entry {
            conditions: conditions.clone(),
            ..summary.clone()
        };
        new.push(stamp.entry(None, &unread));
    }
    let rest = waiting.into_iter().flatten();
    new.extend(rest.map(|wanted| stamp.entry(None, wanted)));
    new
}

/// Stands for the ancestors that do not fit; it says so beside what it has to say of targets that lead nowhere.
fn summary(wanted: &Wanted) -> Entry {
    let words = "more Gateways are reached than a status can list";
    let identity = json!({
        "ancestorRef": summary_ref(),
        "controllerName": wanted.controller,
    });
    let identity = identity.as_object().cloned().unwrap_or_default();
    let stated = wanted.entries.iter().find(|it| it.identity == identity);
    let mut conditions = stated.map(|it| it.conditions.clone()).unwrap_or_default();
    conditions.push(
        Condition::holds(ConditionType::StatusSummarized, Reason::StatusSummarized).saying(words),
    );
    Entry {
        identity,
        fields: Map::new(),
        conditions,
    }
}

fn list<'a>(map: &'a Map<String, Value>, field: &str) -> &'a [Value] {
    map.get(field)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The type of a condition, if it is one that Tidegate writes.
fn kind_of(condition: &Value) -> Option<ConditionType> {
    let name = condition.get("type")?.as_str()?;
    ConditionType::ALL
        .iter()
        .copied()
        .find(|kind| kind.as_str() == name)
}

// === impl Entry ===

impl Entry {
    /// Whether it is the entry that stands there.
    fn is_at(&self, live: &Value) -> bool {
        self.identity
            .iter()
            .all(|(field, value)| live.get(field) == Some(value))
    }
}

/// What every condition of one write has in common.
struct Stamp<'a> {
    generation: i64,
    now: &'a str,
}

// === impl Stamp ===

impl Stamp<'_> {
    fn entry(&self, live: Option<&Value>, wanted: &Entry) -> Value {
        let old = live.and_then(Value::as_object);
        let mut new = old.cloned().unwrap_or_default();
        for (field, value) in wanted.identity.iter().chain(&wanted.fields) {
            new.insert(field.clone(), value.clone());
        }
        let before = old.map(|old| list(old, "conditions")).unwrap_or_default();
        let conditions = self.conditions(before, &wanted.conditions);
        new.insert("conditions".to_owned(), Value::Array(conditions));
        Value::Object(new)
    }

    /// An entry that stands, of an object that cannot be read.
    fn blind(&self, live: &Value, wanted: &[Condition]) -> Value {
        let mut new = live.as_object().cloned().unwrap_or_default();
        let conditions = self.conditions(list(&new, "conditions"), wanted);
        new.insert("conditions".to_owned(), Value::Array(conditions));
        Value::Object(new)
    }

    /// Ours in the place they have, others' untouched, new ones behind.
    fn conditions(&self, live: &[Value], wanted: &[Condition]) -> Vec<Value> {
        let mut written: BTreeSet<ConditionType> = BTreeSet::new();
        let mut new = Vec::new();
        let foreign = live.iter().filter(|it| kind_of(it).is_none()).count();
        let mut surplus = (foreign + wanted.len()).saturating_sub(CONDITIONS);
        for old in live {
            match kind_of(old) {
                // The API server would refuse all of them.
                None if surplus > 0 => surplus -= 1,
                None => new.push(old.clone()),
                Some(kind) => {
                    let ours = wanted.iter().find(|condition| condition.kind == kind);
                    let ours = ours.filter(|_| written.insert(kind));
                    new.extend(ours.map(|condition| self.condition(Some(old), condition)));
                }
            }
        }
        for condition in wanted {
            if written.insert(condition.kind) {
                new.push(self.condition(None, condition));
            }
        }
        new
    }

    fn condition(&self, live: Option<&Value>, wanted: &Condition) -> Value {
        let text = |field: &str| live.and_then(|live| live.get(field)?.as_str());
        let observed = live.and_then(|live| live.get("observedGeneration")?.as_i64());
        let is_pending = wanted.kind == ConditionType::Programmed
            && wanted.status == ConditionStatus::False
            && wanted.reason == Reason::Pending;
        let was_reached = text("status") == Some(ConditionStatus::True.as_str())
            && observed == Some(self.generation);
        if let Some(live) = live.filter(|_| is_pending && was_reached) {
            return live.clone();
        }
        let is_same_state = text("status") == Some(wanted.status.as_str());
        let since = text("lastTransitionTime").filter(|_| is_same_state);
        json!({
            "type": wanted.kind.as_str(),
            "status": wanted.status.as_str(),
            "observedGeneration": self.generation,
            "lastTransitionTime": since.unwrap_or(self.now),
            "reason": wanted.reason.as_str(),
            "message": cut(&wanted.message),
        })
    }
}

/// A message that the API server takes.
fn cut(message: &str) -> &str {
    if message.len() <= MESSAGE {
        return message;
    }
    let end = (0..=MESSAGE)
        .rev()
        .find(|end| message.is_char_boundary(*end));
    message.get(..end.unwrap_or_default()).unwrap_or_default()
}
