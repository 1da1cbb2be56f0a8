//! One object of any accepted kind, and the decoding that every source shares.
//!
//! Owns the closed enum of kinds and the walk from a JSON value to a checked object. Must not read files or
//! YAML: spans are the source's business. An object that leaves `decode` is within its schema's bounds;
//! a kind that is added without its `check` breaks that promise.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::backend::AgentgatewayBackend;
use crate::check::Check;
use crate::config_map::ConfigMap;
use crate::effect::{self, Effects};
use crate::endpoint_slice::EndpointSlice;
use crate::error::{DecodeError, FieldError};
use crate::fleet_pin::FleetPin;
use crate::gateway::Gateway;
use crate::gateway_class::GatewayClass;
use crate::http_route::HttpRoute;
use crate::key::{Kind, ObjectKey};
use crate::metadata::Metadata;
use crate::model::AgentgatewayModel;
use crate::namespace::Namespace;
use crate::parameters::AgentgatewayParameters;
use crate::policy::AgentgatewayPolicy;
use crate::price_catalog::PriceCatalog;
use crate::reference_grant::ReferenceGrant;
use crate::schema::crd;
use crate::secret::Secret;
use crate::service::Service;
use crate::tidegate_policy::TidegatePolicy;

/// An object of an accepted kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// GatewayClass.
    GatewayClass(GatewayClass),
    /// Gateway.
    Gateway(Box<Gateway>),
    /// HTTPRoute.
    HttpRoute(HttpRoute),
    /// ReferenceGrant.
    ReferenceGrant(ReferenceGrant),
    /// Namespace.
    Namespace(Namespace),
    /// Service.
    Service(Service),
    /// Secret.
    Secret(Secret),
    /// ConfigMap.
    ConfigMap(ConfigMap),
    /// EndpointSlice.
    EndpointSlice(EndpointSlice),
    /// AgentgatewayBackend.
    AgentgatewayBackend(Box<AgentgatewayBackend>),
    /// AgentgatewayPolicy.
    AgentgatewayPolicy(Box<AgentgatewayPolicy>),
    /// AgentgatewayParameters.
    AgentgatewayParameters(Box<AgentgatewayParameters>),
    /// AgentgatewayModel.
    AgentgatewayModel(Box<AgentgatewayModel>),
    /// TidegatePolicy.
    TidegatePolicy(Box<TidegatePolicy>),
    /// FleetPin.
    FleetPin(FleetPin),
    /// PriceCatalog.
    PriceCatalog(PriceCatalog),
}

/// What every kind of object has.
pub trait Resource: DeserializeOwned {
    /// Its kind.
    const KIND: Kind;

    /// `metadata`.
    fn metadata(&self) -> &Metadata;

    /// `metadata`, to fill defaults in.
    fn metadata_mut(&mut self) -> &mut Metadata;

    /// Records every breach that no schema states.
    fn check(&self, check: &mut Check);

    /// Keeps what of it is in effect; for kinds of which that can be said.
    fn note_effects(&mut self, _effects: Effects) {}
}

/// Declares `Resource::metadata` for a type whose field has that name.
macro_rules! resource_metadata {
    () => {
        fn metadata(&self) -> &crate::metadata::Metadata {
            &self.metadata
        }

        fn metadata_mut(&mut self) -> &mut crate::metadata::Metadata {
            &mut self.metadata
        }
    };
}
pub(crate) use resource_metadata;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Head {
    api_version: String,
    kind: String,
    metadata: HeadMetadata,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HeadMetadata {
    name: String,
    namespace: String,
}

/// Decodes and checks an object.
pub fn decode(value: Value) -> Result<Object, DecodeError> {
    let key = identify(&value)?;
    let head = head(&value)?;
    let version = head.api_version.rsplit('/').next().unwrap_or_default();
    let known = key
        .known()
        .filter(|kind| kind.versions().contains(&version));
    let Some(kind) = known else {
        return Err(DecodeError::UnknownKind {
            api_version: head.api_version,
            kind: head.kind,
        });
    };
    match kind {
        Kind::GatewayClass => typed(value).map(Object::GatewayClass),
        Kind::Gateway => boxed(value).map(Object::Gateway),
        Kind::HttpRoute => typed(value).map(Object::HttpRoute),
        Kind::ReferenceGrant => typed(value).map(Object::ReferenceGrant),
        Kind::Namespace => typed(value).map(Object::Namespace),
        Kind::Service => typed(value).map(Object::Service),
        Kind::Secret => typed(value).map(Object::Secret),
        Kind::ConfigMap => typed(value).map(Object::ConfigMap),
        Kind::EndpointSlice => typed(value).map(Object::EndpointSlice),
        Kind::AgentgatewayBackend => boxed(value).map(Object::AgentgatewayBackend),
        Kind::AgentgatewayPolicy => boxed(value).map(Object::AgentgatewayPolicy),
        Kind::AgentgatewayParameters => boxed(value).map(Object::AgentgatewayParameters),
        Kind::AgentgatewayModel => boxed(value).map(Object::AgentgatewayModel),
        Kind::TidegatePolicy => boxed(value).map(Object::TidegatePolicy),
        Kind::FleetPin => typed(value).map(Object::FleetPin),
        Kind::PriceCatalog => typed(value).map(Object::PriceCatalog),
    }
}

/// The key of an object, known kind or not, without decoding the rest. A namespaced object without a
/// namespace is in `default`.
pub fn identify(value: &Value) -> Result<ObjectKey, DecodeError> {
    let head = head(value)?;
    let absent = |path: &str| DecodeError::NotAnObject(FieldError::new(path, "must be set"));
    if head.api_version.is_empty() {
        return Err(absent("apiVersion"));
    }
    if head.kind.is_empty() {
        return Err(absent("kind"));
    }
    if head.metadata.name.is_empty() {
        return Err(absent("metadata.name"));
    }
    let group = head
        .api_version
        .rsplit_once('/')
        .map_or("", |(group, _)| group);
    let kind = Kind::of(group, &head.kind);
    let namespace = match kind {
        Some(kind) if !kind.is_namespaced() => String::new(),
        Some(_) if head.metadata.namespace.is_empty() => "default".to_owned(),
        Some(_) | None => head.metadata.namespace,
    };
    Ok(ObjectKey {
        group: group.to_owned(),
        kind: head.kind,
        namespace,
        name: head.metadata.name,
    })
}

fn head(value: &Value) -> Result<Head, DecodeError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        DecodeError::NotAnObject(FieldError::new(
            error.path().to_string(),
            error.inner().to_string(),
        ))
    })
}

