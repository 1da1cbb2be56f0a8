//! The one loop that takes configuration: a stream, its machine, and what becomes of every response.
//!
//! Owns the connection to the management server and when to make the next one. Must not know what a resource
//! means (`activation`), nor what the protocol demands (`xds::client`). The invariants: every response gets
//! exactly one answer, after it was judged; and no end of a stream takes a configuration away (K7, R7).

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use dp_proxy::Proxy;
use grpc::token::BearerToken;
use proto::envoy::config::core::v3::Node;
use proto::envoy::config::core::v3::node::UserAgentVersionType;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DeltaDiscoveryResponse};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Streaming};
use xds::backoff::{Backoff, Ending};
use xds::client::{Client, ClientAction, ClientEvent, Update, Verdict};

use crate::activation::{Activation, Step};
use crate::apply_trace::ApplyTraces;
use crate::last_good::{Memory, Store};
use crate::metrics::ConfigMetrics;
use crate::settings::{ControlPlane, TokenSource};
use crate::standing::StandingWriter;

/// Longest wait for a server on this machine: trying costs nothing there, and no fleet tries with us.
const LOCAL_CAP: Duration = Duration::from_secs(1);

/// Longest wait for a server to end a stream that we end.
const FAREWELL: Duration = Duration::from_secs(1);

/// The subscription of one proxy, for as long as it lives.
pub struct Subscription {
    control_plane: ControlPlane,
    client: Client,
    activation: Activation,
    standing: StandingWriter,
    metrics: ConfigMetrics,
    backoff: Backoff,
    /// What a start without a control plane serves, and when.
    last_good: Option<(Store, Instant)>,
    /// What was logged last about a connection that cannot be made; the same again is not news.
    complaint: Option<String>,
}

/// One open stream.
struct Session {
    requests: mpsc::UnboundedSender<DeltaDiscoveryRequest>,
    responses: Streaming<DeltaDiscoveryResponse>,
}

/// What to do with the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Keep,
    /// A new one is needed, at once.
    Renew,
}

/// Why there is no stream.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Token(String),
    #[error(transparent)]
    Connect(#[from] grpc::connect::ConnectError),
    #[error("the management server refuses: {0}")]
    Refused(String),
    #[error(
        "the management server does not accept our token or certificate; --token-file must hold a token that it knows and that has not ended"
    )]
    Unauthenticated,
    #[error("the stream broke: {0}")]
    Broken(String),
}

// === impl Subscription ===

impl Subscription {
    /// Not connected yet.
    pub fn new(
        control_plane: &ControlPlane,
        proxy: Arc<Proxy>,
        standing: StandingWriter,
        metrics: ConfigMetrics,
    ) -> Self {
        let dialect = &control_plane.dialect;
        let activation = Activation::new(dialect, proxy, standing.clone(), metrics.clone());
        let mut client = Client::new(node(control_plane));
        for event in activation.first_subscriptions() {
            // Without a stream there is nothing to do yet.
            client.on(event);
        }
        Subscription {
            control_plane: control_plane.clone(),
            client,
            activation,
            standing,
            metrics,
            backoff: Backoff::default(),
            last_good: None,
            complaint: None,
        }
    }

    /// Remembers what is applied with `memory`, and serves what is in `store` if no configuration is active after `wait`.
    #[must_use]
    pub(crate) fn remembering(mut self, memory: Memory, store: Store, wait: Duration) -> Self {
        self.activation.remember(memory);
        self.last_good = Some((store, Instant::now() + wait));
        self
    }

    /// Records the spans of Commits.
    #[must_use]
    pub fn traced(mut self, traces: ApplyTraces) -> Self {
        self.activation.trace(traces);
        self
    }

    /// Connects, follows, and connects again, until it is dropped.
    pub async fn run(mut self) {
        loop {
            let ending = match self.attempt().await {
                Ok(ending) => ending,
                Err(failure) => {
                    self.complain(&failure);
                    Ending::Failed
                }
            };
            self.lost();
            self.restore_if_due().await;
            let mut delay = self.backoff.next(ending, chance());
            if self.control_plane.address.is_local() {
                delay = delay.min(LOCAL_CAP);
            }
            if let Some((_, due)) = &self.last_good {
                delay = delay.min(due.saturating_duration_since(Instant::now()));
            }
            tokio::time::sleep(delay).await;
        }
    }

