//! The immutable set of everything a translation depends on.
//!
//! Owns one persistent map per kind, the index of EndpointSlices by Service, and what proxies said. Must not
//! interpret objects. `with` shares all untouched structure and returns the same set if nothing changed.
//! uid and generation are filled in here where the source has none: equal content never raises a generation.

use std::sync::Arc;

use cp_api::backend::AgentgatewayBackend;
use cp_api::config_map::ConfigMap;
use cp_api::endpoint_slice::EndpointSlice;
use cp_api::fleet_pin::FleetPin;
use cp_api::gateway::Gateway;
use cp_api::gateway_class::GatewayClass;
use cp_api::http_route::HttpRoute;
use cp_api::key::Kind;
use cp_api::model::AgentgatewayModel;
use cp_api::namespace::Namespace;
use cp_api::object::Resource;
use cp_api::parameters::AgentgatewayParameters;
use cp_api::policy::AgentgatewayPolicy;
use cp_api::price_catalog::PriceCatalog;
use cp_api::reference_grant::ReferenceGrant;
use cp_api::secret::Secret;
use cp_api::service::Service;
use cp_api::tidegate_policy::TidegatePolicy;
use cp_api::{Metadata, Object, ObjectKey};
use imbl::{OrdMap, OrdSet};
use proto::tidegate::v1 as tidegate;
use proto::type_url::TypeUrl;
use xds::resource::Version;
use xds::snapshot::Snapshot;

use crate::change::{Change, Content, Origin, Profile, Rejection};
use crate::outline::Outline;
use crate::output::GatewayKey;

/// Rejections that are kept per Gateway and profile.
const MAX_REJECTIONS: usize = 1_024;

/// (namespace, name).
pub(crate) type Name = (String, String);

/// (type, name, version).
pub(crate) type RefusedKey = (TypeUrl, String, String);

/// Everything a translation depends on. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Inputs(Arc<Tables>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) classes: OrdMap<Name, Stored<GatewayClass>>,
    pub(crate) gateways: OrdMap<Name, Stored<Gateway>>,
    pub(crate) http_routes: OrdMap<Name, Stored<HttpRoute>>,
    pub(crate) grants: OrdMap<Name, Stored<ReferenceGrant>>,
    pub(crate) namespaces: OrdMap<Name, Stored<Namespace>>,
    pub(crate) services: OrdMap<Name, Stored<Service>>,
    pub(crate) secrets: OrdMap<Name, Stored<Secret>>,
    pub(crate) config_maps: OrdMap<Name, Stored<ConfigMap>>,
    pub(crate) slices: OrdMap<Name, Stored<EndpointSlice>>,
    pub(crate) backends: OrdMap<Name, Stored<AgentgatewayBackend>>,
    pub(crate) policies: OrdMap<Name, Stored<AgentgatewayPolicy>>,
    pub(crate) parameters: OrdMap<Name, Stored<AgentgatewayParameters>>,
    pub(crate) models: OrdMap<Name, Stored<AgentgatewayModel>>,
    pub(crate) tidegate_policies: OrdMap<Name, Stored<TidegatePolicy>>,
    pub(crate) fleet_pins: OrdMap<Name, Stored<FleetPin>>,
    pub(crate) price_catalogs: OrdMap<Name, Stored<PriceCatalog>>,
    pub(crate) slices_by_service: OrdMap<Name, OrdSet<String>>,
    pub(crate) invalid: OrdMap<ObjectKey, Invalid>,
    pub(crate) fleets: OrdMap<(GatewayKey, Profile), Fleet>,
}

/// An object with its identity in time and place.
#[derive(Debug)]
pub struct Stored<T> {
    /// The object.
    pub object: Arc<T>,
    /// Its provenance: uid, generation, file and line.
    pub source: Arc<tidegate::Source>,
}

/// An object that cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invalid {
    pub(crate) message: String,
    pub(crate) origin: Option<Origin>,
    pub(crate) outline: Outline,
}

/// What the proxies of a Gateway said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fleet {
    pub(crate) applied: Snapshot,
    pub(crate) rejections: OrdMap<RefusedKey, Rejection>,
    /// Of the rejections, those whose content is sent again.
    pub(crate) trials: OrdSet<RefusedKey>,
}

