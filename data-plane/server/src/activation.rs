//! From a response to what is served: stage, verify, prepare, swap (xds.md C.4 K1-K6).
//!
//! Owns the decision about every response. Must not know gRPC nor when to reconnect: it takes an update and
//! gives a step. The invariants: only `swap` changes what is served, a refusal changes nothing that is served,
//! and everything that can take long runs on a blocking thread.

mod closures;
mod commits;

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use dp_config::Config;
use dp_proxy::{Prepared, Proxy};
use proto::type_url::TypeUrl;
use xds::client::{Client, ClientEvent, Rejection, Update, WILDCARD};

use self::closures::Closures;
use self::commits::Commits;
use crate::apply_trace::{ApplySpan, ApplyTraces, Steps};
use crate::last_good::{Memory, Remembered};
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
    Reject(Rejection),
    /// NACK, and fetch everything afresh on a new stream (K3).
    Resync(Rejection),
}

/// What is held, and what becomes of it.
pub(crate) struct Activation {
    proxy: Arc<Proxy>,
    standing: StandingWriter,
    metrics: ConfigMetrics,
    traces: ApplyTraces,
    source: Source,
    /// Whether what is served was read from a disk, and no control plane confirmed it since.
    is_stale: bool,
}

/// Who says when a configuration is whole.
enum Source {
    /// The Commit of our Gateway.
    Commits(Box<Commits>),
    /// The references themselves.
    Closures(Box<Closures>),
}

/// A configuration that needs no more than the swap.
struct Ready {
    next: Arc<Config>,
    prepared: Prepared,
    steps: Steps,
    /// Why it was made, in the words of the control plane; empty if it does not say.
    reason: String,
}

// === impl Activation ===

impl Activation {
    /// Nothing held, nothing served.
    pub(crate) fn new(
        dialect: &Dialect,
        proxy: Arc<Proxy>,
        standing: StandingWriter,
        metrics: ConfigMetrics,
    ) -> Self {
        let source = match dialect {
            Dialect::Tidegate(gateway) => Source::Commits(Box::new(Commits::new(gateway))),
            Dialect::Foreign => Source::Closures(Box::default()),
        };
        Activation {
            proxy,
            standing,
            metrics,
            traces: ApplyTraces::default(),
            source,
            is_stale: false,
        }
    }

    /// Records the spans of Commits.
    pub(crate) fn trace(&mut self, traces: ApplyTraces) {
        self.traces = traces;
    }

    /// Remembers what is applied, for a start without a control plane.
    pub(crate) fn remember(&mut self, memory: Memory) {
        match &mut self.source {
            Source::Commits(commits) => commits.remember(memory),
            // Without Commits nothing says what belongs together.
            Source::Closures(_) => {}
        }
    }

    /// Serves what a disk remembers. What comes back is to be claimed on the next stream.
    pub(crate) async fn restore(
        &mut self,
        remembered: Remembered,
    ) -> Result<Vec<ClientEvent>, Refusal> {
        let Source::Commits(commits) = &mut self.source else {
            return Ok(Vec::new());
        };
        let remembered = Arc::new(remembered);
        let ready = commits
            .restore(Arc::clone(&remembered), &self.proxy)
            .await?;
        ready.prepared.commit();
        let claims = commits.restored(&ready.next, &remembered);
        tracing::warn!(commit = %ready.next.commit_id(), lacks_secrets = remembered.lacks_secrets, "no control plane answers: serving the last good configuration from the disk");
        self.is_stale = true;
        self.metrics.stale(true);
        self.standing.restored(ready.next);
        Ok(claims)
    }

    /// The control plane says that what is served is right.
    fn confirmed(&mut self) {
        if std::mem::take(&mut self.is_stale) {
            self.metrics.stale(false);
            self.standing.confirmed();
            tracing::info!("the control plane confirms what is served");
        }
    }

    /// What to subscribe to before the first stream, in the order of the requests: the Commit last.
    pub(crate) fn first_subscriptions(&self) -> Vec<ClientEvent> {
        let types: &[TypeUrl] = match &self.source {
            Source::Commits(_) => &TypeUrl::ALL,
            Source::Closures(_) => &[TypeUrl::Cluster, TypeUrl::Listener],
        };
        let names = || vec![WILDCARD.to_owned()];
        types
            .iter()
            .map(|&type_url| ClientEvent::Subscribe {
                type_url,
                names: names(),
            })
            .collect()
    }

