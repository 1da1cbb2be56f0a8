//! The answer of an upstream that listens no longer.
//!
//! Owns what a failed write means: a server may answer and close before it has read the whole request, and that answer is
//! there to be read (RFC 9112, section 9.5). hyper would give up at the write. Must not know HTTP. Invariant: a write that
//! finds nobody is dropped, and it is the read that tells how the connection ended.

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream whose reads have the last word.
#[derive(Debug)]
pub(super) struct LastWord<S> {
    stream: S,
    /// Whether a write has found nobody.
    is_unheard: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> LastWord<S> {
    pub(super) fn new(stream: S) -> LastWord<S> {
        LastWord {
            stream,
            is_unheard: false,
        }
    }

    /// Writes, or drops what nobody would hear; `nothing` is what a dropped write gives.
    fn write<T>(
        &mut self,
        nothing: T,
        write: impl FnOnce(Pin<&mut S>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.is_unheard {
            return Poll::Ready(Ok(nothing));
        }
        let written = write(Pin::new(&mut self.stream));
        if let Poll::Ready(Err(error)) = &written
            && matches!(
                error.kind(),
                ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
            )
        {
            self.is_unheard = true;
            return Poll::Ready(Ok(nothing));
        }
        written
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for LastWord<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for LastWord<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut()
            .write(buf.len(), |stream| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all = bufs.iter().map(|buf| buf.len()).sum();
        self.get_mut()
            .write(all, |stream| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().write((), |stream| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().write((), |stream| stream.poll_shutdown(cx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };

    #[tokio::test]
    async fn an_answer_is_read_though_nobody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await;
        let mut client = LastWord::new(client.unwrap());
        client.write_all(b"a request").await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        server.readable().await.unwrap();
        server.write_all(b"an answer").await.unwrap();
        // What is unread makes this a reset.
        drop(server);
        while !client.is_unheard {
            client.write_all(b"more").await.unwrap();
            tokio::task::yield_now().await;
        }
        client.flush().await.unwrap();
        let mut answer = [0; 9];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"an answer");
        let end = client.read(&mut answer).await;
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    }
}
