//! One object against the schema of its kind, as an API server does it.
//!
//! Owns dropping nulls, filling defaults in, types, bounds and rules. Must not quote a value: a field may hold a
//! key. Rules run only where the structure is right, since they rely on it. Recursion follows the schema, which
//! is finite, never the object.

use kube_cel::{
    CompiledSchema, ErrorKind, ValidationErrors, Validator, apply_defaults, compile_schema,
};
use regex::Regex;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::error::FieldError;

/// A schema that is ready to judge objects.
pub struct Judge {
    schema: Value,
    /// Rules by the place in the schema where they stand. Each is compiled when an object first has something
    /// there: most objects use few of some hundred rules.
    rules: BTreeMap<String, OnceLock<CompiledSchema>>,
    patterns: BTreeMap<String, Regex>,
    validator: Validator,
}

/// Where the walk stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// In the object.
    path: &'a str,
    /// In the schema, with `[]` for any item and `{}` for any value of a map.
    pattern: &'a str,
}

/// A walk through an object and its schema.
struct Walk<'a> {
    judge: &'a Judge,
    task: Task,
    found: Vec<FieldError>,
}

/// What a walk looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Types and bounds.
    Structure,
    /// Rules.
    Rules,
}

// === impl Judge ===

impl Judge {
    /// Prepares a structural schema.
    pub fn new(schema: Value) -> Judge {
        let mut patterns = BTreeMap::new();
        collect_patterns(&schema, &mut patterns);
        let mut rules = BTreeMap::new();
        collect_rules(&schema, "", &mut rules);
        Judge {
            rules,
            patterns,
            validator: Validator::new(),
            schema,
        }
    }

    /// The schema.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Rules and patterns of the schema that do not compile: mistakes in a type.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.collect_faults(&self.schema, "", &mut faults);
        faults
    }

    fn collect_faults(&self, schema: &Value, pattern: &str, faults: &mut Vec<String>) {
        if let Some(rules) = self.rules_at(schema, pattern) {
            let found = rules.compilation_errors();
            faults.extend(found.iter().map(|fault| format!("{fault:?}")));
        }
        if let Some(regex) = schema.get("pattern").and_then(Value::as_str)
            && !self.patterns.contains_key(regex)
        {
            faults.push(format!("pattern {regex}"));
        }
        for (name, schema) in below(schema) {
            self.collect_faults(schema, &within(pattern, &name), faults);
        }
    }

    fn rules_at(&self, schema: &Value, pattern: &str) -> Option<&CompiledSchema> {
        let cell = self.rules.get(pattern)?;
        Some(cell.get_or_init(|| {
            let mut own = schema.clone();
            for (_, schema) in below_mut(&mut own) {
                strip_rules(schema);
            }
            compile_schema(&own)
        }))
    }

    /// The object with nulls dropped and defaults filled in, or everything that is wrong with it. Paths start
    /// at the root of the object.
    pub fn accept(&self, mut value: Value) -> Result<Value, Vec<FieldError>> {
        drop_nulls(&self.schema, &mut value);
        let value = apply_defaults(&self.schema, &value);
        for task in [Task::Structure, Task::Rules] {
            let mut walk = Walk {
                judge: self,
                task,
                found: Vec::new(),
            };
            let root = Place {
                path: "",
                pattern: "",
            };
            walk.value(&self.schema, &value, root);
            if !walk.found.is_empty() {
                return Err(walk.found);
            }
        }
        Ok(value)
    }
}

/// Schemas right below one, each with how it is reached: a field's name, `[]` or `{}`.
fn below(schema: &Value) -> impl Iterator<Item = (String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten();
    let others = [("items", "[]"), ("additionalProperties", "{}")];
    fields.map(|(name, schema)| (name.clone(), schema)).chain(
        others
            .into_iter()
            .filter_map(|(name, step)| Some((step.to_owned(), schema.get(name)?))),
    )
}

fn below_mut(schema: &mut Value) -> Vec<(&str, &mut Value)> {
    let mut found = Vec::new();
    for (name, value) in schema.as_object_mut().into_iter().flatten() {
        match (name.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                found.extend(
                    properties
                        .iter_mut()
                        .map(|(name, schema)| (name.as_str(), schema)),
                );
            }
            ("items" | "additionalProperties", schema) => found.push((name.as_str(), schema)),
            (_, _) => {}
        }
    }
    found
}

