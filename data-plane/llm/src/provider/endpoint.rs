//! A service with what an operator overrides of its paths (llm.md 1.3).
//!
//! It must not know hosts, nor the client's path, whose front is that of a route. Invariant: an override is checked when it is configured.

use super::{Operation, PathError, Service, ServiceError, UpstreamPath};
use crate::format::Format;

/// A service and the overrides of its paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) service: Service,
    /// Replaces all paths.
    pub(super) path: Option<UpstreamPath>,
    /// Stands in front of the service's paths.
    pub(super) front: String,
}

// === impl Endpoint ===

impl Endpoint {
    /// `path` replaces every path, with its query; `prefix` replaces what is in front of the formats' paths where a service
    /// has such a prefix, and stands in front of its paths otherwise.
    ///
    /// # Errors
    /// The configured text cannot stand in a request line.
    pub fn try_new(
        mut service: Service,
        path: Option<&str>,
        prefix: Option<&str>,
    ) -> Result<Self, PathError> {
        let whole = |path| UpstreamPath::try_new(Format::OpenAiChatCompletions, "", path);
        let path = path
            .filter(|path| !path.is_empty())
            .map(whole)
            .transpose()?;
        let mut front = String::new();
        match &mut service {
            Service::OpenAi { prefix: own }
            | Service::Anthropic { prefix: own }
            | Service::Custom { prefix: own, .. } => {
                if let Some(prefix) = prefix {
                    prefix.clone_into(own);
                }
                UpstreamPath::try_new(Format::OpenAiChatCompletions, own, "")?;
            }
            Service::Bedrock { .. }
            | Service::AzureOpenAi { .. }
            | Service::Foundry { .. }
            | Service::Gemini
            | Service::Vertex { .. } => {
                if let Some(prefix) = prefix {
                    prefix.clone_into(&mut front);
                }
                UpstreamPath::try_new(Format::OpenAiChatCompletions, &front, "")?;
            }
        }
        Ok(Self {
            service,
            path,
            front,
        })
    }

    /// The service.
    #[must_use]
    pub const fn service(&self) -> &Service {
        &self.service
    }

    /// Where a request is sent (llm.md P-9, but for the client's path: a host of one's own changes nothing of it).
    ///
    /// # Errors
    /// The service does not take it, or the model cannot be part of a path.
    pub fn path(
        &self,
        format: Format,
        model: &str,
        operation: Operation,
    ) -> Result<UpstreamPath, ServiceError> {
        if let Some(path) = &self.path {
            return Ok(path.clone());
        }
        let computed = self.service.path(format, model, operation)?;
        Ok(computed.behind(&self.front)?)
    }
}

/// The path of a route that passes as it is: `base` is taken off where the path begins with it, and `prefix` put in front
/// (llm.md P-10).
#[must_use]
pub fn rebased(path: &str, base: &str, prefix: &str) -> String {
    let base = base.trim_end_matches('/');
    let rest = path
        .strip_prefix(base)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        .unwrap_or(path);
    match (prefix.trim_matches('/'), rest) {
        ("", "") => "/".to_owned(),
        ("", rest) => rest.to_owned(),
        (prefix, rest) => format!("/{prefix}{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, rebased};
    use crate::format::Format;
    use crate::provider::{Operation, PathError, Service, ServiceError, UpstreamPath};

    const CHAT: Format = Format::OpenAiChatCompletions;
    const MESSAGES: Format = Format::AnthropicMessages;

    #[track_caller]
    fn check(
        service: Service,
        (path, prefix): (Option<&str>, Option<&str>),
        format: Format,
        expected: &str,
    ) {
        let endpoint = Endpoint::try_new(service, path, prefix).expect("valid");
        let path = endpoint
            .path(format, "m", Operation::Unary)
            .expect("supported");
        assert_eq!(path.as_str(), expected);
    }

    fn openai() -> Service {
        Service::OpenAi {
            prefix: "/v1".to_owned(),
        }
    }

    fn custom() -> Service {
        let path = UpstreamPath::try_new(MESSAGES, "", "/anthropic/v1/messages").expect("a path");
        Service::Custom {
            prefix: "/v1".to_owned(),
            formats: vec![(CHAT, None), (MESSAGES, Some(path))],
            surfaces: Vec::new(),
        }
    }

    #[test]
    fn overrides_in_their_order() {
        check(openai(), (None, None), CHAT, "/v1/chat/completions");
        check(openai(), (Some("/x?y=1"), Some("/p")), CHAT, "/x?y=1");
        check(
            openai(),
            (Some(""), Some("/p/")),
            CHAT,
            "/p/chat/completions",
        );
        check(openai(), (None, Some("")), CHAT, "/chat/completions");
        check(custom(), (None, None), CHAT, "/v1/chat/completions");
        check(custom(), (None, Some("/p")), CHAT, "/p/chat/completions");
        check(
            custom(),
            (None, Some("/p")),
            MESSAGES,
            "/anthropic/v1/messages",
        );
        check(
            Service::Gemini,
            (None, Some("google")),
            Format::GeminiGenerateContent,
            "/google/v1beta/models/m:generateContent",
        );
        check(
            Service::Gemini,
            (None, None),
            CHAT,
            "/v1beta/openai/chat/completions",
        );
    }

    #[test]
    fn what_cannot_be_configured() {
        let refused = |path, prefix| Endpoint::try_new(Service::Gemini, path, prefix).err();
        assert_eq!(
            refused(None, Some("/a?b")),
            Some(PathError::PrefixWithQuery)
        );
        assert_eq!(refused(None, Some("/a b")), Some(PathError::Character));
        assert_eq!(refused(Some("/a b"), None), Some(PathError::Character));
        let endpoint = Endpoint::try_new(openai(), None, None).expect("valid");
        assert_eq!(
            endpoint.path(MESSAGES, "m", Operation::Unary),
            Err(ServiceError::Unsupported)
        );
    }

    #[test]
    fn paths_that_pass_get_another_base() {
        for (path, base, prefix, expected) in [
            ("/v1/files", "/v1", "/x", "/x/files"),
            ("/v1/files", "/v1", "", "/files"),
            ("/v1", "/v1", "", "/"),
            ("/v1", "/v1/", "x/", "/x"),
            ("/v10/files", "/v1", "/x", "/x/v10/files"),
            ("/files", "/v1", "/x", "/x/files"),
            ("/files", "", "/x", "/x/files"),
        ] {
            assert_eq!(
                rebased(path, base, prefix),
                expected,
                "{path} {base} {prefix}"
            );
        }
    }
}
