//! Where a service takes a key or token (llm.md 1.1, P-18, P-19).
//!
//! Must not keep the key: only its beginning says what it is. Invariant: a login's token is never sent as a key, nor a key as
//! a token, where the vendor tells them apart.

use super::Service;
use crate::format::Format;

/// Header, and what stands in front of the key in it.
pub type KeyPlace = (&'static str, &'static str);

const BEARER: KeyPlace = ("authorization", "Bearer ");

// === impl Service ===

impl Service {
    /// Where `key` goes in a request in `format`.
    #[must_use]
    pub fn key_place(&self, format: Format, key: &[u8]) -> KeyPlace {
        match self {
            Self::OpenAi { .. }
            | Self::Bedrock { .. }
            | Self::Vertex { .. }
            | Self::Custom { .. } => BEARER,
            // A login that a client or an identity made.
            Self::Anthropic { .. } if key.starts_with(b"sk-ant-oat") => BEARER,
            Self::Anthropic { .. } => ("x-api-key", ""),
            // A token of Entra is a JSON web token, whose header begins so.
            Self::AzureOpenAi { .. } | Self::Foundry { .. } if key.starts_with(b"eyJ") => BEARER,
            Self::AzureOpenAi { .. } | Self::Foundry { .. } => ("api-key", ""),
            // Google's OpenAI surface takes keys as OpenAI does.
            Self::Gemini if format == Format::GeminiGenerateContent && key.starts_with(b"AIza") => {
                ("x-goog-api-key", "")
            }
            Self::Gemini => BEARER,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::AzureVersion;

    #[track_caller]
    fn check(service: &Service, format: Format, key: &str, header: &str) {
        let (own, prefix) = service.key_place(format, key.as_bytes());
        assert_eq!(own, header, "{service:?} {format:?} {key}");
        assert_eq!(prefix.is_empty(), header != "authorization");
    }

    #[test]
    fn keys_and_tokens_go_where_they_are_taken() {
        let prefix = "/v1".to_owned();
        let openai = Service::OpenAi {
            prefix: prefix.clone(),
        };
        check(
            &openai,
            Format::OpenAiChatCompletions,
            "sk-1",
            "authorization",
        );
        let anthropic = Service::Anthropic { prefix };
        check(
            &anthropic,
            Format::AnthropicMessages,
            "sk-ant-api03-x",
            "x-api-key",
        );
        check(
            &anthropic,
            Format::AnthropicMessages,
            "sk-ant-oat01-x",
            "authorization",
        );
        let gemini = Service::Gemini;
        check(
            &gemini,
            Format::GeminiGenerateContent,
            "AIzaSy",
            "x-goog-api-key",
        );
        check(
            &gemini,
            Format::GeminiGenerateContent,
            "ya29.x",
            "authorization",
        );
        check(
            &gemini,
            Format::OpenAiChatCompletions,
            "AIzaSy",
            "authorization",
        );
        let azure = Service::AzureOpenAi {
            resource: None,
            api_version: AzureVersion::V1,
        };
        check(&azure, Format::OpenAiResponses, "0a1b2c", "api-key");
        check(
            &azure,
            Format::OpenAiResponses,
            "eyJ0eXAi.b.c",
            "authorization",
        );
    }
}
