//! Values of `anthropic-beta` that a service knows.
//!
//! Owns what Vertex AI takes: it refuses a request with any other value (llm.md 2.11, 57). Converse has its own list, where its
//! bodies are made. Must not know headers otherwise. Who is not listed is Anthropic itself, or says in its own words what it takes.

use super::Service;

/// What Claude on Vertex AI has.
const OF_VERTEX: [&str; 8] = [
    "compact-2026-01-12",
    "computer-use-2025-01-24",
    "computer-use-2025-11-24",
    "context-1m-2025-08-07",
    "context-management-2025-06-27",
    "interleaved-thinking-2025-05-14",
    "tool-search-tool-2025-10-19",
    "web-search-2025-03-05",
];

// === impl Service ===

impl Service {
    /// Whether a request with this value of `anthropic-beta` is taken.
    #[must_use]
    pub fn takes_beta(&self, value: &str) -> bool {
        match self {
            Self::Vertex { .. } => OF_VERTEX.contains(&value),
            Self::OpenAi { .. }
            | Self::Anthropic { .. }
            | Self::Bedrock { .. }
            | Self::AzureOpenAi { .. }
            | Self::Foundry { .. }
            | Self::Gemini
            | Self::Custom { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vertex_is_told_what_it_knows() {
        let vertex = Service::Vertex {
            project: "p".to_owned(),
            region: None,
        };
        for (value, is_known) in [
            ("context-1m-2025-08-07", true),
            ("claude-code-20250219", false),
            ("oauth-2025-04-20", false),
            ("", false),
        ] {
            assert_eq!(vertex.takes_beta(value), is_known, "{value}");
            assert!(Service::Gemini.takes_beta(value));
        }
    }
}
