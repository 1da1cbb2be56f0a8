//! One encoded resource and its content version.
//!
//! Owns the single buffer that every stream shares: the encoded `discovery.v3.Resource`, of which the `Any`
//! and the message itself are slices. Must not know what the message means, beyond its name. Invariant: the
//! version covers the message bytes only, never the metadata, and two resources are equal when type, name and
//! version are; so a change of provenance alone is no difference.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};
use proto::envoy::config::core::v3::Metadata;
use proto::envoy::config::{cluster, endpoint, listener, route};
use proto::envoy::extensions::transport_sockets::tls;
use proto::tidegate::v1 as tidegate;
use proto::type_url::TypeUrl;

/// Content version of a resource: the first 16 bytes of BLAKE3 over the exact message bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version([u8; 16]);

/// One resource, encoded once. Cheap to share: hold it in an `Arc`.
#[derive(Clone)]
pub struct Resource {
    type_url: TypeUrl,
    name: Arc<str>,
    version: Version,
    delta: Bytes,
    any: Bytes,
    message: Bytes,
    has_metadata: bool,
}

/// The name of a resource is not the name inside its message (rule R33).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{type_url} named {name:?} holds a message named {inner:?}; give both the same name")]
pub struct NameMismatch {
    /// Type of the resource.
    pub type_url: TypeUrl,
    /// Name given for the resource.
    pub name: String,
    /// Name inside the message.
    pub inner: String,
}

/// A text is not a version: not 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version is 32 hex digits")]
pub struct InvalidVersion;

/// A message that is a resource: its type and where its name stands.
pub trait Named: Message {
    /// Type of the resource.
    const TYPE: TypeUrl;

    /// Name of the resource.
    fn resource_name(&self) -> &str;
}

// Field numbers of `envoy.service.discovery.v3.Resource` and `google.protobuf.Any`.
const RESOURCE_VERSION: u32 = 1;
const RESOURCE_ANY: u32 = 2;
const RESOURCE_NAME: u32 = 3;
const RESOURCE_METADATA: u32 = 9;
const ANY_TYPE_URL: u32 = 1;
const ANY_VALUE: u32 = 2;

// === impl Version ===

impl Version {
    /// Of a client's claim that no version of ours can equal: always re-sent.
    pub(crate) const UNKNOWN: Version = Version([0; 16]);

    /// The version of these message bytes.
    pub fn of(message: &[u8]) -> Version {
        let mut first = [0; 16];
        blake3::Hasher::new()
            .update(message)
            .finalize_xof()
            .fill(&mut first);
        Version(first)
    }

    /// A version from its 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Version {
        Version(bytes)
    }

    /// The form on the wire: 32 lower-case hex digits.
    pub fn hex(self) -> String {
        hex(&self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(InvalidVersion);
        }
        u128::from_str_radix(text, 16)
            .map(|value| Version(value.to_be_bytes()))
            .map_err(|_| InvalidVersion)
    }
}

// === impl Resource ===

impl Resource {
    /// Encodes a resource whose message is already encoded. Where the message is at hand, prefer
    /// [`Resource::of`], which cannot mistake the name.
    pub fn new(
        type_url: TypeUrl,
        name: &str,
        message: Bytes,
        metadata: Option<Metadata>,
    ) -> Arc<Resource> {
        let version = Version::of(&message);
        Resource::with_version(type_url, name, version, &message, metadata)
    }

    /// Encodes a message that knows its own name.
    pub fn of<M: Named>(message: &M, metadata: Option<Metadata>) -> Arc<Resource> {
        let bytes = Bytes::from(message.encode_to_vec());
        Resource::new(M::TYPE, message.resource_name(), bytes, metadata)
    }

    /// Encodes a message under a name that was made elsewhere; refuses a name that differs from the one
    /// inside (R33: Envoy would keep the one and track the other).
    pub fn named<M: Named>(
        name: &str,
        message: &M,
        metadata: Option<Metadata>,
    ) -> Result<Arc<Resource>, NameMismatch> {
        if name != message.resource_name() {
            return Err(NameMismatch {
                type_url: M::TYPE,
                name: name.to_owned(),
                inner: message.resource_name().to_owned(),
            });
        }
        Ok(Resource::of(message, metadata))
    }

