//! What a service wants changed in a body of its format: members set, members taken out.
//!
//! It must not know services: [`BodyRules`] says what to do. Invariant: what the rules do not name keeps its bytes, except
//! where `scope` has to be taken out of nested objects; a body that is no object passes as it is.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;

use crate::json;
use crate::provider::{BodyModel, BodyRules};

/// The body with the rules applied.
pub(super) fn apply(body: Bytes, rules: &BodyRules) -> Bytes {
    if rules.set.is_empty() && rules.remove.is_empty() && !rules.removes_cache_scope {
        return body;
    }
    match json::text(&body).and_then(|text| rewritten(text, rules)) {
        Some(text) => text.into(),
        None => body,
    }
}

/// A body that was made for `model`, with the service's own name of it where that is another.
pub(super) fn named(body: Bytes, rules: &BodyRules, model: &str) -> Bytes {
    match &rules.model {
        BodyModel::Set(own) if own != model => json::text(&body)
            .and_then(|text| rewritten(text, rules))
            .map_or(body, Bytes::from),
        BodyModel::Set(_) | BodyModel::Remove => body,
    }
}

fn rewritten(text: &str, rules: &BodyRules) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 64);
    out.push('{');
    for (name, value) in &rules.set {
        put(&mut out, &Value::from(*name).to_string(), value);
    }
    if let BodyModel::Set(model) = &rules.model {
        put(
            &mut out,
            "\"model\"",
            &Value::from(model.as_str()).to_string(),
        );
    }
    json::members(text, |key, value| {
        let is_replaced = rules.set.iter().any(|(name, _)| *name == key);
        if key == "model" || is_replaced || rules.remove.contains(&key.as_ref()) {
            return;
        }
        let value = match rules.removes_cache_scope {
            true => without_scope(value),
            false => Cow::Borrowed(value),
        };
        put(&mut out, &Value::from(key.as_ref()).to_string(), &value);
    })
    .ok()?;
    out.push('}');
    Some(out)
}

fn put(out: &mut String, name: &str, value: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    out.push_str(name);
    out.push(':');
    out.push_str(value);
}

/// The value without `scope` in any `cache_control`; as it was where there is none.
fn without_scope(value: &str) -> Cow<'_, str> {
    if !value.contains("cache_control") || !value.contains("scope") {
        return Cow::Borrowed(value);
    }
    let Ok(mut read) = serde_json::from_str::<Value>(value) else {
        return Cow::Borrowed(value);
    };
    strip(&mut read);
    Cow::Owned(read.to_string())
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Object(marker)) = members.get_mut("cache_control") {
                // Shifting keeps the order of the rest, which the provider's cache hashes.
                marker.shift_remove("scope");
            }
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{apply, named};
    use crate::format::Format;
    use crate::provider::{Operation, Service};

    #[track_caller]
    fn check(model: &str, body: &'static str, expected: &str) {
        let service = Service::Vertex {
            project: "p".to_owned(),
            region: None,
        };
        let rules = service.body(Format::AnthropicMessages, model, Operation::Unary);
        assert_eq!(apply(Bytes::from_static(body.as_bytes()), &rules), expected);
    }

    #[test]
    fn vertex_wants_the_version_in_the_body_and_the_model_in_the_path() {
        check(
            "claude-sonnet-4-5@20250929",
            r#"{"model":"x","max_tokens":1e1,"output_format":{},"system":[{"text":"a","cache_control":{"type":"ephemeral","scope":"global"}}]}"#,
            r#"{"anthropic_version":"vertex-2023-10-16","max_tokens":1e1,"system":[{"text":"a","cache_control":{"type":"ephemeral"}}]}"#,
        );
        check(
            "claude-opus-4-1",
            "{}",
            r#"{"anthropic_version":"vertex-2023-10-16"}"#,
        );
    }

    #[test]
    fn a_converted_body_has_the_services_own_name_of_the_model() {
        let service = Service::Vertex {
            project: "p".to_owned(),
            region: None,
        };
        let body = |model: &str| format!(r#"{{"model":"{model}","messages":[ ]}}"#);
        for (model, expected) in [
            ("gemini-2.5-flash", "google/gemini-2.5-flash"),
            ("google/gemini-2.5-flash", "google/gemini-2.5-flash"),
            ("meta/llama-4-maverick", "meta/llama-4-maverick"),
        ] {
            let rules = service.body(Format::OpenAiChatCompletions, model, Operation::Unary);
            let made = named(body(model).into(), &rules, model);
            assert_eq!(made, body(expected), "{model}");
        }
    }

    #[test]
    fn what_is_no_object_passes() {
        check("claude-opus-4-1", "[1]", "[1]");
    }
}
