//! What lives in the cluster of what was generated.
//!
//! Owns the watches on children, by label, and what must be done so that they are as rendered. Must not write. What
//! the server counts (managedFields) is not remembered.

use std::collections::{BTreeMap, BTreeSet};

use cp_deploy::exposure::{Reachability, addresses};
use cp_deploy::{Child, MANAGED_BY, MANAGER, Object};
use cp_translate::GatewayKey;
use futures::stream::{BoxStream, StreamExt};
use k8s_openapi::api::core::v1::Service;
use kube::core::{ApiResource, DynamicObject};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use serde_json::Value;

use super::Rendered;

/// Where a child is.
pub(super) type ChildKey = (Child, String, String);

/// What a watch told.
pub(super) enum ChildEvent {
    /// A list begins.
    Started(Child),
    /// An object of the list.
    Listed(Child, Box<DynamicObject>),
    /// The list is whole.
    Complete(Child),
    /// An object came or changed.
    Applied(Child, Box<DynamicObject>),
    /// An object went.
    Deleted(Child, Box<DynamicObject>),
}

/// A child that lives.
#[derive(Debug)]
struct Living {
    value: Value,
    uid: String,
    /// Gateway and its uid, from the owner reference that controls it.
    owner: Option<(GatewayKey, String)>,
}

/// Every child that lives.
#[derive(Debug, Default)]
pub(super) struct Children {
    living: BTreeMap<ChildKey, Living>,
    /// Keys by Gateway, so that one edit looks at one fleet.
    of: BTreeMap<GatewayKey, BTreeSet<ChildKey>>,
    /// Keys of lists that are under way.
    listing: BTreeMap<Child, BTreeSet<ChildKey>>,
    listed: BTreeSet<Child>,
}

/// What has to be done for a fleet.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// To be applied; whether it lives already.
    pub(super) apply: Vec<(Object, bool)>,
    /// To be deleted, with their uids.
    pub(super) prune: Vec<(ChildKey, String)>,
    /// Names that somebody else has.
    pub(super) taken: Vec<ChildKey>,
}

/// The resource of a kind of child.
pub(super) fn resource(child: Child) -> ApiResource {
    let api_version = match child.group() {
        "" => child.version().to_owned(),
        group => format!("{group}/{}", child.version()),
    };
    ApiResource {
        group: child.group().to_owned(),
        version: child.version().to_owned(),
        api_version,
        kind: child.as_str().to_owned(),
        plural: child.plural().to_owned(),
    }
}

/// Watches a kind of child. Failures are tried again by themselves, and end in a new list.
pub(super) fn watch(client: Client, child: Child) -> BoxStream<'static, ChildEvent> {
    let api: Api<DynamicObject> = Api::all_with(client, &resource(child));
    let config = watcher::Config::default().labels(&format!("{MANAGED_BY}={MANAGER}"));
    watcher(api, config)
        .default_backoff()
        .filter_map(move |event| async move {
            match event {
                Ok(watcher::Event::Init) => Some(ChildEvent::Started(child)),
                Ok(watcher::Event::InitApply(object)) => {
                    Some(ChildEvent::Listed(child, Box::new(object)))
                }
                Ok(watcher::Event::InitDone) => Some(ChildEvent::Complete(child)),
                Ok(watcher::Event::Apply(object)) => {
                    Some(ChildEvent::Applied(child, Box::new(object)))
                }
                Ok(watcher::Event::Delete(object)) => {
                    Some(ChildEvent::Deleted(child, Box::new(object)))
                }
                Err(error) => {
                    tracing::debug!(kind = child.as_str(), %error, "children cannot be watched");
                    None
                }
            }
        })
        .boxed()
}

fn key(child: Child, object: &DynamicObject) -> ChildKey {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    (
        child,
        text(&object.metadata.namespace),
        text(&object.metadata.name),
    )
}

// === impl Plan ===

impl Plan {
    pub(super) fn is_empty(&self) -> bool {
        self.apply.is_empty() && self.prune.is_empty() && self.taken.is_empty()
    }
}

// === impl Children ===

impl Children {
    /// Whether every kind has been listed once: before that, nothing is known to be missing.
    pub(super) fn are_listed(&self) -> bool {
        self.listed.len() == Child::ALL.len()
    }

