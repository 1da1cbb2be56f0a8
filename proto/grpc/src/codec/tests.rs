//! The codec between real peers: a tonic server with the generated stub, over a Unix socket.

use std::pin::Pin;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;
use proto::envoy::service::discovery::v3::{
    DeltaDiscoveryRequest, DeltaDiscoveryResponse, DiscoveryRequest, Resource,
};
use tokio::task::JoinSet;
use tokio_stream::wrappers::UnixListenerStream;
use tokio_stream::{Stream, StreamExt};
use tonic::transport::Server;
use tonic::{Code, Request, Response, Status, Streaming};

use super::Encoded;
use crate::address::Address;
use crate::ads::aggregated_discovery_service_server::{
    AggregatedDiscoveryService, AggregatedDiscoveryServiceServer,
};
use crate::connect;
use crate::identity::{Caller, Guard, Purpose, Rights};
use crate::listen::{SocketFile, bind_unix};
use crate::token::{BearerToken, RunSecret, Subject};

type Responses = Pin<Box<dyn Stream<Item = Result<Encoded, Status>> + Send>>;

/// Answers every delta request with a resource per subscribed name, in shared chunks.
struct Echo(Guard);

#[tonic::async_trait]
impl AggregatedDiscoveryService for Echo {
    type DeltaAggregatedResourcesStream = Responses;
    type StreamAggregatedResourcesStream = Responses;

    async fn delta_aggregated_resources(
        &self,
        request: Request<Streaming<DeltaDiscoveryRequest>>,
    ) -> Result<Response<Responses>, Status> {
        let caller = Caller::of(&request);
        let identity = self.0.identify(&caller, Purpose::Stream).await?;
        let subject = match identity.rights {
            Rights::Gateways(names) => names.first().expect("never none").to_string(),
            Rights::Viewer | Rights::Operator => "nobody's".to_owned(),
        };
        let answers = request.into_inner().map(move |request| {
            let names = request?.resource_names_subscribe;
            let mut chunks: Vec<Bytes> = names.iter().map(|name| resource_field(name)).collect();
            let head = DeltaDiscoveryResponse {
                nonce: subject.clone(),
                ..Default::default()
            };
            chunks.push(Bytes::from(head.encode_to_vec()));
            Ok(Encoded::from(chunks))
        });
        Ok(Response::new(Box::pin(answers)))
    }

    async fn stream_aggregated_resources(
        &self,
        _: Request<Streaming<DiscoveryRequest>>,
    ) -> Result<Response<Responses>, Status> {
        Err(Status::unimplemented("delta only"))
    }
}

/// `repeated Resource resources = 2` of a DeltaDiscoveryResponse, one element.
fn resource_field(name: &str) -> Bytes {
    let version = "v".repeat(20_000);
    let resource = Resource {
        name: name.to_owned(),
        version,
        ..Default::default()
    };
    let mut field = BytesMut::new();
    field.put_u8(2 << 3 | 2);
    resource.encode_length_delimited(&mut field).expect("grows");
    field.freeze()
}

/// Serves until both are dropped.
fn serve(address: &Address, secret: RunSecret) -> (SocketFile, JoinSet<()>) {
    let (listener, file) = bind_unix(address.path().expect("unix")).expect("bind");
    let guard = Guard::new([Arc::new(secret) as _]);
    let service = AggregatedDiscoveryServiceServer::new(Echo(guard));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let incoming = UnixListenerStream::new(listener);
        let serving = Server::builder()
            .add_service(service)
            .serve_with_incoming(incoming);
        serving.await.expect("serves");
    });
    (file, tasks)
}

#[tokio::test]
async fn chunks_arrive_as_one_message() {
    let dir = tempfile::tempdir().expect("tempdir");
    let address = Address::unix(dir.path().join("ads.sock"));
    let secret = RunSecret::new([1; 32]);
    let _served = serve(&address, secret.clone());
    let token = secret.mint(&Subject::gateway("ns", "gw"));
    let channel = connect::connect(&address).await.expect("channel");
    let mut client = connect::ads(channel, BearerToken::new(&token).expect("token"));
    // More than a frame and more than tonic's own buffer, then nothing at all but the nonce.
    for count in [300_usize, 1, 0] {
        let names: Vec<String> = (0..count).map(|n| format!("r{n}")).collect();
        let request = DeltaDiscoveryRequest {
            resource_names_subscribe: names.clone(),
            ..Default::default()
        };
        let answers = client
            .delta_aggregated_resources(tokio_stream::once(request))
            .await;
        let mut answers = answers.expect("stream").into_inner();
        let answer = answers.message().await.expect("message").expect("one");
        assert_eq!(answer.nonce, "ns/gw");
        let got: Vec<String> = answer.resources.into_iter().map(|r| r.name).collect();
        assert_eq!(got, names);
        assert!(answers.message().await.expect("end").is_none());
    }
}

#[tokio::test]
async fn a_stranger_gets_unauthenticated() {
    let dir = tempfile::tempdir().expect("tempdir");
    let address = Address::unix(dir.path().join("ads.sock"));
    let _served = serve(&address, RunSecret::new([1; 32]));
    let others = RunSecret::new([2; 32]).mint(&Subject::Admin);
    for token in [
        BearerToken::none(),
        BearerToken::new(&others).expect("token"),
    ] {
        let channel = connect::connect(&address).await.expect("channel");
        let mut client = connect::ads(channel, token);
        let request = tokio_stream::once(DeltaDiscoveryRequest::default());
        let status = client
            .delta_aggregated_resources(request)
            .await
            .expect_err("refused");
        assert_eq!(status.code(), Code::Unauthenticated);
    }
}

#[test]
fn debug_shows_no_content() {
    let encoded = Encoded::from(vec![Bytes::from_static(b"key"), Bytes::from_static(b"!")]);
    assert_eq!(format!("{encoded:?}"), "Encoded(4 bytes)");
    assert_eq!(
        (encoded.len(), encoded.chunks().len(), encoded.is_empty()),
        (4, 2, false)
    );
    assert!(Encoded::default().is_empty());
}
