//! An Anthropic Messages request (API reference "Create a Message", `anthropic-version: 2023-06-01`, and the types of
//! Anthropic's Python SDK).
//!
//! Blocks are read flat ([`Block`] has the union of all members), because a union by `type` would have to build what is
//! opaque. The same types are written. Of members that are not listed here nothing is kept.

use serde::{Deserialize, Serialize};

use crate::text::{Json, JsonText};

/// The request's body. `max_tokens` must be there on Anthropic's wire; an intermediate value may leave it open.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Request<'a> {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_tokens: Option<u64>,
    /// A text, or a list of text [`Block`]s.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) system: Option<Json<'a>>,
    #[serde(borrow, default)]
    pub(crate) messages: Vec<Message<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) tools: Option<Vec<Tool<'a>>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool_choice: Option<ToolChoice<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) stop_sequences: Option<Vec<JsonText<'a>>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) top_p: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) top_k: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) thinking: Option<Thinking<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) output_config: Option<OutputConfig<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) service_tier: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) container: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) mcp_servers: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) context_management: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stream: Option<bool>,
}

/// One turn.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Message<'a> {
    /// `user` or `assistant`; newer models also take `system` in the middle.
    pub(crate) role: String,
    /// A text, or a list of [`Block`]s.
    #[serde(borrow)]
    pub(crate) content: Json<'a>,
}

/// A block of content; which members there are follows from `type`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Block<'a> {
    /// `text`, `image`, `document`, `tool_use`, `tool_result`, `thinking`, `redacted_thinking`, or one of the server
    /// tools' blocks.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Of `text`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<JsonText<'a>>,
    /// Of `thinking`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) thinking: Option<JsonText<'a>>,
    /// Of `thinking`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<JsonText<'a>>,
    /// Of `redacted_thinking`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<JsonText<'a>>,
    /// Of `image` and `document`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source<'a>>,
    /// Of `document`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<Json<'a>>,
    /// Of `document`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) context: Option<Json<'a>>,
    /// Of `document` and `search_result`; an answer's text block has a list here.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) citations: Option<Json<'a>>,
    /// Of `tool_use`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<JsonText<'a>>,
    /// Of `tool_use`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<JsonText<'a>>,
    /// Of `tool_use`: an object.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<Json<'a>>,
    /// Of `tool_result`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool_use_id: Option<JsonText<'a>>,
    /// Of `tool_result`: a text, or a list of [`Block`]s.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<Json<'a>>,
    /// Of `tool_result`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) is_error: Option<bool>,
    /// Of any block.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<Json<'a>>,
}

/// Where an image's or document's bytes are.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Source<'a> {
    /// `base64`, `url`, `file`, `text` or `content`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) file_id: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<Json<'a>>,
}

/// A tool. One without `type`, or of type `custom`, is the client's; any other is run by Anthropic.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Tool<'a> {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(borrow)]
    pub(crate) name: JsonText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) input_schema: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<Json<'a>>,
}

/// Which tools may or must be called.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct ToolChoice<'a> {
    /// `auto`, `any`, `tool` or `none`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<JsonText<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) disable_parallel_tool_use: Option<bool>,
}

/// Extended thinking.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Thinking<'a> {
    /// `enabled`, `disabled` or `adaptive`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) budget_tokens: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) display: Option<Json<'a>>,
}

/// How the answer is made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct OutputConfig<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) effort: Option<JsonText<'a>>,
    /// `{"type": "json_schema", "schema": {..}}`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<Json<'a>>,
}

/// Who asks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Metadata<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<JsonText<'a>>,
}
