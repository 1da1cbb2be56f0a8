//! R8, R11-R15, R17, R18: nonces, versions, ACK, NACK, windows.
//!
//! The peer answers by hand here, or does not.

use std::collections::BTreeSet;

use proto::type_url::TypeUrl::{Cluster, Endpoint, Listener, RouteConfiguration};

use crate::fixture::{Peer, ask, snapshot};
use crate::server::Mode::{MakeBeforeBreak, Plain};
use crate::server::Protocol::{Delta, Sotw};
use crate::server::{ServerAction, ServerEvent};

#[test]
fn r8_nonces_are_unique_on_the_stream() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1; listener l=1");
    let mut nonces = BTreeSet::new();
    peer.ask(Cluster, ask(""));
    peer.ask(Listener, ask(""));
    for round in 0..6 {
        for response in &peer.unanswered {
            assert!(
                nonces.insert(response.nonce.to_string()),
                "{} twice",
                response.nonce
            );
        }
        peer.ack_all();
        // There and back again: the same commit must not bring the same nonce.
        peer.snapshot(if round % 2 == 0 {
            "cluster a=2"
        } else {
            "cluster a=1; listener l=1"
        });
    }
    assert!(nonces.len() >= 8);
}

#[test]
fn r8_a_stale_sotw_request_is_not_answered() {
    let mut peer = Peer::with(Sotw, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    let stale = peer.last().nonce.to_string();
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(peer.snapshot("endpoint a=2 b=1"), "endpoint +a=2");
    assert_eq!(peer.ask(Endpoint, ask("a b").nonce(&stale)), "", "stale");
    // The ACK of the latest response repeats the list, which heals it.
    let latest = peer.last().nonce.to_string();
    assert_eq!(
        peer.ask(Endpoint, ask("a b").nonce(&latest)),
        "endpoint +b=1"
    );
}

#[test]
fn r8_a_name_that_was_given_up_in_a_stale_request_is_sent_again() {
    let mut peer = Peer::with(Sotw, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a b")), "endpoint +a=1 +b=1");
    let stale = peer.last().nonce.to_string();
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(peer.snapshot("endpoint a=1 b=2"), "endpoint +b=2");
    assert_eq!(
        peer.ask(Endpoint, ask("b").nonce(&stale)),
        "",
        "it forgets a, behind our back"
    );
    let latest = peer.last().nonce.to_string();
    assert_eq!(
        peer.ask(Endpoint, ask("a b").nonce(&latest)),
        "endpoint +a=1"
    );
}

#[test]
fn r13_a_nack_that_comes_after_the_next_change_is_repaired_at_once() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
    assert_eq!(peer.snapshot("cluster a=1 b=1"), "", "still un-ACKed");
    assert_eq!(peer.nack(Cluster, "no"), "nacked a | cluster +b=1 +a=1");
    assert_eq!(peer.nack(Cluster, "no"), "nacked b a", "and then no more");
}

#[test]
fn r11_sotw_ack_and_nack_by_error_detail_only() {
    let mut peer = Peer::with(Sotw, Plain, "cluster a=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
    let nonce = peer.last().nonce.to_string();
    // The version of a NACK is the last good one, here none at all; only the error tells.
    assert_eq!(
        peer.ask(Cluster, ask("").nonce(&nonce).version("").error("no")),
        "nacked a"
    );
}

#[test]
fn r11_delta_needs_no_version() {
    let mut peer = Peer::with(Delta, MakeBeforeBreak, "cluster a=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
    assert_eq!(peer.ack(Cluster), "applied");
}

#[test]
fn r12_an_unexpected_version_is_no_nack() {
    let mut peer = Peer::with(Sotw, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    let nonce = peer.last().nonce.to_string();
    let asked = ask("a b").nonce(&nonce).version("something-else");
    assert_eq!(peer.ask(Endpoint, asked), "endpoint +b=1");
}

#[test]
fn r13_after_a_nack_nothing_is_resent_until_content_changes() {
    for protocol in [Delta, Sotw] {
        for mode in [Plain, MakeBeforeBreak] {
            let mut peer = Peer::with(protocol, mode, "cluster good=1 bad=1");
            assert_eq!(peer.ask(Cluster, ask("")), "cluster +bad=1 +good=1");
            assert_eq!(peer.nack(Cluster, "no"), "nacked bad good");
            assert_eq!(peer.tick(60_000), "");
            assert_eq!(peer.snapshot("cluster good=1 bad=1"), "", "equal content");
            assert_eq!(
                peer.snapshot("cluster good=1 bad=1; listener l=1"),
                "",
                "another type"
            );
            assert_eq!(
                peer.snapshot("cluster good=1 bad=2"),
                "cluster +bad=2 +good=1"
            );
        }
    }
}

#[test]
fn r13_every_resource_of_a_nacked_response_is_unknown_and_sent_again() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1 b=1 bad=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1 +b=1 +bad=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.snapshot("cluster a=2 bad=2"), "cluster +a=2 +bad=2 -b");
    assert_eq!(peer.nack(Cluster, "no"), "nacked a bad b");
    // Back to the first content of what was bad: the client may hold any of the two, so it is told.
    assert_eq!(peer.snapshot("cluster a=2 bad=1"), "cluster +a=2 +bad=1 -b");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(
        peer.snapshot("cluster a=2 bad=3"),
        "cluster +bad=3",
        "known again"
    );
}

#[test]
fn r13_an_explicit_resubscription_is_answered_even_after_a_nack() {
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    assert_eq!(peer.nack(Endpoint, "no"), "nacked a");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(peer.ask(Endpoint, ask("b")), "endpoint -b");
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(
        peer.snapshot("endpoint a=1 b=1"),
        "endpoint +b=1",
        "a is known again"
    );
}

#[test]
fn r14_equal_content_has_an_equal_version_on_every_replica() {
    let version_of = |order: &str| {
        let mut peer = Peer::with(Sotw, Plain, order);
        peer.ask(Cluster, ask(""));
        peer.last().system_version.to_string()
    };
    assert_eq!(version_of("cluster a=1 b=2"), version_of("cluster b=2 a=1"));
    assert_ne!(version_of("cluster a=1 b=2"), version_of("cluster a=1 b=3"));
    assert_eq!(
        snapshot("cluster a=1").commit_id(),
        snapshot("cluster a=1").commit_id()
    );
}

#[test]
fn r14_the_version_of_a_named_subscription_covers_what_was_asked_for() {
    let version_of = |text: &str| {
        let mut peer = Peer::with(Sotw, Plain, text);
        peer.ask(Endpoint, ask("a"));
        peer.last().system_version.to_string()
    };
    assert_eq!(
        version_of("endpoint a=1 b=1"),
        version_of("endpoint a=1 b=2")
    );
    assert_ne!(
        version_of("endpoint a=1 b=1"),
        version_of("endpoint a=2 b=1")
    );
}

#[test]
fn r15_equal_content_is_not_sent_again() {
    for protocol in [Delta, Sotw] {
        let mut peer = Peer::with(protocol, Plain, "cluster a=1; endpoint a=1");
        assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
        assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
        assert_eq!(peer.ack_all(), "");
        assert_eq!(peer.snapshot("cluster a=1; endpoint a=1"), "");
        assert_eq!(peer.tick(1_000_000), "");
    }
}

#[test]
fn r17_changes_coalesce_while_a_type_is_unacked() {
    for protocol in [Delta, Sotw] {
        let mut peer = Peer::with(protocol, Plain, "endpoint a=1");
        assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
        for version in 2..9 {
            assert_eq!(peer.snapshot(&format!("endpoint a={version}")), "");
        }
        assert_eq!(peer.ack(Endpoint), "endpoint +a=8", "{protocol:?}");
    }
}

#[test]
fn r17_a_withheld_cds_ack_does_not_stall_other_types() {
    for mode in [Plain, MakeBeforeBreak] {
        let mut peer = Peer::with(Delta, mode, "cluster a=1; endpoint a=1; listener l=1");
        assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
        assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
        assert_eq!(peer.ask(Listener, ask("")), "listener +l=1");
        peer.ack(Endpoint);
        peer.ack(Listener);
        let said = peer.snapshot("cluster a=1; endpoint a=2; listener l=2");
        assert_eq!(
            said, "endpoint +a=2 | listener +l=2",
            "{mode:?}: CDS is still un-ACKed"
        );
    }
}

#[test]
fn r17_a_withheld_cds_ack_does_not_let_routes_overtake_their_clusters() {
    let mut peer = Peer::with(
        Delta,
        MakeBeforeBreak,
        "cluster a=1; route-configuration r=a",
    );
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
    assert_eq!(
        peer.ask(RouteConfiguration, ask("r")),
        "route-configuration +r=a"
    );
    peer.ack(RouteConfiguration);
    let said = peer.snapshot("cluster a=1 b=1; route-configuration r=b");
    assert_eq!(
        said, "cluster +b=1 | route-configuration +r=b",
        "past the window, in order"
    );
    assert_eq!(
        peer.snapshot("cluster a=1 b=1 c=1; route-configuration r=b"),
        "",
        "no hurry"
    );
    assert_eq!(
        peer.ack(Cluster),
        "applied",
        "the first commit, whose routes were ACKed long ago"
    );
    assert_eq!(peer.ack(Cluster), "cluster +c=1");
}

#[test]
fn r18_names_are_taken_from_the_words_of_envoy() {
    let mut peer = Peer::with(Delta, Plain, "cluster bad=1 badly=1 good=1");
    peer.ask(Cluster, ask(""));
    let nonce = peer.last().nonce.to_string();
    let words = "Error adding/updating cluster(s) bad: some reason";
    let actions = peer.request(Cluster.as_str(), ask("").nonce(&nonce).error(words));
    let [ServerAction::Nacked(nack)] = actions.as_slice() else {
        panic!("{actions:?}")
    };
    assert_eq!(
        nack.culprits
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<&str>>(),
        ["bad"]
    );
    assert_eq!((nack.code, nack.message.as_str()), (13, words));
    assert_eq!(
        nack.commit_id,
        snapshot("cluster bad=1 badly=1 good=1")
            .commit_id()
            .cloned()
    );
}

#[test]
fn r18_a_single_resource_needs_no_name() {
    let mut peer = Peer::with(Delta, MakeBeforeBreak, "route-configuration r=1 s=1");
    peer.ask(RouteConfiguration, ask("r s"));
    let first = peer
        .unanswered
        .first()
        .expect("two responses")
        .nonce
        .to_string();
    let words = "missing ): (";
    let actions = peer.request(
        RouteConfiguration.as_str(),
        ask("").nonce(&first).error(words),
    );
    let [ServerAction::Nacked(nack)] = actions.as_slice() else {
        panic!("{actions:?}")
    };
    assert_eq!(
        nack.culprits
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<&str>>(),
        ["r"]
    );
}

#[test]
fn a_sotw_ack_of_the_latest_response_answers_the_earlier_ones() {
    let text = "listener l=1; route-configuration r=1 s=1";
    let mut peer = Peer::with(Sotw, MakeBeforeBreak, text);
    assert_eq!(peer.ask(Listener, ask("")), "listener +l=1");
    peer.ack(Listener);
    let said = peer.ask(RouteConfiguration, ask("r s"));
    assert_eq!(said, "route-configuration +r=1 | route-configuration +s=1");
    let latest = peer.last().nonce.to_string();
    assert_eq!(
        peer.ask(RouteConfiguration, ask("r s").nonce(&latest)),
        "applied"
    );
}

#[test]
fn a_sotw_nack_of_the_latest_response_leaves_the_earlier_ones_unknown() {
    let text = "route-configuration r=1 s=1";
    let mut peer = Peer::with(Sotw, MakeBeforeBreak, text);
    peer.ask(RouteConfiguration, ask("r s"));
    let latest = peer.last().nonce.to_string();
    let asked = ask("r s").nonce(&latest).error("no");
    assert_eq!(peer.ask(RouteConfiguration, asked), "nacked r s");
    assert_eq!(
        peer.snapshot("route-configuration r=1 s=2"),
        "route-configuration +r=1 | route-configuration +s=2"
    );
}

#[test]
fn a_snapshot_before_any_request_and_a_request_before_any_snapshot() {
    let mut peer = Peer::open(Delta, Plain);
    assert_eq!(peer.ask(Cluster, ask("")), "");
    assert_eq!(
        peer.say(ServerEvent::Snapshot(snapshot("cluster a=1"))),
        "cluster +a=1"
    );
}
