//! An OpenAI chat completions request (API reference "Create chat completion", and the types of OpenAI's Python SDK).
//!
//! Read flat, because a union by `type` would have to build what is opaque; the same types are written. Of members that
//! are not listed here nothing is kept.

use serde::{Deserialize, Serialize};

use crate::text::{Json, JsonText};

/// The request's body.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Request<'a> {
    #[serde(default)]
    pub(crate) model: String,
    #[serde(borrow, default)]
    pub(crate) messages: Vec<Message<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stream: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stream_options: Option<StreamOptions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_tokens: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_completion_tokens: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) top_p: Option<Json<'a>>,
    /// Not OpenAI's: many compatible servers take it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) top_k: Option<Json<'a>>,
    /// A text or a list of texts.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) stop: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) tools: Option<Vec<Tool<'a>>>,
    /// `"auto"`, `"none"`, `"required"` or an object.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool_choice: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parallel_tool_calls: Option<bool>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) response_format: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning_effort: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<JsonText<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) n: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) frequency_penalty: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) presence_penalty: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) logprobs: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) top_logprobs: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) logit_bias: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) store: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) service_tier: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) modalities: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) audio: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) prediction: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) web_search_options: Option<Json<'a>>,
    /// Legacy function calling, before tools.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) functions: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) function_call: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) safety_identifier: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) prompt_cache_key: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) verbosity: Option<Json<'a>>,
    /// Extension: Anthropic's `thinking` object as it is.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) thinking: Option<Json<'a>>,
    /// Extension: the budget of thinking, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) thinking_budget_tokens: Option<u64>,
    /// Extensions that only Gemini has.
    #[serde(
        rename = "safetySettings",
        alias = "safety_settings",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) safety_settings: Option<Json<'a>>,
    #[serde(
        rename = "cachedContent",
        alias = "cached_content",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) cached_content: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) labels: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) thinking_config: Option<Json<'a>>,
}

/// `stream_options`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct StreamOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) include_usage: Option<bool>,
}

/// One message.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Message<'a> {
    /// `system`, `developer`, `user`, `assistant`, `tool` or `function`.
    pub(crate) role: String,
    /// A text, a list of [`Part`]s, or null.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool_calls: Option<Vec<ToolCall<'a>>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool_call_id: Option<JsonText<'a>>,
    /// Legacy: the call of a function.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) function_call: Option<Json<'a>>,
    /// Extension of compatible servers: reasoning as text.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning_content: Option<Json<'a>>,
    /// Extension: what we put beside `reasoning_content` in an answer, sent back.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning_signature: Option<JsonText<'a>>,
    /// Extension: Anthropic's thinking blocks as they are (also LiteLLM's name).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) thinking_blocks: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<Json<'a>>,
}

/// A part of a message's content.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Part<'a> {
    /// `text`, `image_url`, `input_audio`, `file` or `refusal`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) image_url: Option<ImageUrl<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) input_audio: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<File<'a>>,
    /// Extension: Anthropic's cache marker.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<Json<'a>>,
}

/// `image_url`; `url` may be a data URL.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ImageUrl<'a> {
    #[serde(borrow)]
    pub(crate) url: JsonText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<Json<'a>>,
    /// Extension: the media type where the URL does not tell it.
    #[serde(
        alias = "mime_type",
        alias = "content_type",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) format: Option<JsonText<'a>>,
}

/// `file`: by data URL or by the provider's id.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct File<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) filename: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) file_data: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) file_id: Option<JsonText<'a>>,
}

/// A tool that the model may call.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Tool<'a> {
    /// `function` or `custom`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<Function<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) custom: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<Json<'a>>,
}

/// A function's declaration.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Function<'a> {
    #[serde(borrow)]
    pub(crate) name: JsonText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
}

/// A call in an assistant's message.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ToolCall<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<JsonText<'a>>,
    /// `function` (also where absent) or `custom`.
    #[serde(
        rename = "type",
        default = "function",
        skip_serializing_if = "String::is_empty"
    )]
    pub(crate) kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<Called<'a>>,
    /// Google's place for a thought signature on its OpenAI surface.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) extra_content: Option<Json<'a>>,
}

/// The function that is called.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Called<'a> {
    #[serde(borrow)]
    pub(crate) name: JsonText<'a>,
    /// JSON text, as text; absent where there are none.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) arguments: Option<JsonText<'a>>,
}

fn function() -> String {
    "function".to_owned()
}
