//! From a JSON schema as derived to a structural schema as an API server accepts it.
//!
//! Owns the rewriting: an optional field is one that may be absent, not one that may be null; an enum is a list
//! of its words; formats are those an API server knows. Must not lose a bound. The API server drops a null of
//! a field that is not nullable, so none is.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The structural schema of a type.
pub fn of<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .into_generator();
    rewrite(generator.into_root_schema_for::<T>().to_value())
}

fn rewrite(schema: Value) -> Value {
    let Value::Object(mut object) = schema else {
        // `true`: any JSON value.
        return json!({"x-kubernetes-preserve-unknown-fields": true});
    };
    merge_alternatives(&mut object);
    // Everything is inlined, so nothing refers to what `$defs` may still hold.
    for noise in ["$schema", "$defs", "title", "nullable", "examples"] {
        object.remove(noise);
    }
    if ["type", "enum", "x-kubernetes-int-or-string"]
        .iter()
        .all(|name| !object.contains_key(*name))
    {
        object.insert(
            "x-kubernetes-preserve-unknown-fields".to_owned(),
            json!(true),
        );
    }
    single_type(&mut object);
    if object.get("default").is_some_and(is_empty) {
        object.remove("default");
    }
    format(&mut object);
    descend(&mut object);
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    Value::Object(object)
}

/// `anyOf` with null, `oneOf` of words, `const`: what derives write for `Option` and for enums.
fn merge_alternatives(object: &mut Map<String, Value>) {
    if object.contains_key("x-kubernetes-int-or-string") {
        // The one place where a structural schema has alternatives.
        return;
    }
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(alternatives)) = object.remove(keyword) else {
            continue;
        };
        let mut words = Vec::new();
        for alternative in alternatives {
            let Value::Object(mut alternative) = alternative else {
                continue;
            };
            merge_alternatives(&mut alternative);
            if let Some(Value::Array(found)) = alternative.remove("enum") {
                words.extend(found);
                alternative.remove("description");
            }
            if alternative.get("type") == Some(&json!("null")) {
                continue;
            }
            for (name, value) in alternative {
                object.entry(name).or_insert(value);
            }
        }
        if !words.is_empty() {
            object.insert("enum".to_owned(), Value::Array(words));
        }
    }
    if let Some(word) = object.remove("const") {
        object.insert("enum".to_owned(), Value::Array(vec![word]));
    }
    if let Some(Value::Array(words)) = object.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
}

fn single_type(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get("type") {
        let single = types.iter().find(|name| **name != json!("null")).cloned();
        if let Some(single) = single {
            object.insert("type".to_owned(), single);
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// API servers know int32 and int64; derives name Rust's types.
fn format(object: &mut Map<String, Value>) {
    let is_integer = object.get("type") == Some(&json!("integer"));
    if object.contains_key("format") || is_integer {
        let kept = object
            .get("format")
            .and_then(Value::as_str)
            .filter(|format| ["date-time", "int32", "int64"].contains(format))
            .map(str::to_owned);
        match kept {
            Some(format) => object.insert("format".to_owned(), json!(format)),
            None if is_integer => object.insert("format".to_owned(), json!("int64")),
            None => object.remove("format"),
        };
    }
}

fn descend(object: &mut Map<String, Value>) {
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        for schema in properties.values_mut() {
            *schema = rewrite(schema.take());
        }
    }
    if let Some(items) = object.get_mut("items") {
        *items = rewrite(items.take());
    }
    match object.remove("additionalProperties") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => {
            object.insert(
                "x-kubernetes-preserve-unknown-fields".to_owned(),
                json!(true),
            );
        }
        Some(values) => {
            object.insert("additionalProperties".to_owned(), rewrite(values));
        }
    }
}
