//! From an edit to its effect, with few routes and with many.
//!
//! Owns the measurement: a file with one HTTPRoute is rewritten beside a file with all the others, and requests are
//! sent until the answer carries the new mark. What is timed is everything: file watch, translation, stream, apply.
//! Must not look inside: the same clock holds for any implementation.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::args::Args;
use crate::{cpu, peer};

const EDITS: usize = 15;
const EDIT_LIMIT: Duration = Duration::from_secs(30);
const REQUEST: &[u8] = b"GET /edited HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n";

/// One number of routes.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Routes in force.
    pub(crate) routes: usize,
    /// From start until the first answer.
    pub(crate) first: Duration,
    /// From a written file to the first answer that shows it: median of the edits.
    pub(crate) edit_p50: Duration,
    /// The slowest edit.
    pub(crate) edit_max: Duration,
    /// Resident memory of the proxy.
    pub(crate) proxy_kib: u64,
    /// Resident memory of the control plane.
    pub(crate) control_plane_kib: u64,
}

/// Measures 1, 100, 1,000 and 10,000 routes.
pub(crate) async fn measure(args: &Args, work: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for routes in [1, 100, 1_000, 10_000] {
        rows.push(one(args, work, routes).await?);
    }
    Ok(rows)
}

async fn one(args: &Args, work: &Path, routes: usize) -> Result<Row> {
    let port = peer::free_port()?;
    // Nothing listens there: the marks are on the proxy's own answers too.
    let backend = peer::free_port()?;
    let dir = work.join(format!("routes-{routes}"));
    let manifests = dir.join("manifests");
    fs::create_dir_all(&manifests)?;
    fs::write(
        manifests.join("all.yaml"),
        peer::manifest(port, backend, routes),
    )?;
    write_edit(&manifests, "0")?;
    let start = Instant::now();
    let (keep, pid) = peer::planes(args, &dir, &manifests, peer::AccessLog::Off)?;
    let target = SocketAddr::from(([127, 0, 0, 1], port));
    until(target, "0").await?;
    let first = start.elapsed();
    let mut edits = Vec::new();
    for edit in 1..=EDITS {
        let mark = edit.to_string();
        let start = Instant::now();
        write_edit(&manifests, &mark)?;
        until(target, &mark).await?;
        edits.push(start.elapsed());
    }
    edits.sort();
    let control_plane = keep
        .last()
        .map(|running| running.0.id())
        .unwrap_or_default();
    Ok(Row {
        routes,
        first,
        edit_p50: edits.get(EDITS / 2).copied().unwrap_or_default(),
        edit_max: edits.last().copied().unwrap_or_default(),
        proxy_kib: cpu::resident_kib(pid),
        control_plane_kib: cpu::resident_kib(control_plane),
    })
}

fn write_edit(manifests: &Path, mark: &str) -> Result<()> {
    // A rename, as editors do it: the file is never half there.
    let new = manifests.join(".edited.yaml.new");
    fs::write(&new, peer::route("edited", "/edited", mark))?;
    fs::rename(new, manifests.join("edited.yaml"))?;
    Ok(())
}

/// Asks until an answer carries the mark.
async fn until(target: SocketAddr, mark: &str) -> Result<()> {
    let wanted = format!("x-mark: {mark}\r\n");
    let deadline = Instant::now() + EDIT_LIMIT;
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    loop {
        if let Ok(answer) = ask(target).await
            && answer.contains(&wanted)
        {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!(
                "the edit {mark:?} did not show within {} s",
                EDIT_LIMIT.as_secs()
            );
        }
        ticks.tick().await;
    }
}

async fn ask(target: SocketAddr) -> Result<String> {
    let mut stream = TcpStream::connect(target).await?;
    stream.write_all(REQUEST).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.to_ascii_lowercase())
}
