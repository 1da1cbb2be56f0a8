//! The admin service: questions to the loop, answered over gRPC.
//!
//! Owns who may ask: only the holder of the admin token. Must not keep state: every answer is the loop's.

use std::pin::Pin;

use futures::StreamExt;
use grpc::admin::admin_server::Admin;
use grpc::token::Subject;
use proto::tidegate::v1::{
    GetSnapshotRequest, GetStatusRequest, Infrastructure, SnapshotResponse, StatusResponse,
    WatchInfrastructureRequest,
};
use tokio::sync::oneshot;
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::event::{Event, Events};

/// The service.
#[derive(Clone, Debug)]
pub struct AdminService {
    /// The loop.
    pub events: Events,
    /// Ends open watches.
    pub shutdown: CancellationToken,
}

type Watch = Pin<Box<dyn futures::Stream<Item = Result<Infrastructure, Status>> + Send>>;

#[tonic::async_trait]
impl Admin for AdminService {
    type WatchInfrastructureStream = Watch;

    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<StatusResponse>, Status> {
        authorize(&request)?;
        self.ask(Event::Status).await.map(Response::new)
    }

    async fn get_snapshot(
        &self,
        request: Request<GetSnapshotRequest>,
    ) -> Result<Response<SnapshotResponse>, Status> {
        authorize(&request)?;
        let request = request.into_inner();
        let gateway = format!("{}/{}", request.namespace, request.name);
        let snapshot = self.ask(|answer| Event::Snapshot(request, answer)).await?;
        snapshot.map(Response::new).ok_or_else(|| {
            Status::not_found(format!(
                "no Gateway {gateway} of ours; `tidegate status` lists them"
            ))
        })
    }

    async fn watch_infrastructure(
        &self,
        request: Request<WatchInfrastructureRequest>,
    ) -> Result<Response<Watch>, Status> {
        authorize(&request)?;
        let receiver = self.ask(Event::Infrastructure).await?;
        let shutdown = self.shutdown.clone().cancelled_owned();
        let stream = WatchStream::new(receiver).map(Ok).take_until(shutdown);
        Ok(Response::new(Box::pin(stream)))
    }
}

impl AdminService {
    async fn ask<T>(
        &self,
        question: impl FnOnce(oneshot::Sender<T>) -> Event,
    ) -> Result<T, Status> {
        let (sender, receiver) = oneshot::channel();
        let gone = |_| Status::unavailable("the control plane is shutting down");
        self.events
            .send(question(sender))
            .await
            .map_err(|_| gone(()))?;
        receiver.await.map_err(|_| gone(()))
    }
}

fn authorize<T>(request: &Request<T>) -> Result<(), Status> {
    match Subject::of(request) {
        Some(Subject::Admin) => Ok(()),
        Some(Subject::Gateway(_)) | None => Err(Status::permission_denied(
            "this call needs the admin token of the instance",
        )),
    }
}
