//! From a response to what is served: stage, verify, prepare, swap (xds.md C.4 K1-K6).
//!
//! Owns the staged set and the decision about every response. Must not know gRPC nor when to reconnect: it
//! takes an update and gives a step. The invariants: only `swap` changes what is served, a refusal changes
//! nothing that is served, and everything that can take long runs on a blocking thread.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use dp_config::{Config, Refused, Rejection, Stage};
use dp_proxy::{Prepared, Proxy};
use prost::Message;
use proto::tidegate::v1::{Commit, CommitOrigin};
use proto::type_url::TypeUrl;
use proto::{name, provenance};
use xds::client::{ClientEvent, Received, Update, WILDCARD};

use crate::metrics::{ConfigMetrics, Outcome};
use crate::refusal::Refusal;
use crate::settings::Dialect;
use crate::standing::StandingWriter;

/// What the subscription is to do about an update.
#[derive(Debug)]
pub(crate) enum Step {
    /// ACK.
    Accept,
    /// NACK.
    Reject(xds::client::Rejection),
    /// NACK, and fetch everything afresh on a new stream (K3).
    Resync(xds::client::Rejection),
}

/// The staged set and what becomes of it.
pub(crate) struct Activation {
    dialect: Dialect,
    proxy: Arc<Proxy>,
    standing: StandingWriter,
    metrics: ConfigMetrics,
    /// What the server was told that we hold.
    stage: Stage,
    active: Arc<Config>,
    /// The first refusal since the last Commit: a Commit that counts on what was refused cannot be had (K2).
    poison: Option<Rejection>,
    /// A digest did not match, and no Commit was applied since.
    is_resyncing: bool,
    /// Names that are subscribed at a foreign server.
    wanted: BTreeSet<(TypeUrl, Arc<str>)>,
}

/// A configuration that needs no more than the swap.
struct Ready {
    next: Arc<Config>,
    prepared: Prepared,
}

// === impl Activation ===

impl Activation {
    /// Nothing staged, nothing served.
    pub(crate) fn new(
        dialect: Dialect,
        proxy: Arc<Proxy>,
        standing: StandingWriter,
        metrics: ConfigMetrics,
    ) -> Self {
        Activation {
            dialect,
            proxy,
            standing,
            metrics,
            stage: Stage::default(),
            active: Arc::default(),
            poison: None,
            is_resyncing: false,
            wanted: BTreeSet::new(),
        }
    }

    /// What to subscribe to before the first stream, in the order of the requests: the Commit last.
    pub(crate) fn first_subscriptions(&self) -> Vec<ClientEvent> {
        let types: &[TypeUrl] = match &self.dialect {
            Dialect::Tidegate(_) => &TypeUrl::ALL,
            Dialect::Foreign => &[TypeUrl::Cluster, TypeUrl::Listener],
        };
        let wildcard = |&type_url| ClientEvent::Subscribe { type_url, names: vec![WILDCARD.to_owned()] };
        types.iter().map(wildcard).collect()
    }

    /// Judges one update and, where it completes a configuration, activates that.
    pub(crate) async fn take(&mut self, update: Update) -> Step {
        let type_url = update.type_url;
        let result = match (&self.dialect, type_url) {
            (Dialect::Tidegate(_), TypeUrl::Commit) => self.commit(update).await,
            (Dialect::Tidegate(_), _) => self.stage(&update),
            (Dialect::Foreign, _) => self.stage_and_close(&update).await,
        };
        match result {
            Ok(()) => {
                self.metrics.response(type_url, Outcome::Accepted);
                Step::Accept
            }
            Err(refusal) => self.refuse(type_url, &refusal),
        }
    }

    /// The stream broke: what was staged for a Commit that will not come is forgotten, and the next stream
    /// claims what is served; or nothing, where a digest did not match.
    pub(crate) fn lost(&mut self) -> Vec<ClientEvent> {
        match &self.dialect {
            Dialect::Foreign => Vec::new(),
            Dialect::Tidegate(_) => {
                self.poison = None;
                self.stage =
                    if self.is_resyncing { Stage::default() } else { Stage::of(&self.active) };
                let staged = TypeUrl::ALL.into_iter().filter(|t| *t != TypeUrl::Commit);
                staged
                    .map(|type_url| ClientEvent::Hold {
                        type_url,
                        versions: self.stage.versions(type_url),
                    })
                    .collect()
            }
        }
    }

