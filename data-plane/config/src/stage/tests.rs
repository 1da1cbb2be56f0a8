//! Rules K1 to K5 of the transactional apply.

use std::sync::Arc;

use http::{HeaderMap, Method};
use prost::Message;
use proto::tidegate::v1::{Commit, CommitEntry};
use proto::type_url::TypeUrl;
use xds::client::Received;
use xds::snapshot::Snapshot;

use super::Stage;
use crate::config::Config;
use crate::fixture;
use crate::reject::{Rejection, RejectionKind};
use crate::route::Action;

const RC: &str = "gw/default/edge/rc/80";

fn host(domain: &str) -> String {
    proto::name::virtual_host(RC, domain)
}

/// One listener, one host, one rule `/a` to cluster `one`.
fn base() -> Snapshot {
    let mut snapshot = Snapshot::default();
    fixture::put(
        &mut snapshot,
        TypeUrl::Listener,
        "l",
        &fixture::listener("l", 80, RC),
    );
    fixture::put(
        &mut snapshot,
        TypeUrl::RouteConfiguration,
        RC,
        &fixture::linked_routes(RC),
    );
    let name = host("a.example");
    fixture::put(
        &mut snapshot,
        TypeUrl::VirtualHost,
        &name,
        &fixture::host(RC, "a.example"),
    );
    fixture::put(&mut snapshot, TypeUrl::Cluster, "one", &fixture::eds("one"));
    put_rule(&mut snapshot, "one");
    snapshot
}

fn put_rule(snapshot: &mut Snapshot, cluster: &str) {
    let rule = fixture::rule(
        "r",
        &[&host("a.example")],
        vec![fixture::forward("/a", cluster)],
    );
    fixture::put(snapshot, TypeUrl::RouteRule, "r", &rule);
}

/// Cluster that a request goes to.
fn cluster_of(config: &Config, authority: &str, path: &str) -> Option<String> {
    let headers = HeaderMap::new();
    let head = ::route::Head {
        method: &Method::GET,
        scheme: "http",
        authority,
        path,
        query: None,
        headers: &headers,
    };
    let chain = Arc::clone(config.listener("l")?.chain(None)?);
    let found = config.routes(&chain)?.find(&head)?;
    match &found.route().action {
        Action::Forward(forward) => forward
            .clusters
            .pick(7)
            .map(|choice| choice.cluster.to_string()),
        Action::Redirect(_) | Action::Respond(_) => None,
    }
}

fn refused(rejection: &Rejection) -> Vec<(String, String)> {
    rejection
        .items
        .iter()
        .map(|item| (item.name.clone(), item.path.clone()))
        .collect()
}

#[test]
fn nothing_is_active_before_the_commit_and_everything_after() {
    let snapshot = base();
    let mut stage = Stage::new();
    fixture::stage(&mut stage, &Snapshot::default(), &snapshot).expect("staged");
    assert_eq!(stage.active().listeners().count(), 0);
    let config = stage
        .prepare(&fixture::commit_of(&snapshot))
        .expect("prepared");
    assert_eq!(
        stage.active().listeners().count(),
        0,
        "prepared is not active"
    );
    stage.activate(Arc::clone(&config));
    assert!(Arc::ptr_eq(stage.active(), &config));
    assert_eq!(
        cluster_of(&config, "A.example:80", "/a/b"),
        Some("one".to_owned())
    );
    assert_eq!(cluster_of(&config, "a.example", "/b"), None);
    let committed = fixture::commit_of(&snapshot);
    let id = Commit::decode(committed.message).expect("commit").id;
    assert_eq!(**config.commit_id(), *id);
}

