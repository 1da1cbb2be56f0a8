//! A Tidegate control plane: everything is staged, and the Commit of our Gateway activates it.
//!
//! Owns the stage, what to claim on the next stream, and what is remembered for a start without a control plane. The invariant: after a stream broke, what is claimed is
//! exactly what is served, whatever was staged since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dp_config::reject::{Refused, Rejection};
use dp_config::{Config, Stage};
use dp_proxy::Proxy;
use grpc::token::GatewayName;
use proto::tidegate::v1::CommitOrigin;
use proto::type_url::TypeUrl;
use proto::{name, provenance};
use xds::client::{Client, ClientEvent, Received, Update};

use super::{Ready, blocking, prepare};
use crate::last_good::{Memory, Remembered};
use crate::refusal::Refusal;

/// The staged set of one Gateway.
pub(super) struct Commits {
    /// Name of the one Commit that counts.
    ours: String,
    stage: Stage,
    /// What was touched since the active Commit; the rest is as it is served.
    touched: BTreeSet<(TypeUrl, String)>,
    is_resyncing: bool,
    /// What was received, as it was received; only where it is written to a disk.
    memory: Option<Memory>,
    /// The Commit that is being activated.
    activating: Option<Received>,
}

// === impl Commits ===

impl Commits {
    pub(super) fn new(gateway: &GatewayName) -> Self {
        Commits {
            ours: name::commit(&gateway.namespace, &gateway.name),
            stage: Stage::new(),
            touched: BTreeSet::new(),
            is_resyncing: false,
            memory: None,
            activating: None,
        }
    }

    pub(super) fn remember(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }

    pub(super) fn is_resyncing(&self) -> bool {
        self.is_resyncing
    }

    pub(super) async fn take(
        &mut self,
        update: Update,
        proxy: &Arc<Proxy>,
    ) -> Result<Option<Ready>, Refusal> {
        if update.type_url == TypeUrl::Commit {
            // A Commit that is removed leaves what is served: nothing says what should be in its place.
            return match update.resources.into_iter().next() {
                Some(commit) => self.commit(commit, proxy).await,
                None => Ok(None),
            };
        }
        let names = update
            .resources
            .iter()
            .map(|received| &received.name)
            .chain(&update.removed);
        self.touched
            .extend(names.map(|name| (update.type_url, name.clone())));
        self.stage
            .apply(update.type_url, &update.resources, &update.removed)?;
        if let Some(memory) = &mut self.memory {
            memory.staged(&update);
        }
        Ok(None)
    }

    pub(super) fn activated(&mut self, config: &Arc<Config>) {
        self.stage.activate(Arc::clone(config));
        self.touched.clear();
        self.is_resyncing = false;
        if let (Some(memory), Some(commit)) = (&mut self.memory, self.activating.take()) {
            memory.activated(commit, self.stage.has_any(TypeUrl::Secret));
        }
    }

    /// Prepares what a disk remembers. It changes nothing; [`Commits::restored`] follows the swap.
    pub(super) async fn restore(
        &self,
        remembered: Arc<Remembered>,
        proxy: &Arc<Proxy>,
    ) -> Result<Ready, Refusal> {
        if remembered.commit.name != self.ours {
            return Err(self.of_another(&remembered.commit).into());
        }
        let proxy = Arc::clone(proxy);
        blocking(move || {
            let mut stage = Stage::new();
            let types = TypeUrl::ALL
                .into_iter()
                .filter(|type_url| *type_url != TypeUrl::Commit);
            for type_url in types {
                stage.apply(type_url, &remembered.received(type_url), &[])?;
            }
            let commit = &remembered.commit;
            let next = if remembered.lacks_secrets {
                stage.prepare_without_secrets(commit)?
            } else {
                stage.prepare(commit)?
            };
            prepare(&proxy, next, "last good configuration on disk".to_owned())
        })
        .await?
    }

    /// What a disk remembered is served. What comes back is to be claimed on the next stream.
    pub(super) fn restored(
        &mut self,
        config: &Arc<Config>,
        remembered: &Remembered,
    ) -> Vec<ClientEvent> {
        self.activating = None;
        self.activated(config);
        self.stage.reset();
        if let Some(memory) = &mut self.memory {
            memory.restored(&remembered.resources);
        }
        let types = TypeUrl::ALL
            .into_iter()
            .filter(|type_url| *type_url != TypeUrl::Commit);
        types
            .map(|type_url| ClientEvent::Hold {
                type_url,
                versions: remembered.versions(type_url),
            })
            .collect()
    }

    /// What is served is claimed; or nothing, where the two sides disagree about what that is.
    pub(super) fn lost(&mut self, client: &Client) -> Vec<ClientEvent> {
        let active = Arc::clone(self.stage.active());
        let types = TypeUrl::ALL
            .into_iter()
            .filter(|type_url| *type_url != TypeUrl::Commit);
        let events = types
            .map(|type_url| ClientEvent::Hold {
                type_url,
                versions: if self.is_resyncing {
                    BTreeMap::new()
                } else {
                    self.served(&active, type_url, client)
                },
            })
            .collect();
        self.touched.clear();
        if let Some(memory) = &mut self.memory {
            memory.reset(self.is_resyncing);
        }
        if self.is_resyncing {
            // Everything comes afresh, removals do not: nothing may be left over.
            self.stage = Stage::new();
            self.stage.activate(active);
        } else {
            self.stage.reset();
        }
        events
    }

    /// Names and versions of a type in the active configuration. They are among those that the client holds or
    /// that were touched, and only the active versions count.
    fn served(
        &self,
        active: &Config,
        type_url: TypeUrl,
        client: &Client,
    ) -> BTreeMap<String, String> {
        let held = client.held(type_url).map(|(name, _)| name);
        let touched = self
            .touched
            .iter()
            .filter(|(touched, _)| *touched == type_url);
        held.chain(touched.map(|(_, name)| name.as_str()))
            .filter_map(|name| Some((name.to_owned(), active.version(type_url, name)?.to_string())))
            .collect()
    }

    async fn commit(
        &mut self,
        commit: Received,
        proxy: &Arc<Proxy>,
    ) -> Result<Option<Ready>, Refusal> {
        if commit.name != self.ours {
            return Err(self.of_another(&commit).into());
        }
        if self.touched.is_empty() && **self.stage.active().commit_id() == *commit.version {
            // A new stream after a short loss: what is served was never touched.
            return Ok(None);
        }
        let origin: Option<CommitOrigin> = provenance::read(commit.metadata.as_ref());
        let reason = origin.map(|origin| origin.reason).unwrap_or_default();
        self.activating = self.memory.is_some().then(|| commit.clone());
        let (mut stage, proxy) = (self.stage.clone(), Arc::clone(proxy));
        let (stage, ready) = blocking(move || {
            let next = stage.prepare(&commit).map_err(Refusal::from);
            (stage, next.and_then(|next| prepare(&proxy, next, reason)))
        })
        .await?;
        self.stage = stage;
        let ready = ready.inspect_err(|refusal| self.is_resyncing |= refusal.is_mismatch());
        ready.map(Some)
    }

    fn of_another(&self, commit: &Received) -> Rejection {
        let item = Refused {
            type_url: TypeUrl::Commit.as_str().to_owned(),
            name: commit.name.clone(),
            version: commit.version.clone(),
            path: "name".to_owned(),
            message: format!(
                "is of another Gateway; this proxy serves the one of {:?}",
                self.ours
            ),
        };
        Rejection::invalid(vec![item])
    }
}
