//! What a client's path asks for: which operation of an API, in which dialect (llm.md 2.1).
//!
//! Owns the table of suffixes. It must not know hosts or bodies. Invariants: the longest suffix wins and begins at a segment;
//! what no row names is not served, so that a credential of ours never reaches an endpoint that nobody thought of.

use crate::format::Format;

/// An operation of a model's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A conversation, which is converted where the provider speaks another format.
    Chat(Format),
    /// OpenAI's completions of before the conversations.
    LegacyCompletions,
    /// OpenAI's embeddings, which are converted where the provider has others.
    Embeddings,
    /// Cohere's order of documents by relevance.
    Rerank,
    /// How many tokens a conversation has.
    CountTokens(Format),
    /// A session of OpenAI's Realtime API, over a WebSocket.
    Realtime,
    /// Anything else that a provider offers: bytes pass unchanged but for the model's name, and are read as far as they can
    /// be. The format is the dialect of errors.
    Detect(Format),
    /// What an operator lets pass, whatever it is; errors are in OpenAI's dialect.
    Passthrough(Passing),
}

/// How what an operator lets pass is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Passing {
    /// The name of the model is looked for and replaced, and the answer is read for its usage.
    Read,
    /// Nothing of it is read.
    Unread,
}

/// Resources that are one endpoint.
const ENDPOINTS: [&str; 7] = [
    "/images/generations",
    "/images/edits",
    "/images/variations",
    "/audio/speech",
    "/audio/transcriptions",
    "/audio/translations",
    "/moderations",
];

/// Resources with members below them.
const COLLECTIONS: [(&str, Format); 5] = [
    ("/messages/batches", Format::AnthropicMessages),
    ("/files", Format::OpenAiChatCompletions),
    ("/batches", Format::OpenAiChatCompletions),
    ("/videos", Format::OpenAiChatCompletions),
    ("/responses", Format::OpenAiResponses),
];

// === impl Class ===

