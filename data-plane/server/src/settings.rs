//! What the flags mean, validated.
//!
//! Owns every check of a value and of how values fit together. Must not read flags or the environment, nor
//! open anything. The invariant: a `Settings` can be started; each error names the flag and the remedy.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use dp_credential::ambient::Ambient;
use dp_proxy::DrainTimeouts;
use dp_proxy::options::TraceNames;
use grpc::address::{Address, AddressError};
use grpc::tls::{ClientFiles, ClientTls};
use grpc::token::{BadGatewayName, GatewayName};

use crate::args;
use crate::args::{
    AccessLog, Args, ControlPlaneArgs, LogFormat, ShutdownArgs, StateArgs, TelemetryArgs, Token,
};

/// A valid set of settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the configuration comes from.
    pub control_plane: ControlPlane,
    /// The admin server, if there is one.
    pub admin: Option<AdminServer>,
    /// Where probes are answered without a token.
    pub probes: Option<Address>,
    /// Threads that serve traffic.
    pub workers: NonZeroUsize,
    /// Added to every listener port before it is bound.
    pub port_offset: u16,
    /// The access log.
    pub access_log: AccessLog,
    /// What outlives the process, if anything does.
    pub state: Option<State>,
    /// Logs and traces.
    pub telemetry: Telemetry,
    /// The end.
    pub shutdown: Shutdown,
    /// What the environment says about credentials of clouds.
    pub ambient: Ambient,
}

/// The admin server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminServer {
    /// Where it listens.
    pub address: Address,
    /// Where the token for it is written; a socket file needs none.
    pub token_file: Option<PathBuf>,
}

/// The management server and what is said to it.
#[derive(Clone, Debug)]
pub struct ControlPlane {
    /// Where it is.
    pub address: Address,
    /// How it is spoken to by TLS, if it is.
    pub tls: Option<ClientTls>,
    /// How its token is found.
    pub token: TokenSource,
    /// What it sends and how that becomes active.
    pub dialect: Dialect,
    /// `node.id`.
    pub node_id: String,
    /// `node.cluster`.
    pub node_cluster: String,
}

/// Whose xDS it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Tidegate's: everything by wildcard, activated by the Commit of this Gateway.
    Tidegate(GatewayName),
    /// Anybody's: wildcard for LDS and CDS, names for the rest, activated when references close.
    Foreign,
}

/// Where the bearer token is.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// The server asks for none.
    None,
    /// It was in the environment.
    Given(Token),
    /// In a file, read for every connection so that a rotated token is used.
    File(PathBuf),
}

/// What outlives the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Where it lies.
    pub dir: PathBuf,
    /// Whose it is.
    pub gateway: GatewayName,
    /// What secrets are sealed with.
    pub key_file: Option<PathBuf>,
    /// Whether the key is made if it is not there.
    pub makes_key: bool,
    /// How long a start waits for a control plane.
    pub wait: Duration,
}

/// Logs and traces.
#[derive(Clone, Debug)]
pub struct Telemetry {
    /// Level or directives.
    pub log: String,
    /// Text or JSON.
    pub log_format: LogFormat,
    /// Settings that are read again while the proxy runs.
    pub file: Option<PathBuf>,
    /// Collector for traces.
    pub otlp_endpoint: Option<String>,
    /// Collector for usage events.
    pub otlp_logs_endpoint: Option<String>,
    /// From 0 to 1.
    pub trace_ratio: f64,
    /// Whether spans tell prompts and answers.
    pub trace_content: bool,
    /// Whose names spans of requests to models have.
    pub trace_names: TraceNames,
}

/// The end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shutdown {
    /// How long connections may take to end.
    pub drain: DrainTimeouts,
    /// Whether the end of standard input is the end of the process.
    pub with_parent: bool,
}

