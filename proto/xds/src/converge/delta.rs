//! The delta server against the client machine, through encoded bytes.
//!
//! Requests and responses cross as messages, in order per type; a broken stream loses what is under way. The
//! user of the client keeps its own books, so that an error in the client shows as well.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use proptest::prelude::proptest;
use prost::Message;
use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DeltaDiscoveryResponse};
use proto::tidegate::v1::Commit;
use proto::type_url::TypeUrl;

use super::{Desired, NAMES, Op, TYPES, Wanted, Watch, any_history, cases, name_list};
use crate::client::{Client, ClientAction, ClientEvent, Rejection, Update, Verdict};
use crate::digest::Digest;
use crate::server::{Mode, Protocol, Server, ServerAction, ServerEvent};
use crate::snapshot::Snapshot;

/// Whether responses of different types may overtake each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    AnyOrder,
    InOrder,
}

/// One server, one client, and what is between them.
struct World {
    mode: Mode,
    arrival: Arrival,
    desired: Desired,
    published: Snapshot,
    server: Server,
    client: Client,
    wanted: BTreeMap<TypeUrl, Wanted>,
    /// What the client's user has taken: version by name.
    taken: BTreeMap<(TypeUrl, String), String>,
    requests: VecDeque<DeltaDiscoveryRequest>,
    responses: VecDeque<DeltaDiscoveryResponse>,
    delivered: VecDeque<Update>,
    disliked: Option<u8>,
    now: Duration,
    watch: Watch,
    applied: Option<String>,
}

impl World {
    fn new(mode: Mode, arrival: Arrival) -> World {
        let mut world = World {
            mode,
            arrival,
            desired: Desired::default(),
            published: Snapshot::default(),
            server: Server::new(Protocol::Delta, mode),
            client: Client::new(Node {
                id: "proxy".to_owned(),
                ..Node::default()
            }),
            wanted: BTreeMap::new(),
            taken: BTreeMap::new(),
            requests: VecDeque::new(),
            responses: VecDeque::new(),
            delivered: VecDeque::new(),
            disliked: None,
            now: Duration::ZERO,
            watch: Watch::default(),
            applied: None,
        };
        world.tell_client(ClientEvent::Connected);
        world.publish();
        world
    }

    fn tell_server(&mut self, event: ServerEvent) {
        for action in self.server.on(event) {
            match action {
                ServerAction::Send(response) => {
                    self.watch.check(&response);
                    let decoded = DeltaDiscoveryResponse::decode(response.encode());
                    self.responses.push_back(decoded.expect("decodes"));
                }
                ServerAction::Applied { commit_id } => self.applied = Some(commit_id.to_string()),
                ServerAction::Node(_) | ServerAction::Nacked(_) => {}
                ServerAction::Unsupported(what) => panic!("{what:?}"),
                ServerAction::Close(refusal) => panic!("{refusal:?}"),
            }
        }
    }

    fn tell_client(&mut self, event: ClientEvent) {
        for action in self.client.on(event) {
            match action {
                ClientAction::Send(request) => self.requests.push_back(*request),
                ClientAction::Deliver(update) => self.delivered.push_back(update),
                ClientAction::Ignored { type_url } => panic!("{type_url} was never asked for"),
                ClientAction::Reconnect => self.reconnect(),
            }
        }
    }

    fn publish(&mut self) {
        self.published = self.desired.snapshot();
        self.tell_server(ServerEvent::Snapshot(self.published.clone()));
    }

    fn subscribe(&mut self, type_url: TypeUrl, names: Vec<String>) {
        self.wanted.entry(type_url).or_default().add(&names);
        self.tell_client(ClientEvent::Subscribe { type_url, names });
    }

    fn unsubscribe(&mut self, type_url: TypeUrl, names: Vec<String>) {
        let wanted = self.wanted.entry(type_url).or_default();
        wanted.drop(&names);
        self.taken
            .retain(|(other, name), _| *other != type_url || wanted.wants(name));
        self.tell_client(ClientEvent::Unsubscribe { type_url, names });
    }

    fn receive(&mut self, type_url: Option<TypeUrl>) {
        let is_next = |response: &DeltaDiscoveryResponse| match (self.arrival, type_url) {
            (Arrival::InOrder, _) | (Arrival::AnyOrder, None) => true,
            (Arrival::AnyOrder, Some(type_url)) => response.type_url == type_url.as_str(),
        };
        if let Some(at) = self.responses.iter().position(is_next)
            && let Some(response) = self.responses.remove(at)
        {
            self.tell_client(ClientEvent::Response(Box::new(response)));
        }
    }

