//! ModelRouter resources.
//!
//! Owns the wire form of routers; what they lead to is emitted as backends are.

use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::virtual_model::Routing;

use super::Output;
use crate::plan::{RoutedModelPlan, RouterPlan, RoutingPlan, TargetPlan, VirtualModelPlan};

pub(super) fn emit(
    name: &str,
    plan: &RouterPlan,
    sources: &[tidegate::Source],
    output: &mut Output,
) {
    let message = tidegate::ModelRouter {
        name: name.to_owned(),
        models: plan.models.iter().map(model).collect(),
        virtual_models: plan.virtual_models.iter().map(virtual_model).collect(),
    };
    output.put(&message, sources);
}

fn model(plan: &RoutedModelPlan) -> tidegate::RoutedModel {
    tidegate::RoutedModel {
        name: plan.name.clone(),
        is_internal: plan.is_internal,
        backend: plan.backend.clone(),
        owner: plan.owner.clone(),
        created: plan.created,
    }
}

fn virtual_model(plan: &VirtualModelPlan) -> tidegate::VirtualModel {
    let routing = match &plan.routing {
        RoutingPlan::Weighted(targets) => Routing::Weighted(tidegate::WeightedModels {
            targets: targets
                .iter()
                .map(|(weight, plan)| tidegate::WeightedModel {
                    target: Some(target(plan)),
                    weight: *weight,
                })
                .collect(),
        }),
        RoutingPlan::Conditional(targets) => Routing::Conditional(tidegate::ConditionalModels {
            targets: targets
                .iter()
                .map(|(when, plan)| tidegate::ConditionalModel {
                    target: Some(target(plan)),
                    when: when.clone().unwrap_or_default(),
                })
                .collect(),
        }),
        RoutingPlan::Failover(backend) => Routing::Failover(backend.clone()),
        RoutingPlan::Unavailable(why) => Routing::Unavailable(why.clone()),
    };
    tidegate::VirtualModel {
        name: plan.name.clone(),
        created: plan.created,
        routing: Some(routing),
    }
}

fn target(plan: &TargetPlan) -> tidegate::ModelTarget {
    tidegate::ModelTarget {
        model: plan.model.clone(),
        backend: plan.backend.clone(),
    }
}
