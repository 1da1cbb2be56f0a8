//! R33-R40, R53, R57: what one push contains, and in which order.
//!
//! The peer is an Envoy unless a test says otherwise: nothing is sent that it would have to ask for first.

use proto::type_url::TypeUrl::{Cluster, Endpoint, Listener, RouteConfiguration, Secret};

use crate::fixture::{Peer, ask};
use crate::resource::{NameMismatch, Resource};
use crate::server::Mode::{MakeBeforeBreak, Plain};
use crate::server::Protocol::{Delta, Sotw};
use crate::server::ServerAction;

const WHOLE: &str = "cluster a=1; endpoint a=1; listener l=1; route-configuration r=a";

/// A real Envoy that serves [`WHOLE`].
fn envoy(protocol: crate::server::Protocol) -> Peer {
    let mut peer = Peer::with(protocol, MakeBeforeBreak, WHOLE);
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
    assert_eq!(peer.ask(Listener, ask("")), "listener +l=1");
    assert_eq!(
        peer.ask(RouteConfiguration, ask("r")),
        "route-configuration +r=a"
    );
    assert_eq!(peer.ack_all(), "applied");
    peer
}

#[test]
fn r33_no_response_names_a_resource_twice() {
    // Changed, forced, unknown and subscribed again, all at once.
    let mut peer = envoy(Delta);
    peer.snapshot("cluster a=2; endpoint a=2; listener l=1; route-configuration r=a");
    peer.nack(Cluster, "no");
    peer.nack(Endpoint, "no");
    peer.ask(Cluster, ask("a"));
    peer.ask(Endpoint, ask("a"));
    peer.ack_all();
    let said = peer.snapshot("cluster a=3; endpoint a=3; listener l=1; route-configuration r=a");
    assert_eq!(said, "cluster +a=3 | endpoint +a=3");
    // A name that is asked for and gone is removed once.
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1");
    peer.ask(Endpoint, ask("a a"));
    peer.ask(Endpoint, ask("a"));
    peer.snapshot("");
    assert_eq!(peer.ack(Endpoint), "endpoint -a");
}

#[test]
fn r33_a_resource_cannot_be_built_under_another_name() {
    let cluster = proto::envoy::config::cluster::v3::Cluster {
        name: "y".to_owned(),
        ..Default::default()
    };
    let refused = Resource::named("x", &cluster, None).map(|_| ());
    let expected = NameMismatch {
        type_url: Cluster,
        name: "x".to_owned(),
        inner: "y".to_owned(),
    };
    assert_eq!(refused, Err(expected));
    assert_eq!(&**Resource::of(&cluster, None).name(), "y");
}

#[test]
fn r34_eds_is_forced_after_cds_although_endpoints_did_not_change() {
    let mut peer = envoy(Delta);
    let said = peer.snapshot("cluster a=2; endpoint a=1; listener l=1; route-configuration r=a");
    assert_eq!(said, "cluster +a=2 | endpoint +a=1");
    assert_eq!(peer.ack_all(), "applied");
    let mut peer = envoy(Sotw);
    let said = peer.snapshot("cluster a=2; endpoint a=1; listener l=1; route-configuration r=a");
    assert_eq!(said, "cluster +a=2 | endpoint +a=1");
}

#[test]
fn r34_eds_is_forced_for_the_cluster_that_was_sent_and_no_other() {
    let mut peer = Peer::with(
        Delta,
        MakeBeforeBreak,
        "cluster a=1 b=1 s=1; endpoint a=1 b=1",
    );
    peer.ask(Cluster, ask(""));
    peer.ask(Endpoint, ask("a b"));
    peer.ack_all();
    let said = peer.snapshot("cluster a=1 b=2 s=2; endpoint a=1 b=1");
    assert_eq!(
        said, "cluster +b=2 +s=2 | endpoint +b=1",
        "s has no endpoints of its own"
    );
}

#[test]
fn r34_eds_is_forced_once_it_is_asked_for_after_a_reconnect() {
    // CDS is asked for first and answered with a change; then EDS claims the endpoints it has.
    let mut peer = Peer::with(Delta, MakeBeforeBreak, "cluster a=2; endpoint a=1");
    assert_eq!(peer.ask(Cluster, ask("").holding("a=1")), "cluster +a=2");
    assert_eq!(peer.ask(Endpoint, ask("a").holding("a=1")), "endpoint +a=1");
    let mut peer = Peer::with(Delta, MakeBeforeBreak, "cluster a=1; endpoint a=1");
    assert_eq!(peer.ask(Cluster, ask("").holding("a=1")), "cluster");
    assert_eq!(
        peer.ask(Endpoint, ask("a").holding("a=1")),
        "",
        "nothing warms"
    );
}

