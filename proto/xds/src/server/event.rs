//! What happens to a stream on the server.
//!
//! Owns the closed list of events, time among them, and the two choices that are made when a stream opens.
//! Must not act on them. An adapter reports time often enough: nothing here has a clock.

use std::time::Duration;

use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};

#[cfg(doc)]
use super::ServerAction;
use crate::snapshot::Snapshot;

/// Which of the two ADS calls the stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `DeltaAggregatedResources`.
    Delta,
    /// `StreamAggregatedResources`: state of the world.
    Sotw,
}

/// How pushes are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For Tidegate proxies: all deltas of a snapshot at once, then its Commit. Delta only; on a
    /// state-of-the-world stream it means [`Mode::MakeBeforeBreak`].
    Transactional,
    /// For real Envoy: references before referrers, forced EDS after CDS, removals held back, one
    /// RouteConfiguration per response.
    MakeBeforeBreak,
    /// For any other client: the protocol and nothing more; nothing is reported as applied.
    Plain,
}

/// What happens to a stream.
#[derive(Clone, Debug)]
pub enum ServerEvent {
    /// The client sent this, on a delta stream.
    DeltaRequest(Box<DeltaDiscoveryRequest>),
    /// The client sent this, on a state-of-the-world stream.
    SotwRequest(Box<DiscoveryRequest>),
    /// What the client is to hold from now on. Call [`Snapshot::committed`] first if the
    /// stream shall report [`ServerAction::Applied`].
    Snapshot(Snapshot),
    /// Time since the start of the stream; at least once a second while the stream is open.
    Tick(Duration),
}
