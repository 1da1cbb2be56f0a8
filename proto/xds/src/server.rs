//! One ADS stream, seen from the server.
//!
//! Owns what a stream has been told and what it has acknowledged, for delta and state-of-the-world clients.
//! Must not know sockets, clocks, or what a resource means. Two rules hold it together: every response passes
//! through one `TypeStream`, which alone knows what the client was last sent; and a Commit is written only
//! straight after the deltas that it describes. Per stream it keeps the last sent snapshot (shared), the
//! names asked for, and the names of responses in flight: never a map of every version.

pub mod action;
mod admission;
mod delta;
pub mod event;
pub mod hold;
pub mod nack;
mod names;
mod nonce;
pub mod response;
mod rollout;
mod sotw;
mod streams;
mod transaction;
mod type_stream;

use std::collections::BTreeSet;
use std::sync::Arc;

use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use proto::google::rpc::Status;
use proto::type_url::TypeUrl;

use admission::Admission;
use rollout::{Order, Rollout};
use streams::Streams;
use transaction::Transaction;
use type_stream::InFlight;

pub use action::{Refusal, ServerAction, Unsupported, UnsupportedReason};
pub use event::{Mode, Protocol, ServerEvent};
pub use nack::Nack;
pub use response::Response;

/// Names of one type that a client may subscribe on one stream.
pub const MAX_NAMES: usize = 1 << 17;
/// Types outside the closed list that a client may ask for on one stream.
pub const MAX_FOREIGN_TYPES: usize = 32;

/// State machine of one ADS stream.
#[derive(Debug)]
pub struct Server {
    streams: Streams,
    pushes: Pushes,
    admission: Admission,
    foreign: BTreeSet<String>,
    is_closed: bool,
}

/// When and in which order responses are written.
#[derive(Debug)]
enum Pushes {
    Transaction(Transaction),
    Rollout(Rollout),
}

// === impl Server ===

impl Server {
    /// A stream that was just opened.
    pub fn new(protocol: Protocol, mode: Mode) -> Server {
        let pushes = match (protocol, mode) {
            (Protocol::Delta, Mode::Transactional) => Pushes::Transaction(Transaction::default()),
            (Protocol::Sotw, Mode::Transactional) | (_, Mode::MakeBeforeBreak) => {
                Pushes::Rollout(Rollout::new(Order::References))
            }
            (_, Mode::Plain) => Pushes::Rollout(Rollout::new(Order::None)),
        };
        Server {
            streams: Streams::new(protocol),
            pushes,
            admission: Admission::default(),
            foreign: BTreeSet::new(),
            is_closed: false,
        }
    }

    /// Sets `control_plane.identifier` of every response: replica and build.
    pub fn identified(mut self, identifier: Arc<str>) -> Server {
        self.streams.control_plane = Some(identifier);
        self
    }

    /// Tells the machine what happened; do what it returns, in order. After [`ServerAction::Close`] it
    /// returns nothing any more.
    pub fn on(&mut self, event: ServerEvent) -> Vec<ServerAction> {
        let mut out = Vec::new();
        if self.is_closed {
            return out;
        }
        match event {
            ServerEvent::DeltaRequest(request) => self.on_delta(*request, &mut out),
            ServerEvent::SotwRequest(request) => self.on_sotw(*request, &mut out),
            ServerEvent::Snapshot(snapshot) => match &mut self.pushes {
                Pushes::Transaction(transaction) => transaction.aim(snapshot),
                Pushes::Rollout(rollout) => rollout.aim(snapshot, &mut self.streams),
            },
            ServerEvent::Tick(now) => match &mut self.pushes {
                Pushes::Transaction(_) => {}
                Pushes::Rollout(rollout) => rollout.tick(now),
            },
        }
        if !self.is_closed {
            match &mut self.pushes {
                Pushes::Transaction(transaction) => transaction.pump(&mut self.streams, &mut out),
                Pushes::Rollout(rollout) => rollout.pump(&mut self.streams, &mut out),
            }
        }
        out
    }

    fn on_delta(&mut self, mut request: DeltaDiscoveryRequest, out: &mut Vec<ServerAction>) {
        let node = request.node.take();
        if !self.admit(Protocol::Delta, node, &request.type_url, out) {
            return;
        }
        match request.type_url.parse() {
            Ok(type_url) => {
                self.take_delta(type_url, &request, out);
                self.cap_names(type_url, out);
            }
            Err(_) => self.take_foreign_delta(&request, out),
        }
    }