#[test]
fn an_edit_replaces_what_it_names_and_shares_the_rest() {
    let first = base();
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), &first).expect("first");
    let before = Arc::clone(stage.active());
    let mut second = first.clone();
    put_rule(&mut second, "two");
    fixture::push(&mut stage, &first, &second).expect("second");
    let after = stage.active();
    assert_eq!(cluster_of(after, "a.example", "/a"), Some("two".to_owned()));
    assert_eq!(
        cluster_of(&before, "a.example", "/a"),
        Some("one".to_owned()),
        "pinned"
    );
    let listeners = (
        before.listener("l").expect("l"),
        after.listener("l").expect("l"),
    );
    assert!(Arc::ptr_eq(listeners.0, listeners.1));
    assert!(Arc::ptr_eq(
        before.cluster("one").expect("one"),
        after.cluster("one").expect("one")
    ));
}

#[test]
fn a_bad_resource_refuses_its_whole_response_and_poisons_the_commit() {
    let first = base();
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), &first).expect("first");
    let active = Arc::clone(stage.active());
    let good = fixture::resource("two", &fixture::eds("two"));
    let mut bad_cluster = fixture::eds("bad");
    bad_cluster.lb_policy = 3;
    bad_cluster.health_checks = vec![Default::default()];
    let bad = fixture::resource("bad", &bad_cluster);
    let rejection = stage
        .apply(TypeUrl::Cluster, &[good, bad], &[])
        .expect_err("refused");
    assert_eq!(rejection.kind, RejectionKind::Invalid);
    assert_eq!(
        refused(&rejection),
        [("bad".to_owned(), "health_checks".to_owned())]
    );
    assert_eq!(rejection.items[0].version.len(), 32);
    assert_eq!(
        rejection.report().items[0].type_url,
        TypeUrl::Cluster.as_str()
    );
    assert_eq!(
        rejection.to_string(),
        "bad: health_checks: is not supported by this proxy"
    );

    let mut second = first.clone();
    fixture::put(&mut second, TypeUrl::Cluster, "two", &fixture::eds("two"));
    let poisoned = stage
        .prepare(&fixture::commit_of(&second))
        .expect_err("poisoned");
    assert_eq!(poisoned, rejection);
    assert!(Arc::ptr_eq(stage.active(), &active));

    // The next commit leaves the bad one out; the server sends the good one again.
    fixture::push(&mut stage, &first, &second).expect("clean");
    assert!(stage.active().cluster("two").is_some());
}

#[test]
fn names_are_checked() {
    let mut stage = Stage::new();
    let cluster = fixture::resource("one", &fixture::eds("other"));
    let rejection = stage
        .apply(TypeUrl::Cluster, &[cluster], &[])
        .expect_err("inner name");
    assert_eq!(refused(&rejection), [("one".to_owned(), "name".to_owned())]);
    let one = || fixture::resource("one", &fixture::eds("one"));
    let twice = stage
        .apply(TypeUrl::Cluster, &[one(), one()], &[])
        .expect_err("twice");
    assert!(twice.to_string().contains("twice"), "{twice}");
    let both = stage
        .apply(TypeUrl::Cluster, &[one()], &["one".to_owned()])
        .expect_err("both");
    assert!(
        both.to_string().contains("both present and removed"),
        "{both}"
    );
}

#[test]
fn a_version_covers_the_content() {
    let mut stage = Stage::new();
    let mut one = fixture::resource("one", &fixture::eds("one"));
    let mut bytes = one.message.to_vec();
    let last = bytes.last_mut().expect("a byte");
    *last ^= 1;
    one.message = bytes.into();
    let rejection = stage
        .apply(TypeUrl::Cluster, &[one], &[])
        .expect_err("corrupt");
    assert!(
        rejection.to_string().contains("another content"),
        "{rejection}"
    );
}

