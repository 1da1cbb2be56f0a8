//! A response, and its bytes.
//!
//! Owns the hand-written framing around the shared encoded resources: tags and lengths of
//! `DeltaDiscoveryResponse` and `DiscoveryResponse`. Must not re-encode a resource. Invariant: no name stands
//! twice in one response (R33); `TypeStream` sees to it.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use prost::Message;
use proto::envoy::config::core::v3::ControlPlane;

use super::Protocol;
use crate::resource::{Resource, field_len, put_field, put_header};

/// One response of either protocol.
#[derive(Clone, Debug)]
pub struct Response {
    /// Variant of the stream.
    pub protocol: Protocol,
    /// Type URL; a known type's, except in answers to unknown types.
    pub type_url: Arc<str>,
    /// Unique on the stream.
    pub nonce: Arc<str>,
    /// Delta: `system_version_info`, the commit id, for people. State of the world: `version_info`, the digest
    /// of what the client then holds.
    pub system_version: Arc<str>,
    /// Added or changed.
    pub resources: Vec<Arc<Resource>>,
    /// Removed or absent; delta only.
    pub removed: Vec<Arc<str>>,
    /// `control_plane.identifier`.
    pub control_plane: Option<Arc<str>>,
}

/// Field numbers, which differ between the two messages.
struct Fields {
    version: u32,
    resources: u32,
    type_url: u32,
    nonce: u32,
    control_plane: u32,
}

const DELTA: Fields = Fields {
    version: 1,
    resources: 2,
    type_url: 4,
    nonce: 5,
    control_plane: 7,
};
const SOTW: Fields = Fields {
    version: 1,
    resources: 2,
    type_url: 4,
    nonce: 5,
    control_plane: 6,
};
const DELTA_REMOVED: u32 = 6;

// === impl Response ===

impl Response {
    /// The message as a list of chunks; those that hold resources share their buffers.
    pub fn chunks(&self) -> Vec<Bytes> {
        let fields = self.fields();
        let mut chunks = Vec::with_capacity(self.resources.len() * 2 + 2);
        let mut head = BytesMut::new();
        put_text(fields.version, &self.system_version, &mut head);
        put_text(fields.type_url, &self.type_url, &mut head);
        for resource in &self.resources {
            let bytes = self.shared(resource);
            put_header(fields.resources, bytes.len(), &mut head);
            chunks.push(head.split().freeze());
            chunks.push(bytes.clone());
        }
        put_text(fields.nonce, &self.nonce, &mut head);
        for name in self.removed() {
            put_field(DELTA_REMOVED, name.as_bytes(), &mut head);
        }
        if let Some(identifier) = &self.control_plane {
            let message = ControlPlane {
                identifier: identifier.as_ref().to_owned(),
            };
            put_field(fields.control_plane, &message.encode_to_vec(), &mut head);
        }
        chunks.push(head.freeze());
        chunks
    }

    /// The message in one piece: the chunks, copied once.
    pub fn encode(&self) -> Bytes {
        let chunks = self.chunks();
        let mut whole = BytesMut::with_capacity(chunks.iter().map(Bytes::len).sum());
        for chunk in chunks {
            whole.extend_from_slice(&chunk);
        }
        whole.freeze()
    }

    /// Bytes that the resources and removed names take on the wire.
    pub fn payload_len(&self) -> usize {
        let tag = self.fields().resources;
        let resources = self
            .resources
            .iter()
            .map(|r| field_len(tag, self.shared(r).len()));
        let removed = self
            .removed()
            .iter()
            .map(|name| field_len(DELTA_REMOVED, name.len()));
        resources.chain(removed).sum()
    }

    fn fields(&self) -> &'static Fields {
        match self.protocol {
            Protocol::Delta => &DELTA,
            Protocol::Sotw => &SOTW,
        }
    }

    fn shared<'a>(&self, resource: &'a Resource) -> &'a Bytes {
        match self.protocol {
            Protocol::Delta => resource.delta(),
            Protocol::Sotw => resource.any(),
        }
    }

    fn removed(&self) -> &[Arc<str>] {
        match self.protocol {
            Protocol::Delta => &self.removed,
            Protocol::Sotw => &[],
        }
    }
}

/// A string field; proto3 leaves the empty one out.
fn put_text(tag: u32, text: &str, buffer: &mut BytesMut) {
    if !text.is_empty() {
        put_field(tag, text.as_bytes(), buffer);
    }
}
