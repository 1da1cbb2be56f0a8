//! What can change the inputs of a translation.
//!
//! Owns the closed list of changes that every source produces: objects, and what proxies said. Must not know
//! which source a change came from; an `Origin` is carried along and never interpreted.

use std::sync::Arc;

use cp_api::key::Kind;
use cp_api::{Object, ObjectKey};
use proto::type_url::TypeUrl;
use xds::snapshot::Snapshot;

use crate::outline::Outline;
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
        /// What can be said of it all the same.
        outline: Outline,
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
    /// What was refused is sent again. It counts as refused until it is accepted.
    Retry(Content),
    /// The proxies that had refused it hold it.
    Accepted(Content),
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

/// What the proxies of a Gateway are sent under a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Content {
    /// Gateway of the proxies.
    pub gateway: GatewayKey,
    /// What kind of proxies.
    pub profile: Profile,
    /// Type of the resource.
    pub type_url: TypeUrl,
    /// Name of the resource.
    pub name: String,
    /// Version, hex.
    pub version: String,
}

/// Where the fault of a refused resource lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// In its content: only another content helps.
    Content,
    /// In the proxy's machine, which may have by itself what it lacks now: a port that is held, for one.
    Machine,
}

/// Proxies refused a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// What they refused. The rejection holds for this content only.
    pub content: Content,
    /// Where the fault lies.
    pub cause: Cause,
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