#[test]
fn a_mismatch_names_the_type_and_what_was_expected_and_drops_the_stage() {
    let first = base();
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), &first).expect("first");
    let mut second = first.clone();
    fixture::put(&mut second, TypeUrl::Cluster, "two", &fixture::eds("two"));
    put_rule(&mut second, "two");
    fixture::stage(&mut stage, &first, &second).expect("staged");
    let lost = ["two".to_owned()];
    stage
        .apply(TypeUrl::Cluster, &[], &lost)
        .expect("a response that the commit does not know of");
    let rejection = stage
        .prepare(&fixture::commit_of(&second))
        .expect_err("mismatch");
    assert_eq!(
        (rejection.kind, rejection.code()),
        (RejectionKind::Mismatch, 9)
    );
    let text = rejection.to_string();
    assert!(
        text.contains("expects 2 of type.googleapis.com/envoy.config.cluster"),
        "{text}"
    );
    assert!(text.contains("staged are 1"), "{text}");
    assert_eq!(rejection.items.len(), 1, "only the type that differs");
    // Staged is active again: the first commit verifies.
    assert!(stage.prepare(&fixture::commit_of(&first)).is_ok());
    assert_eq!(
        cluster_of(stage.active(), "a.example", "/a"),
        Some("one".to_owned())
    );
}

#[test]
fn equal_counts_do_not_make_equal_sets() {
    let snapshot = base();
    let mut stage = Stage::new();
    fixture::stage(&mut stage, &Snapshot::default(), &snapshot).expect("staged");
    let other = fixture::resource("other", &fixture::eds("other"));
    let gone = ["one".to_owned()];
    stage
        .apply(TypeUrl::Cluster, &[other], &gone)
        .expect("staged");
    let rejection = stage
        .prepare(&fixture::commit_of(&snapshot))
        .expect_err("one is not other");
    assert_eq!(rejection.kind, RejectionKind::Mismatch);
    assert!(
        rejection.to_string().contains("staged are 1 with"),
        "{rejection}"
    );
}

fn with_entry(snapshot: &Snapshot, entry: CommitEntry) -> Received {
    let received = fixture::commit_of(snapshot);
    let mut commit = Commit::decode(received.message).expect("commit");
    commit.entries.push(entry);
    Received {
        message: commit.encode_to_vec().into(),
        ..fixture::commit_of(snapshot)
    }
}

#[test]
fn a_type_of_the_future_is_refused_only_if_it_is_required() {
    let snapshot = base();
    let mut stage = Stage::new();
    fixture::stage(&mut stage, &Snapshot::default(), &snapshot).expect("staged");
    let entry = |required| CommitEntry {
        type_url: "type.googleapis.com/tidegate.v1.Future".to_owned(),
        count: 1,
        digest: vec![0; 16].into(),
        required,
    };
    let rejection = stage
        .prepare(&with_entry(&snapshot, entry(true)))
        .expect_err("unknown");
    assert_eq!(
        (rejection.kind, rejection.code()),
        (RejectionKind::UnknownType, 12)
    );
    assert!(
        rejection.to_string().contains("tidegate.v1.Future"),
        "{rejection}"
    );
}

#[test]
fn a_type_of_the_future_that_is_not_required_is_ignored() {
    let snapshot = base();
    let mut stage = Stage::new();
    fixture::stage(&mut stage, &Snapshot::default(), &snapshot).expect("staged");
    let entry = CommitEntry {
        type_url: "type.googleapis.com/tidegate.v1.Future".to_owned(),
        count: 1,
        digest: vec![0; 16].into(),
        required: false,
    };
    assert!(stage.prepare(&with_entry(&snapshot, entry)).is_ok());
}

#[test]
fn a_type_that_the_commit_does_not_list_must_be_empty() {
    let snapshot = base();
    let mut stage = Stage::new();
    fixture::stage(&mut stage, &Snapshot::default(), &snapshot).expect("staged");
    let secret = fixture::resource("s", &fixture::generic("s", "x"));
    stage
        .apply(TypeUrl::Secret, &[secret], &[])
        .expect("staged");
    let rejection = stage
        .prepare(&fixture::commit_of(&snapshot))
        .expect_err("unlisted");
    assert_eq!(rejection.kind, RejectionKind::Mismatch);
    assert!(
        rejection
            .to_string()
            .contains("v3.Secret, but 1 are staged"),
        "{rejection}"
    );
}

