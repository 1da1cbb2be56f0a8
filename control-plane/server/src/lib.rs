//! `tidegate-control-plane`: manifests in, streams of resources out.
//!
//! ```text
//!  files ─┐                     ┌─► publish ─► ads (one task per stream) ─► proxies
//!  ads ───┼─► pipeline ► state ─┼─► status, snapshot_view ─► admin ─► operators
//!  admin ─┘   (the one loop)    └─► infrastructure ─► who runs the proxies
//! ```
//! Owns the process: arguments, sockets, the loop, telemetry. Must not translate (cp-translate) or speak the protocol
//! (xds). Invariant: one writer; everything else sends it events and watches what it publishes.

pub mod admin;
pub mod ads;
pub mod args;
pub mod certificates;
pub mod condition_log;
pub mod debounce;
pub mod epoch_trace;
pub mod event;
pub mod fleet;
pub mod history;
pub mod http;
pub mod metrics;
pub mod pipeline;
pub mod programmed;
pub mod publish;
pub mod rejection;
pub mod retry;
pub mod run_dir;
pub mod serve;
pub mod settings;
pub mod shutdown;
pub mod snapshot_view;
pub mod state;
pub mod status;
pub mod task;
pub mod telemetry;
pub mod tls_files;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::{Context, Result};
use cp_files::Source;
use grpc::address::Address;
use grpc::admin::admin_server::AdminServer;
use grpc::ads::aggregated_discovery_service_server::AggregatedDiscoveryServiceServer;
use grpc::identity::{Authenticate, Guard};
use grpc::listen::Listening;
use grpc::tls::ServerTls;
use grpc::token::RunSecret;
use prometheus_client::registry::Registry;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::args::Args;
use crate::event::Event;
use crate::run_dir::RunFiles;
use crate::settings::Settings;
use crate::shutdown::Ending;
use crate::state::{Parts, State};

/// Events that may wait for the loop.
const EVENTS: usize = 1024;
/// Largest request that is read: a real Envoy's first one is 61 KB.
const MAX_REQUEST: usize = 1 << 20;

