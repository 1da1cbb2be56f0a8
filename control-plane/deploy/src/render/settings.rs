//! Files that the proxies read: their settings and the control plane's CA.
//!
//! Owns the content of both ConfigMaps. Must not hold what needs a restart: a proxy reads its settings again
//! when they change, and nothing in them rolls a Pod.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::{Map, Value, json};

use super::identity::Identity;
use crate::fleet::Platform;
use crate::layers::Layers;

/// Name of the settings file in its directory.
pub(super) const SETTINGS: &str = "settings.json";
/// Name of the CA file in its directory.
pub(super) const CA: &str = "ca.crt";
const LEVEL: &str = "info";

/// Settings that a running proxy takes over.
pub(super) fn proxy(identity: &Identity, layers: &Layers<'_>) -> ConfigMap {
    let mut settings: Map<String, Value> = layers.raw_config.clone();
    let level = layers.logging.level.as_deref();
    // Typed fields win over the raw ones.
    let raw = settings
        .get("logging")
        .and_then(|logging| logging.get("level"))
        .and_then(Value::as_str);
    let level = level.or(raw).unwrap_or(LEVEL).to_owned();
    let logging = settings.entry("logging").or_insert_with(|| json!({}));
    if !logging.is_object() {
        *logging = json!({});
    }
    if let Some(logging) = logging.as_object_mut() {
        logging.insert("level".to_owned(), Value::String(level));
    }
    file(
        identity,
        &identity.name,
        SETTINGS,
        format!("{:#}\n", Value::Object(settings)),
    )
}

/// The control plane's CA.
pub(super) fn authority(identity: &Identity, platform: &Platform) -> ConfigMap {
    file(identity, &identity.ca, CA, platform.ca.clone())
}

fn file(identity: &Identity, name: &str, key: &str, content: String) -> ConfigMap {
    ConfigMap {
        metadata: identity.metadata(name),
        data: Some(BTreeMap::from([(key.to_owned(), content)])),
        ..ConfigMap::default()
    }
}
