//! What the server machine asks its adapter to do.
//!
//! Owns the closed list of actions, of refusals with their gRPC codes, and of things that this server
//! answers but does not support. Must not perform any of them. An adapter obeys them in the order given: a
//! Commit that overtakes its deltas is rejected by every proxy.

use std::sync::Arc;

use proto::envoy::config::core::v3::Node;

use super::nack::Nack;
use super::response::Response;

/// What to do, in order.
#[derive(Clone, Debug)]
pub enum ServerAction {
    /// The node of the first request. An identity hint only (R2); the machine itself keeps its hash.
    Node(Box<Node>),
    /// Write this response.
    Send(Response),
    /// The client now serves this commit: it ACKed the Commit, or every response that carries the
    /// snapshot's resources.
    Applied {
        /// Id of the Commit.
        commit_id: Arc<str>,
    },
    /// The client refused a response.
    Nacked(Nack),
    /// The client asked for something that is answered but not supported; log it.
    Unsupported(Unsupported),
    /// End the stream with this status.
    Close(Refusal),
}

/// Something that a client asked for in vain. It was told so where the protocol has a way to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Type URL of the request.
    pub type_url: String,
    /// Names concerned; empty for the whole type.
    pub names: Vec<String>,
    /// Why.
    pub reason: UnsupportedReason,
}

/// Why something is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsupportedReason {
    /// A type outside the closed list.
    Type,
    /// A glob collection, `collection/*` (TP1, R30).
    Glob,
    /// An `xdstp:` name (R51).
    Xdstp,
    /// A resource locator with dynamic parameters (TP2, R52).
    Locator,
    /// A type that exists on delta streams only (VHDS, R49).
    DeltaOnly,
}

/// Why a stream is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// R1.
    #[error("the first request of a stream must carry a node; set node.id")]
    MissingNode,
    /// R1.
    #[error("the node changed within the stream; open a new stream for another node")]
    NodeChanged,
    /// `type_url` is required on ADS.
    #[error("a request on an aggregated stream must carry a type_url")]
    MissingTypeUrl,
    /// A delta request on a state-of-the-world stream, or the reverse.
    #[error("the request is of the other variant of ADS than the stream")]
    WrongProtocol,
    /// More names than a stream may subscribe.
    #[error("too many subscriptions on one stream; subscribe to `*` instead")]
    TooManySubscriptions,
}

// === impl UnsupportedReason ===

impl UnsupportedReason {
    /// For logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            UnsupportedReason::Type => "unknown resource type",
            UnsupportedReason::Glob => "glob collections are not supported",
            UnsupportedReason::Xdstp => "xdstp names are not supported",
            UnsupportedReason::Locator => "resource locators are not supported",
            UnsupportedReason::DeltaOnly => "the type needs a delta stream",
        }
    }
}

// === impl Refusal ===

impl Refusal {
    /// The gRPC status code: INVALID_ARGUMENT or RESOURCE_EXHAUSTED.
    pub const fn code(self) -> i32 {
        match self {
            Refusal::MissingNode
            | Refusal::NodeChanged
            | Refusal::MissingTypeUrl
            | Refusal::WrongProtocol => 3,
            Refusal::TooManySubscriptions => 8,
        }
    }
}