fn boxed<T: Resource>(value: Value) -> Result<Box<T>, DecodeError> {
    typed(value).map(Box::new)
}

fn typed<T: Resource>(value: Value) -> Result<T, DecodeError> {
    let mut object: T = match crd::judge(T::KIND) {
        Some(judge) => {
            let value = judge.accept(value).map_err(DecodeError::Fields)?;
            let effects = effect::of(T::KIND, judge.schema(), &value);
            let mut object: T = deserialize(&value)?;
            object.note_effects(effects);
            object
        }
        None => deserialize(&value)?,
    };
    let metadata = object.metadata_mut();
    if !T::KIND.is_namespaced() {
        metadata.namespace.clear();
    } else if metadata.namespace.is_empty() {
        "default".clone_into(&mut metadata.namespace);
    }
    let mut check = Check::default();
    check.field("metadata", |check| object.metadata().check(T::KIND, check));
    object.check(&mut check);
    let found = check.finish();
    if found.is_empty() {
        Ok(object)
    } else {
        Err(DecodeError::Fields(found))
    }
}

fn deserialize<T: Resource>(value: &Value) -> Result<T, DecodeError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        // Fields of these kinds may hold keys, and serde quotes what it found.
        let message = if T::KIND == Kind::Secret || crd::judge(T::KIND).is_some() {
            "has the wrong type or encoding".to_owned()
        } else {
            error.inner().to_string()
        };
        DecodeError::Fields(vec![FieldError::new(error.path().to_string(), message)])
    })
}

// === impl Object ===

impl Object {
    /// Kind.
    pub fn kind(&self) -> Kind {
        match self {
            Object::GatewayClass(_) => Kind::GatewayClass,
            Object::Gateway(_) => Kind::Gateway,
            Object::HttpRoute(_) => Kind::HttpRoute,
            Object::ReferenceGrant(_) => Kind::ReferenceGrant,
            Object::Namespace(_) => Kind::Namespace,
            Object::Service(_) => Kind::Service,
            Object::Secret(_) => Kind::Secret,
            Object::ConfigMap(_) => Kind::ConfigMap,
            Object::EndpointSlice(_) => Kind::EndpointSlice,
            Object::AgentgatewayBackend(_) => Kind::AgentgatewayBackend,
            Object::AgentgatewayPolicy(_) => Kind::AgentgatewayPolicy,
            Object::AgentgatewayParameters(_) => Kind::AgentgatewayParameters,
            Object::AgentgatewayModel(_) => Kind::AgentgatewayModel,
            Object::TidegatePolicy(_) => Kind::TidegatePolicy,
            Object::FleetPin(_) => Kind::FleetPin,
            Object::PriceCatalog(_) => Kind::PriceCatalog,
        }
    }

    /// `metadata`.
    pub fn metadata(&self) -> &Metadata {
        match self {
            Object::GatewayClass(object) => &object.metadata,
            Object::Gateway(object) => &object.metadata,
            Object::HttpRoute(object) => &object.metadata,
            Object::ReferenceGrant(object) => &object.metadata,
            Object::Namespace(object) => &object.metadata,
            Object::Service(object) => &object.metadata,
            Object::Secret(object) => &object.metadata,
            Object::ConfigMap(object) => &object.metadata,
            Object::EndpointSlice(object) => &object.metadata,
            Object::AgentgatewayBackend(object) => &object.metadata,
            Object::AgentgatewayPolicy(object) => &object.metadata,
            Object::AgentgatewayParameters(object) => &object.metadata,
            Object::AgentgatewayModel(object) => &object.metadata,
            Object::TidegatePolicy(object) => &object.metadata,
            Object::FleetPin(object) => &object.metadata,
            Object::PriceCatalog(object) => &object.metadata,
        }
    }

    /// Identity.
    pub fn key(&self) -> ObjectKey {
        let metadata = self.metadata();
        ObjectKey::new(
            self.kind(),
            metadata.namespace.clone(),
            metadata.name.clone(),
        )
    }
}

#[cfg(test)]
mod tests;
