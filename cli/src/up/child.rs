//! One child process: started, watched, started again, asked to end.
//!
//! Owns the pipe that ties a child's life to ours: the child's standard input, which it watches with
//! `--exit-with-parent`. Closing it asks the child to end gracefully; the kernel closes it for us when we are
//! killed. Must not know what the child does.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStdin, Command};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

/// First pause before a child that ended by itself is started again; doubled each time.
const RESTART_FIRST: Duration = Duration::from_millis(50);
const RESTART_MAX: Duration = Duration::from_secs(5);
/// A child that ran this long counts as healthy: its next restart is quick again.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);
/// What our binaries end with when they are given wrong flags.
const WRONG_FLAGS: i32 = 2;

/// What to start.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    program: PathBuf,
    args: Vec<OsString>,
    secret_env: Vec<(String, String)>,
}

/// How a process ended.
#[derive(Debug)]
pub(super) struct Ended(std::io::Result<ExitStatus>);

/// A started process.
#[derive(Debug)]
pub(super) struct Child {
    spec: Spec,
    process: tokio::process::Child,
    /// Held apart from the process: waiting for the process would close it.
    lifeline: Option<ChildStdin>,
    started: Instant,
    pause: Duration,
}

/// Waits one polling step; for conditions that nothing announces, such as a socket that appears.
pub(super) async fn poll_pause() {
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    ticks.tick().await;
}

// === impl Spec ===

impl Spec {
    pub(super) fn new(program: PathBuf) -> Self {
        Spec {
            program,
            args: Vec::new(),
            secret_env: Vec::new(),
        }
    }

    pub(super) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// A value that must not be seen in the process list.
    pub(super) fn secret_env(mut self, name: &str, value: &str) -> Self {
        self.secret_env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .stdin(Stdio::piped())
            .kill_on_drop(true);
        command.envs(self.secret_env.iter().map(|(name, value)| (name, value)));
        command
    }
}

// === impl Child ===

impl Child {
    pub(super) fn start(spec: Spec) -> Result<Self> {
        let mut process = spec
            .command()
            .spawn()
            .with_context(|| format!("cannot start {}", spec.program.display()))?;
        let lifeline = process.stdin.take();
        Ok(Child {
            spec,
            process,
            lifeline,
            started: Instant::now(),
            pause: RESTART_FIRST,
        })
    }

    /// Starts a child that prints one line when it is ready, and returns what stands behind `prefix` in it.
    pub(super) async fn start_announced(
        spec: Spec,
        prefix: &str,
        limit: Duration,
    ) -> Result<(Self, String)> {
        let mut command = spec.command();
        command.stdout(Stdio::piped());
        let mut process = command
            .spawn()
            .with_context(|| format!("cannot start {}", spec.program.display()))?;
        let stdout = process
            .stdout
            .take()
            .context("the child has no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(limit, lines.next_line())
            .await
            .with_context(|| format!("{} did not say that it is ready", spec.program.display()))??
            .with_context(|| format!("{} ended at once", spec.program.display()))?;
        let Some(announced) = line.strip_prefix(prefix) else {
            bail!(
                "{} said {line:?} where {prefix:?} was expected",
                spec.program.display()
            );
        };
        let announced = announced.trim().to_owned();
        let lifeline = process.stdin.take();
        let started = Instant::now();
        let child = Child {
            spec,
            process,
            lifeline,
            started,
            pause: RESTART_FIRST,
        };
        Ok((child, announced))
    }

    /// Waits until the process ends.
    pub(super) async fn ended(&mut self) -> Ended {
        Ended(self.process.wait().await)
    }

    /// How the process ended, if it did.
    pub(super) fn has_ended(&mut self) -> Option<Ended> {
        match self.process.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(Ended(Ok(status))),
            Err(error) => Some(Ended(Err(error))),
        }
    }

    /// Starts it again after a pause that grows while it keeps ending.
    pub(super) async fn restart(&mut self) -> Result<()> {
        if self.started.elapsed() > HEALTHY_AFTER {
            self.pause = RESTART_FIRST;
        }
        let mut ticks = interval(self.pause);
        ticks.tick().await;
        ticks.tick().await;
        self.pause = (self.pause * 2).min(RESTART_MAX);
        self.process = self
            .spec
            .command()
            .spawn()
            .with_context(|| format!("cannot start {}", self.spec.program.display()))?;
        self.lifeline = self.process.stdin.take();
        self.started = Instant::now();
        Ok(())
    }

    /// Asks it to end, and kills it if it has not by then.
    pub(super) async fn stop(&mut self, deadline: Instant) {
        drop(self.lifeline.take());
        if timeout_at(deadline, self.process.wait()).await.is_err() {
            eprintln!(
                "tidegate: {} did not end in time and is killed",
                self.spec.program.display()
            );
            if let Err(error) = self.process.kill().await {
                eprintln!("tidegate: it cannot be killed: {error}");
            }
        }
    }
}

// === impl Ended ===

impl Ended {
    /// Whether it was given flags that it refuses: started again, it would end again.
    pub(super) fn is_wrong_flags(&self) -> bool {
        self.0
            .as_ref()
            .is_ok_and(|status| status.code() == Some(WRONG_FLAGS))
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(status) => status.fmt(f),
            Err(error) => write!(f, "unknown: {error}"),
        }
    }
}