/// Why the settings cannot be started.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Invalid {
    /// Neither a Gateway nor a foreign server.
    #[error("--gateway is missing: say which Gateway to serve (namespace/name), or --foreign")]
    NoGateway,
    /// The Gateway's name.
    #[error("--gateway: {0}")]
    Gateway(BadGatewayName),
    /// A foreign server knows its clients by their node id.
    #[error("--node-id is missing: a foreign server tells its clients apart by it")]
    NoNodeId,
    /// An address.
    #[error("{flag}: {source}")]
    Address {
        /// The flag.
        flag: &'static str,
        /// What is wrong.
        source: AddressError,
    },
    /// The admin server would be open to others.
    #[error(
        "--admin: {0} can be reached from other machines; write unix:/path or a loopback address"
    )]
    AdminExposed(Address),
    /// Not a TCP address.
    #[error("--probes: {0:?} is no HOST:PORT; write 0.0.0.0:15020, say")]
    Probes(String),
    /// TLS without anybody to believe.
    #[error("{0} needs --xds-ca: without it --xds is not spoken to by TLS")]
    NoAuthority(&'static str),
    /// Half a certificate.
    #[error("--xds-cert and --xds-key belong together: give both or none")]
    HalfCertificate,
    /// TLS on a socket file.
    #[error(
        "--xds-ca is for --xds HOST:PORT; a socket file is protected by its mode, leave the flag out"
    )]
    TlsOnSocket,
    /// A foreign server's configuration is never known to be whole.
    #[error(
        "--state-dir is not for --foreign: only Commits say what belongs together, leave one of them out"
    )]
    ForeignState,
    /// A key for nothing.
    #[error("--state-key-file is for --state-dir; give both, or leave the key out")]
    NoUseForKey,
    /// A token for nothing.
    #[error(
        "--admin-token-file is for --admin HOST:PORT; a socket file is protected by its mode, leave the flag out"
    )]
    NoUseForToken,
    /// No worker.
    #[error("--workers: 0 threads can serve nothing; write 1 or more, or leave the flag out")]
    NoWorkers,
    /// A duration.
    #[error("{flag}: {text:?} is no duration; write a number with ms, s or m, such as 25s")]
    Duration {
        /// The flag.
        flag: &'static str,
        /// What was written.
        text: String,
    },
    /// Minimum above maximum.
    #[error("--drain-min is longer than --drain-timeout; a drain cannot outlast its own end")]
    DrainMin,
    /// Not a share.
    #[error("--trace-ratio: {0} is not between 0 and 1")]
    TraceRatio(f64),
    /// No place where content could be.
    #[error(
        "--trace-content: {0:?} is none of true, span_only, span_and_event, false, no_content and event_only"
    )]
    TraceContent(String),
    /// Not a URL that the exporter takes.
    #[error("{flag}: {text:?} is no http:// or https:// URL, such as http://127.0.0.1:4317")]
    Endpoint {
        /// Where it was given.
        flag: &'static str,
        /// What was given.
        text: String,
    },
}

// === impl Settings ===

impl TryFrom<Args> for Settings {
    type Error = Invalid;

    fn try_from(args: Args) -> Result<Self, Invalid> {
        let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let workers = match args.workers {
            None => processors,
            Some(count) => NonZeroUsize::new(count).ok_or(Invalid::NoWorkers)?,
        };
        let control_plane = control_plane(args.gateway.as_deref(), args.control_plane)?;
        Ok(Settings {
            state: state(args.state, &control_plane.dialect)?,
            control_plane,
            admin: admin(args.admin.as_deref(), args.admin_token_file)?,
            probes: args.probes.map(probes).transpose()?,
            workers,
            port_offset: args.port_offset,
            access_log: args.access_log,
            telemetry: telemetry(args.telemetry)?,
            shutdown: shutdown(&args.shutdown)?,
            ambient: args.ambient,
        })
    }
}

fn control_plane(gateway: Option<&str>, args: ControlPlaneArgs) -> Result<ControlPlane, Invalid> {
    let address = address("--xds", &args.xds)?;
    let tls = tls(&args, &address)?;
    let gateway: Option<GatewayName> = gateway
        .map(str::parse)
        .transpose()
        .map_err(Invalid::Gateway)?;
    let token = match (args.token_file, args.token) {
        (Some(file), _) => TokenSource::File(file),
        (None, Some(token)) => TokenSource::Given(token),
        (None, None) => TokenSource::None,
    };
    let made_up = gateway
        .as_ref()
        .map(|gateway| format!("{gateway}/{}", std::process::id()));
    let node_id = args.node_id.or(made_up).ok_or(if args.foreign {
        Invalid::NoNodeId
    } else {
        Invalid::NoGateway
    })?;
    let node_cluster = args
        .node_cluster
        .or(gateway.as_ref().map(ToString::to_string))
        .unwrap_or_default();
    let dialect = match gateway {
        _ if args.foreign => Dialect::Foreign,
        Some(gateway) => Dialect::Tidegate(gateway),
        None => return Err(Invalid::NoGateway),
    };
    Ok(ControlPlane {
        address,
        tls,
        token,
        dialect,
        node_id,
        node_cluster,
    })
}

