//! Server and client against each other: after any history both end on the same set.
//!
//! Owns the random histories: edits, subscriptions, deliveries in any order across types, refusals, lost
//! streams. `delta` plays the real client machine, `sotw` a small model of one. Whatever happened, once
//! nobody refuses any more and every type changed once more, the client holds exactly what it asked for.

mod delta;
mod sotw;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proto::tidegate::v1::CommitOrigin;
use proto::type_url::TypeUrl;

use crate::fixture::resource;
use crate::server::Response;
use crate::snapshot::Snapshot;

/// Types that the histories use: full-state and partial, referrers and referred.
const TYPES: [TypeUrl; 4] = [
    TypeUrl::Cluster,
    TypeUrl::Endpoint,
    TypeUrl::Listener,
    TypeUrl::RouteConfiguration,
];
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// One step of a history; indices are taken modulo what there is.
#[derive(Clone, Debug)]
enum Op {
    /// Sets or removes a resource of the next snapshot.
    Edit {
        type_index: usize,
        name: usize,
        content: Option<u8>,
    },
    /// Hands the snapshot to the server.
    Publish,
    /// Changes the client's subscription of a type; 0 is the wildcard, others are names.
    Subscribe {
        type_index: usize,
        names: Vec<usize>,
    },
    Unsubscribe {
        type_index: usize,
        names: Vec<usize>,
    },
    /// Delivers the oldest request.
    ToServer,
    /// Delivers the oldest response of some type, past those of others.
    ToClient { type_index: usize },
    /// Answers the oldest delivered response of some type.
    Decide { type_index: usize },
    /// From now on the client refuses what has this content.
    Dislike { content: Option<u8> },
    /// Everything in flight is lost; a new stream begins.
    Break,
    /// Time passes.
    Tick { millis: u16 },
}

fn any_op() -> impl Strategy<Value = Op> {
    let type_index = 0..TYPES.len();
    let names = || proptest::collection::vec(0..=NAMES.len(), 1..3);
    prop_oneof![
        4 => (type_index.clone(), 0..NAMES.len(), proptest::option::weighted(0.75, 0..4u8))
            .prop_map(|(type_index, name, content)| Op::Edit { type_index, name, content }),
        3 => Just(Op::Publish),
        2 => (type_index.clone(), names())
            .prop_map(|(type_index, names)| Op::Subscribe { type_index, names }),
        2 => (type_index.clone(), names())
            .prop_map(|(type_index, names)| Op::Unsubscribe { type_index, names }),
        6 => Just(Op::ToServer),
        6 => type_index.clone().prop_map(|type_index| Op::ToClient { type_index }),
        6 => type_index.prop_map(|type_index| Op::Decide { type_index }),
        1 => proptest::option::of(0..4u8).prop_map(|content| Op::Dislike { content }),
        1 => Just(Op::Break),
        1 => any::<u16>().prop_map(|millis| Op::Tick { millis }),
    ]
}

/// Half of what is asked for: a history is long, and there are seven properties.
fn cases() -> ProptestConfig {
    ProptestConfig::with_cases((ProptestConfig::default().cases / 2).max(1))
}

fn any_history() -> impl Strategy<Value = Vec<Op>> {
    proptest::collection::vec(any_op(), 0..120)
}

/// What the control plane wants: (type, name) to content.
#[derive(Clone, Debug, Default)]
struct Desired(BTreeMap<(TypeUrl, String), String>);

impl Desired {
    fn edit(&mut self, type_index: usize, name: usize, content: Option<u8>) {
        let key = (TYPES[type_index], NAMES[name].to_owned());
        match content {
            Some(content) => self.0.insert(key, content.to_string()),
            None => self.0.remove(&key),
        };
    }

    /// A last change of every type, with which everything that was refused is offered again.
    fn finish(&mut self) {
        for type_url in TYPES {
            self.0
                .insert((type_url, "last".to_owned()), "final".to_owned());
        }
    }

    fn snapshot(&self) -> Snapshot {
        let resources = self
            .0
            .iter()
            .map(|((type_url, name), content)| resource(*type_url, name, content));
        resources
            .collect::<Snapshot>()
            .committed("commit", CommitOrigin::default())
    }

    /// What a client with this subscription holds in the end: version by name.
    fn of(&self, type_url: TypeUrl, wanted: &Wanted) -> BTreeMap<String, String> {
        self.0
            .iter()
            .filter(|((other, name), _)| *other == type_url && wanted.wants(name))
            .map(|((_, name), content)| (name.clone(), crate::fixture::version(content)))
            .collect()
    }
}

/// What a client asks for, by the plain meaning of its calls.
#[derive(Clone, Debug, Default)]
struct Wanted {
    wildcard: bool,
    names: BTreeSet<String>,
}

impl Wanted {
    fn wants(&self, name: &str) -> bool {
        self.wildcard || self.names.contains(name)
    }

    fn add(&mut self, names: &[String]) {
        self.wildcard |= names.iter().any(|name| name == "*");
        self.names
            .extend(names.iter().filter(|name| *name != "*").cloned());
    }

    fn drop(&mut self, names: &[String]) {
        self.wildcard &= !names.iter().any(|name| name == "*");
        self.names.retain(|name| !names.contains(name));
    }
}

/// Index 0 is the wildcard.
fn name_list(indices: &[usize]) -> Vec<String> {
    let name = |index: &usize| match index.checked_sub(1) {
        None => "*".to_owned(),
        Some(index) => NAMES[index].to_owned(),
    };
    let mut names: Vec<String> = indices.iter().map(name).collect();
    names.sort();
    names.dedup();
    names
}

/// What must hold of every single response.
#[derive(Debug, Default)]
struct Watch {
    nonces: BTreeSet<Arc<str>>,
    /// Content by version: equal versions, equal content, on every stream of the history.
    contents: BTreeMap<(TypeUrl, String), bytes::Bytes>,
}

impl Watch {
    fn new_stream(&mut self) {
        self.nonces.clear();
    }

    fn check(&mut self, response: &Response) {
        assert!(
            self.nonces.insert(Arc::clone(&response.nonce)),
            "nonce {} twice",
            response.nonce
        );
        let mut names = BTreeSet::new();
        for resource in &response.resources {
            assert!(names.insert(resource.name()), "{resource:?} twice");
            assert_eq!(response.type_url.as_ref(), resource.type_url().as_str());
            assert!(
                !resource.delta().is_empty(),
                "{resource:?} is a claim, not content"
            );
            let key = (resource.type_url(), resource.version().hex());
            let known = self
                .contents
                .entry(key)
                .or_insert_with(|| resource.message().clone());
            assert_eq!(known, resource.message(), "one version, one content");
        }
        for name in &response.removed {
            assert!(names.insert(name), "{name} twice");
        }
    }
}
