//! Which operations besides conversations each service has, and where (llm.md 1.2, 2.2).
//!
//! It must not know bodies. Invariant: a service that offers an operation has a path for it, and no other operation has one, but
//! for an ARN of Bedrock, which does not tell what it offers.

use super::bedrock::Family;
use super::layout::vertex_base;
use super::model;
use super::{
    AzureVersion, Endpoint, Operation, Service, ServiceError, Surface, UpstreamPath, rebased,
};
use crate::class::Class;
use crate::format::Format;
use crate::operation::embeddings::Shape;
use crate::operation::rerank;

/// Where Foundry has Cohere's order of documents.
const FOUNDRY_RERANK: &str = "/providers/cohere/v2/rerank";

/// How a service takes an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Offer {
    /// As the client asks.
    Native,
    /// Embeddings in another shape; errors are told in the format's dialect.
    Embeddings(Shape, Format),
    /// Orders of documents in another shape, at a host of their own; errors are told in the format's dialect.
    Rerank(rerank::Shape, Format),
    /// Anthropic's count of tokens, as Bedrock has it.
    TokenCount,
    /// Anthropic's count of tokens, as the gateway estimates it.
    Estimate,
    /// Not at all.
    None,
}

// === impl Service ===

impl Service {
    /// How the service takes an operation for `model`.
    pub(crate) fn offers(&self, class: Class, model: &str) -> Offer {
        if self.surface(class).is_some() {
            return Offer::Native;
        }
        let is_native = match (class, self) {
            (Class::Chat(format), _) => self.supports(format, model),
            (Class::CountTokens(Format::AnthropicMessages), Self::Bedrock { .. })
                if Family::of(model, None) == Family::Claude =>
            {
                return Offer::TokenCount;
            }
            (Class::CountTokens(format), _) => {
                let counts = self.supports(format, model) && self.counts(format);
                if !counts && format == Format::AnthropicMessages {
                    return Offer::Estimate;
                }
                counts
            }
            (Class::Rerank, Self::Bedrock { region }) => {
                let region = region.clone();
                return Offer::Rerank(rerank::Shape::Bedrock { region }, Format::BedrockConverse);
            }
            (Class::Rerank, Self::Vertex { region, .. }) => {
                return match ranking_location(region.as_deref()) {
                    Some(_) => Offer::Rerank(rerank::Shape::Vertex, Format::GeminiGenerateContent),
                    None => Offer::None,
                };
            }
            (Class::Embeddings, Self::Bedrock { .. }) => {
                return match Family::of(model, None) {
                    Family::Titan => Offer::Embeddings(Shape::Titan, Format::BedrockConverse),
                    Family::Cohere => Offer::Embeddings(Shape::Cohere, Format::BedrockConverse),
                    Family::Nova => Offer::Embeddings(Shape::Nova, Format::BedrockConverse),
                    Family::Claude
                    | Family::Ai21
                    | Family::DeepSeek
                    | Family::Llama
                    | Family::Mistral
                    | Family::OpenAi
                    | Family::Qwen
                    | Family::Writer
                    | Family::Other => Offer::None,
                };
            }
            (Class::Embeddings, Self::Vertex { .. }) => {
                let shape = match model::is_gemini_embedding(model) {
                    true => Shape::VertexGemini,
                    false => Shape::Vertex,
                };
                return Offer::Embeddings(shape, Format::GeminiGenerateContent);
            }
            (Class::Embeddings, _) => self.is_openais() || matches!(self, Self::Gemini),
            // Azure OpenAI has no models for it; Foundry has Cohere's.
            (Class::Rerank, Self::AzureOpenAi { .. }) => false,
            (Class::LegacyCompletions | Class::Rerank | Class::Realtime, _) => self.is_openais(),
            (Class::Detect(Format::BedrockConverse), _) => matches!(self, Self::Bedrock { .. }),
            (Class::Detect(Format::AnthropicMessages), _) => {
                self.supports(Format::AnthropicMessages, model)
                    && matches!(self, Self::Anthropic { .. } | Self::Custom { .. })
            }
            (Class::Passthrough(_), _) => true,
            (Class::Detect(_), Self::Anthropic { .. }) => false,
            (Class::Detect(_), _) => self.is_openais(),
        };
        match is_native {
            true => Offer::Native,
            false => Offer::None,
        }
    }

