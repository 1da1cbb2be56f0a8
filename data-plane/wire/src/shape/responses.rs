//! An OpenAI Responses request (API reference "Create a model response", and the types of OpenAI's Python SDK, 3.57).
//!
//! Items and parts are read flat ([`Item`] and [`Part`] have the unions of all members), because a union by `type` would
//! have to build what is opaque. The same types are written. Of members that are not listed here nothing is kept.

pub mod envelope;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::shape::OneOrMany;
use crate::text::{Json, JsonText};

/// The request's body.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Request<'a> {
    #[serde(default)]
    pub model: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Input<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<Tool<'a>>>,
    /// `"auto"`, `"none"`, `"required"` or an object.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub max_tool_calls: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Reasoning<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextConfig<'a>>,
    /// What the answer shall hold beyond the default, such as `reasoning.encrypted_content`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
    /// Absent means true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<bool>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub user: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub safety_identifier: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub prompt_cache_key: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub prompt_cache_retention: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub prompt_cache_options: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub truncation: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub context_management: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Json<'a>>,
    /// What only the provider that keeps state can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<bool>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub previous_response_id: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Json<'a>>,
    /// A template that the provider keeps.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Json<'a>>,
}

/// A text, or a list of items.
#[derive(Clone, Debug, PartialEq)]
pub struct Input<'a>(pub OneOrMany<'a, Item<'a>>);

/// One item of the input; which members there are follows from `type`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Item<'a> {
    /// `message` (also where absent), `reasoning`, `function_call`, `function_call_output`, `custom_tool_call`,
    /// `custom_tool_call_output`, or one of the hosted tools'.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<JsonText<'a>>,
    /// Of a message: `user`, `assistant`, `system` or `developer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Of a message: a text or a list of [`Part`]s. Of `reasoning`: a list of `reasoning_text` parts.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Json<'a>>,
    /// Of `reasoning`: a list of `summary_text` parts.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Vec<Part<'a>>>,
    /// Of `reasoning`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub encrypted_content: Option<JsonText<'a>>,
    /// Of calls and their outputs.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<JsonText<'a>>,
    /// Of calls.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<JsonText<'a>>,
    /// Of calls: the group of tools that the tool is of.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<JsonText<'a>>,
    /// Of `function_call`: JSON text, as text.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Json<'a>>,
    /// Of `custom_tool_call`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub input: Option<JsonText<'a>>,
    /// Of outputs: a text or a list of [`Part`]s.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A part of a message's content, of an output, or of reasoning.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Part<'a> {
    /// `input_text`, `input_image`, `input_file`, `output_text`, `refusal`, `summary_text` or `reasoning_text`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub text: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<JsonText<'a>>,
    /// A URL, which may be a data URL.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<JsonText<'a>>,
    /// A data URL.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub file_data: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub file_url: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub input_audio: Option<Json<'a>>,
    /// Of `output_text`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub prompt_cache_breakpoint: Option<Json<'a>>,
}

/// A tool. `function` and `custom` are the client's; any other is run by OpenAI.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Tool<'a> {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub description: Option<JsonText<'a>>,
    /// Of `function`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Json<'a>>,
    /// Of `function`; absent means true, unlike in chat completions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// Of `custom`: what the input looks like.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Json<'a>>,
}

/// How the model reasons.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Reasoning<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<JsonText<'a>>,
    /// `auto`, `concise` or `detailed`; absent means that reasoning is not shown.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Json<'a>>,
}

/// What the text of the answer looks like.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct TextConfig<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub verbosity: Option<Json<'a>>,
}

/// `text.format`, flat: unlike in chat completions the schema's members are beside the `type`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Format<'a> {
    /// `text`, `json_object` or `json_schema`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub description: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

// === impl Request ===

impl Request<'_> {
    /// Names of the custom tools: what an encoder has to tell from functions, where both became functions on the way.
    pub fn custom_tools(&self) -> Vec<String> {
        let tools = self.tools.iter().flatten();
        tools
            .filter(|tool| tool.kind == "custom")
            .filter_map(|tool| Some(tool.name.as_ref()?.decode().into_owned()))
            .collect()
    }
}

// === impl Input ===

impl<'de: 'a, 'a> Deserialize<'de> for Input<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let read = OneOrMany::read(raw).map_err(serde::de::Error::custom)?;
        Ok(Self(read.unwrap_or_else(|| OneOrMany::Many(Vec::new()))))
    }
}

impl Serialize for Input<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            OneOrMany::One(text) => text.serialize(serializer),
            OneOrMany::Many(items) => items.serialize(serializer),
        }
    }
}

// === impl Item ===

impl Item<'_> {
    /// The item's type; a message may leave it out, and a reference is known by its id alone.
    pub fn kind(&self) -> &str {
        match self.kind.as_deref() {
            Some(kind) => kind,
            None if self.role.is_some() => "message",
            None => "item_reference",
        }
    }
}

// === impl Part ===

impl<'a> Part<'a> {
    /// A part of one of the kinds that hold a text.
    pub fn text(kind: &str, text: JsonText<'a>) -> Self {
        Self {
            kind: kind.to_owned(),
            text: Some(text),
            ..Self::default()
        }
    }
}
