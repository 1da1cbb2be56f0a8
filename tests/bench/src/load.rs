//! The load generator: keep-alive HTTP/1.1 connections, one request at a time each.
//!
//! Owns sockets and a response reader that knows exactly what the backend answers: a Content-Length and a body. Must
//! not be clever: its cost is paid on another core than the proxy's. A response that is not 200 ends the run.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::histogram::Histogram;

/// Twelve headers, as a browser sends them.
const HEADERS: &str = "Host: bench.example\r\n\
    User-Agent: bench/1\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: en-US,en;q=0.5\r\n\
    Accept-Encoding: gzip, deflate, br\r\n\
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\
    Cache-Control: no-cache\r\n\
    Pragma: no-cache\r\n\
    Sec-Fetch-Dest: document\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-Site: none\r\n\
    X-Team: blue\r\n";

/// Sends requests for a while and returns their latencies.
pub(crate) async fn run(
    target: SocketAddr,
    path: &str,
    connections: usize,
    span: Duration,
) -> Result<Histogram> {
    let request = format!("GET {path} HTTP/1.1\r\n{HEADERS}\r\n");
    let end = Instant::now() + span;
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let request = request.clone();
        tasks.spawn(async move { connection(target, &request, end).await });
    }
    let mut all = Histogram::new();
    while let Some(one) = tasks.join_next().await {
        all.add(&one??);
    }
    Ok(all)
}

async fn connection(target: SocketAddr, request: &str, end: Instant) -> Result<Histogram> {
    let mut stream = TcpStream::connect(target).await.context("connect")?;
    stream.set_nodelay(true)?;
    let mut histogram = Histogram::new();
    let mut buffer = vec![0_u8; 128 * 1024];
    while Instant::now() < end {
        let start = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        response(&mut stream, &mut buffer).await?;
        histogram.record(start.elapsed());
    }
    Ok(histogram)
}

async fn response(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    loop {
        let free = buffer.get_mut(filled..).unwrap_or_default();
        let read = stream.read(free).await?;
        if read == 0 {
            bail!("the connection was closed in the middle of a response");
        }
        filled += read;
        let seen = buffer.get(..filled).unwrap_or_default();
        let Some(head) = seen.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(seen.get(..head).unwrap_or_default());
        if !text.starts_with("HTTP/1.1 200") {
            bail!("got {:?}", text.lines().next().unwrap_or_default());
        }
        let mut missing = head + 4 + content_length(&text)?;
        missing = missing.saturating_sub(filled);
        while missing > 0 {
            let read = stream.read(buffer).await?;
            if read == 0 {
                bail!("the connection was closed in the middle of a body");
            }
            missing = missing.saturating_sub(read);
        }
        return Ok(());
    }
}

fn content_length(head: &str) -> Result<usize> {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim())
    });
    value
        .context("the response has no Content-Length")?
        .parse()
        .context("Content-Length")
}
