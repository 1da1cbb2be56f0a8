//! The command line and the environment of `tidegate-proxy`, as they were written.
//!
//! Owns names, defaults and help of every flag; the only file that reads the environment. Must not judge:
//! what a value means and whether values fit together is `settings`. The invariant: a token is never a flag,
//! because the process list shows flags to everybody.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use dp_credential::ambient::Ambient;

const TOKEN: &str = "TIDEGATE_TOKEN";

const ABOUT: &str = "The data plane of one Gateway: takes its configuration from an xDS control plane and serves traffic.";

const AFTER_HELP: &str = "\
Examples:
  One Gateway of a control plane on this machine (`tidegate up` does this for you):
    tidegate-proxy --gateway default/quickstart \\
        --xds unix:/run/user/1000/tidegate/default/control-plane.sock \\
        --token-file token --admin unix:/run/user/1000/tidegate/default/proxy-default.quickstart.sock

  Any other xDS v3 management server (plain LDS, RDS, CDS, EDS and SDS):
    tidegate-proxy --foreign --node-id edge-1 --node-cluster edge --xds xds.example.com:18000

Credentials of clouds are found as the vendors' own tools find them: by AWS_*, AZURE_*, IDENTITY_* and GOOGLE_* variables, files
in the home directory and metadata services. /config_dump tells, under credentials, what became of them.

Signals:
  SIGTERM, SIGINT   not ready at once, then drain: no request is cut before --drain-timeout
  a second one      stop now

Exit codes: 0 after a drain, 1 after an error, 2 for wrong flags, 130 after a second signal.";

/// What the user wrote.
#[derive(Clone, Debug, Parser)]
#[command(name = "tidegate-proxy", version, about = ABOUT, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Args {
    /// Gateway to serve, as namespace/name. Needed unless --foreign is given.
    #[arg(long, env = "TIDEGATE_GATEWAY", value_name = "NAMESPACE/NAME")]
    pub gateway: Option<String>,
    /// Where the proxy takes its configuration from and who it says it is.
    #[command(flatten)]
    pub control_plane: ControlPlaneArgs,
    /// Admin server: /ready /live /metrics /config_dump /listeners /providers /logging. A socket file gets mode 0600; a TCP address must
    /// be a loopback address. Off if not given.
    #[arg(long, env = "TIDEGATE_ADMIN", value_name = "unix:/PATH|HOST:PORT")]
    pub admin: Option<String>,
    /// Where to write a new token at each start (mode 0600, removed at the end). On TCP the admin server asks for it
    /// (`Authorization: Bearer TOKEN`) for everything but /ready and /live, and answers nothing else without this flag.
    #[arg(long, env = "TIDEGATE_ADMIN_TOKEN_FILE", value_name = "FILE")]
    pub admin_token_file: Option<PathBuf>,
    /// Serves /ready, /live and /metrics, and nothing else, to everybody who can reach this address. For probes and scrapers on
    /// other machines; no token is asked for.
    #[arg(long, env = "TIDEGATE_PROBES", value_name = "HOST:PORT")]
    pub probes: Option<String>,
    /// Threads that serve traffic. As many as there are processors if not given.
    #[arg(long, env = "TIDEGATE_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// Added to every listener port before it is bound: with 8000, the Gateway's port 80 is served on 8080. Redirects
    /// keep the Gateway's own port.
    #[arg(
        long,
        env = "TIDEGATE_PORT_OFFSET",
        value_name = "N",
        default_value_t = 0
    )]
    pub port_offset: u16,
    /// One line on standard output for each request.
    #[arg(long, env = "TIDEGATE_ACCESS_LOG", value_enum, default_value_t = AccessLog::Text)]
    pub access_log: AccessLog,
    /// What outlives the process.
    #[command(flatten)]
    pub state: StateArgs,
    /// The proxy's own log and its traces.
    #[command(flatten)]
    pub telemetry: TelemetryArgs,
    /// How it ends.
    #[command(flatten)]
    pub shutdown: ShutdownArgs,
    /// What the environment says about credentials of clouds.
    #[arg(skip)]
    pub ambient: Ambient,
}

