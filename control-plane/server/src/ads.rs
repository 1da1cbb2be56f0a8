//! ADS: tonic streams on one side, the xDS state machine on the other.
//!
//! Owns the sockets' half of a stream: who may open it, when it stalls, how a refusal becomes a gRPC status. Must not
//! decide what is sent: that is `xds::server`. What a stream may read follows from its identity; `node` only chooses
//! within that, and describes. A stream ends when what its client presented does.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use cp_translate::{GatewayKey, Profile};
use grpc::ads::aggregated_discovery_service_server::AggregatedDiscoveryService;
use grpc::codec::Encoded;
use grpc::identity::{Caller, Denied, Guard, Identity, Purpose, Rights};
use grpc::token::GatewayName;
use proto::envoy::config::core::v3::Node;
use proto::envoy::config::core::v3::node::UserAgentVersionType;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Response, Status, Streaming};
use tracing::{debug, info, warn};
use xds::server::{Mode, Protocol, Server, ServerAction, ServerEvent};

use crate::event::{Event, Events};
use crate::fleet::{Proxy, StreamId};
use crate::metrics::{Metrics, Refusal, TypeLabel};
use crate::publish::Slot;

/// Longest wait for a client that does not take what is sent to it (xds.md R54).
const STALL: Duration = Duration::from_secs(30);
/// How often it is asked again who the client of an open stream is. What was withdrawn is noticed then; where nobody can
/// say, the stream goes on until what was presented ends.
const RECHECK: Duration = Duration::from_secs(5 * 60);
/// How often time passes for the state machine while something is held back.
const TICK: Duration = Duration::from_millis(250);

/// The service.
#[derive(Clone, Debug)]
pub struct Ads {
    /// Who calls.
    pub guard: Guard,
    /// The loop that knows the fleet.
    pub events: Events,
    /// Counters.
    pub metrics: Metrics,
    /// Ends every stream.
    pub shutdown: CancellationToken,
    /// Name of this replica; clients see it as `control_plane.identifier`.
    pub replica: Arc<str>,
    /// Number of the next stream.
    pub streams: Arc<AtomicU64>,
}

type Outbound = Pin<Box<dyn futures::Stream<Item = Result<Encoded, Status>> + Send>>;

#[tonic::async_trait]
impl AggregatedDiscoveryService for Ads {
    type DeltaAggregatedResourcesStream = Outbound;
    type StreamAggregatedResourcesStream = Outbound;

    async fn delta_aggregated_resources(
        &self,
        request: Request<Streaming<DeltaDiscoveryRequest>>,
    ) -> Result<Response<Outbound>, Status> {
        self.open(request, Protocol::Delta).await
    }

    async fn stream_aggregated_resources(
        &self,
        request: Request<Streaming<DiscoveryRequest>>,
    ) -> Result<Response<Outbound>, Status> {
        self.open(request, Protocol::Sotw).await
    }
}

impl Ads {
    async fn open<R: Inbound>(
        &self,
        request: Request<Streaming<R>>,
        protocol: Protocol,
    ) -> Result<Response<Outbound>, Status> {
        let caller = Caller::of(&request);
        let identity = self.guard.identify(&caller, Purpose::Stream).await;
        let identity = identity.inspect_err(|denied| self.metrics.refused(denied.into()))?;
        let gateways = match &identity.rights {
            Rights::Gateways(gateways) => gateways.clone(),
            Rights::Viewer | Rights::Operator => {
                self.metrics.refused(Refusal::PermissionDenied);
                return Err(Status::permission_denied(
                    "the admin token opens no ADS stream; a proxy needs the token of its Gateway",
                ));
            }
        };
        let (sender, receiver) = mpsc::channel(1);
        let opening = Opening {
            service: self.clone(),
            lease: Lease { caller, identity },
            gateways,
            id: StreamId(self.streams.fetch_add(1, Ordering::Relaxed)),
            protocol,
            outbound: sender,
        };
        let inbound = request.into_inner();
        crate::task::spawn("ads-stream", async move { opening.run(inbound).await });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

/// A request of either protocol.
trait Inbound: Send + Sync + 'static {
    fn node(&self) -> Option<&Node>;
    fn event(self) -> ServerEvent;
}

impl Inbound for DeltaDiscoveryRequest {
    fn node(&self) -> Option<&Node> {
        self.node.as_ref()
    }

