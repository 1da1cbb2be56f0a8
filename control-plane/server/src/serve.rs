//! Connections: accept, hand to hyper, end gracefully.
//!
//! Owns the accept loop, the handshake and the HTTP/2 settings of the server side. HTTP/1.1 is served on the same socket
//! for the plain routes. Must not know what is served: a client's certificate rides in the extensions of its requests.

use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use grpc::listen::Listening;
use grpc::tls::ServerTls;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Accepting pauses this long when the system is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then lets connections end. With `tls`, TCP is served by TLS only.
pub async fn serve(
    listening: Listening,
    tls: Option<Arc<ServerTls>>,
    router: Router,
    shutdown: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accept(&listening) => accepted,
        };
        match accepted {
            Ok(Accepted::Unix(stream)) => {
                connections.spawn(connection(stream, router.clone(), shutdown.clone()));
            }
            Ok(Accepted::Tcp(stream)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    debug!(%error, "TCP_NODELAY is refused");
                }
                let (router, shutdown) = (router.clone(), shutdown.clone());
                match tls.clone() {
                    None => connections.spawn(connection(stream, router, shutdown)),
                    Some(tls) => connections.spawn(secured(stream, tls, router, shutdown)),
                };
            }
            Err(error) => {
                warn!(%error, "a connection cannot be accepted");
                let mut pause = tokio::time::interval(ACCEPT_PAUSE);
                pause.tick().await;
                pause.tick().await;
            }
        }
    }
    while connections.join_next().await.is_some() {}
}

enum Accepted {
    Unix(tokio::net::UnixStream),
    Tcp(tokio::net::TcpStream),
}

async fn accept(listening: &Listening) -> std::io::Result<Accepted> {
    match listening {
        Listening::Unix(listener, _) => listener
            .accept()
            .await
            .map(|(stream, _)| Accepted::Unix(stream)),
        Listening::Tcp(listener) => listener
            .accept()
            .await
            .map(|(stream, _)| Accepted::Tcp(stream)),
    }
}

/// Shakes hands off the accept loop: a client that says nothing holds up nobody.
async fn secured(
    stream: tokio::net::TcpStream,
    tls: Arc<ServerTls>,
    router: Router,
    shutdown: CancellationToken,
) {
    let shaken = tokio::select! {
        () = shutdown.cancelled() => return,
        shaken = tls.accept(stream) => shaken,
    };
    match shaken {
        Ok((stream, None)) => connection(stream, router, shutdown).await,
        Ok((stream, Some(certificate))) => {
            connection(stream, router.layer(Extension(certificate)), shutdown).await;
        }
        Err(error) => debug!(%error, "a TLS handshake failed"),
    }
}

async fn connection<S>(stream: S, router: Router, shutdown: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .adaptive_window(true);
    let service = TowerToHyperService::new(router);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        debug!(%error, "a connection ended with an error");
    }
}
