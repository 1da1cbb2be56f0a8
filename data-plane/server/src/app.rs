//! The process: builds every part, connects them, and takes them down in order.
//!
//! Owns the two kinds of runtime: this thread's, for xDS, admin and signals, and the workers of dp-proxy, which
//! serve traffic and never wait for this one. Must not decide anything about a configuration. The invariant:
//! on the way down, "not ready" comes before the drain, and the subscription lives until the drain is over.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use dp_proxy::{AccessLogFormat, Options, Proxy};
use prometheus_client::registry::Registry;
use tokio::task::JoinSet;

use crate::admin::{self, Admin, AdminToken};
use crate::apply_trace::ApplyTraces;
use crate::args::{AccessLog, Args};
use crate::last_good::{SealKey, Store};
use crate::metrics::ConfigMetrics;
use crate::settings::{Invalid, Settings, State};
use crate::settings_file;
use crate::shutdown::{Cause, Shutdown};
use crate::standing::StandingWriter;
use crate::subscribe::Subscription;
use crate::telemetry::{self, LogLevel, Traces};
use crate::usage_events::{self, EventMetrics, Events};

/// Wrong flags.
const USAGE: u8 = 2;
/// A second signal; what a shell reports for SIGINT.
const KILLED: u8 = 130;

/// How the process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Everything was drained, or the time for it was over.
    Drained,
    /// Somebody asked twice.
    Forced,
}

