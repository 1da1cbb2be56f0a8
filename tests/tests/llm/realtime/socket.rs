//! A client of WebSockets that hides nothing: the handshake as it is written, and texts both ways.
//!
//! Must not know what texts mean, or judge an answer.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tests::deadline;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::llm::told::At;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;

/// The headers that ask for the upgrade, but for the host; the key and its answer are those of RFC 6455.
pub(super) const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                                  Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const ACCEPT: &str = "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=";

/// A connection after the answer to its request.
pub(super) struct Socket {
    stream: BufReader<TcpStream>,
    /// The head of the answer, in lower case.
    pub(super) head: String,
}

// === impl Socket ===

impl Socket {
    /// Sends a request for `target` with these headers, each with its line's end, and reads the head of the answer.
    pub(super) async fn ask(port: u16, target: &str, headers: &str) -> Result<Socket> {
        let asked = async {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
            let request = format!("GET {target} HTTP/1.1\r\nHost: a.test\r\n{headers}\r\n");
            stream.write_all(request.as_bytes()).await?;
            let mut stream = BufReader::new(stream);
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.context("the head of the answer")?);
            }
            let head = String::from_utf8(head)?.to_ascii_lowercase();
            Ok(Socket { stream, head })
        };
        deadline::within("the answer", deadline::SOON, asked).await
    }

    /// The same, and it must be agreed to.
    pub(super) async fn open(port: u16, target: &str, headers: &str) -> Result<Socket> {
        let socket = Socket::ask(port, target, &format!("{UPGRADE}{headers}")).await?;
        let head = &socket.head;
        ensure!(head.starts_with("http/1.1 101 "), "{head}");
        ensure!(head.contains(ACCEPT), "{head}");
        Ok(socket)
    }

    /// Status and body of an answer that is no upgrade.
    pub(super) async fn refusal(&mut self) -> Result<(u16, Value)> {
        let head = &self.head;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        let mut lines = head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        let length = length.with_context(|| format!("no length: {head}"))?;
        let mut body = vec![0; length.trim().parse()?];
        let read = self.stream.read_exact(&mut body);
        deadline::within("the body", deadline::SOON, async { Ok(read.await?) }).await?;
        let body = String::from_utf8(body)?;
        Ok((status, serde_json::from_str(&body).context(body)?))
    }

    /// Sends a text.
    pub(super) async fn send(&mut self, event: &Value) -> Result<()> {
        self.write(TEXT, event.to_string().as_bytes()).await
    }

    /// The next text; `None` where the connection ends without one, or with a close.
    pub(super) async fn next(&mut self) -> Result<Option<Value>> {
        let read = async {
            let mut text = Vec::new();
            loop {
                let Ok(first) = self.stream.read_u8().await else {
                    return Ok(None);
                };
                let length = match self.stream.read_u8().await? {
                    126 => usize::from(self.stream.read_u16().await?),
                    127 => bail!("a very long message"),
                    short => usize::from(short),
                };
                let mut payload = vec![0; length];
                self.stream.read_exact(&mut payload).await?;
                match first & 0x0f {
                    PING => self.write(PONG, &payload).await?,
                    PONG => {}
                    CLOSE => return Ok(None),
                    _ => {
                        text.extend(payload);
                        if first & FINAL != 0 {
                            return Ok(Some(serde_json::from_slice(&text)?));
                        }
                    }
                }
            }
        };
        deadline::within("the next event", deadline::SOON, read).await
    }

    /// Reads up to the event of this type; the events before it are of no interest.
    pub(super) async fn until(&mut self, kind: &str) -> Result<Value> {
        loop {
            let event = self.next().await?;
            let event = event.with_context(|| format!("the end instead of {kind}"))?;
            if event.at("/type") == kind {
                return Ok(event);
            }
        }
    }

    /// Closes in the way of the protocol, and waits for the other side to do so.
    pub(super) async fn close(mut self) -> Result<()> {
        self.write(CLOSE, &1000_u16.to_be_bytes()).await?;
        while self.next().await?.is_some() {}
        Ok(())
    }

    async fn write(&mut self, opcode: u8, payload: &[u8]) -> Result<()> {
        let mut frame = vec![FINAL | opcode];
        match u8::try_from(payload.len()) {
            Ok(length @ 0..126) => frame.push(MASKED | length),
            _ => {
                frame.push(MASKED | 126);
                frame.extend(u16::try_from(payload.len())?.to_be_bytes());
            }
        }
        // A mask of zeros is one.
        frame.extend([0; 4]);
        frame.extend_from_slice(payload);
        Ok(self.stream.write_all(&frame).await?)
    }
}
