//! One model provider: its kind, and how to reach it.
//!
//! Owns the union of kinds and its bounds. Must not know addresses of providers: where a kind lives by default
//! is translation's business.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::backend::static_host::check_host;
use crate::check::Check;
use crate::http_route::BackendObjectReference;
use crate::reference;
use crate::schema::rule::{exactly_one, rule};

/// One provider: exactly one kind, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    exactly_one(&[
        "openai", "azureopenai", "azure", "anthropic", "gemini", "vertexai", "bedrock", "custom",
    ]),
    rule("has(self.host) == has(self.port)", "host and port must be set together"),
    rule(
        "!has(self.custom) || has(self.custom.backendRef) != has(self.host)",
        "custom needs exactly one of custom.backendRef and host",
    ),
    rule("!has(self.path) || !has(self.pathPrefix)", "path excludes pathPrefix"),
    rule(
        "!has(self.custom) || !self.custom.formats.exists(f, has(f.path)) \
         || !(has(self.path) || has(self.pathPrefix))",
        "the path of a format excludes path and pathPrefix",
    ),
    rule("!has(self.pathPrefix) || has(self.host)", "pathPrefix needs host"),
]))]
pub struct Provider {
    /// OpenAI.
    pub openai: Option<OpenAi>,
    /// Azure OpenAI, by its endpoint.
    pub azureopenai: Option<AzureOpenAi>,
    /// Azure, by its resource.
    pub azure: Option<Azure>,
    /// Anthropic.
    pub anthropic: Option<Model>,
    /// Gemini.
    pub gemini: Option<Model>,
    /// Vertex AI.
    pub vertexai: Option<VertexAi>,
    /// Bedrock.
    pub bedrock: Option<Bedrock>,
    /// Anything that speaks a known format.
    pub custom: Option<Custom>,
    /// Host instead of the kind's own.
    #[schemars(length(min = 1, max = 256))]
    pub host: Option<String>,
    /// Port, with `host`.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<u16>,
    /// Replaces the whole upstream path.
    #[schemars(length(min = 1, max = 1_024))]
    pub path: Option<String>,
    /// Stands in front of the format's own path; with `host`.
    #[schemars(length(min = 1, max = 1_024))]
    pub path_prefix: Option<String>,
}

/// A kind that is a model and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Model {
    /// Replaces the model of the request.
    #[schemars(length(min = 1, max = 256))]
    pub model: Option<String>,
}

/// OpenAI.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OpenAi {
    /// Replaces the model of the request.
    #[schemars(length(min = 1, max = 256))]
    pub model: Option<String>,
    /// Asks the provider to judge what goes in and out.
    pub moderation: Option<Moderation>,
}

/// Moderation by the provider itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Moderation {
    /// Model that judges.
    #[serde(default = "moderation_model")]
    #[schemars(length(min = 1, max = 256))]
    pub model: String,
    /// What follows from the judgement.
    pub policy: Option<ModerationPolicy>,
}

/// What follows from a judgement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ModerationPolicy {
    /// About the prompt.
    pub input: Option<ModerationSide>,
    /// About the answer.
    pub output: Option<ModerationSide>,
}

/// What follows from a judgement about one side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ModerationSide {
    /// Whether it only scores or blocks.
    pub mode: ModerationMode,
}

/// What moderation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ModerationMode {
    /// Scores are attached.
    Score,
    /// What is flagged is blocked.
    Block,
}

/// Azure OpenAI.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!has(self.apiVersion) || self.apiVersion == 'v1' || has(self.deploymentName)",
    "deploymentName must be set, unless apiVersion is v1 or absent",
)]))]
pub struct AzureOpenAi {
    /// Host of the resource.
    #[schemars(length(min = 1, max = 256))]
    pub endpoint: String,
    /// Deployment of the model.
    #[schemars(length(min = 1, max = 256))]
    pub deployment_name: Option<String>,
    /// Version of the API.
    #[schemars(length(min = 1, max = 64))]
    pub api_version: Option<String>,
}

/// Azure.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "self.resourceType != 'Foundry' || has(self.projectName)",
    "projectName must be set for Foundry",
)]))]
pub struct Azure {
    /// Name of the resource.
    #[schemars(length(min = 1, max = 256))]
    pub resource_name: String,
    /// Kind of the resource.
    pub resource_type: AzureResource,
    /// Project, for Foundry.
    #[schemars(length(min = 1, max = 256))]
    pub project_name: Option<String>,
    /// Version of the API.
    #[schemars(length(min = 1, max = 64))]
    pub api_version: Option<String>,
    /// Replaces the model of the request.
    #[schemars(length(min = 1, max = 256))]
    pub model: Option<String>,
}

