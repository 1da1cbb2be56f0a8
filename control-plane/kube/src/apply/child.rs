//! What lives in the cluster of what was generated.
//!
//! Owns the watches on children, by label, and what must be done so that they are as rendered. Must not write. What
//! the server counts (managedFields) is not remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cp_deploy::exposure::{Node, Reachability, addresses};
use cp_deploy::{Child, MANAGED_BY, MANAGER, Object};
use cp_translate::GatewayKey;
use futures::stream::{BoxStream, StreamExt};
use k8s_openapi::api::core::v1::Service;
use kube::core::{ApiResource, DynamicObject};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use serde_json::Value;

use super::Rendered;
use crate::failure::Failure;

/// Where a child is.
pub(super) type ChildKey = (Child, String, String);

/// What one watch covers: a kind, and the only namespace in which it is looked for.
pub(super) type Watched = (Child, Option<Arc<str>>);

/// What a watch told.
pub(super) struct ChildEvent {
    pub(super) watched: Watched,
    pub(super) tells: Tells,
}

/// What there is to tell.
pub(super) enum Tells {
    /// A list begins.
    Started,
    /// An object of the list.
    Listed(Box<DynamicObject>),
    /// The list is whole.
    Complete,
    /// An object came or changed.
    Applied(Box<DynamicObject>),
    /// An object went.
    Deleted(Box<DynamicObject>),
    /// It broke, and begins anew by itself.
    Failed(String),
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
    /// What has to be listed before anything is known to be absent.
    watched: BTreeSet<Watched>,
    /// Keys of lists that are under way.
    listing: BTreeMap<Watched, BTreeSet<ChildKey>>,
    listed: BTreeSet<Watched>,
    /// Why watches do not come about.
    broken: BTreeMap<Watched, String>,
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

/// Everything that is watched where these namespaces are read; all, where none is named.
pub(super) fn watched(namespaces: &[Option<Arc<str>>]) -> impl Iterator<Item = Watched> {
    Child::ALL
        .into_iter()
        .flat_map(move |child| namespaces.iter().map(move |place| (child, place.clone())))
}

/// Watches children. Failures are tried again by themselves, and end in a new list.
pub(super) fn watch(client: Client, watched: Watched) -> BoxStream<'static, ChildEvent> {
    let resource = resource(watched.0);
    let api: Api<DynamicObject> = match &watched.1 {
        None => Api::all_with(client, &resource),
        Some(namespace) => Api::namespaced_with(client, namespace, &resource),
    };
    let config = watcher::Config::default().labels(&format!("{MANAGED_BY}={MANAGER}"));
    watcher(api, config)
        .default_backoff()
        .map(move |event| ChildEvent {
            watched: watched.clone(),
            tells: match event {
                Ok(watcher::Event::Init) => Tells::Started,
                Ok(watcher::Event::InitApply(object)) => Tells::Listed(Box::new(object)),
                Ok(watcher::Event::InitDone) => Tells::Complete,
                Ok(watcher::Event::Apply(object)) => Tells::Applied(Box::new(object)),
                Ok(watcher::Event::Delete(object)) => Tells::Deleted(Box::new(object)),
                Err(error) => Tells::Failed(Failure::of_watch(&error).cause),
            },
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
    /// Nothing is known yet of what is watched.
    pub(super) fn new(watched: impl IntoIterator<Item = Watched>) -> Children {
        Children {
            watched: watched.into_iter().collect(),
            ..Children::default()
        }
    }

    /// Whether every kind was listed: only then is it known what is absent.
    pub(super) fn are_listed(&self) -> bool {
        self.watched.is_subset(&self.listed)
    }

    /// Why it is not known what lives.
    pub(super) fn obstacle(&self) -> Option<String> {
        let mut missing = self.watched.difference(&self.listed);
        missing.find_map(|watched| {
            let cause = self.broken.get(watched)?;
            let place = watched.1.as_ref();
            let place = place.map(|namespace| format!(" of namespace {namespace}"));
            let (kind, place) = (watched.0.as_str(), place.unwrap_or_default());
            Some(format!(
                "what is deployed is not known, because {kind} objects{place} cannot be watched: {cause}"
            ))
        })
    }

    /// Takes an event in; the Gateways that it is about.
    pub(super) fn fold(&mut self, event: ChildEvent) -> Vec<GatewayKey> {
        let ChildEvent { watched, tells } = event;
        let child = watched.0;
        match tells {
            Tells::Started => {
                self.listing.insert(watched, BTreeSet::new());
                Vec::new()
            }
            Tells::Listed(object) => {
                if let Some(listing) = self.listing.get_mut(&watched) {
                    listing.insert(key(child, &object));
                }
                self.put(child, *object)
            }
            Tells::Applied(object) => self.put(child, *object),
            Tells::Deleted(object) => self.remove(&key(child, &object)).into_iter().collect(),
            Tells::Failed(cause) => {
                self.broken.insert(watched, cause);
                Vec::new()
            }
            Tells::Complete => {
                self.broken.remove(&watched);
                let seen = self.listing.remove(&watched).unwrap_or_default();
                let is_here = |namespace: &str| {
                    let place = watched.1.as_deref();
                    place.is_none_or(|place| place == namespace)
                };
                let gone: Vec<ChildKey> = self
                    .living
                    .keys()
                    .filter(|key| key.0 == child && is_here(&key.1) && !seen.contains(*key))
                    .cloned()
                    .collect();
                self.listed.insert(watched);
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
    pub(super) fn reachability(
        &self,
        gateway: &GatewayKey,
        rendered: &Rendered,
        nodes: &[Node],
    ) -> Reachability {
        let mut keys = self.of.get(gateway).into_iter().flatten();
        let service = keys
            .find(|(kind, _, _)| *kind == Child::Service)
            .and_then(|key| self.living.get(key))
            .and_then(|living| serde_json::from_value::<Service>(living.value.clone()).ok());
        addresses(
            &rendered.exposure,
            &rendered.addresses,
            service.as_ref(),
            nodes,
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
