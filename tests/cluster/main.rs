//! Tests in a Kubernetes cluster: real API server, real Pods.
//!
//! The program starts itself again inside a lab, a cluster in namespaces of this machine; `lab run -- PROGRAM` does the
//! same by hand. Tests share the cluster, one at a time, each in a namespace of its own. Must not skip: a machine that
//! cannot run a lab fails with what to enable.

#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what is not in a document is Null, and a test program talks to the one who runs it"
)]

mod args;
mod churn;
mod cluster;
mod conformance;
mod crd_rules;
mod deploy;
mod fleets;
mod helm;
mod identity;
mod install;
mod kube_source;
mod kube_status;
mod lab;
mod measure;
mod named_namespaces;
mod readme;
mod table;
mod upstream_definitions;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use libtest_mimic::{Arguments, Trial};

use crate::cluster::Cluster;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        libtest_mimic::run(&arguments, trials(None)).exit();
    }
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let Some(dir) = args::lab() else {
        return in_a_lab();
    };
    // They change what the whole cluster has: CRDs, classes, the API server itself.
    arguments.test_threads = Some(1);
    let cluster = Cluster::open(dir)?;
    cluster.run(|cluster| Box::pin(cluster.furnish()))?;
    let conclusion = libtest_mimic::run(&arguments, trials(Some(cluster)));
    Ok(conclusion.exit_code())
}

/// Starts this program again inside a lab.
fn in_a_lab() -> Result<ExitCode> {
    let lab = tests::binaries::ours("lab")?;
    let programs = args::measured().into_iter();
    let programs = programs.flat_map(|dir| ["--bin-dir".into(), dir.into_os_string()]);
    let status = Command::new(&lab)
        .arg("run")
        .args(programs)
        .arg("--")
        .arg(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .status()
        .with_context(|| lab.display().to_string())?;
    Ok(match status.success() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn trials(cluster: Option<Cluster>) -> Vec<Trial> {
    let trial = |(name, test): &(&'static str, table::Test)| {
        let (cluster, test) = (cluster.clone(), *test);
        Trial::test(*name, move || {
            let cluster = cluster.context("no cluster to run in")?;
            cluster
                .run(test)
                .map_err(|error| format!("{error:#}").into())
        })
    };
    // A measurement is no test: it is there where it is asked for.
    let measured = table::MEASURED
        .iter()
        .filter(|_| args::measured().is_some());
    table::ALL.iter().chain(measured).map(trial).collect()
}
