//! The server's certificate from files, followed while it runs.
//!
//! Owns when the files are looked at. Must not know what a certificate says. The invariant: what does not load leaves
//! the last good one in place, and is told once; connections that are open stay.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use grpc::tls::{PrivatePem, ServerIdentity, ServerTls};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use zeroize::Zeroizing;

use crate::settings::TlsFiles;

/// How often the files are looked at. Volumes of Kubernetes change by a symbolic link, which no watch of a file sees.
const LOOK: Duration = Duration::from_secs(1);

/// What the files held: the key among it.
type Contents = Zeroizing<Vec<Option<Vec<u8>>>>;

/// Loads the files once.
pub fn open(files: &TlsFiles) -> Result<(Arc<ServerTls>, Followed)> {
    let contents = read(files)?;
    let tls = ServerTls::new(&identity(&contents)).with_context(|| {
        format!(
            "--tls-cert {} with --tls-key {}",
            files.chain.display(),
            files.key.display()
        )
    })?;
    let tls = Arc::new(tls);
    let followed = Followed {
        files: files.clone(),
        contents,
        tls: Arc::clone(&tls),
        complaint: None,
    };
    Ok((tls, followed))
}

/// Files that are looked at again and again.
pub struct Followed {
    files: TlsFiles,
    contents: Contents,
    tls: Arc<ServerTls>,
    /// What was said last; the same again is not news.
    complaint: Option<String>,
}

// === impl Followed ===

impl Followed {
    /// Follows until `shutdown`.
    pub async fn run(mut self, shutdown: CancellationToken) {
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
                info!(certificate = %self.files.chain.display(), "the certificate was exchanged; open connections stay");
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
        let contents = read(&self.files)?;
        if *contents == *self.contents {
            return Ok(false);
        }
        // Until both files are there the pair may not fit: then it is tried again.
        self.tls.replace(&identity(&contents))?;
        self.contents = contents;
        Ok(true)
    }
}

fn read(files: &TlsFiles) -> Result<Contents> {
    let paths = [
        Some(&files.chain),
        Some(&files.key),
        files.client_ca.as_ref(),
    ];
    let mut contents = Zeroizing::new(Vec::new());
    for path in paths {
        let content = path.map(|path| {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
        });
        contents.push(content.transpose()?);
    }
    Ok(contents)
}

fn identity(contents: &Contents) -> ServerIdentity {
    let part = |index: usize| contents.get(index).cloned().flatten();
    ServerIdentity {
        chain: part(0).unwrap_or_default(),
        key: PrivatePem::new(part(1).unwrap_or_default()),
        client_ca: part(2),
    }
}
