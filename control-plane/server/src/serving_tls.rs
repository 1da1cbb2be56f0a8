//! What ADS shows by TLS, from files or from the cluster's Secret, followed while it runs.
//!
//! Owns when the parts are looked at. Must not know what a certificate says. The invariant: what does not load leaves
//! the last good one in place, and is told once; connections that are open stay.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use cp_kube::xds_secret::Material;
use grpc::tls::{PrivatePem, ServerIdentity, ServerTls};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use zeroize::Zeroizing;

/// How often the parts are looked at. Volumes of Kubernetes change by a symbolic link, which no watch of a file sees.
const LOOK: Duration = Duration::from_secs(1);

/// Where certificate and key come from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Two files.
    Files {
        /// Certificates, the leaf first.
        chain: PathBuf,
        /// The key of the leaf.
        key: PathBuf,
    },
    /// The Secret of the cluster, or what is signed with it.
    Cluster(watch::Receiver<Option<Material>>),
}

/// What is shown, and what it is made of.
pub struct Shown {
    origin: Origin,
    client_ca: Option<PathBuf>,
    parts: Parts,
    tls: Arc<ServerTls>,
    /// What was said last; the same again is not news.
    complaint: Option<String>,
}

/// What was loaded last.
#[derive(PartialEq, Eq)]
struct Parts {
    chain: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    client_ca: Option<Vec<u8>>,
}

// === impl Shown ===

impl Shown {
    /// Loads everything; waits for the cluster where that has not told anything yet.
    ///
    /// # Errors
    /// If files cannot be used, or the cluster's answer will never come.
    pub async fn open(mut origin: Origin, client_ca: Option<PathBuf>) -> Result<Self> {
        if let Origin::Cluster(material) = &mut origin {
            let told = material.wait_for(Option::is_some).await;
            drop(told.context("the Secret of the certificates is not followed any more")?);
        }
        let parts = read(&origin, client_ca.as_deref())?;
        let tls = ServerTls::new(&parts.identity()).context("the certificate for ADS")?;
        Ok(Shown {
            origin,
            client_ca,
            parts,
            tls: Arc::new(tls),
            complaint: None,
        })
    }

    /// What shakes hands.
    pub fn tls(&self) -> Arc<ServerTls> {
        Arc::clone(&self.tls)
    }

    /// Follows until `shutdown`.
    pub async fn follow(mut self, shutdown: CancellationToken) {
        let mut looks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = looks.tick() => self.look(),
            }
        }
    }

    fn look(&mut self) {
        match self.renew() {
            Ok(true) => {
                self.complaint = None;
                info!("the certificate for ADS was exchanged; open connections stay");
            }
            Ok(false) => {}
            Err(error) => {
                let words = format!("{error:#}");
                if self.complaint.as_ref() != Some(&words) {
                    warn!(
                        error = words,
                        "the new certificate cannot be used; the old one is still shown"
                    );
                    self.complaint = Some(words);
                }
            }
        }
    }

    fn renew(&mut self) -> Result<bool> {
        let parts = read(&self.origin, self.client_ca.as_deref())?;
        if parts == self.parts {
            return Ok(false);
        }
        // Until both files are there the pair may not fit: then it is tried again.
        self.tls.replace(&parts.identity())?;
        self.parts = parts;
        Ok(true)
    }
}

// === impl Parts ===

impl Parts {
    fn identity(&self) -> ServerIdentity {
        ServerIdentity {
            chain: self.chain.clone(),
            key: PrivatePem::new(self.key.to_vec()),
            client_ca: self.client_ca.clone(),
        }
    }
}

fn read(origin: &Origin, client_ca: Option<&Path>) -> Result<Parts> {
    let (chain, key) = match origin {
        Origin::Files { chain, key } => (content(chain)?, content(key)?),
        Origin::Cluster(material) => {
            let material = material.borrow();
            let material = material
                .as_ref()
                .context("the cluster has told nothing yet")?;
            let key = material.key.as_bytes().to_vec();
            (material.chain.clone().into_bytes(), key)
        }
    };
    Ok(Parts {
        chain,
        key: Zeroizing::new(key),
        client_ca: client_ca.map(content).transpose()?,
    })
}

fn content(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
