//! Providers that are configured by their name alone: where each is and what it takes (llm.md 1.1).
//!
//! It must not know credentials. Invariant: names are in lower case and each stands once. After the providers' references.

use super::{PathError, Service, UpstreamPath};
use crate::format::Format;

/// A provider that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The name, as configured and as in `gen_ai.provider.name`.
    pub name: &'static str,
    /// TLS is spoken.
    pub is_tls: bool,
    /// The host.
    pub host: &'static str,
    /// The port.
    pub port: u16,
    /// What stands in front of the formats' paths.
    pub prefix: &'static str,
    /// The formats, each with its path on the host where it is not the format's own behind the prefix.
    pub formats: &'static [(Format, Option<&'static str>)],
}

const CHAT: (Format, Option<&str>) = (Format::OpenAiChatCompletions, None);
const RESPONSES: (Format, Option<&str>) = (Format::OpenAiResponses, None);
const MESSAGES: (Format, Option<&str>) = (Format::AnthropicMessages, None);
const ANTHROPIC: (Format, Option<&str>) =
    (Format::AnthropicMessages, Some("/anthropic/v1/messages"));
const COHERE: (Format, Option<&str>) = (
    Format::OpenAiChatCompletions,
    Some("/compatibility/v1/chat/completions"),
);

/// All of them, by name.
pub const PRESETS: [Preset; 13] = [
    public("baseten", "inference.baseten.co", "/v1", &[CHAT, MESSAGES]),
    public("cerebras", "api.cerebras.ai", "/v1", &[CHAT]),
    public("cohere", "api.cohere.ai", "", &[COHERE]),
    public(
        "deepinfra",
        "api.deepinfra.com",
        "/v1/openai",
        &[CHAT, ANTHROPIC],
    ),
    public(
        "deepseek",
        "api.deepseek.com",
        "/v1",
        &[CHAT, RESPONSES, ANTHROPIC],
    ),
    public(
        "fireworks",
        "api.fireworks.ai",
        "/inference/v1",
        &[CHAT, MESSAGES, RESPONSES],
    ),
    public("groq", "api.groq.com", "/openai/v1", &[CHAT, RESPONSES]),
    public(
        "huggingface",
        "router.huggingface.co",
        "/v1",
        &[CHAT, RESPONSES],
    ),
    public("mistral", "api.mistral.ai", "/v1", &[CHAT]),
    Preset {
        name: "ollama",
        is_tls: false,
        host: "localhost",
        port: 11434,
        prefix: "/v1",
        formats: &[CHAT, RESPONSES],
    },
    public(
        "openrouter",
        "openrouter.ai",
        "/api/v1",
        &[CHAT, MESSAGES, RESPONSES],
    ),
    public("together", "api.together.xyz", "/v1", &[CHAT]),
    public("xai", "api.x.ai", "/v1", &[CHAT, RESPONSES]),
];

// === impl Preset ===

impl Preset {
    /// The preset of this name, in any case.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        PRESETS
            .iter()
            .find(|preset| preset.name.eq_ignore_ascii_case(name))
    }

    /// The base URL, as users of the provider write it.
    #[must_use]
    pub fn base_url(&self) -> String {
        let (host, prefix) = (self.host, self.prefix);
        match (self.is_tls, self.port) {
            (true, 443) => format!("https://{host}{prefix}"),
            (true, port) => format!("https://{host}:{port}{prefix}"),
            (false, 80) => format!("http://{host}{prefix}"),
            (false, port) => format!("http://{host}:{port}{prefix}"),
        }
    }

    /// The provider as a service.
    ///
    /// # Errors
    /// None for the presets of this list; a test sees to that.
    pub fn service(&self) -> Result<Service, PathError> {
        let formats = self.formats.iter().map(|(format, path)| {
            let path = path.map(|path| UpstreamPath::try_new(*format, "", path));
            Ok((*format, path.transpose()?))
        });
        Ok(Service::Custom {
            prefix: self.prefix.to_owned(),
            formats: formats.collect::<Result<_, PathError>>()?,
            surfaces: Vec::new(),
        })
    }
}

const fn public(
    name: &'static str,
    host: &'static str,
    prefix: &'static str,
    formats: &'static [(Format, Option<&'static str>)],
) -> Preset {
    Preset {
        name,
        is_tls: true,
        host,
        port: 443,
        prefix,
        formats,
    }
}

#[cfg(test)]
mod tests {
    use super::{PRESETS, Preset};
    use crate::format::Format;
    use crate::provider::Operation;

    #[test]
    fn presets_are_in_order_and_usable() {
        assert!(PRESETS.is_sorted_by(|one, other| one.name < other.name));
        for preset in &PRESETS {
            assert_eq!(preset.name, preset.name.to_ascii_lowercase());
            let service = preset.service().expect("valid");
            for (format, _) in preset.formats {
                assert!(service.path(*format, "m", Operation::Stream).is_ok());
            }
        }
    }

    #[track_caller]
    fn check(name: &str, base: &str, format: Format, path: &str) {
        let preset = Preset::by_name(name).expect("known");
        assert_eq!(preset.base_url(), base);
        let service = preset.service().expect("valid");
        let found = service.path(format, "m", Operation::Unary).expect("known");
        assert_eq!(found.as_str(), path);
    }

    #[test]
    fn where_presets_are() {
        let (chat, messages) = (Format::OpenAiChatCompletions, Format::AnthropicMessages);
        check(
            "Groq",
            "https://api.groq.com/openai/v1",
            chat,
            "/openai/v1/chat/completions",
        );
        check(
            "ollama",
            "http://localhost:11434/v1",
            chat,
            "/v1/chat/completions",
        );
        check(
            "cohere",
            "https://api.cohere.ai",
            chat,
            "/compatibility/v1/chat/completions",
        );
        check(
            "deepseek",
            "https://api.deepseek.com/v1",
            messages,
            "/anthropic/v1/messages",
        );
        check(
            "openrouter",
            "https://openrouter.ai/api/v1",
            messages,
            "/api/v1/messages",
        );
        assert_eq!(Preset::by_name("openai"), None);
    }
}
