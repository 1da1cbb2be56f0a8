//! `tidegate.v1.AiService` to [`Service`].
//!
//! Must refuse a service without kind: nobody can tell where its requests would go.

use ::route::field::{FieldError, Within};
use dp_llm::edge::Guardrail;
use dp_llm::format::Format;
use dp_llm::provider::{AzureVersion, Service, Surface, UpstreamPath};
use proto::tidegate::v1 as wire;
use proto::tidegate::v1::ai_service::Kind;
use proto::tidegate::v1::azure_service::Resource;

/// What stands in front of the paths of services that have such a prefix.
const PREFIX: &str = "/v1";

/// Decodes a service, and the guardrail that only Bedrock has.
pub(super) fn decode(
    message: Option<&wire::AiService>,
) -> Result<(Service, Option<Guardrail>), FieldError> {
    let prefix = || PREFIX.to_owned();
    let mut guardrail = None;
    let service = match message.and_then(|message| message.kind.as_ref()) {
        None => return Err(FieldError::missing("kind")),
        Some(Kind::Openai(_)) => Service::OpenAi { prefix: prefix() },
        Some(Kind::Anthropic(_)) => Service::Anthropic { prefix: prefix() },
        Some(Kind::Bedrock(bedrock)) => {
            if !bedrock.guardrail_identifier.is_empty() {
                guardrail = Some(Guardrail {
                    identifier: bedrock.guardrail_identifier.clone(),
                    version: bedrock.guardrail_version.clone(),
                });
            }
            Service::Bedrock {
                region: bedrock.region.clone(),
            }
        }
        Some(Kind::Azure(azure)) => self::azure(azure).within("azure")?,
        Some(Kind::Gemini(_)) => Service::Gemini,
        Some(Kind::Vertex(vertex)) => {
            if vertex.project.is_empty() {
                return Err(FieldError::missing("vertex.project"));
            }
            Service::Vertex {
                project: vertex.project.clone(),
                region: some(&vertex.region),
            }
        }
        Some(Kind::Custom(custom)) => self::custom(custom).within("custom")?,
    };
    Ok((service, guardrail))
}

fn azure(message: &wire::AzureService) -> Result<Service, FieldError> {
    match Resource::try_from(message.resource) {
        Ok(Resource::Openai) => Ok(Service::AzureOpenAi {
            resource: None,
            api_version: AzureVersion::parse(&message.api_version),
        }),
        Ok(Resource::Foundry) => Ok(Service::Foundry {
            resource: None,
            project: some(&message.project),
        }),
        Ok(Resource::Unspecified) => Err(FieldError::missing("resource")),
        Err(_) => Err(FieldError::unknown_enum("resource", message.resource)),
    }
}

/// What a custom provider has.
enum Has {
    Format(Format),
    Surface(Surface),
}

fn custom(message: &wire::CustomService) -> Result<Service, FieldError> {
    if message.formats.is_empty() {
        return Err(FieldError::missing("formats"));
    }
    let (mut formats, mut surfaces) = (Vec::new(), Vec::new());
    for (index, own) in message.formats.iter().enumerate() {
        let (has, path) = format(own).within_index("formats", index)?;
        match has {
            Has::Format(format) => formats.push((format, path)),
            Has::Surface(surface) => surfaces.push((surface, path)),
        }
    }
    Ok(Service::Custom {
        prefix: PREFIX.to_owned(),
        formats,
        surfaces,
    })
}

fn format(message: &wire::CustomFormat) -> Result<(Has, Option<UpstreamPath>), FieldError> {
    let has = match wire::AiFormat::try_from(message.format) {
        Ok(wire::AiFormat::OpenaiChatCompletions) => Has::Format(Format::OpenAiChatCompletions),
        Ok(wire::AiFormat::OpenaiResponses) => Has::Format(Format::OpenAiResponses),
        Ok(wire::AiFormat::AnthropicMessages) => Has::Format(Format::AnthropicMessages),
        Ok(wire::AiFormat::OpenaiEmbeddings) => Has::Surface(Surface::Embeddings),
        Ok(wire::AiFormat::AnthropicTokenCount) => Has::Surface(Surface::AnthropicTokenCount),
        Ok(wire::AiFormat::OpenaiRealtime) => Has::Surface(Surface::Realtime),
        Ok(wire::AiFormat::Rerank) => Has::Surface(Surface::Rerank),
        Ok(wire::AiFormat::Unspecified) => return Err(FieldError::missing("format")),
        Err(_) => return Err(FieldError::unknown_enum("format", message.format)),
    };
    let path = match message.path.as_str() {
        "" => None,
        // A path that is given whole does not depend on the format.
        path => Some(
            UpstreamPath::try_new(Format::OpenAiChatCompletions, "", path)
                .map_err(|error| FieldError::invalid("path", error.to_string()))?,
        ),
    };
    Ok((has, path))
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
