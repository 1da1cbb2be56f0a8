//! What the vendors' APIs have beyond conversations: completions of before, moderations, images, sounds, vectors, orders of
//! documents and counts of tokens.
//!
//! After OpenAI's API reference and the types of its Python SDK; the other vendors' sources stand where their bodies are read. It must
//! not know HTTP beyond the heads of requests. Invariants: counts depend on the request alone, and are those of the account; members
//! that an API does not have are refused by name.

use http::request::Parts;
use serde_json::{Value, json};

use crate::asked::{Asked, tokens};
use crate::event::{Event, Events};
use crate::format::{Format, Vendor};
use crate::judge;
use crate::member::set;
use crate::node::Node;
use crate::refusal::Refusal;
use crate::reply::Reply;

mod clouds;
pub(crate) mod cohere;
pub(crate) mod form;
mod images;
mod sounds;
pub(crate) mod vectors;

/// Tokens of everything that is made here.
const OUTPUT: u64 = 4;

/// A picture and a recording of nothing; no text in any encoding.
const MADE: &[u8] = &[0xff, 0xfb, 0x90, 0x00, 0x00, 0xc3, 0x28, 0x7b];

/// What a completion says, as it is streamed.
const WORDS: [&str; 2] = ["after", " all"];

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Beyond {
    Completions,
    Moderations,
    Images,
    Edits,
    Variations,
    Speech,
    Transcriptions,
    Translations,
    /// Cohere's order of documents.
    Cohere(cohere::Version),
    /// Bedrock's.
    Rerank,
    /// Vertex AI's.
    Rank,
    /// Bedrock's.
    CountTokens {
        model: String,
    },
}

// === impl Beyond ===

impl Beyond {
    /// An operation of OpenAI's, by what follows the base path.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        match path {
            "/completions" => Some(Self::Completions),
            "/moderations" => Some(Self::Moderations),
            "/images/generations" => Some(Self::Images),
            "/images/edits" => Some(Self::Edits),
            "/images/variations" => Some(Self::Variations),
            "/audio/speech" => Some(Self::Speech),
            "/audio/transcriptions" => Some(Self::Transcriptions),
            "/audio/translations" => Some(Self::Translations),
            _ => None,
        }
    }

    pub(crate) fn format(&self) -> Format {
        match self {
            Self::Completions
            | Self::Moderations
            | Self::Images
            | Self::Edits
            | Self::Variations
            | Self::Speech
            | Self::Transcriptions
            | Self::Translations => Format::Beyond,
            Self::Cohere(_) => Format::Rerank,
            Self::Rerank | Self::CountTokens { .. } => Format::BeyondBedrock,
            Self::Rank => Format::BeyondGoogle,
        }
    }

    /// Reads a request; the answer is in what was asked.
    pub(crate) fn parse(&self, parts: &Parts, body: &[u8]) -> Result<Asked, Refusal> {
        let vendor = self.format().vendor();
        let json = || -> Result<Value, Refusal> {
            serde_json::from_slice(body).map_err(|_| Refusal::not_json_in(vendor))
        };
        match self {
            Self::Completions => completions(&Node::root(&json()?, vendor)),
            Self::Moderations => moderations(&Node::root(&json()?, vendor)),
            Self::Images => images::generations(&Node::root(&json()?, vendor)),
            Self::Edits => images::edits(&form::Form::read(parts, body)?),
            Self::Variations => images::variations(&form::Form::read(parts, body)?),
            Self::Speech => sounds::speech(&Node::root(&json()?, vendor)),
            Self::Transcriptions => sounds::transcriptions(&form::Form::read(parts, body)?),
            Self::Translations => sounds::translations(&form::Form::read(parts, body)?),
            Self::Cohere(version) => cohere::rerank(&Node::root(&json()?, vendor), *version),
            Self::Rerank => clouds::rerank(&Node::root(&json()?, vendor)),
            Self::Rank => clouds::rank(&Node::root(&json()?, vendor)),
            Self::CountTokens { model } => {
                clouds::count_tokens(&Node::root(&json()?, vendor), model)
            }
        }
    }
}

/// The answer as one object, without counts where they are wished away.
pub(crate) fn to_object(asked: &Asked, reply: &Reply) -> Value {
    let mut object = asked.body.clone();
    if let Value::Object(members) = &mut object
        && asked.includes_usage
        && !reply.has_usage
    {
        members.remove("usage");
    }
    object
}

