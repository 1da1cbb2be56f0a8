//! `ai` of a backend's policies: prompts, guards, models.
//!
//! Owns the fields that change or judge the body of a request to a model. Values are JSON as written: which
//! field of which format they go to is not known here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backend::policy::guard::PromptGuard;
use crate::scalar::{Cel, Short};
use crate::schema::rule::at_least_one;

/// Prompts, guards, models.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&[
    "prompt", "promptGuard", "defaults", "overrides", "transformations", "finalTransformations",
    "modelAliases", "promptCaching", "routes",
])]))]
pub struct BackendAi {
    /// Messages that are put around the client's.
    pub prompt: Option<PromptEnrichment>,
    /// What is judged before it passes.
    pub prompt_guard: Option<PromptGuard>,
    /// Fields that are filled in where the body lacks them.
    #[schemars(length(min = 1, max = 64))]
    pub defaults: Option<Vec<FieldValue>>,
    /// Fields that are replaced.
    #[schemars(length(min = 1, max = 64))]
    pub overrides: Option<Vec<FieldValue>>,
    /// Fields that are computed from the client's body.
    #[schemars(length(min = 1, max = 64))]
    pub transformations: Option<Vec<FieldExpression>>,
    /// Fields that are computed after the body was converted for the provider.
    #[schemars(length(min = 1, max = 64))]
    pub final_transformations: Option<Vec<FieldExpression>>,
    /// Models by the names under which clients ask for them.
    #[schemars(extend("maxProperties" = 64))]
    pub model_aliases: Option<BTreeMap<String, String>>,
    /// Marks what the provider may cache.
    pub prompt_caching: Option<PromptCaching>,
    /// Operations by the end of the path, longest first; an end that is not named stands for what it does without them.
    #[schemars(extend("maxProperties" = 1_024))]
    pub routes: Option<BTreeMap<String, RouteFormat>>,
}

/// Messages that are put around the client's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PromptEnrichment {
    /// In front.
    #[schemars(length(max = 1_024))]
    pub prepend: Option<Vec<Message>>,
    /// Behind.
    #[schemars(length(max = 1_024))]
    pub append: Option<Vec<Message>>,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Message {
    /// Who speaks.
    pub role: String,
    /// What is said.
    pub content: String,
}

/// A field of the body and its value.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
pub struct FieldValue {
    /// The field.
    pub field: Short,
    /// Any JSON value.
    pub value: Value,
}

/// A field of the body and what computes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct FieldExpression {
    /// The field.
    pub field: Short,
    /// What computes it.
    pub expression: Cel,
}

/// Marks what the provider may cache.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PromptCaching {
    /// The system prompt.
    pub cache_system: bool,
    /// The messages.
    pub cache_messages: bool,
    /// The tools.
    pub cache_tools: bool,
    /// Tokens below which nothing is marked.
    #[schemars(range(max = 2_147_483_647))]
    pub min_tokens: u32,
    /// How many messages from the end the mark stands.
    #[schemars(range(max = 2_147_483_647))]
    pub cache_message_offset: u32,
}

/// A format that a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RouteFormat {
    /// OpenAI chat completions.
    Completions,
    /// Anthropic messages.
    Messages,
    /// The list of models.
    Models,
    /// Passed on unread.
    Passthrough,
    /// Found out from the body.
    Detect,
    /// OpenAI responses.
    Responses,
    /// Anthropic token count.
    AnthropicTokenCount,
    /// OpenAI embeddings.
    Embeddings,
    /// OpenAI realtime.
    Realtime,
    /// Rerank.
    Rerank,
    /// Gemini content.
    GenerateContent,
    /// Gemini token count.
    GeminiCountTokens,
}

impl Default for PromptCaching {
    fn default() -> Self {
        PromptCaching {
            cache_system: true,
            cache_messages: true,
            cache_tools: false,
            min_tokens: 1_024,
            cache_message_offset: 0,
        }
    }
}
