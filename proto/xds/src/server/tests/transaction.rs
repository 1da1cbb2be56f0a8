//! Commits to Tidegate proxies (spec C.4): contiguous, windowed, coalesced, resumed.
//!
//! The peer is a Tidegate proxy: it asks for Commits last, and their ACK is the only one that counts.

use std::sync::Arc;

use proto::tidegate::v1::{RejectItem, RejectReport};
use proto::type_url::TypeUrl::{self, Cluster, Commit, Endpoint, Listener, RouteRule};

use crate::fixture::{Peer, ask, resource, snapshot};
use crate::server::Mode::Transactional;
use crate::server::Protocol::Delta;
use crate::server::{ServerAction, ServerEvent};
use crate::snapshot::Snapshot;

/// A proxy that asks for these types and then for Commits, and has applied `text`.
fn proxy(types: &[TypeUrl], text: &str) -> Peer {
    let mut peer = Peer::with(Delta, Transactional, text);
    for type_url in types {
        peer.ask(*type_url, ask("*"));
    }
    assert_eq!(peer.ask(Commit, ask("*")), "commit +commit");
    assert_eq!(peer.ack_all(), "applied");
    peer
}

#[test]
fn s1_a_commit_is_written_contiguously_in_push_order() {
    let mut peer = proxy(&[RouteRule, Listener, Endpoint, Cluster], "cluster a=1");
    let said = peer.snapshot("route-rule r=1; listener l=1; endpoint a=1; cluster a=2");
    assert_eq!(
        said,
        "cluster +a=2 | endpoint +a=1 | listener +l=1 | route-rule +r=1 | commit +commit"
    );
    assert_eq!(peer.ack_all(), "applied");
}

#[test]
fn s1_types_that_did_not_change_are_not_mentioned_and_removals_are_immediate() {
    let mut peer = proxy(&[Cluster, Listener], "cluster a=1 b=1; listener l=1");
    assert_eq!(
        peer.snapshot("cluster a=1; listener l=1"),
        "cluster -b | commit +commit"
    );
}

#[test]
fn s1_types_that_were_not_asked_for_are_not_sent() {
    let mut peer = proxy(&[Cluster], "cluster a=1");
    assert_eq!(peer.snapshot("cluster a=1; listener l=1"), "commit +commit");
}

#[test]
fn s2_no_type_ack_is_awaited_within_a_commit() {
    let mut peer = proxy(&[Cluster, Listener], "cluster a=1");
    assert_eq!(
        peer.snapshot("cluster a=2; listener l=1"),
        "cluster +a=2 | listener +l=1 | commit +commit"
    );
    assert_eq!(
        peer.snapshot("cluster a=3; listener l=1"),
        "cluster +a=3 | commit +commit"
    );
    let commits: Vec<_> = peer
        .unanswered
        .iter()
        .map(|r| r.type_url.to_string())
        .collect();
    assert_eq!(commits.len(), 5, "nothing was answered meanwhile");
}

#[test]
fn s2_two_unacked_commits_then_newer_states_coalesce() {
    let mut peer = proxy(&[Cluster], "cluster a=0");
    assert_eq!(
        peer.snapshot("cluster a=1"),
        "cluster +a=1 | commit +commit"
    );
    assert_eq!(
        peer.snapshot("cluster a=2"),
        "cluster +a=2 | commit +commit"
    );
    assert_eq!(peer.snapshot("cluster a=3 b=3"), "");
    assert_eq!(peer.snapshot("cluster a=4 b=4"), "");
    assert_eq!(peer.snapshot("cluster a=5 c=5"), "");
    assert_eq!(
        peer.ack(Commit),
        "applied | cluster +a=5 +c=5 | commit +commit"
    );
    assert_eq!(peer.ack(Cluster), "", "a type's ACK opens nothing");
}

#[test]
fn s2_going_back_while_the_window_is_closed_costs_nothing() {
    let mut peer = proxy(&[Cluster], "cluster a=0");
    peer.snapshot("cluster a=1");
    peer.snapshot("cluster a=2");
    assert_eq!(peer.snapshot("cluster a=3"), "");
    assert_eq!(peer.snapshot("cluster a=2"), "");
    assert_eq!(peer.ack(Commit), "applied");
    assert_eq!(peer.ack(Commit), "applied");
}

#[test]
fn applied_names_the_commit_that_was_acked() {
    let mut peer = proxy(&[Cluster], "cluster a=0");
    peer.snapshot("cluster a=1");
    peer.snapshot("cluster a=2");
    let nonce = peer
        .unanswered
        .iter()
        .find(|response| &*response.type_url == Commit.as_str())
        .expect("a commit")
        .nonce
        .to_string();
    let actions = peer.request(Commit.as_str(), ask("").nonce(&nonce));
    let [ServerAction::Applied { commit_id }] = actions.as_slice() else {
        panic!("{actions:?}")
    };
    assert_eq!(Some(commit_id), snapshot("cluster a=1").commit_id());
}

