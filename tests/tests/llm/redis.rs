//! A real Redis in a process of its own.
//!
//! Owns the process and its files. Must not know what is counted there.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tests::process::{Process, Signal};
use tests::{binaries, deadline, port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

/// A Redis of its own, with the password `password`; it ends when dropped.
pub(super) struct Redis {
    port: u16,
    process: Process,
    dir: TempDir,
}

// === impl Redis ===

impl Redis {
    pub(super) async fn start() -> Result<Redis> {
        let (port, dir) = (port::free()?, tempfile::tempdir()?);
        let process = serve(port, dir.path()).await?;
        Ok(Redis { port, process, dir })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn kill(&self) -> Result<()> {
        self.process.signal(Signal::Kill)
    }

    pub(super) async fn start_again(&mut self) -> Result<()> {
        self.process.wait(deadline::SOON).await?;
        self.process = serve(self.port, self.dir.path()).await?;
        Ok(())
    }

    /// The sum of all numbers whose keys begin like this.
    pub(super) async fn sum(&self, prefix: &str) -> Result<u64> {
        let script = "local sum = 0 for _, key in ipairs(redis.call('keys', ARGV[1])) do \
                      sum = sum + tonumber(redis.call('get', key)) end return sum";
        let pattern = format!("{prefix}*");
        let words = ["EVAL", script, "0", &pattern];
        let words: String = words
            .iter()
            .map(|word| format!("${}\r\n{word}\r\n", word.len()))
            .collect();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let asked = format!("AUTH password\r\n*4\r\n{words}QUIT\r\n");
        stream.write_all(asked.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let sum = answer.lines().find_map(|line| line.strip_prefix(':'));
        let sum = sum.with_context(|| format!("no number: {answer}"))?;
        Ok(sum.parse()?)
    }
}

async fn serve(port: u16, dir: &Path) -> Result<Process> {
    let mut command = Command::new(binaries::tool("redis-server")?);
    command
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--requirepass", "password"])
        .args(["--appendonly", "yes", "--appendfsync", "always", "--dir"])
        .arg(dir);
    let process = Process::start(command, &dir.join("redis.log"))?;
    deadline::until("Redis listens", deadline::SOON, || async {
        let output = process.output();
        ensure!(output.contains("Ready to accept"), "it printed: {output}");
        Ok(())
    })
    .await?;
    Ok(process)
}
