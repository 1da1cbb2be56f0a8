//! A policy that may depend on the request: its fields, or a list of `{condition, policy}`.
//!
//! Owns the union and its schema, which follows from the schema of the policy. Must not evaluate conditions.
//! The first item whose condition holds is the policy; an item without a condition can only be the last.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::scalar::Cel;
use crate::schema::rule::{conditional_alone, rule};
use crate::schema::view::add_rules;

/// A policy, or policies under conditions.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct OrConditional<T> {
    /// Policies under conditions; the first that fits is the policy.
    pub conditional: Option<Vec<Branch<T>>>,
    /// The policy, where there are no conditions.
    #[serde(flatten)]
    pub inline: T,
}

/// A policy under a condition.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Branch<T> {
    /// When it is the policy; always, where absent.
    pub condition: Option<Cel>,
    /// The policy.
    pub policy: T,
}

impl<T: JsonSchema> JsonSchema for OrConditional<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Conditional{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let policy = T::json_schema(generator);
        let condition = Cel::json_schema(generator);
        let mut schema = policy.clone();
        let object = schema.ensure_object();
        let rules = object.remove("x-kubernetes-validations");
        let fields = fields(object);
        let names: Vec<&str> = fields.iter().map(String::as_str).collect();
        let mut guarded = vec![conditional_alone(&names)];
        guarded.extend(rules.iter().flat_map(Value::as_array).flatten().map(guard));
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            properties.insert(
                "conditional".to_owned(),
                json!({
                    "description": "Policies under conditions; the first that fits is the policy.",
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 16,
                    "items": {
                        "description": "A policy under a condition.",
                        "type": "object",
                        "properties": {"condition": condition, "policy": policy},
                        "required": ["policy"],
                    },
                    "x-kubernetes-validations": [fallback_is_last("condition")],
                }),
            );
        }
        add_rules(object, &guarded);
        schema
    }
}

/// Of a list, only the last item may lack a field.
pub fn fallback_is_last(field: &str) -> Value {
    rule(
        format!(
            "self.filter(e, !has(e.{field})).size() <= 1 \
             && (!self.exists(e, !has(e.{field})) || !has(self[size(self) - 1].{field}))"
        ),
        format!("only the last item may lack {field}"),
    )
}

fn fields(object: &Map<String, Value>) -> Vec<String> {
    match object.get("properties") {
        Some(Value::Object(properties)) => properties.keys().cloned().collect(),
        Some(_) | None => Vec::new(),
    }
}

fn guard(one: &Value) -> Value {
    let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
    rule(
        format!("has(self.conditional) || ({})", text("rule")),
        text("message"),
    )
}
