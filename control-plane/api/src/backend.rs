//! AgentgatewayBackend: the whole union of backend types.
//!
//! Owns the union and what its types share. Types that Tidegate does not serve yet are kept as JSON so that
//! translation names them. The rule "exactly one type" is checked here, because a directory has no API server.

use serde::Deserialize;
use serde_json::Value;

use crate::check::Check;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};

pub mod ai;
pub mod policy;
pub mod static_host;

use ai::AiBackend;
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
}

/// `spec` of an AgentgatewayBackend: exactly one type, and policies.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BackendSpec {
    /// Model providers.
    pub ai: Option<AiBackend>,
    /// A fixed host.
    #[serde(rename = "static")]
    pub static_host: Option<StaticBackend>,
    /// The host that the request names.
    pub dynamic_forward_proxy: Option<DynamicForwardProxy>,
    /// MCP servers; not served yet.
    pub mcp: Option<Value>,
    /// AWS services; not served yet.
    pub aws: Option<Value>,
    /// An A2A agent; not served yet.
    pub a2a: Option<Value>,
    /// Policies of the backend.
    pub policies: Option<BackendPolicies>,
}

/// `dynamicForwardProxy`: has no fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct DynamicForwardProxy {}

impl Resource for AgentgatewayBackend {
    const KIND: Kind = Kind::AgentgatewayBackend;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        check.field("spec", |check| {
            let spec = &self.spec;
            check.exactly_one(&[
                ("ai", spec.ai.is_some()),
                ("static", spec.static_host.is_some()),
                ("dynamicForwardProxy", spec.dynamic_forward_proxy.is_some()),
                ("mcp", spec.mcp.is_some()),
                ("aws", spec.aws.is_some()),
                ("a2a", spec.a2a.is_some()),
            ]);
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
}