    fn event(self) -> ServerEvent {
        ServerEvent::DeltaRequest(Box::new(self))
    }
}

impl Inbound for DiscoveryRequest {
    fn node(&self) -> Option<&Node> {
        self.node.as_ref()
    }

    fn event(self) -> ServerEvent {
        ServerEvent::SotwRequest(Box::new(self))
    }
}

/// A stream whose first request is still to come.
struct Opening {
    service: Ads,
    lease: Lease,
    /// What the client may read; never none.
    gateways: BTreeSet<GatewayName>,
    id: StreamId,
    protocol: Protocol,
    outbound: mpsc::Sender<Result<Encoded, Status>>,
}

/// One open stream.
struct Stream {
    service: Ads,
    gateway: GatewayKey,
    id: StreamId,
    protocol: Protocol,
    outbound: mpsc::Sender<Result<Encoded, Status>>,
    opened: Instant,
}

/// For how long the client is who it is.
struct Lease {
    caller: Caller,
    identity: Identity,
}

/// Why a stream ends before its client ends it.
enum End {
    /// The client is gone or the control plane is.
    Quiet,
    /// The client learns why.
    Refused(Status, Refusal),
}

// === impl Opening ===

impl Opening {
    async fn run<R: Inbound>(self, mut inbound: Streaming<R>) {
        let (outbound, id) = (self.outbound.clone(), self.id.0);
        let (metrics, names) = (self.service.metrics.clone(), list(&self.gateways));
        let end = match self.first(&mut inbound).await {
            Ok((first, gateway)) => {
                let stream = Stream {
                    service: self.service,
                    gateway,
                    id: self.id,
                    protocol: self.protocol,
                    outbound: self.outbound,
                    opened: Instant::now(),
                };
                stream.run(inbound, first, self.lease).await
            }
            Err(end) => end,
        };
        if let End::Refused(status, reason) = end {
            metrics.refused(reason);
            info!(gateway = names, stream = id, code = ?status.code(), reason = status.message(), "ADS stream refused");
            // The client may be gone already; then there is nobody to tell.
            let _ = outbound.try_send(Err(status));
        }
    }

    /// Waits for the request that says who is there, and which of its Gateways it serves.
    async fn first<R: Inbound>(&self, inbound: &mut Streaming<R>) -> Result<(R, GatewayKey), End> {
        let first = tokio::select! {
            () = self.service.shutdown.cancelled() => return Err(End::Quiet),
            () = self.lease.ended() => return Err(Lease::expired()),
            first = inbound.message() => first.map_err(|_| End::Quiet)?,
        };
        let first = first.ok_or(End::Quiet)?;
        let Some(node) = first.node() else {
            let status = Status::invalid_argument("the first request of a stream must carry node");
            return Err(End::Refused(status, Refusal::InvalidArgument));
        };
        let gateway = choose(&self.gateways, &node.cluster).map_err(|words| {
            End::Refused(Status::permission_denied(words), Refusal::PermissionDenied)
        })?;
        Ok((first, gateway))
    }
}

/// The Gateway that a node asks for, among those it may read. A `node.cluster` without a slash names none: Envoy's is
/// free text.
fn choose(own: &BTreeSet<GatewayName>, cluster: &str) -> Result<GatewayKey, String> {
    let wanted = Some(cluster).filter(|cluster| cluster.contains('/'));
    let found = match wanted {
        Some(wanted) => own.iter().find(|name| name.to_string() == wanted),
        None => own.first().filter(|_| own.len() == 1),
    };
    match (found, wanted) {
        (Some(name), _) => Ok(GatewayKey::new(&name.namespace, &name.name)),
        (None, Some(wanted)) => Err(format!(
            "the identity is for Gateway {}, the node asks for {wanted}",
            list(own)
        )),
        (None, None) => Err(format!(
            "the identity is for the Gateways {}; node.cluster must say which",
            list(own)
        )),
    }
}

fn list(gateways: &BTreeSet<GatewayName>) -> String {
    let names: Vec<String> = gateways.iter().map(ToString::to_string).collect();
    names.join(", ")
}

// === impl Lease ===

impl Lease {
    /// Waits for the end of what was presented; for ever, if it has none.
    async fn ended(&self) {
        let Some(end) = self.identity.expires_at else {
            return std::future::pending().await;
        };
        let left = end.duration_since(SystemTime::now()).unwrap_or_default();
        tokio::time::sleep(left).await;
    }

