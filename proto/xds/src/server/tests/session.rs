//! R1-R5, R7: streams, nodes, types.
//!
//! What ends a stream, and with which status.

use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use proto::type_url::TypeUrl::{Cluster, Endpoint, Listener};

use crate::fixture::{Peer, ask, said};
use crate::server::Mode::{MakeBeforeBreak, Plain, Transactional};
use crate::server::Protocol::{Delta, Sotw};
use crate::server::{Refusal, Server, ServerAction, ServerEvent};

fn delta_with(node: Option<Node>) -> ServerEvent {
    ServerEvent::DeltaRequest(Box::new(DeltaDiscoveryRequest {
        node,
        type_url: Cluster.as_str().to_owned(),
        ..DeltaDiscoveryRequest::default()
    }))
}

fn sotw_with(node: Option<Node>) -> ServerEvent {
    ServerEvent::SotwRequest(Box::new(DiscoveryRequest {
        node,
        type_url: Cluster.as_str().to_owned(),
        ..DiscoveryRequest::default()
    }))
}

fn node(id: &str) -> Option<Node> {
    Some(Node {
        id: id.to_owned(),
        ..Node::default()
    })
}

#[test]
fn r1_the_first_request_must_carry_a_node() {
    for (protocol, request) in [(Delta, delta_with(None)), (Sotw, sotw_with(None))] {
        let mut server = Server::new(protocol, Plain);
        assert_eq!(said(&server.on(request)), "close MissingNode");
        let again = if protocol == Delta {
            delta_with(node("a"))
        } else {
            sotw_with(node("a"))
        };
        assert_eq!(said(&server.on(again)), "", "nothing follows a close");
    }
    assert_eq!(Refusal::MissingNode.code(), 3);
}

#[test]
fn r1_the_node_must_not_change_within_a_stream() {
    let mut server = Server::new(Delta, Plain);
    assert_eq!(said(&server.on(delta_with(node("a")))), "");
    assert_eq!(said(&server.on(delta_with(None))), "");
    assert_eq!(said(&server.on(delta_with(node("a")))), "");
    assert_eq!(said(&server.on(delta_with(node("b")))), "close NodeChanged");
}

#[test]
fn r1_only_a_hash_of_the_node_is_kept() {
    let mut server = Server::new(Delta, Plain);
    let marker = "a-very-recognisable-node-id";
    server.on(delta_with(node(marker)));
    assert!(!format!("{server:?}").contains(marker));
}

#[test]
fn r2_the_node_is_handed_out_once_as_a_hint() {
    let mut server = Server::new(Delta, Plain);
    let actions = server.on(delta_with(node("a")));
    assert!(matches!(actions.as_slice(), [ServerAction::Node(node)] if node.id == "a"));
    assert!(server.on(delta_with(node("a"))).is_empty());
}

#[test]
fn r3_each_type_is_a_stream_of_its_own() {
    let mut peer = Peer::with(Delta, Plain, "cluster c=1; listener l=1");
    assert_eq!(peer.ask(Cluster, ask("")), "cluster +c=1");
    assert_eq!(peer.ask(Listener, ask("l")), "listener +l=1");
    assert_eq!(peer.nack(Cluster, "bad"), "nacked c");
    assert_eq!(peer.ack(Listener), "");
    assert_eq!(peer.snapshot("cluster c=1; listener l=2"), "listener +l=2");
}

#[test]
fn r3_a_request_must_name_its_type() {
    let mut server = Server::new(Delta, Plain);
    let request = DeltaDiscoveryRequest {
        node: node("a"),
        ..DeltaDiscoveryRequest::default()
    };
    let actions = server.on(ServerEvent::DeltaRequest(Box::new(request)));
    assert_eq!(said(&actions), "close MissingTypeUrl");
}

#[test]
fn r4_both_variants_are_served_and_not_mixed() {
    for protocol in [Delta, Sotw] {
        for mode in [MakeBeforeBreak, Plain] {
            let mut peer = Peer::with(protocol, mode, "cluster c=1");
            assert_eq!(
                peer.ask(Cluster, ask("")),
                "cluster +c=1",
                "{protocol:?} {mode:?}"
            );
        }
    }
    let mut server = Server::new(Sotw, Plain);
    assert_eq!(
        said(&server.on(delta_with(node("a")))),
        "close WrongProtocol"
    );
    let mut server = Server::new(Delta, Transactional);
    assert_eq!(
        said(&server.on(sotw_with(node("a")))),
        "close WrongProtocol"
    );
}

#[test]
fn r5_only_the_latest_request_of_a_type_is_answered() {
    let mut peer = Peer::open(Sotw, Plain);
    assert_eq!(peer.ask(Endpoint, ask("a")), "");
    assert_eq!(peer.ask(Endpoint, ask("b")), "");
    assert_eq!(peer.snapshot("endpoint a=1 b=1"), "endpoint +b=1");
    let mut peer = Peer::open(Delta, Plain);
    assert_eq!(peer.ask(Endpoint, ask("a")), "");
    assert_eq!(peer.ask(Endpoint, ask("b").but("a")), "");
    assert_eq!(peer.snapshot("endpoint a=1 b=1"), "endpoint +b=1");
}

#[test]
fn a_stream_is_ended_before_its_subscriptions_grow_without_bound() {
    let mut peer = Peer::with(Delta, Plain, "");
    let names: Vec<String> = (0..=super::super::MAX_NAMES)
        .map(|i| i.to_string())
        .collect();
    let said = peer.ask(Endpoint, ask(&names.join(" ")));
    assert_eq!(said, "close TooManySubscriptions");
    assert_eq!(Refusal::TooManySubscriptions.code(), 8);
}
