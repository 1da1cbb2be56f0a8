//! Operations besides conversations, with every kind of provider: what it is sent, or why it is not, and the answer.
//!
//! Owns `testdata/operations`. Invariant: each operation with each kind is either a request or a refusal, and stands there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use dp_llm::class::Class;
use dp_llm::edge::Target;
use dp_llm::format::Format;
use dp_llm::observed::Observed;
use dp_llm::provider::Service;
use dp_llm::relay::Folded;
use dp_llm::request::{ClientHeaders, Rendered, Request};
use dp_llm::tap::{Ending, Framing};
use dp_llm::usage::HeadCounts;

use super::cases::{self, Answer, Goldens, cases};
use super::providers::{self, Provider, providers};

/// An operation, by the name of its directory.
struct Operation {
    name: &'static str,
    /// The client's path.
    path: &'static str,
    /// Of its request.
    content_type: &'static str,
}

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data; boundary=tide";

const OPERATIONS: [Operation; 11] = [
    operation("completions", "/v1/completions", JSON),
    operation("count-tokens", "/v1/messages/count_tokens", JSON),
    operation("embeddings", "/v1/embeddings", JSON),
    operation(
        "gemini-count-tokens",
        "/v1beta/models/asked:countTokens",
        JSON,
    ),
    operation("image-edits", "/v1/images/edits", FORM),
    operation("images", "/v1/images/generations", JSON),
    operation("input-tokens", "/v1/responses/input_tokens", JSON),
    operation("invoke", "/model/asked/invoke", JSON),
    operation("rerank", "/v2/rerank", JSON),
    operation("speech", "/v1/audio/speech", JSON),
    operation("transcriptions", "/v1/audio/transcriptions", FORM),
];

/// An operation, a kind of provider, and the model that is asked.
type Row = (&'static str, &'static str, &'static str);

/// Models of kinds of providers by the operation; of others the model is `asked`.
const MODELS: [Row; 14] = [
    ("embeddings", "bedrock-cohere", "cohere.embed-v4:0"),
    (
        "embeddings",
        "bedrock-nova",
        "amazon.nova-2-multimodal-embeddings-v1:0",
    ),
    (
        "embeddings",
        "bedrock-titan",
        "amazon.titan-embed-text-v2:0",
    ),
    ("embeddings", "bedrock-claude", CLAUDE),
    ("embeddings", "vertex-gemini", "gemini-embedding-001"),
    ("embeddings", "gemini", "gemini-embedding-001"),
    ("rerank", "bedrock-cohere", "cohere.rerank-v3-5:0"),
    ("rerank", "vertex-gemini", "semantic-ranker-default-004"),
    ("count-tokens", "bedrock-claude", CLAUDE),
    ("count-tokens", "bedrock-nova", "eu.amazon.nova-pro-v1:0"),
    (
        "count-tokens",
        "vertex-claude",
        "claude-sonnet-4-5@20250929",
    ),
    ("count-tokens", "foundry-claude", "claude-sonnet-4-5"),
    ("gemini-count-tokens", "vertex-gemini", "gemini-2.5-flash"),
    ("invoke", "bedrock-claude", CLAUDE),
];
const CLAUDE: &str = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";

const fn operation(
    name: &'static str,
    path: &'static str,
    content_type: &'static str,
) -> Operation {
    Operation {
        name,
        path,
        content_type,
    }
}

/// Whose own API has no such operation: it is there for hosts that speak its API and have more.
const ABSENT: [(&str, &str); 1] = [("rerank", "openai")];

/// Why nobody is asked, with the cases and kinds of which it is true.
type Nowhere = BTreeMap<String, String>;

/// A kind of provider, asked for a model.
struct Asked {
    kind: &'static str,
    service: Service,
    model: &'static str,
}

/// A case of an operation, and what becomes of it.
struct Case<'a> {
    operation: &'a Operation,
    asked: &'a Asked,
    name: &'a str,
}

// === impl Operation ===

impl Operation {
    fn directory(&self) -> PathBuf {
        cases::root("operations").join(self.name)
    }

    /// The kinds, and those of Bedrock's families that have operations of their own; each service with a model once. Where
    /// models of Bedrock are named, others of it say nothing more.
    fn asked(&self) -> Vec<Asked> {
        let bedrock = || Service::Bedrock {
            region: "eu-west-3".to_owned(),
        };
        let of = |provider: Provider| (provider.name, provider.service);
        let kinds = providers().into_iter().map(of);
        let mut all: Vec<Asked> = Vec::new();
        for (kind, service) in
            kinds.chain([("bedrock-cohere", bedrock()), ("bedrock-titan", bedrock())])
        {
            let own = self.models().find(|(_, known, _)| *known == kind);
            let is_bedrock = |kind: &str| kind.starts_with("bedrock-");
            let is_told = is_bedrock(kind) && self.models().any(|(_, kind, _)| is_bedrock(kind));
            if ABSENT.contains(&(self.name, kind)) || (is_told && own.is_none()) {
                continue;
            }
            let model = own.map_or("asked", |(_, _, model)| model);
            let is_known = |it: &Asked| it.service == service && it.model == model;
            if !all.iter().any(is_known) {
                all.push(Asked {
                    kind,
                    service,
                    model,
                });
            }
        }
        all
    }

    fn models(&self) -> impl Iterator<Item = Row> {
        MODELS.into_iter().filter(|(name, ..)| *name == self.name)
    }

