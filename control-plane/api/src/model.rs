//! AgentgatewayModel: a model by the name under which clients ask for it.
//!
//! Owns the union of a provider's model and a virtual one. Must not reach into the cluster network: an address
//! on the proxy's own machine is refused by the schema, and others after resolution.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::backend::policy::ai::FieldExpression;
use crate::backend::policy::auth::{self, BackendAuth};
use crate::backend::policy::guard::PromptGuard;
use crate::backend::policy::health::Health;
use crate::backend::policy::tls::BackendTls;
use crate::backend::policy::transport::Tunnel;
use crate::backend::provider::{Azure, Bedrock, Custom, VertexAi};
use crate::check::Check;
use crate::effect::Effects;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::policy::authorization::Authorization;
use crate::policy::header_modifier::HeaderModifiers;
use crate::scalar::DnsName;
use crate::schema::rule::{at_least_one, exactly_one, rule};
use crate::schema::view;

pub mod virtual_model;

use virtual_model::VirtualModel;

/// AgentgatewayModel.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AgentgatewayModel {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: ModelSpec,
    /// What of it is in effect.
    #[serde(skip)]
    pub effects: Effects,
}

/// A model: a provider's or a virtual one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = rules()))]
pub struct ModelSpec {
    /// Gateways, ListenerSets and HTTPRoutes that serve the model.
    #[schemars(length(min = 1, max = 16))]
    pub parent_refs: Vec<ModelParent>,
    /// Which requests are for the model.
    #[serde(rename = "match")]
    pub matches: Option<ModelMatch>,
    /// Whether clients may ask for it.
    #[serde(default)]
    pub visibility: Visibility,
    /// Who has the model.
    pub provider: Option<ModelProvider>,
    /// Address of the provider, instead of its own.
    #[serde(rename = "baseURL")]
    #[schemars(length(min = 1, max = 1_024))]
    pub base_url: Option<String>,
    /// With provider Azure.
    #[serde(default)]
    #[schemars(schema_with = "azure")]
    pub azure: Option<Azure>,
    /// With provider VertexAI.
    #[serde(default)]
    #[schemars(schema_with = "vertex")]
    pub vertexai: Option<VertexAi>,
    /// With provider Bedrock.
    #[serde(default)]
    #[schemars(schema_with = "bedrock")]
    pub bedrock: Option<Bedrock>,
    /// With provider Custom.
    #[serde(default)]
    #[schemars(schema_with = "custom")]
    pub custom: Option<Custom>,
    /// Policies of the model.
    pub policies: Option<ModelPolicies>,
    /// Models that stand behind this one.
    pub virtual_model: Option<VirtualModel>,
}

/// What serves a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelParent {
    /// API group.
    #[serde(default = "gateway_group")]
    #[schemars(
        length(max = 253),
        regex(pattern = r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub group: String,
    /// Kind: Gateway, ListenerSet or HTTPRoute.
    #[serde(default = "gateway_kind")]
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$")
    )]
    pub kind: String,
    /// Namespace; the model's own where none is given.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub namespace: Option<String>,
    /// Name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Listener, or rule of an HTTPRoute.
    pub section_name: Option<DnsName>,
    /// Port of a Gateway.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<u16>,
}

/// Which requests are for a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ModelMatch {
    /// Name, with `*` at one end or alone; the object's name where none is given.
    #[schemars(
        length(min = 1, max = 1_024),
        extend("x-kubernetes-validations" = [rule(
            "!self.contains('*') || self.matches('^([^*]*[*]|[*][^*]*)$')",
            "* may stand once, at an end",
        )]),
    )]
    pub model: Option<String>,
}

/// Whether clients may ask for a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Visibility {
    /// They may.
    #[default]
    Public,
    /// Only virtual models lead to it.
    Internal,
}

/// Who has a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ModelProvider {
    /// OpenAI.
    #[serde(rename = "OpenAI")]
    OpenAi,
    /// Azure.
    Azure,
    /// Anthropic.
    Anthropic,
    /// Gemini.
    Gemini,
    /// Vertex AI.
    #[serde(rename = "VertexAI")]
    VertexAi,
    /// Bedrock.
    Bedrock,
    /// Cohere.
    Cohere,
    /// Ollama.
    Ollama,
    /// Baseten.
    Baseten,
    /// Cerebras.
    Cerebras,
    /// Deepinfra.
    Deepinfra,
    /// Deepseek.
    Deepseek,
    /// Groq.
    Groq,
    /// Huggingface.
    Huggingface,
    /// Mistral.
    Mistral,
    /// Openrouter.
    Openrouter,
    /// Together AI.
    #[serde(rename = "TogetherAI")]
    TogetherAi,
    /// xAI.
    #[serde(rename = "XAI")]
    Xai,
    /// Fireworks.
    Fireworks,
    /// Anything that speaks a known format.
    Custom,
}

