//! The commands: one file each.
//!
//! Owns nothing but the list. A command takes its flags and the global ones and says how it ended.

pub(crate) mod envoy_bootstrap;
pub(crate) mod explain;
pub(crate) mod migrate;
pub(crate) mod snapshot;
pub(crate) mod status;
pub(crate) mod validate;

use anyhow::{Context, Result};

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::up;

/// Runs the command that was typed.
pub(crate) fn run(cli: Cli) -> Result<Exit> {
    let Cli { global, command } = cli;
    match command {
        Command::Validate(args) => validate::run(&args, &global),
        Command::Migrate(args) => migrate::run(&args, &global),
        Command::Up(args) => wait(up::run(args, global.run_dir()?)).map(|()| Exit::Fine),
        Command::EnvoyBootstrap(args) => {
            wait(envoy_bootstrap::run(args, global.run_dir()?)).map(|()| Exit::Fine)
        }
        Command::Status(args) => wait(status::run(&args, &global)),
        Command::Explain(args) => wait(explain::run(&args, &global)),
        Command::Snapshot(args) => wait(snapshot::run(&args, &global)),
    }
}

fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(work)
}
