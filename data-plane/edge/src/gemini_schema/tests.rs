//! Schemas as Pydantic, Zod and MCP servers write them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{SchemaError, parameters, response, to_json_schema, written_out};
use crate::text::Json;

#[track_caller]
fn check(schema: Value, expected: Value) {
    let schema = schema.to_string();
    let schema: Json<'_> = serde_json::from_str(&schema).expect("JSON");
    let normal = response(&schema).expect("a schema");
    let normal: Value = normal.schema.read().expect("JSON");
    assert_eq!(normal, expected);
}

#[track_caller]
fn check_parameters(schema: Value, expected: Option<Value>) {
    let normal = parameters(&Json::of(&schema)).expect("a schema");
    let normal = normal
        .schema
        .map(|schema| schema.read::<Value>().expect("JSON"));
    assert_eq!(normal, expected);
}

#[track_caller]
fn check_back(schema: Value, expected: Value) {
    let converted = to_json_schema(&Json::of(&schema)).expect("a schema");
    assert_eq!(converted.read::<Value>().expect("JSON"), expected);
}

#[test]
fn references_are_written_out() {
    check(
        json!({
            "$defs": {"Unit": {"type": "string", "enum": ["C", "F"], "description": "unit"}},
            "type": "object",
            "properties": {"unit": {"$ref": "#/$defs/Unit", "description": "mine"}},
            "additionalProperties": false,
            "$schema": "https://json-schema.org/draft/2020-12/schema",
        }),
        json!({
            "type": "object",
            "properties": {"unit": {"description": "mine", "type": "string", "enum": ["C", "F"]}},
        }),
    );
    check(
        json!({"definitions": {"a": {"type": "integer"}}, "$ref": "#/definitions/a"}),
        json!({"type": "integer"}),
    );
    // A tree of nodes ends where it repeats; what leads nowhere is anything.
    check(
        json!({
            "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}},
            "$ref": "#/$defs/Node",
        }),
        json!({"type": "object", "properties": {"next": {"type": "object"}}}),
    );
    check(
        json!({"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#/nowhere"}, "c": {"$ref": "other.json"}}}),
        json!({"type": "object", "properties": {"a": {"type": "object"}, "b": {"type": "object"}, "c": {"type": "object"}}}),
    );
}

#[test]
fn what_is_lost_is_told() {
    let of = |member: Value| json!({"type": "object", "properties": {"a": member}});
    for (schema, is_lossy) in [
        (json!({"type": "object"}), false),
        (
            json!({"type": "object", "properties": {}, "additionalProperties": false}),
            false,
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            true,
        ),
        (
            json!({"type": "object", "additionalProperties": true}),
            true,
        ),
        (
            of(json!({"type": "string", "enum": ["a"], "default": "a", "examples": []})),
            false,
        ),
        (of(json!({"type": "string", "format": "uri"})), false),
        (of(json!({"type": ["string", "null"], "const": "a"})), false),
        (of(json!({"type": "integer", "enum": [1, 2]})), true),
        (of(json!({"const": 1})), true),
        (
            of(json!({"type": "object", "additionalProperties": {}})),
            true,
        ),
        (
            of(json!({"type": "object", "properties": {"b": {}}, "additionalProperties": true})),
            false,
        ),
        (
            of(json!({"type": "array", "items": {"type": "number", "multipleOf": 2}})),
            true,
        ),
        (
            of(json!({"anyOf": [{"type": "string"}, {"not": {"type": "string"}}]})),
            true,
        ),
        (of(json!({"patternProperties": {"^a": {}}})), true),
    ] {
        let found = parameters(&Json::of(&schema)).expect("a schema").is_lossy;
        assert_eq!(found, is_lossy, "{schema}");
        let found = response(&Json::of(&schema)).expect("a schema").is_lossy;
        assert_eq!(found, is_lossy, "{schema}");
    }
}

