//! Schemas put together: alternatives, and several that hold at once.
//!
//! It must not know which members Gemini takes. Invariant: what is copied into alternatives is paid for before it is copied.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Budget, SchemaError, node, one_type, size};

/// Alternatives. Gemini takes no member beside `anyOf`, so what is common goes into each.
pub(super) fn any_of(
    mut common: Map<String, Value>,
    branches: Vec<Value>,
    budget: &mut Budget,
) -> Result<Value, SchemaError> {
    let count = branches.len();
    let mut branches: Vec<Value> = branches.into_iter().filter(|one| !is_null(one)).collect();
    if branches.is_empty() && count > 0 {
        return Ok(json!({"type": "null"}));
    }
    if branches.len() < count {
        common.insert("nullable".to_owned(), json!(true));
    }
    let Some(last) = branches.pop() else {
        return one_type(common, budget);
    };
    let last = object(last);
    if branches.is_empty() {
        // A single one is no alternative: it is read like a reference, whose siblings win.
        let merged = merge(common, last, budget)?;
        return node(Value::Object(merged), budget);
    }
    budget.spend(branches.len().saturating_mul(size(&common)))?;
    let mut out = Vec::with_capacity(count);
    for branch in branches {
        let merged = merge(object(branch), common.clone(), budget)?;
        push_flat(node(Value::Object(merged), budget)?, &mut out);
    }
    let merged = merge(last, common, budget)?;
    push_flat(node(Value::Object(merged), budget)?, &mut out);
    Ok(json!({"anyOf": out}))
}

/// Alternatives inside alternatives are alternatives.
fn push_flat(branch: Value, out: &mut Vec<Value>) {
    let mut inner = object(branch);
    if let Some(Value::Array(inner)) = inner.shift_remove("anyOf") {
        out.extend(inner);
    } else {
        out.push(Value::Object(inner));
    }
}

/// Both at once: properties and what is required of either, of anything else `first`'s.
pub(super) fn merge(
    mut first: Map<String, Value>,
    second: Map<String, Value>,
    budget: &mut Budget,
) -> Result<Map<String, Value>, SchemaError> {
    for (key, value) in second {
        match (first.get_mut(&key), value) {
            (None, value) => {
                first.insert(key, value);
            }
            (Some(Value::Object(known)), Value::Object(more)) if key == "properties" => {
                for (name, schema) in more {
                    known.entry(name).or_insert(schema);
                }
            }
            (Some(Value::Array(known)), Value::Array(more)) if key == "required" => {
                budget.spend(known.len().saturating_add(more.len()))?;
                let names = names(known);
                let new: Vec<Value> = more
                    .into_iter()
                    .filter(|name| name.as_str().is_some_and(|name| !names.contains(name)))
                    .collect();
                known.extend(new);
            }
            (Some(_), _) => (),
        }
    }
    Ok(first)
}

/// Parameters must be one object: the properties of all alternatives, required what all require.
pub(super) fn union(
    schema: &Map<String, Value>,
    budget: &mut Budget,
) -> Result<Map<String, Value>, SchemaError> {
    let mut all = Map::new();
    let mut required: Option<Vec<Value>> = None;
    let branches = schema.get("anyOf").and_then(Value::as_array);
    for branch in branches.into_iter().flatten().filter_map(Value::as_object) {
        if branch.get("type") != Some(&json!("object")) {
            continue;
        }
        let mut own = branch.clone();
        let own_required = match own.shift_remove("required") {
            Some(Value::Array(names)) => names,
            _ => Vec::new(),
        };
        if let Some(common) = &mut required {
            budget.spend(common.len())?;
            let names = names(&own_required);
            common.retain(|name| name.as_str().is_some_and(|name| names.contains(name)));
        } else {
            required = Some(own_required);
        }
        own.shift_remove("propertyOrdering");
        all = merge(all, own, budget)?;
    }
    if let Some(required) = required.filter(|required| !required.is_empty()) {
        all.insert("required".to_owned(), Value::Array(required));
    }
    Ok(all)
}

fn names(list: &[Value]) -> HashSet<String> {
    list.iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The members; none where it is no object.
pub(super) fn object(schema: Value) -> Map<String, Value> {
    if let Value::Object(members) = schema {
        return members;
    }
    Map::new()
}

fn is_null(schema: &Value) -> bool {
    schema
        .get("type")
        .is_some_and(|kind| kind == "null" || *kind == json!(["null"]))
        || schema.get("const").is_some_and(Value::is_null)
        || schema
            .get("enum")
            .is_some_and(|values| *values == json!([null]))
}