// === impl Inputs ===

impl Inputs {
    /// The inputs after a change. Shares all structure that the change does not touch; the result is
    /// [`Inputs::same`] as `self` if nothing changed.
    #[must_use]
    pub fn with(&self, change: Change) -> Inputs {
        let mut tables = Tables::clone(&self.0);
        if tables.apply(change) {
            Inputs(Arc::new(tables))
        } else {
            self.clone()
        }
    }

    /// The inputs after changes, in order.
    #[must_use]
    pub fn with_all(&self, changes: impl IntoIterator<Item = Change>) -> Inputs {
        let mut tables = Tables::clone(&self.0);
        let mut changed = false;
        for change in changes {
            changed |= tables.apply(change);
        }
        if changed {
            Inputs(Arc::new(tables))
        } else {
            self.clone()
        }
    }

    /// Whether both are one set: no change lies between them.
    pub fn same(&self, other: &Inputs) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        Kind::ALL
            .into_iter()
            .map(|kind| self.0.names(kind).len())
            .sum()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.0
    }
}

// === impl Stored ===

// Not derived, because that would ask for `T: Clone`.
impl<T> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Stored {
            object: Arc::clone(&self.object),
            source: Arc::clone(&self.source),
        }
    }
}

// === impl Tables ===

impl Tables {
    /// Applies a change; false if it changed nothing.
    fn apply(&mut self, change: Change) -> bool {
        match change {
            Change::Apply { object, origin } => self.put(*object, origin.as_ref()),
            Change::Delete(key) => self.delete(&key),
            Change::Invalid {
                key,
                message,
                origin,
                outline,
            } => {
                let invalid = Invalid {
                    message,
                    origin,
                    outline,
                };
                if self.invalid.get(&key) == Some(&invalid) {
                    return false;
                }
                self.invalid.insert(key, invalid);
                true
            }
            Change::Relist { kind, objects } => self.relist(kind, objects),
            Change::Rejected(rejection) => self.reject(rejection),
            Change::Retry(content) => self.retry(&content),
            Change::Accepted(content) => self.accept(&content),
            Change::Applied {
                gateway,
                profile,
                snapshot,
            } => {
                let fleet = self.fleets.entry((gateway, profile)).or_default();
                let is_new = fleet.applied.commit_id().is_none()
                    || fleet.applied.commit_id() != snapshot.commit_id();
                fleet.applied = snapshot;
                is_new
            }
        }
    }

    fn put(&mut self, object: Object, origin: Option<&Origin>) -> bool {
        let readable = self.invalid.remove(&object.key()).is_some();
        let changed = match object {
            Object::GatewayClass(object) => put(&mut self.classes, object, origin),
            Object::Gateway(object) => put(&mut self.gateways, *object, origin),
            Object::HttpRoute(object) => put(&mut self.http_routes, object, origin),
            Object::ReferenceGrant(object) => put(&mut self.grants, object, origin),
            Object::Namespace(object) => put(&mut self.namespaces, object, origin),
            Object::Service(object) => put(&mut self.services, object, origin),
            Object::Secret(object) => put(&mut self.secrets, object, origin),
            Object::ConfigMap(object) => put(&mut self.config_maps, object, origin),
            Object::AgentgatewayBackend(object) => put(&mut self.backends, *object, origin),
            Object::AgentgatewayPolicy(object) => put(&mut self.policies, *object, origin),
            Object::AgentgatewayParameters(object) => put(&mut self.parameters, *object, origin),
            Object::AgentgatewayModel(object) => put(&mut self.models, *object, origin),
            Object::TidegatePolicy(object) => put(&mut self.tidegate_policies, *object, origin),
            Object::FleetPin(object) => put(&mut self.fleet_pins, object, origin),
            Object::PriceCatalog(object) => put(&mut self.price_catalogs, object, origin),
            Object::EndpointSlice(object) => {
                let name = name_of(&object.metadata);
                let service = object.service().map(ToOwned::to_owned);
                let changed = put(&mut self.slices, object, origin);
                if changed {
                    self.unindex(&name);
                    self.index(&name, service);
                }
                changed
            }
        };
        changed || readable
    }