    fn decide(&mut self, type_url: Option<TypeUrl>) {
        let is_next = |update: &Update| match (self.arrival, type_url) {
            (Arrival::InOrder, _) | (Arrival::AnyOrder, None) => true,
            (Arrival::AnyOrder, Some(type_url)) => update.type_url == type_url,
        };
        let Some(at) = self.delivered.iter().position(is_next) else {
            return;
        };
        let Some(update) = self.delivered.remove(at) else {
            return;
        };
        let disliked = self
            .disliked
            .map(|content| content.to_string().into_bytes());
        let is_bad = update
            .resources
            .iter()
            .any(|r| Some(r.message.to_vec()) == disliked);
        if !is_bad {
            self.take(&update);
        }
        let verdict = if is_bad {
            Verdict::Reject(Rejection {
                code: 3,
                ..Rejection::default()
            })
        } else {
            Verdict::Accept
        };
        let (type_url, nonce) = (update.type_url, update.nonce);
        self.tell_client(ClientEvent::Decision {
            type_url,
            nonce,
            verdict,
        });
    }

    fn take(&mut self, update: &Update) {
        let type_url = update.type_url;
        for name in &update.removed {
            self.taken.remove(&(type_url, name.clone()));
        }
        for received in &update.resources {
            self.taken
                .insert((type_url, received.name.clone()), received.version.clone());
        }
        // It may have been given up while it was on its way.
        let wanted = self.wanted.entry(type_url).or_default();
        self.taken
            .retain(|(other, name), _| *other != type_url || wanted.wants(name));
    }

    fn reconnect(&mut self) {
        self.requests.clear();
        self.responses.clear();
        self.delivered.clear();
        self.watch.new_stream();
        self.server = Server::new(Protocol::Delta, self.mode);
        self.tell_server(ServerEvent::Snapshot(self.published.clone()));
        self.client.on(ClientEvent::Lost);
        self.tell_client(ClientEvent::Connected);
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
                self.subscribe(TYPES[*type_index], name_list(names));
            }
            Op::Unsubscribe { type_index, names } => {
                self.unsubscribe(TYPES[*type_index], name_list(names));
            }
            Op::ToServer => {
                if let Some(request) = self.requests.pop_front() {
                    self.tell_server(ServerEvent::DeltaRequest(Box::new(request)));
                }
            }
            Op::ToClient { type_index } => self.receive(Some(TYPES[*type_index])),
            Op::Decide { type_index } => self.decide(Some(TYPES[*type_index])),
            Op::Dislike { content } => self.disliked = *content,
            Op::Break => self.reconnect(),
            Op::Tick { millis } => self.tick(Duration::from_millis((*millis).into())),
        }
    }

    fn tick(&mut self, passed: Duration) {
        self.now += passed;
        self.tell_server(ServerEvent::Tick(self.now));
    }

    /// Delivers and answers everything until all is quiet, holds included.
    fn settle(&mut self) {
        for round in 0..10_000 {
            if let Some(request) = self.requests.pop_front() {
                self.tell_server(ServerEvent::DeltaRequest(Box::new(request)));
            } else if !self.responses.is_empty() {
                self.receive(None);
            } else if !self.delivered.is_empty() {
                self.decide(None);
            } else if round % 2 == 0 {
                self.tick(Duration::from_secs(6));
            } else {
                self.tick(Duration::from_secs(6));
                self.tick(Duration::from_secs(6));
                if self.responses.is_empty() {
                    return;
                }
            }
        }
        panic!("never quiet");
    }

    fn check_converged(&self) {
        for type_url in TYPES {
            let wanted = self.wanted.get(&type_url).cloned().unwrap_or_default();
            let expected = self.desired.of(type_url, &wanted);
            let held: BTreeMap<String, String> = self
                .client
                .held(type_url)
                .map(|(name, version)| (name.to_owned(), version.to_owned()))
                .collect();
            assert_eq!(held, expected, "claims of {type_url}, {wanted:?}");
            let taken: BTreeMap<String, String> = self
                .taken
                .iter()
                .filter(|((other, _), _)| *other == type_url)
                .map(|((_, name), version)| (name.clone(), version.clone()))
                .collect();
            assert_eq!(taken, expected, "content of {type_url}, {wanted:?}");
        }
    }

    fn finish(&mut self) {
        self.disliked = None;
        self.desired.finish();
        self.publish();
        self.settle();
        self.check_converged();
    }
}

