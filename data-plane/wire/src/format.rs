//! The closed list of LLM wire formats and how a client's path names one.
//!
//! It must not know of providers or hosts. Invariant: a format is added here first; every match on
//! it is exhaustive, so the compiler then names each place that has to learn the new one.

/// A wire format that a client may speak or a provider may answer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// OpenAI chat completions, buffered or streamed as server-sent events.
    OpenAiChatCompletions,
    /// OpenAI responses, buffered or streamed as server-sent events.
    OpenAiResponses,
    /// Anthropic messages, buffered or streamed as server-sent events.
    AnthropicMessages,
    /// Amazon Bedrock Converse and ConverseStream; streams are AWS event streams.
    BedrockConverse,
    /// Gemini generateContent and streamGenerateContent (`alt=sse`).
    GeminiGenerateContent,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::OpenAiChatCompletions,
        Self::OpenAiResponses,
        Self::AnthropicMessages,
        Self::BedrockConverse,
        Self::GeminiGenerateContent,
    ];

    /// The format that a client speaks on this path, by its suffix; `path` is without the query.
    ///
    /// The suffix starts at a segment boundary, so `/openai/v1/chat/completions` is chat
    /// completions and `/xchat/completions` is not. A trailing slash is another resource.
    #[must_use]
    pub fn from_client_path(path: &str) -> Option<Self> {
        let by_suffix = Self::ALL
            .into_iter()
            .find(|format| format.path().is_some_and(|suffix| path.ends_with(suffix)));
        let last = path.rsplit('/').next().unwrap_or_default();
        let by_verb = || match last.rsplit_once(':') {
            Some((model, "generateContent" | "streamGenerateContent")) if !model.is_empty() => {
                Some(Self::GeminiGenerateContent)
            }
            Some(_) | None => None,
        };
        by_suffix.or_else(by_verb)
    }

    /// The format's own path behind the provider's prefix, with its leading slash; `None` where the path names the model.
    #[must_use]
    pub const fn path(self) -> Option<&'static str> {
        match self {
            Self::OpenAiChatCompletions => Some("/chat/completions"),
            Self::OpenAiResponses => Some("/responses"),
            Self::AnthropicMessages => Some("/messages"),
            Self::BedrockConverse | Self::GeminiGenerateContent => None,
        }
    }

    /// Its own name for metrics, logs and traces, as manifests have it but for the capital.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAiChatCompletions => "completions",
            Self::OpenAiResponses => "responses",
            Self::AnthropicMessages => "messages",
            Self::BedrockConverse => "converse",
            Self::GeminiGenerateContent => "gemini",
        }
    }

    /// Name for metrics, logs and traces (OpenTelemetry `gen_ai.operation.name`).
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Self::OpenAiChatCompletions
            | Self::OpenAiResponses
            | Self::AnthropicMessages
            | Self::BedrockConverse => "chat",
            Self::GeminiGenerateContent => "generate_content",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[track_caller]
    fn check(path: &str, expected: Option<Format>) {
        assert_eq!(Format::from_client_path(path), expected, "{path}");
    }

    #[test]
    fn a_client_path_is_classified_by_its_suffix() {
        let chat = Some(Format::OpenAiChatCompletions);
        check("/v1/chat/completions", chat);
        check("/chat/completions", chat);
        check("/tenant/a/openai/v1/chat/completions", chat);
        check("/v1/responses", Some(Format::OpenAiResponses));
        check("/anthropic/v1/messages", Some(Format::AnthropicMessages));
        let gemini = Some(Format::GeminiGenerateContent);
        check("/v1beta/models/gemini-3-pro:generateContent", gemini);
        check("/v1beta/models/gemini-3-pro:streamGenerateContent", gemini);
        check("/v1beta/models/:generateContent", None);
        check("/v1beta/models/gemini-3-pro:countTokens", None);
        check("/v1/completions", None);
        check("/v1/xchat/completions", None);
        check("/v1/chat/completions/", None);
        check("/v1/chat/completions/cmpl-1", None);
        check("chat/completions", None);
        check("/v1/Chat/Completions", None);
        check("", None);
    }
}
