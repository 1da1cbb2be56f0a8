//! A plain xDS v3 management server: no tokens, no Commits, no types of ours.
//!
//! Owns sockets and streams around the `xds` crate's server in its plainest mode. Records what clients
//! refuse. Must not know what it serves.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use grpc::ads::aggregated_discovery_service_server::{
    AggregatedDiscoveryService, AggregatedDiscoveryServiceServer,
};
use grpc::codec::Encoded;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_stream::Stream;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{Request, Response, Status, Streaming};
use xds::server::{Mode, Protocol, Server, ServerAction, ServerEvent};
use xds::snapshot::Snapshot;

type Outbound = Pin<Box<dyn Stream<Item = Result<Encoded, Status>> + Send>>;

/// A running server; it ends when dropped.
pub(crate) struct Foreign {
    snapshot: watch::Sender<Snapshot>,
    refusals: Arc<Mutex<Vec<String>>>,
    address: SocketAddr,
    _task: JoinSet<()>,
}

#[derive(Clone)]
struct Service {
    snapshot: watch::Receiver<Snapshot>,
    refusals: Arc<Mutex<Vec<String>>>,
}

// === impl Foreign ===

impl Foreign {
    /// Serves `snapshot` on a port of its own.
    pub(crate) async fn start(snapshot: Snapshot) -> Result<Foreign> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (snapshot, receiver) = watch::channel(snapshot);
        let refusals = Arc::new(Mutex::new(Vec::new()));
        let service = Service {
            snapshot: receiver,
            refusals: Arc::clone(&refusals),
        };
        let mut task = JoinSet::new();
        task.spawn(async move {
            let served = tonic::transport::Server::builder()
                .add_service(AggregatedDiscoveryServiceServer::new(service))
                .serve_with_incoming(TcpListenerStream::new(listener));
            drop(served.await);
        });
        Ok(Foreign {
            snapshot,
            refusals,
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

    /// What clients refused so far, in their words.
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.refusals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
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
            let mut server = Server::new(protocol, Mode::Plain);
            service.snapshot.mark_changed();
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
                let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
                refusals.push(format!("{}: {}", nack.type_url, nack.message));
                Ok(())
            }
            ServerAction::Close(refusal) => {
                sender
                    .send(Err(Status::invalid_argument(refusal.to_string())))
                    .await
            }
            ServerAction::Applied { .. } | ServerAction::Unsupported(_) | ServerAction::Node(_) => {
                Ok(())
            }
        }
    }
}
