//! `tidegate up`: both planes on one machine, from a directory of manifests.
//!
//! Owns the order of starting and stopping and follows the control plane's infrastructure output: one
//! `tidegate-proxy` process per Gateway, as Gateways come and go. The planes are the real binaries and talk over a
//! real socket; nothing here translates or proxies. Every child ends when this process does, however it ends: its
//! standard input is a pipe that only we hold. This process is the run that tokens belong to: the run's secret is made
//! after it starts and goes when it ends, and a control plane that is started again in between finds it.

pub(crate) mod admin_socket;
mod banner;
mod binary;
mod child;
mod fleet;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use grpc::connect::TokenAdminClient;
use proto::tidegate::v1::WatchInfrastructureRequest;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, timeout};

use crate::fetch::Place;
use crate::run_dir;
use child::{Child, Spec};
use fleet::Fleet;

/// How long the control plane may take to answer for the first time.
const START_LIMIT: Duration = Duration::from_secs(10);
/// How long an instance that may be there already may take to answer.
const ASK_LIMIT: Duration = Duration::from_secs(2);
/// How long everything may take to end, within the 10 s that are promised: the rest is for killing what has not.
const STOP_LIMIT: Duration = Duration::from_secs(9);
/// How long the proxies may take of that: to drain, and to send their last spans (1 s). What is left is for the others.
const FLEET_LIMIT: Duration = Duration::from_millis(7_500);
/// How long a proxy finishes requests that are under way.
const DRAIN_LIMIT: Duration = Duration::from_secs(6);
/// How long a process that was killed may take to be gone.
const KILL_LIMIT: Duration = Duration::from_millis(500);

/// Kinds of provider that the mock answers for, unless this variable is set.
const PROVIDERS: [(&str, &str); 8] = [
    ("openai", "OPENAI_API_KEY"),
    ("anthropic", "ANTHROPIC_API_KEY"),
    ("gemini", "GEMINI_API_KEY"),
    ("bedrock", "AWS_ACCESS_KEY_ID"),
    ("azure", "AZURE_OPENAI_API_KEY"),
    ("vertexai", "GOOGLE_APPLICATION_CREDENTIALS"),
    ("modelarmor", "GOOGLE_APPLICATION_CREDENTIALS"),
    ("contentsafety", "AZURE_CONTENT_SAFETY_KEY"),
];

/// Flags of `tidegate up`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "EXAMPLES\n  tidegate up -f examples/quickstart\n  \
    tidegate up -f ./manifests --port-offset 8000   (a listener on port 80 binds 8080)\n\n\
    Edit a file in the directory: the change is served a moment later. \
    `tidegate status` in another terminal shows what is in force.")]
pub(crate) struct UpArgs {
    /// File or directory of manifests (YAML or JSON), watched; may be repeated
    #[arg(short, long = "file", value_name = "PATH", required = true)]
    files: Vec<PathBuf>,

    /// Add N to every listener port, so that ports below 1024 need no root
    #[arg(long, value_name = "N", default_value_t = 0)]
    port_offset: u16,

    /// Worker threads of each proxy [default: one per core]
    #[arg(long, value_name = "N")]
    workers: Option<u16>,

    /// Start the mock model provider on HOST:PORT; it answers for every kind of provider whose key (OPENAI_API_KEY,
    /// ANTHROPIC_API_KEY, ...) is not in the environment
    #[arg(long, value_name = "HOST:PORT")]
    mock_provider: Option<String>,

    /// Send the traffic for a provider kind elsewhere: KIND=http://HOST:PORT (for example openai=http://127.0.0.1:9911);
    /// may be repeated
    #[arg(long = "provider-override", value_name = "KIND=URL")]
    provider_overrides: Vec<String>,

    /// A host that baseURL of an AgentgatewayModel may name although it leads to this machine or its link; may be repeated
    #[arg(long = "allow-local-host", value_name = "HOST")]
    local_hosts: Vec<String>,

