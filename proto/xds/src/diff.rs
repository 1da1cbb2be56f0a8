//! The difference between two snapshots.
//!
//! Owns the comparison by content version; shared structure is skipped, so it costs what changed. Must not
//! order pushes beyond the order of the types. Invariant: applying the difference to the old snapshot gives
//! the new one.

use std::sync::Arc;

use imbl::ordmap::DiffItem;
use proto::type_url::TypeUrl;

use crate::resource::Resource;
use crate::snapshot::{Set, Snapshot};

/// What changed in one type; names sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The type.
    pub type_url: TypeUrl,
    /// In the new snapshot only.
    pub added: Vec<Arc<Resource>>,
    /// In both, with another version; the new resource.
    pub changed: Vec<Arc<Resource>>,
    /// In the old snapshot only; the old resource.
    pub removed: Vec<Arc<Resource>>,
}

/// What changed from `old` to `new`: the types that differ, in push order.
pub fn diff(old: &Snapshot, new: &Snapshot) -> Vec<Difference> {
    TypeUrl::ALL
        .into_iter()
        .map(|type_url| diff_set(type_url, &old.set(type_url), &new.set(type_url)))
        .filter(|difference| !difference.is_empty())
        .collect()
}

/// `old` with the differences applied.
pub fn apply(old: &Snapshot, differences: &[Difference]) -> Snapshot {
    let mut new = old.clone();
    for difference in differences {
        for resource in &difference.removed {
            new.remove(difference.type_url, resource.name());
        }
        for resource in difference.added.iter().chain(&difference.changed) {
            new.insert(Arc::clone(resource));
        }
    }
    new
}

/// What changed between two sets of one type.
pub(crate) fn diff_set(type_url: TypeUrl, old: &Set, new: &Set) -> Difference {
    let mut difference = Difference {
        type_url,
        added: Vec::new(),
        changed: Vec::new(),
        removed: Vec::new(),
    };
    for item in old.resources().diff(new.resources()) {
        match item {
            DiffItem::Add(_, resource) => difference.added.push(Arc::clone(resource)),
            DiffItem::Update {
                new: (_, resource), ..
            } => {
                difference.changed.push(Arc::clone(resource));
            }
            DiffItem::Remove(_, resource) => difference.removed.push(Arc::clone(resource)),
        }
    }
    difference
}

// === impl Difference ===

impl Difference {
    /// True if nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}
