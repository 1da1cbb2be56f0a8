//! An Amazon Bedrock Converse request (service model `bedrock-runtime` 2023-09-30, shapes `ConverseRequest` and below).
//!
//! Written only. The model is not in the body but in the path. A union of the service model is an enum here, because its
//! wire form (an object with one member) is what serde writes for one.

use serde::Serialize;

use crate::text::{Json, JsonText};

/// The request's body, of `Converse` and `ConverseStream` alike.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    pub messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub system: Vec<SystemBlock<'a>>,
    #[serde(skip_serializing_if = "InferenceConfig::is_empty")]
    pub inference_config: InferenceConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_config: Option<ToolConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardrail_config: Option<GuardrailConfig>,
    /// The model's own parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_model_request_fields: Option<Json<'a>>,
    /// JSON pointers into the model's own answer.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub additional_model_response_field_paths: &'static [&'static str],
    /// For the invocation log: texts by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_metadata: Option<Json<'a>>,
    #[serde(skip_serializing_if = "OutputConfig::is_empty")]
    pub output_config: OutputConfig<'a>,
}

/// One turn.
#[derive(Clone, Debug, Serialize)]
pub struct Message<'a> {
    pub role: Role,
    pub content: Vec<ContentBlock<'a>>,
}

/// Who speaks. The service model also has `system`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    User,
    Assistant,
}

/// A block of a turn.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ContentBlock<'a> {
    /// Not blank.
    Text(JsonText<'a>),
    Image(Image<'a>),
    Document(Document<'a>),
    ToolUse(ToolUse<'a>),
    ToolResult(ToolResult<'a>),
    ReasoningContent(ReasoningContent<'a>),
    CachePoint(CachePoint<'a>),
}

/// A block of the system prompt.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SystemBlock<'a> {
    Text(JsonText<'a>),
    CachePoint(CachePoint<'a>),
}

#[derive(Clone, Debug, Serialize)]
pub struct Image<'a> {
    /// `png`, `jpeg`, `gif` or `webp`.
    pub format: &'static str,
    pub source: ImageSource<'a>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ImageSource<'a> {
    /// In base64.
    Bytes(JsonText<'a>),
}

#[derive(Clone, Debug, Serialize)]
pub struct Document<'a> {
    /// `pdf`, `csv`, `doc`, `docx`, `xls`, `xlsx`, `html`, `txt` or `md`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'static str>,
    /// Letters, digits, single spaces, hyphens, parentheses and brackets; unique in the request.
    pub name: String,
    pub source: DocumentSource<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<JsonText<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citations: Option<Citations>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DocumentSource<'a> {
    /// In base64.
    Bytes(JsonText<'a>),
    /// The parts that may be cited.
    Content(Vec<DocumentContent<'a>>),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DocumentContent<'a> {
    Text(JsonText<'a>),
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Citations {
    pub enabled: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolUse<'a> {
    /// 1 to 64 of `[a-zA-Z0-9_.:-]`.
    pub tool_use_id: JsonText<'a>,
    /// 1 to 64 of `[a-zA-Z0-9_-]`.
    pub name: JsonText<'a>,
    /// An object.
    pub input: Json<'a>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolResult<'a> {
    pub tool_use_id: JsonText<'a>,
    pub content: Vec<ToolResultContent<'a>>,
    /// Only Claude and Nova take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ToolResultStatus>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ToolResultContent<'a> {
    Text(JsonText<'a>),
    Image(Image<'a>),
    Document(Document<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolResultStatus {
    Success,
    Error,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ReasoningContent<'a> {
    ReasoningText(ReasoningText<'a>),
    /// In base64.
    RedactedContent(JsonText<'a>),
}

#[derive(Clone, Debug, Serialize)]
pub struct ReasoningText<'a> {
    pub text: JsonText<'a>,
    pub signature: JsonText<'a>,
}

/// What stands before it is to be cached.
#[derive(Clone, Debug, Serialize)]
pub struct CachePoint<'a> {
    /// `default`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `5m` or `1h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<JsonText<'a>>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InferenceConfig<'a> {
    /// At least 1; the model's own limit where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Json<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<Json<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<JsonText<'a>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolConfig<'a> {
    /// At least one.
    pub tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice<'a>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Tool<'a> {
    ToolSpec(ToolSpec<'a>),
    CachePoint(CachePoint<'a>),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolSpec<'a> {
    pub name: JsonText<'a>,
    /// Not empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<JsonText<'a>>,
    pub input_schema: InputSchema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum InputSchema<'a> {
    Json(Json<'a>),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ToolChoice<'a> {
    Auto {},
    Any {},
    Tool { name: JsonText<'a> },
}

/// The guardrail that Bedrock applies to the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailConfig {
    pub guardrail_identifier: String,
    pub guardrail_version: String,
    /// `enabled`, `disabled` or `enabled_full`.
    pub trace: &'static str,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_format: Option<TextFormat<'a>>,
    /// `low`, `medium`, `high`, `xhigh` or `max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<JsonText<'a>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct TextFormat<'a> {
    /// `json_schema`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub structure: TextStructure<'a>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TextStructure<'a> {
    JsonSchema {
        /// The schema's JSON, as text.
        schema: JsonText<'a>,
    },
}

// === impl InferenceConfig ===

impl InferenceConfig<'_> {
    fn is_empty(&self) -> bool {
        self.max_tokens.is_none()
            && self.temperature.is_none()
            && self.top_p.is_none()
            && self.stop_sequences.is_empty()
    }
}

// === impl OutputConfig ===

impl OutputConfig<'_> {
    const fn is_empty(&self) -> bool {
        self.text_format.is_none() && self.effort.is_none()
    }
}

// === impl CachePoint ===

impl<'a> CachePoint<'a> {
    pub const fn new(ttl: Option<JsonText<'a>>) -> Self {
        Self {
            kind: "default",
            ttl,
        }
    }
}
