//! GatewayParameters: how the proxies of a Gateway are deployed.
//!
//! Owns which fields are typed in AgentgatewayParameters and which become overlays of the generated objects. What
//! concerned Envoy alone, or containers that the proxy does not need, goes: it is one binary.

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::manifest::{self, put, put_at};
use super::report::Log;
use super::set::Work;

const OWN_IMAGE: &str = "the proxy has its own image";
const NO_EXTENSION: &str = "the proxy does this itself, without another container";

/// Fields of a pod that have the same name in its own specification.
const OF_POD: &[&str] = &[
    "securityContext",
    "imagePullSecrets",
    "nodeSelector",
    "affinity",
    "tolerations",
    "terminationGracePeriodSeconds",
    "topologySpreadConstraints",
    "priorityClassName",
];

/// Converts one.
pub(crate) fn convert(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let mut to = Map::new();
    let log = &mut work.log;
    if let Some(kube) = spec.object("kube") {
        convert_kube(kube, &mut to, log);
    }
    let why = "proxies of a Gateway are always deployed by the control plane";
    spec.leave_out("selfManaged", why, log);
    spec.finish(log);
    log.converted(format!(
        "AgentgatewayParameters {}/{}",
        work.namespace, work.name
    ));
    vec![manifest::object(
        manifest::AGENTGATEWAY_V1ALPHA1,
        "AgentgatewayParameters",
        manifest::metadata(value),
        Value::Object(to),
    )]
}

fn convert_kube(mut kube: Fields, to: &mut Map<String, Value>, log: &mut Log) {
    if let Some(mut deployment) = kube.object("deployment") {
        for key in ["replicas", "strategy"] {
            overlay(&mut deployment, key, to, &["deployment", "spec", key], log);
        }
        deployment.finish(log);
    }
    for key in ["envoyContainer", "agentgateway"] {
        if let Some(container) = kube.object(key) {
            convert_container(container, to, log);
        }
    }
    if let Some(pod) = kube.object("podTemplate") {
        convert_pod(pod, to, log);
    }
    if let Some(mut service) = kube.object("service") {
        labels(&mut service, to, &["service", "metadata"], log);
        for key in [
            "type",
            "clusterIP",
            "externalTrafficPolicy",
            "loadBalancerClass",
            "loadBalancerSourceRanges",
            "ports",
        ] {
            overlay(&mut service, key, to, &["service", "spec", key], log);
        }
        service.finish(log);
    }
    if let Some(mut account) = kube.object("serviceAccount") {
        labels(&mut account, to, &["serviceAccount", "metadata"], log);
        account.finish(log);
    }
    for (old, new) in [
        ("deploymentOverlay", "deployment"),
        ("serviceOverlay", "service"),
        ("serviceAccountOverlay", "serviceAccount"),
        ("podDisruptionBudget", "podDisruptionBudget"),
        ("horizontalPodAutoscaler", "horizontalPodAutoscaler"),
    ] {
        if to.contains_key(new) {
            let why = "stands beside fields that became the same overlay: merge it by hand";
            kube.leave_out(old, why, log);
        }
        overlay(&mut kube, old, to, &[new], log);
    }
    if let Some(extension) = kube.object("aiExtension") {
        convert_extension(extension, log);
    }
    let stats = "metrics are always there, at /metrics of the admin port";
    kube.unneeded("stats", stats, log);
    kube.unneeded("sdsContainer", NO_EXTENSION, log);
    kube.finish(log);
}

fn convert_container(mut container: Fields, to: &mut Map<String, Value>, log: &mut Log) {
    if let Some(mut bootstrap) = container.object("bootstrap") {
        overlay(&mut bootstrap, "logLevel", to, &["logging", "level"], log);
        bootstrap.finish(log);
    }
    overlay(&mut container, "logLevel", to, &["logging", "level"], log);
    overlay(&mut container, "resources", to, &["resources"], log);
    overlay(&mut container, "env", to, &["env"], log);
    container.unneeded("image", OWN_IMAGE, log);
    container.unneeded("enabled", "there is one kind of proxy", log);
    container.finish(log);
}

fn convert_pod(mut pod: Fields, to: &mut Map<String, Value>, log: &mut Log) {
    labels(
        &mut pod,
        to,
        &["deployment", "spec", "template", "metadata"],
        log,
    );
    for key in OF_POD {
        let path = ["deployment", "spec", "template", "spec", key];
        overlay(&mut pod, key, to, &path, log);
    }
    let volumes = ["deployment", "spec", "template", "spec", "volumes"];
    overlay(&mut pod, "extraVolumes", to, &volumes, log);
    if let Some(mut shutdown) = pod.object("gracefulShutdown") {
        let place = shutdown.path().to_owned();
        let enabled = shutdown.flag("enabled");
        if let (Some(true), Some(seconds)) = (enabled, shutdown.number("sleepTimeSeconds")) {
            let max = seconds.max(60);
            put(to, "shutdown", json!({"min": seconds, "max": max}));
            log.changed(&place, "spec.shutdown");
        }
        shutdown.finish(log);
    }
    for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
        pod.unneeded(probe, "the proxy's own probe fits it", log);
    }
    pod.finish(log);
}

fn convert_extension(mut extension: Fields, log: &mut Log) {
    for key in [
        "enabled",
        "image",
        "ports",
        "resources",
        "securityContext",
        "env",
    ] {
        extension.unneeded(key, NO_EXTENSION, log);
    }
    let tracing = "traces are set for a Gateway, by frontend.tracing of an AgentgatewayPolicy";
    extension.leave_out("tracing", tracing, log);
    let stats = "labels are set for a Gateway, by frontend.metrics of an AgentgatewayPolicy";
    extension.leave_out("stats", stats, log);
    extension.finish(log);
}

fn labels(from: &mut Fields, to: &mut Map<String, Value>, path: &[&str], log: &mut Log) {
    for (old, new) in [
        ("extraLabels", "labels"),
        ("extraAnnotations", "annotations"),
    ] {
        let path: Vec<&str> = path.iter().copied().chain([new]).collect();
        overlay(from, old, to, &path, log);
    }
}

/// Moves a field to a path.
fn overlay(
    from: &mut Fields,
    key: &str,
    to: &mut Map<String, Value>,
    path: &[&str],
    log: &mut Log,
) {
    if let Some(value) = from.take(key) {
        put_at(to, path, value);
        log.changed(&from.at(key), format!("spec.{}", path.join(".")));
    }
}
