//! One ADS subscriber: the delta client, across reconnects.
//!
//! Owns what is subscribed, what is held as accepted, and the one answer that every response gets. Must not
//! decode a resource nor decide whether it is good: that comes back as a [`ClientEvent::Decision`]. Invariant:
//! only accepted resources are ever claimed in `initial_resource_versions`, so a reconnect retries the rest.

pub mod event;
mod interest;
mod receive;

use std::collections::BTreeMap;

use proto::any;
use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DeltaDiscoveryResponse};
use proto::google::rpc::Status;
use proto::type_url::TypeUrl;

use interest::Interest;

pub use crate::subscription::WILDCARD;
pub use event::{ClientAction, ClientEvent, Received, Rejection, Update, Verdict};

/// State machine of one subscriber.
#[derive(Debug)]
pub struct Client {
    node: Node,
    interests: BTreeMap<TypeUrl, Interest>,
    is_connected: bool,
    /// The node went out on the present stream.
    is_introduced: bool,
}

/// gRPC INVALID_ARGUMENT.
const INVALID_ARGUMENT: i32 = 3;

// === impl Client ===

impl Client {
    /// A subscriber that introduces itself as `node`.
    pub fn new(node: Node) -> Client {
        Client {
            node,
            interests: BTreeMap::new(),
            is_connected: false,
            is_introduced: false,
        }
    }

    /// Tells the machine what happened; do what it returns, in order.
    pub fn on(&mut self, event: ClientEvent) -> Vec<ClientAction> {
        let mut out = Vec::new();
        match event {
            ClientEvent::Connected => self.connected(&mut out),
            ClientEvent::Subscribe { type_url, names } => {
                self.subscribe(type_url, names, &mut out);
            }
            ClientEvent::Unsubscribe { type_url, names } => {
                self.unsubscribe(type_url, names, &mut out);
            }
            ClientEvent::Response(response) => self.response(*response, &mut out),
            ClientEvent::Decision {
                type_url,
                nonce,
                verdict,
            } => {
                self.decision(type_url, nonce, verdict, &mut out);
            }
            ClientEvent::Hold { type_url, versions } => {
                self.interests.entry(type_url).or_default().hold(versions);
            }
            ClientEvent::Resync => {
                for interest in self.interests.values_mut() {
                    interest.hold(BTreeMap::new());
                }
                self.lost();
                out.push(ClientAction::Reconnect);
            }
            ClientEvent::Lost => self.lost(),
        }
        out
    }

    /// What is held of a type: version by name, accepted resources only.
    pub fn held(&self, type_url: TypeUrl) -> impl Iterator<Item = (&str, &str)> {
        self.interests
            .get(&type_url)
            .into_iter()
            .flat_map(|interest| interest.held())
            .map(|(name, version)| (name.as_str(), version.as_str()))
    }

    /// Opens the logical stream of every wanted type, in push order: references before referrers, as the
    /// answers come in the order of the requests (R38), and the Commit last.
    fn connected(&mut self, out: &mut Vec<ClientAction>) {
        self.lost();
        self.is_connected = true;
        let mut openings = Vec::new();
        for (type_url, interest) in &mut self.interests {
            if interest.is_wanted() {
                openings.push(interest.opening(type_url.as_str()));
            }
        }
        for opening in openings {
            self.send(opening, out);
        }
    }

    fn lost(&mut self) {
        self.is_connected = false;
        self.is_introduced = false;
        for interest in self.interests.values_mut() {
            interest.lost();
        }
    }

    fn subscribe(&mut self, type_url: TypeUrl, names: Vec<String>, out: &mut Vec<ClientAction>) {
        let interest = self.interests.entry(type_url).or_default();
        interest.subscribe(&names);
        if !self.is_connected || names.is_empty() {
            return;
        }
        let request = if interest.is_asked {
            DeltaDiscoveryRequest {
                type_url: type_url.as_str().to_owned(),
                resource_names_subscribe: names,
                ..DeltaDiscoveryRequest::default()
            }
        } else {
            interest.opening(type_url.as_str())
        };
        self.send(request, out);
    }

    fn unsubscribe(&mut self, type_url: TypeUrl, names: Vec<String>, out: &mut Vec<ClientAction>) {
        let Some(interest) = self.interests.get_mut(&type_url) else {
            return;
        };
        interest.unsubscribe(&names);
        if self.is_connected && interest.is_asked && !names.is_empty() {
            let request = DeltaDiscoveryRequest {
                type_url: type_url.as_str().to_owned(),
                resource_names_unsubscribe: names,
                ..DeltaDiscoveryRequest::default()
            };
            self.send(request, out);
        }
    }

    fn response(&mut self, response: DeltaDiscoveryResponse, out: &mut Vec<ClientAction>) {
        let interest = response
            .type_url
            .parse()
            .ok()
            .and_then(|type_url: TypeUrl| Some((type_url, self.interests.get_mut(&type_url)?)))
            .filter(|(_, interest)| interest.is_asked);
        let Some((type_url, interest)) = interest else {
            // An answer would count as a subscription; Envoy drops it just so (finding 2).
            out.push(ClientAction::Ignored {
                type_url: response.type_url,
            });
            return;
        };
        let nonce = response.nonce.clone();
        match receive::read(type_url, response, interest) {
            Ok(update) => {
                interest.deliver(&update);
                out.push(ClientAction::Deliver(update));
            }
            Err(malformed) => {
                let rejection = Rejection {
                    code: INVALID_ARGUMENT,
                    message: malformed.to_string(),
                    report: None,
                };
                self.answer(type_url, nonce, Verdict::Reject(rejection), out);
            }
        }
    }

    fn decision(
        &mut self,
        type_url: TypeUrl,
        nonce: String,
        verdict: Verdict,
        out: &mut Vec<ClientAction>,
    ) {
        let is_accepted = verdict == Verdict::Accept;
        let Some(interest) = self.interests.get_mut(&type_url) else {
            return;
        };
        // A decision on a response of an earlier stream finds nothing: its nonce died with the stream.
        if interest.decide(&nonce, is_accepted) {
            self.answer(type_url, nonce, verdict, out);
        }
    }

    /// The one ACK or NACK of a response (R10).
    fn answer(
        &mut self,
        type_url: TypeUrl,
        nonce: String,
        verdict: Verdict,
        out: &mut Vec<ClientAction>,
    ) {
        let error_detail = match verdict {
            Verdict::Accept => None,
            Verdict::Reject(rejection) => Some(Status {
                code: rejection.code,
                message: rejection.message,
                details: rejection.report.iter().map(any::pack).collect(),
            }),
        };
        let request = DeltaDiscoveryRequest {
            type_url: type_url.as_str().to_owned(),
            response_nonce: nonce,
            error_detail,
            ..DeltaDiscoveryRequest::default()
        };
        self.send(request, out);
    }

    /// Adds the node to the first request of a stream (R1).
    fn send(&mut self, mut request: DeltaDiscoveryRequest, out: &mut Vec<ClientAction>) {
        if !std::mem::replace(&mut self.is_introduced, true) {
            request.node = Some(self.node.clone());
        }
        out.push(ClientAction::Send(Box::new(request)));
    }
}

#[cfg(test)]
mod tests;
