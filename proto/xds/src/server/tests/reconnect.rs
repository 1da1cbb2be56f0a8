//! R41-R43: streams that begin with what the client already holds.
//!
//! A claim is about content and is no subscription; a wrong claim must only cost bytes.

use proto::type_url::TypeUrl::{Cluster, Endpoint, Listener, RouteConfiguration};

use crate::fixture::{Peer, ask, bare};
use crate::server::Mode::Plain;
use crate::server::Protocol::{Delta, Sotw};

#[test]
fn r41_a_sotw_wildcard_with_an_equal_version_is_not_sent_again() {
    for type_url in [Cluster, Listener] {
        let text = format!("{} a=1 b=1", type_url.short());
        let version = bare(&text).digest(type_url).hex();
        let mut peer = Peer::with(Sotw, Plain, &text);
        assert_eq!(peer.ask(type_url, ask("").version(&version)), "");
        let changed = format!("{} a=1 b=2", type_url.short());
        assert_eq!(
            peer.snapshot(&changed),
            format!("{} +a=1 +b=2", type_url.short())
        );
    }
}

#[test]
fn r41_a_sotw_wildcard_with_another_version_gets_the_full_state() {
    let mut peer = Peer::with(Sotw, Plain, "cluster a=1");
    assert_eq!(peer.ask(Cluster, ask("").version("other")), "cluster +a=1");
}

#[test]
fn r41_a_version_that_comes_before_the_snapshot_is_remembered() {
    let version = bare("cluster a=1").digest(Cluster).hex();
    let mut peer = Peer::open(Sotw, Plain);
    assert_eq!(peer.ask(Cluster, ask("").version(&version)), "");
    assert_eq!(peer.snapshot("cluster a=1"), "");
    let mut peer = Peer::open(Sotw, Plain);
    assert_eq!(peer.ask(Cluster, ask("").version(&version)), "");
    assert_eq!(peer.snapshot("cluster a=2"), "cluster +a=2");
}

#[test]
fn r41_named_sotw_subscriptions_are_always_answered() {
    // The list may have changed while the client was away.
    let mut peer = Peer::with(Sotw, Plain, "endpoint a=1");
    let version = bare("endpoint a=1").digest(Endpoint).hex();
    assert_eq!(
        peer.ask(Endpoint, ask("a").version(&version)),
        "endpoint +a=1"
    );
}

#[test]
fn r41_the_version_of_a_client_that_names_things_is_not_believed() {
    // Its list may have been shorter while it took that version.
    let version = bare("cluster a=1").digest(Cluster).hex();
    for list in ["*", "* a", "a"] {
        let mut peer = Peer::with(Sotw, Plain, "cluster a=1");
        assert_eq!(
            peer.ask(Cluster, ask(list).version(&version)),
            "cluster +a=1",
            "{list}"
        );
    }
}

#[test]
fn r41_a_named_sotw_client_is_told_that_its_clusters_are_gone() {
    let mut peer = Peer::with(Sotw, Plain, "cluster other=1");
    assert_eq!(
        peer.ask(Cluster, ask("a").version("held-before")),
        "cluster"
    );
    let mut peer = Peer::with(Sotw, Plain, "cluster other=1");
    assert_eq!(peer.ask(Cluster, ask("a")), "", "it never held anything");
}

#[test]
fn r42_a_delta_client_gets_what_changed_and_what_is_gone() {
    let mut peer = Peer::with(Delta, Plain, "cluster same=1 changed=2 new=1");
    let asked = ask("").holding("same=1 changed=1 gone=1");
    assert_eq!(peer.ask(Cluster, asked), "cluster +changed=2 +new=1 -gone");
}

#[test]
fn r42_an_empty_first_answer_is_sent_to_a_wildcard() {
    for protocol in [Delta, Sotw] {
        let mut peer = Peer::with(protocol, Plain, "");
        assert_eq!(peer.ask(Cluster, ask("")), "cluster", "{protocol:?}");
        assert_eq!(peer.ack(Cluster), "");
    }
    let mut peer = Peer::with(Delta, Plain, "cluster a=1");
    assert_eq!(
        peer.ask(Cluster, ask("").holding("a=1")),
        "cluster",
        "all is held already"
    );
}

#[test]
fn r42_what_is_held_and_named_is_not_sent_again() {
    let mut peer = Peer::with(Delta, Plain, "route-configuration a=1 b=1");
    let asked = ask("a b gone").holding("a=1 gone=1");
    assert_eq!(
        peer.ask(RouteConfiguration, asked),
        "route-configuration +b=1 -gone"
    );
}

#[test]
fn r42_a_claim_that_comes_before_the_snapshot_is_remembered() {
    let mut peer = Peer::open(Delta, Plain);
    assert_eq!(peer.ask(Cluster, ask("").holding("a=1 b=1")), "");
    assert_eq!(peer.snapshot("cluster a=1 b=2"), "cluster +b=2");
}

#[test]
fn r43_held_names_are_no_subscriptions() {
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1 b=2");
    assert_eq!(peer.ask(Endpoint, ask("a").holding("a=1 b=1 gone=1")), "");
    assert_eq!(peer.snapshot("endpoint a=1 b=3"), "");
    assert_eq!(peer.ask(Endpoint, ask("b")), "endpoint +b=3");
}

#[test]
fn r43_versions_of_another_server_are_not_believed() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1");
    let mut asked = ask("");
    asked.held.insert("a".to_owned(), "v17".to_owned());
    assert_eq!(peer.ask(Cluster, asked), "cluster +a=1");
}

#[test]
fn r43_held_versions_count_in_the_first_request_only() {
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    peer.ack(Endpoint);
    assert_eq!(peer.ask(Endpoint, ask("b").holding("b=1")), "endpoint +b=1");
}