/// A kind of resource in Azure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum AzureResource {
    /// Azure OpenAI.
    #[serde(rename = "OpenAI")]
    OpenAi,
    /// Azure AI Foundry.
    Foundry,
}

/// Vertex AI.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VertexAi {
    /// Project.
    #[schemars(length(min = 1, max = 64))]
    pub project_id: String,
    /// Region.
    #[serde(default = "vertex_region")]
    #[schemars(length(min = 1, max = 64))]
    pub region: String,
    /// Replaces the model of the request.
    #[schemars(length(min = 1, max = 256))]
    pub model: Option<String>,
}

/// Bedrock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Bedrock {
    /// Region.
    #[serde(default = "bedrock_region")]
    #[schemars(length(min = 1, max = 63), regex(pattern = "^[a-z0-9-]+$"))]
    pub region: String,
    /// Replaces the model of the request.
    #[schemars(length(min = 1, max = 256))]
    pub model: Option<String>,
    /// Guardrail that Bedrock applies.
    pub guardrail: Option<BedrockGuardrail>,
}

/// A guardrail of Bedrock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct BedrockGuardrail {
    /// Its id.
    #[schemars(length(min = 1, max = 256))]
    pub identifier: String,
    /// Its version.
    #[schemars(length(min = 1, max = 256))]
    pub version: String,
}

/// A provider that speaks known formats at an address of its own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [backend_kind()]))]
pub struct Custom {
    /// Replaces the model of the request.
    #[schemars(length(min = 1, max = 256))]
    pub model: Option<String>,
    /// A Service or InferencePool in the same namespace, instead of `host`.
    #[serde(default)]
    #[schemars(schema_with = "reference::local_backend")]
    pub backend_ref: Option<BackendObjectReference>,
    /// Formats that it speaks.
    #[schemars(
        length(min = 1, max = 6),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]),
    )]
    pub formats: Vec<CustomFormat>,
}

/// A format and where it lives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = [
    rule("!has(self.path) || self.path.startsWith('/')", "path must start with /"),
]))]
pub struct CustomFormat {
    /// Format.
    #[serde(rename = "type")]
    pub kind: FormatType,
    /// Path of the format.
    #[schemars(length(min = 1, max = 1_024))]
    pub path: Option<String>,
}

/// A wire format of model providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum FormatType {
    /// OpenAI chat completions.
    Completions,
    /// Anthropic messages.
    Messages,
    /// OpenAI responses.
    Responses,
    /// OpenAI embeddings.
    Embeddings,
    /// Anthropic token count.
    AnthropicTokenCount,
    /// OpenAI realtime.
    Realtime,
    /// Rerank.
    Rerank,
}

/// What `backendRef` of a custom provider may refer to.
pub(crate) fn backend_kind() -> serde_json::Value {
    rule(
        "!has(self.backendRef) \
         || (self.backendRef.group == '' && self.backendRef.kind == 'Service') \
         || (self.backendRef.group == 'inference.networking.k8s.io' \
         && self.backendRef.kind == 'InferencePool')",
        "backendRef must be a Service or an InferencePool",
    )
}

fn moderation_model() -> String {
    "omni-moderation-latest".to_owned()
}

fn vertex_region() -> String {
    "global".to_owned()
}

fn bedrock_region() -> String {
    "us-east-1".to_owned()
}

// === impl Provider ===

impl Provider {
    pub(crate) fn check(&self, check: &mut Check) {
        if let Some(host) = &self.host {
            check_host(check, "host", host);
        }
        for (name, path) in [("path", &self.path), ("pathPrefix", &self.path_prefix)] {
            if let Some(path) = path {
                check_path(check, name, path);
            }
        }
        if let Some(custom) = &self.custom {
            check.field("custom", |check| {
                check.each("formats", &custom.formats, |check, format| {
                    if let Some(path) = &format.path {
                        check_path(check, "path", path);
                    }
                });
            });
        }
    }
}

// What stands in a request line. The schema asks for less, as upstream's does.
fn check_path(check: &mut Check, name: &str, path: &str) {
    let fits = path.starts_with('/')
        && path
            .bytes()
            .all(|byte| byte > 0x20 && byte < 0x7f && byte != b'#');
    check.that(name, fits, "must start with '/' and be a URL path");
}
