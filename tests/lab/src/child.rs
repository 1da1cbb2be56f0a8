//! Processes and tasks of the lab.
//!
//! Owns how they are started and where their output goes. Must not know what they are.

use std::fs::OpenOptions;
use std::future::Future;
use std::process::Stdio;

use anyhow::{Context, Result};
use tokio::process::{Child, Command};

use crate::dir::Dir;

/// Starts a process with its output in the lab's log directory, out of reach of the terminal's Ctrl-C.
pub(crate) fn start(dir: &Dir, name: &str, mut command: Command) -> Result<Child> {
    let path = dir.log(name);
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| path.display().to_string())?;
    let child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
        .with_context(|| format!("{name}: {command:?}"))?;
    if let Some(id) = child.id() {
        std::fs::write(dir.pid(name), id.to_string())?;
    }
    Ok(child)
}

/// Starts a task that ends with the process.
pub(crate) fn task(_name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
    #[allow(
        clippy::disallowed_methods,
        reason = "the lab's tasks end with its process; there is nothing to hand over"
    )]
    tokio::spawn(work);
}
