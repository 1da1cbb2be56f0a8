//! A process under test: started with its output kept, asked to end, killed when dropped.
//!
//! Holds the process's standard input: the binaries end when it closes, so that nothing outlives a test
//! that was killed. Must not know what the process is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

use crate::deadline;

/// Lines of output that an error carries.
const TAIL: usize = 40;

/// A running process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    id: u32,
    log: PathBuf,
}

/// Signals that tests send.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// SIGTERM.
    Terminate,
    /// SIGINT.
    Interrupt,
    /// SIGKILL.
    Kill,
    /// SIGSTOP.
    Stop,
    /// SIGCONT.
    Continue,
}

/// Sends `signal` to the process `id`.
pub fn send(id: u32, signal: Signal) -> Result<()> {
    let name = match signal {
        Signal::Terminate => "TERM",
        Signal::Interrupt => "INT",
        Signal::Kill => "KILL",
        Signal::Stop => "STOP",
        Signal::Continue => "CONT",
    };
    // The shell's own kill: the program of that name is not on every machine.
    let status = std::process::Command::new("sh")
        .args(["-c", &format!("kill -{name} {id}")])
        .status()
        .context("sh")?;
    if !status.success() {
        bail!("kill -{name} {id}: {status}");
    }
    Ok(())
}

/// The children of the process `parent` whose program is called `name`.
pub fn children(parent: u32, name: &str) -> Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path();
        let Some(id) = path
            .file_name()
            .and_then(|name| name.to_str()?.parse().ok())
        else {
            continue;
        };
        // A process may end while we look.
        let Ok(status) = fs::read_to_string(path.join("status")) else {
            continue;
        };
        let is_child = status
            .lines()
            .filter_map(|line| line.strip_prefix("PPid:"))
            .any(|id| id.trim().parse() == Ok(parent));
        let program = fs::read_link(path.join("exe")).unwrap_or_default();
        if is_child && program.file_name().is_some_and(|file| file == name) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Resident memory of the process `id`, in bytes.
pub fn resident(id: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kib: u64 = line
        .trim()
        .trim_end_matches("kB")
        .trim()
        .parse()
        .context("VmRSS")?;
    Ok(kib * 1024)
}

// === impl Process ===

impl Process {
    /// Starts `command` with its output in the file `log`.
    pub fn start(mut command: Command, log: &Path) -> Result<Process> {
        let file = File::create(log).with_context(|| log.display().to_string())?;
        let child = command
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{command:?}"))?;
        let id = child.id().context("the process has ended already")?;
        Ok(Process {
            child,
            id,
            log: log.to_path_buf(),
        })
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Everything that it printed.
    pub fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The last lines that it printed.
    pub fn tail(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        let first = lines.len().saturating_sub(TAIL);
        lines.get(first..).unwrap_or_default().join("\n")
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        send(self.id, signal)
    }

    /// Waits until it has ended by itself.
    pub async fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let ended = async { self.child.wait().await.context("wait") };
        deadline::within("the end of the process", limit, ended).await
    }

    /// Asks it to end and waits.
    pub async fn stop(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.signal(Signal::Terminate)?;
        self.wait(limit).await
    }
}
