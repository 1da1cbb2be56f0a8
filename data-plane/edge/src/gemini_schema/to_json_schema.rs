//! Google's `Schema` as JSON Schema, for providers that take nothing else.
//!
//! Types are written in lower case, `nullable` becomes a type, 64-bit counts that protobuf's JSON writes as text become
//! numbers. Where a client writes JSON Schema into the place of a `Schema`, it passes.

use serde_json::{Map, Value, json};

use super::SchemaError;
use crate::text::Json;

/// `schema` as JSON Schema.
pub(crate) fn to_json_schema(schema: &Json<'_>) -> Result<Json<'static>, SchemaError> {
    // serde_json bounds the depth.
    let schema: Value = schema.read().map_err(|_| SchemaError::Unreadable)?;
    if !schema.is_object() {
        return Err(SchemaError::Unreadable);
    }
    Ok(Json::of(&node(schema)))
}

fn node(schema: Value) -> Value {
    let Value::Object(schema) = schema else {
        return schema;
    };
    let mut out = Map::new();
    let mut is_nullable = false;
    for (key, value) in schema {
        match (key.as_str(), value) {
            ("type", Value::String(name)) => {
                if name != "TYPE_UNSPECIFIED" {
                    out.insert(key, json!(name.to_ascii_lowercase()));
                }
            }
            ("nullable", value) => is_nullable = value == json!(true),
            ("propertyOrdering" | "property_ordering", _) => (),
            // Google's marker of an enum, which says nothing more.
            ("format", Value::String(format)) if format == "enum" => (),
            ("example", value) => {
                out.insert("examples".to_owned(), json!([value]));
            }
            ("properties", Value::Object(properties)) => {
                let inner = properties
                    .into_iter()
                    .map(|(name, inner)| (name, node(inner)));
                out.insert(key, Value::Object(inner.collect()));
            }
            ("items" | "additionalProperties", value) => {
                out.insert(key, node(value));
            }
            ("anyOf" | "any_of", Value::Array(branches)) => {
                let branches = branches.into_iter().map(node).collect();
                out.insert("anyOf".to_owned(), Value::Array(branches));
            }
            (
                "minLength" | "min_length" | "maxLength" | "max_length" | "minItems" | "min_items"
                | "maxItems" | "max_items" | "minProperties" | "min_properties" | "maxProperties"
                | "max_properties",
                value,
            ) => {
                out.insert(camel(&key), count(value));
            }
            (_, value) => {
                out.insert(key, value);
            }
        }
    }
    if is_nullable {
        nullable(&mut out);
    }
    Value::Object(out)
}

fn nullable(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(branches)) = schema.get_mut("anyOf") {
        if !branches.contains(&json!({"type": "null"})) {
            branches.push(json!({"type": "null"}));
        }
    } else if let Some(Value::String(name)) = schema.get("type") {
        let types = json!([name, "null"]);
        schema.insert("type".to_owned(), types);
        if let Some(Value::Array(values)) = schema.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
}

fn camel(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut words = key.split('_');
    out.push_str(words.next().unwrap_or_default());
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

fn count(value: Value) -> Value {
    match value.as_str().and_then(|text| text.parse::<u64>().ok()) {
        Some(count) => json!(count),
        None => value,
    }
}
