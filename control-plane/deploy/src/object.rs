//! One rendered object.
//!
//! Owns its identity, its content and the hash of it. Must not know what it is part of. The invariant: equal
//! fleets give equal bytes, so a hash that is equal means that nothing has to be written.

use serde_json::{Map, Value, json};

use crate::name::hash;

/// Annotation with the hash of what was rendered.
pub const HASH: &str = "tidegate.dev/rendered";

/// A kind of object that a fleet is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Child {
    /// `ServiceAccount`.
    ServiceAccount,
    /// `ConfigMap`.
    ConfigMap,
    /// `Service`.
    Service,
    /// `Deployment`.
    Deployment,
    /// `DaemonSet`.
    DaemonSet,
    /// `PodDisruptionBudget`.
    PodDisruptionBudget,
    /// `HorizontalPodAutoscaler`.
    HorizontalPodAutoscaler,
}

/// A rendered object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Kind.
    pub kind: Child,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// The whole object, as it is applied.
    pub value: Value,
}

// === impl Child ===

impl Child {
    /// Every kind, in the order in which they are applied: a Pod needs its account and its files.
    pub const ALL: [Child; 7] = [
        Child::ServiceAccount,
        Child::ConfigMap,
        Child::Service,
        Child::Deployment,
        Child::DaemonSet,
        Child::PodDisruptionBudget,
        Child::HorizontalPodAutoscaler,
    ];

    /// The kind as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Child::ServiceAccount => "ServiceAccount",
            Child::ConfigMap => "ConfigMap",
            Child::Service => "Service",
            Child::Deployment => "Deployment",
            Child::DaemonSet => "DaemonSet",
            Child::PodDisruptionBudget => "PodDisruptionBudget",
            Child::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
        }
    }

    /// Its API group; empty for the core.
    pub const fn group(self) -> &'static str {
        match self {
            Child::ServiceAccount | Child::ConfigMap | Child::Service => "",
            Child::Deployment | Child::DaemonSet => "apps",
            Child::PodDisruptionBudget => "policy",
            Child::HorizontalPodAutoscaler => "autoscaling",
        }
    }

    /// Its version in the group.
    pub const fn version(self) -> &'static str {
        match self {
            Child::HorizontalPodAutoscaler => "v2",
            Child::ServiceAccount
            | Child::ConfigMap
            | Child::Service
            | Child::Deployment
            | Child::DaemonSet
            | Child::PodDisruptionBudget => "v1",
        }
    }

    /// Its name in a URL.
    pub const fn plural(self) -> &'static str {
        match self {
            Child::ServiceAccount => "serviceaccounts",
            Child::ConfigMap => "configmaps",
            Child::Service => "services",
            Child::Deployment => "deployments",
            Child::DaemonSet => "daemonsets",
            Child::PodDisruptionBudget => "poddisruptionbudgets",
            Child::HorizontalPodAutoscaler => "horizontalpodautoscalers",
        }
    }
}

// === impl Object ===

impl Object {
    /// The object with the hash of its content written into it.
    pub(crate) fn sealed(kind: Child, namespace: &str, name: &str, mut value: Value) -> Object {
        drop_nulls(&mut value);
        let digest = hash(canonical(&value).to_string().as_bytes());
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
            if let Some(annotations) = annotations.as_object_mut() {
                annotations.insert(HASH.to_owned(), Value::String(digest));
            }
        }
        Object {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            value,
        }
    }

    /// The hash of what was rendered.
    pub fn hash(&self) -> Option<&str> {
        annotation(&self.value)
    }

    /// Whether `live` says what this says: the same hash, and nobody changed a field of it since. What the server
    /// added does not count.
    pub fn is_held_by(&self, live: &Value) -> bool {
        annotation(live) == self.hash() && holds(live, &self.value)
    }
}

fn annotation(value: &Value) -> Option<&str> {
    value
        .get("metadata")?
        .get("annotations")?
        .get(HASH)?
        .as_str()
}

/// Whether every field of `ours` is in `live` with the same value.
fn holds(live: &Value, ours: &Value) -> bool {
    match (live, ours) {
        (Value::Object(live), Value::Object(ours)) => {
            ours.iter().all(|(key, ours)| match live.get(key) {
                Some(live) => holds(live, ours),
                // The server leaves out what is empty.
                None => is_empty(ours),
            })
        }
        (Value::Array(live), Value::Array(ours)) => {
            live.len() == ours.len() && live.iter().zip(ours).all(|(live, ours)| holds(live, ours))
        }
        (_, _) => live == ours,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.values().all(is_empty),
        Value::Array(list) => list.is_empty(),
        Value::Bool(flag) => !flag,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_i64() == Some(0),
    }
}

/// A patch may leave nulls behind; applied, they would mean nothing.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The value with its keys sorted.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let sorted = entries
                .into_iter()
                .map(|(key, value)| (key.clone(), canonical(value)));
            Value::Object(sorted.collect::<Map<_, _>>())
        }
        Value::Array(list) => list.iter().map(canonical).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Child, Object};
    use serde_json::{Value, json};

    fn object(spec: Value) -> Object {
        let value = json!({"metadata": {"name": "a"}, "spec": spec});
        Object::sealed(Child::Service, "ns", "a", value)
    }

    #[test]
    fn what_the_server_adds_does_not_count() {
        let ours = object(json!({"ports": [{"port": 80}], "selector": {}}));
        let mut live = ours.value.clone();
        live["metadata"]["uid"] = json!("u");
        live["spec"]["ports"][0]["protocol"] = json!("TCP");
        live["spec"]
            .as_object_mut()
            .expect("spec")
            .remove("selector");
        assert!(ours.is_held_by(&live));
    }

    #[test]
    fn an_edit_counts() {
        let ours = object(json!({"ports": [{"port": 80}]}));
        let edits: [fn(&mut Value); 3] = [
            |live| live["spec"]["ports"][0]["port"] = json!(81),
            |live| live["spec"]["ports"] = json!([{"port": 80}, {"port": 81}]),
            |live| live["metadata"]["annotations"] = json!({}),
        ];
        for edit in edits {
            let mut live = ours.value.clone();
            edit(&mut live);
            assert!(!ours.is_held_by(&live), "{live}");
        }
    }

    #[test]
    fn the_order_of_keys_is_no_content() {
        let (one, two) = (
            object(json!({"a": 1, "b": 2})),
            object(json!({"b": 2, "a": 1})),
        );
        assert_eq!(one.hash(), two.hash());
        assert_ne!(one.hash(), object(json!({"a": 1})).hash());
    }
}
