//! The bytes of responses: decodable, exact, and shared between streams.
//!
//! Each response is decoded by prost, which knows nothing of how it was written.

use bytes::Bytes;
use prost::Message;
use proto::any;
use proto::envoy::config::cluster::v3::Cluster as ClusterMessage;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryResponse, DiscoveryResponse};
use proto::provenance;
use proto::tidegate::v1::{CommitOrigin, Provenance, Source};
use proto::type_url::TypeUrl::{self, Cluster, Endpoint};

use crate::fixture::{Peer, ask, snapshot};
use crate::resource::Resource;
use crate::server::Mode::Plain;
use crate::server::Protocol::{Delta, Sotw};
use crate::server::{Response, Server, ServerAction, ServerEvent};
use crate::snapshot::Snapshot;

fn cluster(name: &str) -> ClusterMessage {
    let alt_stat_name = "alternative".to_owned();
    ClusterMessage {
        name: name.to_owned(),
        alt_stat_name,
        ..ClusterMessage::default()
    }
}

fn origin() -> Provenance {
    Provenance {
        sources: vec![Source {
            name: "cart".to_owned(),
            ..Source::default()
        }],
    }
}

fn clusters() -> Snapshot {
    let metadata = provenance::metadata(&origin());
    [
        Resource::of(&cluster("a"), Some(metadata)),
        Resource::of(&cluster("b"), None),
    ]
    .into_iter()
    .collect()
}

fn response(peer: &mut Peer, type_url: TypeUrl, text: &str) -> Response {
    peer.ask(type_url, ask(text));
    peer.last().clone()
}

#[test]
fn a_delta_response_decodes_to_what_was_meant() {
    let mut peer = Peer::open(Delta, Plain);
    peer.server = Server::new(Delta, Plain).identified("replica-0".into());
    peer.on(ServerEvent::Snapshot(clusters()));
    let response = response(&mut peer, Cluster, "a b gone");
    let decoded = DeltaDiscoveryResponse::decode(response.encode()).expect("decodes");
    assert_eq!(decoded.type_url, Cluster.as_str());
    assert_eq!(decoded.nonce, *response.nonce);
    assert_eq!(decoded.removed_resources, ["gone"]);
    assert_eq!(
        decoded
            .control_plane
            .as_ref()
            .expect("identified")
            .identifier,
        "replica-0"
    );
    let [a, b] = decoded.resources.as_slice() else {
        panic!("two resources")
    };
    assert_eq!((a.name.as_str(), b.name.as_str()), ("a", "b"));
    assert_eq!(a.version, response.resources[0].version().hex());
    let any = a.resource.as_ref().expect("content");
    assert_eq!(any::unpack::<ClusterMessage>(any), Ok(cluster("a")));
    assert_eq!(
        provenance::read::<Provenance>(a.metadata.as_ref()),
        Some(origin())
    );
    assert_eq!(b.metadata, None);
    // Every field is where prost puts it: nothing is lost on the way back.
    assert_eq!(
        DeltaDiscoveryResponse::decode(&*decoded.encode_to_vec()),
        Ok(decoded)
    );
}

#[test]
fn a_sotw_response_decodes_to_plain_resources() {
    let mut peer = Peer::open(Sotw, Plain);
    peer.server = Server::new(Sotw, Plain).identified("replica-0".into());
    peer.on(ServerEvent::Snapshot(clusters()));
    let response = response(&mut peer, Cluster, "");
    let decoded = DiscoveryResponse::decode(response.encode()).expect("decodes");
    let expected = DiscoveryResponse {
        version_info: clusters().digest(Cluster).hex(),
        resources: vec![any::pack(&cluster("a")), any::pack(&cluster("b"))],
        type_url: Cluster.as_str().to_owned(),
        nonce: response.nonce.to_string(),
        control_plane: decoded.control_plane.clone(),
        ..DiscoveryResponse::default()
    };
    assert_eq!(decoded, expected);
    assert_eq!(
        expected.control_plane.expect("identified").identifier,
        "replica-0"
    );
}

#[test]
fn the_commit_id_is_the_system_version_of_a_delta_response() {
    let text = "endpoint a=1";
    let mut peer = Peer::with(Delta, Plain, text);
    let response = response(&mut peer, Endpoint, "a");
    let decoded = DeltaDiscoveryResponse::decode(response.encode()).expect("decodes");
    assert_eq!(
        decoded.system_version_info,
        **snapshot(text).commit_id().expect("committed")
    );
}

#[test]
fn streams_share_the_encoded_resources() {
    let snapshot = clusters();
    for protocol in [Delta, Sotw] {
        let chunks_of = || -> Vec<Bytes> {
            let mut peer = Peer::open(protocol, Plain);
            peer.on(ServerEvent::Snapshot(snapshot.clone()));
            response(&mut peer, Cluster, "").chunks()
        };
        let (one, other) = (chunks_of(), chunks_of());
        let shared = one
            .iter()
            .zip(&other)
            .filter(|(a, b)| a.as_ptr() == b.as_ptr() && a.len() == b.len())
            .count();
        assert_eq!(shared, 2, "{protocol:?}: both resources, and nothing else");
    }
}

#[test]
fn the_chunks_are_the_message() {
    let mut peer = Peer::open(Delta, Plain);
    peer.on(ServerEvent::Snapshot(clusters()));
    let response = response(&mut peer, Cluster, "");
    assert_eq!(response.chunks().concat(), response.encode());
    let resources: usize = response.resources.iter().map(|r| r.delta().len()).sum();
    assert!(response.payload_len() >= resources && response.payload_len() < resources + 16);
}

#[test]
fn a_change_elsewhere_leaves_a_resource_where_it_is() {
    let mut grown = clusters();
    let before = grown.get(Cluster, "a").expect("a").delta().as_ptr();
    grown.insert(Resource::of(&cluster("c"), None));
    let grown = grown.committed("commit", CommitOrigin::default());
    assert_eq!(grown.get(Cluster, "a").expect("a").delta().as_ptr(), before);
}

#[test]
fn a_server_holds_no_resource_bytes_of_its_own() {
    // D.4: what a stream keeps is shared with the snapshot it was given.
    let snapshot = clusters();
    let resource = snapshot.get(Cluster, "a").expect("a").clone();
    let owners = std::sync::Arc::strong_count(&resource);
    let mut servers = Vec::new();
    for _ in 0..10 {
        let mut peer = Peer::open(Delta, Plain);
        peer.on(ServerEvent::Snapshot(snapshot.clone()));
        peer.ask(Cluster, ask("*"));
        let actions = peer.ack_all();
        assert_eq!(actions, "");
        servers.push(peer.server);
    }
    assert_eq!(
        std::sync::Arc::strong_count(&resource),
        owners,
        "{} streams",
        servers.len()
    );
    assert!(!matches!(
        servers[0].on(ServerEvent::Snapshot(snapshot)).first(),
        Some(ServerAction::Send(_))
    ));
}