    /// Whether a digest did not match and no Commit was applied since.
    pub(crate) fn is_resyncing(&self) -> bool {
        self.is_resyncing
    }

    fn stage(&mut self, update: &Update) -> Result<(), Refusal> {
        let staged = self.stage.apply(update.type_url, &update.resources, &update.removed);
        staged.map_err(|rejection| {
            self.poison.get_or_insert_with(|| rejection.clone());
            Refusal::Config(rejection)
        })
    }

    async fn commit(&mut self, update: Update) -> Result<(), Refusal> {
        let began = Instant::now();
        // A Commit that is removed leaves what is served as it is: nothing says what should be served instead.
        let Some(received) = update.resources.into_iter().next() else { return Ok(()) };
        let commit = self.read(&received)?;
        if let Some(rejection) = self.poison.take() {
            return Err(Refusal::Config(rejection));
        }
        let (stage, active) = (self.stage.clone(), Arc::clone(&self.active));
        let proxy = Arc::clone(&self.proxy);
        let ready = blocking(move || prepare(&proxy, stage.commit(&commit, &active)?)).await?;
        self.swap(ready, began, provenance::read(received.metadata.as_ref()));
        Ok(())
    }

    /// The Commit of the Gateway that this proxy was started for, and of no other.
    fn read(&self, received: &Received) -> Result<Commit, Refusal> {
        let refused = |message: String| {
            let item = Refused {
                type_url: TypeUrl::Commit.as_str().to_owned(),
                name: received.name.clone(),
                version: received.version.clone(),
                path: "name".to_owned(),
                message,
            };
            Refusal::Config(Rejection::invalid(vec![item]))
        };
        let commit = Commit::decode(received.message.clone())
            .map_err(|error| refused(format!("is no Commit: {error}")))?;
        match &self.dialect {
            Dialect::Tidegate(gateway) => {
                let ours = name::commit(&gateway.namespace, &gateway.name);
                if commit.name == ours && received.name == ours {
                    Ok(commit)
                } else {
                    Err(refused(format!("this proxy serves {gateway}, whose Commit is {ours:?}")))
                }
            }
            Dialect::Foreign => Err(refused("a foreign server sends no Commits".to_owned())),
        }
    }

    fn swap(&mut self, ready: Ready, began: Instant, origin: Option<CommitOrigin>) {
        let Ready { next, prepared } = ready;
        prepared.commit();
        self.is_resyncing = false;
        let took = began.elapsed();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.metrics.applied(took, now);
        let reason = origin.map(|origin| origin.reason).unwrap_or_default();
        tracing::info!(commit = %next.commit_id(), reason, ?took, "applied");
        self.active = Arc::clone(&next);
        self.standing.active(next);
    }

    fn refuse(&mut self, type_url: TypeUrl, refusal: &Refusal) -> Step {
        let nack = refusal.nack();
        tracing::warn!(%type_url, code = nack.code, message = nack.message, "refused");
        self.standing.rejected(nack.message.clone());
        let outcome = if refusal.is_mismatch() { Outcome::Mismatch } else { Outcome::Rejected };
        self.metrics.response(type_url, outcome);
        if type_url == TypeUrl::Commit {
            self.metrics.commit(outcome);
        }
        if refusal.is_mismatch() {
            self.is_resyncing = true;
            Step::Resync(nack)
        } else {
            Step::Reject(nack)
        }
    }
}

/// Binds and loads what the next configuration needs.
fn prepare(proxy: &Proxy, next: Config) -> Result<Ready, Refusal> {
    let next = Arc::new(next);
    match proxy.prepare(Arc::clone(&next)) {
        Ok(prepared) => Ok(Ready { next, prepared }),
        Err(items) => Err(Refusal::unprepared(items, &next)),
    }
}

/// Off this thread, which has keep-alives and probes to answer.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // The panic is in the log already; what is served stays.
        Err(_) => Err(Refusal::Bug),
    }
}
