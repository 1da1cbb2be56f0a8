//! Who the objects of a fleet are and to whom they belong.
//!
//! Owns names, labels, annotations and the owner reference. Must not know what is in an object. The invariant: the
//! labels by which a Service and a workload find Pods are the same on every object, whatever users add.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};
use serde_json::{Value, json};

use crate::fleet::{Fleet, Platform};
use crate::name::{child, label_value};
use crate::object::Child;

/// The Gateway's name, for who looks for what was generated.
pub const GATEWAY_LABEL: &str = "gateway.networking.k8s.io/gateway-name";
/// Its class's name.
const CLASS_LABEL: &str = "gateway.networking.k8s.io/gateway-class-name";
/// Who generated it.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The value of [`MANAGED_BY`].
pub const MANAGER: &str = "tidegate";
/// What Pods are.
const APP: &str = "app.kubernetes.io/name";
/// Keys that `spec.infrastructure` may not set.
const RESERVED: [&str; 2] = ["gateway.networking.k8s.io/", "tidegate.dev/"];

/// Names, labels and owner of everything in a fleet.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) namespace: String,
    /// Name of all objects but one.
    pub(crate) name: String,
    /// Name of the ConfigMap with the control plane's CA.
    pub(crate) ca: String,
    /// `NAMESPACE/NAME` of the Gateway.
    pub(crate) gateway: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    selector: BTreeMap<String, String>,
    owner: OwnerReference,
}

impl Identity {
    pub(crate) fn new(fleet: &Fleet, platform: &Platform) -> Identity {
        let pair = |key: &str, value: String| (key.to_owned(), value);
        let gateway = label_value(&fleet.name);
        let selector = BTreeMap::from([
            pair(APP, "tidegate-proxy".to_owned()),
            pair(GATEWAY_LABEL, gateway.clone()),
        ]);
        let mut labels = allowed(&fleet.labels);
        labels.extend([
            pair("app.kubernetes.io/instance", gateway),
            pair(MANAGED_BY, MANAGER.to_owned()),
            pair("app.kubernetes.io/version", label_value(&platform.version)),
            pair(CLASS_LABEL, label_value(&fleet.class)),
        ]);
        labels.extend(selector.clone());
        Identity {
            namespace: fleet.namespace.clone(),
            name: child(&fleet.name, ""),
            ca: child(&fleet.name, "-xds-ca"),
            gateway: format!("{}/{}", fleet.namespace, fleet.name),
            labels,
            annotations: allowed(&fleet.annotations),
            selector,
            owner: OwnerReference {
                api_version: "gateway.networking.k8s.io/v1".to_owned(),
                kind: "Gateway".to_owned(),
                name: fleet.name.clone(),
                uid: fleet.uid.clone(),
                controller: Some(true),
                // To block the Gateway's deletion takes a right on its finalizers where that is enforced, and gives nothing.
                block_owner_deletion: None,
            },
        }
    }

    /// `metadata` of an object called `name`.
    pub(crate) fn metadata(&self, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.namespace.clone()),
            owner_references: Some(vec![self.owner.clone()]),
            ..self.template_metadata()
        }
    }

    /// `metadata` of the Pods.
    pub(crate) fn template_metadata(&self) -> ObjectMeta {
        ObjectMeta {
            labels: Some(self.labels.clone()),
            annotations: Some(self.annotations.clone())
                .filter(|annotations| !annotations.is_empty()),
            ..ObjectMeta::default()
        }
    }

    /// Labels that find the Pods.
    pub(crate) fn selector(&self) -> BTreeMap<String, String> {
        self.selector.clone()
    }

    /// The same for who takes a selector.
    pub(crate) fn label_selector(&self) -> LabelSelector {
        LabelSelector {
            match_labels: Some(self.selector()),
            ..LabelSelector::default()
        }
    }

    pub(crate) fn account(&self) -> ServiceAccount {
        ServiceAccount {
            metadata: self.metadata(&self.name),
            automount_service_account_token: Some(false),
            ..ServiceAccount::default()
        }
    }

    /// Writes back what an overlay must not change.
    pub(crate) fn restore(&self, kind: Child, name: &str, value: &mut Value) {
        let Some(object) = value.as_object_mut() else {
            return;
        };
        let version = match kind.group() {
            "" => kind.version().to_owned(),
            group => format!("{group}/{}", kind.version()),
        };
        object.insert("apiVersion".to_owned(), json!(version));
        object.insert("kind".to_owned(), json!(kind.as_str()));
        let metadata = object.entry("metadata").or_insert_with(|| json!({}));
        if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
            let ours = [MANAGED_BY, CLASS_LABEL]
                .into_iter()
                .filter_map(|key| self.labels.get_key_value(key));
            for (key, value) in self.selector.iter().chain(ours) {
                labels.insert(key.clone(), json!(value));
            }
        }
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert("name".to_owned(), json!(name));
        }
    }
}

/// What of `spec.infrastructure` is taken over.
fn allowed(map: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_reserved = |key: &str| RESERVED.iter().any(|prefix| key.starts_with(prefix));
    map.iter()
        .filter(|(key, _)| !is_reserved(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
