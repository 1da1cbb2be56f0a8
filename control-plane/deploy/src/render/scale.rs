//! How many proxies: the autoscaler and the disruption budget, where parameters ask for them.
//!
//! Owns their defaults. Must not decide that there is one: its overlay does.

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec,
    MetricTarget, ResourceMetricSource,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use serde_json::json;

use super::identity::Identity;
use crate::object::Object;

/// Most proxies where the overlay does not say.
const MAX_REPLICAS: i32 = 10;
/// Share of the requested CPU at which one more is started, in per cent.
const UTILIZATION: i32 = 80;

pub(super) fn autoscaler(identity: &Identity) -> HorizontalPodAutoscaler {
    let target = MetricTarget {
        type_: "Utilization".to_owned(),
        average_utilization: Some(UTILIZATION),
        ..MetricTarget::default()
    };
    let metric = MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: "cpu".to_owned(),
            target,
        }),
        ..MetricSpec::default()
    };
    HorizontalPodAutoscaler {
        metadata: identity.metadata(&identity.name),
        spec: Some(HorizontalPodAutoscalerSpec {
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: "Deployment".to_owned(),
                name: identity.name.clone(),
            },
            min_replicas: Some(1),
            max_replicas: MAX_REPLICAS,
            metrics: Some(vec![metric]),
            ..HorizontalPodAutoscalerSpec::default()
        }),
        ..HorizontalPodAutoscaler::default()
    }
}

pub(super) fn budget(identity: &Identity) -> PodDisruptionBudget {
    PodDisruptionBudget {
        metadata: identity.metadata(&identity.name),
        spec: Some(PodDisruptionBudgetSpec {
            selector: Some(identity.label_selector()),
            ..PodDisruptionBudgetSpec::default()
        }),
        ..PodDisruptionBudget::default()
    }
}

/// One Pod at a time, unless an overlay set one of the two limits, which exclude each other.
pub(super) fn with_a_limit(budget: Object) -> Object {
    let mut value = budget.value;
    let spec = value.get_mut("spec").and_then(|spec| spec.as_object_mut());
    if let Some(spec) = spec
        .filter(|spec| !spec.contains_key("minAvailable") && !spec.contains_key("maxUnavailable"))
    {
        spec.insert("maxUnavailable".to_owned(), json!(1));
    }
    Object::sealed(budget.kind, &budget.namespace, &budget.name, value)
}
