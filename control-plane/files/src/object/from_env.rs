//! `tidegate.dev/from-env`: keys of a Secret that come from the environment.
//!
//! Owns the annotation's grammar, `KEY=VARIABLE[,KEY2=VARIABLE2]`. Must not print values. A variable that is unset
//! or empty leaves what the file says, so that one file serves with and without a real key.

use serde_json::{Map, Value};

/// Where the annotation stands in an object.
pub(super) const POINTER: &str = "/metadata/annotations/tidegate.dev~1from-env";

/// Fills the keys in; what is wrong with the annotation, if anything is.
pub(super) fn fill(
    secret: &mut Value,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Vec<String> {
    let Some(annotation) = secret.pointer(POINTER) else {
        return Vec::new();
    };
    let Some(annotation) = annotation.as_str().map(str::to_owned) else {
        return vec![wrong("it must be text")];
    };
    let mut faults = Vec::new();
    for pair in annotation
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
    {
        match pair
            .split_once('=')
            .map(|(key, variable)| (key.trim(), variable.trim()))
        {
            Some((key, variable)) if !key.is_empty() && is_variable(variable) => {
                let value = environment(variable).filter(|value| !value.is_empty());
                if let Some(value) = value {
                    set(secret, key, value);
                }
            }
            Some(_) | None => faults.push(wrong(&format!("{pair:?} is not of that form"))),
        }
    }
    faults
}

fn set(secret: &mut Value, key: &str, value: String) {
    let Some(secret) = secret.as_object_mut() else {
        return;
    };
    let data = secret
        .entry("stringData")
        .or_insert_with(|| Value::Object(Map::new()));
    if data.is_null() {
        *data = Value::Object(Map::new());
    }
    if let Some(data) = data.as_object_mut() {
        data.insert(key.to_owned(), Value::String(value));
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn wrong(what: &str) -> String {
    format!("annotation tidegate.dev/from-env must read KEY=VARIABLE[,KEY2=VARIABLE2]: {what}")
}