    fn delete(&mut self, key: &ObjectKey) -> bool {
        let unreadable = self.invalid.remove(key).is_some();
        let name = (key.namespace.clone(), key.name.clone());
        let existed = match key.known() {
            None => false,
            Some(Kind::GatewayClass) => self.classes.remove(&name).is_some(),
            Some(Kind::Gateway) => self.gateways.remove(&name).is_some(),
            Some(Kind::HttpRoute) => self.http_routes.remove(&name).is_some(),
            Some(Kind::ReferenceGrant) => self.grants.remove(&name).is_some(),
            Some(Kind::Namespace) => self.namespaces.remove(&name).is_some(),
            Some(Kind::Service) => self.services.remove(&name).is_some(),
            Some(Kind::Secret) => self.secrets.remove(&name).is_some(),
            Some(Kind::ConfigMap) => self.config_maps.remove(&name).is_some(),
            Some(Kind::AgentgatewayBackend) => self.backends.remove(&name).is_some(),
            Some(Kind::AgentgatewayPolicy) => self.policies.remove(&name).is_some(),
            Some(Kind::AgentgatewayParameters) => self.parameters.remove(&name).is_some(),
            Some(Kind::AgentgatewayModel) => self.models.remove(&name).is_some(),
            Some(Kind::TidegatePolicy) => self.tidegate_policies.remove(&name).is_some(),
            Some(Kind::FleetPin) => self.fleet_pins.remove(&name).is_some(),
            Some(Kind::PriceCatalog) => self.price_catalogs.remove(&name).is_some(),
            Some(Kind::EndpointSlice) => {
                self.unindex(&name);
                self.slices.remove(&name).is_some()
            }
        };
        existed || unreadable
    }

    fn relist(&mut self, kind: Kind, objects: Vec<(Box<Object>, Option<Origin>)>) -> bool {
        let mut gone: OrdSet<Name> = self.names(kind).into_iter().collect();
        let mut changed = false;
        for (object, origin) in objects {
            if object.kind() == kind {
                gone.remove(&name_of(object.metadata()));
                changed |= self.put(*object, origin.as_ref());
            }
        }
        for (namespace, name) in gone {
            changed |= self.delete(&ObjectKey::new(kind, namespace, name));
        }
        changed
    }

    fn reject(&mut self, rejection: Rejection) -> bool {
        let fleet = self.fleets.entry(fleet_of(&rejection.content)).or_default();
        let key = refused_key(&rejection.content);
        let was_on_trial = fleet.trials.remove(&key).is_some();
        if !was_on_trial && fleet.rejections.get(&key) == Some(&rejection) {
            return false;
        }
        fleet.rejections.insert(key, rejection);
        while fleet.rejections.len() > MAX_REJECTIONS {
            fleet.rejections = fleet.rejections.without_min().1;
        }
        true
    }

    fn retry(&mut self, content: &Content) -> bool {
        let key = refused_key(content);
        self.fleets
            .get_mut(&fleet_of(content))
            .filter(|fleet| fleet.rejections.contains_key(&key))
            .is_some_and(|fleet| fleet.trials.insert(key).is_none())
    }

    fn accept(&mut self, content: &Content) -> bool {
        let key = refused_key(content);
        self.fleets
            .get_mut(&fleet_of(content))
            .is_some_and(|fleet| {
                fleet.trials.remove(&key);
                fleet.rejections.remove(&key).is_some()
            })
    }

