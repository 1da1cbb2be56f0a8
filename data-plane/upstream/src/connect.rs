//! TCP connections to upstream addresses.
//!
//! Owns the connect timeout, the order in which addresses are tried and socket options. Must not know
//! names, TLS or HTTP. Invariant: only the addresses that were passed in are ever dialled, so a caller
//! that has checked them (the forward proxy) stays in control.

use std::{io, net::SocketAddr, time::Duration};

use futures::{
    future::{Either, select},
    stream::{FuturesUnordered, StreamExt},
};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

/// How long one address may stay silent before the next is tried beside it (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Finds out that an upstream has vanished while nothing is asked of it: behind a long answer, or in the pool.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15))
    .with_retries(4);

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No address to dial.
    #[error("no address to connect to")]
    NoAddress,
    /// Nobody answered in time.
    #[error("no connection to {address} within {timeout:?}")]
    Timeout {
        /// The first address that was tried.
        address: SocketAddr,
        /// The connect timeout of the cluster.
        timeout: Duration,
    },
    /// Every address refused.
    #[error("cannot connect to {address}")]
    Refused {
        /// The last address that was tried.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Connects to the first of `addresses` that answers, in their order, the next one starting as soon as the one
/// before it fails or stays silent for 250 ms. `limit` covers all of them together.
pub async fn connect(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, ConnectError> {
    let &first = addresses.first().ok_or(ConnectError::NoAddress)?;
    let stream = match addresses {
        // The common case needs no race and none of its allocations.
        [only] => timeout(limit, dial(*only)).await,
        many => timeout(limit, race(many)).await,
    }
    .map_err(|_| ConnectError::Timeout {
        address: first,
        timeout: limit,
    })?
    .map_err(|(address, source)| ConnectError::Refused { address, source })?;
    // A small request must not wait for the acknowledgement of an earlier one.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE);
    Ok(stream)
}

async fn dial(address: SocketAddr) -> Result<TcpStream, (SocketAddr, io::Error)> {
    TcpStream::connect(address)
        .await
        .map_err(|source| (address, source))
}

async fn race(addresses: &[SocketAddr]) -> Result<TcpStream, (SocketAddr, io::Error)> {
    let mut waiting = addresses.iter().copied();
    let mut dialling = FuturesUnordered::new();
    dialling.extend(waiting.next().map(dial));
    loop {
        let outcome = match select(dialling.next(), Box::pin(sleep(STAGGER))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => {
                match waiting.next() {
                    Some(address) => dialling.push(dial(address)),
                    None => match dialling.next().await {
                        Some(Ok(stream)) => return Ok(stream),
                        Some(Err(error)) if dialling.is_empty() => return Err(error),
                        Some(Err(_)) | None => {}
                    },
                }
                continue;
            }
        };
        match (outcome, waiting.next()) {
            (Some(Ok(stream)), _) => return Ok(stream),
            (_, Some(address)) => dialling.push(dial(address)),
            (Some(Err(error)), None) if dialling.is_empty() => return Err(error),
            (Some(Err(_)) | None, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    async fn live() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    async fn dead() -> SocketAddr {
        let (listener, address) = live().await;
        drop(listener);
        address
    }

    #[tokio::test]
    async fn a_refusing_address_is_skipped() {
        let (_listener, up) = live().await;
        let down = dead().await;
        let stream = connect(&[down, up], Duration::from_secs(5)).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), up);
        assert!(stream.nodelay().unwrap());
        assert!(SockRef::from(&stream).keepalive().unwrap());
    }

    #[tokio::test]
    async fn the_last_refusal_is_reported() {
        let down = [dead().await, dead().await];
        let error = connect(&down, Duration::from_secs(5)).await.unwrap_err();
        assert!(matches!(error, ConnectError::Refused { .. }), "{error}");
    }

    #[tokio::test]
    async fn one_refusal_is_reported() {
        let error = connect(&[dead().await], Duration::from_secs(5))
            .await
            .unwrap_err();
        assert!(matches!(error, ConnectError::Refused { .. }), "{error}");
    }

    #[tokio::test]
    async fn no_address_is_an_error() {
        let error = connect(&[], Duration::from_secs(5)).await.unwrap_err();
        assert!(matches!(error, ConnectError::NoAddress));
    }

    #[tokio::test]
    async fn a_silent_address_times_out() {
        // A full accept queue makes Linux ignore further SYNs.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut held = Vec::new();
        let error = loop {
            match connect(&[address], Duration::from_millis(200)).await {
                Ok(stream) => held.push(stream),
                Err(error) => break error,
            }
            assert!(held.len() < 64);
        };
        assert!(matches!(error, ConnectError::Timeout { .. }), "{error}");
    }
}
