//! What becomes of a refusal, event by event: no process, no sockets, and time is an argument.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use cp_files::Batch;
use cp_translate::{Change, GatewayKey, Profile, Settings};
use grpc::token::RunSecret;
use prometheus_client::registry::Registry;
use proto::tidegate::v1::{GetSnapshotRequest, QuarantinedResource, RejectItem, RejectReport};
use proto::type_url::TypeUrl;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use xds::server::Nack;

use super::{Links, Parts, State};
use crate::epoch_trace::EpochTraces;
use crate::event::Event;
use crate::fleet::{Proxy, StreamId};
use crate::metrics::Metrics;

const LISTENER: &str = "gw/default/edge/listener/81";
pub(super) const UNAVAILABLE: i32 = 14;
pub(super) const INVALID_ARGUMENT: i32 = 3;

/// A Gateway with two listeners, published to these many proxies.
fn started(proxies: u64) -> State {
    let mut state = empty("test", None);
    save(&mut state, [edge("0.0.0.0")]);
    for number in 1..=proxies {
        connect(&mut state, number, proxy());
    }
    state
}

pub(super) fn empty(replica: &str, links: Option<Links>) -> State {
    State::new(Parts {
        settings: Settings::directory(),
        secret: RunSecret::new([0; 32]),
        replica: replica.to_owned(),
        sources: Vec::new(),
        events: None,
        metrics: Metrics::new(&mut Registry::default()),
        traces: EpochTraces::new(None),
        links,
    })
}

/// The Gateway, bound to a wildcard address: each has other Listener resources.
pub(super) fn edge(address: &str) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "edge"},
        "spec": {"gatewayClassName": "tidegate", "addresses": [{"value": address}], "listeners": [
            {"name": "a", "port": 80, "protocol": "HTTP"},
            {"name": "b", "port": 81, "protocol": "HTTP"},
        ]},
    })
}

/// Objects appear or change, and an epoch follows.
pub(super) fn save<const N: usize>(state: &mut State, objects: [Value; N]) {
    let changes = objects.map(|object| Change::Apply {
        object: Box::new(cp_api::decode(object).expect("decodes")),
        origin: None,
    });
    state.on(Event::Source(Batch {
        changes: changes.into(),
        problems: Vec::new(),
        noticed: Instant::now(),
    }));
    state.epoch();
}

pub(super) fn connect(state: &mut State, number: u64, proxy: Proxy) {
    let (answer, _slot) = oneshot::channel();
    state.on(Event::Connected {
        gateway: gateway(),
        stream: StreamId(number),
        proxy,
        answer,
    });
}

pub(super) fn gateway() -> GatewayKey {
    GatewayKey::new("default", "edge")
}

pub(super) fn proxy() -> Proxy {
    Proxy {
        node_id: "node".to_owned(),
        user_agent: proto::USER_AGENT.to_owned(),
        version: "0.1.0".to_owned(),
        profile: Profile::Tidegate,
        connected_at: SystemTime::UNIX_EPOCH,
        applied: None,
        rejected: None,
        refused: BTreeSet::new(),
    }
}

/// Id of the published commit, and whether the second listener is in it.
pub(super) fn published(state: &State) -> (String, bool) {
    let published = state.publisher.current(&gateway()).expect("published");
    let snapshot = published.of(Profile::Tidegate);
    (
        snapshot.commit_id().expect("a commit").to_string(),
        snapshot.get(TypeUrl::Listener, LISTENER).is_some(),
    )
}

pub(super) fn apply(state: &mut State, stream: u64) -> bool {
    let commit = published(state).0;
    state.on(Event::Applied {
        gateway: gateway(),
        stream: StreamId(stream),
        commit,
    })
}

/// A proxy refuses the second listener; its content is as published or as it was.
pub(super) fn refuse(state: &mut State, stream: u64, code: i32, version: &str) -> bool {
    let commit = proto::name::commit("default", "edge");
    state.on(Event::Rejected {
        gateway: gateway(),
        stream: StreamId(stream),
        nack: Nack {
            type_url: Arc::from(TypeUrl::Commit.as_str()),
            names: vec![Arc::from(commit)],
            culprits: vec![Arc::from(LISTENER)],
            code,
            message: "in use".to_owned(),
            report: Some(RejectReport {
                items: vec![RejectItem {
                    type_url: TypeUrl::Listener.as_str().to_owned(),
                    name: LISTENER.to_owned(),
                    version: version.to_owned(),
                    path: "address".to_owned(),
                    message: "in use".to_owned(),
                }],
            }),
            commit_id: None,
        },
    })
}

