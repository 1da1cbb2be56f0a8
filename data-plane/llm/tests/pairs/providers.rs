//! Every client's format with every kind of provider: the whole request, and the answer with what the kind has of its own.
//!
//! Owns `testdata/providers` and which kinds there are. It must not know of connections: what the proxy itself puts into
//! heads is not here.

use std::fmt::Write as _;
use std::path::PathBuf;

use dp_llm::edge::Target;
use dp_llm::format::Format;
use dp_llm::preference;
use dp_llm::provider::{AzureVersion, Endpoint, Service, UpstreamPath};
use dp_llm::request::{ClientHeaders, Rendered, Request};
use dp_llm::tap::Framing;

use super::cases::{self, Answer, Goldens, cases, framed, readable, some};

/// Formats by the names of their directories.
const FORMATS: [(&str, Format); 5] = [
    ("chat", Format::OpenAiChatCompletions),
    ("responses", Format::OpenAiResponses),
    ("messages", Format::AnthropicMessages),
    ("gemini", Format::GeminiGenerateContent),
    ("converse", Format::BedrockConverse),
];

/// A kind of provider.
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    pub(crate) service: Service,
    model: &'static str,
    /// Whose answers it gives.
    answers: &'static str,
}

/// A client that asks a provider.
struct Exchange<'a> {
    client: (&'static str, Format),
    provider: &'a Provider,
}

fn kind(
    name: &'static str,
    service: Service,
    model: &'static str,
    answers: &'static str,
) -> Provider {
    Provider {
        name,
        service,
        model,
        answers,
    }
}

/// All kinds.
pub(crate) fn providers() -> Vec<Provider> {
    let prefix = || "/v1".to_owned();
    let openai = Service::OpenAi { prefix: prefix() };
    let anthropic = Service::Anthropic { prefix: prefix() };
    let chat = custom(Format::OpenAiChatCompletions, None);
    let messages = custom(Format::AnthropicMessages, Some("/anthropic/v1/messages"));
    let mut all = vec![
        kind("openai", openai, "gpt-4o", "openai"),
        kind("anthropic", anthropic, "claude-sonnet-4-5", "anthropic"),
        kind("gemini", Service::Gemini, "gemini-2.5-flash", "gemini"),
        kind("custom-chat", chat, "deepseek-r1", "custom"),
        kind("custom-messages", messages, "deepseek-chat", "custom"),
    ];
    all.extend(of_azure());
    all.extend(of_clouds());
    all
}

fn of_azure() -> [Provider; 4] {
    let resource = || Some("tides".to_owned());
    let azure = |api_version| Service::AzureOpenAi {
        resource: resource(),
        api_version,
    };
    let foundry = || Service::Foundry {
        resource: resource(),
        project: None,
    };
    let dated = AzureVersion::Dated("2024-10-21".to_owned());
    [
        kind("azure-openai", azure(AzureVersion::V1), "tide-4o", "azure"),
        kind("azure-openai-dated", azure(dated), "tide-4o", "azure"),
        kind("foundry-openai", foundry(), "tide-4o", "azure"),
        kind(
            "foundry-claude",
            foundry(),
            "claude-sonnet-4-5",
            "anthropic",
        ),
    ]
}

fn of_clouds() -> [Provider; 5] {
    let bedrock = || Service::Bedrock {
        region: "eu-west-3".to_owned(),
    };
    let vertex = |region: Option<&str>| Service::Vertex {
        project: "tides".to_owned(),
        region: region.map(str::to_owned),
    };
    let claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let dated = "claude-sonnet-4-5@20250929";
    let llama = "meta/llama-4-maverick-17b-128e-instruct-maas";
    [
        kind("bedrock-claude", bedrock(), claude, "bedrock"),
        kind(
            "bedrock-nova",
            bedrock(),
            "eu.amazon.nova-pro-v1:0",
            "bedrock",
        ),
        kind("vertex-gemini", vertex(None), "gemini-2.5-flash", "vertex"),
        kind(
            "vertex-claude",
            vertex(Some("europe-west1")),
            dated,
            "vertex-claude",
        ),
        kind(
            "vertex-llama",
            vertex(Some("us-east5")),
            llama,
            "vertex-llama",
        ),
    ]
}