impl Class {
    /// What a client asks for at this path, which is without its query.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        if let Some(format) = Format::from_client_path(path) {
            return Some(Self::Chat(format));
        }
        match raw_predict(path) {
            Some(RawPredict::Count) => return Some(Self::CountTokens(Format::AnthropicMessages)),
            Some(RawPredict::Chat { .. }) => return Some(Self::Chat(Format::AnthropicMessages)),
            None => {}
        }
        if let Some((_, method)) = bedrock(path) {
            return match method {
                "converse" | "converse-stream" => Some(Self::Chat(Format::BedrockConverse)),
                "invoke" | "invoke-with-response-stream" => {
                    Some(Self::Detect(Format::BedrockConverse))
                }
                _ => None,
            };
        }
        let ends = |suffix: &str| path.ends_with(suffix);
        if ends("/messages/count_tokens") {
            Some(Self::CountTokens(Format::AnthropicMessages))
        } else if ends("/responses/input_tokens") {
            Some(Self::CountTokens(Format::OpenAiResponses))
        } else if is_method(path, "countTokens") {
            Some(Self::CountTokens(Format::GeminiGenerateContent))
        } else if ends("/embeddings") {
            Some(Self::Embeddings)
        } else if ends("/v1/rerank") || ends("/v2/rerank") {
            Some(Self::Rerank)
        } else if ends("/realtime") {
            Some(Self::Realtime)
        } else if ends("/completions") {
            Some(Self::LegacyCompletions)
        } else if ENDPOINTS.iter().any(|endpoint| ends(endpoint)) {
            Some(Self::Detect(Format::OpenAiChatCompletions))
        } else {
            let (_, format) = collection(path)?;
            Some(Self::Detect(format))
        }
    }

    /// The dialect of errors, and the format of bodies where they have one.
    #[must_use]
    pub const fn format(self) -> Format {
        match self {
            Self::Chat(format) | Self::CountTokens(format) | Self::Detect(format) => format,
            Self::LegacyCompletions
            | Self::Embeddings
            | Self::Rerank
            | Self::Realtime
            | Self::Passthrough(_) => Format::OpenAiChatCompletions,
        }
    }

    /// Whether the operation has this method; all but those that pass as they are have one only.
    #[must_use]
    pub fn takes_method(self, method: &str) -> bool {
        match self {
            Self::Detect(_) => matches!(method, "GET" | "HEAD" | "POST" | "DELETE"),
            Self::Passthrough(_) => {
                matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE")
            }
            // What is no upgrade is refused as such.
            Self::Realtime => true,
            Self::Chat(_)
            | Self::LegacyCompletions
            | Self::Embeddings
            | Self::Rerank
            | Self::CountTokens(_) => method == "POST",
        }
    }

    /// What of the client's path names the resource: it follows a provider's own prefix.
    #[must_use]
    pub fn resource(self, path: &str) -> &str {
        match self {
            Self::LegacyCompletions => "/completions",
            Self::Embeddings => "/embeddings",
            Self::Rerank => "/rerank",
            Self::Realtime => "/realtime",
            Self::Detect(_) => ENDPOINTS
                .iter()
                .copied()
                .find(|endpoint| path.ends_with(endpoint))
                .or_else(|| collection(path).map(|(resource, _)| resource))
                .unwrap_or(path),
            Self::CountTokens(Format::OpenAiResponses) => "/responses/input_tokens",
            Self::CountTokens(Format::AnthropicMessages) => "/messages/count_tokens",
            Self::Chat(_) | Self::CountTokens(_) | Self::Passthrough(_) => path,
        }
    }

    /// Name for errors, logs and traces; where OpenTelemetry has one, it is that of `gen_ai.operation.name`.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Self::Chat(format) => format.operation(),
            Self::LegacyCompletions => "text_completion",
            Self::Embeddings => "embeddings",
            Self::Rerank => "rerank",
            Self::CountTokens(_) => "count_tokens",
            Self::Realtime => "realtime",
            Self::Detect(_) | Self::Passthrough(_) => "passthrough",
        }
    }

    /// Whether what is sent to this path names its model in the body, among what passes as it is: not what is about a file, or about
    /// what was made before.
    #[must_use]
    pub fn takes_model(self, path: &str) -> bool {
        let is_made = || {
            let mut endpoints = ENDPOINTS.iter();
            path.ends_with("/videos") || endpoints.any(|endpoint| path.ends_with(endpoint))
        };
        self == Self::Detect(Format::OpenAiChatCompletions) && is_made()
    }

    /// What a client would call it, which is how vendors' references have it: the end of the path.
    #[must_use]
    pub fn title(self, path: &str) -> &'static str {
        let title = match self {
            Self::Chat(Format::BedrockConverse) => "converse",
            Self::Chat(Format::GeminiGenerateContent) => "generateContent",
            Self::Chat(format) => format.path().unwrap_or_default(),
            Self::Detect(Format::BedrockConverse) => "invoke",
            Self::Detect(_) => {
                let is_meant = |name: &&str| path.ends_with(name);
                let endpoint = ENDPOINTS.into_iter().find(is_meant);
                let found = endpoint.or_else(|| {
                    let (resource, _) = collection(path)?;
                    let names = COLLECTIONS.iter().map(|(name, _)| *name);
                    names.into_iter().find(|name| resource.starts_with(name))
                });
                found.unwrap_or_else(|| self.operation())
            }
            Self::LegacyCompletions
            | Self::Embeddings
            | Self::Rerank
            | Self::CountTokens(_)
            | Self::Realtime
            | Self::Passthrough(_) => self.operation(),
        };
        title.trim_start_matches('/')
    }
}

/// The model and the method of a path of Bedrock's runtime: `/model/{id}/{method}`. An id is one segment but for an ARN, of which
/// SDKs encode the slashes and a listener decodes them.
#[must_use]
pub fn bedrock(path: &str) -> Option<(&str, &str)> {
    let (before, method) = path.rsplit_once('/')?;
    let mut slashes = before.match_indices('/');
    let arn = slashes.find_map(|(at, _)| {
        let (front, id) = (before.get(..at)?, before.get(at + 1..)?);
        (front.ends_with("/model") && is_arn(id)).then_some(id)
    });
    if let Some(model) = arn {
        return Some((model, method));
    }
    let (before, model) = before.rsplit_once('/')?;
    (before.ends_with("/model") && !model.is_empty()).then_some((model, method))
}