fn strip_rules(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        object.remove("x-kubernetes-validations");
    }
    for (_, schema) in below_mut(schema) {
        strip_rules(schema);
    }
}

fn collect_rules(
    schema: &Value,
    pattern: &str,
    rules: &mut BTreeMap<String, OnceLock<CompiledSchema>>,
) {
    if schema.get("x-kubernetes-validations").is_some() {
        rules.insert(pattern.to_owned(), OnceLock::new());
    }
    for (name, schema) in below(schema) {
        collect_rules(schema, &within(pattern, &name), rules);
    }
}

fn within(pattern: &str, step: &str) -> String {
    if step == "[]" || step == "{}" {
        format!("{pattern}{step}")
    } else {
        join(pattern, step)
    }
}

// A pattern that does not compile is a mistake in a type; a test finds it.
fn collect_patterns(schema: &Value, patterns: &mut BTreeMap<String, Regex>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(pattern)) = object.get("pattern")
                && let Ok(regex) = Regex::new(pattern)
            {
                patterns.insert(pattern.clone(), regex);
            }
            for value in object.values() {
                collect_patterns(value, patterns);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect_patterns(item, patterns);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_open(schema: &Value) -> bool {
    schema.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true))
}

/// The schema of a field of an object; `None` where the schema does not know it.
pub fn field<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    schema
        .get("properties")
        .and_then(|properties| properties.get(name))
        .or_else(|| schema.get("additionalProperties"))
}