    /// As [`Resource::new`] for the one type whose version is not its bytes' hash (the Commit: its id).
    pub(crate) fn with_version(
        type_url: TypeUrl,
        name: &str,
        version: Version,
        message: &[u8],
        metadata: Option<Metadata>,
    ) -> Arc<Resource> {
        let url = type_url.as_str();
        let any_len = field_len(ANY_TYPE_URL, url.len()) + field_len(ANY_VALUE, message.len());
        let metadata_len = metadata.as_ref().map_or(0, |metadata| {
            let len = metadata.encoded_len();
            field_len(RESOURCE_METADATA, len)
        });
        let version_text = version.hex();
        let capacity = field_len(RESOURCE_VERSION, version_text.len())
            + field_len(RESOURCE_ANY, any_len)
            + field_len(RESOURCE_NAME, name.len())
            + metadata_len;

        let mut buffer = BytesMut::with_capacity(capacity);
        put_field(RESOURCE_VERSION, version_text.as_bytes(), &mut buffer);
        put_header(RESOURCE_ANY, any_len, &mut buffer);
        let any_start = buffer.len();
        put_field(ANY_TYPE_URL, url.as_bytes(), &mut buffer);
        put_header(ANY_VALUE, message.len(), &mut buffer);
        let message_start = buffer.len();
        buffer.put_slice(message);
        let any_end = buffer.len();
        put_field(RESOURCE_NAME, name.as_bytes(), &mut buffer);
        if let Some(metadata) = &metadata {
            put_field(RESOURCE_METADATA, &metadata.encode_to_vec(), &mut buffer);
        }
        let delta = buffer.freeze();
        Arc::new(Resource {
            type_url,
            name: Arc::from(name),
            version,
            any: delta.slice(any_start..any_end),
            message: delta.slice(message_start..any_end),
            delta,
            has_metadata: metadata.is_some(),
        })
    }

    /// Stands for what a reconnecting client says it holds: name and version, no content. Never sent.
    pub(crate) fn claimed(type_url: TypeUrl, name: &str, version: Version) -> Arc<Resource> {
        Arc::new(Resource {
            type_url,
            name: Arc::from(name),
            version,
            delta: Bytes::new(),
            any: Bytes::new(),
            message: Bytes::new(),
            has_metadata: false,
        })
    }

    /// True for [`Resource::claimed`].
    pub(crate) fn is_claim(&self) -> bool {
        self.delta.is_empty()
    }

    /// Name, unique within the type.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Type.
    pub fn type_url(&self) -> TypeUrl {
        self.type_url
    }

    /// Content version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The encoded message.
    pub fn message(&self) -> &Bytes {
        &self.message
    }

    /// The encoded `discovery.v3.Resource`, metadata included: what delta streams share.
    pub fn delta(&self) -> &Bytes {
        &self.delta
    }

    /// The encoded `google.protobuf.Any`, without metadata: what state-of-the-world streams share.
    pub fn any(&self) -> &Bytes {
        &self.any
    }

    /// The metadata, decoded afresh; it is read by people and tests, never on a hot path.
    pub fn metadata(&self) -> Option<Metadata> {
        if !self.has_metadata {
            return None;
        }
        proto::envoy::service::discovery::v3::Resource::decode(self.delta.clone())
            .ok()
            .and_then(|resource| resource.metadata)
    }
}

impl PartialEq for Resource {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.type_url == other.type_url && self.name == other.name
    }
}

impl Eq for Resource {}

// The message may hold a secret: only names and versions are printed.
impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}@{}",
            self.type_url.short(),
            self.name,
            self.version
        )
    }
}

macro_rules! named {
    ($($message:ty => $type:ident . $name:ident),* $(,)?) => {$(
        impl Named for $message {
            const TYPE: TypeUrl = TypeUrl::$type;

            fn resource_name(&self) -> &str {
                &self.$name
            }
        }
    )*};
}

named! {
    cluster::v3::Cluster => Cluster.name,
    endpoint::v3::ClusterLoadAssignment => Endpoint.cluster_name,
    tls::v3::Secret => Secret.name,
    tidegate::Policy => Policy.name,
    tidegate::PolicySet => PolicySet.name,
    tidegate::DynamicForwardProxy => DynamicForwardProxy.name,
    tidegate::PriceCatalog => PriceCatalog.name,
    tidegate::AiBackend => AiBackend.name,
    tidegate::ModelRouter => ModelRouter.name,
    listener::v3::Listener => Listener.name,
    route::v3::RouteConfiguration => RouteConfiguration.name,
    route::v3::VirtualHost => VirtualHost.name,
    tidegate::RouteRule => RouteRule.name,
    tidegate::Commit => Commit.name,
}

/// Length of a length-delimited field with its key.
pub(crate) fn field_len(tag: u32, len: usize) -> usize {
    key_len(tag) + encoded_len_varint(len as u64) + len
}

/// Key and length of a length-delimited field; the bytes follow.
pub(crate) fn put_header(tag: u32, len: usize, buffer: &mut BytesMut) {
    encode_key(tag, WireType::LengthDelimited, buffer);
    encode_varint(len as u64, buffer);
}

/// A whole length-delimited field.
pub(crate) fn put_field(tag: u32, bytes: &[u8], buffer: &mut BytesMut) {
    put_header(tag, bytes.len(), buffer);
    buffer.put_slice(bytes);
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests;