    /// Access log of the proxies: text, json or off
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    access_log: String,

    /// Number of trusted proxies in front, for X-Forwarded-For and X-Forwarded-Proto
    #[arg(long, value_name = "N", default_value_t = 0)]
    xff_trusted_hops: u32,

    /// Send OpenTelemetry traces of both planes to this OTLP/gRPC endpoint
    #[arg(long, value_name = "URL")]
    otlp_endpoint: Option<String>,

    /// Tell in the spans of requests to models the prompt, as guards let it pass, and the answer; prompts are private
    #[arg(long)]
    trace_content: bool,

    /// Names of the spans of requests to models: OpenTelemetry's, or OpenInference's beside them, for Phoenix [default: gen_ai]
    #[arg(long, value_name = "NAMES", value_parser = ["gen_ai", "openinference"])]
    trace_names: Option<String>,

    /// Send one event for each request to a model, with tokens and cost, to this OTLP/gRPC endpoint
    #[arg(long, value_name = "URL")]
    otlp_logs_endpoint: Option<String>,
}

/// Runs until Ctrl-C or SIGTERM.
pub(crate) async fn run(args: UpArgs, run_dir: PathBuf) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    for path in &args.files {
        if !path.exists() {
            bail!("{}: no such file or directory", path.display());
        }
    }
    admin_socket::check(&run_dir)?;
    if is_running(&run_dir).await {
        bail!(
            "an instance is running in {} already; stop it, or give this one a name with --instance",
            run_dir.display()
        );
    }
    // What a run left that was killed: its tokens are not for this one.
    run_dir::clear(&run_dir)?;
    let mut supervised = tokio::select! {
        started = Supervised::start(&args, &run_dir) => started?,
        // What has been started ends when it is dropped.
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
    };
    let outcome = tokio::select! {
        outcome = supervised.follow(&args, &run_dir) => outcome,
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    eprintln!("tidegate: stopping");
    supervised.stop().await;
    outcome.and(run_dir::clear(&run_dir))
}

/// Whether a control plane serves for this directory. One that listens elsewhere left its address there, and so does one
/// that was killed: only an answer counts.
async fn is_running(run_dir: &Path) -> bool {
    let socket = run_dir.join(run_dir::SOCKET);
    if tokio::net::UnixStream::connect(&socket).await.is_ok() {
        return true;
    }
    let place = Place::RunDir(run_dir.to_owned());
    let asked = timeout(ASK_LIMIT, crate::fetch::status(&place)).await;
    asked.is_ok_and(|answer| answer.is_ok())
}

/// The control plane, told where providers are.
fn moved(control_plane: Spec, args: &UpArgs) -> Spec {
    // The later one of a kind counts, so that the mock gives way.
    let told = [
        ("--provider-override", &args.provider_overrides),
        ("--allow-local-host", &args.local_hosts),
    ];
    let told = told
        .into_iter()
        .flat_map(|(flag, values)| values.iter().map(move |value| (flag, value)));
    told.fold(control_plane, |spec, (flag, value)| {
        spec.arg(flag).arg(value)
    })
}

/// Everything that was started.
struct Supervised {
    mock: Option<Child>,
    control_plane: Child,
    fleet: Fleet,
    /// Whether the control plane answered once.
    has_served: bool,
}