    /// One stream; cut short where it has brought no configuration by the time that the last good one is due.
    async fn attempt(&mut self) -> Result<Ending, Failure> {
        let Some((_, due)) = self.last_good else {
            return self.session().await;
        };
        let mut standing = self.standing.subscribe();
        let due = async {
            tokio::time::sleep_until(due).await;
            if standing.borrow_and_update().is_whole {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = self.session() => ended,
            () = due => Ok(Ending::Graceful),
        }
    }

    /// Serves what is on the disk, once, if nothing else is served by now.
    async fn restore_if_due(&mut self) {
        let is_whole = self.standing.subscribe().borrow().is_whole;
        let Some((store, due)) = self.last_good.take() else {
            return;
        };
        if is_whole {
            return;
        }
        if Instant::now() < due {
            self.last_good = Some((store, due));
            return;
        }
        let Some(remembered) = store.read() else {
            return;
        };
        match self.activation.restore(remembered).await {
            Ok(claims) => {
                for event in claims {
                    self.client.on(event);
                }
            }
            Err(refusal) if refusal.is_of_machine() => {
                let reason = refusal.nack().message;
                tracing::warn!(
                    reason,
                    "the last good configuration cannot be served on this machine now"
                );
            }
            Err(refusal) => store.put_aside(&refusal.nack().message),
        }
    }

    /// One stream from its first request to its end.
    async fn session(&mut self) -> Result<Ending, Failure> {
        let mut session = self.open().await?;
        self.standing.connected(true);
        self.metrics.connected();
        tracing::info!(address = %self.control_plane.address, "connected to the management server");
        self.complaint = None;
        let mut has_answered = false;
        loop {
            match session.responses.message().await {
                Ok(Some(response)) => {
                    // A server whose digests never match is no reason to start from 10 ms.
                    if !has_answered && !self.activation.is_resyncing() {
                        self.backoff.reset();
                    }
                    has_answered = true;
                    let was_resyncing = self.activation.is_resyncing();
                    if self.respond(&session, response).await == Fate::Renew {
                        session.close().await;
                        return Ok(if was_resyncing {
                            Ending::Failed
                        } else {
                            Ending::Graceful
                        });
                    }
                }
                // A server that closes without a word each time must not be hammered.
                Ok(None) if has_answered => return Ok(Ending::Graceful),
                Ok(None) => return Ok(Ending::Failed),
                // A token that ends while it serves a stream: the file holds the next one by now.
                Err(status) if has_answered && status.code() == Code::Unauthenticated => {
                    tracing::info!(
                        reason = status.message(),
                        "the stream ended; connecting again"
                    );
                    return Ok(Ending::Graceful);
                }
                Err(status) => return Err(Failure::from(status)),
            }
        }
    }

    /// The first requests are queued before the call: a server may answer the call only after it read one.
    async fn open(&mut self) -> Result<Session, Failure> {
        let token = token(&self.control_plane.token)?;
        let ControlPlane { address, tls, .. } = &self.control_plane;
        let channel = grpc::connect::connect_with(address, tls.as_ref()).await?;
        let (requests, queued) = mpsc::unbounded_channel();
        for action in self.client.on(ClientEvent::Connected) {
            if let ClientAction::Send(request) = action {
                // The other end is `queued`, in this function.
                let _ = requests.send(*request);
            }
        }
        let call = UnboundedReceiverStream::new(queued);
        let answered = grpc::connect::ads(channel, token)
            .delta_aggregated_resources(call)
            .await;
        Ok(Session {
            requests,
            responses: answered.map_err(Failure::from)?.into_inner(),
        })
    }

    async fn respond(&mut self, session: &Session, response: DeltaDiscoveryResponse) -> Fate {
        let mut actions = self.client.on(ClientEvent::Response(Box::new(response)));
        let mut fate = Fate::Keep;
        while !actions.is_empty() {
            let mut following = Vec::new();
            for action in actions {
                match action {
                    ClientAction::Send(request) => {
                        // A stream that ended is seen by the next read.
                        let _ = session.requests.send(*request);
                    }
                    ClientAction::Deliver(update) => following.extend(self.deliver(update).await),
                    ClientAction::Ignored { type_url } => {
                        tracing::warn!(type_url, "a response that nobody asked for is ignored");
                    }
                    ClientAction::Reconnect => fate = Fate::Renew,
                }
            }
            actions = following;
        }
        fate
    }

    async fn deliver(&mut self, update: Update) -> Vec<ClientAction> {
        let (type_url, nonce) = (update.type_url, update.nonce.clone());
        let (verdict, is_resync) = match self.activation.take(update).await {
            Step::Accept => (Verdict::Accept, false),
            Step::Reject(rejection) => (Verdict::Reject(rejection), false),
            Step::Resync(rejection) => (Verdict::Reject(rejection), true),
        };
        let mut actions = self.client.on(ClientEvent::Decision {
            type_url,
            nonce,
            verdict,
        });
        for event in self.activation.changed_subscriptions() {
            actions.extend(self.client.on(event));
        }
        if is_resync {
            actions.extend(self.client.on(ClientEvent::Resync));
        }
        actions
    }

    fn lost(&mut self) {
        self.standing.connected(false);
        self.metrics.disconnected();
        for event in self.activation.lost(&self.client) {
            self.client.on(event);
        }
        self.client.on(ClientEvent::Lost);
    }

    fn complain(&mut self, failure: &Failure) {
        let message = describe(failure);
        let address = &self.control_plane.address;
        if self.complaint.as_ref() == Some(&message) {
            tracing::debug!(%address, error = message, "still no configuration stream");
        } else {
            tracing::warn!(%address, error = message, "no configuration stream; serving what is active");
            self.complaint = Some(message);
        }
    }
}

// === impl Session ===

impl Session {
    /// Lets the server read the last NACK before the stream goes.
    async fn close(mut self) {
        drop(self.requests);
        let ended = async { while let Ok(Some(_)) = self.responses.message().await {} };
        // A server that does not end its side is left behind.
        let _ = tokio::time::timeout(FAREWELL, ended).await;
    }
}

// === impl Failure ===

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        let broken = [
            Code::Unavailable,
            Code::Unknown,
            Code::Cancelled,
            Code::Internal,
        ];
        let code = status.code();
        if code == Code::Unauthenticated {
            Failure::Unauthenticated
        } else if broken.contains(&code) {
            Failure::Broken(status.message().to_owned())
        } else {
            Failure::Refused(format!("{code:?}: {}", status.message()))
        }
    }
}