/// The management server.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Control plane")]
pub struct ControlPlaneArgs {
    /// Address of the xDS management server.
    #[arg(long, env = "TIDEGATE_XDS", value_name = "unix:/PATH|HOST:PORT")]
    pub xds: String,
    /// File with the bearer token for --xds; it is read again for every connection. The environment variable TIDEGATE_TOKEN
    /// may hold the token itself instead.
    #[arg(long, env = "TIDEGATE_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Authorities of the management server's certificate (PEM); with them, --xds HOST:PORT is spoken to by TLS. The file is
    /// read again for every connection, and may hold several while one replaces another.
    #[arg(long, env = "TIDEGATE_XDS_CA", value_name = "FILE")]
    pub xds_ca: Option<PathBuf>,
    /// Name that the management server's certificate must have; the host of --xds if not given.
    #[arg(long, env = "TIDEGATE_XDS_SERVER_NAME", value_name = "NAME")]
    pub xds_server_name: Option<String>,
    /// Our own certificates for --xds, the leaf first (PEM), where the server knows its proxies by them; read again for every
    /// connection.
    #[arg(long, env = "TIDEGATE_XDS_CERT", value_name = "FILE")]
    pub xds_cert: Option<PathBuf>,
    /// The key of --xds-cert (PEM).
    #[arg(long, env = "TIDEGATE_XDS_KEY", value_name = "FILE")]
    pub xds_key: Option<PathBuf>,
    /// The server is not Tidegate's: subscribe to Listeners and Clusters by wildcard and to everything else by name, and
    /// activate what is complete, without Commits.
    #[arg(long)]
    pub foreign: bool,
    /// `node.id` in xDS; made from the Gateway and the process id if not given.
    #[arg(long, env = "TIDEGATE_NODE_ID", value_name = "ID")]
    pub node_id: Option<String>,
    /// `node.cluster` in xDS; the Gateway if not given.
    #[arg(long, env = "TIDEGATE_NODE_CLUSTER", value_name = "NAME")]
    pub node_cluster: Option<String>,
    /// The token that was in the environment.
    #[arg(skip)]
    pub token: Option<Token>,
}

/// What outlives the process.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Last good configuration")]
pub struct StateArgs {
    /// Directory of this proxy alone, where the last applied configuration is kept. A start without a control plane serves it.
    /// Nothing is kept if not given.
    #[arg(long, env = "TIDEGATE_STATE_DIR", value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Key file (32 random bytes or more) to seal secrets with in --state-dir. Without it secrets are left out, and what needs
    /// them is refused until a control plane answers.
    #[arg(long, env = "TIDEGATE_STATE_KEY_FILE", value_name = "FILE")]
    pub state_key_file: Option<PathBuf>,
    /// Makes the key file with random bytes if it is not there. For a directory in memory that outlives the process (an
    /// emptyDir with medium Memory): secrets survive a restart, and no disk holds the key.
    #[arg(long, env = "TIDEGATE_STATE_KEY_CREATE", requires = "state_key_file")]
    pub state_key_create: bool,
    /// How long a start waits for a control plane before it serves what is in --state-dir.
    #[arg(
        long,
        env = "TIDEGATE_STATE_WAIT",
        value_name = "DURATION",
        default_value = "3s"
    )]
    pub state_wait: String,
}

