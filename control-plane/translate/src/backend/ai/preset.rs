//! Providers that are configured by their name alone: where each is and what it takes (llm.md 1.1).
//!
//! Must not know credentials. Hosts and paths after the providers' own references.

use cp_api::model::ModelProvider;

use super::provider::{Home, KeyPlace, Kind};
use crate::plan::{CustomFormat, Format, Service};

/// A provider that is known by name.
#[derive(Debug)]
pub(in crate::backend) struct Preset {
    /// The name, as in `gen_ai.provider.name`; what an operator moves it by.
    name: &'static str,
    host: &'static str,
    /// In front of the formats' paths.
    pub(super) prefix: &'static str,
    /// The formats, each with its path where it is not the format's own behind the prefix.
    formats: &'static [(Format, Option<&'static str>)],
}

const CHAT: (Format, Option<&str>) = (Format::ChatCompletions, None);
const RESPONSES: (Format, Option<&str>) = (Format::Responses, None);
const MESSAGES: (Format, Option<&str>) = (Format::Messages, None);
const ANTHROPIC: (Format, Option<&str>) = (Format::Messages, Some("/anthropic/v1/messages"));
const COHERE: (Format, Option<&str>) = (
    Format::ChatCompletions,
    Some("/compatibility/v1/chat/completions"),
);

static BASETEN: Preset = preset("baseten", "inference.baseten.co", "/v1", &[CHAT, MESSAGES]);
static CEREBRAS: Preset = preset("cerebras", "api.cerebras.ai", "/v1", &[CHAT]);
static COHERE_API: Preset = preset("cohere", "api.cohere.ai", "", &[COHERE]);
static DEEPINFRA: Preset = preset(
    "deepinfra",
    "api.deepinfra.com",
    "/v1/openai",
    &[CHAT, ANTHROPIC],
);
static DEEPSEEK: Preset = preset(
    "deepseek",
    "api.deepseek.com",
    "/v1",
    &[CHAT, RESPONSES, ANTHROPIC],
);
static FIREWORKS: Preset = preset(
    "fireworks",
    "api.fireworks.ai",
    "/inference/v1",
    &[CHAT, MESSAGES, RESPONSES],
);
static GROQ: Preset = preset("groq", "api.groq.com", "/openai/v1", &[CHAT, RESPONSES]);
static HUGGINGFACE: Preset = preset(
    "huggingface",
    "router.huggingface.co",
    "/v1",
    &[CHAT, RESPONSES],
);
static MISTRAL: Preset = preset("mistral", "api.mistral.ai", "/v1", &[CHAT]);
/// Its host is the user's: it has none of its own.
static OLLAMA: Preset = preset("ollama", "ollama.invalid", "/v1", &[CHAT, RESPONSES]);
static OPENROUTER: Preset = preset(
    "openrouter",
    "openrouter.ai",
    "/api/v1",
    &[CHAT, MESSAGES, RESPONSES],
);
static TOGETHER: Preset = preset("together", "api.together.xyz", "/v1", &[CHAT]);
static XAI: Preset = preset("xai", "api.x.ai", "/v1", &[CHAT, RESPONSES]);

// === impl Preset ===

