//! Strict types of what a client reads.
//!
//! After OpenAI's published API reference and the `openai` Python SDK's types. Invariant: every
//! type denies members that it does not name, so a slip of the mock cannot pass.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Completion {
    pub(crate) id: String,
    pub(crate) object: String,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) usage: Usage,
    #[serde(rename = "service_tier")]
    _service_tier: String,
    #[serde(rename = "system_fingerprint")]
    _system_fingerprint: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    pub(crate) index: u64,
    pub(crate) message: Message,
    #[serde(rename = "logprobs", deserialize_with = "required")]
    _logprobs: Option<Value>,
    pub(crate) finish_reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Message {
    pub(crate) role: String,
    pub(crate) content: String,
    #[serde(rename = "refusal", deserialize_with = "required")]
    _refusal: Option<String>,
    #[serde(rename = "annotations")]
    _annotations: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chunk {
    pub(crate) id: String,
    pub(crate) object: String,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) choices: Vec<ChunkChoice>,
    /// Absent, null, or counts.
    #[serde(default, deserialize_with = "present")]
    pub(crate) usage: Option<Option<Usage>>,
    #[serde(rename = "service_tier")]
    _service_tier: String,
    #[serde(rename = "system_fingerprint")]
    _system_fingerprint: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChunkChoice {
    #[serde(rename = "index")]
    _index: u64,
    pub(crate) delta: Delta,
    #[serde(rename = "logprobs", deserialize_with = "required")]
    _logprobs: Option<Value>,
    #[serde(deserialize_with = "required")]
    pub(crate) finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delta {
    pub(crate) role: Option<String>,
    pub(crate) content: Option<String>,
    #[serde(default, rename = "refusal")]
    _refusal: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Usage {
    pub(crate) prompt_tokens: u64,
    pub(crate) completion_tokens: u64,
    pub(crate) total_tokens: u64,
    prompt_tokens_details: PromptDetails,
    completion_tokens_details: CompletionDetails,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PromptDetails {
    cached_tokens: u64,
    audio_tokens: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompletionDetails {
    reasoning_tokens: u64,
    audio_tokens: u64,
    accepted_prediction_tokens: u64,
    rejected_prediction_tokens: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorEnvelope {
    pub(crate) error: ErrorObject,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorObject {
    pub(crate) message: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(deserialize_with = "required")]
    pub(crate) param: Option<String>,
    #[serde(deserialize_with = "required")]
    pub(crate) code: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelList {
    pub(crate) object: String,
    pub(crate) data: Vec<Model>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    pub(crate) id: String,
    pub(crate) object: String,
    #[serde(rename = "created")]
    _created: u64,
    pub(crate) owned_by: String,
}

/// Null is a value, absence is a mistake.
fn required<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

/// Tells null from absence.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}
