//! A client that sends any bytes at all.
//!
//! Owns a plain socket. For requests that no HTTP library would write, and for clients that are slow,
//! stop half-way or vanish. Must not parse more than a test needs: a status line and the bytes.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::deadline;

const LIMIT: Duration = Duration::from_secs(15);

/// A connection without manners.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
}

/// Sends `bytes` to `port` and reads one response, or as much of one as comes. A server that closes while
/// we still send has answered too.
pub async fn exchange(port: u16, bytes: impl AsRef<[u8]>) -> Result<String> {
    let mut wire = Wire::connect(port).await?;
    let _ = wire.send(bytes).await;
    wire.read_response().await
}

/// Is `bytes` a whole response? A length or nothing says where its body ends.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_some_and(|length| body.len() >= length)
}

/// The statuses of all responses in `text`, in order.
pub fn statuses(text: &str) -> Vec<u16> {
    text.split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|rest| rest.get(..3).and_then(|status| status.parse().ok()))
        .collect()
}

// === impl Wire ===

impl Wire {
    /// Connects to a port of this machine.
    pub async fn connect(port: u16) -> Result<Wire> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .context("connect")?;
        stream.set_nodelay(true)?;
        Ok(Wire { stream })
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<()> {
        self.stream.write_all(bytes.as_ref()).await.context("send")
    }

    /// Says that nothing more will be sent.
    pub async fn finish(&mut self) -> Result<()> {
        self.stream.shutdown().await.context("shutdown")
    }

    /// Reads until the other side closes; a reset ends the text like a close.
    pub async fn read_to_end(&mut self) -> Result<String> {
        self.read("the end of the connection", |_| false).await
    }

    /// Reads one response, or until the other side closes.
    pub async fn read_response(&mut self) -> Result<String> {
        self.read("a response", is_whole).await
    }

    async fn read(&mut self, what: &str, is_enough: fn(&[u8]) -> bool) -> Result<String> {
        let mut bytes = Vec::new();
        let read = async {
            while !is_enough(&bytes) {
                match self.stream.read_buf(&mut bytes).await {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                    Err(error) => return Err(error).context("read"),
                }
            }
            Ok(())
        };
        deadline::within(what, LIMIT, read).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads until `end` has arrived.
    pub async fn read_until(&mut self, end: &str) -> Result<String> {
        let mut bytes = Vec::new();
        let read = async {
            while !bytes
                .windows(end.len())
                .any(|window| window == end.as_bytes())
            {
                if self.stream.read_buf(&mut bytes).await.context("read")? == 0 {
                    let got = String::from_utf8_lossy(&bytes);
                    anyhow::bail!("closed before {end:?} came; got {got:?}");
                }
            }
            Ok(())
        };
        deadline::within("bytes", LIMIT, read).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
