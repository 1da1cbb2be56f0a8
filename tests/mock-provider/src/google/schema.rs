//! The subset of JSON Schema that function parameters and response schemas may use.
//!
//! After the `Schema` message of the reference. Invariant: keywords outside it are refused by name, as
//! protocol buffers refuse unknown members.

use crate::node::Node;
use crate::refusal::Refusal;

const KEYWORDS: [&str; 22] = [
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "items",
    "minItems",
    "maxItems",
    "properties",
    "required",
    "propertyOrdering",
    "anyOf",
    "default",
    "example",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
    "pattern",
    "minimum",
    "maximum",
];

const TYPES: [&str; 7] = [
    "string", "number", "integer", "boolean", "array", "object", "null",
];

/// Checks a schema and those inside it.
pub(super) fn check(schema: &Node<'_>) -> Result<(), Refusal> {
    schema.only(&KEYWORDS)?;
    let mut name = String::new();
    if let Some(kind) = schema.get("type") {
        // A list of types is JSON Schema, not this.
        name = kind.text()?.to_ascii_lowercase();
        if !TYPES.contains(&name.as_str()) {
            return Err(kind.refuse("is no type"));
        }
    }
    if let Some(values) = schema.get("enum") {
        for value in values.array()? {
            value.text()?;
        }
        if name != "string" && !name.is_empty() {
            return Err(values.refuse("only allowed for STRING type"));
        }
    }
    if let Some(items) = schema.get("items") {
        check(&items)?;
    } else if name == "array" {
        return Err(Refusal::missing_in(
            crate::format::Vendor::Google,
            &format!("{}.items", schema.path()),
        ));
    }
    if let Some(alternatives) = schema.get("anyOf") {
        for alternative in alternatives.array()? {
            check(&alternative)?;
        }
    }
    if let Some(properties) = schema.get("properties") {
        for property in properties.object()?.keys() {
            if let Some(property) = properties.get(property) {
                check(&property)?;
            }
        }
    }
    if let Some(required) = schema.get("required") {
        for property in required.array()? {
            let known = schema.get("properties");
            let property_name = property.text()?;
            if known.is_none_or(|known| !known.has(property_name)) {
                return Err(property.refuse("property is not defined"));
            }
        }
    }
    Ok(())
}
