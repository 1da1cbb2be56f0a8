//! An Anthropic Messages request (API reference "Create a Message", `anthropic-version: 2023-06-01`, and the types of
//! Anthropic's Python SDK).
//!
//! Blocks are read flat ([`Block`] has the union of all members), because a union by `type` would have to build what is
//! opaque. The same types are written. Of members that are not listed here nothing is kept.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::{Json, JsonText};

/// The request's body. `max_tokens` must be there on Anthropic's wire; an intermediate value may leave it open.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Request<'a> {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// A text, or a list of text [`Block`]s.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub system: Option<Json<'a>>,
    #[serde(borrow, default)]
    pub messages: Vec<Message<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<Tool<'a>>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub stop_sequences: Option<Vec<JsonText<'a>>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Thinking<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub output_config: Option<OutputConfig<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub mcp_servers: Option<Json<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub context_management: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
}

/// One turn.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Message<'a> {
    /// `user` or `assistant`; newer models also take `system` in the middle.
    pub role: String,
    #[serde(borrow)]
    pub content: Content<'a>,
}

/// What a turn says: a text, or a list of [`Block`]s.
#[derive(Clone, Debug)]
pub enum Content<'a> {
    /// As it was read.
    Read(Json<'a>),
    /// As it was put together, and not written yet.
    Made(Vec<Block<'a>>),
}

/// A block of content; which members there are follows from `type`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Block<'a> {
    /// `text`, `image`, `document`, `tool_use`, `tool_result`, `thinking`, `redacted_thinking`, or one of the server
    /// tools' blocks.
    #[serde(rename = "type")]
    pub kind: String,
    /// Of `text`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub text: Option<JsonText<'a>>,
    /// Of `thinking`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<JsonText<'a>>,
    /// Of `thinking`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<JsonText<'a>>,
    /// Of `redacted_thinking`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub data: Option<JsonText<'a>>,
    /// Of `image` and `document`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source<'a>>,
    /// Of `document`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Json<'a>>,
    /// Of `document`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Json<'a>>,
    /// Of `document` and `search_result`; an answer's text block has a list here.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub citations: Option<Json<'a>>,
    /// Of `tool_use`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<JsonText<'a>>,
    /// Of `tool_use`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<JsonText<'a>>,
    /// Of `tool_use`: an object.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Json<'a>>,
    /// Of `tool_result`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tool_use_id: Option<JsonText<'a>>,
    /// Of `tool_result`: a text, or a list of [`Block`]s.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Json<'a>>,
    /// Of `tool_result`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_error: Option<bool>,
    /// Of any block.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<Json<'a>>,
}

/// Where an image's or document's bytes are.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Source<'a> {
    /// `base64`, `url`, `file`, `text` or `content`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub data: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub url: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Json<'a>>,
}

/// A tool. One without `type`, or of type `custom`, is the client's; any other is run by Anthropic.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Tool<'a> {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(borrow)]
    pub name: JsonText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub description: Option<JsonText<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub input_schema: Option<Json<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<Json<'a>>,
}

/// Which tools may or must be called.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ToolChoice<'a> {
    /// `auto`, `any`, `tool` or `none`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<JsonText<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_parallel_tool_use: Option<bool>,
}

/// Extended thinking.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Thinking<'a> {
    /// `enabled`, `disabled` or `adaptive`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_tokens: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub display: Option<Json<'a>>,
}

/// How the answer is made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct OutputConfig<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<JsonText<'a>>,
    /// `{"type": "json_schema", "schema": {..}}`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Json<'a>>,
}

/// Who asks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Metadata<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<JsonText<'a>>,
}

// === impl Block ===

impl Block<'_> {
    /// The same, borrowed.
    #[must_use]
    pub fn reborrow(&self) -> Block<'_> {
        fn text<'b>(text: &'b Option<JsonText<'_>>) -> Option<JsonText<'b>> {
            text.as_ref().map(JsonText::reborrow)
        }
        fn json<'b>(json: &'b Option<Json<'_>>) -> Option<Json<'b>> {
            json.as_ref().map(Json::reborrow)
        }
        Block {
            kind: self.kind.clone(),
            text: text(&self.text),
            thinking: text(&self.thinking),
            signature: text(&self.signature),
            data: text(&self.data),
            source: self.source.as_ref().map(|source| Source {
                kind: source.kind.clone(),
                media_type: text(&source.media_type),
                data: text(&source.data),
                url: text(&source.url),
                file_id: text(&source.file_id),
                content: json(&source.content),
            }),
            title: json(&self.title),
            context: json(&self.context),
            citations: json(&self.citations),
            id: text(&self.id),
            name: text(&self.name),
            input: json(&self.input),
            tool_use_id: text(&self.tool_use_id),
            content: json(&self.content),
            is_error: self.is_error,
            cache_control: json(&self.cache_control),
        }
    }

    /// The same without the document that it was read from.
    #[must_use]
    pub fn into_owned(self) -> Block<'static> {
        let text = |text: Option<JsonText<'_>>| text.map(JsonText::into_owned);
        let json = |json: Option<Json<'_>>| json.map(Json::into_owned);
        Block {
            kind: self.kind,
            text: text(self.text),
            thinking: text(self.thinking),
            signature: text(self.signature),
            data: text(self.data),
            source: self.source.map(|source| Source {
                kind: source.kind,
                media_type: text(source.media_type),
                data: text(source.data),
                url: text(source.url),
                file_id: text(source.file_id),
                content: json(source.content),
            }),
            title: json(self.title),
            context: json(self.context),
            citations: json(self.citations),
            id: text(self.id),
            name: text(self.name),
            input: json(self.input),
            tool_use_id: text(self.tool_use_id),
            content: json(self.content),
            is_error: self.is_error,
            cache_control: json(self.cache_control),
        }
    }
}

// === impl Content ===

impl<'a> Content<'a> {
    /// As JSON.
    #[must_use]
    pub fn into_json(self) -> Json<'a> {
        match self {
            Self::Read(json) => json,
            Self::Made(blocks) => Json::of(&blocks),
        }
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Json<'_> {
        match self {
            Self::Read(json) => json.reborrow(),
            Self::Made(blocks) => Json::of(blocks),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Json::deserialize(deserializer).map(Self::Read)
    }
}

impl Serialize for Content<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Read(json) => json.serialize(serializer),
            Self::Made(blocks) => blocks.serialize(serializer),
        }
    }
}
