//! References written out and `allOf` put together.
//!
//! It must not know which members a schema may have in the end. Invariants: a reference to what is being written out right
//! now is left as an object without properties (a cycle has no finite form); nodes and depth are bounded, as references to
//! references grow beyond any size.

use serde_json::{Map, Value, json};

use super::combine::{merge, object};
use super::{Budget, NODE_SIZE, SchemaError, size_of_value};

/// Deepest nesting, written out; serde_json reads no more than 128.
const MAX_DEPTH: usize = 100;

/// Members whose values are lists of schemas; `items` may be one.
const LISTS: [&str; 4] = ["anyOf", "oneOf", "prefixItems", "items"];

/// Members whose values have schemas by names.
const MAPS: [&str; 3] = ["properties", "patternProperties", "dependentSchemas"];

/// Members whose values are schemas.
const SCHEMAS: [&str; 9] = [
    "items",
    "additionalProperties",
    "additionalItems",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
];

/// Writes one schema out.
pub(super) struct Flattener<'a> {
    root: &'a Value,
    /// References that are being written out.
    under_way: Vec<String>,
    depth: usize,
    budget: &'a mut Budget,
}

// === impl Flattener ===

impl<'a> Flattener<'a> {
    pub(super) const fn new(root: &'a Value, budget: &'a mut Budget) -> Self {
        Self {
            root,
            under_way: Vec::new(),
            depth: 0,
            budget,
        }
    }

    pub(super) fn node(&mut self, schema: &Value) -> Result<Value, SchemaError> {
        if self.depth >= MAX_DEPTH {
            return Err(SchemaError::TooLarge);
        }
        self.budget.spend(NODE_SIZE)?;
        let Value::Object(members) = schema else {
            return Ok(schema.clone());
        };
        self.depth += 1;
        let written = self.object(members);
        self.depth -= 1;
        written
    }

    fn object(&mut self, members: &Map<String, Value>) -> Result<Value, SchemaError> {
        let mut out = Map::new();
        for (key, value) in members {
            match (key.as_str(), value) {
                ("$ref" | "allOf" | "$defs" | "definitions", _) => (),
                (name, Value::Object(properties)) if MAPS.contains(&name) => {
                    let mut inner = Map::new();
                    for (name, schema) in properties {
                        inner.insert(name.clone(), self.node(schema)?);
                    }
                    out.insert(key.clone(), Value::Object(inner));
                }
                (name, Value::Array(list)) if LISTS.contains(&name) => {
                    let list: Result<_, _> = list.iter().map(|one| self.node(one)).collect();
                    out.insert(key.clone(), Value::Array(list?));
                }
                (name, value) if SCHEMAS.contains(&name) => {
                    out.insert(key.clone(), self.node(value)?);
                }
                _ => {
                    self.budget.spend(size_of_value(value))?;
                    out.insert(key.clone(), value.clone());
                }
            }
        }
        if let Some(Value::String(reference)) = members.get("$ref") {
            let referred = self.reference(reference)?;
            out = merge(out, referred, self.budget)?;
        }
        if let Some(Value::Array(parts)) = members.get("allOf") {
            for part in parts {
                if let Value::Object(part) = self.node(part)? {
                    out = merge(out, part, self.budget)?;
                }
            }
        }
        Ok(Value::Object(out))
    }

    /// What a reference refers to, written out; nothing for one that leads nowhere.
    fn reference(&mut self, reference: &str) -> Result<Map<String, Value>, SchemaError> {
        let cycle = || Map::from_iter([("type".to_owned(), json!("object"))]);
        if self.under_way.iter().any(|known| known == reference) {
            return Ok(cycle());
        }
        let pointer = reference.strip_prefix('#').unwrap_or("/");
        // The root contains the reference itself, always.
        if pointer.is_empty() {
            return Ok(cycle());
        }
        let Some(target) = self.root.pointer(pointer) else {
            return Ok(Map::new());
        };
        self.under_way.push(reference.to_owned());
        let written = self.node(target);
        self.under_way.pop();
        Ok(object(written?))
    }
}
