//! A scripted peer for tests: one line per thing the server says.
//!
//! Owns short ways to make resources, snapshots and requests, and the rendering of actions as text, so that a
//! test is a table of sentences. Used by tests only.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use proto::any;
use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use proto::google::rpc::Status;
use proto::tidegate::v1::{CommitOrigin, RejectReport};
use proto::type_url::TypeUrl;

use crate::resource::Resource;
use crate::server::{Mode, Protocol, Response, Server, ServerAction, ServerEvent};
use crate::snapshot::Snapshot;

pub(crate) fn resource(type_url: TypeUrl, name: &str, content: &str) -> Arc<Resource> {
    Resource::new(
        type_url,
        name,
        Bytes::copy_from_slice(content.as_bytes()),
        None,
    )
}

/// `snapshot("cluster a=1 b=1; listener l=2")`: resources by short type name, each with its content. Committed.
pub(crate) fn snapshot(text: &str) -> Snapshot {
    bare(text).committed("commit/test/gw", CommitOrigin::default())
}

/// As [`snapshot`], without a Commit.
pub(crate) fn bare(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for part in text
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let mut words = part.split_whitespace();
        let type_url = TypeUrl::from_short(words.next().unwrap_or_default()).expect("a type");
        for word in words {
            let (name, content) = word.split_once('=').expect("name=content");
            snapshot.insert(resource(type_url, name, content));
        }
    }
    snapshot
}

/// Version of this content, as a client would claim it.
pub(crate) fn version(content: &str) -> String {
    crate::resource::Version::of(content.as_bytes()).hex()
}

/// A request of either protocol.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) subscribe: Vec<String>,
    pub(crate) unsubscribe: Vec<String>,
    pub(crate) held: BTreeMap<String, String>,
    pub(crate) version: String,
    pub(crate) nonce: String,
    pub(crate) error: Option<Status>,
}

pub(crate) fn names(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

pub(crate) fn ask(subscribe: &str) -> Ask {
    Ask {
        subscribe: names(subscribe),
        ..Ask::default()
    }
}

impl Ask {
    pub(crate) fn but(self, unsubscribe: &str) -> Ask {
        Ask {
            unsubscribe: names(unsubscribe),
            ..self
        }
    }

    /// `holding("a=1 b=2")`: contents that the client claims to hold.
    pub(crate) fn holding(self, text: &str) -> Ask {
        let held = text
            .split_whitespace()
            .filter_map(|word| word.split_once('='))
            .map(|(name, content)| (name.to_owned(), version(content)))
            .collect();
        Ask { held, ..self }
    }

    pub(crate) fn nonce(self, nonce: &str) -> Ask {
        Ask {
            nonce: nonce.to_owned(),
            ..self
        }
    }

    pub(crate) fn version(self, version: &str) -> Ask {
        Ask {
            version: version.to_owned(),
            ..self
        }
    }

    pub(crate) fn error(self, message: &str) -> Ask {
        let status = Status {
            code: 13,
            message: message.to_owned(),
            details: Vec::new(),
        };
        Ask {
            error: Some(status),
            ..self
        }
    }

    pub(crate) fn report(self, report: &RejectReport) -> Ask {
        let details = vec![any::pack(report)];
        let status = Status {
            code: 3,
            message: "refused".to_owned(),
            details,
        };
        Ask {
            error: Some(status),
            ..self
        }
    }
}

/// One stream with a scripted client.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) server: Server,
    protocol: Protocol,
    node: Option<Node>,
    /// Responses without an answer, oldest first.
    pub(crate) unanswered: Vec<Response>,
    /// Names that each type asks for, for the ACKs of a state-of-the-world client.
    subscribed: BTreeMap<TypeUrl, Vec<String>>,
}

impl Peer {
    pub(crate) fn open(protocol: Protocol, mode: Mode) -> Peer {
        Peer {
            server: Server::new(protocol, mode),
            protocol,
            node: Some(Node {
                id: "test".to_owned(),
                ..Node::default()
            }),
            unanswered: Vec::new(),
            subscribed: BTreeMap::new(),
        }
    }

    /// A stream that was given a snapshot.
    pub(crate) fn with(protocol: Protocol, mode: Mode, text: &str) -> Peer {
        let mut peer = Peer::open(protocol, mode);
        assert_eq!(peer.snapshot(text), "");
        peer
    }

    pub(crate) fn on(&mut self, event: ServerEvent) -> Vec<ServerAction> {
        let actions = self.server.on(event);
        for action in &actions {
            if let ServerAction::Send(response) = action {
                self.unanswered.push(response.clone());
            }
        }
        actions
    }

    pub(crate) fn say(&mut self, event: ServerEvent) -> String {
        said(&self.on(event))
    }

    pub(crate) fn snapshot(&mut self, text: &str) -> String {
        self.say(ServerEvent::Snapshot(snapshot(text)))
    }

