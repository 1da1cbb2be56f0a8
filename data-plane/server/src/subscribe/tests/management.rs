//! A management server in this process: xds::server behind a real gRPC socket.
//!
//! Owns one desired snapshot, which may change, and a record of what clients asked and answered.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use grpc::address::Address;
use grpc::ads::aggregated_discovery_service_server::{
    AggregatedDiscoveryService, AggregatedDiscoveryServiceServer,
};
use grpc::codec::Encoded;
use grpc::listen::{SocketFile, bind_unix};
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_stream::wrappers::{UnboundedReceiverStream, UnixListenerStream};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};
use xds::server::{Mode, Nack, Protocol, Server, ServerAction, ServerEvent};
use xds::snapshot::Snapshot;

/// One thing that happened on a stream; streams count from 0.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// The client wrote this.
    Request(usize, Box<DeltaDiscoveryRequest>),
    /// The server wrote a response with these resources.
    Sent(usize, Vec<String>),
    /// The client applied a commit.
    Applied(String),
    /// The client refused a response.
    Nacked(Box<Nack>),
}

/// The server. It has a runtime of its own, so that dropping it ends it like kill -9: no farewell on any
/// connection.
pub(super) struct Management {
    desired: watch::Sender<Snapshot>,
    seen: watch::Receiver<Vec<Seen>>,
    runtime: Option<Runtime>,
    _file: SocketFile,
}

struct Service {
    mode: Mode,
    desired: watch::Receiver<Snapshot>,
    seen: watch::Sender<Vec<Seen>>,
    streams: Arc<Mutex<(usize, JoinSet<()>)>>,
}

/// One stream.
struct Session {
    index: usize,
    server: Server,
    seen: watch::Sender<Vec<Seen>>,
    out: mpsc::UnboundedSender<Result<Encoded, Status>>,
}

// === impl Seen ===

impl Seen {
    /// A request of this stream.
    pub(super) fn request(&self, stream: usize) -> Option<&DeltaDiscoveryRequest> {
        let Seen::Request(index, request) = self else {
            return None;
        };
        (*index == stream).then_some(request)
    }

    /// The names in a response of this stream.
    pub(super) fn sent(&self, stream: usize) -> Option<&Vec<String>> {
        let Seen::Sent(index, names) = self else {
            return None;
        };
        (*index == stream).then_some(names)
    }

    /// A refusal.
    pub(super) fn nack(&self) -> Option<Box<Nack>> {
        if let Seen::Nacked(nack) = self {
            Some(nack.clone())
        } else {
            None
        }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Seen::Request(stream, request) => {
                let short = request.type_url.rsplit('.').next().unwrap_or_default();
                let names = &request.resource_names_subscribe;
                let error = request.error_detail.as_ref().map(|status| &status.message);
                let nonce = &request.response_nonce;
                write!(
                    f,
                    "{stream} <- {short} {names:?} nonce {nonce:?} error {error:?}"
                )
            }
            Seen::Sent(stream, names) => write!(f, "{stream} -> {names:?}"),
            Seen::Applied(id) => write!(f, "applied {id}"),
            Seen::Nacked(nack) => write!(f, "nacked {:?} {}", nack.names, nack.message),
        }
    }
}

// === impl Management ===

