//! Whether a proxy serves its configuration, asked at its admin socket.
//!
//! Owns one HTTP request over a Unix socket. Must not wait: the caller decides how often to ask.

use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

const REQUEST: &[u8] = b"GET /ready HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n";
const READY: &[u8] = b"HTTP/1.1 200";

/// True if the proxy behind the socket answers that it is ready.
pub(super) async fn ask(socket: &Path) -> bool {
    let Ok(mut stream) = UnixStream::connect(socket).await else {
        return false;
    };
    if stream.write_all(REQUEST).await.is_err() {
        return false;
    }
    let mut head = [0_u8; READY.len()];
    stream.read_exact(&mut head).await.is_ok() && head == READY
}