fn drop_nulls(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|name, value| !value.is_null() || field(schema, name).is_none());
            for (name, value) in object {
                if let Some(schema) = field(schema, name) {
                    drop_nulls(schema, value);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items {
                    drop_nulls(schema, item);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Paths of fields that the schema does not know.
pub fn unknown(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) if !is_open(schema) || schema.get("properties").is_some() => {
            for (name, value) in object {
                let path = join(path, name);
                match field(schema, name) {
                    Some(schema) => unknown(schema, value, &path, found),
                    None if is_open(schema) => {}
                    None => found.push(path),
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for (index, item) in items.iter().enumerate() {
                    unknown(schema, item, &format!("{path}[{index}]"), found);
                }
            }
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A field's path.
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

// === impl Walk ===

impl Walk<'_> {
    fn fail(&mut self, path: &str, message: impl Into<String>) {
        self.found.push(FieldError::new(path, message));
    }

    fn value(&mut self, schema: &Value, value: &Value, place: Place<'_>) {
        match self.task {
            Task::Structure => self.node(schema, value, place.path),
            Task::Rules => self.rules(schema, value, place),
        }
        let Place { path, pattern } = place;
        match value {
            Value::Object(object) => {
                let properties = schema.get("properties");
                for (name, value) in object {
                    let own = properties.and_then(|properties| properties.get(name));
                    let step = if own.is_some() { name } else { "{}" };
                    if let Some(schema) = field(schema, name) {
                        let place = Place {
                            path: &join(path, name),
                            pattern: &within(pattern, step),
                        };
                        self.value(schema, value, place);
                    }
                }
            }
            Value::Array(items) => {
                if let Some(schema) = schema.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        let place = Place {
                            path: &format!("{path}[{index}]"),
                            pattern: &within(pattern, "[]"),
                        };
                        self.value(schema, item, place);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn rules(&mut self, schema: &Value, value: &Value, place: Place<'_>) {
        let judge = self.judge;
        let Some(rules) = judge.rules_at(schema, place.pattern) else {
            return;
        };
        let outcome = judge.validator.validate_compiled(rules, value, None);
        for error in outcome
            .err()
            .into_iter()
            .flat_map(ValidationErrors::into_vec)
        {
            // The text of a run-time error could quote the object.
            let message = if error.kind == ErrorKind::ValidationFailure {
                error.message
            } else {
                format!("breaks the rule {}", error.rule)
            };
            self.fail(place.path, message);
        }
    }

    fn node(&mut self, schema: &Value, value: &Value, path: &str) {
        let either = schema.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true));
        let wanted = schema.get("type").and_then(Value::as_str);
        let fits = match wanted {
            None if either => value.is_string() || value.is_i64() || value.is_u64(),
            None => true,
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some(_) => value.is_number(),
        };
        if !fits {
            let wanted = if either {
                "integer or string"
            } else {
                wanted.unwrap_or_default()
            };
            return self.fail(path, format!("must be of type {wanted}"));
        }
        if let Some(Value::Array(words)) = schema.get("enum")
            && !words.contains(value)
        {
            let words: Vec<String> = words.iter().map(plain).collect();
            self.fail(path, format!("must be one of {}", words.join(", ")));
        }
        match value {
            Value::Object(object) => self.object(schema, object, path),
            Value::Array(items) => self.list(schema, items, path),
            Value::String(text) => self.text(schema, text, path),
            Value::Number(number) => self.number(schema, number.as_f64(), path),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn object(&mut self, schema: &Value, object: &Map<String, Value>, path: &str) {
        self.size(
            schema,
            ("minProperties", "maxProperties"),
            object.len(),
            "entries",
            path,
        );
        for name in schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let name = name.as_str().unwrap_or_default();
            if !object.contains_key(name) {
                self.fail(&join(path, name), "must be set");
            }
        }
    }

    fn list(&mut self, schema: &Value, items: &[Value], path: &str) {
        self.size(schema, ("minItems", "maxItems"), items.len(), "items", path);
        let keys: Option<Vec<&str>> =
            match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
                Some("map") => schema
                    .get("x-kubernetes-list-map-keys")
                    .and_then(Value::as_array)
                    .map(|keys| keys.iter().filter_map(Value::as_str).collect()),
                Some("set") => Some(Vec::new()),
                Some(_) | None => None,
            };
        let Some(keys) = keys else { return };
        let mut seen = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            let identity = if keys.is_empty() {
                item.to_string()
            } else {
                let parts = keys.iter().map(|key| item.get(key).unwrap_or(&Value::Null));
                parts.map(ToString::to_string).collect::<Vec<_>>().join(" ")
            };
            if !seen.insert(identity) {
                let of = if keys.is_empty() {
                    String::new()
                } else {
                    format!("{} of ", keys.join(", "))
                };
                self.fail(
                    &format!("{path}[{index}]"),
                    format!("{of}an earlier item is the same"),
                );
            }
        }
    }

    fn text(&mut self, schema: &Value, text: &str, path: &str) {
        self.size(
            schema,
            ("minLength", "maxLength"),
            text.chars().count(),
            "characters",
            path,
        );
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
            && self
                .judge
                .patterns
                .get(pattern)
                .is_none_or(|regex| !regex.is_match(text))
        {
            self.fail(path, format!("must match {pattern}"));
        }
    }

    fn number(&mut self, schema: &Value, number: Option<f64>, path: &str) {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let (least, most) = (bound("minimum"), bound("maximum"));
        let Some(number) = number else { return };
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            let message = match (least, most) {
                (Some(least), Some(most)) => format!("must be from {least} to {most}"),
                (Some(least), None) => format!("must be at least {least}"),
                (None, Some(most)) => format!("must be at most {most}"),
                (None, None) => String::new(),
            };
            self.fail(path, message);
        }
    }

    fn size(&mut self, schema: &Value, names: (&str, &str), size: usize, noun: &str, path: &str) {
        let bound = |name: &str| {
            let bound = schema.get(name).and_then(Value::as_u64)?;
            usize::try_from(bound).ok()
        };
        let (least, most) = (bound(names.0), bound(names.1));
        if least.is_some_and(|least| size < least) || most.is_some_and(|most| size > most) {
            let message = match (least, most) {
                (Some(least), Some(most)) => format!("must have {least} to {most} {noun}"),
                (Some(least), None) => format!("must have at least {least} {noun}"),
                (None, Some(most)) => format!("must have at most {most} {noun}"),
                (None, None) => String::new(),
            };
            self.fail(path, message);
        }
    }
}

fn plain(word: &Value) -> String {
    word.as_str()
        .map_or_else(|| word.to_string(), str::to_owned)
}
