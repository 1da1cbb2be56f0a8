//! The immutable set of resources of one Gateway.
//!
//! Owns the resources by type and name, the digest of each type and the Commit that binds them. Must not know
//! who receives it. Invariant: every change goes through [`Set`], which keeps the digest equal to the members;
//! clones share structure, so keeping the last sent snapshot per stream costs what changed since.

use std::sync::Arc;

use imbl::OrdMap;
use prost::Message;
use proto::provenance;
use proto::tidegate::v1::{Commit, CommitEntry, CommitOrigin};
use proto::type_url::TypeUrl;

use crate::digest::Digest;
use crate::resource::{Resource, Version, hex};

/// Resources of one type, by name, with the digest of the set.
#[derive(Clone, Default)]
pub struct Set {
    resources: OrdMap<Arc<str>, Arc<Resource>>,
    digest: Digest,
}

/// Everything that the proxies of one Gateway are to hold. Cheap to clone.
#[derive(Clone, Default)]
pub struct Snapshot {
    types: OrdMap<TypeUrl, Set>,
    commit_id: Option<Arc<str>>,
}

// === impl Set ===

impl Set {
    /// Adds or replaces.
    pub fn insert(&mut self, resource: Arc<Resource>) {
        self.digest.add(resource.name(), &resource.version().hex());
        let old = self.resources.insert(Arc::clone(resource.name()), resource);
        if let Some(old) = old {
            self.digest.remove(old.name(), &old.version().hex());
        }
    }

    /// Takes a name out.
    pub fn remove(&mut self, name: &str) -> Option<Arc<Resource>> {
        let old = self.resources.remove(name)?;
        self.digest.remove(old.name(), &old.version().hex());
        Some(old)
    }

    /// The resource of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Resource>> {
        self.resources.get(name)
    }

    /// All resources, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.resources.values()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// Digest of the members.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn resources(&self) -> &OrdMap<Arc<str>, Arc<Resource>> {
        &self.resources
    }
}

impl FromIterator<Arc<Resource>> for Set {
    fn from_iter<I: IntoIterator<Item = Arc<Resource>>>(resources: I) -> Self {
        let mut set = Set::default();
        for resource in resources {
            set.insert(resource);
        }
        set
    }
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} resources, digest {}", self.len(), self.digest.hex())
    }
}

// === impl Snapshot ===

impl Snapshot {
    /// Adds or replaces; takes an earlier Commit off, which no longer describes the set.
    pub fn insert(&mut self, resource: Arc<Resource>) {
        self.uncommit();
        self.put(resource);
    }

    /// Takes a resource out; takes an earlier Commit off as well.
    pub fn remove(&mut self, type_url: TypeUrl, name: &str) -> Option<Arc<Resource>> {
        self.uncommit();
        let set = self.types.get_mut(&type_url)?;
        let old = set.remove(name);
        if set.is_empty() {
            self.types.remove(&type_url);
        }
        old
    }

    /// The resource of this type and name.
    pub fn get(&self, type_url: TypeUrl, name: &str) -> Option<&Arc<Resource>> {
        self.types.get(&type_url).and_then(|set| set.get(name))
    }

    /// The set of a type; empty if it has no resources. Cheap.
    pub fn set(&self, type_url: TypeUrl) -> Set {
        self.types.get(&type_url).cloned().unwrap_or_default()
    }

    /// All resources of a type, sorted by name.
    pub fn iter(&self, type_url: TypeUrl) -> impl Iterator<Item = &Arc<Resource>> {
        self.types.get(&type_url).into_iter().flat_map(Set::iter)
    }

    /// Types with at least one resource, in push order.
    pub fn types(&self) -> impl Iterator<Item = TypeUrl> {
        self.types.keys().copied()
    }

    /// Number of resources of a type.
    pub fn len(&self, type_url: TypeUrl) -> usize {
        self.types.get(&type_url).map_or(0, Set::len)
    }

    /// True without any resource, the Commit included.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// Digest of the set of a type.
    pub fn digest(&self, type_url: TypeUrl) -> Digest {
        self.types
            .get(&type_url)
            .map(Set::digest)
            .unwrap_or_default()
    }

    /// Id of the Commit, once [`Snapshot::committed`].
    pub fn commit_id(&self) -> Option<&Arc<str>> {
        self.commit_id.as_ref()
    }

    /// Adds the Commit that binds the set (spec C.4). Its id, and with it its version, covers the digests
    /// only: parent, time and origin travel beside it as metadata.
    pub fn committed(mut self, commit_name: &str, origin: CommitOrigin) -> Snapshot {
        self.uncommit();
        let mut entries: Vec<CommitEntry> = self
            .types
            .iter()
            .filter(|(type_url, _)| **type_url != TypeUrl::Commit)
            .map(|(type_url, set)| CommitEntry {
                type_url: type_url.as_str().to_owned(),
                count: u32::try_from(set.len()).unwrap_or(u32::MAX),
                digest: set.digest().to_bytes().to_vec().into(),
                required: true,
            })
            .collect();
        entries.sort_by(|a, b| a.type_url.cmp(&b.type_url));
        let version = commit_version(&entries);
        let commit = Commit {
            name: commit_name.to_owned(),
            id: version.hex(),
            entries,
        };
        self.put(Resource::with_version(
            TypeUrl::Commit,
            commit_name,
            version,
            &commit.encode_to_vec(),
            Some(provenance::metadata(&origin)),
        ));
        self
    }

    fn put(&mut self, resource: Arc<Resource>) {
        let type_url = resource.type_url();
        if type_url == TypeUrl::Commit {
            self.commit_id = Some(Arc::from(resource.version().hex()));
        }
        match self.types.get_mut(&type_url) {
            Some(set) => set.insert(resource),
            None => {
                self.types.insert(type_url, Set::from_iter([resource]));
            }
        }
    }

    fn uncommit(&mut self) {
        if self.commit_id.take().is_some() {
            self.types.remove(&TypeUrl::Commit);
        }
    }
}

impl FromIterator<Arc<Resource>> for Snapshot {
    fn from_iter<I: IntoIterator<Item = Arc<Resource>>>(resources: I) -> Self {
        let mut snapshot = Snapshot::default();
        for resource in resources {
            snapshot.insert(resource);
        }
        snapshot
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("commit_id", &self.commit_id)
            .field(
                "resources",
                &self.types.values().map(Set::len).sum::<usize>(),
            )
            .finish()
    }
}

/// Hash over the sorted entries: the Commit's version, and in hex its id.
fn commit_version(entries: &[CommitEntry]) -> Version {
    let mut hasher = blake3::Hasher::new();
    for entry in entries {
        hasher.update(&entry.encode_length_delimited_to_vec());
    }
    let mut first = [0; 16];
    hasher.finalize_xof().fill(&mut first);
    debug_assert_eq!(hex(&first).len(), 32);
    Version::from_bytes(first)
}

#[cfg(test)]
mod tests;
