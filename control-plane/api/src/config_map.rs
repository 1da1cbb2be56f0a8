//! ConfigMap: CA bundles that backends trust.
//!
//! Owns the fields. Must not interpret them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::check::Check;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};

/// ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ConfigMap {
    /// `metadata`.
    pub metadata: Metadata,
    /// Text by key.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
}

impl Resource for ConfigMap {
    const KIND: Kind = Kind::ConfigMap;
    resource_metadata!();

    fn check(&self, _check: &mut Check) {}
}
