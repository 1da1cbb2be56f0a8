//! The command line, faithful to what was typed.
//!
//! Owns the global flags and the list of commands; each command owns its own flags. Must not act. Usage errors end
//! with code 1: code 2 means findings.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use grpc::tls::ClientTls;

use crate::cmd::envoy_bootstrap::EnvoyBootstrapArgs;
use crate::cmd::explain::ExplainArgs;
use crate::cmd::migrate::MigrateArgs;
use crate::cmd::snapshot::SnapshotArgs;
use crate::cmd::status::StatusArgs;
use crate::cmd::validate::ValidateArgs;
use crate::fetch::{Place, Remote};
use crate::render::Format;
use crate::run_dir::{self, Surroundings};
use crate::up::UpArgs;

/// The AI gateway for Kubernetes and for one machine.
#[derive(Debug, Parser)]
#[command(
    name = "tidegate",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "EXAMPLES\n  \
        tidegate up -f examples/quickstart         start both planes on this machine\n  \
        tidegate status                            what is served, by whom, and what is wrong\n  \
        tidegate validate -f ./manifests           check manifests without running anything\n  \
        tidegate migrate -f ./kgateway             turn manifests of kgateway into ones of Tidegate\n  \
        tidegate explain request --host shop.example --path /cart\n                                             \
        which route a request gets, and why\n  \
        tidegate snapshot diff -f ./manifests      what these manifests would change\n\n\
        EXIT CODES\n  0 fine   1 error   2 findings   3 different   4 no instance answers"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Global {
    /// Which instance on this machine
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        default_value = "default",
        env = "TIDEGATE_INSTANCE"
    )]
    pub(crate) instance: String,

    /// Directory of the instance's socket and tokens [default: $XDG_RUNTIME_DIR/tidegate/NAME]
    #[arg(long, global = true, value_name = "DIR", env = "TIDEGATE_RUN_DIR")]
    pub(crate) run_dir: Option<PathBuf>,

    /// Ask a control plane over the network, instead of one on this machine (status, snapshot, explain)
    #[arg(
        long,
        global = true,
        value_name = "HOST:PORT",
        env = "TIDEGATE_SERVER",
        requires = "server_token_file"
    )]
    pub(crate) server: Option<String>,

    /// Authorities of --server's certificate (PEM); in clear without them
    #[arg(long, global = true, value_name = "FILE", env = "TIDEGATE_SERVER_CA")]
    pub(crate) server_ca: Option<PathBuf>,

    /// Name that --server's certificate must have; its host if not given
    #[arg(long, global = true, value_name = "NAME", requires = "server_ca")]
    pub(crate) server_name: Option<String>,

    /// File with the token for --server
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "TIDEGATE_SERVER_TOKEN_FILE"
    )]
    pub(crate) server_token_file: Option<PathBuf>,

    /// How results are printed
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    pub(crate) output: Format,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the control plane and one proxy per Gateway on this machine
    Up(UpArgs),
    /// Show Gateways, proxies, objects and problems of a running instance
    Status(StatusArgs),
    /// Check manifests without running anything
    Validate(ValidateArgs),
    /// Turn manifests of kgateway into manifests of Tidegate
    Migrate(MigrateArgs),
    /// Say why something happens as it does
    Explain(ExplainArgs),
    /// Show or compare the resources that proxies get
    Snapshot(SnapshotArgs),
    /// Write the bootstrap file of a real Envoy
    EnvoyBootstrap(EnvoyBootstrapArgs),
}

/// Reads the command line. Help and version are printed here and end the process.
pub(crate) fn parse() -> Result<Cli> {
    match Cli::try_parse() {
        Ok(cli) => Ok(cli),
        Err(error) => {
            // Whether help reached anybody does not matter to the exit code.
            let _ = error.print();
            std::process::exit(i32::from(error.use_stderr()))
        }
    }
}

// === impl Global ===

impl Global {
    /// Where the instance is asked.
    pub(crate) fn place(&self) -> Result<Place> {
        let (Some(server), Some(token_file)) = (&self.server, &self.server_token_file) else {
            return self.run_dir().map(Place::RunDir);
        };
        let tls = self.server_ca.clone().map(|ca| ClientTls {
            ca,
            server_name: self.server_name.clone(),
            identity: None,
        });
        Ok(Place::Remote(Remote {
            address: server.parse().context("--server")?,
            tls,
            token_file: token_file.clone(),
        }))
    }

    /// The directory of the instance, from the root: others get the paths of sockets in it.
    pub(crate) fn run_dir(&self) -> Result<PathBuf> {
        match &self.run_dir {
            Some(dir) => std::path::absolute(dir)
                .with_context(|| format!("--run-dir {} is no usable path", dir.display())),
            None => Ok(run_dir::run_dir(&Surroundings::current(), &self.instance)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
