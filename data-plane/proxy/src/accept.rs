//! Taking connections from a listening socket.
//!
//! Owns the accept loop of one worker on one socket, and its end. Must not speak HTTP. Invariant: once the
//! socket is to be closed, what the kernel has queued is still taken; no client that got through to us is
//! turned away by a change of configuration.

use std::{io, net::SocketAddr, rc::Rc, sync::Arc, time::Duration};

use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::{bind::Bound, connection, worker::Worker};

/// After an error that time may cure: no descriptors left, say.
const PAUSE: Duration = Duration::from_millis(50);
/// Detects clients that vanished.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15))
    .with_retries(4);

/// Accepts until the socket is to be closed.
pub(crate) async fn accept(worker: Rc<Worker>, bound: Arc<Bound>) {
    let listener = bound.clone_socket().and_then(TcpListener::from_std);
    let listener = match listener {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(address = %bound.local, %error, "a worker cannot accept");
            return;
        }
    };
    loop {
        tokio::select! {
            biased;
            () = bound.closing.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => start(&worker, &bound, stream, peer),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(address = %bound.local, %error, "cannot accept");
                    sleep(PAUSE).await;
                }
            }
        }
    }
    if let Ok(listener) = listener.into_std() {
        // The socket does not block: this ends when the queue is empty.
        while let Ok((stream, peer)) = listener.accept() {
            if let Ok(stream) = adopt(stream) {
                start(&worker, &bound, stream, peer);
            }
        }
    }
}

fn adopt(stream: std::net::TcpStream) -> io::Result<TcpStream> {
    stream.set_nonblocking(true)?;
    TcpStream::from_std(stream)
}

fn start(worker: &Rc<Worker>, bound: &Arc<Bound>, stream: TcpStream, peer: SocketAddr) {
    // A small response must not wait for the acknowledgement of an earlier one.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE);
    // Ends with the connection, at the latest when the listener's phase is over.
    tokio::task::spawn_local(connection::serve(
        worker.clone(),
        bound.clone(),
        stream,
        peer,
    ));
}

/// Errors of the connection that was to be accepted, not of the socket.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}
