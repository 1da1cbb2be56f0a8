//! Verifying a Commit, and preparing the Config that it describes.
//!
//! Owns the comparison of counts and digests (K3), and the construction of the next Config from the active
//! one (K4): everything that can fail without I/O fails here. Must not change anything that is active.
//! Invariant: the work is proportional to what changed, plus the number of listeners.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::route::FieldError;
use proto::tidegate::v1::{Commit, CommitEntry};
use proto::type_url::TypeUrl;
use xds::digest::Digest;

use crate::config::Config;
use crate::references;
use crate::reject::{Refused, Rejection, RejectionKind};
use crate::resources::Resources;
use crate::route_index::{DomainConflict, Touched};

/// Compares every entry with what is staged, and what is staged with the entries.
pub(crate) fn verify(commit: &Commit, version: &str, staged: &Resources) -> Result<(), Rejection> {
    let at = |error: FieldError| Refused::new(TypeUrl::Commit, &commit.name, version, &error);
    let mut listed = BTreeSet::new();
    let mut unknown = Vec::new();
    let mut different = Vec::new();
    for (index, entry) in commit.entries.iter().enumerate() {
        match entry.type_url.parse::<TypeUrl>() {
            Ok(type_url) => {
                listed.insert(type_url);
                different.extend(compare(entry, index, type_url, staged).err().map(at));
            }
            Err(error) if entry.required => {
                let path = format!("entries[{index}].type_url");
                unknown.push(at(FieldError::invalid(path, error.to_string())));
            }
            // Not required: this proxy is too old for it, and may be.
            Err(_) => {}
        }
    }
    let unlisted = TypeUrl::ALL
        .into_iter()
        .filter(|type_url| !listed.contains(type_url));
    for type_url in unlisted.filter(|type_url| staged.set(*type_url).len() > 0) {
        let text = format!(
            "has no {type_url}, but {} are staged",
            staged.set(type_url).len()
        );
        different.push(at(FieldError::invalid("entries", text)));
    }
    if !unknown.is_empty() {
        return Err(Rejection {
            kind: RejectionKind::UnknownType,
            items: unknown,
        });
    }
    if !different.is_empty() {
        return Err(Rejection {
            kind: RejectionKind::Mismatch,
            items: different,
        });
    }
    Ok(())
}

fn compare(
    entry: &CommitEntry,
    index: usize,
    type_url: TypeUrl,
    staged: &Resources,
) -> Result<(), FieldError> {
    let set = staged.set(type_url);
    let expected = Digest::from_bytes(&entry.digest).ok_or_else(|| {
        FieldError::invalid(format!("entries[{index}].digest"), "is not 16 bytes long")
    })?;
    let is_equal = usize::try_from(entry.count).is_ok_and(|count| count == set.len())
        && expected == set.digest();
    if is_equal {
        return Ok(());
    }
    let text = format!(
        "expects {} of {type_url} with digest {}, staged are {} with {}",
        entry.count,
        expected.hex(),
        set.len(),
        set.digest().hex()
    );
    Err(FieldError::invalid(format!("entries[{index}]"), text))
}

/// The Config of `staged`, made from the active one by patching what changed.
pub(crate) fn prepare(
    active: &Config,
    commit_id: Arc<str>,
    staged: &Resources,
) -> Result<(Config, Touched), Rejection> {
    let refused = references::check(staged);
    let linked = active.route_index().patch(active.resources(), staged);
    match linked {
        Ok((routes, touched)) if refused.is_empty() => {
            Ok((Config::new(commit_id, staged.clone(), routes), touched))
        }
        Ok(_) => Err(Rejection::invalid(refused)),
        Err(conflicts) => {
            let conflicts = conflicts
                .iter()
                .map(|conflict| conflict_item(conflict, staged));
            Err(Rejection::invalid(
                refused.into_iter().chain(conflicts).collect(),
            ))
        }
    }
}

fn conflict_item(conflict: &DomainConflict, staged: &Resources) -> Refused {
    let version = staged.set(TypeUrl::VirtualHost).version(&conflict.refused);
    let text = format!("belongs to {:?} already", conflict.holder);
    let error = FieldError::invalid("domains[0]", text);
    let version = version.map_or("", |version| &**version);
    Refused::new(TypeUrl::VirtualHost, &conflict.refused, version, &error)
}
