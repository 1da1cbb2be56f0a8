//! The mock provider in a process of its own.
//!
//! Owns the process, and the requests that are for the mock itself. Must not know the gateway.

use super::told::At;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::client::{Client, request};
use tests::process::Process;
use tests::{binaries, deadline, port};
use tokio::process::Command;

/// What providers take.
pub(crate) const KEY: &str = "sk-of-the-provider";
pub(crate) const AWS_ID: &str = "AKIDMOCK";
pub(crate) const AWS_SECRET: &str = "mock/secret+key";

/// A running mock; it ends when dropped.
pub(crate) struct Mock {
    port: u16,
    process: Process,
    /// Holds the log.
    _dir: TempDir,
}

// === impl Mock ===

impl Mock {
    /// Starts one and waits until it listens.
    pub(crate) async fn start(flags: &[&str]) -> Result<Mock> {
        Mock::start_at(port::free()?, flags).await
    }

    /// Starts one at a port of this machine and waits until it listens.
    pub(crate) async fn start_at(port: u16, flags: &[&str]) -> Result<Mock> {
        let dir = tempfile::tempdir().context("temporary directory")?;
        let address = format!("127.0.0.1:{port}");
        let mut command = Command::new(binaries::ours("tidegate-mock-provider")?);
        command
            .env_clear()
            .args(["--exit-with-parent", "--listen", &address])
            .args(flags);
        let process = Process::start(command, &dir.path().join("mock.log"))?;
        let mock = Mock {
            port,
            process,
            _dir: dir,
        };
        deadline::until("the mock listens", deadline::SOON, || async {
            let output = mock.process.output();
            ensure!(output.contains("listening on "), "it printed: {output}");
            Ok(())
        })
        .await?;
        Ok(mock)
    }

    /// Its port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How the next requests are answered, one mode each; none for as they ask.
    pub(crate) async fn script(&self, modes: &[&str]) -> Result<()> {
        self.own("PUT", "script", &json!(modes).to_string()).await?;
        Ok(())
    }

    /// Requests so far.
    pub(crate) async fn requests(&self) -> Result<u64> {
        let shown = self.own("GET", "requests", "").await?;
        shown.at("/count").as_u64().context("no count of requests")
    }

    /// What was told, by format and model.
    pub(crate) async fn accounts(&self) -> Result<Vec<Value>> {
        let shown = self.own("GET", "requests", "").await?;
        let accounts = shown.at("/accounts").as_array().context("no accounts")?;
        Ok(accounts.clone())
    }

    /// The body of the last request.
    pub(crate) async fn last_body(&self) -> Result<Value> {
        let shown = self.own("GET", "requests", "").await?;
        let requests = shown.at("/requests").as_array().context("no requests")?;
        let last = requests.last().context("no request")?;
        serde_json::from_str(last.at("/body").as_str().context("no body")?).context("the body")
    }

    /// The last request.
    pub(crate) async fn last_request(&self) -> Result<Value> {
        let shown = self.own("GET", "requests", "").await?;
        let requests = shown.at("/requests").as_array().context("no requests")?;
        requests.last().cloned().context("no request")
    }

    async fn own(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let url = format!("http://mock.test/_mock/{path}");
        let request = request(method, &url, &[], body)?;
        let reply = Client::http1(self.port).send(request).await?;
        ensure!(reply.status == 200, "{url}: {}", reply.text());
        serde_json::from_slice(&reply.body).context(url)
    }
}
