//! Who is believed and what is shown to them, put together from the settings.
//!
//! Owns the order of the judges: the tokens of this run, then what the cluster knows, then certificates that name a
//! Gateway themselves. Must not judge. The invariant: judges that are not asked for are not there.

use std::sync::Arc;

use anyhow::{Context, Result};
use cp_kube::identity::Accounts;
use cp_kube::xds_secret::XdsSecret;
use grpc::identity::{Authenticate, Guard};
use grpc::token::RunSecret;
use tokio_util::sync::CancellationToken;

use crate::certificates::Certificates;
use crate::cluster_identity::ClusterIdentity;
use crate::serving_tls::{Origin, Shown};
use crate::settings::{Settings, TlsSettings};
use crate::sockets::Protection;
use crate::task;

/// The Service that names the control plane in certificates, where no other name is given.
const SERVICE: &str = "tidegate-control-plane";

/// The judges, and the protection of the socket that they sit behind.
pub async fn prepare(
    settings: &Settings,
    secret: &RunSecret,
    shutdown: &CancellationToken,
) -> Result<(Guard, Protection)> {
    let mut judges: Vec<Arc<dyn Authenticate>> = vec![Arc::new(secret.clone())];
    let protection = match &settings.tls {
        None => Protection::None,
        Some(TlsSettings::Files {
            chain,
            key,
            client_ca,
        }) => {
            let (chain, key) = (chain.clone(), key.clone());
            let origin = Origin::Files { chain, key };
            let shown = Shown::open(origin, client_ca.clone()).await;
            let shown = shown.context("--tls-cert, --tls-key, --tls-client-ca")?;
            Protection::Ready(Box::new(shown))
        }
        Some(TlsSettings::Cluster {
            names,
            client_ca,
            trust_domain,
        }) => {
            let client = cp_kube::client::connect(None).await?.client;
            let namespace = client.default_namespace().to_owned();
            let names = names_in(&namespace, names);
            let secret = XdsSecret::new(client.clone(), &namespace, names);
            let origin = Origin::Cluster(secret.subscribe());
            task::spawn("xds-secret", secret.run(shutdown.clone()));
            let accounts = Arc::new(Accounts::new(client));
            judges.push(Arc::new(ClusterIdentity::new(
                accounts,
                trust_domain.clone(),
            )));
            Protection::Awaited(origin, client_ca.clone())
        }
    };
    judges.push(Arc::new(Certificates));
    Ok((Guard::new(judges), protection))
}

/// The names that proxies may know us by: those that were given, or all of the Service's.
fn names_in(namespace: &str, given: &[String]) -> Vec<String> {
    if !given.is_empty() {
        return given.to_vec();
    }
    let service = format!("{SERVICE}.{namespace}");
    vec![
        format!("{service}.svc"),
        format!("{service}.svc.cluster.local"),
        service,
        SERVICE.to_owned(),
    ]
}
