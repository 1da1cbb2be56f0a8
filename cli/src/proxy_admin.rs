//! One question to a proxy on this machine, at its admin socket.
//!
//! Owns the HTTP request over a Unix socket, and how long and how large an answer may be. Must not know what is asked, or wait for
//! an answer to change: the caller decides how often to ask.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// A proxy that has not answered by then is busy with something else.
const PATIENCE: Duration = Duration::from_secs(2);

/// The largest answer that is read, in bytes.
const MOST: u64 = 16 << 20;

/// The body of the answer, if it is a success.
pub(crate) async fn get(socket: &Path, path: &str) -> Option<Vec<u8>> {
    timeout(PATIENCE, ask(socket, path)).await.ok()?
}

async fn ask(socket: &Path, path: &str) -> Option<Vec<u8>> {
    let mut stream = UnixStream::connect(socket).await.ok()?;
    // In HTTP/1.0 the end of the connection is the end of the answer, and nothing comes in chunks.
    let request = format!("GET {path} HTTP/1.0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await.ok()?;
    body(&answer).map(<[u8]>::to_vec)
}

fn body(answer: &[u8]) -> Option<&[u8]> {
    let rest = answer.strip_prefix(b"HTTP/1.")?;
    let (_, rest) = rest.split_first()?;
    let rest = rest.strip_prefix(b" 200")?;
    let end = rest.windows(4).position(|window| window == b"\r\n\r\n")?;
    rest.get(end.checked_add(4)?..)
}

#[cfg(test)]
mod tests {
    use super::body;

    #[test]
    fn only_a_success_has_a_body() {
        let ready = b"HTTP/1.0 200 OK\r\ncontent-length: 6\r\n\r\nready\n";
        assert_eq!(body(ready), Some(&b"ready\n"[..]));
        for other in [
            &b""[..],
            b"HTTP/1.0 200 OK\r\n",
            b"HTTP/1.1 503 Service Unavailable\r\n\r\ndraining\n",
        ] {
            assert_eq!(body(other), None);
        }
    }
}