impl Management {
    /// Serves `desired` on a Unix socket.
    pub(super) fn start(address: &Address, mode: Mode, desired: Snapshot) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.expect("runtime");
        let entered = runtime.enter();
        let (listener, file) = bind_unix(address.path().expect("unix")).expect("bind");
        drop(entered);
        let desired = watch::Sender::new(desired);
        let (seen, record) = watch::channel(Vec::new());
        let service = Service {
            mode,
            desired: desired.subscribe(),
            seen,
            streams: Arc::default(),
        };
        runtime.spawn(async move {
            let serving = tonic::transport::Server::builder()
                .add_service(AggregatedDiscoveryServiceServer::new(service))
                .serve_with_incoming(UnixListenerStream::new(listener));
            serving.await.expect("serves");
        });
        Management {
            desired,
            seen: record,
            runtime: Some(runtime),
            _file: file,
        }
    }

    /// Another desired snapshot.
    pub(super) fn publish(&self, snapshot: Snapshot) {
        self.desired.send_replace(snapshot);
    }

    /// Waits until `pick` finds something in the record, at most ten seconds.
    pub(super) async fn until<T>(&self, what: &str, pick: impl Fn(&[Seen]) -> Option<T>) -> T {
        let mut seen = self.seen.clone();
        let found = tokio::time::timeout(super::DEADLINE, async {
            loop {
                if let Some(found) = pick(&seen.borrow_and_update()) {
                    return found;
                }
                seen.changed().await.expect("the server lives");
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("{what} never happened; seen:\n{}", self.story()),
        }
    }

    fn story(&self) -> String {
        self.seen
            .borrow()
            .iter()
            .map(|seen| format!("  {seen}\n"))
            .collect()
    }

    /// What has been seen so far.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.borrow().clone()
    }
}

impl Drop for Management {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

// === impl Service ===

type Responses = Pin<Box<dyn Stream<Item = Result<Encoded, Status>> + Send>>;

#[tonic::async_trait]
impl AggregatedDiscoveryService for Service {
    type DeltaAggregatedResourcesStream = Responses;
    type StreamAggregatedResourcesStream = Responses;

    async fn delta_aggregated_resources(
        &self,
        request: Request<Streaming<DeltaDiscoveryRequest>>,
    ) -> Result<Response<Responses>, Status> {
        let (out, responses) = mpsc::unbounded_channel();
        let mut streams = self.streams.lock().expect("not poisoned");
        let session = Session {
            index: streams.0,
            server: Server::new(Protocol::Delta, self.mode),
            seen: self.seen.clone(),
            out,
        };
        streams.0 += 1;
        streams
            .1
            .spawn(session.run(request.into_inner(), self.desired.clone()));
        Ok(Response::new(Box::pin(UnboundedReceiverStream::new(
            responses,
        ))))
    }

    async fn stream_aggregated_resources(
        &self,
        _: Request<Streaming<DiscoveryRequest>>,
    ) -> Result<Response<Responses>, Status> {
        Err(Status::unimplemented("delta only"))
    }
}

// === impl Session ===

impl Session {
    async fn run(
        mut self,
        mut requests: Streaming<DeltaDiscoveryRequest>,
        mut desired: watch::Receiver<Snapshot>,
    ) {
        let first = desired.borrow_and_update().clone();
        self.on(ServerEvent::Snapshot(first));
        loop {
            tokio::select! {
                request = requests.next() => match request {
                    Some(Ok(request)) => {
                        self.note(Seen::Request(self.index, Box::new(request.clone())));
                        self.on(ServerEvent::DeltaRequest(Box::new(request)));
                    }
                    Some(Err(_)) | None => return,
                },
                changed = desired.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let snapshot = desired.borrow_and_update().clone();
                    self.on(ServerEvent::Snapshot(snapshot));
                }
            }
        }
    }

    fn on(&mut self, event: ServerEvent) {
        for action in self.server.on(event) {
            match action {
                ServerAction::Send(response) => {
                    let names = response
                        .resources
                        .iter()
                        .map(|r| r.name().to_string())
                        .collect();
                    self.note(Seen::Sent(self.index, names));
                    let _ = self.out.send(Ok(Encoded::from(response.encode())));
                }
                ServerAction::Applied { commit_id } => {
                    self.note(Seen::Applied(commit_id.to_string()));
                }
                ServerAction::Nacked(nack) => self.note(Seen::Nacked(Box::new(nack))),
                ServerAction::Node(_) => {}
                ServerAction::Unsupported(what) => panic!("unsupported: {what:?}"),
                ServerAction::Close(refusal) => panic!("refused: {refusal}"),
            }
        }
    }

    fn note(&self, seen: Seen) {
        self.seen.send_modify(|record| record.push(seen));
    }
}
