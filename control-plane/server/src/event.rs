//! What the one loop of this process receives: a closed list.
//!
//! Owns the vocabulary between the rim (sources, streams, admin calls) and `pipeline`. Must not hold behaviour.

use std::collections::BTreeMap;

use cp_files::Batch;
use cp_kube::fleet_report::PeerChange;
use cp_kube::status::Deployed;
use cp_translate::GatewayKey;
use proto::tidegate::v1::{GetSnapshotRequest, Infrastructure, SnapshotResponse, StatusResponse};
use tokio::sync::{mpsc, oneshot, watch};
use xds::server::Nack;

use crate::fleet::{Proxy, StreamId};
use crate::publish::Slot;

/// Sending end of the loop.
pub type Events = mpsc::Sender<Event>;

/// Something happened.
#[derive(Debug)]
pub enum Event {
    /// The sources changed.
    Source(Batch),
    /// A stream of a Gateway began; the answer is what it has to follow.
    Connected {
        /// Gateway that the token names.
        gateway: GatewayKey,
        /// The stream.
        stream: StreamId,
        /// What is known of its client.
        proxy: Proxy,
        /// Where the slot goes.
        answer: oneshot::Sender<Slot>,
    },
    /// A stream ended.
    Disconnected {
        /// Its Gateway.
        gateway: GatewayKey,
        /// The stream.
        stream: StreamId,
    },
    /// A proxy applied a commit.
    Applied {
        /// Its Gateway.
        gateway: GatewayKey,
        /// The stream.
        stream: StreamId,
        /// Id of the commit.
        commit: String,
    },
    /// A proxy refused a response or a commit.
    Rejected {
        /// Its Gateway.
        gateway: GatewayKey,
        /// The stream.
        stream: StreamId,
        /// What it said.
        nack: Nack,
    },
    /// Another replica told of its proxies.
    Peer(PeerChange),
    /// This replica began to lead, or does not lead any more.
    Leads(bool),
    /// What became of the fleets of Gateways.
    Deployed(BTreeMap<GatewayKey, Deployed>),
    /// `Admin.GetStatus`.
    Status(oneshot::Sender<StatusResponse>),
    /// `Admin.GetSnapshot`; `None` if there is no such Gateway.
    Snapshot(
        GetSnapshotRequest,
        oneshot::Sender<Option<SnapshotResponse>>,
    ),
    /// `Admin.WatchInfrastructure`.
    Infrastructure(oneshot::Sender<watch::Receiver<Infrastructure>>),
}
