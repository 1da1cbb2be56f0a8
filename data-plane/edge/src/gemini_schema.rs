//! JSON Schema brought into what Gemini takes for a schema, and back.
//!
//! Gemini's `Schema` is a part of OpenAPI 3.0's (Google's API reference "Schema"): no references, no `allOf`, no `const`, one
//! type, `nullable` beside it, and it refuses members that it does not know. What the model is told by the rest is lost; what
//! the client's own validation says of the arguments is not ours. It must not know where schemas stand in requests.
//! Invariants: the work is bounded whatever the references are; keys keep their order.

use serde_json::{Map, Value, json};

use crate::chat_messages::one_object::{CHOICES, one_object};
use crate::text::Json;

mod combine;
mod flatten;
mod to_json_schema;

use combine::{any_of, union};
use flatten::Flattener;
pub(crate) use to_json_schema::to_json_schema;

/// Members that Gemini knows and that are kept as they are. Others are dropped, or rewritten below.
const KEPT: [&str; 16] = [
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "default",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

/// Most that a schema may grow to, written out, in bytes (nearly).
const MAX_SIZE: usize = 8 * 1024 * 1024;
/// What a node costs besides its texts.
const NODE_SIZE: usize = 64;

/// Why a schema cannot be brought over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SchemaError {
    /// Not JSON that can be worked with.
    #[error("is not a JSON Schema")]
    Unreadable,
    /// Written out without references, it has too many nodes or is too deep.
    #[error("is too large once its references are written out, which Gemini needs")]
    TooLarge,
}

/// Members that the model is not told of, where they are dropped: what they say is not said otherwise.
const LOSSES: [&str; 13] = [
    "patternProperties",
    "propertyNames",
    "dependentSchemas",
    "dependentRequired",
    "not",
    "if",
    "then",
    "else",
    "oneOf",
    "multipleOf",
    "uniqueItems",
    "contains",
    "additionalItems",
];

/// How much a schema may still grow, and whether it has lost something. References to references, and what is common to
/// alternatives, multiply.
pub(super) struct Budget {
    left: usize,
    is_lossy: bool,
}

/// A schema in Gemini's own form.
#[derive(Debug)]
pub(crate) struct Normal<T> {
    /// It, or what stands for none.
    pub(crate) schema: T,
    /// The model is told less than the client's schema says.
    pub(crate) is_lossy: bool,
}

/// The schema of a function's parameters; `None` where there are no parameters, which Gemini says by leaving it out.
pub(crate) fn parameters(schema: &Json<'_>) -> Result<Normal<Option<Json<'static>>>, SchemaError> {
    let mut budget = Budget::new();
    let schema = own_parameters(schema, &mut budget)?;
    Ok(Normal {
        schema,
        is_lossy: budget.is_lossy,
    })
}

/// The parameters as JSON Schema for models that take that, without references, beside which Gemini refuses most members;
/// `None` where they are no plain object, which it needs.
pub(crate) fn written_out(schema: &Json<'_>) -> Result<Option<Json<'static>>, SchemaError> {
    let root: Value = schema.read().map_err(|_| SchemaError::Unreadable)?;
    let mut budget = Budget::new();
    let Value::Object(mut flat) = Flattener::new(&root, &mut budget).node(&root)? else {
        return Ok(None);
    };
    if flat.get("type").is_some_and(|kind| kind != "object") {
        return Ok(None);
    }
    flat.shift_remove("$schema");
    flat.entry("type").or_insert_with(|| json!("object"));
    let has_choice = CHOICES.iter().any(|choice| flat.contains_key(*choice));
    let flat = Json::of(&Value::Object(flat));
    Ok(match has_choice {
        true => one_object(&flat),
        false => Some(flat),
    })
}

fn own_parameters(
    schema: &Json<'_>,
    budget: &mut Budget,
) -> Result<Option<Json<'static>>, SchemaError> {
    let Value::Object(mut object) = normalised(schema, budget)? else {
        return Ok(None);
    };
    if object.contains_key("anyOf") {
        object = union(&object, budget)?;
    }
    let has_properties = object
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|properties| !properties.is_empty());
    if !has_properties {
        return Ok(None);
    }
    object.insert("type".to_owned(), json!("object"));
    object.remove("nullable");
    Ok(Some(Json::of(&Value::Object(object))))
}

