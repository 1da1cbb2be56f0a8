//! Client channels to a control plane, over a Unix socket, TCP or TLS.
//!
//! Owns the settings of a connection: keep-alive, windows, message sizes. Must not retry: who calls owns the
//! backoff. The invariant: a peer that vanished without a word is noticed within 40 seconds.

use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint, Uri};
use tower::service_fn;

use crate::address::Address;
use crate::admin::admin_client::AdminClient;
use crate::ads::aggregated_discovery_service_client::AggregatedDiscoveryServiceClient;
use crate::tls::{ClientHandshake, ClientTls, TlsError};
use crate::token::BearerToken;

/// A ping after this much silence.
pub const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// A ping without an answer for this long ends the connection.
pub const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest response that is read, in bytes. Ours are chunked far below; a foreign management server may send
/// everything at once.
pub const MAX_MESSAGE: usize = 256 << 20;

/// ADS client that sends a token.
pub type AdsClient = AggregatedDiscoveryServiceClient<InterceptedService<Channel, BearerToken>>;
/// Admin client that sends a token.
pub type TokenAdminClient = AdminClient<InterceptedService<Channel, BearerToken>>;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers, or the handshake fails.
    #[error("cannot connect to {address}")]
    Transport {
        /// Where to.
        address: Address,
        /// What happened.
        #[source]
        source: tonic::transport::Error,
    },
    /// It was not even tried.
    #[error("cannot connect to {address} by TLS")]
    Tls {
        /// Where to.
        address: Address,
        /// What is missing.
        #[source]
        source: TlsError,
    },
}

/// One connection without TLS, made before this returns.
///
/// # Errors
/// If nobody answers.
pub async fn connect(address: &Address) -> Result<Channel, ConnectError> {
    connect_with(address, None).await
}

/// One connection, made before this returns; TLS where it is asked for. A Unix socket needs none: its mode says who
/// may connect.
///
/// # Errors
/// If nobody answers, the files of TLS cannot be used, or one side does not believe the other.
pub async fn connect_with(
    address: &Address,
    tls: Option<&ClientTls>,
) -> Result<Channel, ConnectError> {
    let endpoint = endpoint();
    let made = match address.clone() {
        Address::Unix(path) => {
            let connector = move |_: Uri| {
                let path = path.clone();
                async move { UnixStream::connect(path).await.map(TokioIo::new) }
            };
            endpoint.connect_with_connector(service_fn(connector)).await
        }
        Address::Tcp { host, port } => {
            let handshake = tls.map(|tls| tls.load(&host)).transpose();
            let handshake = handshake.map_err(|source| ConnectError::Tls {
                address: address.clone(),
                source,
            })?;
            let connector = move |_: Uri| {
                let (host, handshake) = (host.clone(), handshake.clone());
                async move {
                    stream(&host, port, handshake.as_ref())
                        .await
                        .map(TokioIo::new)
                }
            };
            endpoint.connect_with_connector(service_fn(connector)).await
        }
    };
    made.map_err(|source| ConnectError::Transport {
        address: address.clone(),
        source,
    })
}

/// A TCP stream, in clear or not.
async fn stream(
    host: &str,
    port: u16,
    handshake: Option<&ClientHandshake>,
) -> std::io::Result<Box<dyn Stream>> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(match handshake {
        None => Box::new(stream),
        Some(handshake) => Box::new(handshake.connect(stream).await?),
    })
}

/// What bytes go over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An ADS client on a channel; `BearerToken::none()` for servers that ask for none.
pub fn ads(channel: Channel, token: BearerToken) -> AdsClient {
    AggregatedDiscoveryServiceClient::with_interceptor(channel, token)
        .max_decoding_message_size(MAX_MESSAGE)
}

/// An admin client on a channel.
pub fn admin(channel: Channel, token: BearerToken) -> TokenAdminClient {
    AdminClient::with_interceptor(channel, token).max_decoding_message_size(MAX_MESSAGE)
}

fn endpoint() -> Endpoint {
    // The authority is not used for routing: the connector decides where the bytes go.
    Endpoint::from_static("http://tidegate.internal")
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .http2_adaptive_window(true)
}

#[cfg(test)]
mod tests {
    use super::connect;
    use crate::address::Address;

    #[tokio::test]
    async fn an_error_names_the_address() {
        let dir = tempfile::tempdir().expect("tempdir");
        let address = Address::unix(dir.path().join("nobody.sock"));
        let error = connect(&address).await.expect_err("nobody listens");
        assert!(error.to_string().contains("nobody.sock"), "{error}");
    }
}
