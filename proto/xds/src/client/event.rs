//! What happens to a subscriber, and what it asks its adapter to do.
//!
//! Owns the closed lists of events and actions and the values in them. Must not act on them. An adapter sends
//! requests in the order given and answers every [`ClientAction::Deliver`] with exactly one decision.

use std::collections::BTreeMap;

use bytes::Bytes;
use proto::envoy::config::core::v3::Metadata;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DeltaDiscoveryResponse};
use proto::tidegate::v1::RejectReport;
use proto::type_url::TypeUrl;

#[cfg(doc)]
use super::WILDCARD;

/// What happens to the subscriber.
#[derive(Clone, Debug)]
pub enum ClientEvent {
    /// A new stream is open.
    Connected,
    /// From now on these names (or [`WILDCARD`]) are wanted. Legal at any time; subscribe before
    /// [`ClientEvent::Connected`] what is known then, so that the Commit is asked for last.
    Subscribe {
        /// Type of the names.
        type_url: TypeUrl,
        /// Names; subscribing one again asks for it to be sent again (R22).
        names: Vec<String>,
    },
    /// These names (or [`WILDCARD`]) are no longer wanted. What they named is no longer held; the caller
    /// drops its content.
    Unsubscribe {
        /// Type of the names.
        type_url: TypeUrl,
        /// Names; those not subscribed are ignored (R26).
        names: Vec<String>,
    },
    /// The server sent this.
    Response(Box<DeltaDiscoveryResponse>),
    /// The answer to an earlier [`ClientAction::Deliver`]; exactly one for each.
    Decision {
        /// Type of the update.
        type_url: TypeUrl,
        /// Nonce of the update.
        nonce: String,
        /// Accepted or not.
        verdict: Verdict,
    },
    /// Replaces what is claimed to be held of a type: after a restart from disk, or when staged resources
    /// were dropped. Subscribe first: what is not wanted is not claimed. Takes effect with the next stream.
    Hold {
        /// The type.
        type_url: TypeUrl,
        /// Version by name.
        versions: BTreeMap<String, String>,
    },
    /// What is held is not what the server thinks: forget all of it and ask for a new stream, on which
    /// everything is sent afresh (spec C.4 K3).
    Resync,
    /// The stream broke. What is held stays held (R7).
    Lost,
}

/// Whether an update was taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Held from now on.
    Accept,
    /// Refused whole.
    Reject(Rejection),
}

/// Why an update is refused.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rejection {
    /// gRPC status code: 3 INVALID_ARGUMENT, 9 FAILED_PRECONDITION, 12 UNIMPLEMENTED.
    pub code: i32,
    /// For people; without secrets.
    pub message: String,
    /// Name by name; rides in `Status.details`.
    pub report: Option<RejectReport>,
}

/// What to do, in order.
#[derive(Clone, Debug)]
pub enum ClientAction {
    /// Write this request.
    Send(Box<DeltaDiscoveryRequest>),
    /// Take or refuse this, and say so with [`ClientEvent::Decision`].
    Deliver(Update),
    /// A response of a type that was never asked for was dropped; log it.
    Ignored {
        /// Its type URL.
        type_url: String,
    },
    /// Close the stream and open a new one.
    Reconnect,
}

/// The content of one response, as far as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Type of everything in it.
    pub type_url: TypeUrl,
    /// Names the response; goes into the decision.
    pub nonce: String,
    /// `system_version_info`: a commit id, from our own server.
    pub system_version: String,
    /// Added or changed.
    pub resources: Vec<Received>,
    /// Removed or absent.
    pub removed: Vec<String>,
}

/// One received resource.
#[derive(Clone, PartialEq)]
pub struct Received {
    /// Name in the wrapper; compare it with the one inside the message.
    pub name: String,
    /// Version, opaque.
    pub version: String,
    /// Encoded message of the update's type.
    pub message: Bytes,
    /// Provenance, or the origin of a Commit.
    pub metadata: Option<Metadata>,
}

// === impl Received ===

// The message may hold a secret: only its length is printed.
impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}@{} ({} bytes)",
            self.name,
            self.version,
            self.message.len()
        )
    }
}
