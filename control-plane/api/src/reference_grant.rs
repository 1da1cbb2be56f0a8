//! ReferenceGrant: who may refer into its namespace.
//!
//! Owns the fields. Must not decide a reference: `cp-translate` does.

use serde::Deserialize;

use crate::check::Check;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};

/// ReferenceGrant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReferenceGrant {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: ReferenceGrantSpec,
}

/// `spec` of a ReferenceGrant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReferenceGrantSpec {
    /// Who may refer.
    pub from: Vec<GrantFrom>,
    /// To what.
    pub to: Vec<GrantTo>,
}

/// Who may refer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GrantFrom {
    /// API group of the referrer.
    pub group: String,
    /// Kind of the referrer.
    pub kind: String,
    /// Namespace of the referrer.
    pub namespace: String,
}

/// What may be referred to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GrantTo {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Name; absent for all.
    pub name: Option<String>,
}

impl Resource for ReferenceGrant {
    const KIND: Kind = Kind::ReferenceGrant;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        check.field("spec", |check| {
            check.count("from", self.spec.from.len(), 1, 16);
            check.count("to", self.spec.to.len(), 1, 16);
        });
    }
}