    /// The same where a catalogue says which formats the model speaks: a deployment may be called anything (llm.md T-6).
    pub(crate) fn offers_tagged(&self, class: Class, model: &str, tagged: &[Format]) -> Offer {
        let offer = self.offers(class, model);
        let format = class.format();
        let counts =
            tagged.contains(&format) && self.has_path(format, model) && self.counts(format);
        match offer == Offer::Estimate && counts {
            true => Offer::Native,
            false => offer,
        }
    }

    /// Where it takes an operation for a model whose name does not tell which it is: an ARN, or a deployment that a catalogue knows.
    /// Those alone who made the body know it.
    fn unnamed(&self, class: Class, model: &str) -> Option<Result<UpstreamPath, ServiceError>> {
        let counts = class == Class::CountTokens(Format::AnthropicMessages);
        if matches!(self, Self::Bedrock { .. }) && model.starts_with("arn:") {
            if class == Class::Embeddings {
                return Some(invoke(model, "invoke"));
            }
            return counts.then(|| invoke(model, "count-tokens"));
        }
        let is_foundrys = counts && matches!(self, Self::Foundry { .. });
        is_foundrys.then(|| self.path(Format::AnthropicMessages, model, Operation::CountTokens))
    }

    /// Where the service takes an operation; `path` is the client's.
    ///
    /// # Errors
    /// The service does not take it, or the model cannot be part of a path.
    fn resource(
        &self,
        class: Class,
        path: &str,
        model: &str,
    ) -> Result<UpstreamPath, ServiceError> {
        let resource = class.resource(path);
        let behind = |prefix: &str| {
            let whole = format!("{}{resource}", prefix.trim_end_matches('/'));
            Ok(UpstreamPath::checked(slashed(whole))?)
        };
        if let Some(Some(own)) = self.surface(class) {
            return Ok(own.clone());
        }
        if let Some(path) = self.unnamed(class, model) {
            return path;
        }
        match (class, self.offers(class, model)) {
            // Nobody is asked for an estimate.
            (_, Offer::None | Offer::Estimate) => Err(ServiceError::Unsupported),
            (_, Offer::Rerank(rerank::Shape::Bedrock { .. }, _)) => {
                Ok(UpstreamPath::checked("/rerank".to_owned())?)
            }
            (_, Offer::Rerank(rerank::Shape::Vertex, _)) => self.vertex_rank(),
            (_, Offer::TokenCount) => invoke(counted(model), "count-tokens"),
            (_, Offer::Embeddings(Shape::Vertex | Shape::VertexGemini, _)) => {
                self.vertex_predict(model)
            }
            (_, Offer::Embeddings(Shape::Titan | Shape::Cohere | Shape::Nova, _)) => {
                invoke(model, "invoke")
            }
            (Class::Detect(Format::BedrockConverse), Offer::Native) => {
                invoke(model, path.rsplit('/').next().unwrap_or_default())
            }
            (Class::CountTokens(Format::OpenAiResponses), Offer::Native) => {
                behind(&self.openai_base(Format::OpenAiResponses))
            }
            (Class::CountTokens(Format::AnthropicMessages), Offer::Native)
                if self.surface(class).is_some()
                    && !self.supports(Format::AnthropicMessages, model) =>
            {
                behind(&self.openai_base(Format::AnthropicMessages))
            }
            (Class::CountTokens(format), Offer::Native) => {
                self.path(format, model, Operation::CountTokens)
            }
            (Class::Passthrough(_), Offer::Native) => {
                Ok(UpstreamPath::checked(slashed(self.passed(path)))?)
            }
            (Class::Chat(format), Offer::Native) => self.path(format, model, Operation::Unary),
            (
                Class::LegacyCompletions
                | Class::Embeddings
                | Class::Rerank
                | Class::Realtime
                | Class::Detect(_),
                Offer::Native,
            ) => match self {
                Self::AzureOpenAi { api_version, .. } => azure(api_version, class, resource, model),
                Self::Gemini => behind("/v1beta/openai"),
                Self::Anthropic { prefix } => behind(prefix),
                // Vendors' own APIs are beside the surface for OpenAI's clients, and of the resource, whatever the project.
                Self::Foundry { .. } if class == Class::Rerank => {
                    Ok(UpstreamPath::checked(FOUNDRY_RERANK.to_owned())?)
                }
                Self::Custom { .. } if class == Class::Rerank => {
                    let base = self.openai_base(Format::OpenAiChatCompletions);
                    match base.strip_suffix("/compatibility/v1") {
                        // Cohere's own API is beside its surface for OpenAI's clients. Its versions differ in their members.
                        Some(front) if path.ends_with("/v1/rerank") => {
                            behind(&format!("{front}/v1"))
                        }
                        Some(front) => behind(&format!("{front}/v2")),
                        None => behind(&base),
                    }
                }
                Self::OpenAi { .. }
                | Self::Bedrock { .. }
                | Self::Foundry { .. }
                | Self::Vertex { .. }
                | Self::Custom { .. } => behind(&self.openai_base(class.format())),
            },
        }
    }

