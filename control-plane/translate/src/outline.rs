//! What can be said of an object that cannot be read.
//!
//! Owns the few fields that tell which object it is and who has to answer for it. Must not judge anything: a field that is
//! not as it should be counts as absent. In a cluster with several controllers this decides that we do not speak about
//! what is another's.

use std::collections::BTreeSet;

use cp_api::key::Kind;
use cp_api::{ObjectKey, identify};
use serde_json::Value;

use crate::output::GatewayKey;

/// What can be said of an object that cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// uid; empty where the source has none.
    pub uid: String,
    /// Generation; 0 where the source does not count.
    pub generation: i64,
    /// Who has to answer for it.
    pub claim: Claim,
}

/// Who has to answer for an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// Whoever reads it.
    #[default]
    Open,
    /// The controller of this name.
    Controller(String),
    /// The controller of this GatewayClass.
    Class(String),
    /// The controllers of these Gateways.
    Parents(BTreeSet<GatewayKey>),
}

impl Outline {
    /// The outline of an object of a cluster.
    pub fn of(value: &Value) -> Outline {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let generation = value
            .pointer("/metadata/generation")
            .and_then(Value::as_i64);
        Outline {
            uid: text("/metadata/uid").unwrap_or_default().to_owned(),
            generation: generation.unwrap_or_default(),
            claim: identify(value).map_or(Claim::Open, |key| claim(&key, value)),
        }
    }
}

fn claim(key: &ObjectKey, value: &Value) -> Claim {
    let text = |pointer: &str| {
        let found = value.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    match key.known() {
        Some(Kind::GatewayClass) => Claim::Controller(text("/spec/controllerName")),
        Some(Kind::Gateway) => Claim::Class(text("/spec/gatewayClassName")),
        Some(Kind::HttpRoute) => Claim::Parents(parents(key, value)),
        Some(
            Kind::ReferenceGrant
            | Kind::Namespace
            | Kind::Service
            | Kind::Secret
            | Kind::ConfigMap
            | Kind::EndpointSlice
            | Kind::AgentgatewayBackend
            | Kind::AgentgatewayPolicy
            | Kind::AgentgatewayParameters
            | Kind::AgentgatewayModel
            | Kind::TidegatePolicy
            | Kind::FleetPin
            | Kind::PriceCatalog,
        )
        | None => Claim::Open,
    }
}

fn parents(key: &ObjectKey, value: &Value) -> BTreeSet<GatewayKey> {
    let refs = value.pointer("/spec/parentRefs").and_then(Value::as_array);
    refs.into_iter()
        .flatten()
        .filter(|parent| {
            let kind = parent.get("kind").and_then(Value::as_str);
            kind.is_none_or(|kind| kind == Kind::Gateway.as_str())
        })
        .filter_map(|parent| {
            let name = parent.get("name").and_then(Value::as_str)?;
            let namespace = parent.get("namespace").and_then(Value::as_str);
            Some(GatewayKey::new(namespace.unwrap_or(&key.namespace), name))
        })
        .collect()
}
