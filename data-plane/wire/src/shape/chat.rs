//! An OpenAI chat completions request (API reference "Create chat completion", and the types of OpenAI's Python SDK).
//!
//! Read flat, because a union by `type` would have to build what is opaque; the same types are written. Of members that
//! are not listed here nothing is kept.

use serde::{Deserialize, Serialize};

use crate::text::{Json, JsonText};

/// The request's body.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Request<'a> {
    #[serde(default)]
    pub model: String,
    #[serde(borrow, default)]
    pub messages: Vec<Message<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<Json<'a>>,
    /// Not OpenAI's: many compatible servers take it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<Json<'a>>,
    /// A text or a list of texts.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<Tool<'a>>>,
    /// `"auto"`, `"none"`, `"required"` or an object.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub response_format: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub user: Option<JsonText<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub logit_bias: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub store: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub modalities: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub web_search_options: Option<Json<'a>>,
    /// Legacy function calling, before tools.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub functions: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub function_call: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub safety_identifier: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub prompt_cache_key: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub verbosity: Option<Json<'a>>,
    /// Extension: Anthropic's `thinking` object as it is.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Json<'a>>,
    /// Extension: the budget of thinking, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking_budget_tokens: Option<u64>,
    /// Extensions that only Gemini has.
    #[serde(
        rename = "safetySettings",
        alias = "safety_settings",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub safety_settings: Option<Json<'a>>,
    #[serde(
        rename = "cachedContent",
        alias = "cached_content",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub cached_content: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub thinking_config: Option<Json<'a>>,
}

/// `stream_options`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct StreamOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_usage: Option<bool>,
}

/// One message.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Message<'a> {
    /// `system`, `developer`, `user`, `assistant`, `tool` or `function`.
    pub role: String,
    /// A text, a list of [`Part`]s, or null.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<ToolCall<'a>>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<JsonText<'a>>,
    /// Legacy: the call of a function.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub function_call: Option<Json<'a>>,
    /// Extension of compatible servers: reasoning as text.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<Json<'a>>,
    /// Extension: what we put beside `reasoning_content` in an answer, sent back.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub reasoning_signature: Option<JsonText<'a>>,
    /// Extension: Anthropic's thinking blocks as they are (also LiteLLM's name).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub thinking_blocks: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<Json<'a>>,
}

/// A part of a message's content.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Part<'a> {
    /// `text`, `image_url`, `input_audio`, `file` or `refusal`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub text: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<ImageUrl<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub input_audio: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub file: Option<File<'a>>,
    /// Extension: Anthropic's cache marker.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<Json<'a>>,
}

/// `image_url`; `url` may be a data URL.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ImageUrl<'a> {
    #[serde(borrow)]
    pub url: JsonText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Json<'a>>,
    /// Extension: the media type where the URL does not tell it.
    #[serde(
        alias = "mime_type",
        alias = "content_type",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub format: Option<JsonText<'a>>,
}

/// `file`: by data URL or by the provider's id.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct File<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub file_data: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<JsonText<'a>>,
}

/// A tool that the model may call.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Tool<'a> {
    /// `function` or `custom`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Function<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<Json<'a>>,
}

/// A function's declaration.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Function<'a> {
    #[serde(borrow)]
    pub name: JsonText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub description: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

/// A call in an assistant's message.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ToolCall<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<JsonText<'a>>,
    /// `function` (also where absent) or `custom`.
    #[serde(
        rename = "type",
        default = "function",
        skip_serializing_if = "String::is_empty"
    )]
    pub kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Called<'a>>,
    /// Google's place for a thought signature on its OpenAI surface.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub extra_content: Option<Json<'a>>,
}

/// The function that is called.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Called<'a> {
    #[serde(borrow)]
    pub name: JsonText<'a>,
    /// JSON text, as text; absent where there are none.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<JsonText<'a>>,
}

fn function() -> String {
    "function".to_owned()
}
