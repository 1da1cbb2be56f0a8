//! A control plane of the test's own, beside the cluster: the built binary with a kubeconfig.
//!
//! Must not share anything with another: each has its own directory and its own name in GatewayClasses. Looks through the
//! open endpoints, the CLI and the log, as an operator would. Ends when dropped.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;
use tests::process::Process;
use tests::{binaries, client, deadline};
use tokio::process::Command;

use crate::cluster::SOON;

/// A running control plane.
pub(crate) struct ControlPlane {
    dir: TempDir,
    process: Process,
}

impl ControlPlane {
    /// Starts one that serves classes of this controller.
    pub(crate) fn start(kubeconfig: &Path, controller: &str, flags: &[&str]) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("tg").tempdir()?;
        let mut command = Command::new(binaries::ours("tidegate-control-plane")?);
        command
            .env_clear()
            .env("KUBECONFIG", kubeconfig)
            .env("TIDEGATE_LOG", "info,cp_kube=debug")
            .arg("--kubernetes")
            .arg("--exit-with-parent")
            .arg("--run-dir")
            .arg(dir.path().join("run"))
            .args(["--controller-name", controller])
            .args(flags)
            .kill_on_drop(true);
        let process = Process::start(command, &dir.path().join("log"))?;
        Ok(ControlPlane { dir, process })
    }

    /// The process.
    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// Everything that it printed.
    pub(crate) fn log(&self) -> String {
        self.process.output()
    }

    /// How many lines of its log have this text.
    pub(crate) fn lines(&self, text: &str) -> usize {
        let log = self.log();
        log.lines().filter(|line| line.contains(text)).count()
    }

    /// What `/ready` says.
    pub(crate) async fn is_ready(&self) -> Result<bool> {
        let reply = client::get_over_unix(&self.socket(), "/ready").await?;
        Ok(reply.status == 200)
    }

    /// The value of a series, written as it is printed.
    pub(crate) async fn metric(&self, series: &str) -> Result<Option<f64>> {
        let reply = client::get_over_unix(&self.socket(), "/metrics").await?;
        let text = reply.text();
        let line = text.lines().find_map(|line| line.strip_prefix(series));
        Ok(line.and_then(|value| value.trim().parse().ok()))
    }

    /// Everything under `/metrics`.
    pub(crate) async fn metrics(&self) -> Result<String> {
        Ok(client::get_over_unix(&self.socket(), "/metrics")
            .await?
            .text())
    }

    /// The CLI's answer to these words, as JSON.
    pub(crate) async fn ask(&self, args: &[&str]) -> Result<Value> {
        let mut command = Command::new(binaries::ours("tidegate")?);
        command
            .env_clear()
            .env("TIDEGATE_RUN_DIR", self.dir.path().join("run"))
            .args(["--output", "json"])
            .args(args)
            .kill_on_drop(true);
        let output = command.output().await.context("tidegate")?;
        serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Waits until it holds what the probe wants; the error carries the end of the log.
    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        probe: impl AsyncFn(&Self) -> Result<T>,
    ) -> Result<T> {
        let plane = &*self;
        let outcome = deadline::until(what, SOON, || probe(plane)).await;
        if let Some(status) = self.process.ended() {
            bail!("it has ended ({status}):\n{}", self.process.tail());
        }
        outcome.with_context(|| format!("it printed:\n{}", self.process.tail()))
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("run/control-plane.sock")
    }
}
