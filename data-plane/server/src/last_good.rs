//! The last commit that was applied, on disk, for a start without a control plane.
//!
//! Owns what is remembered of every commit, when it is written and when it is read. Must not decode a resource nor
//! decide what is served (`activation`). The invariants: a file is whole or absent, whenever the process is killed; no
//! secret is written in clear; a file that cannot be trusted is put aside, told once, and serves nothing.

mod file;
mod seal;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use grpc::token::GatewayName;
use imbl::OrdMap;
use proto::type_url::TypeUrl;
use tokio::sync::watch;
use xds::client::{Received, Update};

use self::file::{Contents, Refused};
pub use self::seal::{KeyError, SealKey};

/// Between two writes. Of the commits between them the last counts; whoever is killed before it is written starts with an older
/// one, so that the pause is short, and becomes longer only while commits keep coming.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
const FILE: &str = "last-good";
/// Where a file goes that is not trusted; one is kept, for whoever wants to know.
const ASIDE: &str = "last-good.refused";

/// Resources as they were received, by type and name.
pub(crate) type Raws = OrdMap<(TypeUrl, Arc<str>), Raw>;

/// One resource as it was received. May be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) version: Arc<str>,
    pub(crate) message: Bytes,
}

/// One commit and everything that belongs to it.
#[derive(Clone)]
pub(crate) struct Remembered {
    pub(crate) commit: Received,
    pub(crate) resources: Raws,
    /// Whether there were secrets that could not be written, or cannot be read.
    pub(crate) lacks_secrets: bool,
}

/// What is staged and what is active, as it was received: the memory of `activation`.
#[derive(Clone)]
pub(crate) struct Memory {
    staged: Raws,
    active: Raws,
    keeps_secrets: bool,
    out: watch::Sender<Option<Arc<Remembered>>>,
}

/// The files of one proxy.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
    gateway: GatewayName,
    key: Option<SealKey>,
}

/// The pause behind the next write. `has_more`: something came during this one.
fn next_pause(pause: Duration, has_more: bool) -> Duration {
    match has_more {
        true => pause.saturating_mul(2).min(LONGEST_PAUSE),
        false => SHORTEST_PAUSE,
    }
}

// === impl Raw ===

/// The message may hold a secret.
impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.version, self.message.len())
    }
}

// === impl Memory ===

impl Memory {
    fn new(keeps_secrets: bool, out: watch::Sender<Option<Arc<Remembered>>>) -> Self {
        Memory {
            staged: Raws::new(),
            active: Raws::new(),
            keeps_secrets,
            out,
        }
    }

    /// A response was staged.
    pub(crate) fn staged(&mut self, update: &Update) {
        for name in &update.removed {
            self.staged
                .remove(&(update.type_url, Arc::from(name.as_str())));
        }
        if update.type_url == TypeUrl::Secret && !self.keeps_secrets {
            return;
        }
        for resource in &update.resources {
            let raw = Raw {
                version: resource.version.as_str().into(),
                // A slice would keep the whole response in memory.
                message: Bytes::copy_from_slice(&resource.message),
            };
            let key = (update.type_url, Arc::from(resource.name.as_str()));
            self.staged.insert(key, raw);
        }
    }

    /// What is staged became active by this commit. `had_secrets`: whether there are any.
    pub(crate) fn activated(&mut self, commit: Received, had_secrets: bool) {
        self.active = self.staged.clone();
        self.out.send_replace(Some(Arc::new(Remembered {
            commit,
            resources: self.active.clone(),
            lacks_secrets: had_secrets && !self.keeps_secrets,
        })));
    }

    /// The stream is gone: staged is what is active, or nothing, where everything is to come afresh.
    pub(crate) fn reset(&mut self, is_resyncing: bool) {
        self.staged = if is_resyncing {
            Raws::new()
        } else {
            self.active.clone()
        };
    }

