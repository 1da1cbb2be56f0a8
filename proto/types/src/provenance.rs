//! Provenance inside `Resource.metadata`, which travels with a resource and is no part of it.
//!
//! Owns the key and the wrapping. A raw `Any` of ours is safe here and only here: Envoy neither resolves nor
//! dumps the metadata of the `Resource` wrapper.

use std::collections::BTreeMap;

use prost::{Message, Name};

use crate::any;
use crate::envoy::config::core::v3::Metadata;

/// Key of everything of ours in a `typed_filter_metadata` map.
pub const KEY: &str = "tidegate";

/// Metadata that carries one message of ours (a `Provenance` or a `CommitOrigin`).
pub fn metadata<M: Message + Name>(message: &M) -> Metadata {
    Metadata {
        filter_metadata: BTreeMap::new(),
        typed_filter_metadata: BTreeMap::from([(KEY.to_owned(), any::pack(message))]),
    }
}

/// The message of ours in a resource's metadata, if it is there and readable.
pub fn read<M: Message + Name + Default>(metadata: Option<&Metadata>) -> Option<M> {
    metadata
        .and_then(|metadata| metadata.typed_filter_metadata.get(KEY))
        .and_then(|any| any::unpack(any).ok())
}
