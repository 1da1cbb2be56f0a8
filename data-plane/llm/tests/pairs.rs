//! Bytes in, bytes out: every client's format with every provider's, over the cases of `testdata/pairs`.
//!
//! Owns the walk over the directory and the cuts. What is in the files, and how they are blessed, is told in their README.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking; cases are files, and BLESS is read here"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use bytes::Bytes;
use dp_llm::edge::Target;
use dp_llm::format::Format;
use dp_llm::provider::Service;
use dp_llm::relay::{Plan, Relay, Stamp};
use dp_llm::request::{ClientHeaders, Rendered, Request, RequestError};
use dp_llm::tap::{Ending, Framing, Limits};
use serde_json::Value;

/// Formats by the names of their directories; all but the last are those of clients too.
const FORMATS: [(&str, Format); 5] = [
    ("chat", Format::OpenAiChatCompletions),
    ("responses", Format::OpenAiResponses),
    ("messages", Format::AnthropicMessages),
    ("gemini", Format::GeminiGenerateContent),
    ("converse", Format::BedrockConverse),
];
const CLIENTS: usize = 4;
/// Each byte is cut at in one of so many runs; the tests of `relay` cut at each alone.
const STRIDE: usize = 61;

/// One pair of the matrix.
#[derive(Clone, Copy)]
struct Pair {
    client: (&'static str, Format),
    provider: (&'static str, Format),
}

/// Files that are not what was produced.
#[derive(Default)]
struct Stale(String);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pairs")
}

/// Files of a directory with this ending, by the name in front of it.
fn cases(directory: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let directory = root().join(directory);
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(&directory)
        .expect("a directory of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(ending)?.to_owned();
            Some((name, fs::read(&path).expect("a case")))
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no case *{ending} in {directory:?}");
    found
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

/// One message of an AWS event stream.
fn frame(name: &str, payload: &str) -> Vec<u8> {
    let mut headers = Vec::new();
    for (key, value) in [
        (":event-type", name),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ] {
        headers.push(u8::try_from(key.len()).expect("short"));
        headers.extend_from_slice(key.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&u16::try_from(value.len()).expect("short").to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let total = u32::try_from(16 + headers.len() + payload.len()).expect("short");
    let mut out = total.to_be_bytes().to_vec();
    out.extend_from_slice(&u32::try_from(headers.len()).expect("short").to_be_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload.as_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

/// Streams of a provider.
fn streams(provider: &str, format: Format) -> (Framing, Vec<(String, Vec<u8>)>) {
    let directory = format!("answers/{provider}");
    if format != Format::BedrockConverse {
        return (Framing::EventStream, cases(&directory, ".sse"));
    }
    let framed = cases(&directory, ".events")
        .into_iter()
        .map(|(name, text)| {
            let text = String::from_utf8(text).expect("text");
            let lines = text.lines().filter_map(|line| line.split_once(' '));
            let frames: Vec<Vec<u8>> = lines.map(|(name, payload)| frame(name, payload)).collect();
            (name, frames.concat())
        });
    (Framing::AwsEventStream, framed.collect())
}

/// As a person reads it, where it is JSON.
fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => serde_json::to_string_pretty(&value).expect("JSON") + "\n",
        Err(_) => text,
    }
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
            vendor: service.vendor(),
            max_output_tokens: None,
            guardrail: None,
        };
        request.render(&service, self.provider.1, &target, ClientHeaders::default())
    }

    /// What the client gets of `input`, fed in pieces.
    fn relayed(self, plan: &Plan, framing: Framing, input: &[u8], cuts: &[usize]) -> Vec<u8> {
        let stamp = Stamp {
            unix_seconds: 1_700_000_000,
            nonce: 7,
        };
        let mut relay = Relay::new(plan, framing, Limits::default(), stamp);
        let mut out = Vec::new();
        let mut rest = input;
        let mut from = 0;
        for cut in cuts {
            let (piece, after) = rest.split_at(cut - from);
            out.extend_from_slice(&relay.push(Bytes::copy_from_slice(piece)));
            (rest, from) = (after, *cut);
        }
        out.extend_from_slice(&relay.push(Bytes::copy_from_slice(rest)));
        let finish = relay.finish();
        out.extend_from_slice(&finish.rest);
        assert_eq!(
            finish.ending,
            Ending::Complete,
            "{}",
            self.file("").display()
        );
        out
    }

    /// The same wherever the input is cut.
    fn answer(self, framing: Framing, input: &[u8]) -> Option<String> {
        let plan = self.plan(framing != Framing::Buffered)?;
        let whole = self.relayed(&plan, framing, input, &[]);
        for first in 1..=STRIDE {
            let cuts: Vec<usize> = (first..input.len()).step_by(STRIDE).collect();
            assert!(
                self.relayed(&plan, framing, input, &cuts) == whole,
                "{} differs when it is cut at {first} and every {STRIDE} bytes behind",
                self.file("").display()
            );
        }
        let each: Vec<usize> = (1..input.len()).collect();
        assert!(
            self.relayed(&plan, framing, input, &each) == whole,
            "byte by byte"
        );
        Some(readable(&whole))
    }
}

// === impl Stale ===

impl Stale {
    fn check(&mut self, file: &Path, content: &str) {
        if env::var_os("BLESS").is_some() {
            fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
            return fs::write(file, content).expect("written");
        }
        if fs::read_to_string(file).ok().as_deref() != Some(content) {
            let _ = writeln!(self.0, "{}: should be\n{content}", file.display());
        }
    }

    fn finish(self) {
        assert!(self.0.is_empty(), "{}\nbless and read the diff", self.0);
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
