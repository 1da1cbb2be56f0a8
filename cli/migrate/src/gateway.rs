//! Gateways, GatewayClasses and ReferenceGrants: names of classes, and references to what became something else.
//!
//! Owns the names of kgateway's classes and of its controller. A class of the user's own keeps its name and gets another
//! controller, so that its Gateways need no change.

use serde_json::{Value, json};

use super::manifest;
use super::report::Log;
use super::set::Set;

/// Classes that come with kgateway.
const CLASSES: [&str; 2] = ["kgateway", "kgateway-waypoint"];
/// Its controllers.
const CONTROLLERS: [&str; 2] = ["kgateway.dev/kgateway", "kgateway.dev/agentgateway"];
/// The controller of Tidegate.
const CONTROLLER: &str = "tidegate.dev/gateway-controller";

/// Changes a Gateway.
pub(crate) fn gateway(value: &mut Value, set: &Set<'_>, log: &mut Log) {
    let class = manifest::text(value, "/spec/gatewayClassName").to_owned();
    let is_own = set
        .of_kind(manifest::GATEWAY_API, "GatewayClass")
        .any(|own| manifest::name(own) == class && !comes_along(own));
    if CLASSES.contains(&class.as_str()) && !is_own {
        if let Some(name) = value.pointer_mut("/spec/gatewayClassName") {
            *name = json!("tidegate");
        }
        log.changed("spec.gatewayClassName", format!("tidegate, it was {class}"));
    }
    parameters(value, "/spec/infrastructure/parametersRef", log);
}

/// Changes a GatewayClass; `None` if Tidegate brings it.
pub(crate) fn class(value: &Value, log: &mut Log) -> Option<Value> {
    if comes_along(value) {
        log.unneeded("", "the class tidegate comes with the installation");
        return None;
    }
    let mut changed = value.clone();
    let controller = manifest::text(value, "/spec/controllerName");
    if CONTROLLERS.contains(&controller) {
        log.changed("spec.controllerName", CONTROLLER);
        if let Some(name) = changed.pointer_mut("/spec/controllerName") {
            *name = json!(CONTROLLER);
        }
    }
    parameters(&mut changed, "/spec/parametersRef", log);
    Some(changed)
}

/// Changes a ReferenceGrant.
pub(crate) fn grant(value: &mut Value, log: &mut Log) {
    for side in ["from", "to"] {
        let list = value.pointer_mut(&format!("/spec/{side}"));
        let items = list.and_then(Value::as_array_mut).into_iter().flatten();
        for (index, item) in items.enumerate() {
            if item.as_object_mut().is_some_and(manifest::retarget) {
                let kind = manifest::text(item, "/kind").to_owned();
                log.changed(&format!("spec.{side}[{index}]"), kind);
            }
        }
    }
}

fn parameters(value: &mut Value, pointer: &str, log: &mut Log) {
    let reference = value.pointer_mut(pointer).and_then(Value::as_object_mut);
    if reference.is_some_and(manifest::retarget) {
        let field = pointer.trim_start_matches('/').replace('/', ".");
        log.changed(&field, "AgentgatewayParameters of agentgateway.dev");
    }
}

/// A class that kgateway brought, without anything of the user's.
fn comes_along(class: &Value) -> bool {
    CLASSES.contains(&manifest::name(class)) && class.pointer("/spec/parametersRef").is_none()
}
