//! What governs the answer of `generateContent`: tools, sampling, the answer's form.
//!
//! Written and read by the rules of [`super`].

use serde::{Deserialize, Serialize};

use super::list;
use crate::text::{Json, JsonText};

/// Functions that the model may call, or one of Google's own tools.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool<'a> {
    #[serde(
        alias = "function_declarations",
        borrow,
        default,
        deserialize_with = "list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub function_declarations: Vec<FunctionDeclaration<'a>>,
    #[serde(
        alias = "google_search",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub google_search: Option<Json<'a>>,
    #[serde(
        alias = "google_search_retrieval",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub google_search_retrieval: Option<Json<'a>>,
    #[serde(
        alias = "enterprise_web_search",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub enterprise_web_search: Option<Json<'a>>,
    #[serde(
        alias = "google_maps",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub google_maps: Option<Json<'a>>,
    #[serde(
        alias = "url_context",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub url_context: Option<Json<'a>>,
    #[serde(
        alias = "code_execution",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub code_execution: Option<Json<'a>>,
    #[serde(
        alias = "computer_use",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub computer_use: Option<Json<'a>>,
    #[serde(
        alias = "file_search",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub file_search: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<Json<'a>>,
}

/// A function that the model may call.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionDeclaration<'a> {
    #[serde(borrow)]
    pub name: JsonText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub description: Option<JsonText<'a>>,
    /// Google's `Schema`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Json<'a>>,
    /// The same as JSON Schema.
    #[serde(
        alias = "parameters_json_schema",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub parameters_json_schema: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<Json<'a>>,
}

/// How tools are used.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolConfig<'a> {
    #[serde(
        alias = "function_calling_config",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub function_calling_config: Option<FunctionCallingConfig<'a>>,
    #[serde(
        alias = "retrieval_config",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub retrieval_config: Option<Json<'a>>,
}

/// Which functions may or must be called.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionCallingConfig<'a> {
    /// `AUTO`, `ANY`, `NONE` or `VALIDATED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(
        alias = "allowed_function_names",
        borrow,
        default,
        deserialize_with = "list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub allowed_function_names: Vec<JsonText<'a>>,
}

/// How the answer is made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GenerationConfig<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Json<'a>>,
    #[serde(
        alias = "top_p",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub top_p: Option<Json<'a>>,
    #[serde(
        alias = "top_k",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub top_k: Option<Json<'a>>,
    #[serde(
        alias = "max_output_tokens",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub max_output_tokens: Option<u64>,
    #[serde(
        alias = "stop_sequences",
        borrow,
        default,
        deserialize_with = "list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub stop_sequences: Vec<JsonText<'a>>,
    #[serde(
        alias = "candidate_count",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub candidate_count: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<Json<'a>>,
    #[serde(
        alias = "frequency_penalty",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub frequency_penalty: Option<Json<'a>>,
    #[serde(
        alias = "presence_penalty",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub presence_penalty: Option<Json<'a>>,
    #[serde(
        alias = "response_logprobs",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub response_logprobs: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<Json<'a>>,
    #[serde(
        alias = "response_mime_type",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub response_mime_type: Option<String>,
    /// Google's `Schema`.
    #[serde(
        alias = "response_schema",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub response_schema: Option<Json<'a>>,
    /// The same as JSON Schema.
    #[serde(
        alias = "response_json_schema",
        alias = "_responseJsonSchema",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub response_json_schema: Option<Json<'a>>,
    #[serde(
        alias = "response_modalities",
        default,
        deserialize_with = "list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub response_modalities: Vec<String>,
    /// A [`ThinkingConfig`].
    #[serde(
        alias = "thinking_config",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub thinking_config: Option<Json<'a>>,
    #[serde(
        alias = "media_resolution",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub media_resolution: Option<Json<'a>>,
    #[serde(
        alias = "speech_config",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub speech_config: Option<Json<'a>>,
    #[serde(
        alias = "image_config",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub image_config: Option<Json<'a>>,
}

/// How much the model reasons.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThinkingConfig {
    #[serde(
        alias = "include_thoughts",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub include_thoughts: Option<bool>,
    /// In tokens; -1 leaves it to the model. Up to Gemini 2.5.
    #[serde(
        alias = "thinking_budget",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub thinking_budget: Option<i64>,
    /// `minimal`, `low`, `medium` or `high`. From Gemini 3 on.
    #[serde(
        alias = "thinking_level",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub thinking_level: Option<String>,
}