impl Preset {
    /// The preset of a provider; `None` where it is a kind of its own.
    pub(in crate::backend) fn of(provider: ModelProvider) -> Option<&'static Preset> {
        match provider {
            ModelProvider::OpenAi
            | ModelProvider::Azure
            | ModelProvider::Anthropic
            | ModelProvider::Gemini
            | ModelProvider::VertexAi
            | ModelProvider::Bedrock
            | ModelProvider::Custom => None,
            ModelProvider::Cohere => Some(&COHERE_API),
            ModelProvider::Ollama => Some(&OLLAMA),
            ModelProvider::Baseten => Some(&BASETEN),
            ModelProvider::Cerebras => Some(&CEREBRAS),
            ModelProvider::Deepinfra => Some(&DEEPINFRA),
            ModelProvider::Deepseek => Some(&DEEPSEEK),
            ModelProvider::Groq => Some(&GROQ),
            ModelProvider::Huggingface => Some(&HUGGINGFACE),
            ModelProvider::Mistral => Some(&MISTRAL),
            ModelProvider::Openrouter => Some(&OPENROUTER),
            ModelProvider::TogetherAi => Some(&TOGETHER),
            ModelProvider::Xai => Some(&XAI),
            ModelProvider::Fireworks => Some(&FIREWORKS),
        }
    }

    /// The kind of the provider.
    pub(super) fn kind(&self) -> Kind<'static> {
        let formats = self.formats.iter().map(|(format, path)| CustomFormat {
            format: *format,
            path: path.map(ToOwned::to_owned),
        });
        Kind {
            service: Service::Custom {
                formats: formats.collect(),
            },
            model: None,
            home: Home::Public {
                kind: self.name,
                host: self.host.to_owned(),
                rerank: None,
            },
            telemetry_name: Some(self.name),
            key_place: KeyPlace::Bearer,
        }
    }
}

const fn preset(
    name: &'static str,
    host: &'static str,
    prefix: &'static str,
    formats: &'static [(Format, Option<&'static str>)],
) -> Preset {
    Preset {
        name,
        host,
        prefix,
        formats,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::{ModelProvider, OLLAMA, Preset};
    use crate::plan::Format;

    const CRD: &str = include_str!(
        "../../../../../deploy/crds/agentgateway/agentgateway.dev_agentgatewaymodels.yaml"
    );
    const PAGE: &str = include_str!("../../../../../docs/guide/llm-models.md");

    /// Every provider that a model may have, by the word for it.
    fn providers() -> Vec<(String, ModelProvider)> {
        let crd: Value = serde_saphyr::from_str(CRD).expect("YAML");
        let words = crd.pointer(
            "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/provider/enum",
        );
        let words = words.and_then(Value::as_array).expect("an enum");
        let provider = |word: &Value| {
            let provider = serde_json::from_value(word.clone()).expect("a provider");
            (word.as_str().expect("a word").to_owned(), provider)
        };
        words.iter().map(provider).collect()
    }

    /// Rows of the guide's table, by their first cell.
    fn documented() -> BTreeMap<String, (String, String)> {
        let rows = PAGE
            .lines()
            .skip_while(|line| !line.starts_with("| `provider` | Where | Formats |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'));
        rows.map(|row| {
            let mut cells = row.trim_matches('|').split('|').map(str::trim);
            let mut cell = || cells.next().expect("a cell").to_owned();
            let name = cell().trim_matches('`').to_owned();
            (name, (cell(), cell()))
        })
        .collect()
    }

    fn words(format: Format) -> &'static str {
        match format {
            Format::ChatCompletions => "chat completions",
            Format::Responses => "responses",
            Format::Messages => "messages",
            Format::Embeddings => "embeddings",
            Format::AnthropicTokenCount => "counts of tokens",
            Format::Realtime => "realtime",
            Format::Rerank => "documents by relevance",
        }
    }

    #[test]
    fn the_guide_has_each_preset_as_it_is() {
        let presets = providers().into_iter().filter_map(|(word, provider)| {
            let preset = Preset::of(provider)?;
            let place = match std::ptr::eq(preset, &OLLAMA) {
                true => "its `baseURL`".to_owned(),
                false => format!("`https://{}{}`", preset.host, preset.prefix),
            };
            let formats = preset.formats.iter().map(|(format, _)| words(*format));
            let formats: Vec<&str> = formats.collect();
            Some((word, (place, formats.join(", "))))
        });
        let presets: BTreeMap<String, (String, String)> = presets.collect();
        assert_eq!(presets, documented());
    }

    #[test]
    fn presets_are_known_by_one_name_each() {
        let presets = providers().into_iter();
        let presets = presets.filter_map(|(_, provider)| Preset::of(provider));
        let mut names: Vec<&str> = presets.map(|preset| preset.name).collect();
        assert!(names.iter().all(|name| *name == name.to_ascii_lowercase()));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(all > 0);
    }
}
