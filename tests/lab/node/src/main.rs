//! A kubelet that runs Pods as processes, for tests.
//!
//! ```text
//!  API server ── cluster ─► kubelet ─► lifecycle ─► container ─► spawn ─► child ═► the program
//!       ▲                      │           │            │
//!       └── status, Events ────┴───────────┴── health ──┘        net: a namespace and a link per Pod
//! ```
//!
//! Start with `app.rs`. Must not be part of what is released, nor know Tidegate: it runs any Pod
//! whose images it has programs for. Invariant: no process outlives lab-node.

mod app;
mod args;
mod attempt;
mod child;
mod cluster;
mod container;
mod control;
mod dns;
mod env;
mod field;
mod files;
mod health;
mod images;
mod insecure;
mod ipam;
mod kubelet;
mod kubelet_api;
mod lifecycle;
mod load_balancer;
mod log_filter;
mod logs;
mod names;
mod net;
mod netns;
mod pod;
mod probe;
mod prober;
mod process;
mod quantity;
mod register;
mod relay;
mod restart;
mod root;
mod services;
mod slow;
mod sockets;
mod spawn;
mod status;
mod storage;
mod view;
mod volumes;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Before any thread: it becomes another program.
    if matches!(cli.command, Command::Child) {
        let error = child::run().map(|never| match never {});
        let why = error.err().map(|e| format!("{e:#}")).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "lab-node: {why}");
        return ExitCode::from(128);
    }
    if let Err(error) = start(cli.command) {
        let _ = writeln!(std::io::stderr(), "lab-node: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn start(command: Command) -> Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_env_filter("info,kube=warn")
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let result = runtime.block_on(async {
        match command {
            Command::Run(args) => app::run(args).await,
            Command::Dns(args) => dns::stub(args.listen).await,
            Command::Ctl(args) => {
                let text = control::ask(args).await?;
                std::io::stdout().write_all(text.as_bytes())?;
                Ok(())
            }
            Command::Child => Ok(()),
        }
    });
    // Tasks hold the children, which are killed as they are dropped.
    runtime.shutdown_background();
    result
}
