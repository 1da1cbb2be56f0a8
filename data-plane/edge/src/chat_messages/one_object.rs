//! Choices of whole argument lists put together to one object, as Anthropic refuses `anyOf`, `oneOf` and `allOf` at the top of
//! a tool's schema, and Gemini anything but an object.
//!
//! The object has the properties of all; it requires what all alternatives, or any of the parts that hold at once, require. It
//! must not know requests. Invariant: the work is bounded, whatever refers to what.

use serde_json::{Map, Value, json};

use crate::text::Json;

/// The keywords that are not taken at the top.
pub(crate) const CHOICES: [&str; 3] = ["anyOf", "oneOf", "allOf"];

/// Most schemas that are looked at, those in schemas included.
const MOST: usize = 256;
/// How deep choices may have choices.
const DEPTH: usize = 8;

/// Puts one schema together.
struct Union<'a> {
    root: &'a Value,
    left: usize,
}

/// The schema without choices at its top; `None` where that cannot be made.
pub(crate) fn one_object(schema: &Json<'_>) -> Option<Json<'static>> {
    let root: Value = schema.read().ok()?;
    let mut union = Union {
        root: &root,
        left: MOST,
    };
    let mut members = union.flat(&root, DEPTH)?;
    members.insert("type".to_owned(), json!("object"));
    Some(Json::of(&Value::Object(members)))
}

// === impl Union ===

impl Union<'_> {
    /// The members of a schema, its choices put into them.
    fn flat(&mut self, schema: &Value, depth: usize) -> Option<Map<String, Value>> {
        self.left = self.left.checked_sub(1)?;
        let depth = depth.checked_sub(1)?;
        let mut members = schema.as_object()?.clone();
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let referred = self.root.pointer(reference.strip_prefix('#')?)?;
            members.shift_remove("$ref");
            let referred = self.flat(referred, depth)?;
            add(&mut members, &referred);
            require(&mut members, &required(&referred));
        }
        for choice in CHOICES {
            let Some(Value::Array(parts)) = members.shift_remove(choice) else {
                continue;
            };
            let mut common: Option<Vec<Value>> = None;
            for part in &parts {
                let part = self.flat(part, depth)?;
                add(&mut members, &part);
                let own = required(&part);
                match (&mut common, choice) {
                    (None, _) => common = Some(own),
                    (Some(common), "allOf") => common.extend(own),
                    (Some(common), _) => common.retain(|name| own.contains(name)),
                }
            }
            require(&mut members, &common.unwrap_or_default());
        }
        Some(members)
    }
}

/// Properties that are not there yet.
fn add(members: &mut Map<String, Value>, part: &Map<String, Value>) {
    let Some(Value::Object(more)) = part.get("properties") else {
        return;
    };
    let known = members.entry("properties").or_insert_with(|| json!({}));
    if let Value::Object(known) = known {
        for (name, schema) in more {
            known.entry(name).or_insert_with(|| schema.clone());
        }
    }
}

fn required(members: &Map<String, Value>) -> Vec<Value> {
    let list = members.get("required").and_then(Value::as_array);
    list.cloned().unwrap_or_default()
}

/// Names that are required, too.
fn require(members: &mut Map<String, Value>, names: &[Value]) {
    if names.is_empty() {
        return;
    }
    let list = members.entry("required").or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        for name in names {
            if !list.contains(name) {
                list.push(name.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::one_object;
    use crate::text::Json;

    #[test]
    fn choices_become_one_object() {
        let a = json!({"type": "object", "properties": {"a": {"type": "string"}, "x": {}}, "required": ["a", "x"]});
        let b = json!({"properties": {"b": {"type": "integer"}, "x": {"type": "null"}}, "required": ["x", "b"]});
        let all = json!({"a": {"type": "string"}, "x": {}, "b": {"type": "integer"}});
        for (schema, expected) in [
            (
                json!({"anyOf": [a, b], "description": "d"}),
                json!({"description": "d", "properties": all, "required": ["x"], "type": "object"}),
            ),
            (
                json!({"allOf": [a, b], "type": "object"}),
                json!({"properties": all, "required": ["a", "x", "b"], "type": "object"}),
            ),
            (
                json!({"$defs": {"b": b}, "oneOf": [a, {"$ref": "#/$defs/b"}], "required": ["c"], "properties": {"c": {}}}),
                json!({"$defs": {"b": b}, "type": "object", "required": ["c", "x"],
                    "properties": {"c": {}, "a": {"type": "string"}, "x": {}, "b": {"type": "integer"}}}),
            ),
        ] {
            let made = one_object(&Json::of(&schema)).expect("an object");
            assert_eq!(made.read::<Value>().expect("JSON"), expected, "{schema}");
        }
    }

    #[test]
    fn what_has_no_end_is_left_alone() {
        for schema in [
            json!({"anyOf": [{"$ref": "#"}]}),
            json!({"anyOf": [true]}),
            json!({"allOf": [{"$ref": "#/nowhere"}]}),
            json!({"anyOf": vec![json!({}); 300]}),
        ] {
            assert!(one_object(&Json::of(&schema)).is_none(), "{schema}");
        }
    }
}
