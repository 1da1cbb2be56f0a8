//! JSON schemas as Anthropic takes them, rewritten where they stand: order, numbers and unknown keywords stay.
//!
//! It must not know requests. What Anthropic's grammar has no room for becomes words of the description, as its SDKs do
//! (anthropic-sdk-python, `lib/_parse/_transform.py`; "Structured outputs", JSON Schema limitations).

use super::one_object::{CHOICES, one_object};
use crate::json;
use crate::text::Json;
use crate::{Notes, Unconvertible};

/// How deep schemas may nest.
const DEPTH_LIMIT: usize = 128;

/// Keywords whose value is a schema, or a list of them.
const SCHEMAS: [&str; 14] = [
    "items",
    "additionalItems",
    "prefixItems",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "not",
    "if",
    "then",
    "else",
    "anyOf",
    "oneOf",
    "allOf",
    "contentSchema",
];

/// Keywords whose value has schemas by name.
const NAMED_SCHEMAS: [&str; 5] = [
    "properties",
    "$defs",
    "definitions",
    "patternProperties",
    "dependentSchemas",
];

/// Bounds, which are refused.
const BOUNDS: [&str; 11] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Values of `format` that are taken.
const FORMATS: [&str; 9] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
];

/// What is noted where something is lost.
pub(super) struct Lost {
    /// An object that was open.
    opened: &'static str,
    /// A keyword that is words now.
    said: &'static str,
}

/// Of a structured answer.
pub(super) const ANSWER: Lost = Lost {
    opened: "response_format.json_schema.schema.additionalProperties",
    said: "response_format.json_schema.schema",
};

const ARGUMENTS: Lost = Lost {
    opened: "tools.function.parameters.additionalProperties",
    said: "tools.function.parameters",
};

struct Closing {
    out: String,
    has_opened: bool,
    has_said: bool,
}

/// The schema of arguments that are to be exactly so.
pub(super) fn of_strict_arguments<'a>(
    schema: &Json<'_>,
    notes: &mut Notes,
) -> Result<Json<'a>, Unconvertible> {
    let closed = closed(schema.get().trim_start(), &ARGUMENTS, notes)?;
    Json::object(&closed).ok_or_else(|| Unconvertible::invalid("", "is not a schema object"))
}

/// A schema that answers are held to: each object in it closed, because Anthropic refuses others, and its bounds in words.
pub(super) fn closed(raw: &str, lost: &Lost, notes: &mut Notes) -> Result<String, Unconvertible> {
    if !raw.starts_with('{') {
        return Err(Unconvertible::invalid("", "is not a schema object"));
    }
    let mut closing = Closing {
        out: String::with_capacity(raw.len() + raw.len() / 4),
        has_opened: false,
        has_said: false,
    };
    if !closing.schema(raw, 0) {
        return Err(Unconvertible::unsupported("", "nests too deep"));
    }
    notes.dropped_if(lost.opened, closing.has_opened);
    notes.dropped_if(lost.said, closing.has_said);
    Ok(closing.out)
}

/// The schema of a tool's arguments, which must be an object's and say so.
/// What a choice at its top says beyond one object's properties is noted.
pub(super) fn of_arguments<'a>(
    schema: Option<Json<'a>>,
    notes: &mut Notes,
) -> Result<Json<'a>, Unconvertible> {
    const OPEN: &str = "{\"type\":\"object\"}";
    let Some(schema) = schema else {
        return Ok(Json::object(OPEN).unwrap_or_else(|| Json::of(&())));
    };
    let (mut has_type, mut is_empty, mut has_choice) = (false, true, false);
    json::members(schema.get(), |key, _| {
        is_empty = false;
        has_type |= key == "type";
        has_choice |= CHOICES.contains(&key.as_ref());
    })
    .map_err(|_| Unconvertible::invalid("", "is not a schema object"))?;
    if has_choice && let Some(one) = one_object(&schema) {
        notes.dropped("tools.function.parameters");
        return Ok(one);
    }
    if has_type {
        return Ok(schema);
    }
    let rest = schema.get().trim_start().strip_prefix('{');
    let written = match rest {
        Some(rest) if !is_empty => format!("{{\"type\":\"object\",{rest}"),
        Some(_) | None => OPEN.to_owned(),
    };
    Ok(Json::object(&written).unwrap_or(schema))
}

// === impl Closing ===