    fn on_sotw(&mut self, mut request: DiscoveryRequest, out: &mut Vec<ServerAction>) {
        let node = request.node.take();
        if !self.admit(Protocol::Sotw, node, &request.type_url, out) {
            return;
        }
        match request.type_url.parse() {
            Ok(type_url) => {
                self.take_sotw(type_url, &request, out);
                self.cap_names(type_url, out);
            }
            Err(_) => self.take_foreign_sotw(&request, UnsupportedReason::Type, out),
        }
    }

    /// True if the request may be taken in.
    fn admit(
        &mut self,
        protocol: Protocol,
        node: Option<Node>,
        type_url: &str,
        out: &mut Vec<ServerAction>,
    ) -> bool {
        if protocol != self.streams.protocol {
            return self.refuse(Refusal::WrongProtocol, out);
        }
        match self.admission.admit(node) {
            Ok(node) => out.extend(node.map(ServerAction::Node)),
            Err(refusal) => return self.refuse(refusal, out),
        }
        if type_url.is_empty() {
            return self.refuse(Refusal::MissingTypeUrl, out);
        }
        true
    }

    /// Books what the client says about responses; oldest first.
    fn acknowledge(
        &mut self,
        type_url: TypeUrl,
        responses: Vec<InFlight>,
        error: Option<&Status>,
        out: &mut Vec<ServerAction>,
    ) {
        let stream = self.streams.of(type_url);
        let mut refused = Vec::new();
        for response in &responses {
            match error {
                None => {
                    stream.acked(response);
                    if let Pushes::Transaction(transaction) = &mut self.pushes {
                        transaction.acked(type_url, response, out);
                    }
                }
                // A state-of-the-world client that answers several at once may have merged a NACK into
                // the last: all of them are unknown.
                Some(_) => {
                    stream.nacked(response);
                    refused.extend(response.names.iter().cloned());
                }
            }
        }
        if let (Some(status), Some(last)) = (error, responses.last()) {
            // Going back to the commit before is news again.
            match &mut self.pushes {
                Pushes::Transaction(transaction) => transaction.nacked(),
                Pushes::Rollout(rollout) => rollout.nacked(),
            }
            let nack = Nack::read(type_url.as_str(), refused, last.commit_id.clone(), status);
            out.push(ServerAction::Nacked(nack));
        }
    }

    fn report_unsupported(
        &mut self,
        type_url: TypeUrl,
        refused: &[(&str, UnsupportedReason)],
        out: &mut Vec<ServerAction>,
    ) {
        let stream = self.streams.of(type_url);
        for (name, reason) in refused {
            if stream.note_unsupported(name) {
                out.push(ServerAction::Unsupported(Unsupported {
                    type_url: type_url.as_str().to_owned(),
                    names: vec![(*name).to_owned()],
                    reason: *reason,
                }));
            }
        }
    }

    /// Reports a type that is not served, once; true the first time.
    fn note_foreign(
        &mut self,
        type_url: &str,
        reason: UnsupportedReason,
        out: &mut Vec<ServerAction>,
    ) -> bool {
        if self.foreign.contains(type_url) {
            return false;
        }
        if self.foreign.len() >= MAX_FOREIGN_TYPES {
            return self.refuse(Refusal::TooManySubscriptions, out);
        }
        self.foreign.insert(type_url.to_owned());
        out.push(ServerAction::Unsupported(Unsupported {
            type_url: type_url.to_owned(),
            names: Vec::new(),
            reason,
        }));
        true
    }

    fn cap_names(&mut self, type_url: TypeUrl, out: &mut Vec<ServerAction>) {
        if self
            .streams
            .get(type_url)
            .is_some_and(|stream| stream.load() > MAX_NAMES)
        {
            self.refuse(Refusal::TooManySubscriptions, out);
        }
    }

    /// Ends the stream; always false.
    fn refuse(&mut self, refusal: Refusal, out: &mut Vec<ServerAction>) -> bool {
        self.is_closed = true;
        out.push(ServerAction::Close(refusal));
        false
    }
}

#[cfg(test)]
mod tests;