fn custom(format: Format, path: Option<&str>) -> Service {
    let path = path.map(|path| UpstreamPath::try_new(format, "", path).expect("a path"));
    Service::Custom {
        prefix: "/v1".to_owned(),
        formats: vec![(format, path)],
        surfaces: Vec::new(),
    }
}

fn root() -> PathBuf {
    cases::root("providers")
}

/// The client's path and query, as its SDK makes them.
fn path(client: Format, is_streamed: bool) -> (&'static str, Option<&'static str>) {
    match (client, is_streamed) {
        (Format::OpenAiChatCompletions, _) => ("/v1/chat/completions", None),
        (Format::OpenAiResponses, _) => ("/v1/responses", None),
        // As Claude Code asks.
        (Format::AnthropicMessages, true) => ("/v1/messages", Some("beta=true")),
        (Format::AnthropicMessages, false) => ("/v1/messages", None),
        (Format::GeminiGenerateContent, true) => (
            "/v1beta/models/asked:streamGenerateContent",
            Some("alt=sse"),
        ),
        (Format::GeminiGenerateContent, false) => ("/v1beta/models/asked:generateContent", None),
        (Format::BedrockConverse, true) => ("/model/asked/converse-stream", None),
        (Format::BedrockConverse, false) => ("/model/asked/converse", None),
    }
}

/// A key as its vendor makes them: its beginning decides on its place.
fn key(service: &Service) -> &'static str {
    match service {
        Service::Gemini => "AIzaKEY",
        Service::Anthropic { .. } => "sk-ant-KEY",
        Service::OpenAi { .. }
        | Service::Bedrock { .. }
        | Service::AzureOpenAi { .. }
        | Service::Foundry { .. }
        | Service::Vertex { .. }
        | Service::Custom { .. } => "KEY",
    }
}

/// The request, as it goes out: the request line, what is in the head by the kind of provider, and the body. Remarks are
/// fields that were left out.
pub(crate) fn request(
    service: &Service,
    rendered: &Rendered,
    (path, query): (&str, Option<&str>),
) -> (Vec<String>, String) {
    let plan = &rendered.plan;
    let endpoint = Endpoint::try_new(service.clone(), None, None).expect("valid");
    let target = plan.path(&endpoint, path).expect("a path");
    let query = plan.query(&endpoint, query);
    let host = service.default_host();
    let host = match plan.is_elsewhere() {
        true => "(the provider's other one)",
        false => host.as_deref().unwrap_or("llm.example"),
    };
    let (header, front) = service.key_place(plan.provider, key(service).as_bytes());
    let mut out = format!("POST {}\n", target.with_query(query.as_deref()));
    let _ = writeln!(out, "host: {host}\n{header}: {front}{}", key(service));
    for (name, value) in service.headers(plan.provider) {
        let _ = writeln!(out, "{name}: {value}");
    }
    let dropped = rendered.dropped.iter();
    let dropped = dropped.map(|name| format!("left out: {name}")).collect();
    (dropped, out + "\n" + &readable(&rendered.body))
}

// === impl Exchange ===

