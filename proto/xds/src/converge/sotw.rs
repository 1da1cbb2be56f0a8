//! The state-of-the-world server against a small model of a client.
//!
//! The model keeps what its own requests mean; it must not look into the server. A list that is empty on a new
//! stream would mean everything, so it asks for nothing instead.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use proptest::prelude::proptest;
use prost::Message;
use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::{DiscoveryRequest, DiscoveryResponse};
use proto::google::rpc::Status;
use proto::type_url::TypeUrl;

use super::{Desired, Op, TYPES, Wanted, Watch, any_history, cases, name_list};
use crate::server::{Mode, Protocol, Server, ServerAction, ServerEvent};
use crate::snapshot::Snapshot;

/// One type as a state-of-the-world client sees it.
#[derive(Debug, Default)]
struct TypeModel {
    wanted: Wanted,
    /// Something was asked for, ever: an empty list means nothing from then on, on this stream.
    is_asked: bool,
    nonce: String,
    version: String,
    /// What was accepted: content by name, in order of arrival of the names.
    held: BTreeMap<String, Vec<u8>>,
}

/// One server, one modelled client, and what is between them.
struct World {
    mode: Mode,
    desired: Desired,
    published: Snapshot,
    server: Server,
    types: BTreeMap<TypeUrl, TypeModel>,
    node: Option<Node>,
    requests: VecDeque<DiscoveryRequest>,
    responses: VecDeque<(TypeUrl, Vec<String>, DiscoveryResponse)>,
    disliked: Option<u8>,
    now: Duration,
    watch: Watch,
}

impl World {
    fn new(mode: Mode) -> World {
        let mut world = World {
            mode,
            desired: Desired::default(),
            published: Snapshot::default(),
            server: Server::new(Protocol::Sotw, mode),
            types: BTreeMap::new(),
            node: Some(Node::default()),
            requests: VecDeque::new(),
            responses: VecDeque::new(),
            disliked: None,
            now: Duration::ZERO,
            watch: Watch::default(),
        };
        world.publish();
        world
    }

    fn tell_server(&mut self, event: ServerEvent) {
        for action in self.server.on(event) {
            match action {
                ServerAction::Send(response) => {
                    self.watch.check(&response);
                    let type_url = response.type_url.parse().expect("a known type");
                    // An Any has no name of its own here; a real client reads it from the message.
                    let names = response
                        .resources
                        .iter()
                        .map(|r| r.name().to_string())
                        .collect();
                    let decoded = DiscoveryResponse::decode(response.encode()).expect("decodes");
                    self.responses.push_back((type_url, names, decoded));
                }
                ServerAction::Node(_) | ServerAction::Nacked(_) | ServerAction::Applied { .. } => {}
                ServerAction::Unsupported(what) => panic!("{what:?}"),
                ServerAction::Close(refusal) => panic!("{refusal:?}"),
            }
        }
    }

    fn publish(&mut self) {
        self.published = self.desired.snapshot();
        self.tell_server(ServerEvent::Snapshot(self.published.clone()));
    }

    /// Sends the whole list of a type, with what is known of the last response.
    fn request(&mut self, type_url: TypeUrl, error_detail: Option<Status>) {
        let node = self.node.take();
        let model = self.types.entry(type_url).or_default();
        model.is_asked = true;
        let wildcard = model.wanted.wildcard.then(|| "*".to_owned());
        self.requests.push_back(DiscoveryRequest {
            node,
            type_url: type_url.as_str().to_owned(),
            resource_names: wildcard
                .into_iter()
                .chain(model.wanted.names.clone())
                .collect(),
            version_info: model.version.clone(),
            response_nonce: model.nonce.clone(),
            error_detail,
            ..DiscoveryRequest::default()
        });
    }

    fn resubscribe(&mut self, type_url: TypeUrl, change: impl FnOnce(&mut Wanted)) {
        let model = self.types.entry(type_url).or_default();
        change(&mut model.wanted);
        let wanted = model.wanted.clone();
        model.held.retain(|name, _| wanted.wants(name));
        let is_worth_asking = wanted.wildcard || !wanted.names.is_empty();
        // An empty list is a legacy wildcard if it comes first; this client does not mean that.
        if model.is_asked || is_worth_asking {
            self.request(type_url, None);
        }
    }

