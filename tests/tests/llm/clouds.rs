//! The token services of three clouds, on this machine.
//!
//! Owns one listening socket and what came. Must not check what the proxy's own tests check: it answers whoever asks as the
//! vendors describe.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What is answered to a request: by its number among those for the same path, its path, and its text.
pub(crate) type Answer = fn(usize, &str, &str) -> Option<String>;

/// Running token services; they end when dropped.
pub(crate) struct Clouds {
    port: u16,
    seen: Seen,
    /// The accepting task, which ends with this.
    _task: JoinSet<()>,
}

/// Path and text of each request.
type Seen = Arc<Mutex<Vec<(String, String)>>>;

// === impl Clouds ===

impl Clouds {
    pub(crate) async fn start(answer: Answer) -> Result<Clouds> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let seen = Seen::default();
        let mut task = JoinSet::new();
        let kept = Arc::clone(&seen);
        task.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One after the other, so that a path's requests have an order.
                let _ = serve(stream, &kept, answer).await;
            }
        });
        Ok(Clouds {
            port,
            seen,
            _task: task,
        })
    }

    /// `http://` and its address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.authority())
    }

    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The texts of the requests for a path.
    pub(crate) fn requests(&self, path: &str) -> Vec<String> {
        let seen = self
            .seen
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let own = seen.iter().filter(|(own, _)| own == path);
        own.map(|(_, text)| text.clone()).collect()
    }
}

async fn serve(mut stream: TcpStream, seen: &Seen, answer: Answer) -> Result<()> {
    let text = read(&mut stream).await?;
    let target = text.split(' ').nth(1).context("no request line")?;
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let number = {
        let mut seen = seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        seen.push((path.clone(), text.clone()));
        seen.iter().filter(|(own, _)| *own == path).count()
    };
    let (status, body) = match answer(number, &path, &text) {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", String::new()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    Ok(())
}

/// A whole request.
pub(crate) async fn read(stream: &mut TcpStream) -> Result<String> {
    let mut bytes = Vec::new();
    loop {
        let count = stream.read_buf(&mut bytes).await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            anyhow::ensure!(count > 0, "half a request");
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) || count == 0 {
            return Ok(text);
        }
    }
}
