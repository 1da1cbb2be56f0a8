//! Client channels to a control plane, over a Unix socket or TCP.
//!
//! Owns the settings of a connection: keep-alive, windows, message sizes. Must not retry: who calls owns the
//! backoff. The invariant: a peer that vanished without a word is noticed within 40 seconds.

use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint, Uri};
use tower::service_fn;

use crate::address::Address;
use crate::admin::admin_client::AdminClient;
use crate::ads::aggregated_discovery_service_client::AggregatedDiscoveryServiceClient;
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
#[error("cannot connect to {address}")]
pub struct ConnectError {
    /// Where to.
    pub address: Address,
    /// What happened.
    #[source]
    pub source: tonic::transport::Error,
}

/// One connection, made before this returns.
pub async fn connect(address: &Address) -> Result<Channel, ConnectError> {
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
            let connector = move |_: Uri| {
                let host = host.clone();
                async move {
                    let stream = TcpStream::connect((host.as_str(), port)).await?;
                    stream.set_nodelay(true)?;
                    Ok::<_, std::io::Error>(TokioIo::new(stream))
                }
            };
            endpoint.connect_with_connector(service_fn(connector)).await
        }
    };
    made.map_err(|source| ConnectError {
        address: address.clone(),
        source,
    })
}

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