    /// Takes the oldest response of the type and answers it.
    fn receive(&mut self, type_url: Option<TypeUrl>) {
        let is_next = |(other, ..): &(TypeUrl, Vec<String>, DiscoveryResponse)| {
            type_url.is_none_or(|type_url| type_url == *other)
        };
        let Some(at) = self.responses.iter().position(is_next) else {
            return;
        };
        let Some((type_url, names, response)) = self.responses.remove(at) else {
            return;
        };
        let disliked = self
            .disliked
            .map(|content| content.to_string().into_bytes());
        let is_bad = response
            .resources
            .iter()
            .any(|r| Some(r.value.to_vec()) == disliked);
        let model = self.types.entry(type_url).or_default();
        model.nonce = response.nonce;
        if is_bad {
            self.request(
                type_url,
                Some(Status {
                    code: 13,
                    ..Status::default()
                }),
            );
            return;
        }
        model.version = response.version_info;
        if matches!(type_url, TypeUrl::Cluster | TypeUrl::Listener) {
            model.held.clear();
        }
        let wanted = &model.wanted;
        let contents = response.resources.into_iter().map(|any| any.value.to_vec());
        model.held.extend(
            names
                .into_iter()
                .zip(contents)
                .filter(|(name, _)| wanted.wants(name)),
        );
        self.request(type_url, None);
    }

    fn reconnect(&mut self) {
        self.requests.clear();
        self.responses.clear();
        self.watch.new_stream();
        self.server = Server::new(Protocol::Sotw, self.mode);
        self.tell_server(ServerEvent::Snapshot(self.published.clone()));
        self.node = Some(Node::default());
        for type_url in TYPES {
            let model = self.types.entry(type_url).or_default();
            model.nonce.clear();
            model.is_asked = false;
            if model.wanted.wildcard || !model.wanted.names.is_empty() {
                self.request(type_url, None);
            }
        }
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Edit {
                type_index,
                name,
                content,
            } => {
                self.desired.edit(*type_index, *name, *content);
            }
            Op::Publish => self.publish(),
            Op::Subscribe { type_index, names } => {
                self.resubscribe(TYPES[*type_index], |wanted| wanted.add(&name_list(names)));
            }
            Op::Unsubscribe { type_index, names } => {
                self.resubscribe(TYPES[*type_index], |wanted| wanted.drop(&name_list(names)));
            }
            Op::ToServer => {
                if let Some(request) = self.requests.pop_front() {
                    self.tell_server(ServerEvent::SotwRequest(Box::new(request)));
                }
            }
            Op::ToClient { type_index } | Op::Decide { type_index } => {
                self.receive(Some(TYPES[*type_index]));
            }
            Op::Dislike { content } => self.disliked = *content,
            Op::Break => self.reconnect(),
            Op::Tick { millis } => {
                self.now += Duration::from_millis((*millis).into());
                self.tell_server(ServerEvent::Tick(self.now));
            }
        }
    }

    fn settle(&mut self) {
        let mut quiet_ticks = 0;
        for _ in 0..10_000 {
            if let Some(request) = self.requests.pop_front() {
                self.tell_server(ServerEvent::SotwRequest(Box::new(request)));
            } else if !self.responses.is_empty() {
                self.receive(None);
            } else if quiet_ticks == 4 {
                return;
            } else {
                quiet_ticks += 1;
                self.now += Duration::from_secs(6);
                self.tell_server(ServerEvent::Tick(self.now));
                continue;
            }
            quiet_ticks = 0;
        }
        panic!("never quiet");
    }

    fn check_converged(&self) {
        for (type_url, model) in &self.types {
            let expected = self.desired.of(*type_url, &model.wanted);
            let mut held: BTreeMap<String, String> = model
                .held
                .iter()
                .map(|(name, content)| (name.clone(), crate::resource::Version::of(content).hex()))
                .collect();
            if !matches!(type_url, TypeUrl::Cluster | TypeUrl::Listener) {
                // What is gone is never told (R32): the client has it until nothing refers to it.
                held.retain(|name, _| expected.contains_key(name));
            }
            assert_eq!(held, expected, "{type_url}, {:?}", model.wanted);
        }
    }
}

fn converge(mode: Mode, history: &[Op]) {
    let mut world = World::new(mode);
    for op in history {
        world.step(op);
    }
    world.disliked = None;
    world.desired.finish();
    world.publish();
    world.settle();
    world.check_converged();
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn plain_sotw_converges(history in any_history()) {
        converge(Mode::Plain, &history);
    }

    #[test]
    fn make_before_break_sotw_converges(history in any_history()) {
        converge(Mode::MakeBeforeBreak, &history);
    }
}