pub(super) fn version(state: &State) -> String {
    let published = state.publisher.current(&gateway()).expect("published");
    let snapshot = published.of(Profile::Tidegate);
    let listener = snapshot.get(TypeUrl::Listener, LISTENER);
    listener.expect("the listener").version().hex()
}

/// `Programmed` of the Gateway, and what status says of the refused listener.
pub(super) fn told(state: &State) -> (String, Option<QuarantinedResource>) {
    let status = state.view().status();
    let conditions = status
        .objects
        .iter()
        .filter(|object| object.scope.is_empty());
    let programmed = conditions
        .flat_map(|object| &object.conditions)
        .find(|condition| condition.r#type == "Programmed")
        .expect("a condition");
    let text = format!(
        "{} {} {}",
        programmed.status, programmed.reason, programmed.message
    );
    (text, status.gateways[0].quarantined.first().cloned())
}

fn rejected(proxies: &str) -> String {
    format!(
        "False RejectedByProxy {proxies} proxies of Gateway default/edge rejected listener {LISTENER}: \
         address: in use; it is left out, and it is tried again by itself"
    )
}

#[test]
fn what_a_machine_lacked_is_tried_again_until_it_is_taken() {
    let mut state = started(1);
    let (wanted, _) = published(&state);
    let version = version(&state);
    assert!(refuse(&mut state, 1, UNAVAILABLE, &version));
    state.epoch();
    apply(&mut state, 1);
    let (aside, is_there) = published(&state);
    assert!(!is_there && aside != wanted);
    let (condition, item) = told(&state);
    assert_eq!(condition, rejected("1 of 1"));
    assert!(item.expect("put aside").next_try.is_some());

    let mut before = None;
    for attempt in 1..=3 {
        let due = state.retry_due().expect("an attempt is due");
        assert!(before < Some(due));
        before = Some(due);
        assert!(!state.retry(due - Duration::from_nanos(1)), "too early");
        assert!(state.retry(due));
        state.epoch();
        assert_eq!(published(&state), (wanted.clone(), true));
        assert_eq!(told(&state).0, rejected("1 of 1"), "no flapping");
        assert_eq!(state.retry_due(), None, "one attempt at a time");
        assert_eq!(state.parts.metrics.retries.get(), attempt);

        assert!(refuse(&mut state, 1, UNAVAILABLE, &version));
        state.epoch();
        apply(&mut state, 1);
        assert_eq!(published(&state), (aside.clone(), false), "the same bytes");
        assert_eq!(told(&state).0, rejected("1 of 1"));
    }

    let due = state.retry_due().expect("an attempt is due");
    assert!(state.retry(due));
    state.epoch();
    assert!(apply(&mut state, 1), "an epoch takes the refusal back");
    state.epoch();
    assert_eq!(told(&state), ("True Programmed ".to_owned(), None));
    assert_eq!(published(&state), (wanted, true));
    assert_eq!(state.retry_due(), None);
}

#[test]
fn bad_content_waits_for_other_content() {
    let mut state = started(1);
    let version = version(&state);
    assert!(refuse(&mut state, 1, INVALID_ARGUMENT, &version));
    state.epoch();
    apply(&mut state, 1);
    assert_eq!(state.retry_due(), None);
    let (condition, item) = told(&state);
    assert!(condition.ends_with("in use; it is left out"), "{condition}");
    assert_eq!(item.expect("put aside").next_try, None);
}

#[test]
fn a_fleet_has_taken_it_once_its_last_proxy_has() {
    let mut state = started(2);
    let version = version(&state);
    for stream in [1, 2] {
        refuse(&mut state, stream, UNAVAILABLE, &version);
    }
    state.epoch();
    for stream in [1, 2] {
        apply(&mut state, stream);
    }
    assert_eq!(told(&state).0, rejected("2 of 2"));

    // One of them refuses again: both still do, as far as is known.
    let due = state.retry_due().expect("an attempt is due");
    state.retry(due);
    state.epoch();
    refuse(&mut state, 1, UNAVAILABLE, &version);
    state.epoch();
    assert_eq!(told(&state).0, rejected("2 of 2"));
    for stream in [1, 2] {
        apply(&mut state, stream);
    }

    // One takes it, the other does not.
    let due = state.retry_due().expect("an attempt is due");
    state.retry(due);
    state.epoch();
    assert!(!apply(&mut state, 1));
    assert_eq!(told(&state).0, rejected("2 of 2"));
    assert!(refuse(&mut state, 2, UNAVAILABLE, &version));
    state.epoch();
    assert_eq!(told(&state).0, rejected("1 of 2"));
    for stream in [1, 2] {
        apply(&mut state, stream);
    }

    // One takes it, the other leaves.
    let due = state.retry_due().expect("an attempt is due");
    state.retry(due);
    state.epoch();
    assert!(!apply(&mut state, 1));
    assert!(state.on(Event::Disconnected {
        gateway: gateway(),
        stream: StreamId(2),
    }));
    state.epoch();
    assert_eq!(told(&state).0, "True Programmed ");
}

#[test]
fn a_route_on_a_listener_that_lost_its_port_is_not_programmed() {
    let mut state = empty("test", None);
    let route = |parent: &str| {
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"name": "r"}, "spec": {"parentRefs": [{"name": parent}]},
        })
    };
    let older = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "older", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"gatewayClassName": "tidegate", "listeners": [
            {"name": "a", "port": 80, "protocol": "HTTP"},
            {"name": "b", "port": 81, "protocol": "HTTP"},
        ]},
    });
    save(&mut state, [edge("0.0.0.0"), older, route("edge")]);
    connect(&mut state, 1, proxy());
    apply(&mut state, 1);
    let status = state.view().status();
    let routes = status.objects.iter().filter(|object| {
        let source = object.source.as_ref();
        source.is_some_and(|source| source.kind == "HTTPRoute")
    });
    let programmed: Vec<String> = routes
        .flat_map(|object| &object.conditions)
        .filter(|condition| condition.r#type == "Programmed")
        .map(|condition| format!("{} {}", condition.status, condition.reason))
        .collect();
    assert_eq!(programmed, ["False AddressNotUsable"]);
}

