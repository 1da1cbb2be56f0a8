//! AgentgatewayPolicy: what is done to traffic, attached to the objects that it passes.
//!
//! Owns the blocks and which target takes which. Must not decide who wins where two policies meet: that is
//! translation's, in one table.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::backend::policy::{self as backend_policy, BackendPolicies, FULL};
use crate::check::Check;
use crate::effect::Effects;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::schema::rule::{exactly_one, rule};
use schemars::{Schema, SchemaGenerator};

pub mod api_key_authentication;
pub mod attribution;
pub mod authorization;
pub mod basic_authentication;
pub mod budget;
pub mod buffer;
pub mod cors;
pub mod csrf;
pub mod delay;
pub mod direct_response;
pub mod ext_auth;
pub mod ext_proc;
pub mod frontend;
pub mod header_modifier;
pub mod host_rewrite;
pub mod jwt_authentication;
pub mod rate_limit;
pub mod retry;
pub mod target;
pub mod timeouts;
pub mod traffic;
pub mod transformation;

use frontend::Frontend;
use target::{TargetRef, TargetSelector, every, known_kinds, one_kind};
use traffic::Traffic;

/// AgentgatewayPolicy.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AgentgatewayPolicy {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: PolicySpec,
    /// What of it is in effect.
    #[serde(skip)]
    pub effects: Effects,
}

/// A policy: targets, and what is done to their traffic.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = rules()))]
pub struct PolicySpec {
    /// Objects that the policy is attached to.
    #[schemars(
        length(min = 1, max = 16),
        extend(
            "x-kubernetes-list-type" = "atomic",
            "x-kubernetes-validations" = [known_kinds(), one_kind()],
        ),
    )]
    pub target_refs: Option<Vec<TargetRef>>,
    /// Objects that the policy is attached to, by their labels.
    #[schemars(
        length(min = 1, max = 16),
        extend("x-kubernetes-validations" = [known_kinds(), one_kind()]),
    )]
    pub target_selectors: Option<Vec<TargetSelector>>,
    /// How the policy meets others.
    pub strategy: Option<Strategy>,
    /// What happens before, and beside, the request.
    pub frontend: Option<Frontend>,
    /// What happens between listener and backend.
    pub traffic: Option<Traffic>,
    /// What happens on the way to a backend.
    #[schemars(schema_with = "backend")]
    pub backend: Option<BackendPolicies>,
}

/// How a policy meets others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Strategy {
    /// Whether policies nearer to the backend may replace a field; Default where none is given.
    pub inheritance: Option<Inheritance>,
}

/// Whether policies nearer to the backend may replace a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Inheritance {
    /// They may.
    Default,
    /// They may not.
    Override,
}

fn backend(generator: &mut SchemaGenerator) -> Schema {
    backend_policy::view(generator, FULL)
}

fn rules() -> Vec<serde_json::Value> {
    let below_http = "has(self.frontend) && (has(self.frontend.tcp) \
        || has(self.frontend.networkAuthorization) || has(self.frontend.tls) \
        || has(self.frontend.http) || has(self.frontend.proxyProtocol) \
        || has(self.frontend.connect))";
    vec![
        exactly_one(&["targetRefs", "targetSelectors"]),
        rule(
            "has(self.frontend) || has(self.traffic) || has(self.backend)",
            "must set at least one of frontend, traffic, backend",
        ),
        rule(
            "!has(self.strategy) || !has(self.strategy.inheritance) \
             || (has(self.traffic) && !has(self.frontend) && !has(self.backend))",
            "strategy.inheritance is for policies with traffic alone",
        ),
        rule(
            "!has(self.traffic) || !has(self.traffic.jwtAuthentication) || !has(self.backend) \
             || !has(self.backend.mcp) || !has(self.backend.mcp.authentication)",
            "traffic.jwtAuthentication excludes backend.mcp.authentication",
        ),
        every(
            "has(self.frontend)",
            "t.kind == 'Gateway'",
            "frontend is for Gateways",
        ),
        every(
            below_http,
            "!has(t.sectionName)",
            "frontend tcp, networkAuthorization, tls, http, proxyProtocol and connect apply to a \
             port, so sectionName must not be set",
        ),
        every(
            "has(self.traffic) || has(self.backend)",
            "!has(t.port)",
            "port is for policies with frontend alone",
        ),
        every(
            "has(self.traffic)",
            "t.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'InferencePool']",
            "traffic is for Gateway, ListenerSet, HTTPRoute, GRPCRoute and InferencePool",
        ),
        every(
            "has(self.traffic) && has(self.traffic.phase) && self.traffic.phase == 'PreRouting'",
            "t.kind in ['Gateway', 'ListenerSet']",
            "phase PreRouting is for Gateway and ListenerSet",
        ),
        every(
            "has(self.backend) && (has(self.backend.ai) || has(self.backend.mcp))",
            "t.kind != 'Service'",
            "backend.ai and backend.mcp are not for Services",
        ),
        every(
            "has(self.backend) && has(self.backend.mcp)",
            "t.kind != 'AgentgatewayBackend' || !has(t.sectionName)",
            "backend.mcp is for a whole AgentgatewayBackend, so sectionName must not be set",
        ),
        every(
            "true",
            "t.kind != 'Service' || !has(t.sectionName) \
             || (t.sectionName.matches('^[0-9]{1,5}$') && int(t.sectionName) >= 1 \
             && int(t.sectionName) <= 65535)",
            "sectionName of a Service must be a port from 1 to 65535",
        ),
    ]
}

impl Resource for AgentgatewayPolicy {
    const KIND: Kind = Kind::AgentgatewayPolicy;
    resource_metadata!();

    fn check(&self, _: &mut Check) {}

    fn note_effects(&mut self, effects: Effects) {
        self.effects = effects;
    }
}
