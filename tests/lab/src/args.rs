//! The command line of `lab`.
//!
//! Owns flags, their help and what is read from the environment. Must not start anything.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

/// A Kubernetes cluster in namespaces of this machine: no containers, no root.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "lab",
    version,
    after_help = "EXAMPLES\n  lab up                                  a cluster until Ctrl-C; prints a KUBECONFIG\n  \
                  lab run -- kubectl get nodes            a cluster for one command\n  \
                  lab enter -- curl -s 10.245.0.1         a command in the network of the cluster that is up"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a cluster and keep it until Ctrl-C
    Up(UpOptions),
    /// Start a cluster, run a command in it, end it; exits with the command's code
    Run(RunOptions),
    /// Run a command inside a cluster that is up: in its network, with its kubectl
    Enter(EnterOptions),
    #[command(hide = true)]
    Stage(Order),
    #[command(hide = true)]
    Init(Order),
    #[command(hide = true)]
    Host(Order),
}

/// Options of `up`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct UpOptions {
    /// Directory of the cluster: kubeconfig, logs [default: tidegate-lab-UID in the temporary directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) cluster: ClusterOptions,
}

/// Options of `run`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RunOptions {
    /// Directory of the cluster, kept afterwards for its logs [default: a temporary one that is removed]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) cluster: ClusterOptions,
    /// The command
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<String>,
}

/// Options of `enter`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EnterOptions {
    /// Directory of the cluster
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// The command
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<String>,
}

/// What a cluster is made of.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ClusterOptions {
    /// Directory with our binaries [default: where this program lies]
    #[arg(long, value_name = "DIR")]
    pub(crate) bin_dir: Option<PathBuf>,
    /// Which Gateway API CRDs are installed at the start
    #[arg(long, value_enum, default_value_t = Channel::Experimental)]
    pub(crate) gateway_api: Channel,
}

/// Where the Gateway API CRDs come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Channel {
    /// The standard channel.
    Standard,
    /// The experimental channel.
    Experimental,
    /// None.
    None,
}

/// What the processes of one lab tell each other.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Order {
    #[arg(long)]
    pub(crate) dir: PathBuf,
    #[arg(long)]
    pub(crate) bin_dir: PathBuf,
    #[arg(long)]
    pub(crate) tools: PathBuf,
    #[arg(long, value_enum)]
    pub(crate) gateway_api: Channel,
    #[arg(last = true)]
    pub(crate) command: Vec<String>,
}

// === impl Order ===

impl Order {
    /// The arguments that make this order again.
    pub(crate) fn to_args(&self, verb: &str) -> Vec<std::ffi::OsString> {
        let channel = match self.gateway_api {
            Channel::Standard => "standard",
            Channel::Experimental => "experimental",
            Channel::None => "none",
        };
        let mut args: Vec<std::ffi::OsString> = vec![
            verb.into(),
            "--dir".into(),
            self.dir.clone().into(),
            "--bin-dir".into(),
            self.bin_dir.clone().into(),
            "--tools".into(),
            self.tools.clone().into(),
            "--gateway-api".into(),
            channel.into(),
            "--".into(),
        ];
        args.extend(self.command.iter().map(Into::into));
        args
    }
}

/// Where tools lie that `cargo xtask tools` installed.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the place where the environment is read"
)]
pub(crate) fn tools() -> Result<PathBuf> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let cache = match (set("XDG_CACHE_HOME"), set("HOME")) {
        (Some(cache), _) => PathBuf::from(cache),
        (None, Some(home)) => Path::new(&home).join(".cache"),
        (None, None) => bail!("neither XDG_CACHE_HOME nor HOME is set"),
    };
    Ok(cache.join("tidegate/bin"))
}

/// The search path of programs.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the place where the environment is read"
)]
pub(crate) fn search_path() -> String {
    std::env::var("PATH").unwrap_or_default()
}