impl Closing {
    /// Appends one schema; false where it nests too deep.
    fn schema(&mut self, raw: &str, depth: usize) -> bool {
        if raw.starts_with('[') {
            return self.list(raw, depth);
        }
        if !raw.starts_with('{') {
            self.out.push_str(raw);
            return true;
        }
        if depth >= DEPTH_LIMIT {
            return false;
        }
        let is_object = describes_object(raw);
        let described = Described::of(raw);
        self.has_said |= !described.said.is_empty();
        let mut is_well = true;
        let mut is_first = true;
        self.out.push('{');
        let read = json::members(raw, |key, value| {
            if is_object && key == "additionalProperties" {
                self.has_opened |= value != "false";
                return;
            }
            if described.says(&key, value) {
                return;
            }
            if key == "description" && !described.said.is_empty() {
                self.key(&key, &mut is_first);
                self.out.push_str(described.text().get());
                return;
            }
            let key = match key.as_ref() {
                // The nearest that there is.
                "oneOf" => "anyOf".into(),
                _ => key,
            };
            self.key(&key, &mut is_first);
            is_well &= if SCHEMAS.contains(&key.as_ref()) || key == "additionalProperties" {
                self.schema(value, depth + 1)
            } else if NAMED_SCHEMAS.contains(&key.as_ref()) {
                self.named(value, depth + 1)
            } else {
                self.out.push_str(value);
                true
            };
        });
        if is_object {
            self.key("additionalProperties", &mut is_first);
            self.out.push_str("false");
        }
        if described.description.is_none() && !described.said.is_empty() {
            self.key("description", &mut is_first);
            self.out.push_str(described.text().get());
        }
        self.out.push('}');
        is_well && read.is_ok()
    }

    fn named(&mut self, raw: &str, depth: usize) -> bool {
        if !raw.starts_with('{') {
            self.out.push_str(raw);
            return true;
        }
        let mut is_well = true;
        let mut is_first = true;
        self.out.push('{');
        let read = json::members(raw, |key, value| {
            self.key(&key, &mut is_first);
            is_well &= self.schema(value, depth);
        });
        self.out.push('}');
        is_well && read.is_ok()
    }

    fn list(&mut self, raw: &str, depth: usize) -> bool {
        let Ok(schemas) = serde_json::from_str::<Vec<&serde_json::value::RawValue>>(raw) else {
            return false;
        };
        if depth >= DEPTH_LIMIT {
            return false;
        }
        self.out.push('[');
        let mut is_well = true;
        for (index, schema) in schemas.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            is_well &= self.schema(schema.get(), depth + 1);
        }
        self.out.push(']');
        is_well
    }

    fn key(&mut self, key: &str, is_first: &mut bool) {
        if !std::mem::take(is_first) {
            self.out.push(',');
        }
        self.out.push_str(Json::of(key).get());
        self.out.push(':');
    }
}

/// What one schema says in words.
struct Described {
    /// The client's words.
    description: Option<String>,
    /// Keywords that are not taken, with their values.
    said: Vec<String>,
    /// `oneOf` has to give way: there is an `anyOf`.
    has_any: bool,
}

// === impl Described ===

impl Described {
    fn of(raw: &str) -> Self {
        let mut described = Self {
            description: None,
            said: Vec::new(),
            has_any: false,
        };
        // No object, no members.
        let _ = json::members(raw, |key, value| match key.as_ref() {
            "description" => {
                described.description = Some(serde_json::from_str(value).unwrap_or_default());
            }
            "anyOf" => described.has_any = true,
            _ => {}
        });
        let _ = json::members(raw, |key, value| {
            if described.says(&key, value) {
                described.said.push(format!("{key}: {value}"));
            }
        });
        described
    }

    /// The keyword has no other place.
    fn says(&self, key: &str, value: &str) -> bool {
        match key {
            "minItems" => !matches!(value, "0" | "1"),
            "format" => serde_json::from_str::<String>(value)
                .is_ok_and(|format| !FORMATS.contains(&format.as_str())),
            "oneOf" => self.has_any,
            _ => BOUNDS.contains(&key),
        }
    }

    fn text(&self) -> Json<'static> {
        let said = self.said.join(", ");
        match self.description.as_deref() {
            None | Some("") => Json::of(&format!("({said})")),
            Some(description) => Json::of(&format!("{description} ({said})")),
        }
    }
}