    /// Whether a custom provider says that it has an operation, and at which path of its own.
    fn surface(&self, class: Class) -> Option<Option<&UpstreamPath>> {
        let Self::Custom { surfaces, .. } = self else {
            return None;
        };
        let asked = match class {
            Class::Embeddings => Surface::Embeddings,
            Class::CountTokens(Format::AnthropicMessages) => Surface::AnthropicTokenCount,
            Class::Realtime => Surface::Realtime,
            Class::Rerank => Surface::Rerank,
            Class::Chat(_)
            | Class::LegacyCompletions
            | Class::CountTokens(_)
            | Class::Detect(_)
            | Class::Passthrough(_) => return None,
        };
        let found = surfaces.iter().find(|(known, _)| *known == asked)?;
        Some(found.1.as_ref())
    }

    /// The path of what an operator lets pass: the client's, with a configured prefix in the place of the service's own
    /// (llm.md P-10).
    fn passed(&self, path: &str) -> String {
        let base = self.default_base();
        match self {
            Self::OpenAi { prefix } | Self::Anthropic { prefix } | Self::Custom { prefix, .. }
                if *prefix != base =>
            {
                rebased(path, &base, prefix)
            }
            Self::OpenAi { .. }
            | Self::Anthropic { .. }
            | Self::Custom { .. }
            | Self::Bedrock { .. }
            | Self::AzureOpenAi { .. }
            | Self::Foundry { .. }
            | Self::Gemini
            | Self::Vertex { .. } => path.to_owned(),
        }
    }

    /// The format of the service's own, by which headers and keys of what passes unread are chosen.
    pub(crate) fn native_format(&self) -> Format {
        match self {
            Self::Anthropic { .. } => Format::AnthropicMessages,
            Self::Bedrock { .. } => Format::BedrockConverse,
            Self::Gemini | Self::Vertex { .. } => Format::GeminiGenerateContent,
            Self::OpenAi { .. } | Self::AzureOpenAi { .. } | Self::Foundry { .. } => {
                Format::OpenAiChatCompletions
            }
            Self::Custom { formats, .. } => formats
                .first()
                .map_or(Format::OpenAiChatCompletions, |(format, _)| *format),
        }
    }

    /// It speaks OpenAI's API beyond conversations.
    fn is_openais(&self) -> bool {
        match self {
            Self::OpenAi { .. } | Self::AzureOpenAi { .. } | Self::Foundry { .. } => true,
            Self::Custom { formats, .. } => formats.iter().any(|(format, _)| {
                matches!(
                    format,
                    Format::OpenAiChatCompletions | Format::OpenAiResponses
                )
            }),
            Self::Anthropic { .. } | Self::Bedrock { .. } | Self::Gemini | Self::Vertex { .. } => {
                false
            }
        }
    }

    /// It counts tokens of prompts in `format` where it takes them.
    fn counts(&self, format: Format) -> bool {
        match format {
            Format::AnthropicMessages | Format::GeminiGenerateContent => true,
            Format::OpenAiResponses => matches!(self, Self::OpenAi { .. } | Self::Custom { .. }),
            Format::OpenAiChatCompletions | Format::BedrockConverse => false,
        }
    }

    /// What OpenAI's paths begin with; where a format has a path of its own, its neighbours are beside it.
    fn openai_base(&self, format: Format) -> String {
        match self {
            Self::OpenAi { prefix } => prefix.clone(),
            Self::Custom {
                prefix, formats, ..
            } => {
                let known = formats.iter().find(|(known, _)| *known == format);
                let known = known.or_else(|| formats.first());
                let own = known.and_then(|(format, path)| {
                    let path = path.as_ref()?.as_str();
                    path.split('?').next()?.strip_suffix(format.path()?)
                });
                own.map_or_else(|| prefix.clone(), ToOwned::to_owned)
            }
            Self::Anthropic { .. }
            | Self::Bedrock { .. }
            | Self::AzureOpenAi { .. }
            | Self::Foundry { .. }
            | Self::Gemini
            | Self::Vertex { .. } => self.default_base(),
        }
    }

