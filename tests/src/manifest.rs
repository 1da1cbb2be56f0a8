//! Manifests as tests write them.
//!
//! Owns the YAML of the few objects that nearly every test needs. Must not hide what a test is about:
//! the object under test is written out in the test itself.

use std::fmt::Write as _;

/// A Gateway called `gateway` with one HTTP listener.
pub fn gateway(port: u16) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: gateway
spec:
  gatewayClassName: tidegate
  listeners:
    - name: http
      protocol: HTTP
      port: {port}
"
    )
}

/// A static backend.
pub fn backend(name: &str, port: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata:
  name: {name}
spec:
  static:
    host: 127.0.0.1
    port: {port}
"
    )
}

/// Service `service` and its endpoint.
pub fn service(port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata:
  name: service
spec:
  ports: [{{name: http, port: 80}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: service-1
  labels:
    kubernetes.io/service-name: service
addressType: IPv4
ports: [{{name: http, port: {port}}}]
endpoints:
  - addresses: [127.0.0.1]
"
    )
}

/// A route of Gateway `gateway` that sends every request below `prefix` to a static backend.
pub fn route(name: &str, prefix: &str, backend: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {name}
spec:
  parentRefs:
    - name: gateway
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: {prefix}
      backendRefs:
        - group: agentgateway.dev
          kind: AgentgatewayBackend
          name: {backend}
"
    )
}

/// A TLS Secret.
pub fn tls_secret(name: &str, identity: &crate::certificate::Identity) -> String {
    let mut text = format!(
        "apiVersion: v1
kind: Secret
metadata:
  name: {name}
type: kubernetes.io/tls
stringData:
"
    );
    for (key, pem) in [
        ("tls.crt", &identity.certificate),
        ("tls.key", &identity.key),
    ] {
        let _ = writeln!(text, "  {key}: |");
        for line in pem.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// Several documents in one file.
pub fn documents(parts: &[String]) -> String {
    parts.join("---\n")
}
