//! What is known about a running Pod, shared by whoever runs it, asks about it or disturbs it.
//!
//! Must not know the API server. Invariant: every change wakes the Pod's own task, which alone
//! writes status.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use k8s_openapi::jiff::Timestamp;
use tokio::sync::Notify;

use crate::logs::ContainerLog;

/// A container's state, as in its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Waiting { reason: String, message: String },
    Running { since: Timestamp },
    Terminated(End),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) code: i32,
    pub(crate) signal: Option<i32>,
    pub(crate) started: Timestamp,
    pub(crate) finished: Timestamp,
}

/// One container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContainerView {
    pub(crate) state: State,
    pub(crate) last: Option<End>,
    pub(crate) restarts: u32,
    pub(crate) started: bool,
    pub(crate) ready: bool,
    pub(crate) pid: Option<i32>,
}

/// A Pod as a whole.
#[derive(Debug)]
pub(crate) struct PodView {
    /// `namespace/name`
    pub(crate) key: String,
    pub(crate) uid: String,
    containers: Mutex<BTreeMap<String, ContainerView>>,
    logs: BTreeMap<String, Arc<ContainerLog>>,
    address: Mutex<Option<Ipv4Addr>>,
    changed: Notify,
}

// === impl State ===

impl State {
    pub(crate) fn waiting(reason: &str, message: impl Into<String>) -> Self {
        Self::Waiting {
            reason: reason.to_owned(),
            message: message.into(),
        }
    }

    pub(crate) fn end(&self) -> Option<&End> {
        match self {
            Self::Terminated(end) => Some(end),
            Self::Waiting { .. } | Self::Running { .. } => None,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

// === impl ContainerView ===

impl Default for ContainerView {
    fn default() -> Self {
        Self {
            state: State::waiting("PodInitializing", ""),
            last: None,
            restarts: 0,
            started: false,
            ready: false,
            pid: None,
        }
    }
}

// === impl PodView ===

impl PodView {
    pub(crate) fn new(key: String, uid: String, logs: BTreeMap<String, Arc<ContainerLog>>) -> Self {
        let containers = logs
            .keys()
            .map(|name| (name.clone(), ContainerView::default()));
        Self {
            key,
            uid,
            containers: Mutex::new(containers.collect()),
            logs,
            address: Mutex::new(None),
            changed: Notify::new(),
        }
    }

    pub(crate) fn containers(&self) -> BTreeMap<String, ContainerView> {
        self.lock().clone()
    }

    pub(crate) fn container(&self, name: &str) -> Option<ContainerView> {
        self.lock().get(name).cloned()
    }

    pub(crate) fn update(&self, container: &str, change: impl FnOnce(&mut ContainerView)) {
        if let Some(view) = self.lock().get_mut(container) {
            change(view);
        }
        self.changed.notify_one();
    }

    pub(crate) fn log(&self, container: &str) -> Option<&Arc<ContainerLog>> {
        self.logs.get(container)
    }

    pub(crate) fn address(&self) -> Option<Ipv4Addr> {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_address(&self, address: Ipv4Addr) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
        self.changed.notify_one();
    }

    /// Returns after something changed. For the Pod's own task.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, ContainerView>> {
        self.containers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
