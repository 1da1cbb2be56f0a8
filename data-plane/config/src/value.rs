//! A decoded resource of any type.
//!
//! Owns the closed list of what a stage can hold. Must stay cheap to clone: sets of thousands of values are
//! copied by pointer on every commit.

use std::sync::Arc;

use crate::ai_backend::AiBackend;
use crate::cluster::Cluster;
use crate::endpoint::Endpoints;
use crate::forward_proxy::ForwardProxy;
use crate::listener::Listener;
use crate::model_router::ModelRouter;
use crate::policy::{Policy, PolicySet};
use crate::price_catalog::PriceLayer;
use crate::route_resource::{HostResource, RouteConfigResource, RuleResource};
use crate::secret::Secret;

/// One decoded resource.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Cluster(Arc<Cluster>),
    Endpoints(Arc<Endpoints>),
    Secret(Arc<Secret>),
    ForwardProxy(Arc<ForwardProxy>),
    PriceCatalog(Arc<PriceLayer>),
    AiBackend(Arc<AiBackend>),
    ModelRouter(Arc<ModelRouter>),
    Policy(Arc<Policy>),
    PolicySet(Arc<PolicySet>),
    Listener(Arc<Listener>),
    RouteConfig(Arc<RouteConfigResource>),
    Host(Arc<HostResource>),
    Rule(Arc<RuleResource>),
}

/// A type of which resources are held; picks its own out of the list.
pub(crate) trait Held: Sized + 'static {
    fn of(value: &Value) -> Option<&Arc<Self>>;
}

/// Names the variant of each type.
macro_rules! held {
    ($($variant:ident($type:ty)),* $(,)?) => {
        $(impl Held for $type {
            fn of(value: &Value) -> Option<&Arc<Self>> {
                if let Value::$variant(value) = value { Some(value) } else { None }
            }
        })*
    };
}

held! {
    Cluster(Cluster),
    Endpoints(Endpoints),
    Secret(Secret),
    ForwardProxy(ForwardProxy),
    PriceCatalog(PriceLayer),
    AiBackend(AiBackend),
    ModelRouter(ModelRouter),
    Policy(Policy),
    PolicySet(PolicySet),
    Listener(Listener),
    RouteConfig(RouteConfigResource),
    Host(HostResource),
    Rule(RuleResource),
}
