//! The mirror of model routers.
//!
//! Owns the words for ways to choose.

use dp_llm::model_name::{Routing, Visibility};
use proto::type_url::TypeUrl;
use serde::Serialize;

use super::version;
use crate::config::Config;
use crate::model_router::ModelRouter;

/// One model router.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelRouterDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// Models that providers have, in the order in which they are looked at.
    pub models: Vec<RoutedModelDump>,
    /// Names that lead to others.
    pub virtual_models: Vec<VirtualModelDump>,
}

/// A model that a provider has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoutedModelDump {
    /// Name or pattern.
    pub name: String,
    /// Only virtual models lead to it.
    pub is_internal: bool,
    /// AI backend that serves it.
    pub backend: String,
}

/// A name that leads to others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VirtualModelDump {
    /// Name.
    pub name: String,
    /// How: `weighted gpt-4o 3, gpt-4o-mini 1`, `failover model/default/safe`, `unavailable: ...`.
    pub routing: String,
}

impl ModelRouterDump {
    /// Mirrors a router.
    pub fn of(config: &Config, router: &ModelRouter) -> Self {
        let models = router.table.models().iter().map(|model| RoutedModelDump {
            name: model.name.to_string(),
            is_internal: model.visibility == Visibility::Internal,
            backend: model.backend.to_string(),
        });
        let named = router.table.virtual_models().iter();
        let virtual_models = named.map(|model| VirtualModelDump {
            name: model.name.clone(),
            routing: routing(&model.routing),
        });
        Self {
            name: router.name.to_string(),
            version: version(config, TypeUrl::ModelRouter, &router.name),
            models: models.collect(),
            virtual_models: virtual_models.collect(),
        }
    }
}

fn routing<T: std::fmt::Display>(routing: &Routing<T>) -> String {
    let list = |words: Vec<String>| words.join(", ");
    match routing {
        Routing::Weighted(targets) => {
            let words = targets.iter();
            let words = words.map(|(weight, target)| format!("{} {weight}", target.model));
            format!("weighted {}", list(words.collect()))
        }
        Routing::Conditional(targets) => {
            let words = targets.iter().map(|(condition, target)| match condition {
                Some(_) => target.model.clone(),
                None => format!("else {}", target.model),
            });
            format!("conditional {}", list(words.collect()))
        }
        Routing::Failover(backend) => format!("failover {backend}"),
        Routing::Unavailable(why) => format!("unavailable: {why}"),
    }
}