fn tls(args: &ControlPlaneArgs, address: &Address) -> Result<Option<ClientTls>, Invalid> {
    let identity = match (&args.xds_cert, &args.xds_key) {
        (None, None) => None,
        (Some(chain), Some(key)) => Some(ClientFiles {
            chain: chain.clone(),
            key: key.clone(),
        }),
        (Some(_), None) | (None, Some(_)) => return Err(Invalid::HalfCertificate),
    };
    let Some(ca) = args.xds_ca.clone() else {
        return match (&identity, &args.xds_server_name) {
            (Some(_), _) => Err(Invalid::NoAuthority("--xds-cert")),
            (None, Some(_)) => Err(Invalid::NoAuthority("--xds-server-name")),
            (None, None) => Ok(None),
        };
    };
    if address.path().is_some() {
        return Err(Invalid::TlsOnSocket);
    }
    Ok(Some(ClientTls {
        ca,
        server_name: args.xds_server_name.clone(),
        identity,
    }))
}

fn state(args: StateArgs, dialect: &Dialect) -> Result<Option<State>, Invalid> {
    let Some(dir) = args.state_dir else {
        return match args.state_key_file {
            Some(_) => Err(Invalid::NoUseForKey),
            None => Ok(None),
        };
    };
    match dialect {
        Dialect::Foreign => Err(Invalid::ForeignState),
        Dialect::Tidegate(gateway) => Ok(Some(State {
            dir,
            gateway: gateway.clone(),
            key_file: args.state_key_file,
            makes_key: args.state_key_create,
            wait: duration("--state-wait", &args.state_wait)?,
        })),
    }
}

fn probes(text: String) -> Result<Address, Invalid> {
    match text.parse() {
        Ok(address @ Address::Tcp { .. }) => Ok(address),
        Ok(Address::Unix(_)) | Err(_) => Err(Invalid::Probes(text)),
    }
}

fn admin(text: Option<&str>, token_file: Option<PathBuf>) -> Result<Option<AdminServer>, Invalid> {
    let address = text.map(|text| address("--admin", text)).transpose()?;
    let is_tcp = matches!(address, Some(Address::Tcp { .. }));
    if token_file.is_some() && !is_tcp {
        return Err(Invalid::NoUseForToken);
    }
    match address {
        None => Ok(None),
        Some(address) if address.is_local() => Ok(Some(AdminServer {
            address,
            token_file,
        })),
        Some(address) => Err(Invalid::AdminExposed(address)),
    }
}

fn address(flag: &'static str, text: &str) -> Result<Address, Invalid> {
    text.parse()
        .map_err(|source| Invalid::Address { flag, source })
}

fn telemetry(args: TelemetryArgs) -> Result<Telemetry, Invalid> {
    if !(0.0..=1.0).contains(&args.trace_ratio) {
        return Err(Invalid::TraceRatio(args.trace_ratio));
    }
    Ok(Telemetry {
        log: args.log,
        log_format: args.log_format,
        file: args.settings,
        otlp_endpoint: collector("--otlp-endpoint", args.otlp_endpoint)?,
        otlp_logs_endpoint: collector("--otlp-logs-endpoint", args.otlp_logs_endpoint)?,
        trace_ratio: args.trace_ratio,
        trace_content: trace_content(&args.trace_content)?,
        trace_names: match args.trace_names {
            args::TraceNames::GenAi => TraceNames::GenAi,
            args::TraceNames::OpenInference => TraceNames::OpenInference,
        },
    })
}

/// The words of OpenTelemetry's instrumentations. There are no events that could hold content, so that who wants it in events
/// only gets none.
fn trace_content(text: &str) -> Result<bool, Invalid> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "span_only" | "span_and_event" => Ok(true),
        "" | "false" | "no_content" | "event_only" => Ok(false),
        _ => Err(Invalid::TraceContent(text.to_owned())),
    }
}

/// An empty variable means the same as none: that is how containers unset one.
fn collector(flag: &'static str, endpoint: Option<String>) -> Result<Option<String>, Invalid> {
    let is_url = |text: &str| text.starts_with("http://") || text.starts_with("https://");
    match endpoint.filter(|endpoint| !endpoint.is_empty()) {
        Some(text) if !is_url(&text) => Err(Invalid::Endpoint { flag, text }),
        endpoint => Ok(endpoint),
    }
}

fn shutdown(args: &ShutdownArgs) -> Result<Shutdown, Invalid> {
    let max = duration("--drain-timeout", &args.drain_timeout)?;
    let min = duration("--drain-min", &args.drain_min)?;
    if min > max {
        return Err(Invalid::DrainMin);
    }
    Ok(Shutdown {
        drain: DrainTimeouts { min, max },
        with_parent: args.exit_with_parent,
    })
}

fn duration(flag: &'static str, text: &str) -> Result<Duration, Invalid> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let invalid = || Invalid::Duration {
        flag,
        text: text.to_owned(),
    };
    let number: u32 = number.parse().map_err(|_| invalid())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number.into())),
        "s" => Ok(Duration::from_secs(number.into())),
        "m" => Ok(Duration::from_secs(u64::from(number) * 60)),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests;