    /// What was read is active.
    pub(crate) fn restored(&mut self, resources: &Raws) {
        self.staged = resources.clone();
        self.active = resources.clone();
    }
}

// === impl Remembered ===

impl Remembered {
    /// Everything of a type, as if it had just been received.
    pub(crate) fn received(&self, type_url: TypeUrl) -> Vec<Received> {
        let of_type = self
            .resources
            .iter()
            .filter(|((kind, _), _)| *kind == type_url);
        of_type
            .map(|((_, name), raw)| Received {
                name: name.to_string(),
                version: raw.version.to_string(),
                message: raw.message.clone(),
                metadata: None,
            })
            .collect()
    }

    /// Version by name.
    pub(crate) fn versions(&self, type_url: TypeUrl) -> BTreeMap<String, String> {
        let of_type = self
            .resources
            .iter()
            .filter(|((kind, _), _)| *kind == type_url);
        of_type
            .map(|((_, name), raw)| (name.to_string(), raw.version.to_string()))
            .collect()
    }
}

// === impl Store ===

impl Store {
    /// The files in this directory, which is made if it is not there.
    ///
    /// # Errors
    /// If the directory cannot be made.
    pub fn open(dir: PathBuf, gateway: GatewayName, key: Option<SealKey>) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&dir)?;
        Ok(Store { dir, gateway, key })
    }

    /// What `activation` remembers with, and the task that writes it.
    pub(crate) fn memory(&self) -> (Memory, impl Future<Output = ()> + Send + 'static) {
        let (out, changes) = watch::channel(None);
        let memory = Memory::new(self.key.is_some(), out);
        (memory, self.clone().keep(changes))
    }

    /// Writes what is remembered, for as long as somebody remembers.
    async fn keep(self, mut changes: watch::Receiver<Option<Arc<Remembered>>>) {
        let mut has_failed = false;
        let mut pause = SHORTEST_PAUSE;
        while changes.changed().await.is_ok() {
            let Some(remembered) = changes.borrow_and_update().clone() else {
                continue;
            };
            let store = self.clone();
            let written = tokio::task::spawn_blocking(move || store.write(&remembered)).await;
            match written {
                Ok(Ok(())) => has_failed = false,
                Ok(Err(error)) if !has_failed => {
                    has_failed = true;
                    tracing::warn!(dir = %self.dir.display(), %error, "the last good configuration cannot be written; a start without a control plane would serve an older one");
                }
                Ok(Err(_)) | Err(_) => {}
            }
            tokio::time::sleep(pause).await;
            pause = next_pause(pause, changes.has_changed().unwrap_or_default());
        }
    }

    fn write(&self, remembered: &Remembered) -> io::Result<()> {
        let contents = file::encode(remembered, &self.gateway, self.key.as_ref())?;
        file::write(&self.dir, FILE, &contents)
    }

    /// Reads what was written; `None` if there is nothing, or nothing that can be trusted.
    pub(crate) fn read(&self) -> Option<Remembered> {
        let path = self.dir.join(FILE);
        let read = file::read(&path).and_then(|contents| match contents {
            Some(contents) => self.check(&contents).map(Some),
            None => Ok(None),
        });
        match read {
            Ok(remembered) => remembered,
            Err(refused) => {
                self.put_aside(&refused.to_string());
                None
            }
        }
    }

    fn check(&self, contents: &Contents) -> Result<Remembered, Refused> {
        file::decode(contents, &self.gateway, self.key.as_ref())
    }

    /// The file is not trusted, and must not be read at the next start either.
    pub(crate) fn put_aside(&self, reason: &str) {
        let (path, aside) = (self.dir.join(FILE), self.dir.join(ASIDE));
        let moved = std::fs::rename(&path, &aside);
        tracing::warn!(file = %path.display(), reason, moved_to = %aside.display(), is_moved = moved.is_ok(), "the last good configuration on disk is not used");
    }
}

#[cfg(test)]
mod tests;