/// Runs until told to end.
pub fn run(args: Args) -> Result<()> {
    let settings = Settings::try_from(args)?;
    telemetry::start_log(&settings.log, settings.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(serve(settings));
    runtime.shutdown_background();
    outcome
}

async fn serve(settings: Settings) -> Result<()> {
    run_dir::prepare(&settings.run_dir)?;
    // First the socket: who finds it taken must not touch the files of the run that it belongs to.
    let sockets = Sockets::bind(&settings).await?;
    let (secret, mut files) = RunFiles::begin(&settings.run_dir)?;
    files.announce(&settings.run_dir, &sockets.for_tools()?)?;
    let outcome = live(&settings, sockets, secret).await;
    let is_over = match &outcome {
        Ok(ending) => *ending == Ending::Run,
        // A parent starts another process for the same run.
        Err(_) => !settings.exit_with_parent,
    };
    if is_over {
        drop(files);
    } else {
        files.keep();
    }
    outcome.map(drop)
}

/// What this process listens on.
struct Sockets {
    /// Proxies, and tools where there is no other.
    main: Listening,
    /// Tools of this machine, where proxies come by TLS.
    tools: Option<Listening>,
    probes: Option<Listening>,
}

// === impl Sockets ===

impl Sockets {
    async fn bind(settings: &Settings) -> Result<Self> {
        let socket = Address::unix(settings.run_dir.join(run_dir::SOCKET));
        let tools = settings.tls.is_some().then_some(&socket);
        let bound = async |address: Option<&Address>| match address {
            Some(address) => grpc::listen::bind(address).await.map(Some),
            None => Ok(None),
        };
        let main = grpc::listen::bind(&settings.listen).await?;
        if settings.tls.is_none() && !settings.listen.is_local() {
            warn!(address = %settings.listen, "tokens and secrets cross this address in clear; give --tls-cert and --tls-key");
        }
        Ok(Sockets {
            main,
            tools: bound(tools).await?,
            probes: bound(settings.probes.as_ref()).await.context("--probes")?,
        })
    }

    fn for_tools(&self) -> std::io::Result<Address> {
        self.tools.as_ref().unwrap_or(&self.main).address()
    }

    /// Serves all of them until `shutdown`.
    fn serve(
        self,
        tls: Option<Arc<ServerTls>>,
        (all, plain): (axum::Router, axum::Router),
        shutdown: &CancellationToken,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        let mut tasks = Vec::new();
        let mut start = |listening, tls, router| {
            let serving = serve::serve(listening, tls, router, shutdown.clone());
            tasks.push(task::spawn("server", serving));
        };
        start(self.main, tls, all.clone());
        if let Some(tools) = self.tools {
            start(tools, None, all);
        }
        if let Some(probes) = self.probes {
            start(probes, None, plain);
        }
        tasks
    }
}

async fn live(settings: &Settings, sockets: Sockets, secret: RunSecret) -> Result<Ending> {
    let mut registry = Registry::default();
    let metrics = metrics::Metrics::new(&mut registry);
    let traces = settings
        .otlp_endpoint
        .as_deref()
        .map(telemetry::start_traces)
        .transpose()?;
    let (provider, tracer) = traces.unzip();
    let environment: cp_files::source::Environment = Arc::new(args::environment);
    let (source, first) = Source::open(settings.files.clone(), environment)
        .context("the manifests cannot be read")?;
    let mut state = State::new(Parts {
        settings: settings.translate.clone(),
        secret: secret.clone(),
        replica: settings.replica.clone(),
        sources: settings
            .files
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
        metrics: metrics.clone(),
        traces: epoch_trace::EpochTraces::new(tracer),
    });
    state.on(Event::Source(first));

    let shutdown = CancellationToken::new();
    let (events, received) = mpsc::channel(EVENTS);
    let (ready, is_ready) = watch::channel(false);
    let (tls, followed) = settings
        .tls
        .as_ref()
        .map(tls_files::open)
        .transpose()?
        .unzip();
    if let Some(followed) = followed {
        task::spawn("tls-files", followed.run(shutdown.clone()));
    }
    let is_tls = tls.is_some();
    info!(address = %sockets.main.address()?, tls = is_tls, "serving ADS and the admin service");
    let plain = http::routes(Arc::new(registry), is_ready);
    let services = router(
        &events,
        &metrics,
        guard(&secret),
        &settings.replica,
        &shutdown,
    );
    let routers = (services.merge(plain.clone()), plain);
    let servers = sockets.serve(tls, routers, &shutdown);
    let pipeline = task::spawn(
        "pipeline",
        pipeline::run(state, source, received, ready, shutdown.clone()),
    );
    let ending = shutdown::requested(settings.exit_with_parent).await;
    info!("shutting down");
    shutdown.cancel();
    let ended = tokio::time::timeout(shutdown::LIMIT, async {
        futures::future::join_all(servers).await;
        let _ = pipeline.await;
    });
    if ended.await.is_err() {
        info!(
            "connections were cut off after {} s",
            shutdown::LIMIT.as_secs()
        );
    }
    if let Some(provider) = provider
        && let Err(error) = provider.shutdown_with_timeout(shutdown::FLUSH)
    {
        info!(%error, "the last traces could not be sent");
    }
    Ok(ending)
}

/// Who is believed: the tokens of this run, then certificates that the handshake verified.
fn guard(secret: &RunSecret) -> Guard {
    let judges: [Arc<dyn Authenticate>; 2] = [
        Arc::new(secret.clone()),
        Arc::new(certificates::Certificates),
    ];
    Guard::new(judges)
}

fn router(
    events: &event::Events,
    metrics: &metrics::Metrics,
    guard: Guard,
    replica: &str,
    shutdown: &CancellationToken,
) -> axum::Router {
    let ads = ads::Ads {
        guard: guard.clone(),
        events: events.clone(),
        metrics: metrics.clone(),
        shutdown: shutdown.clone(),
        replica: Arc::from(format!("{replica}/{}", env!("CARGO_PKG_VERSION"))),
        streams: Arc::new(AtomicU64::new(1)),
    };
    let ads = AggregatedDiscoveryServiceServer::new(ads).max_decoding_message_size(MAX_REQUEST);
    let admin = admin::AdminService {
        guard,
        events: events.clone(),
        shutdown: shutdown.clone(),
    };
    let admin = AdminServer::new(admin).max_decoding_message_size(MAX_REQUEST);
    tonic::service::Routes::new(ads)
        .add_service(admin)
        .prepare()
        .into_axum_router()
}
