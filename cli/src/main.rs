//! `tidegate`: the operators' command line.
//!
//! Owns the dispatch and the exit codes. Must not do work: every command is a file in `cmd/` (or `up`). The only
//! binary that links both planes, so that what it says about a manifest is what production does with it.

mod args;
mod cmd;
mod environment;
mod exit;
mod explain;
mod fetch;
mod findings;
mod offline;
mod proxy_admin;
mod proxy_config;
mod render;
mod resources;
mod run_dir;
mod shadow;
mod up;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = args::parse().and_then(cmd::run);
    exit::report(outcome)
}
