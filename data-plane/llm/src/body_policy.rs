//! What an operator wants of the top-level members of a body: overrides, computed values, defaults (llm.md Q-1).
//!
//! It must not know expressions, formats or what a member means; computed values come as arguments. Invariant: the result is
//! the sender's bytes with a few replaced. A member that no rule names keeps its bytes and its place, for providers key
//! their prompt caches by bytes and read numbers that no parser of ours holds (llm.md pitfalls 48 and 49).

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::node::{BodyError, Member, Node};
use crate::splice::Splice;
use crate::text::JsonText;

/// A JSON value by its text.
#[derive(Clone)]
pub struct MemberValue(Box<RawValue>);

/// A value that is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value of a member of the body is not JSON: quote it if it is a text")]
pub struct NotJson;

/// Rules for the top-level members of a body.
#[derive(Debug, Clone, Default)]
pub struct BodyPolicy {
    /// Take the place of the sender's.
    pub overrides: Vec<(String, MemberValue)>,
    /// Are taken out, as parameters are that a client may not set (llm.md 4.4).
    pub removed: Vec<String>,
    /// Are there if nothing else put a value. A `null` of the sender is a value.
    pub defaults: Vec<(String, MemberValue)>,
}

/// A computed member: its key, and its value unless the computation failed or had none.
pub type Computed = (String, Option<MemberValue>);

/// What becomes of members, by key; in the order of the rules.
struct Outcome<'a> {
    keys: Vec<(&'a str, Fate<'a>)>,
    by_key: HashMap<&'a str, usize>,
}

#[derive(Clone, Copy)]
enum Fate<'a> {
    Set(&'a str),
    Removed,
    /// Set where nothing is.
    Default(&'a str),
}

// === impl MemberValue ===

impl MemberValue {
    /// A value from its JSON text.
    ///
    /// # Errors
    /// The text is no JSON value.
    pub fn parse(text: impl Into<String>) -> Result<Self, NotJson> {
        RawValue::from_string(text.into())
            .map(Self)
            .map_err(|_| NotJson)
    }

    /// The JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.get()
    }

    /// The text that the value is; `None` for any other.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        serde_json::from_str(self.as_json()).ok()
    }
}

impl PartialEq for MemberValue {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

/// Values may be prompts: only their size is shown.
impl fmt::Debug for MemberValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberValue({} bytes)", self.as_json().len())
    }
}

// === impl BodyPolicy ===

impl BodyPolicy {
    /// The body with overrides and removals, then `computed`, then defaults. `computed` was evaluated on `body` as it is; a
    /// member without a value is taken out, and so may get its default. Without anything to do it is the same buffer.
    ///
    /// # Errors
    /// The body is no JSON object.
    pub fn apply(&self, body: &Bytes, computed: &[Computed]) -> Result<Bytes, BodyError> {
        let outcome = self.outcome(computed);
        if outcome.keys.is_empty() {
            return Ok(body.clone());
        }
        let (text, members) = Node::body(body)?;
        let mut splice = Splice::new(body);
        rewrite(&mut splice, text, &members, &outcome);
        Ok(splice.apply())
    }

    fn outcome<'a>(&'a self, computed: &'a [Computed]) -> Outcome<'a> {
        let mut outcome = Outcome {
            keys: Vec::new(),
            by_key: HashMap::new(),
        };
        for (key, value) in &self.overrides {
            outcome.put(key, Fate::Set(value.as_json()));
        }
        for key in &self.removed {
            outcome.put(key, Fate::Removed);
        }
        for (key, value) in computed {
            let set = value.as_ref().filter(|value| value.as_json() != "null");
            outcome.put(
                key,
                set.map_or(Fate::Removed, |value| Fate::Set(value.as_json())),
            );
        }
        for (key, value) in &self.defaults {
            match outcome.fate(key) {
                Some(Fate::Removed) => outcome.put(key, Fate::Set(value.as_json())),
                Some(Fate::Set(_) | Fate::Default(_)) => (),
                None => outcome.put(key, Fate::Default(value.as_json())),
            }
        }
        outcome
    }
}

// === impl Outcome ===

impl<'a> Outcome<'a> {
    fn fate(&self, key: &str) -> Option<Fate<'a>> {
        let at = self.by_key.get(key)?;
        self.keys.get(*at).map(|(_, fate)| *fate)
    }

    fn put(&mut self, key: &'a str, fate: Fate<'a>) {
        match self.by_key.get(key).and_then(|at| self.keys.get_mut(*at)) {
            Some((_, earlier)) => *earlier = fate,
            None => {
                self.by_key.insert(key, self.keys.len());
                self.keys.push((key, fate));
            }
        }
    }
}

/// Puts the edits down. Of a member that the sender repeated the first is replaced and the others go: which one a reader
/// takes differs, and none may get around a rule.
fn rewrite(splice: &mut Splice<'_>, text: &str, members: &[Member<'_>], outcome: &Outcome<'_>) {
    let mut behind = text.find('{').map_or(0, |brace| brace + 1);
    let mut seen: HashMap<&str, ()> = HashMap::new();
    let mut has_kept = false;
    // What is taken out in front of the first member that stays takes its comma with it.
    let mut has_loose_comma = false;
    for (key, value) in members {
        let Some(range) = value.span(text) else {
            continue;
        };
        let is_first = seen.insert(key.as_ref(), ()).is_none();
        let fate = outcome.fate(key);
        let is_kept = match fate {
            None => true,
            Some(Fate::Set(_)) => is_first,
            Some(Fate::Removed) => false,
            Some(Fate::Default(_)) => true,
        };
        if is_kept {
            if !has_kept && has_loose_comma {
                splice.replace(up_to_comma(text, behind), "");
            }
            has_kept = true;
            if let Some(Fate::Set(set)) =
                fate.filter(|fate| matches!(fate, Fate::Set(set) if *set != value.raw()))
            {
                splice.replace(range.clone(), set);
            }
        } else {
            has_loose_comma = true;
            splice.replace(behind..range.end, "");
        }
        behind = range.end;
    }
    let added: Vec<_> = outcome
        .keys
        .iter()
        .filter(|(key, _)| !seen.contains_key(key))
        .filter_map(|(key, fate)| match fate {
            Fate::Set(value) | Fate::Default(value) => Some((*key, *value)),
            Fate::Removed => None,
        })
        .collect();
    let mut inserted = String::new();
    for (key, value) in added {
        if has_kept || !inserted.is_empty() {
            inserted.push(',');
        }
        inserted.push_str(JsonText::plain(key).as_json());
        inserted.push(':');
        inserted.push_str(value);
    }
    if !inserted.is_empty() {
        splice.replace(behind..behind, inserted);
    }
}

/// From the end of a value to behind the comma that follows.
fn up_to_comma(text: &str, from: usize) -> Range<usize> {
    let comma = text.get(from..).and_then(|rest| rest.find(','));
    from..comma.map_or(from, |at| from + at + 1)
}

#[cfg(test)]
mod tests;
