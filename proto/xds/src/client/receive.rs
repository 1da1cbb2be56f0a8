//! Reading a delta response.
//!
//! Owns what makes a response malformed as a whole (R33): a name twice, a name both changed and removed, a
//! resource of another type. Must not look inside a resource. A malformed response is refused before anything
//! of it is delivered.

use std::collections::BTreeSet;

use proto::envoy::service::discovery::v3::{DeltaDiscoveryResponse, Resource};
use proto::type_url::TypeUrl;

use super::interest::Interest;
use super::{Received, Update};

/// Why a response is refused whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("duplicate name {0:?} among added or updated resources")]
    Duplicate(String),
    #[error("name {0:?} is both added and removed")]
    AddedAndRemoved(String),
    #[error("resource {name:?} is a {found:?} in a response of {wanted}")]
    ForeignType {
        name: String,
        found: String,
        wanted: TypeUrl,
    },
    #[error("resource {0:?} has no content")]
    Empty(String),
}

/// The part of a response that was asked for.
pub(crate) fn read(
    type_url: TypeUrl,
    response: DeltaDiscoveryResponse,
    interest: &Interest,
) -> Result<Update, Malformed> {
    let mut names = BTreeSet::new();
    for resource in &response.resources {
        if !names.insert(resource.name.as_str()) {
            return Err(Malformed::Duplicate(resource.name.clone()));
        }
    }
    if let Some(name) = response
        .removed_resources
        .iter()
        .find(|name| names.contains(name.as_str()))
    {
        return Err(Malformed::AddedAndRemoved(name.clone()));
    }
    let mut resources = Vec::with_capacity(response.resources.len());
    for resource in response.resources {
        let is_wanted = interest.wants(&resource.name, &resource.aliases);
        let received = receive(type_url, resource, interest)?;
        resources.extend(received.filter(|_| is_wanted));
    }
    let mut removed = response.removed_resources;
    removed.retain(|name| interest.wants(name, &[]));
    removed.sort();
    removed.dedup();
    Ok(Update {
        type_url,
        nonce: response.nonce,
        system_version: response.system_version_info,
        resources,
        removed,
    })
}

/// One resource; `None` for a heartbeat of what is held already (R47).
fn receive(
    type_url: TypeUrl,
    resource: Resource,
    interest: &Interest,
) -> Result<Option<Received>, Malformed> {
    let Some(any) = resource.resource else {
        return if interest.held().get(&resource.name) == Some(&resource.version) {
            Ok(None)
        } else {
            Err(Malformed::Empty(resource.name))
        };
    };
    if any.type_url != type_url.as_str() {
        return Err(Malformed::ForeignType {
            name: resource.name,
            found: any.type_url,
            wanted: type_url,
        });
    }
    Ok(Some(Received {
        name: resource.name,
        version: resource.version,
        message: any.value,
        metadata: resource.metadata,
    }))
}
