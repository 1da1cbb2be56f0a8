//! One object as the API server sent it, and what becomes of it on entry.
//!
//! Owns the step from JSON to an object of ours: what nobody here reads is dropped first, and an object that does not
//! decode is a reading like any other. Must not fail: a stream of objects has to survive each of them.

use std::borrow::Cow;

use cp_api::key::Kind;
use cp_api::{Object, ObjectKey};
use cp_translate::Outline;
use kube::Resource;
use kube::core::{ApiResource, DynamicResourceScope, ObjectMeta};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tracing::{Level, debug, enabled};

use crate::kinds::{Origin, watched};

/// Holds a whole copy of the object, for `kubectl apply`.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// How annotations begin that we read.
const OURS: &str = "tidegate.dev/";

/// An object as it was sent, without what nobody here reads.
#[derive(Clone, Debug)]
pub struct Raw {
    meta: ObjectMeta,
    value: Value,
}

/// What became of an object.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Which object.
    pub key: ObjectKey,
    /// The object, or why it cannot be read.
    pub content: Result<Box<Object>, Unreadable>,
}

/// Why an object cannot be read.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// What is wrong, with field paths and without values of Secrets.
    pub message: String,
    /// What can be said of it all the same.
    pub outline: Outline,
}

/// Reads an object of a kind that is watched as `resource`.
pub fn read(kind: Kind, resource: &ApiResource, raw: Raw) -> Reading {
    let Raw { meta, mut value } = raw;
    if let Some(object) = value.as_object_mut() {
        // Items of a list say neither.
        object
            .entry("apiVersion")
            .or_insert_with(|| Value::String(resource.api_version.clone()));
        object
            .entry("kind")
            .or_insert_with(|| Value::String(resource.kind.clone()));
    }
    if watched(kind).origin == Origin::BuiltIn {
        drop_foreign_annotations(&mut value);
    }
    let key = key(kind, &meta);
    let outline = Outline::of(&value);
    if enabled!(Level::DEBUG) {
        for field in cp_api::unknown_fields(&value) {
            debug!("{key}: {field}");
        }
    }
    let content = match cp_api::decode(value) {
        Ok(object) => Ok(Box::new(object)),
        Err(error) => Err(Unreadable {
            message: error.to_string(),
            outline,
        }),
    };
    Reading { key, content }
}

/// Annotations of Services, Secrets and the like are other programs' notes, and some change with every update.
fn drop_foreign_annotations(value: &mut Value) {
    let annotations = value.pointer_mut("/metadata/annotations");
    if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
        annotations.retain(|key, _| key.starts_with(OURS));
    }
}

/// The key of an object that is gone: its content does not matter any more.
pub fn gone(kind: Kind, raw: &Raw) -> ObjectKey {
    key(kind, &raw.meta)
}

fn key(kind: Kind, meta: &ObjectMeta) -> ObjectKey {
    let namespace = if kind.is_namespaced() {
        meta.namespace.clone().unwrap_or_default()
    } else {
        String::new()
    };
    ObjectKey::new(kind, namespace, meta.name.clone().unwrap_or_default())
}

// === impl Raw ===

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(deserializer)?;
        let meta = trim(&mut value);
        Ok(Raw { meta, value })
    }
}

/// Drops what nobody here reads, and gives what a watch needs to know.
fn trim(value: &mut Value) -> ObjectMeta {
    let Some(object) = value.as_object_mut() else {
        return ObjectMeta::default();
    };
    object.remove("status");
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else {
        return ObjectMeta::default();
    };
    metadata.remove("managedFields");
    metadata.remove("ownerReferences");
    if let Some(annotations) = metadata
        .get_mut("annotations")
        .and_then(Value::as_object_mut)
    {
        annotations.remove(LAST_APPLIED);
    }
    let text = |field: &str| {
        let found = metadata.get(field).and_then(Value::as_str);
        found.map(ToOwned::to_owned)
    };
    ObjectMeta {
        name: text("name"),
        namespace: text("namespace"),
        resource_version: text("resourceVersion"),
        ..ObjectMeta::default()
    }
}

impl Resource for Raw {
    type DynamicType = ApiResource;
    type Scope = DynamicResourceScope;

