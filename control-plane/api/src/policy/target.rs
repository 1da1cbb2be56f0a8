//! What a policy is attached to.
//!
//! Owns references and selectors, and which kinds they may name. Must not look anything up. TidegatePolicy has
//! the targets of AgentgatewayPolicy, and models.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::scalar::DnsName;
use crate::schema::rule::{at_most_one, rule};

/// An object in the policy's namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [at_most_one(&["sectionName", "port"])]))]
pub struct TargetRef {
    /// API group; empty for the core group.
    #[schemars(
        length(max = 253),
        regex(pattern = r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub group: String,
    /// Kind.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$")
    )]
    pub kind: String,
    /// Name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Part of the object: listener, rule, provider, MCP target, or a Service's port.
    pub section_name: Option<DnsName>,
    /// Port of a Gateway.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<u16>,
}

/// Objects in the policy's namespace, by their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [at_most_one(&["sectionName", "port"])]))]
pub struct TargetSelector {
    /// API group; empty for the core group.
    #[schemars(
        length(max = 253),
        regex(pattern = r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub group: String,
    /// Kind.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$")
    )]
    pub kind: String,
    /// Labels that the objects have, with these values.
    #[schemars(extend("maxProperties" = 1_024))]
    pub match_labels: BTreeMap<String, String>,
    /// Part of the objects: listener, rule, provider, MCP target, or a Service's port.
    pub section_name: Option<DnsName>,
    /// Port of a Gateway.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<u16>,
}

/// Rule of a list of targets: kinds that policies can be attached to.
pub fn known_kinds() -> Value {
    rule(
        "self.all(t, (t.group == '' && t.kind == 'Service') \
         || (t.group == 'agentgateway.dev' && t.kind == 'AgentgatewayBackend') \
         || (t.group == 'gateway.networking.k8s.io' \
         && t.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute']) \
         || (t.group == 'inference.networking.k8s.io' && t.kind == 'InferencePool'))",
        "kind must be Gateway, ListenerSet, HTTPRoute, GRPCRoute, Service, AgentgatewayBackend or \
         InferencePool, with its group",
    )
}

/// The same, and models.
pub fn known_kinds_and_models() -> Value {
    rule(
        "self.all(t, (t.group == '' && t.kind == 'Service') \
         || (t.group == 'agentgateway.dev' && t.kind in ['AgentgatewayBackend', 'AgentgatewayModel']) \
         || (t.group == 'gateway.networking.k8s.io' \
         && t.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute']) \
         || (t.group == 'inference.networking.k8s.io' && t.kind == 'InferencePool'))",
        "kind must be Gateway, ListenerSet, HTTPRoute, GRPCRoute, Service, AgentgatewayBackend, \
         AgentgatewayModel or InferencePool, with its group",
    )
}

/// Rule of a list of targets: one kind.
pub fn one_kind() -> Value {
    rule(
        "self.all(t, t.kind == self[0].kind)",
        "every target must have the same kind",
    )
}

/// Rule of a policy: every target, however it is named, fulfils a claim about `t`, given a premise.
pub fn every(premise: &str, claim: &str, message: &str) -> Value {
    rule(
        format!(
            "!({premise}) || ((!has(self.targetRefs) || self.targetRefs.all(t, {claim})) \
             && (!has(self.targetSelectors) || self.targetSelectors.all(t, {claim})))"
        ),
        message,
    )
}
