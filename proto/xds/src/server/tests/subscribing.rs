//! R9, R16, R20-R29, R31, R32, R49: what a subscription is answered with.
//!
//! The meaning of the lists themselves is tested beside `Subscription`.

use proto::type_url::TypeUrl::{
    Cluster, Endpoint, Listener, RouteConfiguration, Secret, VirtualHost,
};

use crate::fixture::{Peer, ask};
use crate::server::Mode::{MakeBeforeBreak, Plain};
use crate::server::Protocol::{Delta, Sotw};

#[test]
fn r9_stale_nonce_still_applies_subscriptions() {
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(
        peer.ask(Endpoint, ask("b").nonce("never-sent")),
        "endpoint +b=1"
    );
    assert_eq!(peer.ask(Endpoint, ask("").but("a").nonce("1/stale")), "");
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(peer.snapshot("endpoint a=2 b=2"), "endpoint +b=2");
}

#[test]
fn r16_a_request_without_nonce_is_a_spontaneous_change() {
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    // Not an ACK: the window stays closed, the name is answered once it opens.
    assert_eq!(peer.ask(Endpoint, ask("b")), "");
    assert_eq!(peer.ack(Endpoint), "endpoint +b=1");
    let mut peer = Peer::with(Sotw, Plain, "endpoint a=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(
        peer.ask(Endpoint, ask("a")),
        "endpoint +a=1",
        "a fresh subscription"
    );
}

#[test]
fn r20_the_legacy_wildcard_gets_everything() {
    for protocol in [Delta, Sotw] {
        let mut peer = Peer::with(protocol, Plain, "cluster a=1 b=1");
        assert_eq!(
            peer.ask(Cluster, ask("")),
            "cluster +a=1 +b=1",
            "{protocol:?}"
        );
    }
}

#[test]
fn r20_after_a_name_an_empty_list_gets_nothing() {
    let mut peer = Peer::with(Sotw, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    let nonce = peer.last().nonce.to_string();
    assert_eq!(peer.ask(Endpoint, ask("").nonce(&nonce)), "");
    assert_eq!(peer.snapshot("endpoint a=2 b=2"), "");
}

#[test]
fn r21_wildcard_and_names_side_by_side() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1 b=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1 +b=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Cluster, ask("a")), "cluster +a=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Cluster, ask("").but("*")), "");
    assert_eq!(peer.snapshot("cluster a=2 b=2"), "cluster +a=2");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Cluster, ask("").but("a")), "");
    assert_eq!(
        peer.snapshot("cluster a=3 b=3"),
        "",
        "asks for nothing, so lacks nothing"
    );
}

#[test]
fn r21_a_wildcard_that_comes_back_gets_everything_again() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1 b=1");
    assert_eq!(peer.ask(Cluster, ask("* a")), "cluster +b=1 +a=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Cluster, ask("").but("*")), "");
    assert_eq!(peer.ask(Cluster, ask("*")), "cluster +b=1");
}

#[test]
fn r22_resubscribe_resends() {
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a b")), "endpoint +a=1 +b=1");
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    assert_eq!(peer.ack(Endpoint), "");
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("*")), "endpoint +a=1 +b=1");
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(peer.ask(Endpoint, ask("*")), "endpoint +a=1 +b=1");
}

#[test]
fn r23_a_new_name_is_sent_although_nothing_changed() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1 b=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1 +b=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(
        peer.ask(Cluster, ask("b")),
        "cluster +b=1",
        "sent before, unasked"
    );
    let mut peer = Peer::with(Sotw, Plain, "endpoint a=1 b=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    let nonce = peer.last().nonce.to_string();
    assert_eq!(
        peer.ask(Endpoint, ask("a b").nonce(&nonce)),
        "endpoint +b=1"
    );
}

#[test]
fn r24_nothing_unasked_is_sent_in_named_mode() {
    for protocol in [Delta, Sotw] {
        let mut peer = Peer::with(protocol, Plain, "endpoint a=1 b=1");
        assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
        assert_eq!(peer.ack(Endpoint), "");
        assert_eq!(peer.snapshot("endpoint a=1 b=2 c=1"), "");
    }
}

#[test]
fn r25_unsubscribe_under_wildcard_is_answered() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1");
    assert_eq!(peer.ask(Cluster, ask("* a gone")), "cluster +a=1 -gone");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Cluster, ask("").but("a")), "cluster +a=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Cluster, ask("").but("gone")), "cluster -gone");
}

#[test]
fn r25_unsubscribe_without_wildcard_is_not_answered() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1 b=1");
    assert_eq!(peer.ask(Cluster, ask("a b")), "cluster +a=1 +b=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Cluster, ask("").but("a")), "");
}

#[test]
fn r26_a_superfluous_unsubscribe_changes_nothing() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Cluster, ask("").but("a never")), "");
    assert_eq!(peer.snapshot("cluster a=2"), "cluster +a=2");
}

#[test]
fn r27_subscribe_and_unsubscribe_wildcard_is_nothing_yet() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1");
    assert_eq!(
        peer.ask(Cluster, ask("*").but("*")),
        "",
        "asks for nothing, so lacks nothing"
    );
    assert_eq!(peer.ask(Cluster, ask("a")), "cluster +a=1");
}

