//! One run of a container: its process group, its output, its end.
//!
//! Must not know why it runs. Invariant: when a run has ended, nothing of its process group is
//! alive and everything it wrote is in the log.

use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::jiff::Timestamp;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::Child;
use tokio_util::task::TaskTracker;

use crate::logs::LogWriter;
use crate::view::End;

/// Output that arrives later than this after the end is somebody else's.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Exit code of a container that could not be started, as container runtimes give it.
const START_ERROR: i32 = 128;

pub(crate) struct Process {
    child: Child,
    pid: i32,
    started: Timestamp,
    output: TaskTracker,
}

impl Process {
    /// Takes a started child over.
    pub(crate) fn attend(mut child: Child, log: &Arc<LogWriter>) -> Result<Self> {
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        let pid = pid.context("the process is gone already")?;
        let output = TaskTracker::new();
        if let Some(pipe) = child.stdout.take() {
            let log = log.clone();
            output.spawn(async move { log.copy("stdout", pipe).await });
        }
        if let Some(pipe) = child.stderr.take() {
            let log = log.clone();
            output.spawn(async move { log.copy("stderr", pipe).await });
        }
        output.close();
        Ok(Self {
            child,
            pid,
            started: Timestamp::now(),
            output,
        })
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    pub(crate) fn started(&self) -> Timestamp {
        self.started
    }

    /// Waits for the end. May be dropped and called again.
    pub(crate) async fn wait(&mut self) -> End {
        let status = self.child.wait().await;
        // What the program left behind would hold ports and pipes.
        signal_group(self.pid, Signal::SIGKILL);
        let _ = tokio::time::timeout(LAST_WORDS, self.output.wait()).await;
        let (code, signal) = match status {
            Ok(status) => match (status.code(), status.signal()) {
                (Some(code), _) => (code, None),
                (None, Some(signal)) => (128 + signal, Some(signal)),
                (None, None) => (START_ERROR, None),
            },
            Err(_) => (START_ERROR, None),
        };
        End {
            reason: if code == 0 { "Completed" } else { "Error" },
            message: String::new(),
            code,
            signal,
            started: self.started,
            finished: Timestamp::now(),
        }
    }

    /// Asks the process to end, and insists after the grace period.
    pub(crate) async fn stop(&mut self, grace: Duration) -> End {
        if !grace.is_zero() {
            signal_group(self.pid, Signal::SIGTERM);
            // A frozen process would never hear of it.
            signal_group(self.pid, Signal::SIGCONT);
            if let Ok(end) = tokio::time::timeout(grace, self.wait()).await {
                return end;
            }
        }
        signal_group(self.pid, Signal::SIGKILL);
        self.wait().await
    }
}

/// The end of a run that never began.
pub(crate) fn not_started(error: &anyhow::Error) -> End {
    let now = Timestamp::now();
    End {
        reason: "StartError",
        message: format!("{error:#}"),
        code: START_ERROR,
        signal: None,
        started: now,
        finished: now,
    }
}

/// Signals every process of a group; a group that is gone needs none.
pub(crate) fn signal_group(pid: i32, signal: Signal) {
    if pid > 1 {
        let _ = killpg(Pid::from_raw(pid), signal);
    }
}
