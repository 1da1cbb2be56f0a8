//! An Amazon Bedrock Converse request (service model `bedrock-runtime` 2023-09-30, shapes `ConverseRequest` and below).
//!
//! Written only. The model is not in the body but in the path. A union of the service model is an enum here, because its
//! wire form (an object with one member) is what serde writes for one.

use serde::Serialize;

use crate::text::{Json, JsonText};

/// The request's body, of `Converse` and `ConverseStream` alike.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    pub(crate) messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) system: Vec<SystemBlock<'a>>,
    #[serde(skip_serializing_if = "InferenceConfig::is_empty")]
    pub(crate) inference_config: InferenceConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_config: Option<ToolConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guardrail_config: Option<GuardrailConfig>,
    /// The model's own parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_model_request_fields: Option<Json<'a>>,
    /// JSON pointers into the model's own answer.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub(crate) additional_model_response_field_paths: &'static [&'static str],
    /// For the invocation log: texts by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_metadata: Option<Json<'a>>,
    #[serde(skip_serializing_if = "OutputConfig::is_empty")]
    pub(crate) output_config: OutputConfig<'a>,
}

/// One turn.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message<'a> {
    pub(crate) role: Role,
    pub(crate) content: Vec<ContentBlock<'a>>,
}

/// Who speaks. The service model also has `system`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    User,
    Assistant,
}

/// A block of a turn.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ContentBlock<'a> {
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
pub(crate) enum SystemBlock<'a> {
    Text(JsonText<'a>),
    CachePoint(CachePoint<'a>),
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Image<'a> {
    /// `png`, `jpeg`, `gif` or `webp`.
    pub(crate) format: &'static str,
    pub(crate) source: ImageSource<'a>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ImageSource<'a> {
    /// In base64.
    Bytes(JsonText<'a>),
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Document<'a> {
    /// `pdf`, `csv`, `doc`, `docx`, `xls`, `xlsx`, `html`, `txt` or `md`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<&'static str>,
    /// Letters, digits, single spaces, hyphens, parentheses and brackets; unique in the request.
    pub(crate) name: String,
    pub(crate) source: DocumentSource<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) context: Option<JsonText<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) citations: Option<Citations>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DocumentSource<'a> {
    /// In base64.
    Bytes(JsonText<'a>),
    /// The parts that may be cited.
    Content(Vec<DocumentContent<'a>>),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DocumentContent<'a> {
    Text(JsonText<'a>),
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Citations {
    pub(crate) enabled: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolUse<'a> {
    /// 1 to 64 of `[a-zA-Z0-9_.:-]`.
    pub(crate) tool_use_id: JsonText<'a>,
    /// 1 to 64 of `[a-zA-Z0-9_-]`.
    pub(crate) name: JsonText<'a>,
    /// An object.
    pub(crate) input: Json<'a>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolResult<'a> {
    pub(crate) tool_use_id: JsonText<'a>,
    pub(crate) content: Vec<ToolResultContent<'a>>,
    /// Only Claude and Nova take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<ToolResultStatus>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ToolResultContent<'a> {
    Text(JsonText<'a>),
    Image(Image<'a>),
    Document(Document<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ToolResultStatus {
    Success,
    Error,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ReasoningContent<'a> {
    ReasoningText(ReasoningText<'a>),
    /// In base64.
    RedactedContent(JsonText<'a>),
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReasoningText<'a> {
    pub(crate) text: JsonText<'a>,
    pub(crate) signature: JsonText<'a>,
}

/// What stands before it is to be cached.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CachePoint<'a> {
    /// `default`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// `5m` or `1h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ttl: Option<JsonText<'a>>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InferenceConfig<'a> {
    /// At least 1; the model's own limit where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<Json<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_p: Option<Json<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) stop_sequences: Vec<JsonText<'a>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolConfig<'a> {
    /// At least one.
    pub(crate) tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_choice: Option<ToolChoice<'a>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Tool<'a> {
    ToolSpec(ToolSpec<'a>),
    CachePoint(CachePoint<'a>),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolSpec<'a> {
    pub(crate) name: JsonText<'a>,
    /// Not empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<JsonText<'a>>,
    pub(crate) input_schema: InputSchema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum InputSchema<'a> {
    Json(Json<'a>),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ToolChoice<'a> {
    Auto {},
    Any {},
    Tool { name: JsonText<'a> },
}

/// The guardrail that Bedrock applies to the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GuardrailConfig {
    pub(crate) guardrail_identifier: String,
    pub(crate) guardrail_version: String,
    /// `enabled`, `disabled` or `enabled_full`.
    pub(crate) trace: &'static str,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text_format: Option<TextFormat<'a>>,
    /// `low`, `medium`, `high`, `xhigh` or `max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effort: Option<JsonText<'a>>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TextFormat<'a> {
    /// `json_schema`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) structure: TextStructure<'a>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TextStructure<'a> {
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
    pub(crate) const fn new(ttl: Option<JsonText<'a>>) -> Self {
        Self {
            kind: "default",
            ttl,
        }
    }
}
