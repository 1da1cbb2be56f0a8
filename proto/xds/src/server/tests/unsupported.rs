//! R30, R50-R52 and unknown types: answered clearly, never a hang.
//!
//! Each is reported once, and answered as often as it is asked for.

use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, ResourceLocator};
use proto::type_url::TypeUrl::{Cluster, Endpoint};

use crate::fixture::{Ask, Peer, ask, names, said};
use crate::server::Mode::{MakeBeforeBreak, Plain, Transactional};
use crate::server::Protocol::{Delta, Sotw};
use crate::server::ServerEvent;

#[test]
fn r30_a_glob_is_absent_and_reported() {
    for mode in [Plain, MakeBeforeBreak, Transactional] {
        let mut peer = Peer::with(Delta, mode, "endpoint x/a=1");
        let said = peer.ask(Endpoint, ask("x/*"));
        assert!(
            said.starts_with("endpoint -x/* | unsupported Glob x/*"),
            "{said}"
        );
        assert_eq!(
            peer.ask(Endpoint, ask("x/*")),
            "endpoint -x/*",
            "answered again, logged once"
        );
    }
}

#[test]
fn r30_a_glob_among_names_does_not_disturb_them() {
    let mut peer = Peer::with(Delta, Plain, "endpoint a=1 x/a=1");
    let said = peer.ask(Endpoint, ask("a x/*"));
    assert_eq!(said, "endpoint -x/* | unsupported Glob x/* | endpoint +a=1");
}

#[test]
fn r30_a_glob_alone_is_not_the_legacy_wildcard() {
    for protocol in [Delta, Sotw] {
        let mut peer = Peer::with(protocol, Plain, "cluster a=1");
        let said = peer.ask(Cluster, ask("x/*"));
        assert!(!said.contains("+a"), "{said}");
        assert_eq!(peer.snapshot("cluster a=2"), "");
    }
}

#[test]
fn r30_sotw_is_silent_as_for_any_absent_name() {
    let mut peer = Peer::with(Sotw, Plain, "endpoint x/a=1");
    assert_eq!(peer.ask(Endpoint, ask("x/*")), "unsupported Glob x/*");
    assert_eq!(peer.ask(Endpoint, ask("x/*")), "", "logged once");
}

#[test]
fn r50_an_on_demand_cluster_that_is_absent_is_answered_at_once() {
    let mut peer = Peer::with(Delta, MakeBeforeBreak, "cluster a=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +a=1");
    peer.ack_all();
    assert_eq!(peer.ask(Cluster, ask("on-demand")), "cluster -on-demand");
}

#[test]
fn r51_xdstp_names_are_absent_and_reported() {
    let name = "xdstp://authority/envoy.config.cluster.v3.Cluster/a";
    let mut peer = Peer::with(Delta, Plain, "cluster a=1");
    let said = peer.ask(Cluster, ask(name));
    assert_eq!(said, format!("cluster -{name} | unsupported Xdstp {name}"));
    let mut peer = Peer::with(Sotw, Plain, "cluster a=1");
    assert_eq!(
        peer.ask(Cluster, ask(name)),
        format!("unsupported Xdstp {name}")
    );
}

#[test]
fn r52_resource_locators_are_absent_and_reported() {
    let mut peer = Peer::with(Delta, Plain, "cluster a=1");
    peer.ask(Endpoint, ask("e"));
    let locator = ResourceLocator {
        name: "a".to_owned(),
        ..ResourceLocator::default()
    };
    let request = DeltaDiscoveryRequest {
        type_url: Cluster.as_str().to_owned(),
        resource_locators_subscribe: vec![locator],
        ..DeltaDiscoveryRequest::default()
    };
    let actions = peer.on(ServerEvent::DeltaRequest(Box::new(request)));
    assert_eq!(said(&actions), "cluster -a | unsupported Locator a");
}

#[test]
fn an_unknown_type_is_answered_as_empty() {
    let url = "type.googleapis.com/envoy.service.runtime.v3.Runtime";
    let mut peer = Peer::with(Delta, Plain, "");
    let said_of = |peer: &mut Peer, ask: Ask| said(&peer.request(url, ask));
    assert_eq!(
        said_of(&mut peer, ask("")),
        format!("unsupported Type  | {url}")
    );
    let nonce = peer.last().nonce.to_string();
    assert_eq!(
        said_of(&mut peer, ask("").nonce(&nonce)),
        "",
        "its ACK leads to nothing"
    );
    assert_eq!(said_of(&mut peer, ask("a b")), format!("{url} -a -b"));
    let mut peer = Peer::with(Sotw, Plain, "");
    assert_eq!(
        said_of(&mut peer, ask("")),
        format!("unsupported Type  | {url}")
    );
    let nonce = peer.last().nonce.to_string();
    assert_eq!(said_of(&mut peer, ask("").nonce(&nonce)), "");
    let mut peer = Peer::with(Sotw, Plain, "");
    assert_eq!(said_of(&mut peer, ask("a")), "unsupported Type ");
}

#[test]
fn unknown_types_do_not_grow_without_bound() {
    let mut peer = Peer::with(Delta, Plain, "");
    let mut last = String::new();
    for index in 0..=crate::server::MAX_FOREIGN_TYPES {
        let ask = Ask {
            subscribe: names(""),
            ..Ask::default()
        };
        last = said(&peer.request(&format!("unknown/{index}"), ask));
    }
    assert_eq!(last, "close TooManySubscriptions");
}
