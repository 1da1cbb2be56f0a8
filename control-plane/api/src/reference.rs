//! References to other objects.
//!
//! Owns their shapes and the rule which kind goes with which group. Must not follow a reference: whether the
//! object exists, and may be used, is for translation to say.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http_route::BackendObjectReference;
use crate::schema::rule::{exactly_one, rule};
use crate::schema::view;

/// A Secret in the same namespace, or an object of another group that stands for one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend(
    "x-kubernetes-map-type" = "atomic",
    "x-kubernetes-validations" = [secret_kind()],
))]
pub struct SecretRef {
    /// API group; the core group where none is given.
    pub group: Option<String>,
    /// Kind; Secret where none is given.
    pub kind: Option<String>,
    /// Name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// A key of a Secret in the same namespace, or of an object of another group that stands for one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend(
    "x-kubernetes-map-type" = "atomic",
    "x-kubernetes-validations" = [secret_kind()],
))]
pub struct SecretKeyRef {
    /// API group; the core group where none is given.
    pub group: Option<String>,
    /// Kind; Secret where none is given.
    pub kind: Option<String>,
    /// Name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key.
    #[schemars(length(min = 1, max = 253))]
    pub key: Option<String>,
}

/// Where certificates of authorities are, in the same namespace, under the key `ca.crt`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
pub struct CaRef {
    /// Kind.
    #[serde(default)]
    pub kind: CaKind,
    /// Name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// What holds certificates of authorities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum CaKind {
    /// A ConfigMap.
    #[default]
    ConfigMap,
    /// A Secret.
    Secret,
}

/// An object of a known kind in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
pub struct LocalName {
    /// Name.
    #[serde(default)]
    pub name: String,
}

/// Objects by their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchLabels {
    /// Labels that the object has, with these values.
    #[schemars(extend("maxProperties" = 1_024))]
    pub match_labels: BTreeMap<String, String>,
}

// A group of one's own is an extension point, so its kind must be said.
fn secret_kind() -> Value {
    rule(
        "(!has(self.group) || self.group == '') \
         ? (!has(self.kind) || self.kind in ['', 'Secret']) \
         : (has(self.kind) && self.kind != '')",
        "must be a Secret, or name both group and kind",
    )
}

/// Rules of a type with `backendRef` and `url`.
pub fn endpoint() -> Value {
    exactly_one(&["backendRef", "url"])
}

/// Rule of an endpoint whose protocol has a path of its own.
pub fn url_is_origin() -> Value {
    rule(
        "!has(self.url) || self.url.matches('^https?://[^/?#]+$')",
        "url must not have a path",
    )
}

/// Schema of a backend reference that stays in its namespace.
pub fn local_backend(generator: &mut SchemaGenerator) -> Schema {
    view::keep::<BackendObjectReference>(generator, &["group", "kind", "name", "port"], &[])
}
