//! Whether a schema of an answer, or of a tool, can be kept to the letter by OpenAI's strict mode.
//!
//! OpenAI's guide on structured outputs: every property is required, no other is allowed, and only some keywords are known.
//! Anthropic always keeps to the schema; where strict mode would refuse it, the answer follows it as well as the model can.

use serde_json::{Map, Value};

use crate::Notes;
use crate::text::Json;

/// What a client of Anthropic's says of a tool, as far as OpenAI can keep to it: there optional properties are refused.
pub(crate) fn strict(
    asked: Option<bool>,
    schema: Option<&Json<'_>>,
    notes: &mut Notes,
) -> Option<bool> {
    if asked == Some(true) && !schema.is_some_and(is_strict) {
        notes.dropped("tools.strict");
        return None;
    }
    asked
}

/// The schema, and all in it, is of the kind that strict mode takes.
pub(crate) fn is_strict(schema: &Json<'_>) -> bool {
    schema.read::<Value>().is_ok_and(|schema| is_taken(&schema))
}

fn is_taken(schema: &Value) -> bool {
    let Value::Object(schema) = schema else {
        return false;
    };
    let is_object = schema.contains_key("properties")
        || schema.get("type").and_then(Value::as_str) == Some("object");
    if is_object && !is_closed(schema) {
        return false;
    }
    schema
        .iter()
        .all(|(keyword, value)| match keyword.as_str() {
            "type"
            | "required"
            | "additionalProperties"
            | "enum"
            | "const"
            | "description"
            | "title"
            | "$ref" => true,
            "items" => is_taken(value),
            "properties" | "$defs" | "definitions" => value
                .as_object()
                .is_some_and(|members| members.values().all(is_taken)),
            "anyOf" => value
                .as_array()
                .is_some_and(|options| options.iter().all(is_taken)),
            _ => false,
        })
}

/// All properties are required and there are no others.
fn is_closed(schema: &Map<String, Value>) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &String| {
        required.is_some_and(|names| names.iter().any(|one| one.as_str() == Some(name)))
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    schema.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.is_some_and(|members| members.keys().all(is_required))
}

#[cfg(test)]
mod tests {
    use super::is_strict;
    use crate::text::Json;

    #[test]
    fn strict_is_closed_and_plain() {
        for (schema, expected) in [
            (
                r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#,
                true,
            ),
            (
                r##"{"type":"object","properties":{"a":{"anyOf":[{"$ref":"#/$defs/b"},{"type":"null"}]}},"required":["a"],
                    "additionalProperties":false,"$defs":{"b":{"type":"array","items":{"type":"integer"}}}}"##,
                true,
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
                false,
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#,
                false,
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"string","format":"uri"}},"required":["a"],"additionalProperties":false}"#,
                false,
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"object"}},"required":["a"],"additionalProperties":false}"#,
                false,
            ),
            (r#"{"type":"object"}"#, false),
        ] {
            let schema: Json<'_> = serde_json::from_str(schema).expect("json");
            assert_eq!(is_strict(&schema), expected, "{}", schema.get());
        }
    }
}