    fn vertex_rank(&self) -> Result<UpstreamPath, ServiceError> {
        let Self::Vertex { project, region } = self else {
            return Err(ServiceError::Unsupported);
        };
        let location = ranking_location(region.as_deref()).ok_or(ServiceError::Unsupported)?;
        let base = vertex_base(project, Some(location))?;
        let path = format!("{base}/rankingConfigs/default_ranking_config:rank");
        Ok(UpstreamPath::checked(path)?)
    }

    fn vertex_predict(&self, name: &str) -> Result<UpstreamPath, ServiceError> {
        let Self::Vertex { project, region } = self else {
            return Err(ServiceError::Unsupported);
        };
        let base = vertex_base(project, region.as_deref())?;
        let id = ["publishers/google/models/", "models/", "google/"]
            .iter()
            .find_map(|front| name.strip_prefix(front))
            .unwrap_or(name);
        let id = model::segment(id)?;
        let path = format!("{base}/publishers/google/models/{id}:predict");
        Ok(UpstreamPath::checked(path)?)
    }
}

// === impl Endpoint ===

impl Endpoint {
    /// Where an operation that is no conversation is sent (llm.md P-8 to P-10).
    ///
    /// # Errors
    /// The service does not take it, or the model cannot be part of a path.
    pub fn resource(
        &self,
        class: Class,
        path: &str,
        model: &str,
    ) -> Result<UpstreamPath, ServiceError> {
        let computed = self.service.resource(class, path, model)?;
        if let Some(whole) = &self.path {
            return Ok(whole.clone());
        }
        Ok(computed.behind(&self.front)?)
    }
}

/// Where Vertex AI orders documents for a region. Documents never leave the region that somebody chose: other regions have
/// no ranking of their own.
fn ranking_location(region: Option<&str>) -> Option<&str> {
    match region {
        None | Some("" | "global") => Some("global"),
        Some(location @ ("us" | "eu")) => Some(location),
        Some(_) => None,
    }
}

/// The model whose tokens are counted: Bedrock counts for models, and not for profiles of several regions.
fn counted(model: &str) -> &str {
    let Some((front, rest)) = model.split_once('.') else {
        return model;
    };
    let is_region = matches!(
        front,
        "us" | "eu" | "apac" | "jp" | "au" | "us-gov" | "global"
    );
    match is_region && rest.contains('.') {
        true => rest,
        false => model,
    }
}

fn invoke(name: &str, method: &str) -> Result<UpstreamPath, ServiceError> {
    let id = model::arn_segment(name)?;
    Ok(UpstreamPath::checked(format!("/model/{id}/{method}"))?)
}

/// On Azure what needs a model is below its deployment before `v1`, and what does not is beside it.
fn azure(
    version: &AzureVersion,
    class: Class,
    resource: &str,
    name: &str,
) -> Result<UpstreamPath, ServiceError> {
    let path = match version {
        AzureVersion::V1 => format!("/openai/v1{resource}"),
        AzureVersion::Preview => format!("/openai/v1{resource}?api-version=preview"),
        AzureVersion::Dated(date) => {
            let date = model::segment(date)?;
            let is_deployed = match class {
                Class::Detect(_) => {
                    resource.starts_with("/images/") || resource.starts_with("/audio/")
                }
                Class::Chat(_)
                | Class::LegacyCompletions
                | Class::Embeddings
                | Class::CountTokens(_) => true,
                // The query names it, or nobody takes it.
                Class::Realtime | Class::Passthrough(_) | Class::Rerank => false,
            };
            match is_deployed {
                true => {
                    let name = model::segment(name)?;
                    format!("/openai/deployments/{name}{resource}?api-version={date}")
                }
                false => format!("/openai{resource}?api-version={date}"),
            }
        }
    };
    Ok(UpstreamPath::checked(path)?)
}

fn slashed(path: String) -> String {
    match path.starts_with('/') {
        true => path,
        false => format!("/{path}"),
    }
}

#[cfg(test)]
mod tests;
