//! An xDS v3 management server without tokens, in any mode of the `xds` crate's server.
//!
//! Owns sockets and streams around that server. Records what clients apply and refuse. Must not know what it
//! serves.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use grpc::ads::aggregated_discovery_service_server::{
    AggregatedDiscoveryService, AggregatedDiscoveryServiceServer,
};
use grpc::codec::Encoded;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};
use tokio_stream::Stream;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{Request, Response, Status, Streaming};
use xds::server::{Mode, Protocol, Server, ServerAction, ServerEvent};
use xds::snapshot::Snapshot;

/// How often time passes for the state machine.
const TICK: Duration = Duration::from_millis(250);

type Outbound = Pin<Box<dyn Stream<Item = Result<Encoded, Status>> + Send>>;

/// A running server; it ends when dropped.
pub(crate) struct Management {
    snapshot: watch::Sender<Snapshot>,
    said: Arc<Mutex<Said>>,
    address: SocketAddr,
    _task: JoinSet<()>,
}

/// What clients said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// Commits that were ACKed, each counted once in a row.
    pub(crate) applied: usize,
    /// The last of them.
    pub(crate) last: Option<Arc<str>>,
    /// What was refused, in their words.
    pub(crate) refusals: Vec<String>,
}

#[derive(Clone)]
struct Service {
    mode: Mode,
    snapshot: watch::Receiver<Snapshot>,
    said: Arc<Mutex<Said>>,
}

// === impl Management ===

impl Management {
    /// Serves `snapshot` on a port of its own.
    pub(crate) async fn start(mode: Mode, snapshot: Snapshot) -> Result<Management> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (snapshot, receiver) = watch::channel(snapshot);
        let said = Arc::new(Mutex::new(Said::default()));
        let service = Service {
            mode,
            snapshot: receiver,
            said: Arc::clone(&said),
        };
        let mut task = JoinSet::new();
        task.spawn(async move {
            let served = tonic::transport::Server::builder()
                .add_service(AggregatedDiscoveryServiceServer::new(service))
                .serve_with_incoming(TcpListenerStream::new(listener));
            drop(served.await);
        });
        Ok(Management {
            snapshot,
            said,
            address,
            _task: task,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves another snapshot from now on.
    pub(crate) fn publish(&self, snapshot: Snapshot) {
        self.snapshot.send_replace(snapshot);
    }

    /// What clients said so far.
    pub(crate) fn said(&self) -> Said {
        let said = self.said.lock();
        said.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What clients refused so far, in their words.
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.said().refusals
    }
}

// === impl Service ===

#[tonic::async_trait]
impl AggregatedDiscoveryService for Service {
    type DeltaAggregatedResourcesStream = Outbound;
    type StreamAggregatedResourcesStream = Outbound;

    async fn delta_aggregated_resources(
        &self,
        request: Request<Streaming<DeltaDiscoveryRequest>>,
    ) -> Result<Response<Outbound>, Status> {
        let event = |request| ServerEvent::DeltaRequest(Box::new(request));
        Ok(self.open(request.into_inner(), Protocol::Delta, event))
    }

    async fn stream_aggregated_resources(
        &self,
        request: Request<Streaming<DiscoveryRequest>>,
    ) -> Result<Response<Outbound>, Status> {
        let event = |request| ServerEvent::SotwRequest(Box::new(request));
        Ok(self.open(request.into_inner(), Protocol::Sotw, event))
    }
}

impl Service {
    #[allow(clippy::disallowed_methods, reason = "the stream ends with its client")]
    fn open<R: Send + 'static>(
        &self,
        mut inbound: Streaming<R>,
        protocol: Protocol,
        event: fn(R) -> ServerEvent,
    ) -> Response<Outbound> {
        let (sender, receiver) = mpsc::channel(8);
        let mut service = self.clone();
        tokio::task::spawn(async move {
            let mut server = Server::new(protocol, service.mode);
            service.snapshot.mark_changed();
            let opened = Instant::now();
            let mut ticks = interval(TICK);
            loop {
                let actions = tokio::select! {
                    request = inbound.message() => match request {
                        Ok(Some(request)) => server.on(event(request)),
                        Ok(None) | Err(_) => return,
                    },
                    changed = service.snapshot.changed() => match changed {
                        Ok(()) => {
                            let snapshot = service.snapshot.borrow_and_update().clone();
                            server.on(ServerEvent::Snapshot(snapshot))
                        }
                        Err(_) => return,
                    },
                    _ = ticks.tick() => server.on(ServerEvent::Tick(opened.elapsed())),
                };
                for action in actions {
                    if service.perform(action, &sender).await.is_err() {
                        return;
                    }
                }
            }
        });
        Response::new(Box::pin(ReceiverStream::new(receiver)))
    }

    async fn perform(
        &self,
        action: ServerAction,
        sender: &mpsc::Sender<Result<Encoded, Status>>,
    ) -> Result<(), mpsc::error::SendError<Result<Encoded, Status>>> {
        match action {
            ServerAction::Send(response) => sender.send(Ok(Encoded::from(response.encode()))).await,
            ServerAction::Nacked(nack) => {
                let refusal = format!("{}: {}", nack.type_url, nack.message);
                self.hear(|said| said.refusals.push(refusal));
                Ok(())
            }
            ServerAction::Applied { commit_id } => {
                self.hear(|said| {
                    said.applied += 1;
                    said.last = Some(commit_id);
                });
                Ok(())
            }
            ServerAction::Close(refusal) => {
                sender
                    .send(Err(Status::invalid_argument(refusal.to_string())))
                    .await
            }
            ServerAction::Unsupported(_) | ServerAction::Node(_) => Ok(()),
        }
    }

    fn hear(&self, what: impl FnOnce(&mut Said)) {
        what(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
