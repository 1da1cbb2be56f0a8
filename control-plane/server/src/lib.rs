//! `tidegate-control-plane`: manifests in, streams of resources out.
//!
//! ```text
//!  files ─┐                     ┌─► publish ─► ads (one task per stream) ─► proxies
//!  ads ───┼─► pipeline ► state ─┼─► status, snapshot_view ─► admin ─► operators
//!  admin ─┘   (the one loop)    ├─► infrastructure ─► who runs the proxies
//!                               └─► cluster ─► statuses, fleets, FleetReports ─► API server
//! ```
//! Owns the process: arguments, sockets, the loop, telemetry. Must not translate (cp-translate) or speak the protocol
//! (xds). Invariant: one writer; everything else sends it events and watches what it publishes.

pub mod admin;
pub mod ads;
pub mod args;
pub mod callers;
pub mod certificates;
pub mod cluster;
pub mod cluster_identity;
pub mod condition_log;
pub mod debounce;
pub mod deploy_settings;
pub mod deployer;
pub mod epoch_trace;
pub mod event;
pub mod fleet;
pub mod fleets;
pub mod history;
pub mod http;
pub mod metrics;
pub mod object_event;
pub mod peers;
pub mod pipeline;
pub mod programmed;
pub mod publish;
pub mod rejection;
pub mod retry;
pub mod run_dir;
pub mod serve;
pub mod serving_tls;
pub mod settings;
pub mod shutdown;
pub mod snapshot_view;
pub mod sockets;
pub mod source;
pub mod state;
pub mod status;
pub mod task;
pub mod telemetry;
pub mod wanted;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::Result;
use cp_kube::xds_secret::Material;
use grpc::admin::admin_server::AdminServer;
use grpc::ads::aggregated_discovery_service_server::AggregatedDiscoveryServiceServer;
use grpc::identity::Guard;
use grpc::token::RunSecret;
use prometheus_client::registry::Registry;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::args::Args;
use crate::deployer::Authorities;
use crate::run_dir::RunFiles;
use crate::settings::Settings;
use crate::shutdown::Ending;
use crate::sockets::Sockets;
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

async fn live(settings: &Settings, sockets: Sockets, secret: RunSecret) -> Result<Ending> {
    let mut registry = Registry::default();
    let metrics = metrics::Metrics::new(&mut registry);
    let traces = settings
        .otlp_endpoint
        .as_deref()
        .map(telemetry::start_traces)
        .transpose()?;
    let (provider, tracer) = traces.unzip();
    let (lead, leads) = watch::channel(false);
    let opened = source::open(settings, &mut registry, leads).await?;
    let shutdown = CancellationToken::new();
    let callers = callers::prepare(settings, &secret, &shutdown).await?;
    let (events, received) = mpsc::channel(EVENTS);
    let (links, writers) = match opened.cluster {
        None => (None, cluster::Writers::default()),
        Some(source::Home {
            client,
            namespace,
            selection,
        }) => {
            let replica = cluster::Replica {
                client,
                namespace,
                name: settings.replica.clone(),
                controller: settings.translate.controller.clone(),
                selection,
            };
            let deploy = deploy(settings, callers.material);
            let counts = cp_kube::status::Counts::new(&mut registry);
            let started = cluster::start(replica, deploy, lead, counts, &events, &shutdown);
            (Some(started.0), started.1)
        }
    };
    let state = State::new(Parts {
        settings: settings.translate.clone(),
        secret: secret.clone(),
        replica: settings.replica.clone(),
        sources: opened.names,
        events: opened.events,
        metrics: metrics.clone(),
        traces: epoch_trace::EpochTraces::new(tracer),
        links,
    });

    let (ready, is_ready) = watch::channel(false);
    let plain = http::routes(Arc::new(registry), is_ready);
    let services = router(
        &events,
        &metrics,
        callers.guard,
        &settings.replica,
        &shutdown,
    );
    let routers = (services.merge(plain.clone()), plain);
    let servers = sockets.serve(callers.protection, routers, &shutdown);
    let pipeline = task::spawn(
        "pipeline",
        pipeline::run(state, opened.source, received, ready, shutdown.clone()),
    );
    let ending = shutdown::requested(settings.exit_with_parent).await;
    info!("shutting down");
    shutdown.cancel();
    let ended = tokio::time::timeout(shutdown::LIMIT, async {
        futures::future::join_all(servers).await;
        let _ = pipeline.await;
        writers.ended().await;
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

/// With what proxies are deployed, where they are and it is known by what they know us.
fn deploy(
    settings: &Settings,
    material: Option<watch::Receiver<Option<Material>>>,
) -> Option<cluster::Deploy> {
    let deploy = settings.deploy.clone()?;
    let authorities = match &deploy.ca {
        Some(path) => Authorities::File(path.clone()),
        None => Authorities::Secret(material?),
    };
    Some((deploy, authorities))
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