    pub(crate) fn tick(&mut self, millis: u64) -> String {
        self.say(ServerEvent::Tick(std::time::Duration::from_millis(millis)))
    }

    pub(crate) fn ask(&mut self, type_url: TypeUrl, ask: Ask) -> String {
        said(&self.request(type_url.as_str(), ask))
    }

    pub(crate) fn request(&mut self, type_url: &str, ask: Ask) -> Vec<ServerAction> {
        let node = self.node.take();
        if let Ok(known) = type_url.parse() {
            self.subscribed.insert(known, ask.subscribe.clone());
        }
        let event = match self.protocol {
            Protocol::Delta => ServerEvent::DeltaRequest(Box::new(DeltaDiscoveryRequest {
                node,
                type_url: type_url.to_owned(),
                resource_names_subscribe: ask.subscribe,
                resource_names_unsubscribe: ask.unsubscribe,
                initial_resource_versions: ask.held,
                response_nonce: ask.nonce,
                error_detail: ask.error,
                ..DeltaDiscoveryRequest::default()
            })),
            Protocol::Sotw => ServerEvent::SotwRequest(Box::new(DiscoveryRequest {
                node,
                type_url: type_url.to_owned(),
                resource_names: ask.subscribe,
                version_info: ask.version,
                response_nonce: ask.nonce,
                error_detail: ask.error,
                ..DiscoveryRequest::default()
            })),
        };
        self.on(event)
    }

    /// Answers the oldest unanswered response of the type.
    fn answer(&mut self, type_url: TypeUrl, ask: Ask) -> String {
        let at = self
            .unanswered
            .iter()
            .position(|response| &*response.type_url == type_url.as_str())
            .expect("an unanswered response of the type");
        let response = self.unanswered.remove(at);
        let subscribe = match self.protocol {
            Protocol::Delta => Vec::new(),
            Protocol::Sotw => self.subscribed.get(&type_url).cloned().unwrap_or_default(),
        };
        self.ask(
            type_url,
            Ask {
                subscribe,
                ..ask.nonce(&response.nonce)
            },
        )
    }

    pub(crate) fn ack(&mut self, type_url: TypeUrl) -> String {
        self.answer(type_url, Ask::default())
    }

    pub(crate) fn nack(&mut self, type_url: TypeUrl, message: &str) -> String {
        self.answer(type_url, Ask::default().error(message))
    }

    /// Answers everything until nothing is left; gives what was said meanwhile.
    pub(crate) fn ack_all(&mut self) -> String {
        let mut log = Vec::new();
        while let Some(response) = self.unanswered.first() {
            let type_url = response.type_url.parse().expect("a known type");
            log.push(self.ack(type_url));
        }
        log.retain(|line| !line.is_empty());
        log.join(" | ")
    }

    pub(crate) fn last(&self) -> &Response {
        self.unanswered.last().expect("a response")
    }
}

/// Actions as text: `cluster +a +b -c | applied`. The node and the id of a commit are left out.
pub(crate) fn said(actions: &[ServerAction]) -> String {
    let mut lines = Vec::new();
    for action in actions {
        match action {
            ServerAction::Node(_) => {}
            ServerAction::Send(response) => lines.push(response_line(response)),
            ServerAction::Applied { .. } => lines.push("applied".to_owned()),
            ServerAction::Nacked(nack) => {
                lines.push(format!("nacked {}", nack.names.join(" ")));
            }
            ServerAction::Unsupported(what) => {
                lines.push(format!(
                    "unsupported {:?} {}",
                    what.reason,
                    what.names.join(" ")
                ));
            }
            ServerAction::Close(refusal) => lines.push(format!("close {refusal:?}")),
        }
    }
    lines.join(" | ")
}

fn response_line(response: &Response) -> String {
    let mut line = match response.type_url.parse::<TypeUrl>() {
        Ok(type_url) => type_url.short().to_owned(),
        Err(_) => response.type_url.to_string(),
    };
    for resource in &response.resources {
        let content = match resource.type_url() {
            TypeUrl::Commit => String::new(),
            TypeUrl::Cluster
            | TypeUrl::Endpoint
            | TypeUrl::Secret
            | TypeUrl::Policy
            | TypeUrl::PolicySet
            | TypeUrl::DynamicForwardProxy
            | TypeUrl::PriceCatalog
            | TypeUrl::AiBackend
            | TypeUrl::ModelRouter
            | TypeUrl::Listener
            | TypeUrl::RouteConfiguration
            | TypeUrl::VirtualHost
            | TypeUrl::RouteRule => {
                format!("={}", String::from_utf8_lossy(resource.message()))
            }
        };
        let name = if resource.type_url() == TypeUrl::Commit {
            "commit"
        } else {
            resource.name()
        };
        line.push_str(&format!(" +{name}{content}"));
    }
    for name in &response.removed {
        line.push_str(&format!(" -{name}"));
    }
    line
}