#[test]
fn there_and_back_again_is_applied_each_time() {
    let mut peer = proxy(&[Cluster], "cluster a=1");
    for text in ["cluster a=2", "cluster a=1", "cluster a=2"] {
        assert!(peer.snapshot(text).ends_with("commit +commit"), "{text}");
        assert_eq!(peer.ack_all(), "applied", "{text}");
    }
}

#[test]
fn the_same_commit_again_is_not_sent() {
    let mut peer = proxy(&[Cluster], "cluster a=1");
    assert_eq!(peer.snapshot("cluster a=1"), "");
}

#[test]
fn a_late_subscription_is_followed_by_the_commit_again() {
    let mut peer = proxy(&[Cluster], "cluster a=1; listener l=1");
    assert_eq!(
        peer.ask(Listener, ask("*")),
        "listener +l=1 | commit +commit"
    );
    assert_eq!(peer.ack_all(), "", "applied already, and reported");
    assert_eq!(
        peer.ask(Endpoint, ask("*")),
        "endpoint",
        "an empty answer stages nothing"
    );
}

#[test]
fn a_subscription_while_the_window_is_closed_is_answered_from_the_same_snapshot() {
    let mut peer = proxy(&[Cluster], "cluster a=0; listener l=0");
    peer.snapshot("cluster a=1; listener l=1");
    peer.snapshot("cluster a=2; listener l=2");
    assert_eq!(peer.snapshot("cluster a=3; listener l=3"), "");
    assert_eq!(
        peer.ask(Listener, ask("*")),
        "listener +l=2",
        "not 3: its commit is not begun"
    );
    assert_eq!(
        peer.ack(Commit),
        "applied | cluster +a=3 | listener +l=3 | commit +commit"
    );
}

#[test]
fn a_reconnect_costs_the_difference_and_the_same_commit() {
    let text = "cluster a=1 b=1; listener l=1";
    let mut peer = Peer::with(Delta, Transactional, text);
    let commit = snapshot(text);
    let commit_id = commit.commit_id().expect("committed");
    assert_eq!(peer.ask(Cluster, ask("*").holding("a=1 b=1")), "cluster");
    assert_eq!(peer.ask(Listener, ask("*").holding("l=0")), "listener +l=1");
    let mut asked = ask("*");
    asked
        .held
        .insert("commit/test/gw".to_owned(), "an-older-id".to_owned());
    assert_eq!(peer.ask(Commit, asked), "commit +commit");
    assert_eq!(peer.last().resources[0].version().hex(), **commit_id);
    assert_eq!(peer.ack_all(), "applied");
}

#[test]
fn a_reconnect_that_lacks_nothing_gets_the_same_commit_and_applies_it() {
    let text = "cluster a=1";
    let commit_id = snapshot(text).commit_id().expect("committed").to_string();
    let mut peer = Peer::with(Delta, Transactional, text);
    assert_eq!(peer.ask(Cluster, ask("*").holding("a=1")), "cluster");
    let mut asked = ask("*");
    asked.held.insert("commit/test/gw".to_owned(), commit_id);
    assert_eq!(peer.ask(Commit, asked), "commit +commit");
    assert_eq!(
        peer.ack_all(),
        "applied",
        "the fleet must learn what this proxy serves"
    );
}

#[test]
fn a_refused_commit_carries_the_report_and_is_not_repeated() {
    let mut peer = proxy(&[Cluster, RouteRule], "cluster a=1");
    peer.snapshot("cluster a=1; route-rule r=bad");
    assert_eq!(peer.ack(RouteRule), "");
    let item = RejectItem {
        type_url: RouteRule.as_str().to_owned(),
        name: "r".to_owned(),
        path: "routes[0].match".to_owned(),
        message: "no such thing".to_owned(),
        ..RejectItem::default()
    };
    let report = RejectReport { items: vec![item] };
    let nonce = peer.last().nonce.to_string();
    peer.unanswered.clear();
    let actions = peer.request(Commit.as_str(), ask("").nonce(&nonce).report(&report));
    let [ServerAction::Nacked(nack)] = actions.as_slice() else {
        panic!("{actions:?}")
    };
    assert_eq!(nack.report.as_ref(), Some(&report));
    assert_eq!(nack.culprits, [Arc::from("r")]);
    assert_eq!(nack.names, [Arc::from("commit/test/gw")]);
    let refused = snapshot("cluster a=1; route-rule r=bad");
    assert_eq!(nack.commit_id.as_ref(), refused.commit_id());
    assert_eq!(peer.snapshot("cluster a=1; route-rule r=bad"), "", "R13");
    assert_eq!(
        peer.snapshot("cluster a=1"),
        "route-rule -r | commit +commit",
        "without it"
    );
    assert_eq!(peer.ack_all(), "applied");
}