/// Logs and traces.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Telemetry")]
pub struct TelemetryArgs {
    /// What is logged on standard error: error, warn, info, debug, trace, or directives such as `info,dp_proxy=debug`. Can be
    /// changed while the proxy runs: PUT /logging?level=debug on the admin server.
    #[arg(
        long,
        env = "TIDEGATE_LOG",
        value_name = "LEVEL",
        default_value = "info"
    )]
    pub log: String,
    /// How the log is written.
    #[arg(long, env = "TIDEGATE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// JSON file with settings that are taken over while the proxy runs, such as `{"logging": {"level": "debug"}}`. It is
    /// read again when it changes, and wins over --log; one that is absent or wrong changes nothing.
    #[arg(long, env = "TIDEGATE_SETTINGS", value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// OpenTelemetry collector (OTLP over gRPC) for traces, such as http://127.0.0.1:4317. No traces if not given.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// OpenTelemetry collector (OTLP over gRPC) for one event for each request to a model: tokens, cost and whose they were.
    /// No events if not given.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", value_name = "URL")]
    pub otlp_logs_endpoint: Option<String>,
    /// Share of requests that are traced where the client did not decide, from 0 to 1.
    #[arg(
        long,
        env = "TIDEGATE_TRACE_RATIO",
        value_name = "RATIO",
        default_value_t = 1.0
    )]
    pub trace_ratio: f64,
    /// Whether the spans of requests to models tell the prompt, as guards let it pass, and the answer, as the client gets it:
    /// true or span_only; false, no_content or event_only for not. Off unless asked for: prompts are private.
    #[arg(
        long,
        env = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        value_name = "WHERE",
        num_args = 0..=1,
        require_equals = true,
        default_value = "false",
        default_missing_value = "true"
    )]
    pub trace_content: String,
    /// Names of the spans of requests to models: OpenTelemetry's, or OpenInference's beside them (and, of prompts and answers, in
    /// their place), for Phoenix.
    #[arg(long, env = "TIDEGATE_TRACE_NAMES", value_enum, default_value_t = TraceNames::GenAi)]
    pub trace_names: TraceNames,
}

/// The end.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Shutdown")]
pub struct ShutdownArgs {
    /// Longest drain; what is still open then is closed.
    #[arg(
        long,
        env = "TIDEGATE_DRAIN_TIMEOUT",
        value_name = "DURATION",
        default_value = "25s"
    )]
    pub drain_timeout: String,
    /// New connections are accepted at least this long after the drain began, so that load balancers can notice.
    #[arg(
        long,
        env = "TIDEGATE_DRAIN_MIN",
        value_name = "DURATION",
        default_value = "0s"
    )]
    pub drain_min: String,
    /// End gracefully when standard input ends, which it does when the parent is gone, however it went. SIGINT is ignored
    /// then: Ctrl-C reaches the whole terminal, and the parent decides what it means.
    #[arg(long)]
    pub exit_with_parent: bool,
}

/// How the access log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AccessLog {
    /// `key=value` pairs.
    Text,
    /// One JSON object a line.
    Json,
    /// Not at all.
    Off,
}

/// Conventions for spans of requests to models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TraceNames {
    /// OpenTelemetry's for GenAI.
    #[value(name = "gen_ai")]
    GenAi,
    /// OpenInference's.
    #[value(name = "openinference")]
    OpenInference,
}

/// How the proxy's own log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A bearer token that does not print.
#[derive(Clone)]
pub struct Token(String);

// === impl Args ===

impl Args {
    /// Reads the command line and the environment; ends the process for --help and for wrong flags.
    pub fn from_process() -> Self {
        let mut args = Args::parse();
        let token = std::env::var_os(TOKEN).and_then(|token| token.into_string().ok());
        args.control_plane.token = token.map(Token);
        args.ambient = Ambient::of(|name| std::env::var_os(name)?.into_string().ok());
        args
    }
}

// === impl Token ===

impl Token {
    /// A token as text.
    pub fn new(text: impl Into<String>) -> Self {
        Token(text.into())
    }

    /// The text, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Args, Token};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn help_teaches() {
        let help = Args::command().render_long_help().to_string();
        for part in [
            "--gateway",
            "--foreign",
            "SIGTERM",
            "TIDEGATE_TOKEN",
            "Exit codes",
            "/ready",
        ] {
            assert!(help.contains(part), "no {part:?} in\n{help}");
        }
        assert!(!help.contains("--token "), "a token is never a flag");
    }

    #[test]
    fn a_token_does_not_print() {
        let mut args =
            Args::try_parse_from(["tidegate-proxy", "--xds", "unix:/a"]).expect("parses");
        args.control_plane.token = Some(Token::new("tg1.secret"));
        assert!(!format!("{args:?}").contains("tg1.secret"));
    }
}
