//! Namespace: its labels decide which routes a listener admits.
//!
//! Owns the type. Kubernetes sets `kubernetes.io/metadata.name` on every namespace; `labels` adds it where the
//! source is a directory.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::check::Check;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};

/// The label that carries a namespace's own name.
pub const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Namespace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Namespace {
    /// `metadata`.
    pub metadata: Metadata,
}

impl Resource for Namespace {
    const KIND: Kind = Kind::Namespace;
    resource_metadata!();

    fn check(&self, _check: &mut Check) {}
}

/// The labels of a namespace, whether its object is there or not.
pub fn labels(name: &str, namespace: Option<&Namespace>) -> BTreeMap<String, String> {
    let mut labels = namespace
        .map(|namespace| namespace.metadata.labels.clone())
        .unwrap_or_default();
    labels.insert(NAME_LABEL.to_owned(), name.to_owned());
    labels
}
