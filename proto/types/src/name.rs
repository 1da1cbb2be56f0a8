//! The grammar of resource names, in one place.
//!
//! Owns how a name is printed; everything that refers to a resource by name calls these functions. Must not
//! know where the parts come from. Names live in the scope of one Gateway's snapshot; characters stay inside
//! the xdstp grammar (`A-Za-z0-9_-./`) apart from `*` in the domain of a virtual host.

/// A Listener: one per port that the Gateway binds.
pub fn listener(namespace: &str, gateway: &str, port: u16) -> String {
    format!("gw/{namespace}/{gateway}/listener/{port}")
}

/// The RouteConfiguration of a plain-text port, which all listeners of the port share.
pub fn port_routes(namespace: &str, gateway: &str, port: u16) -> String {
    format!("gw/{namespace}/{gateway}/rc/{port}")
}

/// The RouteConfiguration of one TLS listener, which SNI selects.
pub fn listener_routes(namespace: &str, gateway: &str, port: u16, listener: &str) -> String {
    format!("gw/{namespace}/{gateway}/rc/{port}/{listener}")
}

/// A VirtualHost of a RouteConfiguration, in the form that VHDS asks for.
pub fn virtual_host(route_configuration: &str, domain: &str) -> String {
    format!("{route_configuration}/{domain}")
}

/// One rule of one route on one listener.
pub fn route_rule(
    route_configuration: &str,
    listener: &str,
    kind: &str,
    route: (&str, &str),
    rule: usize,
) -> String {
    let (namespace, name) = route;
    format!("{route_configuration}/rule/{listener}/{kind}/{namespace}/{name}/{rule}")
}

/// The PolicySet of a listener's requests, wherever no route has one of its own.
pub fn listener_policies(namespace: &str, gateway: &str, listener: &str) -> String {
    format!("gw/{namespace}/{gateway}/policies/{listener}")
}

/// The PolicySet of a route on a listener, or of one rule of it.
pub fn route_policies(
    of_listener: &str,
    kind: &str,
    route: (&str, &str),
    rule: Option<u32>,
) -> String {
    let (namespace, name) = route;
    let rule = rule.map(|rule| format!("/{rule}")).unwrap_or_default();
    format!("{of_listener}/{kind}/{namespace}/{name}{rule}")
}

/// One field of one policy object. `owner` is the kind in short.
pub fn policy(owner: &str, namespace: &str, name: &str, field: &str) -> String {
    format!("policy/{owner}/{namespace}/{name}/{field}")
}

/// The Cluster of a service that a policy asks.
pub fn policy_target(policy: &str, target: &str) -> String {
    format!("{policy}/{target}")
}

/// The Cluster and the endpoints of one port of a Service.
pub fn service(namespace: &str, name: &str, port: u16) -> String {
    format!("svc/{namespace}/{name}/{port}")
}

/// The Cluster of an AgentgatewayBackend, and our resource of the same name that it refers to.
pub fn backend(namespace: &str, name: &str) -> String {
    format!("backend/{namespace}/{name}")
}

/// The Cluster of one provider or target of an AgentgatewayBackend.
pub fn backend_target(namespace: &str, name: &str, target: &str) -> String {
    format!("backend/{namespace}/{name}/{target}")
}

/// A layer of prices.
pub fn price_catalog(namespace: &str, name: &str) -> String {
    format!("prices/{namespace}/{name}")
}

/// The Cluster and the AiBackend of an AgentgatewayModel.
pub fn model(namespace: &str, name: &str) -> String {
    format!("model/{namespace}/{name}")
}

/// The Cluster of one provider behind an AgentgatewayModel.
pub fn model_target(namespace: &str, name: &str, target: &str) -> String {
    format!("model/{namespace}/{name}/{target}")
}

/// The Cluster and the ModelRouter of the models of a listener.
pub fn listener_models(namespace: &str, gateway: &str, listener: &str) -> String {
    format!("models/gw/{namespace}/{gateway}/{listener}")
}

/// The Cluster and the ModelRouter of the models of a route's rule.
pub fn rule_models(kind: &str, route: (&str, &str), rule: usize) -> String {
    let (namespace, name) = route;
    format!("models/{kind}/{namespace}/{name}/{rule}")
}

/// A TLS certificate of a Secret.
pub fn certificate(namespace: &str, name: &str) -> String {
    format!("secret/{namespace}/{name}")
}

/// One key of a Secret, as a generic secret.
pub fn credential(namespace: &str, name: &str, key: &str) -> String {
    format!("secret/{namespace}/{name}/{key}")
}

/// The Commit of a Gateway.
pub fn commit(namespace: &str, gateway: &str) -> String {
    format!("commit/{namespace}/{gateway}")
}
