//! `promptGuard`: what judges prompts and answers.
//!
//! Owns the union of guards on both sides, and what of it upstream's schema has; what a TidegatePolicy has is [`own`]'s. A guard
//! that does not answer refuses, unless its failure mode says otherwise.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::backend::policy::{BackendPolicies, SIMPLE, auth};
use crate::duration::Span;
use crate::http_route::BackendObjectReference;
use crate::scalar::{Cel, FailureMode, HttpHeaderName, Long, Short};
use crate::schema::rule::{at_least, at_least_one, exactly_one, rule};
use crate::schema::view;

pub mod own;

/// What judges prompts and answers.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["request", "response"])]))]
pub struct PromptGuard {
    /// Whether answers are judged while they stream.
    pub streaming: Option<Streaming>,
    /// Guards of prompts, in order.
    #[schemars(schema_with = "request_guards", length(min = 1, max = 8))]
    pub request: Option<Vec<Guard>>,
    /// Guards of answers, in order.
    #[schemars(schema_with = "response_guards", length(min = 1, max = 8))]
    pub response: Option<Vec<Guard>>,
}

/// Whether answers are judged while they stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Streaming {
    /// They are.
    Enabled,
}

/// A guard: exactly one kind.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Guard {
    /// Patterns.
    pub regex: Option<RegexGuard>,
    /// A service.
    pub webhook: Option<Webhook>,
    /// OpenAI's moderation.
    #[serde(rename = "openAIModeration")]
    pub openai_moderation: Option<OpenAiModeration>,
    /// Guardrails of Bedrock.
    pub bedrock_guardrails: Option<BedrockGuardrails>,
    /// Model Armor of Google.
    pub google_model_armor: Option<ModelArmor>,
    /// Azure AI Content Safety; of a TidegatePolicy alone.
    pub azure_content_safety: Option<ContentSafety>,
    /// Ready-made detectors and patterns with names; of a TidegatePolicy alone.
    pub detect: Option<own::Detect>,
    /// What happens where a service gives no verdict, FailClosed where none is given; of a TidegatePolicy alone.
    pub failure_mode: Option<FailureMode>,
    /// How long a verdict is waited for; of a TidegatePolicy alone.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1ms")]))]
    pub timeout: Option<Span>,
    /// What is answered where the guard refuses.
    pub response: Option<Refusal>,
    /// What of the prompt is judged; all but ToolInput where absent.
    #[schemars(length(min = 1, max = 4), extend("x-kubernetes-list-type" = "set"))]
    pub scope: Option<Vec<Scope>>,
}

/// What of a prompt is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Scope {
    /// The system prompt.
    SystemPrompt,
    /// The messages.
    Messages,
    /// What tools gave.
    ToolOutput,
    /// What tools were given.
    ToolInput,
    /// What tools are said to do; of a TidegatePolicy alone.
    #[schemars(skip)]
    ToolDefinitions,
    /// Arguments of calls of tools in an answer; of a TidegatePolicy alone.
    #[schemars(skip)]
    ToolCalls,
}

/// What is answered where a guard refuses.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Refusal {
    /// Body.
    pub message: String,
    /// Status.
    #[schemars(range(min = 200, max = 599))]
    pub status_code: u16,
}

/// Patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RegexGuard {
    /// Own patterns.
    #[schemars(length(max = 1_024))]
    pub matches: Option<Vec<Long>>,
    /// Ready-made patterns.
    #[schemars(length(max = 64))]
    pub builtins: Option<Vec<Builtin>>,
    /// What happens to a match.
    pub action: RegexAction,
}

/// A ready-made pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Builtin {
    /// Social security numbers of the United States.
    Ssn,
    /// Numbers of credit cards.
    CreditCard,
    /// Telephone numbers.
    PhoneNumber,
    /// Mail addresses.
    Email,
    /// Social insurance numbers of Canada.
    CaSin,
}

/// What happens to a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum RegexAction {
    /// It is masked.
    #[default]
    Mask,
    /// The request is refused.
    Reject,
}

/// A service that judges.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// The service.
    pub backend_ref: BackendObjectReference,
    /// Headers of the call.
    #[schemars(extend("maxProperties" = 64))]
    pub headers: Option<BTreeMap<String, Cel>>,
    /// Headers of the client's request that are passed on.
    #[schemars(length(max = 64))]
    pub forward_header_matches: Option<Vec<HeaderMatch>>,
    /// What happens where it does not answer; FailClosed where none is given.
    pub failure_mode: Option<FailureMode>,
}

/// Headers by name and value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct HeaderMatch {
    /// How the value is compared.
    #[serde(rename = "type", default)]
    pub kind: HeaderMatchType,
    /// Name.
    pub name: HttpHeaderName,
    /// Value.
    #[schemars(length(min = 1, max = 4_096))]
    pub value: String,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum HeaderMatchType {
    /// As it is.
    #[default]
    Exact,
    /// As a pattern.
    RegularExpression,
}