/// The schema of an answer.
pub(crate) fn response(schema: &Json<'_>) -> Result<Normal<Json<'static>>, SchemaError> {
    let mut budget = Budget::new();
    let schema = Json::of(&normalised(schema, &mut budget)?);
    Ok(Normal {
        schema,
        is_lossy: budget.is_lossy,
    })
}

// === impl Budget ===

impl Budget {
    const fn new() -> Self {
        Self {
            left: MAX_SIZE,
            is_lossy: false,
        }
    }

    fn spend(&mut self, size: usize) -> Result<(), SchemaError> {
        self.left = self.left.checked_sub(size).ok_or(SchemaError::TooLarge)?;
        Ok(())
    }
}

fn normalised(schema: &Json<'_>, budget: &mut Budget) -> Result<Value, SchemaError> {
    let root: Value = schema.read().map_err(|_| SchemaError::Unreadable)?;
    if !root.is_object() && !root.is_boolean() {
        return Err(SchemaError::Unreadable);
    }
    let flat = Flattener::new(&root, budget).node(&root)?;
    node(flat, budget)
}

/// One schema that has no references and no `allOf` any more, and those inside it.
fn node(schema: Value, budget: &mut Budget) -> Result<Value, SchemaError> {
    budget.spend(NODE_SIZE)?;
    let Value::Object(mut schema) = schema else {
        // `true` is anything; there is no schema for nothing.
        return Ok(json!({"type": "object"}));
    };
    if !schema.contains_key("anyOf")
        && let Some(one_of) = schema.shift_remove("oneOf")
    {
        schema.insert("anyOf".to_owned(), one_of);
    }
    if let Some(value) = schema.shift_remove("const") {
        if !schema.contains_key("type") {
            schema.insert("type".to_owned(), json!(kind_of(&value)));
        }
        schema.insert("enum".to_owned(), Value::Array(vec![value]));
    }
    types(&mut schema);
    if let Some(Value::Array(branches)) = schema.shift_remove("anyOf") {
        return any_of(schema, branches, budget);
    }
    one_type(schema, budget)
}

/// A list of types becomes one, `nullable`, or branches.
fn types(schema: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = schema.get("type") else {
        return;
    };
    let mut names: Vec<Value> = types.clone();
    names.retain(|name| name != "null");
    let is_nullable = names.len() < types.len();
    if is_nullable && !names.is_empty() {
        schema.insert("nullable".to_owned(), json!(true));
    }
    match names.as_slice() {
        [] if is_nullable => {
            schema.insert("type".to_owned(), json!("null"));
        }
        [] => {
            schema.shift_remove("type");
        }
        [one] => {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
        // Alternatives that are there already say more.
        _ if schema.contains_key("anyOf") => {
            schema.shift_remove("type");
        }
        several => {
            let branches = several.iter().map(|name| json!({"type": name})).collect();
            schema.shift_remove("type");
            schema.insert("anyOf".to_owned(), Value::Array(branches));
        }
    }
}

/// A schema of one type.
fn one_type(mut schema: Map<String, Value>, budget: &mut Budget) -> Result<Value, SchemaError> {
    let kind = match schema.get("type").and_then(Value::as_str) {
        Some(name) => name.to_ascii_lowercase(),
        None => inferred(&schema).to_owned(),
    };
    schema.insert("type".to_owned(), json!(kind));
    budget.is_lossy |= enumeration(&mut schema, &kind) || is_lossy_map(&schema);
    limits(&mut schema, &kind);
    let mut out = Map::new();
    for (key, value) in schema {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) if kind == "object" => {
                let mut inner = Map::new();
                for (name, schema) in properties {
                    inner.insert(name, node(schema, budget)?);
                }
                out.insert(key, Value::Object(inner));
            }
            ("items" | "prefixItems", value) if kind == "array" => {
                if let Some(items) = items(value, budget)? {
                    out.entry("items").or_insert(items);
                }
            }
            ("required" | "propertyOrdering", value) if kind == "object" => {
                out.insert(key, value);
            }
            ("format", value) if value != "enum" && value != "date-time" => (),
            ("title" | "description" | "pattern", value) if !value.is_string() => (),
            ("nullable", value) if !value.is_boolean() => (),
            ("default", Value::Null) => (),
            (known, value) if KEPT.contains(&known) => {
                out.insert(key, value);
            }
            (lost, _) => budget.is_lossy |= LOSSES.contains(&lost),
        }
    }
    if kind == "array" {
        out.entry("items")
            .or_insert_with(|| json!({"type": "object"}));
    }
    for list in ["required", "propertyOrdering"] {
        only_properties(&mut out, list);
    }
    Ok(Value::Object(out))
}