#[test]
fn what_was_in_a_refused_response_goes_with_the_next_commit() {
    let mut peer = proxy(&[Cluster, Listener], "cluster a=1 b=1");
    assert_eq!(
        peer.snapshot("cluster a=2 b=2"),
        "cluster +a=2 +b=2 | commit +commit"
    );
    assert_eq!(peer.nack(Cluster, "no"), "nacked a b");
    assert_eq!(peer.nack(Commit, "poisoned"), "nacked commit/test/gw");
    let said = peer.snapshot("cluster a=1 b=2; listener l=1");
    assert_eq!(said, "cluster +a=1 +b=2 | listener +l=1 | commit +commit");
}

#[test]
fn a_refused_resource_that_is_already_on_its_way_again_is_not_sent_a_third_time() {
    let mut peer = proxy(&[Cluster], "cluster a=0 b=0");
    assert_eq!(
        peer.snapshot("cluster a=1 b=1"),
        "cluster +a=1 +b=1 | commit +commit"
    );
    assert_eq!(
        peer.snapshot("cluster a=2 b=1"),
        "cluster +a=2 | commit +commit"
    );
    // The second commit does not carry b, so b is told now, and the commit with it.
    assert_eq!(peer.nack(Cluster, "no"), "nacked a b | cluster +b=1");
    assert_eq!(peer.ack(Commit), "applied | commit +commit");
}

#[test]
fn s5_a_large_change_is_cut_into_parts_of_at_most_512_kib() {
    let mut big = Snapshot::default();
    for index in 0..100 {
        let content = "x".repeat(20_000) + &index.to_string();
        big.insert(resource(Cluster, &format!("c{index:03}"), &content));
    }
    let mut peer = proxy(&[Cluster], "cluster a=1");
    let actions = peer.on(ServerEvent::Snapshot(
        big.committed("commit/test/gw", Default::default()),
    ));
    let mut names = Vec::new();
    let mut nonces = Vec::new();
    for action in &actions {
        let ServerAction::Send(response) = action else {
            panic!("{action:?}")
        };
        assert!(
            response.payload_len() <= 512 * 1024,
            "{}",
            response.payload_len()
        );
        names.extend(response.resources.iter().map(|r| Arc::clone(r.name())));
        nonces.push(response.nonce.to_string());
    }
    assert_eq!(actions.len(), 5, "four parts and the commit");
    assert_eq!(names.len(), 101);
    assert!(
        nonces[0].ends_with("/1of4") && nonces[3].ends_with("/4of4"),
        "{nonces:?}"
    );
    assert_eq!(peer.ack_all(), "applied");
}

#[test]
fn s5_a_resource_larger_than_a_part_travels_alone() {
    let mut big = Snapshot::default();
    for name in ["a", "b", "c"] {
        let size = if name == "b" { 700_000 } else { 10 };
        big.insert(resource(Cluster, name, &"x".repeat(size)));
    }
    let mut peer = Peer::open(Delta, Transactional);
    peer.on(ServerEvent::Snapshot(big));
    peer.ask(Cluster, ask("*"));
    let sizes: Vec<usize> = peer.unanswered.iter().map(|r| r.resources.len()).collect();
    assert_eq!(sizes, [1, 1, 1]);
}

#[test]
fn before_commits_are_asked_for_the_types_own_acks_pace_the_stream() {
    let mut peer = Peer::with(Delta, Transactional, "cluster a=1");
    assert_eq!(peer.ask(Cluster, ask("*")), "cluster +a=1");
    for version in 2..9 {
        assert_eq!(peer.snapshot(&format!("cluster a={version}")), "");
    }
    assert_eq!(peer.ack(Cluster), "cluster +a=8");
}

#[test]
fn named_subscriptions_work_with_commits() {
    let mut peer = Peer::with(Delta, Transactional, "cluster a=1 b=1");
    assert_eq!(peer.ask(Cluster, ask("a")), "cluster +a=1");
    assert_eq!(peer.ask(Commit, ask("commit/test/gw")), "commit +commit");
    peer.ack_all();
    assert_eq!(peer.snapshot("cluster a=1 b=2"), "commit +commit");
    peer.ack_all();
    assert_eq!(
        peer.snapshot("cluster a=2 b=2"),
        "cluster +a=2 | commit +commit"
    );
}
