//! Which of a provider's formats a request is converted to (llm.md T-4 to T-7).
//!
//! It must not know converters or bodies. Invariant: the client's own format, where the provider takes it, costs no
//! conversion. The caller keeps the choice for the answer: choosing again could end differently.

use crate::format::Format;
use crate::provider::Service;

/// What of a request bears on the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demands {
    /// It has function tools.
    pub tools: bool,
    /// It asks for reasoning.
    pub reasoning: bool,
}

// Google's own format is before its OpenAI surface, which does badly with tools, thinking and errors. Nobody else has both.

const CHAT: [Format; 5] = [
    Format::GeminiGenerateContent,
    Format::OpenAiChatCompletions,
    Format::AnthropicMessages,
    Format::BedrockConverse,
    Format::OpenAiResponses,
];

const RESPONSES: [Format; 5] = [
    Format::OpenAiResponses,
    Format::GeminiGenerateContent,
    Format::OpenAiChatCompletions,
    Format::BedrockConverse,
    Format::AnthropicMessages,
];

const MESSAGES: [Format; 5] = [
    Format::AnthropicMessages,
    Format::GeminiGenerateContent,
    Format::OpenAiChatCompletions,
    Format::OpenAiResponses,
    Format::BedrockConverse,
];

/// For a model that reasons with tools in responses only.
const MESSAGES_TO_RESPONSES: [Format; 5] = [
    Format::AnthropicMessages,
    Format::OpenAiResponses,
    Format::OpenAiChatCompletions,
    Format::BedrockConverse,
    Format::GeminiGenerateContent,
];

/// Others by way of chat completions; responses are not reached.
const GEMINI: [Format; 4] = [
    Format::GeminiGenerateContent,
    Format::OpenAiChatCompletions,
    Format::AnthropicMessages,
    Format::BedrockConverse,
];

/// Converse passes as it is.
const CONVERSE: [Format; 1] = [Format::BedrockConverse];

/// Whether what a request demands bears on the choice; to find out costs a look into its body.
#[must_use]
pub fn is_demanding(client: Format, model: &str) -> bool {
    client == Format::AnthropicMessages && reasons_in_responses_only(model)
}

/// The format that a tag of a model in a catalogue names (llm.md T-6).
#[must_use]
pub fn of_tag(tag: &str) -> Option<Format> {
    match tag {
        "openai-completions" => Some(Format::OpenAiChatCompletions),
        "openai-responses" => Some(Format::OpenAiResponses),
        "anthropic-messages" => Some(Format::AnthropicMessages),
        "bedrock-converse" => Some(Format::BedrockConverse),
        "vertex-gemini" => Some(Format::GeminiGenerateContent),
        _ => None,
    }
}

/// The format in which `service` is asked for `model` by a client of format `client`; `None` if there is none. `tagged` is what a
/// catalogue says that the model speaks: it wins over what is known by the model's name, and says nothing if it is empty.
#[must_use]
pub fn choose(
    client: Format,
    service: &Service,
    (model, tagged): (&str, &[Format]),
    demands: Demands,
) -> Option<Format> {
    choose_among(client, model, demands, |format| match tagged {
        [] => service.supports(format, model),
        tagged => tagged.contains(&format) && service.has_path(format, model),
    })
}

/// The first of the formats that are preferred which is supported.
fn choose_among(
    client: Format,
    model: &str,
    demands: Demands,
    supports: impl Fn(Format) -> bool,
) -> Option<Format> {
    let preferred = preferences(client, model, demands);
    preferred.iter().copied().find(|format| supports(*format))
}

/// Formats to convert to, best first.
fn preferences(client: Format, model: &str, demands: Demands) -> &'static [Format] {
    match client {
        Format::OpenAiChatCompletions => &CHAT,
        Format::OpenAiResponses => &RESPONSES,
        Format::AnthropicMessages
            if demands.tools && demands.reasoning && is_demanding(client, model) =>
        {
            &MESSAGES_TO_RESPONSES
        }
        Format::AnthropicMessages => &MESSAGES,
        Format::GeminiGenerateContent => &GEMINI,
        Format::BedrockConverse => &CONVERSE,
    }
}