    /// Takes an event in; the Gateways whose fleets it touches.
    pub(super) fn fold(&mut self, event: ChildEvent) -> Vec<GatewayKey> {
        match event {
            ChildEvent::Started(child) => {
                self.listing.insert(child, BTreeSet::new());
                Vec::new()
            }
            ChildEvent::Listed(child, object) => {
                if let Some(listing) = self.listing.get_mut(&child) {
                    listing.insert(key(child, &object));
                }
                self.put(child, *object)
            }
            ChildEvent::Applied(child, object) => self.put(child, *object),
            ChildEvent::Deleted(child, object) => {
                self.remove(&key(child, &object)).into_iter().collect()
            }
            ChildEvent::Complete(child) => {
                self.listed.insert(child);
                let seen = self.listing.remove(&child).unwrap_or_default();
                let gone: Vec<ChildKey> = self
                    .living
                    .keys()
                    .filter(|key| key.0 == child && !seen.contains(*key))
                    .cloned()
                    .collect();
                gone.iter().filter_map(|key| self.remove(key)).collect()
            }
        }
    }

    fn put(&mut self, child: Child, mut object: DynamicObject) -> Vec<GatewayKey> {
        let key = key(child, &object);
        let before = self.remove(&key);
        object.metadata.managed_fields = None;
        let owners = object
            .metadata
            .owner_references
            .as_deref()
            .unwrap_or_default();
        let owner = owners
            .iter()
            .find(|owner| owner.controller == Some(true) && owner.kind == "Gateway")
            .map(|owner| {
                (
                    GatewayKey::new(key.1.clone(), owner.name.clone()),
                    owner.uid.clone(),
                )
            });
        let after = owner.as_ref().map(|(gateway, _)| gateway.clone());
        if let Some(gateway) = &after {
            self.of
                .entry(gateway.clone())
                .or_default()
                .insert(key.clone());
        }
        let living = Living {
            uid: object.metadata.uid.clone().unwrap_or_default(),
            value: serde_json::to_value(&object).unwrap_or_default(),
            owner,
        };
        self.living.insert(key, living);
        let mut touched: Vec<GatewayKey> = before.into_iter().chain(after).collect();
        touched.dedup();
        touched
    }

    fn remove(&mut self, key: &ChildKey) -> Option<GatewayKey> {
        let (gateway, _) = self.living.remove(key)?.owner?;
        if let Some(keys) = self.of.get_mut(&gateway) {
            keys.remove(key);
            if keys.is_empty() {
                self.of.remove(&gateway);
            }
        }
        Some(gateway)
    }

    /// What has to be done so that the fleet is as rendered.
    pub(super) fn plan(
        &self,
        gateway: &GatewayKey,
        rendered: &Rendered,
        objects: &[Object],
    ) -> Plan {
        let mut plan = Plan::default();
        let mut kept = BTreeSet::new();
        for object in objects {
            let key = (object.kind, object.namespace.clone(), object.name.clone());
            match self.living.get(&key) {
                None => plan.apply.push((object.clone(), false)),
                Some(living) if !living.belongs_to(gateway, &rendered.uid) => {
                    plan.taken.push(key.clone())
                }
                Some(living) if !object.is_held_by(&living.value) => {
                    plan.apply.push((object.clone(), true))
                }
                Some(_) => {}
            }
            kept.insert(key);
        }
        for key in self.of.get(gateway).into_iter().flatten() {
            let ours = self
                .living
                .get(key)
                .filter(|living| living.belongs_to(gateway, &rendered.uid));
            if let Some(living) = ours.filter(|_| !kept.contains(key)) {
                plan.prune.push((key.clone(), living.uid.clone()));
            }
        }
        plan
    }

    /// Where the fleet can be reached.
    pub(super) fn reachability(&self, gateway: &GatewayKey, rendered: &Rendered) -> Reachability {
        let mut keys = self.of.get(gateway).into_iter().flatten();
        let service = keys
            .find(|(kind, _, _)| *kind == Child::Service)
            .and_then(|key| self.living.get(key))
            .and_then(|living| serde_json::from_value::<Service>(living.value.clone()).ok());
        addresses(
            &rendered.exposure,
            &rendered.addresses,
            service.as_ref(),
            &[],
        )
    }
}

// === impl Living ===

impl Living {
    fn belongs_to(&self, gateway: &GatewayKey, uid: &str) -> bool {
        let owner = self.owner.as_ref();
        owner.is_some_and(|(key, owner)| key == gateway && owner == uid)
    }
}

#[cfg(test)]
mod tests;