    /// What to subscribe to and what no longer, after the last update.
    pub(crate) fn changed_subscriptions(&mut self) -> Vec<ClientEvent> {
        match &mut self.source {
            Source::Commits(_) => Vec::new(),
            Source::Closures(closures) => closures.changed_subscriptions(),
        }
    }

    /// Judges one update and, where it completes a configuration, activates that.
    pub(crate) async fn take(&mut self, update: Update) -> Step {
        let began = Instant::now();
        let type_url = update.type_url;
        let span = self.traces.begin(&update);
        let (ready, refusal) = match &mut self.source {
            Source::Commits(commits) => match commits.take(update, &self.proxy).await {
                Ok(ready) => (ready, None),
                Err(refusal) => (None, Some(refusal)),
            },
            Source::Closures(closures) => closures.take(update, &self.proxy).await,
        };
        let steps = ready.map(|ready| self.swap(ready, began));
        match refusal {
            None => {
                self.metrics.response(type_url, Outcome::Accepted);
                if type_url == TypeUrl::Commit {
                    self.confirmed();
                }
                if let Some(span) = span {
                    span.applied(steps);
                }
                Step::Accept
            }
            Some(refusal) => self.refuse(type_url, &refusal, span),
        }
    }

    /// The stream broke. What comes back is for the client before the next one.
    pub(crate) fn lost(&mut self, client: &Client) -> Vec<ClientEvent> {
        match &mut self.source {
            Source::Commits(commits) => commits.lost(client),
            // What was taken is held, whether it is complete or not.
            Source::Closures(_) => Vec::new(),
        }
    }

    /// Whether a digest did not match and no Commit was applied since.
    pub(crate) fn is_resyncing(&self) -> bool {
        match &self.source {
            Source::Commits(commits) => commits.is_resyncing(),
            Source::Closures(_) => false,
        }
    }

    fn swap(&mut self, ready: Ready, began: Instant) -> Steps {
        let Ready {
            next,
            prepared,
            steps,
            reason,
        } = ready;
        prepared.commit();
        let is_whole = match &mut self.source {
            Source::Commits(commits) => {
                commits.activated(&next);
                true
            }
            Source::Closures(closures) => {
                closures.activated(&next);
                next.listeners().next().is_some()
            }
        };
        let took = began.elapsed();
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        self.metrics.applied(took, now);
        tracing::info!(commit = %next.commit_id(), reason, ?took, "applied");
        if is_whole {
            self.standing.active(next);
        } else {
            self.standing.partial(next);
        }
        steps
    }

    fn refuse(&self, type_url: TypeUrl, refusal: &Refusal, span: Option<ApplySpan>) -> Step {
        let nack = refusal.nack();
        tracing::warn!(%type_url, code = nack.code, message = nack.message, "refused");
        self.standing.rejected(nack.message.clone());
        let outcome = if refusal.is_mismatch() {
            Outcome::Mismatch
        } else {
            Outcome::Rejected
        };
        self.metrics.response(type_url, outcome);
        if type_url == TypeUrl::Commit {
            self.metrics.commit(outcome);
        }
        if let Some(span) = span {
            span.refused(outcome, nack.message.clone());
        }
        if refusal.is_mismatch() {
            Step::Resync(nack)
        } else {
            Step::Reject(nack)
        }
    }
}

/// Binds and loads what the next configuration needs.
fn prepare(proxy: &Proxy, next: Arc<Config>, reason: String) -> Result<Ready, Refusal> {
    let staged = SystemTime::now();
    match proxy.prepare(Arc::clone(&next)) {
        Ok(prepared) => Ok(Ready {
            next,
            prepared,
            steps: Steps {
                staged,
                prepared: SystemTime::now(),
            },
            reason,
        }),
        Err(items) => Err(Refusal::unprepared(items, &next)),
    }
}

/// Off this thread, which has keep-alives and probes to answer.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    // The panic is in the log already; what is served stays.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Refusal::Bug)
}
