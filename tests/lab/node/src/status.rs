//! A Pod's status, computed from what its containers do.
//!
//! Must not know how it is written. Invariant: equal inputs give an equal status, and a
//! condition's time moves only when the condition does.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::{Container, Pod, PodCondition};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::view::{ContainerView, End, State};

/// What a status is made from.
pub(crate) struct Facts<'a> {
    pub(crate) pod: &'a Pod,
    pub(crate) containers: &'a BTreeMap<String, ContainerView>,
    pub(crate) address: Option<Ipv4Addr>,
    pub(crate) host: Ipv4Addr,
    pub(crate) started: Timestamp,
}

/// The status to patch, with `now` for conditions that changed.
pub(crate) fn compute(facts: &Facts<'_>, now: Timestamp) -> Value {
    let mut status = json!({
        "phase": phase(facts),
        "observedGeneration": facts.pod.metadata.generation,
        "hostIP": facts.host.to_string(),
        "hostIPs": [{"ip": facts.host.to_string()}],
        "startTime": Time(facts.started),
        "conditions": conditions(facts, now),
        "initContainerStatuses": statuses(facts, init_containers(facts.pod)),
        "containerStatuses": statuses(facts, containers(facts.pod)),
    });
    if let (Some(address), Some(map)) = (facts.address, status.as_object_mut()) {
        map.insert("podIP".into(), json!(address.to_string()));
        map.insert("podIPs".into(), json!([{"ip": address.to_string()}]));
    }
    status
}

pub(crate) fn containers(pod: &Pod) -> &[Container] {
    pod.spec
        .as_ref()
        .map_or(&[], |spec| spec.containers.as_slice())
}

pub(crate) fn init_containers(pod: &Pod) -> &[Container] {
    let spec = pod.spec.as_ref();
    spec.and_then(|spec| spec.init_containers.as_deref())
        .unwrap_or_default()
}

/// An init container that goes on running beside the others.
pub(crate) fn is_sidecar(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

fn view<'a>(facts: &Facts<'a>, container: &Container) -> Option<&'a ContainerView> {
    facts.containers.get(&container.name)
}

fn initialized(facts: &Facts<'_>) -> bool {
    init_containers(facts.pod).iter().all(|container| {
        view(facts, container).is_some_and(|view| match &view.state {
            State::Terminated(end) => end.code == 0,
            State::Running { .. } => is_sidecar(container) && view.started,
            State::Waiting { .. } => is_sidecar(container) && view.last.is_some(),
        })
    })
}

fn phase(facts: &Facts<'_>) -> &'static str {
    let policy = facts
        .pod
        .spec
        .as_ref()
        .and_then(|s| s.restart_policy.as_deref());
    let never = policy == Some("Never");
    let failed = |container: &Container| {
        let end = view(facts, container).and_then(|view| view.state.end());
        end.is_some_and(|end| end.code != 0)
    };
    if never && init_containers(facts.pod).iter().any(failed) {
        return "Failed";
    }
    let all = containers(facts.pod);
    let ended = |c: &Container| view(facts, c).is_some_and(|v| v.state.end().is_some());
    let ran = |c: &Container| {
        view(facts, c).is_some_and(|v| v.state.is_running() || v.restarts > 0 || v.last.is_some())
    };
    let over = all.iter().all(ended) && policy != Some("Always") && policy.is_some();
    if over {
        return if all.iter().any(failed) {
            "Failed"
        } else {
            "Succeeded"
        };
    }
    if all.iter().any(|c| ran(c) || ended(c)) {
        "Running"
    } else {
        "Pending"
    }
}

fn conditions(facts: &Facts<'_>, now: Timestamp) -> Value {
    let unready: Vec<&str> = containers(facts.pod)
        .iter()
        .filter(|c| !view(facts, c).is_some_and(|v| v.ready))
        .map(|c| c.name.as_str())
        .collect();
    let over = matches!(phase(facts), "Succeeded" | "Failed");
    let gates = facts
        .pod
        .spec
        .as_ref()
        .and_then(|s| s.readiness_gates.as_deref());
    let closed = gates
        .unwrap_or_default()
        .iter()
        .find(|gate| held(facts.pod, &gate.condition_type).is_none_or(|c| c.status != "True"));
    let mut lacking = match (over, unready.is_empty()) {
        (true, _) => Some(("PodCompleted", String::new())),
        (false, false) => Some((
            "ContainersNotReady",
            format!("containers with unready status: [{}]", unready.join(" ")),
        )),
        (false, true) => None,
    };
    let containers_ready = condition(facts, "ContainersReady", lacking.as_ref(), now);
    if let (None, Some(gate)) = (&lacking, closed) {
        let message = format!("readiness gate {} is not True", gate.condition_type);
        lacking = Some(("ReadinessGatesNotReady", message));
    }
    let waiting = (
        "ContainersNotInitialized",
        "init containers have not ended well".to_owned(),
    );
    let initialized = Some(waiting).filter(|_| !initialized(facts));
    json!([
        condition(facts, "PodScheduled", None, now),
        condition(facts, "Initialized", initialized.as_ref(), now),
        containers_ready,
        condition(facts, "Ready", lacking.as_ref(), now),
    ])
}

fn condition(
    facts: &Facts<'_>,
    kind: &str,
    lacking: Option<&(&str, String)>,
    now: Timestamp,
) -> Value {
    let status = if lacking.is_none() { "True" } else { "False" };
    let before = held(facts.pod, kind).filter(|c| c.status == status);
    let since = before
        .and_then(|c| c.last_transition_time.clone())
        .unwrap_or(Time(now));
    json!({
        "type": kind,
        "status": status,
        "lastTransitionTime": since,
        // Null takes away what an earlier status said.
        "reason": lacking.map(|(reason, _)| *reason),
        "message": lacking.map(|(_, message)| message).filter(|m| !m.is_empty()),
    })
}

fn held<'a>(pod: &'a Pod, kind: &str) -> Option<&'a PodCondition> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|c| c.type_ == kind)
}

fn statuses(facts: &Facts<'_>, of: &[Container]) -> Vec<Value> {
    let one = |container: &Container| {
        let fresh = ContainerView::default();
        let view = view(facts, container).unwrap_or(&fresh);
        let image = container.image.clone().unwrap_or_default();
        let mut last = Map::new();
        if let Some(end) = &view.last {
            last.insert("terminated".into(), terminated(end));
        }
        json!({
            "name": container.name,
            "image": image,
            "imageID": "",
            "ready": view.ready,
            "started": view.started,
            "restartCount": view.restarts,
            "state": state(&view.state),
            "lastState": last,
        })
    };
    of.iter().map(one).collect()
}

fn state(state: &State) -> Value {
    match state {
        State::Waiting { reason, message } => {
            json!({"waiting": {"reason": reason, "message": message}})
        }
        State::Running { since } => json!({"running": {"startedAt": Time(*since)}}),
        State::Terminated(end) => json!({"terminated": terminated(end)}),
    }
}

fn terminated(end: &End) -> Value {
    let mut terminated = json!({
        "reason": end.reason,
        "message": end.message,
        "exitCode": end.code,
        "startedAt": Time(end.started),
        "finishedAt": Time(end.finished),
    });
    if let (Some(signal), Some(map)) = (end.signal, terminated.as_object_mut()) {
        map.insert("signal".into(), json!(signal));
    }
    terminated
}

#[cfg(test)]
mod tests;
