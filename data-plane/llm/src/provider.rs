//! Providers' services: which formats each takes, where, and with what in headers and bodies besides.
//!
//! It must not know credentials, connections or the client's request. Invariant: all of it is a function of configuration,
//! format and model, so that an attempt is rendered the same way each time; a model's id never leads to another path.
//!
//! Paths after the vendors' references: OpenAI, Anthropic, Amazon Bedrock Runtime, Azure OpenAI ("API lifecycle"), Azure AI
//! Foundry (Claude), Gemini API and Vertex AI.

mod bedrock;
mod beta;
mod body;
mod endpoint;
mod key_place;
mod layout;
mod model;
mod path;
mod realtime;
mod resource;

pub use bedrock::Family;
pub use body::{BodyModel, BodyRules};
pub use endpoint::{Endpoint, rebased};
pub use key_place::KeyPlace;
pub use model::ModelError;
pub use path::{PathError, UpstreamPath};
pub(crate) use realtime::{QUERY_MODEL, parameter_name};
pub(crate) use resource::Offer;

use crate::edge::Vendor;
use crate::format::Format;
use layout::{azure_path, in_format, vertex_base, vertex_path};
use model::VertexModel;

/// What is asked of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// An answer in one piece.
    Unary,
    /// An answer as it is made.
    Stream,
    /// How many tokens a prompt has.
    CountTokens,
}

/// A provider's service, with what decides on paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// OpenAI, behind a prefix (`/v1`).
    OpenAi {
        /// In front of the formats' paths.
        prefix: String,
    },
    /// Anthropic, behind a prefix (`/v1`).
    Anthropic {
        /// In front of the formats' paths.
        prefix: String,
    },
    /// Amazon Bedrock.
    Bedrock {
        /// Such as `us-east-1`.
        region: String,
    },
    /// A resource of Azure OpenAI.
    AzureOpenAi {
        /// Its name; `None` where the host is configured.
        resource: Option<String>,
        /// The version of its API.
        api_version: AzureVersion,
    },
    /// A resource of Azure AI Foundry.
    Foundry {
        /// Its name; `None` where the host is configured.
        resource: Option<String>,
        /// The project whose deployments are used; `None` for the resource's own.
        project: Option<String>,
    },
    /// Google AI Studio.
    Gemini,
    /// Google Vertex AI.
    Vertex {
        /// The project that pays.
        project: String,
        /// Such as `europe-west1`, `eu`; `None` for `global`.
        region: Option<String>,
    },
    /// Anything that speaks these formats.
    Custom {
        /// In front of the formats' paths.
        prefix: String,
        /// The formats, each with its path where it is not the format's own behind the prefix.
        formats: Vec<(Format, Option<UpstreamPath>)>,
        /// What it has besides conversations, each with its path where it is not the usual one behind the prefix.
        surfaces: Vec<(Surface, Option<UpstreamPath>)>,
    },
}

/// What a custom provider can say that it has besides conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Surface {
    /// OpenAI's embeddings.
    Embeddings,
    /// Anthropic's count of tokens.
    AnthropicTokenCount,
    /// OpenAI's realtime sessions.
    Realtime,
    /// Cohere's order of documents.
    Rerank,
}

/// The version of Azure OpenAI's API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AzureVersion {
    /// `v1`: the one without a version.
    #[default]
    V1,
    /// `preview`: the same with what is new.
    Preview,
    /// A date, such as `2024-10-21`: paths name the deployment.
    Dated(String),
}

/// Why a service has no path for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// The provider does not take the format, for this model or this operation.
    #[error("the provider does not take this format for the model")]
    Unsupported,
    /// The model cannot be part of a path.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// What is configured cannot be part of a path.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Headers of Anthropic's API.
const ANTHROPIC: [(&str, &str); 1] = [("anthropic-version", "2023-06-01")];

// === impl Service ===