    pub(crate) fn names(&self, kind: Kind) -> Vec<Name> {
        match kind {
            Kind::GatewayClass => self.classes.keys().cloned().collect(),
            Kind::Gateway => self.gateways.keys().cloned().collect(),
            Kind::HttpRoute => self.http_routes.keys().cloned().collect(),
            Kind::ReferenceGrant => self.grants.keys().cloned().collect(),
            Kind::Namespace => self.namespaces.keys().cloned().collect(),
            Kind::Service => self.services.keys().cloned().collect(),
            Kind::Secret => self.secrets.keys().cloned().collect(),
            Kind::ConfigMap => self.config_maps.keys().cloned().collect(),
            Kind::EndpointSlice => self.slices.keys().cloned().collect(),
            Kind::AgentgatewayBackend => self.backends.keys().cloned().collect(),
            Kind::AgentgatewayPolicy => self.policies.keys().cloned().collect(),
            Kind::AgentgatewayParameters => self.parameters.keys().cloned().collect(),
            Kind::AgentgatewayModel => self.models.keys().cloned().collect(),
            Kind::TidegatePolicy => self.tidegate_policies.keys().cloned().collect(),
            Kind::FleetPin => self.fleet_pins.keys().cloned().collect(),
            Kind::PriceCatalog => self.price_catalogs.keys().cloned().collect(),
        }
    }

    fn index(&mut self, slice: &Name, service: Option<String>) {
        if let Some(service) = service {
            let of_service = (slice.0.clone(), service);
            self.slices_by_service
                .entry(of_service)
                .or_default()
                .insert(slice.1.clone());
        }
    }

    // A slice may change its label, so every Service of its namespace that lists it is looked at.
    fn unindex(&mut self, slice: &Name) {
        let from = (slice.0.clone(), String::new());
        let of_namespace: Vec<Name> = self
            .slices_by_service
            .range(from..)
            .take_while(|(service, _)| service.0 == slice.0)
            .filter(|(_, slices)| slices.contains(&slice.1))
            .map(|(service, _)| service.clone())
            .collect();
        for service in of_namespace {
            if let Some(slices) = self.slices_by_service.get_mut(&service) {
                slices.remove(&slice.1);
                if slices.is_empty() {
                    self.slices_by_service.remove(&service);
                }
            }
        }
    }
}

fn fleet_of(content: &Content) -> (GatewayKey, Profile) {
    (content.gateway.clone(), content.profile)
}

fn refused_key(content: &Content) -> RefusedKey {
    (
        content.type_url,
        content.name.clone(),
        content.version.clone(),
    )
}

fn name_of(metadata: &Metadata) -> Name {
    (metadata.namespace.clone(), metadata.name.clone())
}

/// Stores an object; false if an equal one from the same place is stored already.
fn put<T>(table: &mut OrdMap<Name, Stored<T>>, object: T, origin: Option<&Origin>) -> bool
where
    T: Resource + PartialEq,
{
    let name = name_of(object.metadata());
    let old = table.get(&name);
    let is_equal = old.is_some_and(|old| *old.object == object);
    let counted = match (old, is_equal) {
        (None, _) => 1,
        (Some(old), true) => old.source.generation,
        (Some(old), false) => old.source.generation + 1,
    };
    let source = source(&object, counted, origin);
    let object = match old {
        Some(old) if is_equal && *old.source == source => return false,
        Some(old) if is_equal => Arc::clone(&old.object),
        Some(_) | None => Arc::new(object),
    };
    table.insert(
        name,
        Stored {
            object,
            source: Arc::new(source),
        },
    );
    true
}

fn source<T: Resource>(object: &T, counted: i64, origin: Option<&Origin>) -> tidegate::Source {
    let metadata = object.metadata();
    let uid = if metadata.uid.is_empty() {
        derived_uid(T::KIND, metadata)
    } else {
        metadata.uid.clone()
    };
    tidegate::Source {
        group: T::KIND.group().to_owned(),
        kind: T::KIND.as_str().to_owned(),
        namespace: metadata.namespace.clone(),
        name: metadata.name.clone(),
        uid,
        generation: metadata.generation.unwrap_or(counted),
        rule: None,
        file: origin
            .map(|origin| origin.file.as_ref().to_owned())
            .unwrap_or_default(),
        line: origin.map_or(0, |origin| origin.line),
    }
}

/// A uid that follows from the identity, for sources that give none.
fn derived_uid(kind: Kind, metadata: &Metadata) -> String {
    let identity = format!(
        "{}/{}/{}/{}",
        kind.group(),
        kind.as_str(),
        metadata.namespace,
        metadata.name
    );
    let hex = Version::of(identity.as_bytes()).hex();
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

#[cfg(test)]
mod tests;
