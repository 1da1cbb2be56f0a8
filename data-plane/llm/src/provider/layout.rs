//! How vendors lay out their paths.
//!
//! It must not know which service takes what; a format that has no place in a layout is refused. Invariant: what comes from
//! a client goes into a path only by way of `model::segment`.

use super::model::{self, ModelError, VertexModel};
use super::path::UpstreamPath;
use super::{AzureVersion, Operation, ServiceError};
use crate::format::Format;

/// The path of a format as its inventor lays it out, behind a prefix; `own` replaces both.
pub(super) fn in_format(
    format: Format,
    prefix: &str,
    own: Option<&UpstreamPath>,
    model: &str,
    operation: Operation,
) -> Result<UpstreamPath, ServiceError> {
    let base = || UpstreamPath::try_new(format, prefix, "");
    let base = own.map_or_else(base, |own| Ok(own.clone()))?;
    let rest = match (format, operation) {
        (Format::OpenAiChatCompletions | Format::OpenAiResponses, Operation::CountTokens) => {
            return Err(ServiceError::Unsupported);
        }
        (Format::AnthropicMessages, Operation::CountTokens) => "/count_tokens".to_owned(),
        (
            Format::OpenAiChatCompletions | Format::OpenAiResponses | Format::AnthropicMessages,
            Operation::Unary | Operation::Stream,
        ) => return Ok(base),
        (Format::BedrockConverse, _) => {
            let method = match operation {
                Operation::Unary => "converse",
                Operation::Stream => "converse-stream",
                Operation::CountTokens => "count-tokens",
            };
            format!("/model/{}/{method}", model::arn_segment(model)?)
        }
        (Format::GeminiGenerateContent, _) => {
            let (collection, id) = model::gemini(model);
            format!("/{collection}/{}{}", model::segment(id)?, method(operation))
        }
    };
    Ok(base.followed_by(&rest)?)
}

/// The method of Google's models. Without `alt=sse` a stream would be one JSON array (llm.md P-4).
const fn method(operation: Operation) -> &'static str {
    match operation {
        Operation::Unary => ":generateContent",
        Operation::Stream => ":streamGenerateContent?alt=sse",
        Operation::CountTokens => ":countTokens",
    }
}

/// The path on Azure OpenAI. Before `v1` it named the deployment, other than for responses.
pub(super) fn azure_path(
    version: &AzureVersion,
    format: Format,
    model: &str,
    operation: Operation,
) -> Result<UpstreamPath, ServiceError> {
    if operation == Operation::CountTokens {
        return Err(ServiceError::Unsupported);
    }
    let suffix = format.path().unwrap_or_default();
    let path = match (version, format) {
        (AzureVersion::V1, _) => format!("/openai/v1{suffix}"),
        (AzureVersion::Preview, _) => format!("/openai/v1{suffix}?api-version=preview"),
        (AzureVersion::Dated(date), Format::OpenAiResponses) => {
            format!("/openai/responses?api-version={}", model::segment(date)?)
        }
        (AzureVersion::Dated(date), _) => format!(
            "/openai/deployments/{}{suffix}?api-version={}",
            model::segment(model)?,
            model::segment(date)?
        ),
    };
    Ok(UpstreamPath::checked(path)?)
}

/// What paths of a project on Vertex AI begin with.
pub(super) fn vertex_base(project: &str, region: Option<&str>) -> Result<String, ModelError> {
    let region = region.filter(|region| !region.is_empty());
    Ok(format!(
        "/v1/projects/{}/locations/{}",
        model::segment(project)?,
        model::segment(region.unwrap_or("global"))?
    ))
}

/// The path on Vertex AI, behind the project's.
pub(super) fn vertex_path(
    base: &str,
    format: Format,
    model: &str,
    operation: Operation,
) -> Result<UpstreamPath, ServiceError> {
    let path = match (VertexModel::of(model), format) {
        (VertexModel::Anthropic(id), Format::AnthropicMessages) => {
            let (id, method) = match operation {
                Operation::Unary => (model::segment(&id)?, "rawPredict"),
                Operation::Stream => (model::segment(&id)?, "streamRawPredict"),
                // The body names the model.
                Operation::CountTokens => ("count-tokens".to_owned(), "rawPredict"),
            };
            format!("{base}/publishers/anthropic/models/{id}:{method}")
        }
        (VertexModel::Google(id), Format::GeminiGenerateContent) => format!(
            "{base}/publishers/google/models/{}{}",
            model::segment(id)?,
            method(operation)
        ),
        (_, Format::OpenAiChatCompletions) if operation != Operation::CountTokens => {
            format!("{base}/endpoints/openapi/chat/completions")
        }
        (_, _) => return Err(ServiceError::Unsupported),
    };
    Ok(UpstreamPath::checked(path)?)
}