fn converge(mode: Mode, arrival: Arrival, history: &[Op]) -> World {
    let mut world = World::new(mode, arrival);
    for op in history {
        world.step(op);
    }
    world.finish();
    world
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn plain_delta_converges(history in any_history()) {
        converge(Mode::Plain, Arrival::AnyOrder, &history);
    }

    #[test]
    fn make_before_break_delta_converges(history in any_history()) {
        converge(Mode::MakeBeforeBreak, Arrival::AnyOrder, &history);
    }

    #[test]
    fn transactional_delta_converges(history in any_history()) {
        converge(Mode::Transactional, Arrival::InOrder, &history);
    }

    /// A Tidegate proxy that takes everything: at every single Commit, what it has staged is what the Commit
    /// says (spec C.4 S1), and in the end it has applied the last one.
    #[test]
    fn every_commit_matches_what_was_staged_before_it(history in any_history()) {
        let mut world = World::new(Mode::Transactional, Arrival::InOrder);
        for type_url in TYPES.into_iter().chain([TypeUrl::Commit]) {
            world.subscribe(type_url, vec!["*".to_owned()]);
        }
        for op in &history {
            match op {
                Op::Subscribe { .. } | Op::Unsubscribe { .. } | Op::Dislike { .. } => {}
                Op::ToClient { .. } | Op::Decide { .. } => {
                    world.receive(None);
                    check_commit(&world);
                    world.decide(None);
                }
                Op::Edit { .. } | Op::Publish | Op::ToServer | Op::Break | Op::Tick { .. } => {
                    world.step(op);
                }
            }
        }
        world.finish();
        assert_eq!(world.applied.as_deref(), world.published.commit_id().map(AsRef::as_ref));
    }

    /// What is spoilt by a refusal in the middle of a commit is repaired by the next one.
    #[test]
    fn a_refusal_within_a_commit_is_repaired_by_the_next(history in any_history()) {
        let mut world = World::new(Mode::Transactional, Arrival::InOrder);
        for type_url in TYPES.into_iter().chain([TypeUrl::Commit]) {
            world.subscribe(type_url, vec!["*".to_owned()]);
        }
        for op in &history {
            match op {
                Op::Subscribe { .. } | Op::Unsubscribe { .. } => {}
                Op::Edit { .. }
                | Op::Publish
                | Op::ToServer
                | Op::ToClient { .. }
                | Op::Decide { .. }
                | Op::Dislike { .. }
                | Op::Break
                | Op::Tick { .. } => world.step(op),
            }
        }
        world.finish();
        assert_eq!(world.applied.as_deref(), world.published.commit_id().map(AsRef::as_ref));
    }
}

/// If the next thing to decide is a Commit, it must describe what was taken so far.
fn check_commit(world: &World) {
    let Some(update) = world.delivered.front() else {
        return;
    };
    let Some(received) = update.resources.first() else {
        return;
    };
    if update.type_url != TypeUrl::Commit {
        return;
    }
    let commit = Commit::decode(received.message.clone()).expect("a commit");
    let counted: u32 = commit.entries.iter().map(|entry| entry.count).sum();
    let staged = world
        .taken
        .iter()
        .filter(|((type_url, _), _)| *type_url != TypeUrl::Commit);
    assert_eq!(usize::try_from(counted).expect("few"), staged.count());
    for entry in &commit.entries {
        let mut digest = Digest::default();
        for ((type_url, name), version) in &world.taken {
            if type_url.as_str() == entry.type_url {
                digest.add(name, version);
            }
        }
        assert_eq!(
            entry.digest,
            digest.to_bytes().as_slice(),
            "{}",
            entry.type_url
        );
    }
}

#[test]
fn the_histories_can_tell_a_broken_server() {
    // The property would be vacuous if nothing ever reached the client.
    let history = [
        Op::Edit {
            type_index: 0,
            name: 0,
            content: Some(1),
        },
        Op::Publish,
        Op::Subscribe {
            type_index: 0,
            names: vec![0],
        },
    ];
    let world = converge(Mode::Plain, Arrival::AnyOrder, &history);
    assert_eq!(world.taken.len(), 2, "{} and the last one", NAMES[0]);
}
