//! The running proxy, as the binary sees it.
//!
//! Owns the worker threads and the pointer to the active configuration. Must not know xDS. Invariant: the
//! pointer is written in `Prepared::commit` and nowhere else.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use dp_config::Config;
use dp_upstream::{
    pool::Counters,
    provider_group::{
        state::Figures,
        states::{KeyFigures, States},
    },
    resolve::Resolver,
    shared_counts::Standing,
    tokens::{TokenSources, TokenStatus},
};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use crate::{
    ai::{cache::Flights, counted::Counted, kept::Keepers},
    bind::{Phase, Sockets},
    budget::Stores,
    limit::Limits,
    log::Log,
    metrics::Metrics,
    options::{DrainTimeouts, Options, Tracer, UsageEvents},
    prepare::{self, Prepared, Unprepared},
    served::Active,
    worker::{self, Command},
};

/// A running proxy. Dropping it stops its workers.
pub struct Proxy {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What was learnt of model providers, whatever the configuration.
pub(crate) struct Known {
    /// Of each provider.
    pub(crate) providers: Arc<States>,
    /// Of the endpoints of those that have several.
    pub(crate) endpoints: Arc<States>,
    /// Who keeps which response.
    pub(crate) keepers: Keepers,
    /// Of what is kept, what is in the books.
    pub(crate) counted: Counted,
}

/// What the workers and the handle share.
pub(crate) struct Shared {
    /// In an `Arc` of its own for the workers' caches.
    pub(crate) active: Arc<ArcSwap<Active>>,
    pub(crate) sockets: Sockets,
    pub(crate) port_offset: u16,
    pub(crate) metrics: Metrics,
    pub(crate) log: Option<Log>,
    pub(crate) tracer: Option<Tracer>,
    pub(crate) usage_events: Option<UsageEvents>,
    pub(crate) resolver: Resolver,
    pub(crate) upstream: Arc<Counters>,
    /// What is known of model providers.
    pub(crate) known: Known,
    /// Tokens of clouds; they outlive configurations too.
    pub(crate) tokens: Arc<TokenSources>,
    /// How limits stand; outlives configurations.
    pub(crate) limits: Limits,
    /// Requests whose answer others wait for.
    pub(crate) flights: Arc<Flights>,
    /// Where budgets are counted; outlives configurations.
    pub(crate) budgets: Arc<Stores>,
    /// Connections of clients, open now.
    pub(crate) connections: watch::Sender<usize>,
    workers: Vec<mpsc::UnboundedSender<Command>>,
}

/// A listener that is bound, for status and readiness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerStatus {
    /// Name of the Listener resource.
    pub name: String,
    /// The address that is really bound.
    pub address: SocketAddr,
    /// Whether connections are TLS.
    pub tls: bool,
    /// Connections open now.
    pub connections: usize,
}