impl Service {
    /// A name for dumps and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenAi { .. } => "openai",
            Self::Anthropic { .. } => "anthropic",
            Self::Bedrock { .. } => "bedrock",
            Self::AzureOpenAi { .. } => "azure_openai",
            Self::Foundry { .. } => "azure_foundry",
            Self::Gemini => "gemini",
            Self::Vertex { .. } => "vertex",
            Self::Custom { .. } => "custom",
        }
    }

    /// Whose conventions its models follow that are asked in `format`, as converters ask.
    #[must_use]
    pub fn vendor(&self, format: Format) -> Vendor {
        match self {
            Self::Foundry { .. } if format == Format::AnthropicMessages => Vendor::Foundry,
            Self::OpenAi { .. } | Self::AzureOpenAi { .. } | Self::Foundry { .. } => Vendor::OpenAi,
            Self::Anthropic { .. } => Vendor::Anthropic,
            Self::Bedrock { .. } => Vendor::Bedrock,
            Self::Gemini => Vendor::Gemini,
            Self::Vertex { .. } => Vendor::Vertex,
            Self::Custom { .. } => Vendor::Other,
        }
    }

    /// The provider takes requests of `format` for `model`.
    #[must_use]
    pub fn supports(&self, format: Format, model: &str) -> bool {
        use Format::{
            AnthropicMessages, BedrockConverse, GeminiGenerateContent, OpenAiChatCompletions,
            OpenAiResponses,
        };
        match self {
            Self::OpenAi { .. } | Self::AzureOpenAi { .. } => {
                matches!(format, OpenAiChatCompletions | OpenAiResponses)
            }
            Self::Anthropic { .. } => format == AnthropicMessages,
            Self::Bedrock { .. } => format == BedrockConverse,
            Self::Foundry { .. } => match model::is_claude(model) {
                true => format == AnthropicMessages,
                false => matches!(format, OpenAiChatCompletions | OpenAiResponses),
            },
            Self::Gemini => matches!(format, GeminiGenerateContent | OpenAiChatCompletions),
            Self::Vertex { .. } => match VertexModel::of(model) {
                VertexModel::Anthropic(_) => format == AnthropicMessages,
                VertexModel::Google(_) => {
                    matches!(format, GeminiGenerateContent | OpenAiChatCompletions)
                }
                VertexModel::Other(_) => format == OpenAiChatCompletions,
            },
            Self::Custom { formats, .. } => formats.iter().any(|(known, _)| *known == format),
        }
    }

    /// The provider has a path for `format`, also where the name of `model` says that it speaks another.
    #[must_use]
    pub(crate) fn has_path(&self, format: Format, model: &str) -> bool {
        let is_foundrys = matches!(
            format,
            Format::AnthropicMessages | Format::OpenAiChatCompletions | Format::OpenAiResponses
        );
        (matches!(self, Self::Foundry { .. }) && is_foundrys) || self.supports(format, model)
    }

    /// Where the service takes `operation` in `format` for `model` (llm.md 1.2).
    ///
    /// # Errors
    /// The service does not take it, or the model cannot be part of a path.
    pub fn path(
        &self,
        format: Format,
        model: &str,
        operation: Operation,
    ) -> Result<UpstreamPath, ServiceError> {
        if !self.has_path(format, model) {
            return Err(ServiceError::Unsupported);
        }
        match self {
            Self::OpenAi { prefix } | Self::Anthropic { prefix } => {
                in_format(format, prefix, None, model, operation)
            }
            Self::Custom {
                prefix, formats, ..
            } => {
                let own = formats.iter().find(|(known, _)| *known == format);
                let own = own.and_then(|(_, path)| path.as_ref());
                in_format(format, prefix, own, model, operation)
            }
            Self::Bedrock { .. } => in_format(format, "", None, model, operation),
            Self::AzureOpenAi { api_version, .. } => {
                azure_path(api_version, format, model, operation)
            }
            Self::Foundry { project, .. } => match (format, project) {
                (Format::AnthropicMessages, _) => {
                    in_format(format, "/anthropic/v1", None, model, operation)
                }
                (_, None) => in_format(format, "/openai/v1", None, model, operation),
                (_, Some(project)) => {
                    let prefix = format!("/api/projects/{}/openai/v1", model::segment(project)?);
                    in_format(format, &prefix, None, model, operation)
                }
            },
            Self::Gemini => {
                let is_native = format == Format::GeminiGenerateContent;
                let prefix = if is_native {
                    "/v1beta"
                } else {
                    "/v1beta/openai"
                };
                in_format(format, prefix, None, model, operation)
            }
            Self::Vertex { project, region } => {
                let base = vertex_base(project, region.as_deref())?;
                vertex_path(&base, format, model, operation)
            }
        }
    }

    /// The host where the service is, unless another is configured; `None` where one has to be.
    #[must_use]
    pub fn default_host(&self) -> Option<String> {
        let resource = |name: &Option<String>, domain: &str| {
            let name = name.as_deref().filter(|name| is_label(name))?;
            Some(format!("{name}.{domain}"))
        };
        match self {
            Self::OpenAi { .. } => Some("api.openai.com".to_owned()),
            Self::Anthropic { .. } => Some("api.anthropic.com".to_owned()),
            Self::Bedrock { region } => is_label(region).then(|| {
                let china = if region.starts_with("cn-") { ".cn" } else { "" };
                format!("bedrock-runtime.{region}.amazonaws.com{china}")
            }),
            Self::AzureOpenAi { resource: name, .. } => resource(name, "openai.azure.com"),
            Self::Foundry { resource: name, .. } => resource(name, "services.ai.azure.com"),
            Self::Gemini => Some("generativelanguage.googleapis.com".to_owned()),
            Self::Vertex { region, .. } => match region.as_deref() {
                None | Some("" | "global") => Some("aiplatform.googleapis.com".to_owned()),
                Some(region @ ("us" | "eu")) => {
                    Some(format!("aiplatform.{region}.rep.googleapis.com"))
                }
                Some(region) => {
                    is_label(region).then(|| format!("{region}-aiplatform.googleapis.com"))
                }
            },
            Self::Custom { .. } => None,
        }
    }

    /// The port that goes with the default host; TLS is spoken there.
    #[must_use]
    pub const fn default_port(&self) -> u16 {
        443
    }

    /// What the service's paths begin with: a prefix that is configured for routes which pass as they are stands in its
    /// place ([`rebased`]).
    #[must_use]
    pub fn default_base(&self) -> String {
        match self {
            Self::OpenAi { .. } | Self::Anthropic { .. } | Self::Custom { .. } => "/v1".to_owned(),
            Self::Bedrock { .. } => String::new(),
            Self::AzureOpenAi { .. } => "/openai/v1".to_owned(),
            Self::Foundry { project, .. } => match project {
                None => "/openai/v1".to_owned(),
                Some(project) => format!("/api/projects/{project}/openai/v1"),
            },
            Self::Gemini => "/v1beta".to_owned(),
            Self::Vertex { project, region } => {
                vertex_base(project, region.as_deref()).unwrap_or_default()
            }
        }
    }

    /// Headers without which the service refuses `format`. Each is set only where the client did not send it (llm.md P-18).
    #[must_use]
    pub const fn headers(&self, format: Format) -> &'static [(&'static str, &'static str)] {
        match (self, format) {
            // Vertex wants the version in the body.
            (Self::Vertex { .. }, _) => &[],
            (_, Format::AnthropicMessages) => &ANTHROPIC,
            (_, _) => &[],
        }
    }
}

// === impl AzureVersion ===

impl AzureVersion {
    /// As it is configured; nothing is `v1`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "" | "v1" => Self::V1,
            "preview" => Self::Preview,
            dated => Self::Dated(dated.to_owned()),
        }
    }
}

/// A part of a host's name.
fn is_label(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && is_edge(bytes.first())
        && is_edge(bytes.last())
        && text.bytes().all(is_inner)
}

#[cfg(test)]
mod tests;
