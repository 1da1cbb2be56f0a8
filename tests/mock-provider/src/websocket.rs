//! The server's side of a WebSocket (RFC 6455): the handshake, and texts both ways.
//!
//! It must not know what texts mean. Invariants: a client that does not mask, or sends something without an extension that
//! would need one, is closed with 1002; extensions are never agreed to; memory is bounded by the longest message.

use std::io;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest message of a client, in bytes.
const LIMIT: u64 = 16 << 20;

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const PROTOCOL_ERROR: u16 = 1002;

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const FINAL: u8 = 0x80;

/// A connection that became a WebSocket.
pub(crate) struct Socket<T> {
    io: T,
}

/// One frame of a client, unmasked.
struct Frame {
    opcode: u8,
    is_final: bool,
    payload: Vec<u8>,
}

/// `Sec-WebSocket-Accept` for a request for an upgrade; `None` if it is none.
pub(crate) fn accept(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let is_upgrade = text("upgrade")?.eq_ignore_ascii_case("websocket")
        && text("connection")?
            .split(',')
            .any(|token| token.trim().eq_ignore_ascii_case("upgrade"))
        && text("sec-websocket-version")? == "13";
    let key = text("sec-websocket-key").filter(|_| is_upgrade)?;
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{GUID}").as_bytes());
    Some(STANDARD.encode(hash))
}

// === impl Socket ===

impl<T: AsyncRead + AsyncWrite + Unpin> Socket<T> {
    pub(crate) fn new(io: T) -> Self {
        Self { io }
    }

    /// The next text; `None` when the client has closed, or had to be closed.
    pub(crate) async fn read(&mut self) -> io::Result<Option<String>> {
        let mut message: Option<Vec<u8>> = None;
        loop {
            let Some(frame) = self.frame().await? else {
                self.close(&PROTOCOL_ERROR.to_be_bytes()).await?;
                return Ok(None);
            };
            match (frame.opcode, &mut message) {
                (PING, _) => self.write(PONG | FINAL, &frame.payload).await?,
                (PONG, _) => (),
                (CLOSE, _) => {
                    self.close(&frame.payload).await?;
                    return Ok(None);
                }
                (TEXT, None) => message = Some(frame.payload),
                (CONTINUATION, Some(begun)) => begun.extend(frame.payload),
                _ => {
                    self.close(&PROTOCOL_ERROR.to_be_bytes()).await?;
                    return Ok(None);
                }
            }
            let is_data = matches!(frame.opcode, TEXT | CONTINUATION);
            if let Some(whole) = message.take_if(|_| is_data && frame.is_final) {
                return Ok(Some(String::from_utf8_lossy(&whole).into_owned()));
            }
        }
    }

    /// Sends a text, in frames of at most this many bytes with a ping behind the first.
    pub(crate) async fn send(&mut self, text: &str, most: usize) -> io::Result<()> {
        let count = text.len().div_ceil(most);
        for (at, piece) in text.as_bytes().chunks(most).enumerate() {
            let opcode = if at == 0 { TEXT } else { CONTINUATION };
            let last = if at + 1 == count { FINAL } else { 0 };
            self.write(opcode | last, piece).await?;
            if at == 0 && count > 1 {
                self.write(PING | FINAL, b"mock").await?;
            }
        }
        self.io.flush().await
    }

    async fn close(&mut self, payload: &[u8]) -> io::Result<()> {
        self.write(CLOSE | FINAL, payload).await?;
        self.io.shutdown().await
    }

    async fn write(&mut self, first: u8, payload: &[u8]) -> io::Result<()> {
        let mut frame = vec![first];
        match payload.len() {
            length @ 0..126 => frame.push(u8::try_from(length).unwrap_or_default()),
            length @ 126..0x1_0000 => {
                frame.push(126);
                frame.extend(u16::try_from(length).unwrap_or_default().to_be_bytes());
            }
            length => {
                frame.push(127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(payload);
        self.io.write_all(&frame).await
    }

    /// The next frame; `None` for one that no client may send here.
    async fn frame(&mut self) -> io::Result<Option<Frame>> {
        let [first, second] = self.exactly::<2>().await?;
        if first & 0x70 != 0 || second & 0x80 == 0 {
            return Ok(None);
        }
        let length = match second & 0x7f {
            126 => u64::from(u16::from_be_bytes(self.exactly().await?)),
            127 => u64::from_be_bytes(self.exactly().await?),
            short => u64::from(short),
        };
        if length > LIMIT {
            return Ok(None);
        }
        let mask: [u8; 4] = self.exactly().await?;
        let mut payload = vec![0; usize::try_from(length).unwrap_or_default()];
        self.io.read_exact(&mut payload).await?;
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Ok(Some(Frame {
            opcode: first & 0x0f,
            is_final: first & FINAL != 0,
            payload,
        }))
    }

    async fn exactly<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.io.read_exact(&mut bytes).await?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::accept;

    #[test]
    fn the_handshake_of_the_rfc() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("upgrade", "WebSocket"),
            ("connection", "keep-alive, Upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ] {
            assert_eq!(accept(&headers), None, "without {name}");
            headers.insert(name, HeaderValue::from_static(value));
        }
        let accepted = accept(&headers);
        assert_eq!(accepted.as_deref(), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }
}
