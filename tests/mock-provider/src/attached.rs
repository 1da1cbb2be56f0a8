//! Images and documents of requests, and schemas that answers must fit.
//!
//! It must not know in which members a format has them. Invariant: what is empty, not base64, or a schema that the vendors
//! refuse, is refused with its path.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::Value;

use crate::node::Node;
use crate::refusal::Refusal;

/// Bytes as base64.
pub(crate) fn bytes(data: &Node<'_>) -> Result<(), Refusal> {
    match STANDARD.decode(data.text()?) {
        Ok(bytes) if !bytes.is_empty() => Ok(()),
        Ok(_) | Err(_) => Err(data.refuse("is no base64 of anything")),
    }
}

/// Bytes as base64 in either alphabet, as Google takes them.
pub(crate) fn bytes_in_either(data: &Node<'_>) -> Result<(), Refusal> {
    match URL_SAFE.decode(data.text()?) {
        Ok(bytes) if !bytes.is_empty() => Ok(()),
        Ok(_) | Err(_) => bytes(data),
    }
}

/// A link, or bytes as a URL of scheme `data`.
pub(crate) fn url(url: &Node<'_>) -> Result<(), Refusal> {
    let text = url.text()?;
    if text.starts_with("https://") || text.starts_with("http://") {
        return Ok(());
    }
    let inline = text.strip_prefix("data:");
    let inline = inline.and_then(|text| text.split_once(";base64,"));
    match inline.map(|(kind, data)| (kind.contains('/'), STANDARD.decode(data))) {
        Some((true, Ok(bytes))) if !bytes.is_empty() => Ok(()),
        Some(_) | None => Err(url.refuse("is neither a link nor base64 of anything")),
    }
}

/// A schema whose objects have no members but their own, each of them required: what OpenAI calls strict, and Anthropic and
/// Bedrock ask for in part.
pub(crate) fn closed(schema: &Node<'_>, requires_all: bool) -> Result<(), Refusal> {
    if let Some(properties) = schema.get("properties") {
        if schema
            .get("additionalProperties")
            .is_none_or(|own| *own.value != Value::Bool(false))
        {
            return Err(schema.refuse("'additionalProperties' is required to be false"));
        }
        let required = schema.get("required");
        let required = required.and_then(|required| required.value.as_array().cloned());
        let required = required.unwrap_or_default();
        for name in properties.object()?.keys() {
            if requires_all && !required.iter().any(|own| own == name) {
                let message = format!("'required' is required to have every property; no {name}");
                return Err(schema.refuse(&message));
            }
            closed(&properties.need(name)?, requires_all)?;
        }
    }
    match schema.get("items") {
        Some(items) => closed(&items, requires_all),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{closed, url};
    use crate::format::Vendor;
    use crate::node::Node;

    #[test]
    fn links_and_bytes() {
        for (text, is_right) in [
            ("https://a.test/b.png", true),
            ("data:image/png;base64,AAAA", true),
            ("data:image/png;base64,", false),
            ("data:image/png,AAAA", false),
            ("AAAA", false),
        ] {
            let value = Value::from(text);
            let node = Node::root(&value, Vendor::OpenAi);
            assert_eq!(url(&node).is_ok(), is_right, "{text}");
        }
    }

    #[test]
    fn closed_schemas() {
        let whole = json!({"type": "object", "properties": {"a": {"type": "array", "items": {
            "type": "object", "properties": {"b": {}}, "additionalProperties": false,
        }}}, "required": ["a"], "additionalProperties": false});
        let node = Node::root(&whole, Vendor::OpenAi);
        assert!(closed(&node, false).is_ok());
        assert!(closed(&node, true).is_err(), "b is not required");
        let open = json!({"properties": {"a": {}}});
        assert!(closed(&Node::root(&open, Vendor::OpenAi), false).is_err());
    }
}
