//! The part of a lab that stays on the machine: it starts the rest, relays the API server and tells how to use it.
//!
//! Owns what a person sees. Must not know what the cluster is made of. Invariant: whatever way it ends, the lab ends.

use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::args::{self, ClusterOptions, Order, RunOptions, UpOptions};
use crate::dir::{self, Dir, Held};
use crate::kubeconfig;
use crate::poll;
use crate::relay;

/// Starts a cluster and keeps it until a signal.
pub(crate) fn up(options: &UpOptions) -> Result<ExitCode> {
    let held = dir::take(&options.dir.clone().unwrap_or_else(dir::usual))?;
    let order = order(&held, &options.cluster, Vec::new())?;
    drive(held, order, true)
}

/// Starts a cluster, runs a command in it, ends it.
pub(crate) fn run(options: &RunOptions) -> Result<ExitCode> {
    let held = match &options.dir {
        Some(path) => dir::take(path)?,
        None => dir::temporary()?,
    };
    let order = order(&held, &options.cluster, options.command.clone())?;
    drive(held, order, false)
}

fn order(held: &Held, cluster: &ClusterOptions, command: Vec<String>) -> Result<Order> {
    let beside = || {
        let program = std::env::current_exe()?;
        let dir = program.parent().context("this program lies nowhere")?;
        anyhow::Ok(PathBuf::from(dir))
    };
    let bin_dir = cluster.bin_dir.clone().map_or_else(beside, Ok)?;
    let order = Order {
        dir: held.dir.path().to_path_buf(),
        bin_dir: std::fs::canonicalize(&bin_dir).with_context(|| bin_dir.display().to_string())?,
        tools: args::tools()?,
        gateway_api: cluster.gateway_api,
        command,
    };
    for (path, remedy) in [
        (order.tools.join("lab-kube"), "cargo xtask tools lab-kube"),
        (
            order.tools.join("echo-basic"),
            "cargo xtask tools echo-basic",
        ),
        (
            order.bin_dir.join("lab-node"),
            "cargo build --workspace --bins",
        ),
    ] {
        if !path.is_file() {
            bail!("{} is missing; `{remedy}` makes it", path.display());
        }
    }
    Ok(order)
}

fn drive(held: Held, order: Order, is_interactive: bool) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(live(&held.dir, &order, is_interactive));
    runtime.shutdown_background();
    held.end();
    outcome
}

async fn live(dir: &Dir, order: &Order, is_interactive: bool) -> Result<ExitCode> {
    let mut stage = Command::new(std::env::current_exe()?);
    stage.args(order.to_args("stage")).kill_on_drop(true);
    if is_interactive {
        // Ctrl-C is for this process; it asks the lab to end.
        stage.stdin(Stdio::null()).process_group(0);
    }
    let mut stage = stage.spawn().context("lab stage")?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let work = async {
        if is_interactive {
            ready(dir, &mut stage).await?;
            let address = relay::outside(dir).await?;
            kubeconfig::write_outside(dir, address)?;
            tell(dir);
        }
        let status = stage.wait().await?;
        anyhow::Ok(crate::stage::exit_code(status))
    };
    tokio::select! {
        outcome = work => outcome,
        _ = terminate.recv() => end(&mut stage).await,
        _ = interrupt.recv() => end(&mut stage).await,
    }
}

/// The kernel ends what is in the pid namespace when the stage, and with it pid 1, is killed.
async fn end(stage: &mut Child) -> Result<ExitCode> {
    if let Some(id) = stage.id() {
        kill(Pid::from_raw(i32::try_from(id)?), Signal::SIGKILL)?;
    }
    stage.wait().await?;
    Ok(ExitCode::from(130))
}

async fn ready(dir: &Dir, stage: &mut Child) -> Result<()> {
    while !dir.ready().exists() {
        if let Some(status) = stage.try_wait()? {
            bail!(
                "the cluster did not start ({status}); its logs are in {}",
                dir.join("log").display()
            );
        }
        poll::pause().await;
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this is what the person asked for")]
fn tell(dir: &Dir) {
    let program = std::env::current_exe().unwrap_or_else(|_| "lab".into());
    let program = program.display();
    println!("A Kubernetes cluster is up. In another terminal:");
    println!();
    println!("  export KUBECONFIG={}", dir.kubeconfig().display());
    println!("  {}/kubectl get nodes", dir.bin().display());
    println!();
    println!("Pods and load balancers have addresses in a network of its own; to reach them:");
    println!();
    println!("  {program} enter -- curl -s 10.245.0.1");
    println!();
    println!("Logs: {}. Ctrl-C ends it.", dir.join("log").display());
}
