//! The one thread that starts processes, in the network namespace that each of them belongs to.
//!
//! Must not know Pods. Invariant: it lives as long as lab-node does, because the kernel ties the
//! death signal of a child to the thread that started it; and it always comes home to lab-node's
//! own network namespace.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::mpsc;

use anyhow::{Context, Result, anyhow};
use nix::sched::{CloneFlags, setns};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::child::ChildSpec;

/// Starts processes.
#[derive(Clone, Debug)]
pub(crate) struct Spawner {
    orders: mpsc::Sender<Order>,
}

#[derive(Debug)]
struct Order {
    namespace: Option<Arc<OwnedFd>>,
    reply: oneshot::Sender<Result<Child>>,
}

impl Spawner {
    pub(crate) fn start() -> Result<Self> {
        let (orders, inbox) = mpsc::channel();
        let runtime = Handle::current();
        let program = std::env::current_exe().context("lab-node cannot find itself")?;
        let home = File::open("/proc/thread-self/ns/net").context("/proc is not mounted")?;
        std::thread::Builder::new()
            .name("spawn".into())
            .spawn(move || {
                let _inside = runtime.enter();
                for Order { namespace, reply } in inbox {
                    // Nobody waiting means that the Pod went away meanwhile; dropping kills.
                    let _ = reply.send(spawn(&program, &home, namespace.as_deref()));
                }
            })
            .context("no thread to start processes from")?;
        Ok(Self { orders })
    }

    /// Starts a process in a network namespace, or in lab-node's own.
    pub(crate) async fn spawn(
        &self,
        namespace: Option<Arc<OwnedFd>>,
        spec: &ChildSpec,
    ) -> Result<Child> {
        let (reply, answer) = oneshot::channel();
        self.orders
            .send(Order { namespace, reply })
            .map_err(|_| anyhow!("the thread that starts processes is gone"))?;
        let mut child = answer
            .await
            .context("the thread that starts processes is gone")??;
        let mut input = child.stdin.take().context("a child without input")?;
        // A child that died already tells why in its output.
        let _ = input.write_all(&serde_json::to_vec(spec)?).await;
        Ok(child)
    }
}

fn spawn(program: &std::path::Path, home: &File, namespace: Option<&OwnedFd>) -> Result<Child> {
    if let Some(namespace) = namespace {
        setns(namespace, CloneFlags::CLONE_NEWNET)
            .context("the Pod's network cannot be entered")?;
    }
    let child = Command::new(program)
        .arg("child")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .context("no process can be started");
    if namespace.is_some() {
        setns(home, CloneFlags::CLONE_NEWNET).context("lab-node's network cannot be entered")?;
    }
    child
}