#[test]
fn r28_a_missing_name_is_remembered_and_pushed_when_it_appears() {
    for (protocol, at_once) in [(Delta, "endpoint -a"), (Sotw, "")] {
        let mut peer = Peer::with(protocol, Plain, "");
        let first = peer.ask(Endpoint, ask("a"));
        assert!(first.starts_with(at_once), "{first}");
        peer.ack_all();
        assert_eq!(
            peer.snapshot("endpoint a=1"),
            "endpoint +a=1",
            "{protocol:?}"
        );
    }
}

#[test]
fn r29_a_nonexistent_name_is_removed_at_once_in_delta_and_silent_in_sotw() {
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1");
    assert_eq!(peer.ask(Endpoint, ask("a gone")), "endpoint +a=1 -gone");
    let mut peer = Peer::with(Sotw, Plain, "endpoint a=1");
    assert_eq!(peer.ask(Endpoint, ask("a gone")), "endpoint +a=1");
    let mut peer = Peer::with(Sotw, MakeBeforeBreak, "cluster a=1");
    assert_eq!(
        peer.ask(Cluster, ask("gone")),
        "",
        "also for a full-state type"
    );
}

#[test]
fn r31_sotw_listeners_and_clusters_are_the_full_state() {
    for type_url in [Cluster, Listener] {
        let short = type_url.short();
        let mut peer = Peer::with(Sotw, Plain, &format!("{short} a=1 b=1"));
        assert_eq!(peer.ask(type_url, ask("")), format!("{short} +a=1 +b=1"));
        peer.ack(type_url);
        assert_eq!(
            peer.snapshot(&format!("{short} a=1 b=2")),
            format!("{short} +a=1 +b=2")
        );
        peer.ack(type_url);
        assert_eq!(
            peer.snapshot(&format!("{short} a=1")),
            format!("{short} +a=1")
        );
        peer.ack(type_url);
        assert_eq!(peer.snapshot(""), short, "an empty response deletes all");
    }
}

#[test]
fn r31_sotw_other_types_send_what_changed() {
    for type_url in [RouteConfiguration, Endpoint, Secret] {
        let short = type_url.short();
        let mut peer = Peer::with(Sotw, Plain, &format!("{short} a=1 b=1 c=1"));
        assert_eq!(peer.ask(type_url, ask("a b")), format!("{short} +a=1 +b=1"));
        peer.ack(type_url);
        assert_eq!(
            peer.snapshot(&format!("{short} a=1 b=2 c=2")),
            format!("{short} +b=2")
        );
    }
}

#[test]
fn r32_sotw_never_sends_an_empty_response_to_remove() {
    let mut peer = Peer::with(Sotw, Plain, "route-configuration a=1");
    assert_eq!(
        peer.ask(RouteConfiguration, ask("a")),
        "route-configuration +a=1"
    );
    assert_eq!(peer.ack(RouteConfiguration), "");
    assert_eq!(peer.snapshot(""), "");
    assert_eq!(
        peer.snapshot("route-configuration a=1"),
        "route-configuration +a=1"
    );
}

#[test]
fn r32_delta_removes_by_name() {
    let mut peer = Peer::with(Delta, Plain, "route-configuration a=1");
    assert_eq!(
        peer.ask(RouteConfiguration, ask("a")),
        "route-configuration +a=1"
    );
    assert_eq!(peer.ack(RouteConfiguration), "");
    assert_eq!(peer.snapshot(""), "route-configuration -a");
}

#[test]
fn r49_virtual_hosts_by_empty_first_subscription() {
    let mut peer = Peer::with(Delta, Plain, "virtual-host rc/a.example=1 rc/*=1");
    assert_eq!(
        peer.ask(VirtualHost, ask("")),
        "virtual-host +rc/*=1 +rc/a.example=1"
    );
}

#[test]
fn r49_virtual_hosts_on_demand_by_name() {
    let mut peer = Peer::with(Delta, Plain, "virtual-host rc/a.example=1 rc/*=1");
    let asked = ask("rc/a.example rc/* rc/none.example");
    assert_eq!(
        peer.ask(VirtualHost, asked),
        "virtual-host +rc/*=1 +rc/a.example=1 -rc/none.example"
    );
}

#[test]
fn r49_virtual_hosts_are_delta_only() {
    let mut peer = Peer::with(Sotw, Plain, "virtual-host rc/a.example=1");
    let said = peer.ask(VirtualHost, ask("rc/a.example"));
    assert_eq!(said, "unsupported DeltaOnly ");
    let mut peer = Peer::with(Sotw, Plain, "virtual-host rc/a.example=1");
    let said = peer.ask(VirtualHost, ask(""));
    assert_eq!(
        said, "unsupported DeltaOnly  | virtual-host",
        "a wildcard does not hang"
    );
}

#[test]
fn r21_a_wildcard_also_settles_what_is_still_on_its_way() {
    let mut peer = Peer::with(Delta, Plain, "listener d=1");
    assert_eq!(peer.ask(Listener, ask("d")), "listener +d=1");
    assert_eq!(peer.ask(Listener, ask("").but("d")), "");
    assert_eq!(peer.snapshot(""), "");
    // The client asks for everything before d arrives, and then takes it.
    assert_eq!(peer.ask(Listener, ask("*")), "");
    assert_eq!(peer.ack(Listener), "listener -d");
}
