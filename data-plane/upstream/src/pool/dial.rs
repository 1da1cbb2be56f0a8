//! A fresh connection of an endpoint, up to the HTTP handshake.
//!
//! Owns the order TCP, TLS, HTTP and the task that drives the connection. Must not know which request
//! waits for it. Invariant: the task ends when its connection does; nothing else keeps a connection alive
//! than the handles the pool gave out.

use std::{net::SocketAddr, rc::Rc, sync::atomic::Ordering, time::Duration};

use hyper::{
    client::conn::{http1, http2},
    rt::Executor,
};
use hyper_util::rt::{TokioIo, TokioTimer};

use super::{
    Endpoint, RequestBody, SendError, http1_driven::Sender, http2_shared::MAX_STREAMS,
    last_word::LastWord,
};
use crate::{connect::connect, stream::Stream, tls::HandshakeError};

/// How often a silent HTTP/2 connection with open streams is pinged, and how long the answer may take.
const PING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(15));

/// What a stream may hold that its client has not read. The window of a connection has room for that of every stream:
/// with less, a few clients that do not read would hold up all others.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * MAX_STREAMS;

/// What is needed to connect.
pub(super) struct Dial<'a, B> {
    pub(super) endpoint: &'a Rc<Endpoint<B>>,
    pub(super) fallbacks: &'a [SocketAddr],
    pub(super) connect_timeout: Duration,
}

/// Spawns hyper's HTTP/2 tasks on this worker.
#[derive(Clone, Copy, Debug)]
struct Local;

impl<F: Future + 'static> Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}

impl<B: RequestBody> Dial<'_, B> {
    pub(super) async fn http1(&self) -> Result<Sender<B>, SendError> {
        let io = TokioIo::new(LastWord::new(self.stream().await?));
        let (requests, connection) = http1::handshake(io).await.map_err(SendError::Exchange)?;
        let (sender, drive) = Sender::new(requests, connection.with_upgrades());
        self.drive(drive);
        Ok(sender)
    }

    pub(super) async fn http2(&self) -> Result<http2::SendRequest<B>, SendError> {
        let stream = self.stream().await?;
        if let Stream::Tls(tls) = &stream
            && tls.get_ref().1.alpn_protocol() != Some(b"h2")
        {
            return Err(HandshakeError::NotHttp2.into());
        }
        let (sender, connection) = http2::Builder::new(Local)
            .timer(TokioTimer::new())
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .keep_alive_interval(PING.0)
            .keep_alive_timeout(PING.1)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(SendError::Http2)?;
        self.drive(connection);
        Ok(sender)
    }

    async fn stream(&self) -> Result<Stream, SendError> {
        let stream = self.secured().await;
        let counters = &self.endpoint.counters;
        match &stream {
            Ok(_) => self.endpoint.connected(),
            Err(_) => {
                counters.connect_failures.fetch_add(1, Ordering::Relaxed);
            }
        }
        stream
    }

    async fn secured(&self) -> Result<Stream, SendError> {
        let first = self.endpoint.address;
        let stream = if self.fallbacks.is_empty() {
            connect(&[first], self.connect_timeout).await?
        } else {
            let rest = self
                .fallbacks
                .iter()
                .copied()
                .filter(|&other| other != first);
            let all: Vec<_> = std::iter::once(first).chain(rest).collect();
            connect(&all, self.connect_timeout).await?
        };
        Ok(match &self.endpoint.transport.tls {
            None => Stream::Plain(stream),
            Some(tls) => Stream::Tls(Box::new(tls.handshake(stream).await?)),
        })
    }

    /// Drives the connection in a task of its own, which ends with the connection.
    fn drive<C>(&self, connection: C)
    where
        C: Future<Output = hyper::Result<()>> + 'static,
    {
        let counters = self.endpoint.counters.clone();
        counters.open.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_local(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "upstream connection ended");
            }
            counters.open.fetch_sub(1, Ordering::Relaxed);
        });
    }
}
