//! A part of a type's fields as a schema of its own.
//!
//! Some fields hold a subset of another field's type. One Rust type decodes both; what a place accepts is its
//! view. A rule that reads a field outside the view would not compile, so the rules of a view are given with
//! it, next to those of the type.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

/// The schema of `T`, of whose fields only these stay, with further rules.
pub fn keep<T: JsonSchema>(
    generator: &mut SchemaGenerator,
    fields: &[&str],
    rules: &[Value],
) -> Schema {
    let mut schema = T::json_schema(generator);
    let object = schema.ensure_object();
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.retain(|name, _| fields.contains(&name.as_str()));
    }
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.retain(|name| name.as_str().is_some_and(|name| fields.contains(&name)));
    }
    add_rules(object, rules);
    schema
}

/// Adds rules to a schema.
pub fn add_rules(object: &mut serde_json::Map<String, Value>, rules: &[Value]) {
    if rules.is_empty() {
        return;
    }
    let all = object
        .entry("x-kubernetes-validations")
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(all) = all {
        all.extend_from_slice(rules);
    }
}