/// The second listener as it is published for a profile: its version.
fn listener(state: &State, profile: Profile) -> Option<String> {
    let published = state.publisher.current(&gateway()).expect("published");
    let listener = published.of(profile).get(TypeUrl::Listener, LISTENER);
    listener.map(|listener| listener.version().hex())
}

fn envoys_commit(state: &State) -> String {
    let published = state.publisher.current(&gateway()).expect("published");
    let id = published.of(Profile::Envoy).commit_id();
    id.expect("a commit").to_string()
}

#[test]
fn envoys_profile_is_made_where_somebody_takes_it() {
    let mut state = started(1);
    let has_profile = |state: &State| {
        let published = state.publisher.current(&gateway()).expect("published");
        published.sent(Profile::Envoy).is_some()
    };
    save(&mut state, [edge("::")]);
    assert!(!has_profile(&state), "nobody asked");
    let ours = published(&state);
    // An Envoy waits for its resources: an empty set would take down what it serves.
    let envoy = Proxy {
        profile: Profile::Envoy,
        ..proxy()
    };
    let (answer, mut slot) = oneshot::channel();
    let connected = Event::Connected {
        gateway: gateway(),
        stream: StreamId(7),
        proxy: envoy,
        answer,
    };
    assert!(state.on(connected), "an epoch has to follow");
    let slot = slot.try_recv().expect("a slot");
    let is_sent = || {
        let published = slot.borrow();
        let published = published.as_ref().expect("published");
        published.sent(Profile::Envoy).is_some()
    };
    assert!(!is_sent());
    state.epoch();
    assert!(is_sent());
    assert_eq!(published(&state), ours, "our own proxies get nothing new");
    // It comes back after a while, and finds everything.
    state.on(Event::Disconnected {
        gateway: gateway(),
        stream: StreamId(7),
    });
    save(&mut state, [edge("0.0.0.0")]);
    assert!(has_profile(&state));
}

