//! What the API server says: local copies of the kinds that a node needs, and how to write back.
//!
//! Must not know what Pods do. Invariant: every change of a copy moves a counter, after the copy is
//! up to date, so whoever waits for it finds the new state.

use std::fmt::Debug;
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, ObjectReference, Pod, Secret, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::runtime::reflector::{ObjectRef, Store, store::Writer};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::env::Sources;

/// Copies of all objects of the watched kinds.
#[derive(Clone)]
pub(crate) struct Cluster {
    pub(crate) client: Client,
    pub(crate) pods: Store<Pod>,
    pub(crate) services: Store<Service>,
    pub(crate) slices: Store<EndpointSlice>,
    secrets: Store<Secret>,
    config_maps: Store<ConfigMap>,
    changes: Arc<watch::Sender<u64>>,
    config_changes: Arc<watch::Sender<u64>>,
    recorder: Recorder,
}

impl Cluster {
    /// Starts watching; returns once every kind has been listed.
    pub(crate) async fn open(client: Client, node: &str, tasks: &TaskTracker) -> Result<Self> {
        let changes = Arc::new(watch::Sender::new(0));
        let config_changes = Arc::new(watch::Sender::new(0));
        let reporter = Reporter {
            controller: "lab-node".into(),
            instance: Some(node.into()),
        };
        let cluster = Self {
            pods: follow(&client, tasks, &changes),
            services: follow(&client, tasks, &changes),
            slices: follow(&client, tasks, &changes),
            secrets: follow(&client, tasks, &config_changes),
            config_maps: follow(&client, tasks, &config_changes),
            recorder: Recorder::new(client.clone(), reporter),
            changes,
            config_changes,
            client,
        };
        cluster.pods.wait_until_ready().await.context("Pods")?;
        cluster
            .services
            .wait_until_ready()
            .await
            .context("Services")?;
        cluster
            .slices
            .wait_until_ready()
            .await
            .context("EndpointSlices")?;
        cluster
            .secrets
            .wait_until_ready()
            .await
            .context("Secrets")?;
        cluster
            .config_maps
            .wait_until_ready()
            .await
            .context("ConfigMaps")?;
        Ok(cluster)
    }

    /// Moves whenever a Pod, a Service or an EndpointSlice changed.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Lets whoever follows changes look again.
    pub(crate) fn nudge(&self) {
        self.changes.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Moves whenever a Secret or a ConfigMap changed.
    pub(crate) fn config_changes(&self) -> watch::Receiver<u64> {
        self.config_changes.subscribe()
    }

    /// Tells people what happened to an object. Never fails: an Event is a courtesy.
    pub(crate) async fn tell(
        &self,
        about: &ObjectReference,
        type_: EventType,
        reason: &str,
        note: String,
    ) {
        let event = Event {
            type_,
            reason: reason.into(),
            note: Some(note.chars().take(1000).collect()),
            action: reason.into(),
            secondary: None,
        };
        if let Err(error) = self.recorder.publish(&event, about).await {
            tracing::debug!(%error, reason, "an Event was not taken");
        }
    }
}

impl Sources for Cluster {
    fn secret(&self, namespace: &str, name: &str) -> Option<Arc<Secret>> {
        self.secrets.get(&ObjectRef::new(name).within(namespace))
    }

    fn config_map(&self, namespace: &str, name: &str) -> Option<Arc<ConfigMap>> {
        self.config_maps
            .get(&ObjectRef::new(name).within(namespace))
    }
}

fn follow<K>(client: &Client, tasks: &TaskTracker, changes: &Arc<watch::Sender<u64>>) -> Store<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let mut writer = Writer::<K>::default();
    let store = writer.as_reader();
    let changes = changes.clone();
    let config = watcher::Config::default().any_semantic();
    let events = watcher(Api::<K>::all(client.clone()), config).default_backoff();
    tasks.spawn(async move {
        let mut events = std::pin::pin!(events);
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => {
                    writer.apply_watcher_event(&event);
                    let partial =
                        matches!(event, watcher::Event::Init | watcher::Event::InitApply(_));
                    if !partial {
                        changes.send_modify(|n| *n = n.wrapping_add(1));
                    }
                }
                Err(error) => tracing::warn!(kind = %K::kind(&()), %error, "a watch broke off"),
            }
        }
    });
    store
}
