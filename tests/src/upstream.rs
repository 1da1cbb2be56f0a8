//! A server that tells what it received, or misbehaves as asked.
//!
//! Owns one listening socket on loopback. A well-behaved upstream speaks HTTP/1.1 and HTTP/2 with prior
//! knowledge and answers every request with JSON; request headers `x-reply-*` change the answer (see
//! `reply`). Must not decide what is right: tests do.

mod reply;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::certificate::Identity;

/// What an upstream does with a connection.
#[derive(Clone)]
pub enum Behaviour {
    /// Speaks HTTP.
    Echo,
    /// Speaks HTTP over TLS.
    EchoTls(Identity),
    /// Speaks TLS, and passes on what it reads to a port of this machine.
    TlsTo(Arc<ServerConfig>, u16),
    /// Reads and never answers.
    Hang,
    /// Reads the request and closes.
    Close,
    /// Reads the request and resets the connection.
    Reset,
    /// Reads the request and answers with these bytes, then closes.
    Raw(&'static [u8]),
}

/// A running upstream; it ends when dropped.
pub struct Upstream {
    port: u16,
    seen: Arc<Seen>,
    /// The accepting task, which ends with this.
    _task: JoinSet<()>,
}

/// What arrived.
#[derive(Debug, Default)]
struct Seen {
    connections: AtomicU64,
    requests: AtomicU64,
}

// === impl Upstream ===

impl Upstream {
    /// An upstream that echoes and calls itself `name`.
    pub async fn echo(name: &str) -> Result<Upstream> {
        Upstream::start(name, Behaviour::Echo).await
    }

    /// Starts an upstream on a port of its own.
    pub async fn start(name: &str, behaviour: Behaviour) -> Result<Upstream> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("upstream")?;
        let port = listener.local_addr()?.port();
        let seen = Arc::new(Seen::default());
        let server = Server {
            name: name.into(),
            behaviour,
            seen: Arc::clone(&seen),
        };
        let mut task = JoinSet::new();
        task.spawn(server.accept(listener));
        Ok(Upstream {
            port,
            seen,
            _task: task,
        })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.seen.connections.load(Ordering::Relaxed)
    }

    /// HTTP requests received so far.
    pub fn requests(&self) -> u64 {
        self.seen.requests.load(Ordering::Relaxed)
    }
}

#[derive(Clone)]
struct Server {
    name: Arc<str>,
    behaviour: Behaviour,
    seen: Arc<Seen>,
}

// === impl Server ===

impl Server {
    async fn accept(self, listener: TcpListener) {
        // Connections end with the set, and the set with this task.
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            self.seen.connections.fetch_add(1, Ordering::Relaxed);
            let server = self.clone();
            connections.spawn(async move {
                // A client may go at any time; only tests judge.
                let _ = server.serve(stream).await;
            });
            while connections.try_join_next().is_some() {}
        }
    }

    async fn serve(&self, mut stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        match &self.behaviour {
            Behaviour::Echo => self.http(stream).await,
            Behaviour::EchoTls(identity) => {
                let acceptor = TlsAcceptor::from(identity.server(&[b"h2", b"http/1.1"])?);
                self.http(acceptor.accept(stream).await?).await
            }
            Behaviour::TlsTo(config, port) => {
                let mut stream = TlsAcceptor::from(Arc::clone(config)).accept(stream).await?;
                let mut behind = TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).await?;
                copy_bidirectional(&mut stream, &mut behind).await?;
                Ok(())
            }
            Behaviour::Hang => {
                let mut ignored = Vec::new();
                stream.read_to_end(&mut ignored).await?;
                Ok(())
            }
            Behaviour::Close => {
                read_head(&mut stream).await?;
                Ok(stream.shutdown().await?)
            }
            Behaviour::Reset => {
                read_head(&mut stream).await?;
                socket2::SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO))?;
                Ok(())
            }
            Behaviour::Raw(bytes) => {
                read_head(&mut stream).await?;
                stream.write_all(bytes).await?;
                Ok(stream.shutdown().await?)
            }
        }
    }

    async fn http(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<()> {
        let service = service_fn(|request| {
            self.seen.requests.fetch_add(1, Ordering::Relaxed);
            reply::to(Arc::clone(&self.name), request)
        });
        auto::Builder::new(TokioExecutor::new())
            .serve_connection_with_upgrades(TokioIo::new(stream), service)
            .await
            .map_err(|error| anyhow::anyhow!(error))
    }
}

/// Reads until the blank line behind a request's head.
async fn read_head(stream: &mut TcpStream) -> Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok(())
}
