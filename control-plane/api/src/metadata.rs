//! `metadata` of an object, as far as Tidegate reads it.
//!
//! Owns the names, labels and times that decide ties and ownership. Must not hold what changes without a
//! change of meaning (managedFields, resourceVersion), because equal values mean "nothing changed".

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::check::Check;
use crate::format;
use crate::key::Kind;
use crate::timestamp;

/// `metadata` of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// Name.
    pub name: String,
    /// Namespace; empty for objects that are cluster-scoped, `default` where a namespaced object has none.
    pub namespace: String,
    /// Unique id; empty where the source has none.
    pub uid: String,
    /// Generation; absent where the source does not count.
    pub generation: Option<i64>,
    /// Seconds since the Unix epoch.
    #[serde(deserialize_with = "timestamp::seconds")]
    pub creation_timestamp: Option<i64>,
    /// Labels.
    #[serde(deserialize_with = "null_is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    #[serde(deserialize_with = "null_is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Metadata {
    /// An annotation's value.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }

    pub(crate) fn check(&self, kind: Kind, check: &mut Check) {
        if kind == Kind::Namespace || kind == Kind::Service {
            check.that("name", format::is_label(&self.name), format::LABEL);
        } else {
            check.that("name", format::is_subdomain(&self.name), format::SUBDOMAIN);
        }
        if kind.is_namespaced() {
            check.that(
                "namespace",
                format::is_label(&self.namespace),
                format::LABEL,
            );
        }
    }
}

fn null_is_empty<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    Ok(Option::<BTreeMap<String, String>>::deserialize(deserializer)?.unwrap_or_default())
}