/// An error with its causes, in one line.
fn describe(failure: &Failure) -> String {
    let mut text = failure.to_string();
    let mut source = std::error::Error::source(failure);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

fn token(source: &TokenSource) -> Result<BearerToken, Failure> {
    let parsed = |text: &str| BearerToken::new(text).map_err(|error| error.to_string());
    match source {
        TokenSource::None => Ok(BearerToken::none()),
        TokenSource::Given(token) => {
            parsed(token.reveal()).map_err(|e| Failure::Token(format!("TIDEGATE_TOKEN: {e}")))
        }
        TokenSource::File(path) => std::fs::read_to_string(path)
            .map_err(|error| error.to_string())
            .and_then(|text| parsed(&text))
            .map_err(|e| Failure::Token(format!("--token-file {}: {e}", path.display()))),
    }
}

fn node(control_plane: &ControlPlane) -> Node {
    Node {
        id: control_plane.node_id.clone(),
        cluster: control_plane.node_cluster.clone(),
        user_agent_name: proto::USER_AGENT.to_owned(),
        user_agent_version_type: Some(UserAgentVersionType::UserAgentVersion(
            env!("CARGO_PKG_VERSION").to_owned(),
        )),
        ..Node::default()
    }
}

/// Uniform in `0.0..1.0`. The keys of a `RandomState` differ with every call, and the first of them came from
/// the system; jitter needs no more.
fn chance() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    // 53 bits are what an f64 holds exactly.
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests;