    /// Asks again who the client is.
    async fn renew(&mut self, guard: &Guard, gateway: &GatewayKey) -> Result<(), End> {
        let identity = match guard.identify(&self.caller, Purpose::Stream).await {
            Ok(identity) => identity,
            // Nobody can say: what was said before holds until it ends.
            Err(Denied::Unavailable(_)) => return Ok(()),
            Err(denied) => return Err(End::Refused(denied.into(), Refusal::Expired)),
        };
        let own = gateway.to_string();
        let is_still_its = match &identity.rights {
            Rights::Gateways(gateways) => gateways.iter().any(|name| name.to_string() == own),
            Rights::Viewer | Rights::Operator => false,
        };
        if !is_still_its {
            let status = Status::permission_denied(format!(
                "the identity is not that of a proxy of Gateway {own} any more"
            ));
            return Err(End::Refused(status, Refusal::Expired));
        }
        self.identity = identity;
        Ok(())
    }

    fn expired() -> End {
        let status = Status::unauthenticated(
            "the token or certificate of this stream has expired; connect again with a fresh one",
        );
        End::Refused(status, Refusal::Expired)
    }
}

// === impl Stream ===

impl Stream {
    async fn run<R: Inbound>(self, mut inbound: Streaming<R>, first: R, lease: Lease) -> End {
        let (profile, slot) = match self.introduce(&first).await {
            Ok(introduced) => introduced,
            Err(end) => return end,
        };
        let end = self
            .follow(&mut inbound, first, (profile, slot), lease)
            .await;
        let gateway = self.gateway.clone();
        self.tell(Event::Disconnected {
            gateway,
            stream: self.id,
        })
        .await;
        end
    }

    /// Tells the loop who is there, and gets what to follow.
    async fn introduce<R: Inbound>(&self, first: &R) -> Result<(Profile, Slot), End> {
        let proxy = first.node().map(describe).ok_or(End::Quiet)?;
        let profile = proxy.profile;
        info!(gateway = %self.gateway, stream = self.id.0, node = proxy.node_id, agent = proxy.user_agent, version = proxy.version, "proxy connected");
        let (answer, slot) = oneshot::channel();
        let gateway = self.gateway.clone();
        self.tell(Event::Connected {
            gateway,
            stream: self.id,
            proxy,
            answer,
        })
        .await;
        let slot = slot.await.map_err(|_| End::Quiet)?;
        Ok((profile, slot))
    }

