//! AgentgatewayBackend: the whole union of backend types.
//!
//! Owns the union and its small members. The schema says what is accepted; what of it is not served yet is in
//! the table of `effect.rs`, and an object carries what it sets of that.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::check::Check;
use crate::effect::Effects;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::schema::rule::{exactly_one, rule};

pub mod ai;
pub mod mcp;
pub mod policy;
pub mod provider;
pub mod static_host;

use ai::AiBackend;
use mcp::McpBackend;
use policy::BackendPolicies;
use static_host::StaticBackend;

/// Annotation of a `dynamicForwardProxy` backend: comma-separated host names that may resolve to an address
/// which is refused otherwise.
pub const ALLOWED_HOSTS: &str = "tidegate.dev/allowed-hosts";

/// AgentgatewayBackend.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AgentgatewayBackend {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: BackendSpec,
    /// What of it is in effect.
    #[serde(skip)]
    pub effects: Effects,
}

/// A backend: exactly one type, and policies.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    exactly_one(&["ai", "static", "dynamicForwardProxy", "mcp", "aws", "a2a"]),
    rule(
        "!has(self.policies) || !has(self.policies.ai) || has(self.ai)",
        "policies.ai needs a backend of type ai",
    ),
    rule(
        "!has(self.policies) || !has(self.policies.mcp) || has(self.mcp)",
        "policies.mcp needs a backend of type mcp",
    ),
]))]
pub struct BackendSpec {
    /// Model providers.
    pub ai: Option<AiBackend>,
    /// A fixed host.
    #[serde(rename = "static")]
    pub static_host: Option<StaticBackend>,
    /// The host that the request names.
    pub dynamic_forward_proxy: Option<DynamicForwardProxy>,
    /// MCP servers.
    pub mcp: Option<McpBackend>,
    /// A service of AWS.
    pub aws: Option<AwsBackend>,
    /// An A2A agent.
    pub a2a: Option<A2aBackend>,
    /// Policies of the backend; they win over those of any AgentgatewayPolicy.
    #[schemars(schema_with = "policies")]
    pub policies: Option<BackendPolicies>,
}

impl BackendSpec {
    /// Names of the providers or MCP targets, by which policies refer to them.
    pub fn sections(&self) -> Vec<String> {
        let ai = self.ai.iter();
        let single = ai.clone().filter(|ai| ai.provider.is_some());
        let single = single.map(|_| ai::SINGLE.to_owned());
        let groups = ai.flat_map(|ai| ai.groups.iter().flatten());
        let named = groups.flat_map(|group| &group.providers);
        let named = named.map(|provider| provider.name.to_string());
        let mcp = self.mcp.iter().flat_map(|mcp| &mcp.targets);
        let mcp = mcp.map(|target| target.name.to_string());
        single.chain(named).chain(mcp).collect()
    }
}

/// The upstream is the authority of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct DynamicForwardProxy {}

/// A service of AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["agentCore"])]))]
pub struct AwsBackend {
    /// Bedrock AgentCore.
    pub agent_core: Option<AgentCore>,
}

/// A runtime of Bedrock AgentCore.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentCore {
    /// ARN of the runtime.
    pub agent_runtime_arn: String,
    /// Version or endpoint of the runtime.
    pub qualifier: Option<String>,
}

/// An A2A agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct A2aBackend {
    /// Host name or IP address.
    #[schemars(length(min = 1, max = 256))]
    pub host: String,
    /// Port.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: u16,
}

fn policies(generator: &mut SchemaGenerator) -> Schema {
    policy::view(generator, policy::FULL)
}

impl Resource for AgentgatewayBackend {
    const KIND: Kind = Kind::AgentgatewayBackend;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        check.field("spec", |check| {
            let spec = &self.spec;
            if let Some(ai) = &spec.ai {
                check.field("ai", |check| ai.check(check));
            }
            if let Some(host) = &spec.static_host {
                check.field("static", |check| host.check(check));
            }
            if let Some(policies) = &spec.policies {
                check.field("policies", |check| policies.check(check));
            }
        });
    }

    fn note_effects(&mut self, effects: Effects) {
        self.effects = effects;
    }
}