#[test]
fn after_a_refused_commit_the_next_one_builds_on_what_is_staged() {
    let first = base();
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), &first).expect("first");
    let mut second = first.clone();
    fixture::put(
        &mut second,
        TypeUrl::Listener,
        "l",
        &fixture::listener("l", 80, "nowhere"),
    );
    let rejection = fixture::push(&mut stage, &first, &second).expect_err("dangling");
    assert_eq!(rejection.kind, RejectionKind::Invalid);
    let path = "filter_chains[0].filters[0].typed_config.rds.route_config_name";
    assert_eq!(refused(&rejection), [("l".to_owned(), path.to_owned())]);
    assert_eq!(
        cluster_of(stage.active(), "a.example", "/a"),
        Some("one".to_owned())
    );
    let mut third = second.clone();
    fixture::put(
        &mut third,
        TypeUrl::Listener,
        "l",
        &fixture::listener("l", 81, RC),
    );
    fixture::push(&mut stage, &second, &third).expect("third");
    assert_eq!(stage.active().listener("l").expect("l").address.port(), 81);
}

#[test]
fn a_lost_stream_drops_what_was_staged() {
    let first = base();
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), &first).expect("first");
    stage
        .apply(TypeUrl::Cluster, &[], &["one".to_owned()])
        .expect("staged");
    stage.reset();
    assert!(stage.prepare(&fixture::commit_of(&first)).is_ok());
}

#[test]
fn two_listeners_cannot_have_one_address() {
    let mut snapshot = base();
    fixture::put(
        &mut snapshot,
        TypeUrl::Listener,
        "m",
        &fixture::listener("m", 80, RC),
    );
    let mut stage = Stage::new();
    let rejection = fixture::push(&mut stage, &Snapshot::default(), &snapshot).expect_err("taken");
    assert_eq!(
        refused(&rejection),
        [("m".to_owned(), "address".to_owned())]
    );
}

#[test]
fn a_missing_certificate_lets_the_listener_stand_and_its_chain_fail() {
    let mut snapshot = base();
    let mut listener = fixture::listener("l", 443, RC);
    listener.filter_chains = vec![fixture::tls_chain(&["a.example"], "s", RC)];
    fixture::put(&mut snapshot, TypeUrl::Listener, "l", &listener);
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), &snapshot).expect("stands");
    let config = Arc::clone(stage.active());
    let chain = config
        .listener("l")
        .and_then(|listener| listener.chain(Some("a.example")));
    let tls = chain.and_then(|chain| chain.tls.as_ref()).expect("tls");
    assert!(config.certificate(&tls.certificates[0]).is_none());

    let mut second = snapshot.clone();
    fixture::put(
        &mut second,
        TypeUrl::Secret,
        "s",
        &fixture::certificate("s"),
    );
    fixture::push(&mut stage, &snapshot, &second).expect("certificate");
    assert!(stage.active().certificate(&tls.certificates[0]).is_some());

    let mut third = second.clone();
    fixture::put(
        &mut third,
        TypeUrl::Secret,
        "s",
        &fixture::generic("s", "x"),
    );
    let rejection = fixture::push(&mut stage, &second, &third).expect_err("wrong kind");
    assert_eq!(rejection.items[0].name, "l");
    assert!(
        rejection.to_string().contains("\"s\" is not a certificate"),
        "{rejection}"
    );
}

#[test]
fn a_commit_that_is_no_commit_is_refused() {
    let mut stage = Stage::new();
    let empty = fixture::resource("commit/a/b", &Commit::default());
    assert_eq!(
        stage.prepare(&empty).expect_err("name").items[0].path,
        "name"
    );
    let nameless = Commit {
        name: "commit/a/b".to_owned(),
        ..Commit::default()
    };
    let nameless = fixture::resource("commit/a/b", &nameless);
    assert_eq!(
        stage.prepare(&nameless).expect_err("id").items[0].path,
        "id"
    );
    let rejection = stage
        .apply(TypeUrl::Commit, &[nameless], &[])
        .expect_err("no resource");
    assert!(rejection.to_string().contains("not staged"), "{rejection}");
}
