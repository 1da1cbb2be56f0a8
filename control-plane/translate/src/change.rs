//! What can change the inputs of a translation.
//!
//! Owns the closed list of changes that every source produces: objects, and what proxies said. Must not know
//! which source a change came from; an `Origin` is carried along and never interpreted.

use std::sync::Arc;

use cp_api::key::Kind;
use cp_api::{Object, ObjectKey};
use proto::type_url::TypeUrl;
use xds::snapshot::Snapshot;

use crate::output::GatewayKey;

/// One change of the inputs.
#[derive(Clone, Debug)]
pub enum Change {
    /// An object exists with this content.
    Apply {
        /// The object.
        object: Box<Object>,
        /// File and line, where it comes from a file.
        origin: Option<Origin>,
    },
    /// An object does not exist any more.
    Delete(ObjectKey),
    /// An object exists but cannot be read. Its last good content stays in force.
    Invalid {
        /// Which object.
        key: ObjectKey,
        /// What is wrong, with the field path.
        message: String,
        /// File and line, where it comes from a file.
        origin: Option<Origin>,
    },
    /// These are all objects of a kind.
    Relist {
        /// The kind.
        kind: Kind,
        /// Its objects; those of another kind are ignored.
        objects: Vec<(Box<Object>, Option<Origin>)>,
    },
    /// Proxies refused a resource.
    Rejected(Rejection),
    /// Rejections of a Gateway are forgotten: what was refused is tried again.
    Retry(GatewayKey),
    /// Proxies of a Gateway applied a snapshot. By itself it never changes a translation; it is what a later
    /// rejection falls back to.
    Applied {
        /// The Gateway.
        gateway: GatewayKey,
        /// What kind of proxies.
        profile: Profile,
        /// What they applied.
        snapshot: Snapshot,
    },
}

/// Where an object stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Path of the file.
    pub file: Arc<str>,
    /// Line of the object's start, from 1.
    pub line: u32,
}

/// For which kind of proxy a snapshot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Tidegate's own proxy.
    Tidegate,
    /// A real Envoy.
    Envoy,
}

/// Proxies refused a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Gateway of the proxies.
    pub gateway: GatewayKey,
    /// What kind of proxies.
    pub profile: Profile,
    /// Type of the resource.
    pub type_url: TypeUrl,
    /// Name of the resource.
    pub name: String,
    /// Version of the refused content, hex. The rejection holds for this content only.
    pub version: String,
    /// The proxy's own words.
    pub message: String,
    /// How many proxies refused it.
    pub proxies: u32,
    /// How many are connected.
    pub of: u32,
}

impl Change {
    /// Whether the change is about proxies only, so that a translation of unchanged objects stays as it was.
    pub fn is_bookkeeping(&self) -> bool {
        matches!(self, Change::Applied { .. })
    }
}