/// The answer as events: named after their types, or chunks with an event behind them that ends them.
pub(crate) fn to_events(asked: &Asked, reply: &Reply) -> Events {
    let mut values = asked.events.clone();
    for value in &mut values {
        if let Value::Object(members) = value
            && !reply.has_usage
        {
            members.remove("usage");
        }
    }
    let usage_at = values
        .iter()
        .position(|value| value.get("usage").is_some_and(|usage| !usage.is_null()));
    let mut events: Vec<Event> = values.iter().map(Event::typed).collect();
    if values.iter().any(|value| value.get("object").is_some()) {
        events.push(Event::Sse {
            name: None,
            data: "[DONE]".to_owned(),
        });
    }
    Events {
        events,
        preface: 0,
        usage_at,
    }
}

fn completions(node: &Node<'_>) -> Result<Asked, Refusal> {
    node.only(&[
        "model",
        "prompt",
        "best_of",
        "echo",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_tokens",
        "n",
        "presence_penalty",
        "seed",
        "stop",
        "stream",
        "stream_options",
        "suffix",
        "temperature",
        "top_p",
        "user",
    ])?;
    let mut asked = Asked::new(node.need("model")?.text()?);
    let prompt = node.need("prompt")?;
    asked.prompt_tokens = match prompt.value {
        Value::Array(_) => prompt
            .some()?
            .iter()
            .map(prompt_tokens)
            .sum::<Result<_, _>>()?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            prompt_tokens(&prompt)?
        }
    };
    if let Some(stream) = node.get("stream") {
        asked.is_streamed = stream.flag()?;
    }
    if let Some(options) = node.get("stream_options") {
        if !asked.is_streamed {
            return Err(options.refuse("only allowed when 'stream' is enabled"));
        }
        let wanted = options.get("include_usage");
        asked.includes_usage = wanted.map_or(Ok(false), |wanted| wanted.flag())?;
    } else {
        asked.includes_usage = !asked.is_streamed;
    }
    asked.token_limit = Some(OUTPUT);
    let object = |choices: Value| {
        json!({
            "id": "cmpl-mock", "object": "text_completion", "created": 1, "model": asked.model,
            "choices": choices,
        })
    };
    let choice = |text: &str, reason: Option<&str>| json!([{"text": text, "index": 0, "logprobs": null, "finish_reason": reason}]);
    let count = asked.prompt_tokens;
    let usage = json!({"prompt_tokens": count, "completion_tokens": OUTPUT, "total_tokens": count + OUTPUT});
    let mut whole = object(choice(&WORDS.concat(), Some("stop")));
    set(&mut whole, "usage", usage.clone());
    let last = WORDS.len() - 1;
    let mut events: Vec<Value> = (0..)
        .zip(WORDS)
        .map(|(at, word)| object(choice(word, (at == last).then_some("stop"))))
        .collect();
    if asked.includes_usage {
        let mut told = object(json!([]));
        set(&mut told, "usage", usage);
        events.push(told);
    }
    (asked.body, asked.events) = (whole, events);
    Ok(asked)
}

/// Tokens of a text, of one token, or of a list of them.
fn prompt_tokens(prompt: &Node<'_>) -> Result<u64, Refusal> {
    match prompt.value {
        Value::Number(_) => prompt.count(0).map(|_| 1),
        Value::Array(_) => {
            let ids = prompt.some()?;
            ids.iter().try_for_each(|id| id.count(0).map(drop))?;
            Ok(ids.len() as u64)
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Object(_) => {
            prompt.text().map(tokens)
        }
    }
}

fn moderations(node: &Node<'_>) -> Result<Asked, Refusal> {
    node.only(&["model", "input"])?;
    let mut asked = Asked::new(node.need("model")?.text()?);
    let results = judge::moderations(&node.need("input")?)?;
    asked.body = json!({"id": "modr-mock", "model": asked.model, "results": results});
    asked.includes_usage = false;
    Ok(asked)
}

/// A refusal about a member of a request to OpenAI.
fn refuse(name: &str, message: &str) -> Refusal {
    Refusal::invalid_in(Vendor::OpenAi, name, message)
}