impl Exchange<'_> {
    fn each(mut work: impl FnMut(&Exchange<'_>)) {
        let providers = providers();
        for client in FORMATS {
            for provider in &providers {
                work(&Exchange { client, provider });
            }
        }
    }

    fn file(&self) -> PathBuf {
        let directory = root().join(self.client.0);
        directory.join(format!("{}.golden", self.provider.name))
    }

    fn requests(&self) -> Vec<(String, Vec<u8>)> {
        cases(&root().join("requests").join(self.client.0), ".json")
    }

    /// The request for the provider, in the format that is chosen for it; `None` where no format is.
    fn rendered(&self, body: Vec<u8>, is_streamed: bool) -> Option<Result<Rendered, String>> {
        let Provider { service, model, .. } = self.provider;
        let (path, _) = path(self.client.1, is_streamed);
        let request = Request::parse(self.client.1, path, body.into()).expect("a request");
        let format = preference::choose(self.client.1, service, (model, &[]), request.demands())?;
        let target = Target {
            model: (*model).to_owned(),
            vendor: service.vendor(format),
            max_output_tokens: None,
            known_as: None,
            guardrail: None,
            appended: 0,
            tagged: Vec::new(),
        };
        let headers = ClientHeaders {
            anthropic_version: None,
            anthropic_beta: match self.client.1 {
                Format::AnthropicMessages => &["context-1m-2025-08-07"],
                _ => &[],
            },
            bedrock_metadata: Some(r#"{"team":"tides"}"#),
        };
        let rendered = request.render(service, format, &target, headers);
        Some(rendered.map_err(|error| error.to_string()))
    }

    /// What the provider is sent of a case, and what the client gets of each answer in the format of that request.
    fn put(&self, case: &str, body: Vec<u8>, goldens: &mut Goldens) {
        let is_streamed = case == "streamed";
        let path = path(self.client.1, is_streamed);
        match self.rendered(body, is_streamed) {
            Some(Ok(rendered)) => {
                let (dropped, sent) = request(&self.provider.service, &rendered, path);
                goldens.put(self.file(), &format!("{case}.request"), &dropped, &sent);
                self.answers(&rendered, is_streamed, goldens);
            }
            Some(Err(words)) => {
                let (name, words) = (format!("{case}.refused"), format!("{words}\n"));
                goldens.put(self.file(), &name, &[], &words);
            }
            // Clients of Bedrock are served by Bedrock alone.
            None => assert!(
                self.client.1 == Format::BedrockConverse
                    && !matches!(self.provider.service, Service::Bedrock { .. }),
                "{}",
                self.file().display()
            ),
        }
    }

    fn answers(&self, rendered: &Rendered, is_streamed: bool, goldens: &mut Goldens) {
        let (name, _) = FORMATS
            .into_iter()
            .find(|(_, format)| *format == rendered.plan.provider)
            .expect("a format");
        let directory = root().join("answers").join(self.provider.answers);
        let (ending, framing) = match (is_streamed, rendered.plan.provider) {
            (false, _) => ("json", Framing::Buffered),
            (true, Format::BedrockConverse) => ("events", Framing::AwsEventStream),
            (true, _) => ("sse", Framing::EventStream),
        };
        let own = |file: &str| file.strip_prefix(&format!("{name}.")).map(str::to_owned);
        let answers = some(&directory, &format!(".{ending}")).into_iter();
        let mut answers = answers
            .filter_map(|(file, text)| Some((own(&file)?, text)))
            .peekable();
        let is_answered = answers.peek().is_some();
        assert!(is_answered, "no {name}.*.{ending} in {directory:?}");
        for (case, text) in answers {
            let bytes = match framing {
                Framing::AwsEventStream => framed(text),
                Framing::Buffered | Framing::EventStream => text,
            };
            let answer = Answer {
                framing,
                bytes: &bytes,
                told: None,
            };
            // Whoever does not speak AWS's framing gets events.
            let ending = match (is_streamed, self.client.1) {
                (true, Format::BedrockConverse) => "events",
                (true, _) => "sse",
                (false, _) => "json",
            };
            let name = format!("{case}.answer.{ending}");
            goldens.answer((self.file(), &name), &rendered.plan, answer);
        }
    }
}

#[test]
fn what_each_kind_of_provider_is_sent_and_its_clients_are_answered() {
    let mut goldens = Goldens::default();
    Exchange::each(|exchange| {
        for (case, body) in exchange.requests() {
            exchange.put(&case, body, &mut goldens);
        }
    });
    goldens.finish(&root());
}