#[test]
fn all_is_written_out() {
    for (schema, expected) in [
        (
            json!({"$schema": "s", "$defs": {"A": {"type": "integer", "enum": [1]}},
                "additionalProperties": {"$ref": "#/$defs/A"}, "patternProperties": {"^b": {"$ref": "#/$defs/A"}}}),
            json!({"additionalProperties": {"type": "integer", "enum": [1]},
                "patternProperties": {"^b": {"type": "integer", "enum": [1]}}, "type": "object"}),
        ),
        (
            json!({"anyOf": [{"type": "object"}]}),
            json!({"type": "object"}),
        ),
        (json!({"anyOf": [{"type": "string"}, true]}), Value::Null),
        (json!({"type": "string"}), Value::Null),
        (json!(true), Value::Null),
    ] {
        let found = written_out(&Json::of(&schema)).expect("a schema");
        let found = found.map(|schema| schema.read::<Value>().expect("JSON"));
        assert_eq!(found.unwrap_or_default(), expected, "{schema}");
    }
}

#[test]
fn all_of_is_put_together() {
    check(
        json!({
            "$defs": {"A": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}},
            "allOf": [
                {"$ref": "#/$defs/A"},
                {"properties": {"b": {"type": "integer"}, "a": {"type": "integer"}}, "required": ["b", "a"]},
            ],
            "description": "both",
        }),
        json!({
            "description": "both",
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        }),
    );
}

#[test]
fn types_are_one() {
    check(
        json!({"type": ["string", "null"]}),
        json!({"type": "string", "nullable": true}),
    );
    check(
        json!({"type": ["string", "integer", "null"], "description": "d", "minLength": 1}),
        json!({"anyOf": [
            {"type": "string", "description": "d", "minLength": 1, "nullable": true},
            {"type": "integer", "description": "d", "minLength": 1, "nullable": true},
        ]}),
    );
    check(json!({"type": ["null"]}), json!({"type": "null"}));
    check(json!({"type": "STRING"}), json!({"type": "string"}));
    check(
        json!({"properties": {"a": true}}),
        json!({"properties": {"a": {"type": "object"}}, "type": "object"}),
    );
    check(
        json!({"pattern": "a"}),
        json!({"pattern": "a", "type": "string"}),
    );
    check(
        json!({"minimum": 1}),
        json!({"minimum": 1, "type": "number"}),
    );
    check(json!({}), json!({"type": "object"}));
    check(json!(true), json!({"type": "object"}));
}

#[test]
fn alternatives() {
    // Pydantic's `Optional[int] = None`.
    check(
        json!({"anyOf": [{"type": "integer"}, {"type": "null"}], "default": null, "title": "Limit"}),
        json!({"title": "Limit", "nullable": true, "type": "integer"}),
    );
    check(
        json!({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "description": "d"}),
        json!({"anyOf": [
            {"type": "string", "description": "d"},
            {"type": "array", "items": {"type": "string"}, "description": "d"},
        ]}),
    );
    check(
        json!({"anyOf": [{"anyOf": [{"type": "string"}, {"type": "number"}]}, {"type": "boolean"}]}),
        json!({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}),
    );
    check(
        json!({"anyOf": [{"type": "null"}]}),
        json!({"type": "null"}),
    );
    check(
        json!({"anyOf": [], "type": "string"}),
        json!({"type": "string"}),
    );
    check(
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}),
        json!({"anyOf": [
            {"required": ["a"], "type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
            {"required": ["b"], "type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
        ]}),
    );
}

#[test]
fn enums_are_of_texts() {
    check(
        json!({"const": "a"}),
        json!({"type": "string", "enum": ["a"]}),
    );
    check(json!({"const": 5}), json!({"type": "integer"}));
    check(
        json!({"enum": ["a", "", null]}),
        json!({"enum": ["a"], "nullable": true, "type": "string"}),
    );
    check(
        json!({"type": "integer", "enum": [1, 2]}),
        json!({"type": "integer"}),
    );
    check(json!({"enum": [1, 2]}), json!({"type": "integer"}));
    check(
        json!({"type": "string", "enum": [""]}),
        json!({"type": "string"}),
    );
}

