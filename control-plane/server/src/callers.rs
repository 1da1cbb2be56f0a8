//! Who is believed and what is shown to them, put together from the settings.
//!
//! Owns the order of the judges: the tokens of this run, then what the cluster knows, then certificates that name a
//! Gateway themselves. Must not judge. The invariant: judges that are not asked for are not there.

use std::sync::Arc;

use anyhow::{Context, Result};
use cp_kube::identity::Accounts;
use cp_kube::xds_secret::{Material, XdsSecret};
use cp_kube::{Cluster, Selection};
use grpc::identity::{Authenticate, Guard};
use grpc::token::RunSecret;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::certificates::Certificates;
use crate::cluster_identity::ClusterIdentity;
use crate::serving_tls::{Origin, Shown};
use crate::settings::{CertificateSettings, Settings, SourceSettings, TlsSettings};
use crate::sockets::Protection;
use crate::task;

/// What callers meet.
pub struct Callers {
    /// The judges.
    pub guard: Guard,
    /// The protection of the socket that they sit behind.
    pub protection: Protection,
    /// What is shown to them, where it comes from the Secret of the cluster.
    pub material: Option<watch::Receiver<Option<Material>>>,
}

/// The judges, and the protection of the socket that they sit behind.
pub async fn prepare(
    settings: &Settings,
    secret: &RunSecret,
    shutdown: &CancellationToken,
) -> Result<Callers> {
    let mut judges: Vec<Arc<dyn Authenticate>> = vec![Arc::new(secret.clone())];
    let cluster = match &settings.judge {
        None => None,
        Some(judge) => {
            let cluster = cp_kube::client::connect(judge.context.as_deref()).await?;
            let accounts = Arc::new(Accounts::new(&cluster, selection(settings)));
            let trust_domain = judge.trust_domain.clone();
            judges.push(Arc::new(ClusterIdentity::new(accounts, trust_domain)));
            Some(cluster)
        }
    };
    judges.push(Arc::new(Certificates));
    let protection = match &settings.tls {
        None => Protection::None,
        Some(tls) => protection(tls, cluster.as_ref(), shutdown).await?,
    };
    let material = match &protection {
        Protection::Awaited(Origin::Cluster(material), _) => Some(material.clone()),
        Protection::Awaited(Origin::Files { .. }, _) | Protection::Ready(_) | Protection::None => {
            None
        }
    };
    Ok(Callers {
        guard: Guard::new(judges),
        protection,
        material,
    })
}

/// Where objects are read. Files have no namespaces that would have to be asked for.
fn selection(settings: &Settings) -> Selection {
    match &settings.source {
        SourceSettings::Cluster { selection, .. } => selection.clone(),
        SourceSettings::Files(_) => Selection::All,
    }
}

async fn protection(
    tls: &TlsSettings,
    cluster: Option<&Cluster>,
    shutdown: &CancellationToken,
) -> Result<Protection> {
    let client_ca = tls.client_ca.clone();
    match &tls.certificate {
        CertificateSettings::Files { chain, key } => {
            let (chain, key) = (chain.clone(), key.clone());
            let origin = Origin::Files { chain, key };
            let shown = Shown::open(origin, client_ca).await;
            let shown = shown.context("--tls-cert, --tls-key, --tls-client-ca")?;
            Ok(Protection::Ready(Box::new(shown)))
        }
        CertificateSettings::Secret(names) => {
            let cluster = cluster.context("the Secret tidegate-xds needs a cluster")?;
            let secret = XdsSecret::new(cluster, names);
            let origin = Origin::Cluster(secret.subscribe());
            task::spawn("xds-secret", secret.run(shutdown.clone()));
            Ok(Protection::Awaited(origin, client_ca))
        }
    }
}