/// The whole life of the process.
pub fn main() -> ExitCode {
    let settings = match Settings::try_from(Args::from_process()) {
        Ok(settings) => settings,
        Err(invalid) => return usage(&invalid),
    };
    match run(&settings) {
        Ok(End::Drained) => ExitCode::SUCCESS,
        Ok(End::Forced) => ExitCode::from(KILLED),
        Err(error) => {
            complain(&format!("tidegate-proxy: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn usage(invalid: &Invalid) -> ExitCode {
    complain(&format!(
        "tidegate-proxy: {invalid}\nTry 'tidegate-proxy --help'."
    ));
    ExitCode::from(USAGE)
}

/// Before there is a log, or after there was one. Nobody can be told if standard error is closed.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn run(settings: &Settings) -> anyhow::Result<End> {
    let level = telemetry::log(&settings.telemetry)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_name("tidegate-blocking")
        .build()
        .context("cannot start the runtime")?;
    let end = runtime.block_on(live(settings, level));
    // A collector or a resolver that hangs must not keep the process.
    runtime.shutdown_background();
    end
}

async fn live(settings: &Settings, level: LogLevel) -> anyhow::Result<End> {
    let mut shutdown = if settings.shutdown.with_parent {
        Shutdown::with_parent(std::io::stdin())
    } else {
        Shutdown::on_signals()
    }
    .context("cannot watch for the end")?;
    let traces = telemetry::traces(&settings.telemetry, "tidegate-proxy")?;
    let mut registry = Registry::default();
    let counts = EventMetrics::register(&mut registry);
    let events = usage_events::events(&settings.telemetry, "tidegate-proxy", counts)?;
    let metrics = ConfigMetrics::register(&mut registry);
    let proxy = Arc::new(Proxy::start(options(
        settings,
        (traces.as_ref(), events.as_ref()),
        &mut registry,
    ))?);
    let standing = StandingWriter::new();

    let admin = Admin {
        standing: standing.subscribe(),
        proxy: Arc::clone(&proxy),
        registry: Arc::new(registry),
        level: level.clone(),
    };
    let mut tasks = admin_servers(settings, &admin).await?;
    if let Some(path) = settings.telemetry.file.clone() {
        tasks.spawn(settings_file::follow(path, level));
    }
    let subscription = Subscription::new(
        &settings.control_plane,
        Arc::clone(&proxy),
        standing.clone(),
        metrics,
    )
    .traced(ApplyTraces::new(
        traces.as_ref().map(|traces| traces.tracer().tracer),
    ));
    let subscription = match &settings.state {
        None => subscription,
        Some(state) => {
            let store = store(state)?;
            let (memory, keeper) = store.memory();
            tasks.spawn(keeper);
            subscription.remembering(memory, store, state.wait)
        }
    };
    tasks.spawn(subscription.run());

    let end = until_drained(settings, &mut shutdown, &proxy, &standing).await;
    tasks.shutdown().await;
    flush(traces, events).await;
    Ok(end)
}

fn store(state: &State) -> anyhow::Result<Store> {
    let key = state.key_file.as_deref().map(|path| {
        let key = match state.makes_key {
            true => SealKey::from_file_or_new(path),
            false => SealKey::from_file(path),
        };
        key.with_context(|| format!("--state-key-file {}", path.display()))
    });
    let store = Store::open(state.dir.clone(), state.gateway.clone(), key.transpose()?);
    store.with_context(|| format!("--state-dir {}", state.dir.display()))
}

/// Starts what operators and probes ask.
async fn admin_servers(settings: &Settings, admin: &Admin) -> anyhow::Result<JoinSet<()>> {
    let mut tasks = JoinSet::new();
    if let Some(listens) = &settings.admin {
        let listening = grpc::listen::bind(&listens.address)
            .await
            .context("--admin")?;
        tracing::info!(address = %listening.address()?, "admin server listens");
        let token = listens.token_file.as_deref().map(AdminToken::write);
        let token = token.transpose().context("--admin-token-file")?;
        let serving = admin::serve(admin.clone(), listening, token);
        tasks.spawn(until_it_ends("the admin server", serving));
    }
    if let Some(address) = &settings.probes {
        let listening = grpc::listen::bind(address).await.context("--probes")?;
        tracing::info!(address = %listening.address()?, "probes are answered");
        let serving = admin::serve_probes(admin.clone(), listening);
        tasks.spawn(until_it_ends("the server for probes", serving));
    }
    Ok(tasks)
}

async fn until_it_ends(what: &'static str, serving: impl Future<Output = std::io::Result<()>>) {
    if let Err(error) = serving.await {
        tracing::error!(%error, what, "it ended");
    }
}

async fn until_drained(
    settings: &Settings,
    shutdown: &mut Shutdown,
    proxy: &Proxy,
    standing: &StandingWriter,
) -> End {
    let cause = shutdown.next().await;
    standing.draining();
    tracing::info!(%cause, "draining");
    let drained = proxy.drain(settings.shutdown.drain);
    let forced = async {
        // A supervisor lets go of our standard input and sends SIGTERM: both say the same once.
        if cause == Cause::ParentGone {
            shutdown.next_signal().await;
        }
        let cause: Cause = shutdown.next_signal().await;
        tracing::warn!(%cause, "stopping at once");
    };
    tokio::select! {
        () = drained => End::Drained,
        () = forced => End::Forced,
    }
}

fn options<'a>(
    settings: &Settings,
    (traces, events): (Option<&Traces>, Option<&Events>),
    registry: &'a mut Registry,
) -> Options<'a> {
    let format = match settings.access_log {
        AccessLog::Text => Some(AccessLogFormat::Text),
        AccessLog::Json => Some(AccessLogFormat::Json),
        AccessLog::Off => None,
    };
    Options {
        workers: settings.workers.get(),
        access_log: format.map(|format| dp_proxy::AccessLog {
            format,
            sink: Box::new(std::io::stdout()),
        }),
        tracer: traces.map(Traces::tracer),
        usage_events: events.map(Events::sink),
        port_offset: settings.port_offset,
        ambient: settings.ambient.clone(),
        ..Options::new(registry)
    }
}

/// On a blocking thread: the exporters' connections live on this one.
async fn flush(traces: Option<Traces>, events: Option<Events>) {
    let flushing = tokio::task::spawn_blocking(move || {
        if let Some(traces) = traces {
            traces.flush();
        }
        if let Some(events) = events {
            events.flush();
        }
    });
    // An error means that the flush panicked; there is nobody left to tell.
    let _ = flushing.await;
}
