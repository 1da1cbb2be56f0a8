//! Every resource of one commit, by type.
//!
//! Owns one set per type URL. Cloning is O(types): that is what makes a stage a pointer copy of the active
//! configuration. Must not link resources to each other (`route_index`, `references`). The set of the Commit
//! type stays empty: a Commit describes the others.

use std::sync::Arc;

use imbl::OrdSet;
use proto::type_url::TypeUrl;

use crate::set::Set;
use crate::trusted_file::{self, TrustedFile};
use crate::value::{Held, Value};

/// Sets by type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resources {
    // Indexed by the order of `TypeUrl::ALL`.
    sets: [Set; TypeUrl::ALL.len()],
    /// Those that name a file, so that nobody has to look through all of them.
    pub(crate) naming_files: OrdSet<(TypeUrl, Arc<str>)>,
    /// Stays empty; stands in for a type beyond the list, of which there is none.
    empty: Set,
}

impl Resources {
    /// The set of a type.
    pub(crate) fn set(&self, type_url: TypeUrl) -> &Set {
        self.sets.get(type_url as usize).unwrap_or(&self.empty)
    }

    /// Adds or replaces; returns the old value.
    pub(crate) fn insert(
        &mut self,
        type_url: TypeUrl,
        name: Arc<str>,
        version: Arc<str>,
        value: Value,
    ) -> Option<Value> {
        let key = (type_url, Arc::clone(&name));
        if trusted_file::named(&value).is_empty() {
            self.naming_files.remove(&key);
        } else {
            self.naming_files.insert(key);
        }
        self.sets
            .get_mut(type_url as usize)?
            .insert(name, version, value)
    }

    /// Removes; returns the old value.
    pub(crate) fn remove(&mut self, type_url: TypeUrl, name: &str) -> Option<Value> {
        self.naming_files.remove(&(type_url, name.into()));
        self.sets.get_mut(type_url as usize)?.remove(name)
    }

    /// One resource.
    pub(crate) fn get<T: Held>(&self, type_url: TypeUrl, name: &str) -> Option<&Arc<T>> {
        self.set(type_url).get(name).and_then(T::of)
    }

    /// Every file that a resource names.
    pub(crate) fn trusted_files(&self) -> impl Iterator<Item = TrustedFile> {
        self.naming_files.iter().flat_map(|(type_url, name)| {
            let value = self.set(*type_url).get(name);
            let named = value.map(trusted_file::named).unwrap_or_default();
            named.into_iter().map(|(field, path)| TrustedFile {
                type_url: *type_url,
                name: Arc::clone(name),
                field,
                path,
            })
        })
    }

    /// Every resource of a type, by name.
    pub(crate) fn all<T: Held>(&self, type_url: TypeUrl) -> impl Iterator<Item = &Arc<T>> {
        self.set(type_url)
            .iter()
            .filter_map(|(_, _, value)| T::of(value))
    }
}
