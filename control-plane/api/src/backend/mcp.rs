//! `mcp` of an AgentgatewayBackend: MCP servers behind one address.
//!
//! Owns the targets and how they are told apart. Must not find Services for a selector: that is translation's.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::backend::policy::{self, BackendPolicies};
use crate::reference::LocalName;
use crate::scalar::FailureMode;
use crate::schema::rule::{at_least_one, exactly_one, rule};
use crate::selector::LabelSelector;

/// MCP servers.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct McpBackend {
    /// The servers.
    #[schemars(
        length(min = 1, max = 128),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub targets: Vec<McpTarget>,
    /// Whether a session stays with its servers; Stateful where none is given.
    pub session_routing: Option<SessionRouting>,
    /// What a server that does not answer means for a session; FailClosed where none is given.
    pub failure_mode: Option<FailureMode>,
    /// Whether names of tools begin with their target's name; Conditional where none is given.
    pub prefix_mode: Option<PrefixMode>,
}

/// An MCP server, or Services that are.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["selector", "static"])]))]
pub struct McpTarget {
    /// Name; the sectionName by which a policy refers to the target.
    #[schemars(
        length(min = 1, max = 253),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub name: String,
    /// Services by their labels.
    pub selector: Option<McpSelector>,
    /// One server.
    #[serde(rename = "static")]
    pub static_target: Option<McpStatic>,
}

/// Services by their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["namespaces", "services"])]))]
pub struct McpSelector {
    /// Labels of the namespaces; the backend's own namespace where absent.
    pub namespaces: Option<LabelSelector>,
    /// Labels of the Services.
    pub services: Option<LabelSelector>,
}

/// One MCP server.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    exactly_one(&["host", "backendRef"]),
    rule("!has(self.backendRef) || !has(self.policies)", "backendRef excludes policies"),
]))]
pub struct McpStatic {
    /// Host name or IP address.
    #[schemars(length(min = 1, max = 256))]
    pub host: Option<String>,
    /// A Service in the same namespace.
    pub backend_ref: Option<LocalName>,
    /// Port.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: u16,
    /// Path; `/mcp` or `/sse` where none is given, by the protocol.
    #[schemars(length(min = 1, max = 1_024))]
    pub path: Option<String>,
    /// Transport; StreamableHTTP where none is given.
    pub protocol: Option<McpProtocol>,
    /// Policies of the target.
    #[serde(default)]
    #[schemars(schema_with = "policies")]
    pub policies: Option<BackendPolicies>,
}

/// A transport of MCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum McpProtocol {
    /// Streamable HTTP.
    #[serde(rename = "StreamableHTTP")]
    StreamableHttp,
    /// The older transport with server-sent events.
    #[serde(rename = "SSE")]
    Sse,
}

/// Whether a session stays with its servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum SessionRouting {
    /// It does.
    Stateful,
    /// Each request stands alone.
    Stateless,
}

/// When names of tools begin with their target's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum PrefixMode {
    /// Where there is more than one target.
    Conditional,
    /// Always.
    Always,
    /// Never.
    Never,
}

fn policies(generator: &mut SchemaGenerator) -> Schema {
    policy::plain_view(generator)
}
