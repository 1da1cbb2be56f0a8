//! Keeps the files of a Pod's volumes as the cluster says, and its tokens young.
//!
//! Must not know containers. Invariant: a volume that was filled once is never emptied because
//! something went missing later; it keeps its last content, as with a kubelet.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use k8s_openapi::api::authentication::v1::{BoundObjectReference, TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::{Pod, ServiceAccount, Volume};
use k8s_openapi::jiff::Timestamp;
use kube::api::PostParams;
use kube::runtime::events::EventType;
use kube::{Api, ResourceExt};
use tokio::time::sleep;

use crate::files;
use crate::pod::Sandbox;
use crate::volumes::{self, Content, Entry, Source, TokenWish};

/// Between two looks at what is missing, where no change announces it.
const RETRY: Duration = Duration::from_millis(500);

pub(crate) struct Storage {
    sandbox: Arc<Sandbox>,
    tokens: BTreeMap<(String, TokenWish), Token>,
    written: BTreeMap<String, Content>,
    told: String,
}

/// A ServiceAccount's token. Does not print.
struct Token {
    value: String,
    renew: Timestamp,
}

impl Storage {
    pub(crate) fn new(sandbox: Arc<Sandbox>) -> Self {
        Self {
            sandbox,
            tokens: BTreeMap::new(),
            written: BTreeMap::new(),
            told: String::new(),
        }
    }

    /// Returns once every volume has its files.
    pub(crate) async fn fill(&mut self) {
        let mut changes = self.sandbox.kubelet.cluster.config_changes();
        while !self.refresh().await {
            tokio::select! {
                _ = changes.changed() => {}
                () = sleep(RETRY) => {}
            }
        }
    }

    /// Follows the cluster; never returns.
    pub(crate) async fn keep(&mut self) {
        let mut changes = self.sandbox.kubelet.cluster.config_changes();
        let mut pod = self.sandbox.follow();
        loop {
            let renewal = async {
                match self.tokens.values().map(|token| token.renew).min() {
                    Some(at) => sleep(until(at)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = changes.changed() => {}
                // Labels and annotations may stand in files.
                Ok(()) = pod.changed() => {}
                () = renewal => {}
            }
            if !self.refresh().await {
                sleep(RETRY).await;
                changes.mark_changed();
            }
        }
    }

    async fn refresh(&mut self) -> bool {
        let pod = self.sandbox.pod();
        let mut fine = true;
        for volume in pod
            .spec
            .iter()
            .flat_map(|spec| spec.volumes.iter().flatten())
        {
            if let Err(error) = self.one(&pod, volume).await {
                fine = false;
                let note = format!("volume {}: {error:#}", volume.name);
                if self.told != note {
                    self.sandbox
                        .tell(EventType::Warning, "FailedMount", note.clone())
                        .await;
                    self.told = note;
                }
            }
        }
        fine
    }

    async fn one(&mut self, pod: &Pod, volume: &Volume) -> Result<()> {
        let cluster = &self.sandbox.kubelet.cluster;
        let path = self.sandbox.volume(&volume.name);
        match volumes::source(pod, volume, &self.sandbox.place, cluster)? {
            Source::Empty => {
                fs::create_dir_all(&path)?;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o777))?;
            }
            Source::Host { path, make } => {
                if make {
                    fs::create_dir_all(&path)?;
                }
                if !PathBuf::from(&path).exists() {
                    bail!("hostPath {path} does not exist");
                }
            }
            Source::Files {
                mut content,
                tokens,
            } => {
                for wish in tokens {
                    let bytes = self.token(pod, &volume.name, &wish).await?.into_bytes();
                    content.insert(wish.path, Entry { bytes, mode: 0o644 });
                }
                if self.written.get(&volume.name) != Some(&content) {
                    files::write(&path, &content)?;
                    self.written.insert(volume.name.clone(), content);
                }
            }
        }
        Ok(())
    }

    async fn token(&mut self, pod: &Pod, volume: &str, wish: &TokenWish) -> Result<String> {
        let key = (volume.to_owned(), wish.clone());
        if let Some(token) = self.tokens.get(&key).filter(|t| t.renew > Timestamp::now()) {
            return Ok(token.value.clone());
        }
        let client = self.sandbox.kubelet.cluster.client.clone();
        let accounts =
            Api::<ServiceAccount>::namespaced(client, &pod.namespace().unwrap_or_default());
        let account = pod
            .spec
            .as_ref()
            .and_then(|s| s.service_account_name.as_deref());
        let account = account.filter(|a| !a.is_empty()).unwrap_or("default");
        let request = TokenRequest {
            spec: TokenRequestSpec {
                audiences: wish.audience.iter().cloned().collect(),
                expiration_seconds: Some(wish.expiration_seconds),
                bound_object_ref: Some(BoundObjectReference {
                    api_version: Some("v1".into()),
                    kind: Some("Pod".into()),
                    name: Some(pod.name_any()),
                    uid: pod.uid(),
                }),
            },
            ..TokenRequest::default()
        };
        let now = Timestamp::now();
        let answer = accounts
            .create_token_request(account, &PostParams::default(), &request)
            .await
            .with_context(|| format!("no token for ServiceAccount {account}"))?;
        let status = answer.status.context("a TokenRequest without an answer")?;
        // A kubelet renews at 80 % of a token's life.
        let life = status.expiration_timestamp.0.duration_since(now);
        let renew = now.checked_add(life / 10 * 8).unwrap_or(now);
        let value = status.token.clone();
        self.tokens.insert(
            key,
            Token {
                value: status.token,
                renew,
            },
        );
        Ok(value)
    }
}

fn until(at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default()
}
