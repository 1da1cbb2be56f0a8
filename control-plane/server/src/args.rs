//! The command line of `tidegate-control-plane`, faithful to what was typed.
//!
//! Owns flags, their help and the environment variables behind them; the environment is read nowhere else.
//! Must not validate across flags: that is `settings`.

use std::path::PathBuf;

use clap::{ArgGroup, Parser};

/// Translates Gateway API and agentgateway manifests into xDS and streams them to proxies.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "tidegate-control-plane",
    version,
    group = ArgGroup::new("source").required(true).args(["files", "kubernetes"]),
    after_help = "EXAMPLES\n  tidegate-control-plane --file ./manifests --run-dir /tmp/tidegate\n  \
                  tidegate-control-plane --kubernetes --run-dir /run/tidegate\n\n\
                  `tidegate up -f ./manifests` starts this and one proxy per Gateway for you."
)]
pub struct Args {
    /// File or directory of manifests (YAML or JSON), watched; may be repeated
    #[arg(short, long = "file", value_name = "PATH")]
    pub files: Vec<PathBuf>,

    /// Watch a Kubernetes API server: the one of KUBECONFIG, or of the cluster that this runs in
    #[arg(long)]
    pub kubernetes: bool,

    /// What is read of the cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,

    /// What is written into the cluster.
    #[command(flatten)]
    pub deploy: DeployArgs,

    /// Directory of this instance: socket, tokens (created with mode 0700)
    #[arg(long, value_name = "DIR")]
    pub run_dir: PathBuf,

    /// Where ADS and the admin service listen: unix:PATH or HOST:PORT [default: unix:RUN_DIR/control-plane.sock]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,

    /// TLS on --listen HOST:PORT
    #[command(flatten)]
    pub tls: TlsArgs,

    /// Also serve /live, /ready and /metrics, and nothing else, in clear on this address, for probes and scrapers
    #[arg(long, value_name = "HOST:PORT")]
    pub probes: Option<String>,

    /// Number of trusted proxies in front, for X-Forwarded-For and X-Forwarded-Proto
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub xff_trusted_hops: u32,

    /// Where model providers may be.
    #[command(flatten)]
    pub providers: ProviderArgs,

    /// Send OpenTelemetry traces to this OTLP/gRPC endpoint, for example http://127.0.0.1:4317
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,

    /// Log filter, for example info or cp_server=debug
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "info",
        env = "TIDEGATE_LOG"
    )]
    pub log: String,

    /// Log format
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Name of this replica in commits and logs
    #[arg(long, value_name = "NAME", env = "HOSTNAME", default_value = "local")]
    pub replica: String,

    /// End when standard input is closed, that is when the parent has gone
    #[arg(long)]
    pub exit_with_parent: bool,
}

/// Where model providers may be.
#[derive(Clone, Debug, clap::Args)]
pub struct ProviderArgs {
    /// Send the traffic for a provider kind elsewhere: KIND=http://HOST:PORT (for example openai=http://127.0.0.1:9911)
    #[arg(long = "provider-override", value_name = "KIND=URL")]
    pub provider_overrides: Vec<String>,

    /// A host that baseURL of an AgentgatewayModel may name although it leads to the proxy's own machine or its link
    #[arg(long = "allow-local-host", value_name = "HOST")]
    pub local_hosts: Vec<String>,

    /// A host outside the clouds to which requests may be sent with the proxy's own identity in a cloud (--kubernetes)
    #[arg(long = "allow-identity-host", value_name = "HOST")]
    pub identity_hosts: Vec<String>,
}

/// What is read of a cluster.
#[derive(Clone, Debug, clap::Args)]
pub struct ClusterArgs {
    /// Context of the kubeconfig, instead of its current one
    #[arg(long, value_name = "NAME", requires = "kubernetes")]
    pub kube_context: Option<String>,

    /// Read this namespace only, and ask for nothing outside of it; may be repeated
    #[arg(
        long = "watch-namespace",
        value_name = "NAMESPACE",
        requires = "kubernetes",
        conflicts_with = "namespace_selectors"
    )]
    pub watch_namespaces: Vec<String>,

    /// Read namespaces with these labels only, for example env=prod,team in (a,b); of several one is enough
    #[arg(
        long = "namespace-selector",
        value_name = "SELECTOR",
        requires = "kubernetes"
    )]
    pub namespace_selectors: Vec<String>,

    /// Namespace of this control plane, where its replicas elect a leader and report to each other
    #[arg(
        long,
        value_name = "NAMESPACE",
        env = "POD_NAMESPACE",
        default_value = "tidegate-system"
    )]
    pub namespace: String,

    /// Serve GatewayClasses with this controllerName
    #[arg(long, value_name = "NAME", default_value = cp_translate::CONTROLLER)]
    pub controller_name: String,
}

/// How the proxies of Gateways are deployed.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct DeployArgs {
    /// Deploy proxies with this image for every Gateway, for example registry.example/tidegate-proxy:0.1.0. Nothing is
    /// deployed if not given
    #[arg(
        long,
        value_name = "IMAGE",
        env = "TIDEGATE_PROXY_IMAGE",
        requires = "kubernetes"
    )]
    pub proxy_image: Option<String>,

    /// Where deployed proxies find this control plane [default: tidegate-control-plane.NAMESPACE.svc and the port of --listen]
    #[arg(long, value_name = "HOST:PORT", requires = "proxy_image")]
    pub proxy_xds: Option<String>,

    /// With --tls-cert: authorities by which deployed proxies know this control plane (PEM), read again when they change
    #[arg(long, value_name = "FILE", requires_all = ["proxy_image", "tls_cert"])]
    pub proxy_xds_ca: Option<PathBuf>,
}

/// TLS of ADS and the admin service.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct TlsArgs {
    /// Certificates that are shown to proxies, the leaf first (PEM). The three files are read again when they change; open
    /// connections stay
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// Let a Kubernetes API server say who calls; --kubernetes with --listen HOST:PORT does so without asking. Proxies show tokens
    /// of their ServiceAccount, with the audience tidegate. Without --tls-cert the certificate comes from the Secret tidegate-xds
    /// of this namespace, which is made if it is not there
    #[arg(long)]
    pub cluster_identity: bool,

    /// Name in the certificate that is signed with the Secret; may be repeated [default: tidegate-control-plane.NAMESPACE.svc and
    /// its other forms]
    #[arg(long = "tls-name", value_name = "NAME", conflicts_with = "tls_cert")]
    pub tls_names: Vec<String>,

    /// Trust domain of client certificates with spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local")]
    pub trust_domain: String,

    /// The key of --tls-cert (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Authorities of client certificates (PEM). A proxy that shows one needs no token: its URI
    /// tidegate://gateway/NAMESPACE/NAME says which Gateway it may read
    #[arg(long, value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One readable line per event.
    Text,
    /// One JSON object per event.
    Json,
}

/// The environment lookup for Secrets that are filled from variables (`tidegate.dev/from-env`).
#[allow(
    clippy::disallowed_methods,
    reason = "this is the place where the environment is read"
)]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