impl Supervised {
    async fn start(args: &UpArgs, run_dir: &Path) -> Result<Self> {
        let mut control_plane = Spec::new(binary::find("tidegate-control-plane")?);
        for path in &args.files {
            control_plane = control_plane.arg("--file").arg(path);
        }
        control_plane = control_plane.arg("--run-dir").arg(run_dir);
        control_plane = control_plane.arg("--exit-with-parent");
        control_plane = control_plane
            .arg("--xff-trusted-hops")
            .arg(args.xff_trusted_hops.to_string());
        if let Some(endpoint) = &args.otlp_endpoint {
            control_plane = control_plane.arg("--otlp-endpoint").arg(endpoint);
        }
        let mut mock = None;
        if let Some(address) = &args.mock_provider {
            let spec = Spec::new(binary::find("tidegate-mock-provider")?)
                .arg("--listen")
                .arg(address)
                .arg("--exit-with-parent");
            let (child, url) = Child::start_announced(spec, "listening on ", START_LIMIT).await?;
            let (real, mocked): (Vec<_>, Vec<_>) = PROVIDERS
                .iter()
                .partition(|(_, variable)| crate::environment::has(variable));
            let names = |kinds: &[&(&str, &str)]| {
                let names: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
                names.join(", ")
            };
            eprintln!(
                "tidegate: the mock provider listens on {url} and answers for {}",
                names(&mocked)
            );
            if !real.is_empty() {
                eprintln!(
                    "tidegate: real are {}, whose keys are in the environment",
                    names(&real)
                );
            }
            for (kind, _) in mocked {
                control_plane = control_plane
                    .arg("--provider-override")
                    .arg(format!("{kind}={url}"));
            }
            mock = Some(child);
        }
        let control_plane = Child::start(moved(control_plane, args))?;
        let fleet = Fleet::new(binary::find("tidegate-proxy")?, run_dir.to_owned(), args);
        Ok(Supervised {
            mock,
            control_plane,
            fleet,
            has_served: false,
        })
    }

    /// Follows the control plane until something ends that cannot be started again.
    async fn follow(&mut self, args: &UpArgs, run_dir: &Path) -> Result<()> {
        let mut is_announced = false;
        loop {
            let mut client = self.connect(run_dir).await?;
            let Ok(response) = client
                .watch_infrastructure(WatchInfrastructureRequest {})
                .await
            else {
                child::poll_pause().await;
                continue;
            };
            let mut stream = response.into_inner();
            loop {
                tokio::select! {
                    message = stream.message() => match message {
                        Ok(Some(wanted)) => {
                            self.fleet.reconcile(wanted)?;
                            if !is_announced {
                                self.fleet.wait_until_ready(START_LIMIT).await;
                                banner::print(&mut client, &self.fleet, args.port_offset).await;
                                is_announced = true;
                            }
                        }
                        Ok(None) | Err(_) => break,
                    },
                    tended = self.fleet.tend() => tended?,
                    _ = self.control_plane.ended() => break,
                }
            }
        }
    }

    /// Connects to the admin service, as soon as it answers. A control plane that never answered is an error; one that
    /// did is started again for as long as it takes, because the proxies serve without it.
    async fn connect(&mut self, run_dir: &Path) -> Result<TokenAdminClient> {
        let deadline = Instant::now() + START_LIMIT;
        let place = Place::RunDir(run_dir.to_owned());
        loop {
            if let Some(status) = self.control_plane.has_ended() {
                if !self.has_served {
                    bail!("the control plane ended ({status}); its last lines above say why");
                }
                eprintln!(
                    "tidegate: the control plane ended ({status}); starting it again, traffic goes on"
                );
                if let Err(error) = self.control_plane.restart().await {
                    eprintln!("tidegate: {error:#}");
                }
            }
            match crate::fetch::admin(&place).await {
                Ok(client) => {
                    self.has_served = true;
                    return Ok(client);
                }
                Err(error) if !self.has_served && Instant::now() > deadline => {
                    return Err(error).context("the control plane does not answer");
                }
                Err(_) => child::poll_pause().await,
            }
        }
    }

    /// The proxies first, which finish requests, for the mock may have to answer them; all within one deadline.
    async fn stop(mut self) {
        let now = Instant::now();
        let deadline = now + STOP_LIMIT;
        self.fleet.stop(now + FLEET_LIMIT).await;
        let mock = async {
            if let Some(mock) = &mut self.mock {
                mock.stop(deadline).await;
            }
        };
        tokio::join!(self.control_plane.stop(deadline), mock);
    }
}