/// Why a proxy could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system gave no thread.
    #[error("cannot start worker thread {index}")]
    Thread {
        /// Which worker.
        index: usize,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The system gave no thread for names or the access log.
    #[error("cannot start the {name} thread")]
    Service {
        /// What the thread is for.
        name: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// How long connections that were cut off may take to write their records.
const CUTTING: Duration = Duration::from_secs(1);

// === impl Proxy ===

impl Proxy {
    /// Starts the workers; nothing listens until the first commit.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(options: Options<'_>) -> Result<Proxy, StartError> {
        let service = |name| move |source| StartError::Service { name, source };
        let upstream = Arc::new(Counters::default());
        let resolver = match options.resolver {
            Some(resolver) => resolver,
            None => Resolver::system().map_err(service("resolver"))?,
        };
        let tokens = TokenSources::new(resolver.clone(), Arc::new(options.ambient));
        let tokens = Arc::new(tokens);
        let provider_states = Arc::new(States::new(Instant::now()));
        let endpoint_states = Arc::new(States::new(Instant::now()));
        let budgets = Arc::new(Stores::new());
        let metrics = Metrics::register(
            options.registry,
            upstream.clone(),
            tokens.clone(),
            (provider_states.clone(), endpoint_states.clone()),
            Arc::downgrade(&budgets),
        );
        let log = match options.access_log {
            None => None,
            Some(log) => Some(
                Log::start(log, metrics.lines_dropped.clone()).map_err(service("access-log"))?,
            ),
        };
        let (workers, inboxes): (Vec<_>, Vec<_>) = (0..options.workers.max(1))
            .map(|_| mpsc::unbounded_channel())
            .unzip();
        let shared = Arc::new(Shared {
            active: Arc::default(),
            sockets: Sockets::default(),
            port_offset: options.port_offset,
            metrics,
            log,
            tracer: options.tracer,
            usage_events: options.usage_events,
            resolver,
            upstream,
            known: Known {
                providers: provider_states,
                endpoints: endpoint_states,
                keepers: Keepers::default(),
                counted: Counted::default(),
            },
            tokens,
            limits: Limits::new(),
            flights: Arc::default(),
            budgets,
            connections: watch::Sender::new(0),
            workers,
        });
        let mut threads = Vec::new();
        for (index, inbox) in inboxes.into_iter().enumerate() {
            let thread = worker::start(index, shared.clone(), inbox)
                .map_err(|source| StartError::Thread { index, source })?;
            threads.push(thread);
        }
        Ok(Proxy {
            shared,
            threads: Mutex::new(threads),
        })
    }

    /// Binds and loads what `next` needs beyond the active configuration. May block for milliseconds.
    ///
    /// # Errors
    /// Every resource that cannot be prepared; the active configuration is untouched.
    pub fn prepare(&self, next: Arc<Config>) -> Result<Prepared, Vec<Unprepared>> {
        prepare::prepare(&self.shared, next)
    }

    /// Ends connections gracefully: responses say `connection: close` and HTTP/2 gets GOAWAY, while new
    /// connections are still taken; idle connections are closed after `timeouts.min`. Resolves once none is
    /// left after that, at the latest after `timeouts.max`; nothing is accepted any more then.
    pub fn drain(&self, timeouts: DrainTimeouts) -> impl Future<Output = ()> + Send + 'static {
        let shared = self.shared.clone();
        async move {
            shared.enter(Phase::Closing);
            sleep(timeouts.min.min(timeouts.max)).await;
            shared.enter(Phase::Ending);
            let mut connections = shared.connections.subscribe();
            let rest = timeouts.max.saturating_sub(timeouts.min);
            if timeout(rest, connections.wait_for(|open| *open == 0))
                .await
                .is_err()
            {
                tracing::warn!(
                    open = *connections.borrow(),
                    "closing what has not ended in time"
                );
            }
            for bound in shared.sockets.all() {
                bound.close();
            }
            shared.enter(Phase::Over);
            // What was cut off still writes its record, which the end of the process must not overtake.
            let _ = timeout(CUTTING, connections.wait_for(|open| *open == 0)).await;
        }
    }

    /// The listeners that are bound now.
    pub fn listeners(&self) -> Vec<ListenerStatus> {
        let active = self.shared.active.load();
        let status = |(bound, served): &(Arc<crate::bind::Bound>, Arc<crate::served::Served>)| {
            ListenerStatus {
                name: served.listener.name.to_string(),
                address: bound.local,
                tls: served.is_tls(),
                connections: bound.open_connections(),
            }
        };
        active.listeners().map(status).collect()
    }

    /// The tokens of clouds that are in use; no secrets.
    pub fn tokens(&self) -> Vec<TokenStatus> {
        self.shared.tokens.status()
    }

    /// What is known of the endpoints of providers that have several: cluster, address and figures.
    pub fn endpoints(&self) -> Vec<(Arc<str>, Arc<str>, Figures)> {
        let mut all = self.shared.known.endpoints.figures(Instant::now());
        all.sort_by(|(a, x, _), (b, y, _)| (a, x).cmp(&(b, y)));
        all
    }

    /// What is known of the keys of providers that have several.
    pub fn keys(&self) -> Vec<KeyFigures> {
        let mut all = self.shared.known.providers.keys(Instant::now());
        all.sort_by(|a, b| (&a.backend, &a.entry, &a.name).cmp(&(&b.backend, &b.entry, &b.name)));
        all
    }

    /// How the stores of shared budgets stand, by the names of the Secrets with their addresses; those that a request has
    /// needed so far.
    pub fn budget_stores(&self) -> Vec<(Arc<str>, Standing)> {
        self.shared.budgets.standings()
    }

    /// The configuration that is served now.
    pub fn config(&self) -> Arc<Config> {
        self.shared.active.load().config.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.every(|| Command::Stop);
        let threads = self
            .threads
            .get_mut()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        for thread in threads.drain(..) {
            let _ = thread.join();
        }
    }
}

// === impl Shared ===

impl Shared {
    /// Sends a command to every worker.
    pub(crate) fn every(&self, command: impl Fn() -> Command) {
        for worker in &self.workers {
            let _ = worker.send(command());
        }
    }

    /// Sends a command to one worker.
    pub(crate) fn first(&self, command: Command) {
        if let Some(worker) = self.workers.first() {
            let _ = worker.send(command);
        }
    }

    fn enter(&self, phase: Phase) {
        for bound in self.sockets.all() {
            bound.enter(phase);
        }
    }
}
