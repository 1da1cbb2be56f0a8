//! The connection to the API server.
//!
//! Owns where the server is found and how long a connection may take to come about. Must not ask the server anything:
//! a control plane starts while its API server is away. The credentials stay inside `kube`, which renews them.

use std::time::Duration;

use kube::config::{InferConfigError, KubeConfigOptions, KubeconfigError};
use kube::{Client, Config};

/// How long a connection may take to come about; a watch tries again after that.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a write may take.
const WRITE: Duration = Duration::from_secs(30);
/// How long nothing may be read from a connection in use. Longer than a watch lasts by itself, so that only a server that
/// has gone without a word is given up.
const READ: Duration = Duration::from_secs(300);

/// An API server.
#[derive(Clone)]
pub struct Cluster {
    /// Speaks to it.
    pub client: Client,
    /// Its address, for humans.
    pub address: String,
}

/// Why there is no API server to speak to.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The context is not usable.
    #[error(
        "--kube-context {context:?} cannot be used; `kubectl config get-contexts` lists what there is"
    )]
    Context {
        /// What was given.
        context: String,
        /// Why it is none.
        #[source]
        source: KubeconfigError,
    },
    /// Neither a kubeconfig nor the environment of a Pod.
    #[error("no API server is configured; set KUBECONFIG, or run in a Pod with a service account")]
    Nowhere(#[source] Box<InferConfigError>),
    /// TLS or credentials are not usable.
    #[error("the API server's certificate authority or the credentials cannot be used")]
    Client(#[source] Box<kube::Error>),
}

/// Prepares to speak to the API server of this context, or of the kubeconfig's current one, or of the cluster that this
/// process runs in.
pub async fn connect(context: Option<&str>) -> Result<Cluster, ConnectError> {
    let mut config = match context {
        None => Config::infer()
            .await
            .map_err(|error| ConnectError::Nowhere(Box::new(error)))?,
        Some(context) => {
            let options = KubeConfigOptions {
                context: Some(context.to_owned()),
                ..KubeConfigOptions::default()
            };
            Config::from_kubeconfig(&options)
                .await
                .map_err(|source| ConnectError::Context {
                    context: context.to_owned(),
                    source,
                })?
        }
    };
    config.connect_timeout = Some(CONNECT);
    config.write_timeout = Some(WRITE);
    config.read_timeout = Some(READ);
    config.reset_reader_on_write = true;
    // Who asks decides when to ask again; the client's own retries would hide a busy server for minutes.
    config.default_retry = false;
    let address = config.cluster_url.to_string();
    let client = Client::try_from(config).map_err(|error| ConnectError::Client(Box::new(error)))?;
    Ok(Cluster { client, address })
}
