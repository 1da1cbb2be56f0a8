//! Which fields of the custom resources are in effect.
//!
//! Owns how the one table is read. Every field of the schemas is accepted; one that is not in the table is reported on each
//! object that sets it, never ignored in silence. A feature that starts to work adds its line to the table and
//! nowhere else. A value that equals the schema's default was not asked for, so it is not reported.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::key::Kind;
use crate::schema::validate::{field, join};

mod guard;
mod table;

use table::TABLE;

/// What of an object is in effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Fields that are set and not in effect, outermost first.
    pub missing: Vec<Inactive>,
    /// How many fields of a policy are set and in effect.
    pub served: usize,
}

/// A field that is set and not in effect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inactive {
    /// Path from the root of the object.
    pub path: String,
    /// What its absence means.
    pub loss: Loss,
}

/// What it means that a field is not in effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Something would pass that the field was to prevent, so what depends on it is refused.
    Protection,
    /// Something does not happen.
    Function,
}

/// What is in effect of one kind. A path has `[]` for any item and `{}` for any value of a map; it stands for
/// what is below it where it ends in `.*`, for a mere container where it ends in `/`, and for what [`guard`] lists below it where
/// it ends in `!`, or in `^` for guards of our own.
struct Row {
    kind: Kind,
    in_effect: &'static [&'static str],
    /// Paths at and below which a loss is one of protection.
    protection: &'static [&'static str],
    /// Exceptions to these.
    function: &'static [&'static str],
    /// Fields that say how others are meant and do nothing alone.
    modifiers: &'static [&'static str],
}

/// How a path stands in the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// With all that is below.
    Whole,
    /// Some of what is below.
    Part,
    /// Not at all.
    Absent,
}

/// What of an object is in effect.
pub fn of(kind: Kind, schema: &Value, object: &Value) -> Effects {
    let mut found = Effects::default();
    if let (Some(row), Some(schema), Some(spec)) =
        (row(kind), field(schema, "spec"), object.get("spec"))
    {
        row.set(schema, spec, ("spec", "spec"), &mut found);
    }
    found
}

/// Fields of a kind that are not in effect, outermost first, with `[]` and `{}` for what is between.
pub fn all_inactive(kind: Kind, schema: &Value) -> Vec<Inactive> {
    let mut found = Vec::new();
    if let (Some(row), Some(schema)) = (row(kind), field(schema, "spec")) {
        row.known(schema, "spec", &mut found);
    }
    found
}

/// What is said of fields that are not in effect; `None` where there are none.
pub fn sentence<'a>(fields: impl IntoIterator<Item = &'a Inactive>) -> Option<String> {
    let paths: Vec<&str> = fields
        .into_iter()
        .map(|field| field.path.as_str())
        .collect();
    let is = if paths.len() == 1 { "is" } else { "are" };
    (!paths.is_empty()).then(|| format!("{} {is} not supported yet; remove it", paths.join(", ")))
}

/// Of fields, those at or below a path.
pub fn below<'a, 'b: 'a>(
    fields: &'a [Inactive],
    path: &'b str,
) -> impl Iterator<Item = &'a Inactive> {
    fields.iter().filter(move |field| covers(path, &field.path))
}

fn row(kind: Kind) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.kind == kind)
}

/// The entries for which one of the table stands.
fn entries(entry: &'static str) -> Vec<Cow<'static, str>> {
    let (base, listed) = match (entry.strip_suffix('!'), entry.strip_suffix('^')) {
        (Some(base), _) => (base, guard::IN_EFFECT),
        (None, Some(base)) => (base, guard::OWN),
        (None, None) => return vec![entry.into()],
    };
    let listed = listed.iter();
    listed.map(|own| format!("{base}.{own}").into()).collect()
}

fn covers(outer: &str, inner: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']))
}

// === impl Row ===

impl Row {
    fn standing(&self, pattern: &str) -> Standing {
        let mut standing = Standing::Absent;
        let entries = self.in_effect.iter().flat_map(|entry| entries(entry));
        for entry in entries {
            let (path, is_whole) = match (entry.strip_suffix(".*"), entry.strip_suffix('/')) {
                (Some(path), _) => (path, true),
                (None, Some(path)) => (path, false),
                (None, None) => (&*entry, true),
            };
            if is_whole && covers(path, pattern) {
                return Standing::Whole;
            }
            if covers(pattern, path) {
                standing = Standing::Part;
            }
        }
        standing
    }

    /// Whether a field stands directly in a container and does something by itself.
    fn is_own(&self, pattern: &str) -> bool {
        let is_in = |entry: &&str| {
            entry
                .strip_suffix('/')
                .is_some_and(|path| covers(path, pattern))
        };
        self.in_effect.iter().any(is_in) && !self.modifiers.contains(&pattern)
    }

    fn loss(&self, pattern: &str) -> Loss {
        let is_in = |paths: &[&str]| paths.iter().any(|path| covers(path, pattern));
        if is_in(self.protection) && !is_in(self.function) {
            Loss::Protection
        } else {
            Loss::Function
        }
    }

    fn set(
        &self,
        schema: &Value,
        value: &Value,
        (path, pattern): (&str, &str),
        found: &mut Effects,
    ) {
        match self.standing(pattern) {
            Standing::Whole => {
                found.served += usize::from(self.is_own(pattern));
                return;
            }
            Standing::Absent if schema.get("default") == Some(value) => return,
            Standing::Absent => {
                return found.missing.push(Inactive {
                    path: path.to_owned(),
                    loss: self.loss(pattern),
                });
            }
            Standing::Part => {}
        }
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    let (path, pattern) = (join(path, name), join(pattern, name));
                    match field(schema, name) {
                        Some(schema) => self.set(schema, value, (&path, &pattern), found),
                        // A misspelled policy protects nothing.
                        None if pattern.contains(".policies.") => found.missing.push(Inactive {
                            path,
                            loss: self.loss(&pattern),
                        }),
                        None => {}
                    }
                }
            }
            Value::Array(items) => {
                let schema = schema.get("items").unwrap_or(&Value::Null);
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    self.set(schema, item, (&path, &format!("{pattern}[]")), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn known(&self, schema: &Value, pattern: &str, found: &mut Vec<Inactive>) {
        match self.standing(pattern) {
            Standing::Whole => {}
            Standing::Absent => found.push(Inactive {
                path: pattern.to_owned(),
                loss: self.loss(pattern),
            }),
            Standing::Part => {
                if let Some(Value::Object(properties)) = schema.get("properties") {
                    for (name, schema) in properties {
                        self.known(schema, &join(pattern, name), found);
                    }
                }
                if let Some(items) = schema.get("items") {
                    self.known(items, &format!("{pattern}[]"), found);
                }
            }
        }
    }
}

impl fmt::Display for Inactive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}
