//! The resources of one type, with versions and digest.
//!
//! Owns the accumulator: count and digest always describe exactly what is held, so that a Commit's entry can
//! be compared in O(1). Cloning is O(1). Must not know what a resource means.

use std::ops::Bound;
use std::sync::Arc;

use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use xds::digest::Digest;

use crate::value::Value;

/// Resources of one type by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Set {
    held: OrdMap<Arc<str>, Held>,
    digest: Digest,
}

/// One resource.
#[derive(Clone, Debug)]
struct Held {
    version: Arc<str>,
    value: Value,
}

/// One name that differs between two sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) name: &'a Arc<str>,
    pub(crate) old: Option<&'a Value>,
    pub(crate) new: Option<&'a Value>,
}

impl Set {
    /// Adds or replaces; returns the old value.
    pub(crate) fn insert(
        &mut self,
        name: Arc<str>,
        version: Arc<str>,
        value: Value,
    ) -> Option<Value> {
        self.digest.add(&name, &version);
        let old = self
            .held
            .insert(Arc::clone(&name), Held { version, value })?;
        self.digest.remove(&name, &old.version);
        Some(old.value)
    }

    /// Removes; returns the old value.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        let old = self.held.remove(name)?;
        self.digest.remove(name, &old.version);
        Some(old.value)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.held.get(name).map(|held| &held.value)
    }

    /// Version and value of one resource.
    pub(crate) fn entry(&self, name: &str) -> Option<(&Arc<str>, &Value)> {
        self.held.get(name).map(|held| (&held.version, &held.value))
    }

    pub(crate) fn version(&self, name: &str) -> Option<&Arc<str>> {
        self.held.get(name).map(|held| &held.version)
    }

    /// Name, version and value of every resource, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, &Value)> {
        self.held
            .iter()
            .map(|(name, held)| (name, &held.version, &held.value))
    }

    /// Resources whose name begins with `prefix`, by name.
    pub(crate) fn with_prefix<'a, 'p>(
        &'a self,
        prefix: &'p str,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a Value)> + use<'a, 'p> {
        self.held
            .range::<_, str>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |(name, _)| name.starts_with(prefix))
            .map(|(name, held)| (name, &held.value))
    }

    /// What became of this set in `next`, by name. Shared parts are skipped: O(changes x log n).
    pub(crate) fn changes<'a>(&'a self, next: &'a Set) -> impl Iterator<Item = Change<'a>> {
        self.held.diff(&next.held).map(|item| match item {
            DiffItem::Add(name, new) => Change {
                name,
                old: None,
                new: Some(&new.value),
            },
            DiffItem::Remove(name, old) => Change {
                name,
                old: Some(&old.value),
                new: None,
            },
            DiffItem::Update {
                old: (_, old),
                new: (name, new),
            } => Change {
                name,
                old: Some(&old.value),
                new: Some(&new.value),
            },
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }
}

// === impl Held ===

impl PartialEq for Held {
    /// Equal versions are equal content: that is what a version is.
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}
