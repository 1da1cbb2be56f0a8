//! The `tidegate-control-plane` binary: arguments in, exit code out.
//!
//! Owns nothing else: what it does is in the library.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cp_server::run(cp_server::args::Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tidegate-control-plane: {error:#}");
            ExitCode::FAILURE
        }
    }
}
