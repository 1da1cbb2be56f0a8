//! `lab`: a Kubernetes cluster in namespaces of this machine, for tests and for a look around.
//!
//! ```text
//!  lab up|run ──► stage (new user, network, mount and pid namespace) ──► init (pid 1 there) ──► host
//!                                                          host ──► etcd, kube-apiserver, kcm, lab-node, CMD
//! ```
//! Owns the cluster's life. Must not be part of what is released. Invariant: everything runs below `init`, so whatever
//! ends `lab` ends all of it, and the network of the lab is not the machine's.

mod access;
mod args;
mod certificate;
mod child;
mod dir;
mod host;
mod image;
mod init;
mod kubeconfig;
mod outside;
mod poll;
mod relay;
mod stage;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Up(options) => outside::up(&options),
        Command::Run(options) => outside::run(&options),
        Command::Enter(options) => stage::enter(&options),
        Command::Stage(order) => stage::run(&order),
        Command::Init(order) => init::run(&order),
        Command::Host(order) => host::run(&order),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "a program says why it failed")]
            {
                eprintln!("lab: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