    fn kind(resource: &ApiResource) -> Cow<'_, str> {
        resource.kind.as_str().into()
    }

    fn group(resource: &ApiResource) -> Cow<'_, str> {
        resource.group.as_str().into()
    }

    fn version(resource: &ApiResource) -> Cow<'_, str> {
        resource.version.as_str().into()
    }

    fn api_version(resource: &ApiResource) -> Cow<'_, str> {
        resource.api_version.as_str().into()
    }

    fn plural(resource: &ApiResource) -> Cow<'_, str> {
        resource.plural.as_str().into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}

#[cfg(test)]
mod tests {
    use super::{Raw, Reading, gone, read};
    use crate::kinds::watched;
    use cp_api::Object;
    use cp_api::key::Kind;
    use serde_json::{Value, json};

    fn reading(kind: Kind, value: Value) -> Reading {
        let raw: Raw = serde_json::from_value(value).expect("never fails");
        read(kind, &watched(kind).resource("v1"), raw)
    }

    #[test]
    fn an_item_of_a_list_says_neither_version_nor_kind() {
        let item =
            json!({"metadata": {"name": "a", "namespace": "n", "uid": "u"}, "data": {"k": "v"}});
        let reading = reading(Kind::ConfigMap, item);
        assert_eq!(reading.key.to_string(), "ConfigMap n/a");
        let object = reading.content.expect("decodes");
        assert_eq!(object.metadata().uid, "u");
    }

    #[test]
    fn what_nobody_reads_is_dropped() {
        let raw: Raw = serde_json::from_value(json!({
            "metadata": {"name": "a", "resourceVersion": "7", "managedFields": [{}], "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": "{}", "mine": "1"}},
            "status": {"conditions": []}}))
        .expect("never fails");
        assert_eq!(
            raw.value,
            json!({"metadata": {"name": "a", "resourceVersion": "7", "annotations": {"mine": "1"}}})
        );
        assert_eq!(raw.meta.resource_version.as_deref(), Some("7"));
    }

    #[test]
    fn notes_of_other_programs_make_no_difference() {
        let annotations = json!({"endpoints.kubernetes.io/last-change-trigger-time": "now", "tidegate.dev/x": "1"});
        let slice = json!({"metadata": {"name": "a", "namespace": "n", "annotations": annotations},
            "addressType": "IPv4", "endpoints": []});
        let kept = reading(Kind::EndpointSlice, slice)
            .content
            .expect("decodes");
        let kept: Vec<&String> = kept.metadata().annotations.keys().collect();
        assert_eq!(kept, ["tidegate.dev/x"]);
    }

    #[test]
    fn an_object_that_does_not_decode_keeps_its_identity() {
        let reading = reading(
            Kind::HttpRoute,
            json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
                "metadata": {"name": "r", "namespace": "n", "uid": "u", "generation": 3},
                "spec": {"hostnames": ["a.test", "10.0.0.1"]}}),
        );
        let unreadable = reading.content.expect_err("an address");
        assert!(
            unreadable.message.starts_with("spec.hostnames[1]: "),
            "{}",
            unreadable.message
        );
        assert_eq!(unreadable.outline.generation, 3);
        assert_eq!(unreadable.outline.uid, "u");
    }

    #[test]
    fn a_field_from_the_future_is_no_error() {
        let reading = reading(
            Kind::HttpRoute,
            json!({"metadata": {"name": "r", "namespace": "n"}, "spec": {"future": {"a": 1}},
                "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute"}),
        );
        assert!(matches!(
            reading.content.as_deref(),
            Ok(Object::HttpRoute(_))
        ));
    }

    #[test]
    fn no_json_is_a_dead_stream() {
        for value in [
            json!(null),
            json!(3),
            json!([]),
            json!({}),
            json!({"metadata": 3}),
        ] {
            for kind in Kind::ALL {
                assert!(
                    reading(kind, value.clone()).content.is_err(),
                    "{kind} {value}"
                );
            }
        }
    }

    #[test]
    fn an_object_that_is_gone_has_a_key_whatever_it_holds() {
        let raw: Raw =
            serde_json::from_value(json!({"metadata": {"name": "a", "namespace": "n"}, "spec": 3}))
                .expect("never fails");
        assert_eq!(gone(Kind::Gateway, &raw).to_string(), "Gateway n/a");
    }
}
