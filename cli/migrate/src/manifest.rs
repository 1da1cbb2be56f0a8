//! Parts of manifests: names of groups, references and small values that every conversion uses.
//!
//! Owns the groups and which kind of the old world is which of the new. Must not know what an object means.

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::report::Log;

/// Group of kgateway's own kinds.
pub(crate) const KGATEWAY: &str = "gateway.kgateway.dev";
/// Group of the kinds that replace them.
pub(crate) const AGENTGATEWAY: &str = "agentgateway.dev";
/// `apiVersion` of the kinds that replace them.
pub(crate) const AGENTGATEWAY_V1ALPHA1: &str = "agentgateway.dev/v1alpha1";
/// Group of the Gateway API.
pub(crate) const GATEWAY_API: &str = "gateway.networking.k8s.io";
/// Group of InferencePool before version 1.
pub(crate) const INFERENCE_ALPHA: &str = "inference.networking.x-k8s.io";
/// Group of InferencePool.
pub(crate) const INFERENCE: &str = "inference.networking.k8s.io";

/// Fields of `metadata` that a cluster writes; they would be refused or mislead elsewhere.
const WRITTEN_BY_CLUSTERS: &[&str] = &[
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
];
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A value at a JSON pointer, as text; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The group in `apiVersion`.
pub(crate) fn group(value: &Value) -> &str {
    text(value, "/apiVersion")
        .rsplit_once('/')
        .map_or("", |(group, _)| group)
}

/// `metadata.namespace`, which is `default` where it is absent.
pub(crate) fn namespace(value: &Value) -> &str {
    match text(value, "/metadata/namespace") {
        "" => "default",
        namespace => namespace,
    }
}

/// `metadata.name`.
pub(crate) fn name(value: &Value) -> &str {
    text(value, "/metadata/name")
}

/// An object with the metadata of another.
pub(crate) fn object(api_version: &str, kind: &str, metadata: Value, spec: Value) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})
}

/// `metadata` without what a cluster wrote.
pub(crate) fn metadata(value: &Value) -> Value {
    let mut metadata = value.get("metadata").cloned().unwrap_or_else(|| json!({}));
    if let Some(map) = metadata.as_object_mut() {
        for key in WRITTEN_BY_CLUSTERS {
            map.shift_remove(*key);
        }
        let annotations = map.get_mut("annotations").and_then(Value::as_object_mut);
        if let Some(annotations) = annotations {
            annotations.shift_remove(LAST_APPLIED);
            if annotations.is_empty() {
                map.shift_remove("annotations");
            }
        }
    }
    metadata
}

/// `metadata` under another name.
pub(crate) fn renamed(metadata: &Value, name: &str) -> Value {
    let mut metadata = metadata.clone();
    if let Some(map) = metadata.as_object_mut() {
        map.insert("name".to_owned(), json!(name));
    }
    metadata
}

/// Lets a reference with group and kind point to what its object became; whether it did change.
pub(crate) fn retarget(reference: &mut Map<String, Value>) -> bool {
    let part = |key: &str| reference.get(key).and_then(Value::as_str);
    let (group, kind) = match (part("group").unwrap_or_default(), part("kind")) {
        (KGATEWAY, Some("Backend")) => (AGENTGATEWAY, "AgentgatewayBackend"),
        (KGATEWAY, Some("TrafficPolicy")) => (AGENTGATEWAY, "AgentgatewayPolicy"),
        (KGATEWAY, Some("GatewayParameters")) => (AGENTGATEWAY, "AgentgatewayParameters"),
        (INFERENCE_ALPHA, Some("InferencePool")) => (INFERENCE, "InferencePool"),
        _ => return false,
    };
    reference.insert("group".to_owned(), json!(group));
    reference.insert("kind".to_owned(), json!(kind));
    true
}

/// Takes a reference to a backend, in the namespace of whoever writes it.
pub(crate) fn backend_ref(fields: &mut Fields, key: &str, home: &str, here: &str) -> Option<Value> {
    let mut reference = fields.object(key)?.rest();
    // A share means nothing where there is one backend.
    reference.shift_remove("weight");
    retarget(&mut reference);
    if home != here && !reference.contains_key("namespace") {
        reference.insert("namespace".to_owned(), json!(home));
    }
    Some(Value::Object(reference))
}

/// Takes a reference to a Secret in the object's own namespace; one elsewhere is left out.
pub(crate) fn secret_ref(
    fields: &mut Fields,
    key: &str,
    namespace: &str,
    log: &mut Log,
) -> Option<Map<String, Value>> {
    let mut reference = fields.object(key)?;
    let place = reference.path().to_owned();
    let name = reference.text("name");
    let elsewhere = reference
        .text("namespace")
        .is_some_and(|other| other != namespace);
    if elsewhere {
        log.left_out(
            &place,
            format!("a Secret must be in the namespace of the object, {namespace}: copy it there"),
        );
        return None;
    }
    let mut found = Map::new();
    found.insert("name".to_owned(), json!(name?));
    if let Some(key) = reference.text("key") {
        found.insert("key".to_owned(), json!(key));
    }
    // Group and kind can only say what is the default.
    reference.text("group");
    reference.text("kind");
    reference.finish(log);
    Some(found)
}

/// A text as an expression that gives it.
pub(crate) fn cel_text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Puts a value in, unless it is an empty mapping or list.
pub(crate) fn put(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    let value = value.into();
    let is_empty = match &value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    if !is_empty {
        map.insert(key.to_owned(), value);
    }
}

/// Puts a value in at a path of keys; mappings on the way are made if they are absent.
pub(crate) fn put_at(map: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [key] => put(map, key, value),
        [outer, rest @ ..] => {
            let mut inner = Map::new();
            if let Some(Value::Object(found)) = map.get_mut(*outer) {
                inner = std::mem::take(found);
            }
            put_at(&mut inner, rest, value);
            put(map, outer, inner);
        }
    }
}