#[test]
fn only_known_members_are_kept() {
    check(
        json!({
            "type": "array", "minItems": 1, "uniqueItems": true,
            "items": {"type": "string", "format": "uri", "minLength": 1, "examples": ["x"], "contentEncoding": "base64"},
        }),
        json!({"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}),
    );
    check(
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "date-time"}),
    );
    check(
        json!({"type": "array"}),
        json!({"type": "array", "items": {"type": "object"}}),
    );
    check(
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false}),
        json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
    );
    check(
        json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}),
        json!({"type": "integer", "minimum": 1, "maximum": 9}),
    );
    check(
        json!({"type": "number", "exclusiveMinimum": 0.5}),
        json!({"type": "number", "minimum": 0.5}),
    );
    check(
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "gone"], "propertyOrdering": ["gone"]}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
    );
    // Names of properties are no keywords.
    check(
        json!({"type": "object", "properties": {"$ref": {"type": "string"}, "format": {"type": "string"}, "allOf": {"const": 1}}}),
        json!({"type": "object", "properties": {"$ref": {"type": "string"}, "format": {"type": "string"}, "allOf": {"type": "integer"}}}),
    );
}

#[test]
fn parameters_are_an_object_or_none() {
    check_parameters(json!({"type": "object", "properties": {}}), None);
    check_parameters(json!({"type": "object"}), None);
    check_parameters(json!({"type": "string"}), None);
    check_parameters(json!({}), None);
    check_parameters(
        json!({"type": ["object", "null"], "properties": {"a": {"type": "string"}}}),
        Some(json!({"type": "object", "properties": {"a": {"type": "string"}}})),
    );
    check_parameters(
        json!({"oneOf": [
            {"type": "object", "properties": {"kind": {"type": "string"}, "a": {"type": "string"}}, "required": ["kind", "a"]},
            {"type": "object", "properties": {"kind": {"type": "string"}, "b": {"type": "string"}}, "required": ["kind"]},
        ]}),
        Some(json!({
            "type": "object",
            "properties": {"kind": {"type": "string"}, "a": {"type": "string"}, "b": {"type": "string"}},
            "required": ["kind"],
        })),
    );
}

#[test]
fn what_cannot_be_read_is_refused() {
    for broken in ["7", "\"a\"", "[]", "{\"minimum\":1e999}"] {
        let schema: Json<'_> = serde_json::from_str(broken).expect("JSON");
        assert_eq!(
            response(&schema).err(),
            Some(SchemaError::Unreadable),
            "{broken}"
        );
    }
}

#[test]
fn growth_is_bounded() {
    // Each of 40 refers twice to the next: 2^40 nodes.
    let mut defs = serde_json::Map::new();
    for level in 0..40 {
        let next = format!("#/$defs/d{}", level + 1);
        defs.insert(
            format!("d{level}"),
            json!({"type": "object", "properties": {"a": {"$ref": next}, "b": {"$ref": next}}}),
        );
    }
    let bomb = Json::of(&json!({"$defs": defs, "$ref": "#/$defs/d0"}));
    assert_eq!(response(&bomb).err(), Some(SchemaError::TooLarge));
    // A long text that many refer to.
    let users: Vec<Value> = (0..1000).map(|_| json!({"$ref": "#/$defs/d"})).collect();
    let wide = json!({"$defs": {"d": {"type": "string", "description": "x".repeat(100_000)}}, "prefixItems": users});
    assert_eq!(
        response(&Json::of(&wide)).err(),
        Some(SchemaError::TooLarge)
    );
    // The same beside many alternatives.
    let branches: Vec<Value> = (0..1000).map(|n| json!({"title": n.to_string()})).collect();
    let common = json!({"description": "x".repeat(100_000), "anyOf": branches});
    assert_eq!(
        response(&Json::of(&common)).err(),
        Some(SchemaError::TooLarge)
    );
    // Alternatives of alternatives.
    let mut product = json!({"type": "string"});
    for _ in 0..20 {
        product = json!({"anyOf": [product, {"type": "string"}], "oneOf": [{"title": "a"}, {"title": "b"}]});
    }
    let _bounded = response(&Json::of(&product));
}

