//! Manifests of the tests of the source.
//!
//! Must not apply anything. Each ends with a line break, so that they are joined by `---`.

use anyhow::{Context, Result};
use serde_json::Value;

/// A Namespace with a label, written `key: value`.
pub(crate) fn namespace(name: &str, label: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{label}}}}}\n")
}

/// A GatewayClass.
pub(crate) fn class(name: &str, controller: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {{name: {name}}}\n\
         spec: {{controllerName: {controller}}}\n"
    )
}

/// The Gateway `gw` of the class that is called as its namespace.
pub(crate) fn gateway(namespace: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n\
         metadata: {{name: gw, namespace: {namespace}}}\n\
         spec:\n  gatewayClassName: {namespace}\n  listeners: [{{name: http, port: 8080, protocol: HTTP}}]\n"
    )
}

/// A Gateway with one HTTPS listener.
pub(crate) fn tls_gateway(namespace: &str, name: &str, secret: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n\
         metadata: {{name: {name}, namespace: {namespace}}}\n\
         spec:\n  gatewayClassName: {namespace}\n  listeners:\n  - name: https\n    port: 8443\n    protocol: HTTPS\n    \
         tls: {{certificateRefs: [{{name: {secret}}}]}}\n"
    )
}

/// A Service without Pods.
pub(crate) fn service(namespace: &str, name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{ports: [{{port: 80}}]}}\n"
    )
}

/// A route of the Gateway `gw` to a Service.
pub(crate) fn route(namespace: &str, name: &str, to: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
         metadata: {{name: {name}, namespace: {namespace}}}\n\
         spec:\n  parentRefs: [{{name: gw}}]\n  rules:\n  - matches: [{{path: {{value: /{name}}}}}]\n    \
         backendRefs: [{{name: {to}, port: 80}}]\n"
    )
}

/// A route that the pattern of the definition allows and the text of the API does not.
pub(crate) fn unreadable_route(namespace: &str, name: &str, gateway: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
         metadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{parentRefs: [{{name: {gateway}}}], hostnames: [10.0.0.1]}}\n"
    )
}

/// A route to the Gateway of another namespace.
pub(crate) fn route_in(namespace: &str, name: &str, gateway: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
         metadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{parentRefs: [{{name: gw, namespace: {gateway}}}]}}\n"
    )
}

/// A route to an AgentgatewayBackend.
pub(crate) fn route_to_backend(namespace: &str, name: &str, to: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
         metadata: {{name: {name}, namespace: {namespace}}}\n\
         spec:\n  parentRefs: [{{name: gw}}]\n  rules:\n  \
         - backendRefs: [{{name: {to}, group: agentgateway.dev, kind: AgentgatewayBackend}}]\n"
    )
}

/// An AgentgatewayBackend at an address.
pub(crate) fn backend(namespace: &str, name: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1\nkind: AgentgatewayBackend\n\
         metadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{static: {{host: 127.0.0.1, port: 9}}}}\n"
    )
}

/// A TLS Secret.
pub(crate) fn secret(namespace: &str, name: &str, certificate: &str, key: &str) -> String {
    let block = |text: &str| text.replace('\n', "\n    ").trim_end().to_owned();
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         type: kubernetes.io/tls\nstringData:\n  tls.crt: |\n    {}\n  tls.key: |\n    {}\n",
        block(certificate),
        block(key)
    )
}

/// A definition as it can be applied again.
pub(crate) fn bare(definition: &str) -> Result<String> {
    let mut definition: Value = serde_json::from_str(definition)?;
    let object = definition.as_object_mut().context("no object")?;
    object.remove("status");
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    let metadata = metadata.context("no metadata")?;
    for field in [
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "managedFields",
    ] {
        metadata.remove(field);
    }
    Ok(serde_json::to_string(&definition)? + "\n")
}