/// What a client of Anthropic's messages on Vertex AI asks for, who names the model in the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawPredict<'a> {
    /// An answer.
    Chat {
        /// As it stands in the path.
        model: &'a str,
        /// As events.
        is_streamed: bool,
    },
    /// How many tokens it has; the body names the model.
    Count,
}

/// Reads a path of Vertex AI's for Anthropic's models (Vertex AI's REST reference, `publishers.models.rawPredict`): other
/// publishers' bodies are in formats of their own.
#[must_use]
pub fn raw_predict(path: &str) -> Option<RawPredict<'_>> {
    // Few paths are one, and all are asked.
    if !path.ends_with("Predict") {
        return None;
    }
    let (before, last) = path.rsplit_once('/')?;
    let (model, method) = last.rsplit_once(':')?;
    if model.is_empty() || !before.ends_with("/publishers/anthropic/models") {
        return None;
    }
    match (model, method) {
        ("count-tokens", "rawPredict") => Some(RawPredict::Count),
        (model, "rawPredict") => Some(RawPredict::Chat {
            model,
            is_streamed: false,
        }),
        (model, "streamRawPredict") => Some(RawPredict::Chat {
            model,
            is_streamed: true,
        }),
        _ => None,
    }
}

/// The id begins as an ARN does, with or without escapes.
fn is_arn(id: &str) -> bool {
    let rest = id.strip_prefix("arn").unwrap_or_default();
    let begins = |with: &str| {
        let front = rest.get(..with.len());
        front.is_some_and(|front| front.eq_ignore_ascii_case(with))
    };
    begins(":") || begins("%3a")
}

/// The last segment is a model of Google's with this method.
fn is_method(path: &str, method: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    last.rsplit_once(':')
        .is_some_and(|(model, named)| named == method && !model.is_empty())
}

/// The path from a collection on: from the last one in it, because the path of a route may be called so, too.
fn collection(path: &str) -> Option<(&str, Format)> {
    let found = COLLECTIONS.iter().filter_map(|(name, format)| {
        let (at, _) = path.rmatch_indices(name).find(|(at, _)| {
            let rest = path.get(at + name.len()..).unwrap_or_default();
            rest.is_empty() || rest.starts_with('/')
        })?;
        Some((at, name.len(), *format))
    });
    // Of two that end at one place, the longer one.
    let (at, _, format) = found.max_by_key(|(at, length, _)| (at + length, *length))?;
    Some((path.get(at..)?, format))
}

#[cfg(test)]
mod tests {
    use super::{Class, Format};

    const OPENAI: Format = Format::OpenAiChatCompletions;

    #[track_caller]
    fn check(path: &str, class: Class, resource: &str) {
        assert_eq!(Class::of(path), Some(class), "{path}");
        assert_eq!(class.resource(path), resource, "{path}");
    }

    #[test]
    fn titles_are_those_of_the_vendors() {
        for (path, title) in [
            ("/team/v1/images/edits", "images/edits"),
            ("/v1/files/f-1/content", "files"),
            ("/v1/messages/batches/b", "messages/batches"),
            ("/v1/chat/completions", "chat/completions"),
            ("/model/m/converse-stream", "converse"),
            ("/model/m/invoke-with-response-stream", "invoke"),
            ("/v1beta/models/m:generateContent", "generateContent"),
            ("/v1beta/models/m:countTokens", "count_tokens"),
            ("/v2/rerank", "rerank"),
        ] {
            let class = Class::of(path).expect("an operation");
            assert_eq!(class.title(path), title, "{path}");
        }
    }

    #[test]
    fn classes_by_suffix() {
        let detect = Class::Detect(OPENAI);
        check("/v1/completions", Class::LegacyCompletions, "/completions");
        check("/openai/v1/embeddings", Class::Embeddings, "/embeddings");
        check("/v2/rerank", Class::Rerank, "/rerank");
        check("/openai/v1/realtime", Class::Realtime, "/realtime");
        check("/v1/images/edits", detect, "/images/edits");
        check("/team/v1/audio/speech", detect, "/audio/speech");
        check("/v1/files", detect, "/files");
        check("/v1/files/f-1/content", detect, "/files/f-1/content");
        check("/v1/batches/b/cancel", detect, "/batches/b/cancel");
        check(
            "/v1/responses/r_1/cancel",
            Class::Detect(Format::OpenAiResponses),
            "/responses/r_1/cancel",
        );
        check(
            "/v1/messages/batches/b_1",
            Class::Detect(Format::AnthropicMessages),
            "/messages/batches/b_1",
        );
        check(
            "/responses/v1/responses/r_1",
            Class::Detect(Format::OpenAiResponses),
            "/responses/r_1",
        );
        check("/files/v1/batches/b", detect, "/batches/b");
        check(
            "/v1/responses/input_tokens",
            Class::CountTokens(Format::OpenAiResponses),
            "/responses/input_tokens",
        );
    }

