//! The admin service: questions to the loop, answered over gRPC.
//!
//! Owns who may ask: operators everything, viewers what has no secrets in it. Must not keep state: every answer is the
//! loop's. The tokens of proxies go to operators only, who are on this machine.

use std::pin::Pin;

use futures::StreamExt;
use grpc::admin::admin_server::Admin;
use grpc::identity::{Caller, Guard, Purpose, Rights};
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
    /// Who calls.
    pub guard: Guard,
    /// The loop.
    pub events: Events,
    /// Ends open watches.
    pub shutdown: CancellationToken,
}

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// It tells nothing secret.
    View,
    /// It hands out what proves who a proxy is.
    Operate,
}

type Watch = Pin<Box<dyn futures::Stream<Item = Result<Infrastructure, Status>> + Send>>;

#[tonic::async_trait]
impl Admin for AdminService {
    type WatchInfrastructureStream = Watch;

    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<StatusResponse>, Status> {
        self.authorize(&request, Need::View).await?;
        self.ask(Event::Status).await.map(Response::new)
    }

    async fn get_snapshot(
        &self,
        request: Request<GetSnapshotRequest>,
    ) -> Result<Response<SnapshotResponse>, Status> {
        self.authorize(&request, Need::View).await?;
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
        self.authorize(&request, Need::Operate).await?;
        let receiver = self.ask(Event::Infrastructure).await?;
        let shutdown = self.shutdown.clone().cancelled_owned();
        let stream = WatchStream::new(receiver).map(Ok).take_until(shutdown);
        Ok(Response::new(Box::pin(stream)))
    }
}

impl AdminService {
    async fn authorize<T: Sync>(&self, request: &Request<T>, need: Need) -> Result<(), Status> {
        let caller = Caller::of(request);
        let identity = self.guard.identify(&caller, Purpose::Admin).await?;
        match (identity.rights, need) {
            (Rights::Operator, _) | (Rights::Viewer, Need::View) => Ok(()),
            (Rights::Viewer, Need::Operate) | (Rights::Gateways(_), _) => Err(
                Status::permission_denied("this call needs the admin token of the instance"),
            ),
        }
    }

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