#[test]
fn r34_plain_mode_forces_nothing() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1; endpoint a=1");
    peer.ask(Cluster, ask(""));
    peer.ask(Endpoint, ask("a"));
    peer.ack_all();
    assert_eq!(peer.snapshot("cluster a=2; endpoint a=1"), "cluster +a=2");
}

#[test]
fn r35_a_route_never_comes_before_its_cluster() {
    let mut peer = envoy(Delta);
    let said =
        peer.snapshot("cluster a=1 b=1; endpoint a=1 b=1; listener l=1; route-configuration r=a,b");
    assert_eq!(said, "cluster +b=1 | route-configuration +r=a,b");
}

#[test]
fn r36_references_are_pushed_before_referrers() {
    let mut peer = envoy(Delta);
    assert_eq!(peer.ask(Secret, ask("s")), "secret -s");
    assert_eq!(peer.ack_all(), "");
    let said = peer
        .snapshot("route-configuration r=b; listener l=2; secret s=1; endpoint a=2; cluster a=2");
    assert_eq!(
        said,
        "cluster +a=2 | endpoint +a=2 | secret +s=1 | listener +l=2 | route-configuration +r=b"
    );
}

#[test]
fn r37_removals_are_held_until_the_routes_are_acked() {
    let text = "cluster b=1; endpoint b=1; listener l=1; route-configuration r=b";
    let mut peer = envoy(Delta);
    assert_eq!(
        peer.snapshot(text),
        "cluster +b=1 | route-configuration +r=b"
    );
    assert_eq!(peer.ask(Endpoint, ask("b")), "endpoint +b=1");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ack(Endpoint), "");
    assert_eq!(
        peer.ack(RouteConfiguration),
        "cluster -a | endpoint -a | applied"
    );
}

#[test]
fn r37_a_sotw_client_gets_the_superset_first_and_the_final_set_later() {
    let text = "cluster b=1; endpoint b=1; listener l=1; route-configuration r=b";
    let mut peer = envoy(Sotw);
    assert_eq!(
        peer.snapshot(text),
        "cluster +a=1 +b=1 | route-configuration +r=b"
    );
    let nonce = peer.last().nonce.to_string();
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(
        peer.ask(RouteConfiguration, ask("r").nonce(&nonce)),
        "cluster +b=1"
    );
}

#[test]
fn r37_the_hold_ends_after_five_seconds() {
    let text = "cluster b=1; endpoint b=1; listener l=1; route-configuration r=b";
    let mut peer = envoy(Delta);
    assert_eq!(peer.tick(100_000), "");
    assert_eq!(
        peer.snapshot(text),
        "cluster +b=1 | route-configuration +r=b"
    );
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(
        peer.nack(RouteConfiguration, "no"),
        "nacked r",
        "the old routes still serve"
    );
    assert_eq!(
        peer.tick(170_000),
        "",
        "the clock starts with the first tick after the removal"
    );
    assert_eq!(peer.tick(174_999), "");
    assert_eq!(peer.tick(175_000), "cluster -a | endpoint -a");
}

#[test]
fn r37_a_cluster_that_nothing_waits_for_goes_at_once() {
    let mut peer = envoy(Delta);
    let said = peer.snapshot("listener l=1; route-configuration r=a");
    assert_eq!(said, "cluster -a | endpoint -a");
    assert_eq!(peer.ack_all(), "applied");
}

#[test]
fn r37_a_cluster_that_comes_back_was_never_gone() {
    let mut peer = envoy(Delta);
    let without = "endpoint a=1; listener l=2; route-configuration r=a";
    assert_eq!(peer.snapshot(without), "listener +l=2");
    assert_eq!(peer.snapshot(WHOLE), "");
    assert_eq!(peer.ack(Listener), "listener +l=1 | applied");
    assert_eq!(peer.ack(Listener), "applied");
    assert_eq!(peer.tick(0) + &peer.tick(60_000), "");
}

#[test]
fn r37_on_reconnect_a_removal_waits_for_the_routes_too() {
    let text = "cluster b=1; listener l=1; route-configuration r=b";
    let mut peer = Peer::with(Delta, MakeBeforeBreak, text);
    assert_eq!(peer.ask(Cluster, ask("").holding("a=1 b=1")), "cluster");
    assert_eq!(peer.ack(Cluster), "");
    assert_eq!(peer.ask(Listener, ask("").holding("l=1")), "listener");
    assert_eq!(peer.ack(Listener), "", "the old routes are still there");
    assert_eq!(
        peer.ask(RouteConfiguration, ask("r").holding("r=a")),
        "route-configuration +r=b"
    );
    assert_eq!(peer.ack(RouteConfiguration), "cluster -a | applied");
}