    #[test]
    fn classes_whose_path_names_the_model() {
        for (path, class) in [
            (
                "/model/amazon.nova-pro-v1:0/converse-stream",
                Class::Chat(Format::BedrockConverse),
            ),
            ("/model/m/invoke", Class::Detect(Format::BedrockConverse)),
            (
                "/team/model/arn%3Aaws%3Abedrock%3Aeu-west-3%3A1%3Ainference-profile/eu.x/converse",
                Class::Chat(Format::BedrockConverse),
            ),
            (
                "/v1beta/models/gemini-2.5-pro:countTokens",
                Class::CountTokens(Format::GeminiGenerateContent),
            ),
            (
                "/v1/messages/count_tokens",
                Class::CountTokens(Format::AnthropicMessages),
            ),
            ("/v1/chat/completions", Class::Chat(OPENAI)),
            (
                "/v1/projects/p/locations/global/publishers/anthropic/models/claude-x@20250929:streamRawPredict",
                Class::Chat(Format::AnthropicMessages),
            ),
            (
                "/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict",
                Class::CountTokens(Format::AnthropicMessages),
            ),
        ] {
            assert_eq!(Class::of(path), Some(class), "{path}");
        }
    }

    #[test]
    fn an_arn_has_slashes() {
        for (path, expected) in [
            ("/model/a.b-v1:0/converse", ("a.b-v1:0", "converse")),
            ("/model/arn:aws:x/a/b/invoke", ("arn:aws:x/a/b", "invoke")),
            (
                "/model/arn%3Aaws%3ax%2Fa/invoke",
                ("arn%3Aaws%3ax%2Fa", "invoke"),
            ),
            ("/model/model/arn:x/m/invoke", ("arn:x/m", "invoke")),
            ("/model/arn:x/model/m/invoke", ("arn:x/model/m", "invoke")),
            ("/model/a/model/m/invoke", ("m", "invoke")),
            ("/model/arnica/invoke", ("arnica", "invoke")),
        ] {
            assert_eq!(super::bedrock(path), Some(expected), "{path}");
        }
        for path in [
            "/model/a/b/invoke",
            "/model/arnica/a/invoke",
            "/arn:x/a/invoke",
        ] {
            assert_eq!(super::bedrock(path), None, "{path}");
        }
    }

    #[test]
    fn what_no_row_names_is_not_served() {
        for path in [
            "/v1/organization/api_keys",
            "/v1/filesystem",
            "/v1/xcompletions",
            "/v1/embeddings/",
            "/v1/realtime/client_secrets",
            "/v1/realtime/calls",
            "/rerank",
            "/model//invoke",
            "/model/m/apply",
            "/v1beta/models/:countTokens",
            "/v1/projects/p/locations/l/publishers/mistralai/models/m:rawPredict",
            "/v1/projects/p/locations/l/publishers/anthropic/models/:rawPredict",
            "/v1/projects/p/locations/l/publishers/anthropic/models/m:predict",
            "",
        ] {
            assert_eq!(Class::of(path), None, "{path}");
        }
    }

    #[test]
    fn only_what_passes_has_other_methods() {
        let passed = Class::Passthrough(super::Passing::Unread);
        assert!(passed.takes_method("PATCH") && !passed.takes_method("CONNECT"));
        assert!(Class::Detect(OPENAI).takes_method("DELETE"));
        assert!(!Class::Detect(OPENAI).takes_method("PATCH"));
        assert!(!Class::Embeddings.takes_method("GET"));
        assert!(Class::Rerank.takes_method("POST"));
    }
}