/// Whether what is said of properties without a name, for which Gemini's own form has no place, matters.
fn is_lossy_map(schema: &Map<String, Value>) -> bool {
    let has_properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|properties| !properties.is_empty());
    match schema.get("additionalProperties") {
        Some(Value::Object(values)) => !values.is_empty() || !has_properties,
        // Beside properties it only tolerates others.
        Some(Value::Bool(true)) => !has_properties,
        Some(_) | None => false,
    }
}

/// Gemini's enums are of texts that are not empty; whether others are lost.
fn enumeration(schema: &mut Map<String, Value>, kind: &str) -> bool {
    let Some(Value::Array(values)) = schema.get_mut("enum") else {
        schema.shift_remove("enum");
        return false;
    };
    let is_lossy = values
        .iter()
        .any(|value| !value.is_string() && !value.is_null());
    let is_nullable = values.len() > 1 && values.iter().any(Value::is_null);
    values.retain(|value| value.as_str().is_some_and(|text| !text.is_empty()));
    if kind != "string" || values.is_empty() {
        schema.shift_remove("enum");
    }
    if is_nullable {
        schema.insert("nullable".to_owned(), json!(true));
    }
    is_lossy
}

/// Gemini has no limits that exclude their own value: whole numbers have a next one, others keep the limit itself.
fn limits(schema: &mut Map<String, Value>, kind: &str) {
    for (exclusive, inclusive, step) in [
        ("exclusiveMinimum", "minimum", 1_i64),
        ("exclusiveMaximum", "maximum", -1),
    ] {
        let Some(limit) = schema.shift_remove(exclusive).filter(Value::is_number) else {
            continue;
        };
        let next = limit
            .as_i64()
            .filter(|_| kind == "integer")
            .and_then(|limit| limit.checked_add(step));
        let limit = next.map_or(limit, |next| json!(next));
        schema.entry(inclusive).or_insert(limit);
    }
}

/// The elements of an array; a list of schemas, one for each place, becomes alternatives.
fn items(value: Value, budget: &mut Budget) -> Result<Option<Value>, SchemaError> {
    if let Value::Array(mut places) = value {
        places.dedup();
        if places.is_empty() {
            return Ok(None);
        }
        return any_of(Map::new(), places, budget).map(Some);
    }
    if value == Value::Bool(false) {
        return Ok(None);
    }
    node(value, budget).map(Some)
}

/// Names in `list` that are no properties are refused by Gemini.
fn only_properties(schema: &mut Map<String, Value>, list: &str) {
    let Some(Value::Array(mut names)) = schema.get_mut(list).map(Value::take) else {
        schema.shift_remove(list);
        return;
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    names.retain(|name| {
        let name = name.as_str().unwrap_or_default();
        properties.is_some_and(|properties| properties.contains_key(name))
    });
    if names.is_empty() {
        schema.shift_remove(list);
    } else {
        schema.insert(list.to_owned(), Value::Array(names));
    }
}

/// What a copy of these members takes, nearly.
fn size(members: &Map<String, Value>) -> usize {
    members
        .iter()
        .map(|(key, value)| key.len() + size_of_value(value))
        .sum()
}

fn size_of_value(value: &Value) -> usize {
    NODE_SIZE
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(size_of_value).sum(),
            Value::Object(members) => size(members),
        }
}

/// The type where none is named.
fn inferred(schema: &Map<String, Value>) -> &'static str {
    let has = |names: &[&str]| names.iter().any(|name| schema.contains_key(*name));
    if let Some(value) = schema
        .get("enum")
        .and_then(Value::as_array)
        .and_then(|values| values.iter().find(|value| !value.is_null()))
    {
        return kind_of(value);
    }
    if has(&["properties", "required"]) {
        "object"
    } else if has(&["items", "prefixItems", "minItems", "maxItems"]) {
        "array"
    } else if has(&["pattern", "minLength", "maxLength", "format"]) {
        "string"
    } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]) {
        "number"
    } else {
        "object"
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests;