#[test]
fn googles_schema_as_json_schema() {
    check_back(
        json!({
            "type": "OBJECT",
            "properties": {
                "n": {"type": "INTEGER", "format": "int32", "nullable": true},
                "unit": {"type": "STRING", "format": "enum", "enum": ["C", "F"], "nullable": true},
                "list": {"type": "ARRAY", "items": {"type": "STRING"}, "minItems": "1", "max_items": "3"},
                "either": {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}], "nullable": true},
                "type": {"type": "STRING", "example": "x"},
            },
            "propertyOrdering": ["n", "unit"],
            "required": ["n"],
        }),
        json!({
            "type": "object",
            "properties": {
                "n": {"type": ["integer", "null"], "format": "int32"},
                "unit": {"type": ["string", "null"], "enum": ["C", "F", null]},
                "list": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3},
                "either": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
                "type": {"type": "string", "examples": ["x"]},
            },
            "required": ["n"],
        }),
    );
    let plain = json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "additionalProperties": false});
    check_back(plain.clone(), plain);
}

/// Schemas with every construct.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": ["string", "null"]})),
        Just(json!({"type": ["object", "integer"]})),
        Just(json!({"$ref": "#/$defs/a"})),
        Just(json!({"$ref": "#/$defs/b"})),
        Just(json!({"const": null})),
        Just(json!({"enum": ["a", 1, null]})),
        Just(json!(true)),
        Just(json!(7)),
        Just(json!({"type": 7, "required": "x", "properties": [], "anyOf": {}})),
    ];
    leaf.prop_recursive(4, 32, 3, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            list.clone()
                .prop_map(|all| json!({"anyOf": all, "description": "d"})),
            list.clone().prop_map(
                |all| json!({"oneOf": all, "properties": {"x": true}, "required": ["x"]})
            ),
            list.clone().prop_map(|all| json!({"allOf": all})),
            list.prop_map(|all| json!({"prefixItems": all})),
            inner.clone().prop_map(|one| json!({"items": one})),
            (inner.clone(), inner).prop_map(
                |(a, b)| json!({"properties": {"p": a, "$ref": b}, "required": ["p", "q"]})
            ),
        ]
    })
}

/// What Gemini takes, at any depth.
fn assert_normal(schema: &Value) {
    let members = schema.as_object().expect("an object");
    if let Some(branches) = members.get("anyOf") {
        assert_eq!(members.len(), 1, "{schema}");
        let branches = branches.as_array().expect("a list");
        assert!(branches.len() > 1, "{schema}");
        branches.iter().for_each(assert_normal);
        return;
    }
    let kind = members["type"].as_str().expect("one type");
    for (key, value) in members {
        match key.as_str() {
            "properties" => value
                .as_object()
                .expect("properties")
                .values()
                .for_each(assert_normal),
            "items" => assert_normal(value),
            "required" | "propertyOrdering" => {
                for name in value.as_array().expect("names") {
                    assert!(
                        members["properties"]
                            .get(name.as_str().expect("a name"))
                            .is_some()
                    );
                }
            }
            known => assert!(super::KEPT.contains(&known), "{known}"),
        }
    }
    assert_eq!(kind == "array", members.contains_key("items"));
}

proptest! {
    #[test]
    fn any_schema_becomes_one_of_geminis(root in schema(), a in schema(), b in schema()) {
        let mut root = root;
        if let Some(members) = root.as_object_mut() {
            members.insert("$defs".to_owned(), json!({"a": a, "b": b}));
        }
        if let Ok(normal) = response(&Json::of(&root)) {
            assert_normal(&normal.schema.read().expect("JSON"));
        }
        if let Some(normal) = parameters(&Json::of(&root)).ok().and_then(|normal| normal.schema) {
            let normal: Value = normal.read().expect("JSON");
            assert_normal(&normal);
            prop_assert_eq!(&normal["type"], "object");
        }
        if let Ok(Some(whole)) = written_out(&Json::of(&root)) {
            let whole = whole.read::<Value>().expect("JSON");
            prop_assert_eq!(&whole["type"], "object");
        }
        let _total = to_json_schema(&Json::of(&root));
    }
}