/// Policies of a model.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&[
    "transformations", "finalTransformations", "authorization", "auth", "health", "tls", "tunnel",
    "headers", "promptGuard",
])]))]
pub struct ModelPolicies {
    /// Fields that are computed from the client's body.
    #[schemars(
        length(min = 1, max = 64),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["field"]),
    )]
    pub transformations: Option<Vec<FieldExpression>>,
    /// Fields that are computed after the body was converted for the provider.
    #[schemars(
        length(min = 1, max = 64),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["field"]),
    )]
    pub final_transformations: Option<Vec<FieldExpression>>,
    /// Rules in CEL.
    pub authorization: Option<Authorization>,
    /// Credential towards the provider.
    #[schemars(schema_with = "auth::for_model")]
    pub auth: Option<BackendAuth>,
    /// When the provider counts as unhealthy.
    pub health: Option<Health>,
    /// TLS towards the provider.
    pub tls: Option<BackendTls>,
    /// A proxy on the way.
    pub tunnel: Option<Tunnel>,
    /// Headers that are set, added and removed.
    pub headers: Option<HeaderModifiers>,
    /// What is judged before it passes.
    pub prompt_guard: Option<PromptGuard>,
}

fn gateway_group() -> String {
    "gateway.networking.k8s.io".to_owned()
}

fn gateway_kind() -> String {
    "Gateway".to_owned()
}

// The model is the object's own, so the sub-objects of a provider have no field for it.
fn azure(generator: &mut SchemaGenerator) -> Schema {
    let fields = ["resourceName", "resourceType", "projectName", "apiVersion"];
    view::keep::<Azure>(generator, &fields, &[])
}

fn vertex(generator: &mut SchemaGenerator) -> Schema {
    view::keep::<VertexAi>(generator, &["projectId", "region"], &[])
}

fn bedrock(generator: &mut SchemaGenerator) -> Schema {
    view::keep::<Bedrock>(generator, &["region", "guardrail"], &[])
}

fn custom(generator: &mut SchemaGenerator) -> Schema {
    view::keep::<Custom>(generator, &["backendRef", "formats"], &[])
}

fn rules() -> Vec<serde_json::Value> {
    let mut rules = vec![
        exactly_one(&["provider", "virtualModel"]),
        rule(
            "!has(self.baseURL) || has(self.provider)",
            "baseURL needs provider",
        ),
        rule(
            "!has(self.virtualModel) || !has(self.policies)",
            "virtualModel excludes policies",
        ),
        rule(
            "!has(self.virtualModel) || !has(self.visibility) || self.visibility != 'Internal'",
            "a virtual model must be Public",
        ),
        rule(
            "!has(self.virtualModel) || !has(self.match) || !has(self.match.model) \
             || !self.match.model.contains('*')",
            "a virtual model must have an exact name",
        ),
        rule(
            "!has(self.provider) || self.provider != 'Ollama' || has(self.baseURL)",
            "Ollama needs baseURL",
        ),
        rule(
            "!has(self.baseURL) || (isURL(self.baseURL) \
             && url(self.baseURL).getScheme() in ['http', 'https'] \
             && url(self.baseURL).getHostname() != '')",
            "baseURL must be an http or https URL",
        ),
        rule(
            r"!has(self.baseURL) || !(self.baseURL.matches('(?i)^https?://([^/]+[.])?localhost(:[0-9]+)?(/|$)') || self.baseURL.matches('^https?://(127([.][0-9]{1,3}){0,3}|169[.]254[.][0-9]{1,3}[.][0-9]{1,3})(:[0-9]+)?(/|$)') || self.baseURL.matches('(?i)^https?://\\[(::1|fe[89ab][0-9a-f:]*)\\](:[0-9]+)?(/|$)'))",
            "baseURL must not be on this machine or link-local",
        ),
    ];
    for (field, provider) in [
        ("azure", "Azure"),
        ("vertexai", "VertexAI"),
        ("bedrock", "Bedrock"),
        ("custom", "Custom"),
    ] {
        rules.push(rule(
            format!("has(self.{field}) == (has(self.provider) && self.provider == '{provider}')"),
            format!("{field} goes with provider {provider}, and with it only"),
        ));
    }
    rules
}

impl Resource for AgentgatewayModel {
    const KIND: Kind = Kind::AgentgatewayModel;
    resource_metadata!();

    fn check(&self, _: &mut Check) {}

    fn note_effects(&mut self, effects: Effects) {
        self.effects = effects;
    }
}