#[test]
fn r38_the_first_requests_are_answered_in_their_own_order() {
    let mut peer = Peer::with(Delta, MakeBeforeBreak, WHOLE);
    assert_eq!(peer.ask(Listener, ask("")), "listener +l=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
    assert_eq!(
        peer.ask(RouteConfiguration, ask("r")),
        "route-configuration +r=a"
    );
    assert_eq!(peer.ask(Endpoint, ask("a")), "endpoint +a=1");
}

#[test]
fn r39_time_alone_pushes_nothing() {
    for protocol in [Delta, Sotw] {
        let mut peer = envoy(protocol);
        for minute in 0..60 {
            assert_eq!(peer.tick(minute * 60_000), "");
        }
    }
}

#[test]
fn r40_an_unbindable_listener_does_not_lose_its_siblings() {
    let mut peer = Peer::with(Delta, MakeBeforeBreak, "listener l80=1 l443=1");
    assert_eq!(peer.ask(Listener, ask("")), "listener +l443=1 +l80=1");
    let nonce = peer.last().nonce.to_string();
    let words = "Error adding/updating listener(s) l80: cannot bind '0.0.0.0:80': in use";
    let actions = peer.request(Listener.as_str(), ask("").nonce(&nonce).error(words));
    let [ServerAction::Nacked(nack)] = actions.as_slice() else {
        panic!("{actions:?}")
    };
    assert_eq!(
        nack.culprits
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<&str>>(),
        ["l80"]
    );
    // Its quarantine is a change, with which the sibling is confirmed.
    assert_eq!(peer.snapshot("listener l443=1"), "listener +l443=1 -l80");
    assert_eq!(peer.unanswered.len(), 2);
}

#[test]
fn r53_content_is_not_judged_here() {
    // What a client's validation rules refuse passes through byte for byte; its NACK tells.
    let mut peer = Peer::with(Delta, Plain, "cluster a=not-even-protobuf");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=not-even-protobuf");
    assert_eq!(
        peer.nack(Cluster, "Proto constraint validation failed"),
        "nacked a"
    );
}

#[test]
fn r57_one_route_configuration_per_response() {
    for protocol in [Delta, Sotw] {
        let mut peer = Peer::with(protocol, MakeBeforeBreak, "route-configuration a=1 b=1 c=1");
        assert_eq!(
            peer.ask(RouteConfiguration, ask("a b c")),
            "route-configuration +a=1 | route-configuration +b=1 | route-configuration +c=1"
        );
    }
}

#[test]
fn r57_the_good_siblings_of_a_bad_route_configuration_are_live() {
    let text = "listener l=1; route-configuration r0=1 r1=1 r2=1 r3=bad r4=1 r5=1 r6=1";
    let mut peer = Peer::with(Delta, MakeBeforeBreak, text);
    peer.ask(Listener, ask(""));
    peer.ask(RouteConfiguration, ask("r0 r1 r2 r3 r4 r5 r6"));
    peer.ack(Listener);
    for index in 0..7 {
        let said = if index == 3 {
            peer.nack(RouteConfiguration, "missing ): (")
        } else {
            peer.ack(RouteConfiguration)
        };
        assert_eq!(said, if index == 3 { "nacked r3" } else { "" });
    }
    let fixed = text.replace("bad", "2");
    assert_eq!(peer.snapshot(&fixed), "route-configuration +r3=2");
    assert_eq!(peer.ack(RouteConfiguration), "applied");
}

#[test]
fn envoy_has_applied_a_commit_once_it_asked_for_all_of_it() {
    let mut peer = Peer::with(Delta, MakeBeforeBreak, WHOLE);
    peer.ask(Cluster, ask(""));
    assert_eq!(peer.ack(Cluster), "", "endpoints are not asked for yet");
    peer.ask(Endpoint, ask("a"));
    assert_eq!(peer.ack(Endpoint), "", "listeners are not asked for yet");
    peer.ask(Listener, ask(""));
    assert_eq!(peer.ack(Listener), "", "routes are not asked for yet");
    peer.ask(RouteConfiguration, ask("r"));
    assert_eq!(peer.ack(RouteConfiguration), "applied");
}

#[test]
fn envoy_has_not_applied_what_it_refused() {
    let mut peer = envoy(Delta);
    peer.snapshot("cluster a=1; endpoint a=1; listener l=1; route-configuration r=b");
    assert_eq!(peer.nack(RouteConfiguration, "no"), "nacked r");
    let said = peer.snapshot("cluster a=2; endpoint a=1; listener l=1; route-configuration r=b");
    assert_eq!(said, "cluster +a=2 | endpoint +a=1");
    assert_eq!(peer.ack_all(), "", "r is still the old one");
    let said = peer.snapshot("cluster a=2; endpoint a=1; listener l=1; route-configuration r=c");
    assert_eq!(said, "route-configuration +r=c");
    assert_eq!(peer.ack_all(), "applied");
}