/// From GPT-5.4 on OpenAI refuses reasoning together with tools in chat completions (llm.md T-5).
fn reasons_in_responses_only(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or_default();
    let version = name
        .strip_prefix("gpt-")
        .and_then(|rest| rest.split('-').next())
        .unwrap_or_default();
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    match (major.parse::<u32>(), minor.parse::<u32>()) {
        (Ok(major), Ok(minor)) => (major, minor) >= (5, 4),
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Demands, choose, choose_among, of_tag, preferences};
    use crate::format::Format;
    use crate::provider::{AzureVersion, Operation, Service};

    const CHAT: Format = Format::OpenAiChatCompletions;
    const RESPONSES: Format = Format::OpenAiResponses;
    const MESSAGES: Format = Format::AnthropicMessages;
    const CONVERSE: Format = Format::BedrockConverse;
    const GEMINI: Format = Format::GeminiGenerateContent;

    fn prefix() -> String {
        "/v1".to_owned()
    }

    /// In the order of [`Format::ALL`] as client.
    #[track_caller]
    fn check(service: &Service, model: &str, expected: [Option<Format>; 5]) {
        let chosen =
            Format::ALL.map(|client| choose(client, service, (model, &[]), Demands::default()));
        assert_eq!(chosen, expected);
    }

    #[test]
    fn the_choice_for_each_service() {
        let all = |format| [Some(format); 5];
        let [chat, responses, messages, _, gemini] = Format::ALL.map(Some);
        let openai = [chat, responses, chat, None, chat];
        check(&Service::OpenAi { prefix: prefix() }, "gpt-4o", openai);
        let azure = Service::AzureOpenAi {
            resource: None,
            api_version: AzureVersion::V1,
        };
        check(&azure, "my-deployment", openai);
        let anthropic = Service::Anthropic { prefix: prefix() };
        let claude = [messages, messages, messages, None, messages];
        check(&anthropic, "claude-opus-4-1", claude);
        let bedrock = Service::Bedrock {
            region: "us-east-1".to_owned(),
        };
        check(&bedrock, "amazon.nova-pro-v1:0", all(CONVERSE));
        let google = [gemini, gemini, gemini, None, gemini];
        check(&Service::Gemini, "gemini-2.5-pro", google);
        let vertex = Service::Vertex {
            project: "p".to_owned(),
            region: None,
        };
        check(&vertex, "gemini-2.5-pro", google);
        check(&vertex, "claude-opus-4-1", claude);
        check(&vertex, "meta/llama-4", [chat, chat, chat, None, chat]);
    }

    #[test]
    fn the_clients_own_format_is_first_unless_google_has_both() {
        for client in Format::ALL {
            let chosen = choose_among(client, "m", Demands::default(), |format| {
                format != GEMINI || client == GEMINI
            });
            assert_eq!(chosen, Some(client));
            let mut once = preferences(client, "m", Demands::default()).to_vec();
            let length = once.len();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), length);
        }
        assert_eq!(
            choose_among(RESPONSES, "m", Demands::default(), |_| false),
            None
        );
    }

    #[test]
    fn a_catalogue_knows_better_than_a_name() {
        let openai = Service::OpenAi { prefix: prefix() };
        let foundry = Service::Foundry {
            resource: Some("example".to_owned()),
            project: None,
        };
        for (service, model, tags, expected) in [
            (&openai, "m", &[RESPONSES][..], [RESPONSES; 3].map(Some)),
            (&openai, "m", &[CHAT], [CHAT; 3].map(Some)),
            (
                &openai,
                "m",
                &[CHAT, RESPONSES],
                [Some(CHAT), Some(RESPONSES), Some(CHAT)],
            ),
            // It has no place for that.
            (&openai, "m", &[MESSAGES], [None; 3]),
            (
                &foundry,
                "deployed",
                &[],
                [Some(CHAT), Some(RESPONSES), Some(CHAT)],
            ),
            (&foundry, "deployed", &[MESSAGES], [MESSAGES; 3].map(Some)),
            (&foundry, "claude-x", &[CHAT], [CHAT; 3].map(Some)),
        ] {
            let clients = [CHAT, RESPONSES, MESSAGES];
            let chosen =
                clients.map(|client| choose(client, service, (model, tags), Demands::default()));
            assert_eq!(chosen, expected, "{model} {tags:?}");
            for format in chosen.into_iter().flatten() {
                assert!(
                    service.path(format, model, Operation::Unary).is_ok(),
                    "{format:?}"
                );
            }
        }
    }

    #[test]
    fn tags_name_formats() {
        let names = [
            "openai-completions",
            "openai-responses",
            "anthropic-messages",
            "bedrock-converse",
            "vertex-gemini",
        ];
        let named = names.map(of_tag);
        assert_eq!(
            named,
            [CHAT, RESPONSES, MESSAGES, CONVERSE, GEMINI].map(Some)
        );
        assert_eq!(of_tag("cheap"), None);
    }

    #[test]
    fn reasoning_with_tools_goes_to_responses() {
        let service = Service::OpenAi { prefix: prefix() };
        let both = Demands {
            tools: true,
            reasoning: true,
        };
        for (model, expected) in [
            ("gpt-5.4", RESPONSES),
            ("gpt-5.4-mini-2026-03-01", RESPONSES),
            ("openai/gpt-5.10", RESPONSES),
            ("gpt-6", RESPONSES),
            ("gpt-5.3", CHAT),
            ("gpt-5-mini", CHAT),
            ("gpt-4o", CHAT),
            ("o3", CHAT),
        ] {
            assert_eq!(
                choose(MESSAGES, &service, (model, &[]), both),
                Some(expected),
                "{model}"
            );
            let tools = Demands {
                reasoning: false,
                ..both
            };
            assert_eq!(choose(MESSAGES, &service, (model, &[]), tools), Some(CHAT));
        }
        assert_eq!(choose(CHAT, &service, ("gpt-6", &[]), both), Some(CHAT));
        let converse_only = |format| format == CONVERSE;
        assert_eq!(
            choose_among(MESSAGES, "gpt-6", both, converse_only),
            Some(CONVERSE)
        );
    }
}
