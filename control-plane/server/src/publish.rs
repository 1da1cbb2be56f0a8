//! What every Gateway's streams should hold, one watched slot per Gateway.
//!
//! Owns the slots; `pipeline` is the only writer. A slot keeps the newest publication only: a slow stream sees fewer
//! of them, never a queue. Must not compute anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_translate::{GatewayKey, Profile};
use tokio::sync::watch;
use xds::snapshot::Snapshot;

/// The resources of one Gateway in both profiles, each with its commit id.
#[derive(Clone, Debug)]
pub struct Published {
    /// For our proxies, with the Commit.
    pub tidegate: Snapshot,
    /// For Envoy and other xDS clients; without a commit id until one asks for it.
    pub envoy: Snapshot,
}

/// A stream's view of its Gateway; `None` while the Gateway does not exist.
pub type Slot = watch::Receiver<Option<Arc<Published>>>;

/// All slots.
#[derive(Debug, Default)]
pub struct Publisher {
    slots: BTreeMap<GatewayKey, watch::Sender<Option<Arc<Published>>>>,
}

// === impl Published ===

impl Published {
    /// The resources that a client of this profile gets.
    pub fn of(&self, profile: Profile) -> &Snapshot {
        match profile {
            Profile::Tidegate => &self.tidegate,
            Profile::Envoy => &self.envoy,
        }
    }

    /// The resources that a client of this profile is sent; `None` while they are still to be made.
    pub fn sent(&self, profile: Profile) -> Option<&Snapshot> {
        Some(self.of(profile)).filter(|snapshot| snapshot.commit_id().is_some())
    }
}

// === impl Publisher ===

impl Publisher {
    /// The slot of a Gateway, which may not exist yet.
    pub fn watch(&mut self, gateway: &GatewayKey) -> Slot {
        self.slots
            .entry(gateway.clone())
            .or_insert_with(|| watch::Sender::new(None))
            .subscribe()
    }

    /// What is published for a Gateway now.
    pub fn current(&self, gateway: &GatewayKey) -> Option<Arc<Published>> {
        self.slots
            .get(gateway)
            .and_then(|slot| slot.borrow().clone())
    }

    /// Publishes to every stream of the Gateway.
    pub fn publish(&mut self, gateway: &GatewayKey, published: Arc<Published>) {
        self.slots
            .entry(gateway.clone())
            .or_insert_with(|| watch::Sender::new(None))
            .send_replace(Some(published));
    }

    /// Forgets Gateways that are gone and that no stream watches. Streams that are left keep what they hold: the
    /// infrastructure ends their proxies.
    pub fn retain(&mut self, exists: impl Fn(&GatewayKey) -> bool) {
        self.slots.retain(|gateway, slot| {
            if exists(gateway) {
                return true;
            }
            slot.send_replace(None);
            slot.receiver_count() > 0
        });
    }
}