    async fn follow<R: Inbound>(
        &self,
        inbound: &mut Streaming<R>,
        first: R,
        (profile, mut slot): (Profile, Slot),
        mut lease: Lease,
    ) -> End {
        let mode = match profile {
            Profile::Tidegate => Mode::Transactional,
            Profile::Envoy => Mode::MakeBeforeBreak,
        };
        let mut server =
            Server::new(self.protocol, mode).identified(Arc::clone(&self.service.replica));
        slot.mark_changed();
        let mut ticks = tokio::time::interval(TICK);
        let mut rechecks = tokio::time::interval_at(Instant::now() + RECHECK, RECHECK);
        let mut actions = server.on(first.event());
        loop {
            if let Err(end) = self.perform(actions).await {
                return end;
            }
            actions = tokio::select! {
                () = self.service.shutdown.cancelled() => return End::Quiet,
                () = lease.ended() => return Lease::expired(),
                _ = rechecks.tick() => match lease.renew(&self.service.guard, &self.gateway).await {
                    Ok(()) => Vec::new(),
                    Err(end) => return end,
                },
                request = inbound.message() => match request {
                    Ok(Some(request)) => server.on(request.event()),
                    Ok(None) | Err(_) => return End::Quiet,
                },
                changed = slot.changed() => {
                    if changed.is_err() {
                        return End::Quiet;
                    }
                    let published = slot.borrow_and_update().clone();
                    match published.as_ref().and_then(|published| published.sent(profile)) {
                        Some(snapshot) => server.on(ServerEvent::Snapshot(snapshot.clone())),
                        None => Vec::new(),
                    }
                }
                _ = ticks.tick() => server.on(ServerEvent::Tick(self.opened.elapsed())),
            };
        }
    }

    async fn perform(&self, actions: Vec<ServerAction>) -> Result<(), End> {
        for action in actions {
            match action {
                ServerAction::Send(response) => {
                    self.service
                        .metrics
                        .responses
                        .get_or_create(&TypeLabel::of(&response.type_url))
                        .inc();
                    self.send(Encoded::from(response.encode())).await?;
                }
                ServerAction::Applied { commit_id } => {
                    let gateway = self.gateway.clone();
                    let event = Event::Applied {
                        gateway,
                        stream: self.id,
                        commit: commit_id.to_string(),
                    };
                    self.tell(event).await;
                }
                ServerAction::Nacked(nack) => {
                    self.service
                        .metrics
                        .rejections
                        .get_or_create(&TypeLabel::of(&nack.type_url))
                        .inc();
                    let gateway = self.gateway.clone();
                    self.tell(Event::Rejected {
                        gateway,
                        stream: self.id,
                        nack,
                    })
                    .await;
                }
                ServerAction::Unsupported(unsupported) => {
                    warn!(gateway = %self.gateway, stream = self.id.0, kind = unsupported.type_url, names = ?unsupported.names, reason = unsupported.reason.as_str(), "a subscription is not supported");
                }
                ServerAction::Node(_) => {}
                ServerAction::Close(refusal) => {
                    let status = Status::new(Code::from_i32(refusal.code()), refusal.to_string());
                    return Err(End::Refused(status, Refusal::InvalidArgument));
                }
            }
        }
        Ok(())
    }

    async fn send(&self, message: Encoded) -> Result<(), End> {
        match timeout(STALL, self.outbound.send(Ok(message))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Quiet),
            Err(_) => {
                let status = Status::resource_exhausted("the stream took nothing for 30 s");
                Err(End::Refused(status, Refusal::Stalled))
            }
        }
    }

    async fn tell(&self, event: Event) {
        if self.service.events.send(event).await.is_err() {
            debug!("the pipeline has ended");
        }
    }
}

fn describe(node: &Node) -> Proxy {
    let version = match &node.user_agent_version_type {
        Some(UserAgentVersionType::UserAgentVersion(text)) => text.clone(),
        Some(UserAgentVersionType::UserAgentBuildVersion(build)) => build
            .version
            .as_ref()
            .map(|v| format!("{}.{}.{}", v.major_number, v.minor_number, v.patch))
            .unwrap_or_default(),
        None => String::new(),
    };
    let profile = match node.user_agent_name.as_str() {
        proto::USER_AGENT => Profile::Tidegate,
        _ => Profile::Envoy,
    };
    Proxy {
        node_id: node.id.clone(),
        user_agent: node.user_agent_name.clone(),
        version,
        profile,
        connected_at: SystemTime::now(),
        applied: None,
        rejected: None,
        refused: BTreeSet::new(),
    }
}
