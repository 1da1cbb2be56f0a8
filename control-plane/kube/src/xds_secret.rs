//! The Secret that the certificates of xDS come from, followed.
//!
//! Owns its making, where there is none, and the watch on it. Must not know what is in it (`material`). The invariants:
//! whoever creates it first wins, and everybody uses that; what cannot be used, or has gone, leaves the last good
//! certificate in place and is told once; every replica signs for itself, so no replica waits for another.

mod material;

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use futures::StreamExt;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::ResourceExt;
use kube::api::{Api, PostParams};
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use self::material::{Material, MaterialError};
use self::material::{Stored, authority};
use crate::Cluster;

/// Name of the Secret, in the control plane's namespace.
pub const NAME: &str = "tidegate-xds";
/// The Service that names the control plane in certificates, where no other name is given.
const SERVICE: &str = "tidegate-control-plane";
/// How long to wait after a failure that is not the watch's own.
const PAUSE: Duration = Duration::from_secs(2);

/// The Secret and what is made of it.
pub struct XdsSecret {
    api: Api<Secret>,
    /// Namespace and name, for people.
    place: String,
    /// Names that a certificate of ours has.
    names: Vec<String>,
    current: watch::Sender<Option<Material>>,
    stored: Option<Stored>,
    /// What was told last; the same again is not news.
    complaint: Option<String>,
}

// === impl XdsSecret ===

impl XdsSecret {
    /// Nothing read yet. `names` are those that proxies know the control plane by; the Service's in the namespace of our
    /// credentials, if there are none.
    pub fn new(cluster: &Cluster, names: &[String]) -> Self {
        let client = cluster.client.clone();
        let namespace = client.default_namespace().to_owned();
        XdsSecret {
            api: Api::namespaced(client, &namespace),
            place: format!("{namespace}/{NAME}"),
            names: names_in(&namespace, names),
            current: watch::Sender::new(None),
            stored: None,
            complaint: None,
        }
    }

    /// What is to be shown; nothing until the Secret was read or made.
    pub fn subscribe(&self) -> watch::Receiver<Option<Material>> {
        self.current.subscribe()
    }

    /// Follows the Secret until `shutdown`.
    pub async fn run(mut self, shutdown: CancellationToken) {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = self.follow() => {}
        }
    }

    async fn follow(&mut self) {
        loop {
            self.make_sure_it_is_there().await;
            let only = watcher::Config::default().fields(&format!("metadata.name={NAME}"));
            let changes = watcher(self.api.clone(), only).default_backoff();
            let mut changes = pin!(changes);
            loop {
                let change = tokio::select! {
                    change = changes.next() => change,
                    () = until(self.renewal()) => {
                        self.renew();
                        continue;
                    }
                };
                match change {
                    Some(Ok(watcher::Event::Apply(secret) | watcher::Event::InitApply(secret))) => {
                        self.take(&secret.data.unwrap_or_default());
                    }
                    Some(Ok(watcher::Event::Delete(_))) => {
                        self.complain(
                            "it was deleted; a new one is made, and proxies need its ca.crt",
                        );
                        break;
                    }
                    Some(Ok(watcher::Event::Init | watcher::Event::InitDone)) => {}
                    Some(Err(error)) => self.complain(&format!("it cannot be watched: {error}")),
                    None => break,
                }
            }
        }
    }

    /// Reads the Secret, or makes it. Two replicas may do so at once: the second learns of the first.
    async fn make_sure_it_is_there(&mut self) {
        loop {
            match self.read_or_make().await {
                Ok(secret) => return self.take(&secret.data.unwrap_or_default()),
                Err(error) => self.complain(&format!("it can neither be read nor made: {error}")),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn read_or_make(&self) -> Result<Secret, kube::Error> {
        if let Some(found) = self.api.get_opt(NAME).await? {
            return Ok(found);
        }
        let made = authority(SystemTime::now()).map_err(|error| {
            // Nothing that was read: our own making failed.
            kube::Error::Service(Box::new(error))
        })?;
        let secret = Secret {
            metadata: ObjectMeta {
                name: Some(NAME.to_owned()),
                labels: Some(BTreeMap::from([(
                    "app.kubernetes.io/managed-by".to_owned(),
                    "tidegate".to_owned(),
                )])),
                ..ObjectMeta::default()
            },
            type_: Some("Opaque".to_owned()),
            data: Some(made),
            ..Secret::default()
        };
        match self.api.create(&PostParams::default(), &secret).await {
            Ok(created) => {
                info!(
                    secret = self.place,
                    uid = created.uid(),
                    "made an authority for xDS; it lasts ten years"
                );
                Ok(created)
            }
            Err(kube::Error::Api(status)) if status.code == 409 => self.api.get(NAME).await,
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, data: &BTreeMap<String, ByteString>) {
        match Stored::read(data) {
            Ok(stored) if self.stored.as_ref() == Some(&stored) => {}
            Ok(stored) => {
                self.stored = Some(stored);
                self.renew();
            }
            Err(error) => self.complain(&format!("it cannot be used: {error}")),
        }
    }

    /// Signs or shows what is stored.
    fn renew(&mut self) {
        let Some(stored) = &self.stored else { return };
        match stored.material(&self.names, SystemTime::now()) {
            Ok(material) => {
                info!(
                    secret = self.place,
                    kind = stored.kind(),
                    "the certificate for xDS is shown from now on"
                );
                self.complaint = None;
                self.current.send_replace(Some(material));
            }
            Err(error) => self.complain(&format!("it cannot be used: {error}")),
        }
    }

    fn renewal(&self) -> Option<SystemTime> {
        self.current.borrow().as_ref()?.renew_at
    }

    fn complain(&mut self, words: &str) {
        if self.complaint.as_deref() != Some(words) {
            warn!(secret = self.place, "{words}");
            self.complaint = Some(words.to_owned());
        }
    }
}

/// The names that were given, or all of the Service's.
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

/// Waits until then; for ever, if there is no such time.
async fn until(time: Option<SystemTime>) {
    let Some(time) = time else {
        return std::future::pending().await;
    };
    let left = time.duration_since(SystemTime::now()).unwrap_or_default();
    // A failure to renew must not become a busy loop.
    tokio::time::sleep(left.max(PAUSE)).await;
}