/// `type` is or has `object`, or there are `properties`.
fn describes_object(raw: &str) -> bool {
    let mut found = false;
    // No object, no members.
    let _ = json::members(raw, |key, value| {
        found |= match key.as_ref() {
            "type" => serde_json::from_str::<Vec<String>>(value).map_or_else(
                |_| value == "\"object\"",
                |types| types.iter().any(|name| name == "object"),
            ),
            "properties" => true,
            _ => false,
        };
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{ANSWER, ARGUMENTS, closed, of_arguments, of_strict_arguments};
    use crate::Notes;
    use crate::text::Json;

    #[track_caller]
    fn check(schema: &str, expected: &str, has_opened: bool) {
        let mut notes = Notes::default();
        let made = closed(schema, &ANSWER, &mut notes).expect("a schema");
        assert_eq!(made, expected);
        assert_eq!(notes.dropped.contains(&ANSWER.opened), has_opened);
        assert_eq!(
            notes.dropped.contains(&ANSWER.said),
            expected.contains(": ")
        );
    }

    #[test]
    fn objects_are_closed_wherever_they_are() {
        check(
            r#"{"type":"object"}"#,
            r#"{"type":"object","additionalProperties":false}"#,
            false,
        );
        check(
            r#"{"type":"object","properties":{"type":{"type":["object","null"],"additionalProperties":true},
                "b":{"type":"array","items":{"properties":{}}}},"required":["type"]}"#,
            r#"{"type":"object","properties":{"type":{"type":["object","null"],"additionalProperties":false},"b":{"type":"array","items":{"properties":{},"additionalProperties":false}}},"required":["type"],"additionalProperties":false}"#,
            true,
        );
        check(
            r##"{"$defs":{"a":{"type":"object","additionalProperties":false}},"anyOf":[{"$ref":"#/$defs/a"},{"type":"object"},true],"pattern":"1e400","default":1e400}"##,
            r##"{"$defs":{"a":{"type":"object","additionalProperties":false}},"anyOf":[{"$ref":"#/$defs/a"},{"type":"object","additionalProperties":false},true],"pattern":"1e400","default":1e400}"##,
            false,
        );
        // What a value says is not a schema.
        check(
            r#"{"enum":[{"type":"object"}],"const":{"properties":1}}"#,
            r#"{"enum":[{"type":"object"}],"const":{"properties":1}}"#,
            false,
        );
    }

    #[test]
    fn bounds_become_words() {
        check(
            r#"{"type":"object","properties":{"maximum":{"type":"integer","minimum":0,"maximum":150},
                "b":{"description":"Tags.","type":"array","minItems":2,"maxItems":5,"items":{"type":"string","format":"phone"}}},
                "additionalProperties":false}"#,
            r#"{"type":"object","properties":{"maximum":{"type":"integer","description":"(minimum: 0, maximum: 150)"},"b":{"description":"Tags. (minItems: 2, maxItems: 5)","type":"array","items":{"type":"string","description":"(format: \"phone\")"}}},"additionalProperties":false}"#,
            false,
        );
        check(
            r#"{"oneOf":[{"minItems":1,"format":"email"}]}"#,
            r#"{"anyOf":[{"minItems":1,"format":"email"}]}"#,
            false,
        );
        check(
            r#"{"anyOf":[{}],"oneOf":[{"type":"null"}],"description":""}"#,
            r#"{"anyOf":[{}],"description":"(oneOf: [{\"type\":\"null\"}])"}"#,
            false,
        );
        let schema = Json::object(r#"{"type":"object","properties":{"a":{"maxLength":3}}}"#);
        let schema = schema.expect("an object");
        let mut notes = Notes::default();
        let made = of_strict_arguments(&schema, &mut notes).expect("a schema");
        let expected = r#"{"type":"object","properties":{"a":{"description":"(maxLength: 3)"}},"additionalProperties":false}"#;
        assert_eq!(made.get(), expected);
        assert_eq!(notes.dropped, [ARGUMENTS.said]);
    }

    #[test]
    fn what_cannot_be_a_schema_is_refused() {
        let mut notes = Notes::default();
        assert!(
            closed("[]", &ANSWER, &mut notes).is_err()
                && closed("true", &ANSWER, &mut notes).is_err()
        );
        let deep = format!("{}1{}", "{\"not\":".repeat(5000), "}".repeat(5000));
        assert!(closed(&deep, &ANSWER, &mut notes).is_err());
        let deep = format!("{{\"anyOf\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert!(closed(&deep, &ANSWER, &mut notes).is_err());
    }

    #[test]
    fn arguments_are_an_object() {
        for (schema, expected) in [
            (None, r#"{"type":"object"}"#),
            (Some("{}"), r#"{"type":"object"}"#),
            (Some("{ }"), r#"{"type":"object"}"#),
            (
                Some(r#"{"properties":{"a":{}}}"#),
                r#"{"type":"object","properties":{"a":{}}}"#,
            ),
            (
                Some(r#"{"properties":{}, "type":"object"}"#),
                r#"{"properties":{}, "type":"object"}"#,
            ),
        ] {
            let schema = schema.map(|schema| Json::object(schema).expect("an object"));
            let mut notes = Notes::default();
            let made = of_arguments(schema, &mut notes).expect("a schema");
            assert_eq!((made.get(), notes), (expected, Notes::default()));
        }
        let mut notes = Notes::default();
        assert!(of_arguments(Some(Json::of(&1)), &mut notes).is_err());
        let choice = Json::object(r#"{"anyOf":[{"properties":{"a":{}}}]}"#);
        let made = of_arguments(choice, &mut notes).expect("a schema");
        assert_eq!(made.get(), r#"{"properties":{"a":{}},"type":"object"}"#);
        assert_eq!(notes.dropped, ["tools.function.parameters"]);
    }
}
