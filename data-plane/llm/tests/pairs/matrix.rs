//! Bytes in, bytes out: every client's format with every provider's, over the cases of `testdata/pairs`.
//!
//! Owns the walk over the directory and the cuts. What is in the files, and how they are blessed, is told in their README.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use dp_llm::edge::Target;
use dp_llm::error::ProviderError;
use dp_llm::format::Format;
use dp_llm::provider::Service;
use dp_llm::relay::Plan;
use dp_llm::request::{ClientHeaders, Rendered, Request, RequestError};
use dp_llm::retry_after::retry_after;
use dp_llm::tap::Framing;
use serde_json::{Map, Value, json};

use super::cases::{self, Stale, fed, framed, readable};

/// Formats by the names of their directories; all but the last are those of clients too.
const FORMATS: [(&str, Format); 5] = [
    ("chat", Format::OpenAiChatCompletions),
    ("responses", Format::OpenAiResponses),
    ("messages", Format::AnthropicMessages),
    ("gemini", Format::GeminiGenerateContent),
    ("converse", Format::BedrockConverse),
];
const CLIENTS: usize = 4;

/// One pair of the matrix.
#[derive(Clone, Copy)]
struct Pair {
    client: (&'static str, Format),
    provider: (&'static str, Format),
}

fn root() -> PathBuf {
    cases::root("pairs")
}

/// Files of a directory with this ending, by the name in front of it.
fn cases(directory: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    cases::cases(&root().join(directory), ending)
}

fn service(format: Format) -> (Service, &'static str) {
    let prefix = "/v1".to_owned();
    match format {
        Format::OpenAiChatCompletions | Format::OpenAiResponses => {
            (Service::OpenAi { prefix }, "gpt-4o")
        }
        Format::AnthropicMessages => (Service::Anthropic { prefix }, "claude-sonnet-4-5"),
        Format::GeminiGenerateContent => (Service::Gemini, "gemini-2.5-flash"),
        Format::BedrockConverse => {
            let region = "eu-west-3".to_owned();
            (
                Service::Bedrock { region },
                "anthropic.claude-sonnet-4-5-20250929-v1:0",
            )
        }
    }
}

fn path(client: Format, is_streamed: bool) -> &'static str {
    match (client, is_streamed) {
        (Format::GeminiGenerateContent, true) => "/v1beta/models/asked:streamGenerateContent",
        (Format::GeminiGenerateContent, false) => "/v1beta/models/asked:generateContent",
        // Their bodies say all.
        _ => "/",
    }
}

/// Streams of a provider.
fn streams(provider: &str, format: Format) -> (Framing, Vec<(String, Vec<u8>)>) {
    let directory = format!("answers/{provider}");
    if format != Format::BedrockConverse {
        return (Framing::EventStream, cases(&directory, ".sse"));
    }
    let streams = cases(&directory, ".events")
        .into_iter()
        .map(|(name, text)| (name, framed(text)));
    (Framing::AwsEventStream, streams.collect())
}

// === impl Pair ===

impl Pair {
    fn all() -> impl Iterator<Item = Pair> {
        let clients = FORMATS.into_iter().take(CLIENTS);
        clients.flat_map(|client| FORMATS.map(|provider| Pair { client, provider }))
    }

    fn file(self, name: &str) -> PathBuf {
        let directory = format!("{}-{}", self.client.0, self.provider.0);
        root().join(directory).join(name)
    }

    /// How the answer to a plain request is read; `None` where the pair does not convert requests.
    fn plan(self, is_streamed: bool) -> Option<Plan> {
        let body = match (self.client.1, is_streamed) {
            (Format::OpenAiChatCompletions, true) => {
                r#"{"model":"asked","messages":[{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true}}"#
            }
            (Format::OpenAiResponses, true) => r#"{"model":"asked","input":"Hi","stream":true}"#,
            (Format::OpenAiResponses, false) => r#"{"model":"asked","input":"Hi"}"#,
            (Format::AnthropicMessages, true) => {
                r#"{"model":"asked","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"stream":true}"#
            }
            (Format::OpenAiChatCompletions | Format::AnthropicMessages, false) => {
                r#"{"model":"asked","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#
            }
            (Format::GeminiGenerateContent | Format::BedrockConverse, _) => {
                r#"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#
            }
        };
        let rendered = self.rendered(&self.request(body.as_bytes(), is_streamed));
        rendered.ok().map(|rendered| rendered.plan)
    }

    fn request(self, body: &[u8], is_streamed: bool) -> Request {
        let path = path(self.client.1, is_streamed);
        let body = Bytes::copy_from_slice(body);
        Request::parse(self.client.1, path, body).expect("a request")
    }

