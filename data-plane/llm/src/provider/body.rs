//! What a service wants to be changed in a body that is in its format already.
//!
//! It must not change bodies: it says what to change. Invariant: the same rules for every attempt.

use std::borrow::Cow;

use super::model::VertexModel;
use super::{Operation, Service};
use crate::format::Format;

/// The member that stands for the header `anthropic-version`.
const VERSION: &str = "anthropic_version";

/// The header's first version, which clouds have under names of their own.
const FIRST: &str = "2023-06-01";

/// What to change in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyRules {
    /// The member `model`.
    pub model: BodyModel,
    /// Members to set, with their value as JSON; they replace the client's.
    pub set: Vec<(&'static str, Cow<'static, str>)>,
    /// Members to take out.
    pub remove: &'static [&'static str],
    /// Take `scope` out of every `cache_control`, at any depth.
    pub removes_cache_scope: bool,
}

/// The member `model` of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyModel {
    /// It is this.
    Set(String),
    /// It must not be there.
    Remove,
}

// === impl BodyRules ===

impl BodyRules {
    /// The client wrote the body for this version of Anthropic's API: later ones than the first are called the same on clouds
    /// (`ANTHROPIC_API_VERSION` of the SDK's clients for Vertex AI).
    pub(crate) fn follow_version(&mut self, said: &str) {
        let own = self.set.iter_mut().find(|(name, _)| *name == VERSION);
        if let Some((_, version)) = own.filter(|_| said != FIRST) {
            *version = Cow::Owned(serde_json::Value::from(said).to_string());
        }
    }
}

// === impl Service ===

impl Service {
    /// What to change in a body of `format` for `model` (llm.md P-2, and the names of models on each service).
    #[must_use]
    pub fn body(&self, format: Format, model: &str, operation: Operation) -> BodyRules {
        let mut rules = BodyRules {
            model: match format {
                // The path names it.
                Format::BedrockConverse | Format::GeminiGenerateContent => BodyModel::Remove,
                Format::OpenAiChatCompletions
                | Format::OpenAiResponses
                | Format::AnthropicMessages => BodyModel::Set(model.to_owned()),
            },
            set: Vec::new(),
            remove: &[],
            removes_cache_scope: false,
        };
        match self {
            Self::Vertex { .. } => match (VertexModel::of(model), format) {
                (VertexModel::Anthropic(id), Format::AnthropicMessages) => {
                    rules.model = match operation {
                        Operation::CountTokens => BodyModel::Set(id),
                        Operation::Unary | Operation::Stream => BodyModel::Remove,
                    };
                    rules.set = vec![(VERSION, Cow::Borrowed("\"vertex-2023-10-16\""))];
                    rules.remove = &["output_format"];
                    rules.removes_cache_scope = true;
                }
                // The OpenAI surface wants the publisher in front.
                (VertexModel::Google(id), Format::OpenAiChatCompletions) => {
                    rules.model = BodyModel::Set(format!("google/{id}"));
                }
                (_, _) => (),
            },
            Self::OpenAi { .. }
            | Self::Anthropic { .. }
            | Self::Bedrock { .. }
            | Self::AzureOpenAi { .. }
            | Self::Foundry { .. }
            | Self::Gemini
            | Self::Custom { .. } => (),
        }
        rules
    }
}