#[test]
fn whoever_looks_at_envoys_profile_sees_it() {
    let mut state = started(0);
    let (answer, mut view) = oneshot::channel();
    let request = GetSnapshotRequest {
        namespace: gateway().namespace,
        name: gateway().name,
        profile: "envoy".to_owned(),
        ..GetSnapshotRequest::default()
    };
    state.on(Event::Snapshot(request, answer));
    let view = view.try_recv().expect("an answer").expect("a Gateway");
    assert_ne!(view.commit_id, "");
    assert!(!view.resources.is_empty());
}

#[test]
fn an_envoys_nack_does_not_put_aside_what_followed() {
    let mut state = started(0);
    let envoy = Proxy {
        profile: Profile::Envoy,
        ..proxy()
    };
    connect(&mut state, 1, envoy);
    state.epoch();
    let good = listener(&state, Profile::Envoy);
    let commit = envoys_commit(&state);
    state.on(Event::Applied {
        gateway: gateway(),
        stream: StreamId(1),
        commit,
    });

    save(&mut state, [edge("::")]);
    let (bad, refused) = (listener(&state, Profile::Envoy), envoys_commit(&state));
    assert_ne!(bad, good);
    let mut tls = edge("::");
    tls["spec"]["listeners"][1]["protocol"] = json!("HTTPS");
    save(&mut state, [tls]);
    let mended = listener(&state, Profile::Envoy);
    assert_ne!(mended, bad);

    // Envoy's refusal says no version, and answers the commit before.
    let changed = state.on(Event::Rejected {
        gateway: gateway(),
        stream: StreamId(1),
        nack: Nack {
            type_url: Arc::from(TypeUrl::Listener.as_str()),
            names: vec![Arc::from(LISTENER)],
            culprits: vec![Arc::from(LISTENER)],
            code: INVALID_ARGUMENT,
            message: "no".to_owned(),
            report: None,
            commit_id: Some(Arc::from(refused)),
        },
    });
    assert!(changed);
    state.epoch();
    assert_eq!(listener(&state, Profile::Envoy), mended);
    assert_eq!(told(&state).1, None, "nothing is put aside");

    save(&mut state, [edge("::")]);
    assert_eq!(listener(&state, Profile::Envoy), good, "known to be bad");
    assert_eq!(listener(&state, Profile::Tidegate), bad, "not to our own");
}

#[test]
fn what_a_late_ack_was_for_is_the_last_good_content() {
    let mut state = started(1);
    let (first, _) = published(&state);
    let good = version(&state);
    save(&mut state, [edge("::")]);
    let bad = version(&state);
    assert_ne!(bad, good);
    // The ACK of what was published before.
    state.on(Event::Applied {
        gateway: gateway(),
        stream: StreamId(1),
        commit: first,
    });
    assert!(refuse(&mut state, 1, INVALID_ARGUMENT, &bad));
    state.epoch();
    assert_eq!(version(&state), good);
    let (condition, _) = told(&state);
    assert!(
        condition.ends_with("its last good content stays in force"),
        "{condition}"
    );
}

#[test]
fn programmed_follows_the_fleet_and_is_withdrawn_by_a_rejection_only() {
    let pending = |words: &str| format!("False Pending {words} Gateway default/edge");
    let mut state = started(0);
    let none = "False Pending no proxy of Gateway default/edge is connected";
    assert_eq!(told(&state).0, none);
    for number in [1, 2] {
        connect(&mut state, number, proxy());
    }
    apply(&mut state, 1);
    assert_eq!(told(&state).0, pending("applied by 1 of 2 proxies of"));
    apply(&mut state, 2);
    assert_eq!(told(&state).0, "True Programmed ");
    connect(&mut state, 3, proxy());
    assert_eq!(told(&state).0, "True Programmed ", "it joined later");
    for number in [1, 2, 3] {
        state.on(Event::Disconnected {
            gateway: gateway(),
            stream: StreamId(number),
        });
    }
    assert_eq!(told(&state).0, "True Programmed ", "they left later");

    connect(&mut state, 4, proxy());
    let version = version(&state);
    refuse(&mut state, 4, INVALID_ARGUMENT, &version);
    state.epoch();
    assert!(told(&state).0.starts_with("False RejectedByProxy 1 of 1"));
}