/// OpenAI's moderation.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OpenAiModeration {
    /// Model that judges.
    pub model: Option<String>,
    /// Scores from which on a text is refused, by category; of a TidegatePolicy alone.
    #[schemars(skip)]
    pub thresholds: BTreeMap<String, String>,
    /// Policies of the call.
    #[schemars(schema_with = "openai_policies")]
    pub policies: Option<BackendPolicies>,
}

/// Guardrails of Bedrock.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
pub struct BedrockGuardrails {
    /// Id of the guardrail.
    pub identifier: Short,
    /// Version of the guardrail.
    pub version: Short,
    /// Region.
    pub region: Short,
    /// Policies of the call.
    #[serde(default)]
    #[schemars(schema_with = "bedrock_policies")]
    pub policies: Option<BackendPolicies>,
}

/// Model Armor of Google.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelArmor {
    /// Id of the template.
    pub template_id: Short,
    /// Project.
    pub project_id: Short,
    /// Location.
    #[serde(default = "location")]
    #[schemars(length(min = 1, max = 256))]
    pub location: String,
    /// Policies of the call.
    #[serde(default)]
    #[schemars(schema_with = "google_policies")]
    pub policies: Option<BackendPolicies>,
}

/// Azure AI Content Safety.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["endpoint", "backendRef"])]))]
pub struct ContentSafety {
    /// URL of the resource.
    #[schemars(length(min = 1, max = 1_024), regex(pattern = "^https://"))]
    pub endpoint: Option<String>,
    /// A Service or a static AgentgatewayBackend in the place of the resource's own host.
    pub backend_ref: Option<BackendObjectReference>,
    /// Severities from which on a text is refused.
    pub severity: Option<Severity>,
    /// Lists of words of the resource.
    #[schemars(length(min = 1, max = 16), extend("x-kubernetes-list-type" = "set"))]
    pub blocklist_names: Option<Vec<Short>>,
    /// A word of a list ends the analysis.
    pub halt_on_blocklist_hit: bool,
    /// Prompts are judged by Prompt Shields, too.
    pub prompt_shield: bool,
    /// Policies of the call.
    #[schemars(schema_with = "azure_policies")]
    pub policies: Option<BackendPolicies>,
}

/// Severities from which on a text is refused, by category; 2 where none is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Severity {
    /// Of hate.
    #[schemars(range(min = 1, max = 7))]
    pub hate: Option<u8>,
    /// Of self-harm.
    #[schemars(range(min = 1, max = 7))]
    pub self_harm: Option<u8>,
    /// Of what is sexual.
    #[schemars(range(min = 1, max = 7))]
    pub sexual: Option<u8>,
    /// Of violence.
    #[schemars(range(min = 1, max = 7))]
    pub violence: Option<u8>,
}

impl Default for Refusal {
    fn default() -> Self {
        Refusal {
            message: "The request was rejected due to inappropriate content".to_owned(),
            status_code: 403,
        }
    }
}

fn location() -> String {
    "us-central1".to_owned()
}

fn request_guards(generator: &mut SchemaGenerator) -> Schema {
    let kinds = [
        "regex",
        "webhook",
        "openAIModeration",
        "bedrockGuardrails",
        "googleModelArmor",
    ];
    let scope = rule(
        "!has(self.scope) || has(self.regex) || has(self.bedrockGuardrails) \
         || (self.scope.size() == 2 && 'SystemPrompt' in self.scope && 'Messages' in self.scope)",
        "scope other than SystemPrompt and Messages needs regex or bedrockGuardrails",
    );
    guards(generator, &kinds, &["response", "scope"], &[scope])
}

fn response_guards(generator: &mut SchemaGenerator) -> Schema {
    let kinds = ["regex", "webhook", "bedrockGuardrails", "googleModelArmor"];
    guards(generator, &kinds, &["response"], &[])
}

fn guards(
    generator: &mut SchemaGenerator,
    kinds: &[&str],
    others: &[&str],
    rules: &[serde_json::Value],
) -> Schema {
    let mut all = vec![exactly_one(kinds)];
    all.extend_from_slice(rules);
    let guard = view::keep::<Guard>(generator, &[kinds, others].concat(), &all);
    json_schema!({"type": "array", "items": guard})
}

fn policies(generator: &mut SchemaGenerator, kinds: &[&str]) -> Schema {
    let mut schema = view::keep::<BackendPolicies>(generator, SIMPLE, &[at_least_one(SIMPLE)]);
    let auth = auth::for_guard(generator, kinds).to_value();
    if let Some(serde_json::Value::Object(properties)) =
        schema.ensure_object().get_mut("properties")
    {
        properties.insert("auth".to_owned(), auth);
    }
    schema
}

fn openai_policies(generator: &mut SchemaGenerator) -> Schema {
    policies(generator, &["key", "secretRef"])
}

fn bedrock_policies(generator: &mut SchemaGenerator) -> Schema {
    policies(generator, &["key", "secretRef", "aws"])
}

fn azure_policies(generator: &mut SchemaGenerator) -> Schema {
    policies(generator, &["key", "secretRef", "azure"])
}

fn google_policies(generator: &mut SchemaGenerator) -> Schema {
    policies(generator, &["gcp"])
}
