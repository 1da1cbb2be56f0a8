//! Manifests of the guide, as they stand there.
//!
//! Owns what must be another on a machine without the internet: where providers are, and the Gateway's port. Must not change
//! anything else, or the page would not be what is tested.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::binaries;

use super::told::At;

/// The documents of all manifests of a page.
pub(crate) fn documents(page: &str) -> Result<Vec<Value>> {
    let text = fs::read_to_string(binaries::repository(page)).context(page.to_owned())?;
    let mut found = Vec::new();
    for block in text.split("```yaml\n").skip(1) {
        let (block, _) = block.split_once("```").context("a block without an end")?;
        for document in block.split("---\n") {
            let document = serde_saphyr::from_str(document);
            found.push(document.with_context(|| page.to_owned())?);
        }
    }
    ensure!(!found.is_empty(), "{page} has no manifest");
    Ok(found)
}

/// Puts a Gateway at `port`, and providers where `provider` says by their names.
pub(crate) fn here(
    documents: &mut [Value],
    port: u16,
    provider: impl Fn(&str) -> Option<u16>,
) -> Result<()> {
    for document in documents {
        if document.at("/kind") == "Gateway" {
            let listener = document.pointer_mut("/spec/listeners/0");
            let listener = listener.and_then(Value::as_object_mut);
            let listener = listener.context("a Gateway without a listener")?;
            listener.insert("port".to_owned(), json!(port));
        }
        for entry in providers(document) {
            let name = entry.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default().to_owned();
            let port = provider(&name).with_context(|| format!("no provider {name}"))?;
            entry.insert("host".to_owned(), json!("127.0.0.1"));
            entry.insert("port".to_owned(), json!(port));
        }
    }
    Ok(())
}

/// As a file of manifests: JSON is YAML.
pub(crate) fn file(documents: &[Value]) -> String {
    let documents: Vec<String> = documents.iter().map(Value::to_string).collect();
    documents.join("\n---\n")
}

/// Those of groups, and the only one of a backend without, which has no name.
fn providers(document: &mut Value) -> Vec<&mut serde_json::Map<String, Value>> {
    let Some(ai) = document
        .pointer_mut("/spec/ai")
        .and_then(Value::as_object_mut)
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (member, value) in ai {
        if member == "provider" {
            found.extend(value.as_object_mut());
        } else if let Some(groups) = value.as_array_mut() {
            for group in groups {
                let providers = group
                    .pointer_mut("/providers")
                    .and_then(Value::as_array_mut);
                let providers = providers.into_iter().flatten();
                found.extend(providers.filter_map(Value::as_object_mut));
            }
        }
    }
    found
}

/// Sets a member of the object at a place, where the document has one.
pub(crate) fn put(document: &mut Value, place: &str, name: &str, value: Value) {
    let members = document.pointer_mut(place).and_then(Value::as_object_mut);
    if let Some(members) = members {
        members.insert(name.to_owned(), value);
    }
}