    fn rendered(self, request: &Request) -> Result<Rendered, RequestError> {
        let (service, model) = service(self.provider.1);
        let target = Target {
            model: model.to_owned(),
            vendor: service.vendor(self.provider.1),
            max_output_tokens: None,
            known_as: None,
            guardrail: None,
            appended: 0,
            tagged: Vec::new(),
        };
        request.render(&service, self.provider.1, &target, ClientHeaders::default())
    }

    /// What the client is told of a provider's error: status, how long the provider wants to be left alone, and body.
    fn told(self, error: &Value) -> Value {
        let status = error.pointer("/status").and_then(Value::as_u64);
        let status = u16::try_from(status.expect("a status")).expect("a status");
        let body = match error.pointer("/body").expect("a body") {
            Value::String(text) => text.clone(),
            object => object.to_string(),
        };
        let headers = error.pointer("/headers").and_then(Value::as_object);
        let headers = headers.into_iter().flatten();
        let headers: Vec<(&str, &str)> = headers
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect();
        let kind = headers.iter().find(|(name, _)| *name == "x-amzn-errortype");
        let kind = kind.map(|(_, kind)| *kind);
        let now = Duration::from_secs(1_700_000_000);
        let said = ProviderError::read(body.as_bytes());
        let wait = retry_after(status, headers.iter().copied(), &said, now);
        let (client, provider) = (self.client.1, self.provider.1);
        let told = dp_llm::error::for_client(client, provider, status, &body.into(), kind);
        let told: Value = serde_json::from_slice(&told).expect("JSON");
        let status = dp_llm::error::client_status(client, status);
        json!({ "status": status, "waits": wait.map(|wait| wait.as_secs()), "body": told })
    }

    /// The same wherever the input is cut.
    fn answer(self, framing: Framing, input: &[u8]) -> Option<String> {
        let plan = self.plan(framing != Framing::Buffered)?;
        let what = self.file("");
        Some(readable(&fed(&plan, framing, input, &what)))
    }
}

#[test]
fn what_a_provider_is_sent() {
    let mut stale = Stale::default();
    for pair in Pair::all() {
        for (case, body) in cases(&format!("requests/{}", pair.client.0), ".json") {
            let request = pair.request(&body, case == "streamed");
            match pair.rendered(&request) {
                Ok(rendered) => {
                    let again = pair.rendered(&request).expect("the same");
                    assert_eq!(again.body, rendered.body, "the next attempt's");
                    let file = pair.file(&format!("{case}.request.json"));
                    stale.check(&file, &readable(&rendered.body));
                }
                Err(error) => {
                    let file = pair.file(&format!("{case}.refused.txt"));
                    stale.check(&file, &format!("{error}\n"));
                }
            }
        }
    }
    stale.finish();
}

#[test]
fn what_a_client_is_answered() {
    let mut stale = Stale::default();
    for pair in Pair::all() {
        let (framing, streams) = streams(pair.provider.0, pair.provider.1);
        for (case, input) in streams {
            if let Some(answer) = pair.answer(framing, &input) {
                stale.check(&pair.file(&format!("{case}.answer.sse")), &answer);
            }
        }
        for (case, input) in cases(&format!("answers/{}", pair.provider.0), ".json") {
            if case == "errors" {
                continue;
            }
            let answer = match case.strip_prefix("error.") {
                None => pair.answer(Framing::Buffered, &input),
                Some(status) => {
                    let status = status.parse().expect("a status");
                    let (client, provider) = (pair.client.1, pair.provider.1);
                    let input = Bytes::from(input);
                    let told = dp_llm::error::for_client(client, provider, status, &input, None);
                    Some(readable(&told))
                }
            };
            if let Some(answer) = answer {
                stale.check(&pair.file(&format!("{case}.answer.json")), &answer);
            }
        }
    }
    stale.finish();
}

#[test]
fn what_a_client_is_told_of_each_error() {
    let mut stale = Stale::default();
    for pair in Pair::all() {
        let file = root().join("answers").join(pair.provider.0);
        let errors = fs::read(file.join("errors.json")).expect("errors");
        let errors: Map<String, Value> = serde_json::from_slice(&errors).expect("JSON");
        let told = errors
            .iter()
            .map(|(case, error)| (case.clone(), pair.told(error)));
        let told: Map<String, Value> = told.collect();
        let told = serde_json::to_string(&told).expect("JSON");
        stale.check(&pair.file("errors.json"), &readable(told.as_bytes()));
    }
    stale.finish();
}