    fn requests(&self) -> Vec<(String, Vec<u8>)> {
        let ending = match self.content_type == FORM {
            true => ".form",
            false => ".json",
        };
        cases(&self.directory().join("requests"), ending)
    }
}

// === impl Case ===

impl Case<'_> {
    fn rendered(&self, body: Vec<u8>) -> Result<Rendered, String> {
        let Operation {
            path, content_type, ..
        } = *self.operation;
        let class = Class::of(path).expect("an operation");
        let request = Request::parse_as(class, path, Some(content_type), body.into());
        let service = &self.asked.service;
        let target = Target {
            model: self.asked.model.to_owned(),
            vendor: service.vendor(Format::OpenAiChatCompletions),
            max_output_tokens: None,
            known_as: None,
            guardrail: None,
            appended: 0,
            tagged: Vec::new(),
        };
        let headers = ClientHeaders::default();
        let request = request.expect("a request");
        let rendered = request.render(service, class.format(), &target, headers);
        rendered.map_err(|error| error.to_string())
    }

    /// The answer to a part: of the kind, of those who have the first part of its name in common, or of all.
    fn answer(&self, part: &str) -> (Vec<u8>, &'static str, Framing) {
        let directory = self.operation.directory().join("answers");
        let kind = self.asked.kind;
        let family = kind.split('-').next().unwrap_or(kind);
        let forms = [
            ("json", Framing::Buffered),
            ("mp3", Framing::Buffered),
            ("sse", Framing::EventStream),
        ];
        let fronts = [kind, family, "any"].into_iter();
        let mut found = fronts.flat_map(|front| forms.map(|form| (front, form)));
        let found = found.find_map(|(front, (ending, framing))| {
            let file = format!("{front}.{part}.{ending}");
            Some((fs::read(directory.join(file)).ok()?, ending, framing))
        });
        found.expect(kind)
    }

    /// Bedrock tells of some embeddings in the head only how many tokens the texts have. What it means that nobody tells is
    /// in one of the cases.
    fn told(&self) -> Option<u64> {
        let is_told = matches!(self.asked.kind, "bedrock-cohere" | "bedrock-nova")
            && self.operation.name == "embeddings"
            && self.name != "base64";
        is_told.then_some(4)
    }

    /// The name of the part at `place` of what is sent in parts, and of what is sent whole.
    fn part(&self, place: usize) -> String {
        match place {
            0 => self.name.to_owned(),
            _ => format!("{}-{}", self.name, place + 1),
        }
    }

    /// What the client gets of the answers to a request of so many parts; the last comes first.
    fn folded(&self, mut folded: Folded, parts: usize) -> (Vec<u8>, Observed) {
        for place in (0..parts).rev() {
            let (bytes, _, _) = self.answer(&self.part(place));
            let head = HeadCounts {
                input: self.told(),
                ..HeadCounts::default()
            };
            folded.take(place, (head, &bytes)).expect("readable");
        }
        let finish = folded.finish();
        assert_eq!(finish.ending, Ending::Complete, "{}", self.name);
        (finish.rest.to_vec(), *finish.observed)
    }

    fn put(&self, body: Vec<u8>, goldens: &mut Goldens, nowhere: &mut Nowhere) {
        let directory = self.operation.directory();
        let Asked { kind, service, .. } = self.asked;
        let rendered = match self.rendered(body) {
            Ok(rendered) if rendered.plan.is_estimated() => {
                Err("the gateway counts itself".to_owned())
            }
            rendered => rendered,
        };
        let rendered = match rendered {
            Ok(rendered) => rendered,
            Err(words) => {
                let cases = nowhere.entry(words).or_default();
                let _ = writeln!(cases, "{} {kind}", self.name);
                return;
            }
        };
        let file = directory.join(format!("{kind}.golden"));
        let parts = [&[rendered.body.clone()][..], &rendered.further].concat();
        for (place, body) in parts.iter().enumerate() {
            let part = Rendered {
                body: body.clone(),
                ..rendered.clone()
            };
            let (dropped, sent) = providers::request(service, &part, (self.operation.path, None));
            let name = format!("{}.request", self.part(place));
            goldens.put(file.clone(), &name, &dropped, &sent);
        }
        if let Some(folded) = Folded::new(&rendered.plan) {
            let (out, observed) = self.folded(folded, parts.len());
            let name = format!("{}.answer.json", self.name);
            return goldens.written((file, &name), &[], (&out, &observed));
        }
        let (bytes, ending, framing) = self.answer(self.name);
        let answer = Answer {
            framing,
            bytes: &bytes,
            told: self.told(),
        };
        let name = format!("{}.answer.{ending}", self.name);
        goldens.answer((file, &name), &rendered.plan, answer);
    }
}

#[test]
fn what_each_kind_is_sent_of_an_operation_and_its_clients_are_answered() {
    let mut goldens = Goldens::default();
    for operation in &OPERATIONS {
        let mut nowhere = Nowhere::new();
        for asked in &operation.asked() {
            for (name, body) in operation.requests() {
                let case = Case {
                    operation,
                    asked,
                    name: &name,
                };
                case.put(body, &mut goldens, &mut nowhere);
            }
        }
        for (words, cases) in nowhere {
            let file = operation.directory().join("nowhere.golden");
            goldens.put(file, &words, &[], &cases);
        }
    }
    goldens.finish(&cases::root("operations"));
}
