//! Reading a request of any format.
//!
//! It must not know how answers look. Invariant: this is the one place that goes from a path to the
//! code that reads its body.

use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use serde_json::Value;

use crate::anthropic::message;
use crate::anthropic::request::{self as messages, Purpose, Version};
use crate::asked::Asked;
use crate::bedrock::{invoke, request as converse};
use crate::beyond::vectors;
use crate::format::{Format, Vendor};
use crate::google::{content, request as google};
use crate::node::Node;
use crate::openai::{chat, embeddings, response, responses};
use crate::refusal::Refusal;
use crate::target::Target;

/// The version of Messages that Vertex AI takes.
const VERTEX: &str = "vertex-2023-10-16";
const LATER: &str = "2026-10-21";

/// What a body turned out to be.
pub(crate) enum Read {
    Answer(Format, Box<Asked>),
    /// A request to count, and the count.
    Count(Value),
}

/// Looks at the headers that a vendor insists on.
pub(crate) fn check_head(vendor: Vendor, parts: &Parts) -> Result<(), Refusal> {
    let is_json = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    match vendor {
        Vendor::OpenAi | Vendor::Cohere => Ok(()),
        Vendor::Anthropic | Vendor::Google if !is_json => {
            let message = "the body must be application/json";
            Err(Refusal::invalid_in(vendor, "content-type", message))
        }
        Vendor::Anthropic | Vendor::Google => Ok(()),
        Vendor::Bedrock => {
            // AWS wants to know the length before the body.
            let is_told = parts.headers.contains_key(CONTENT_LENGTH);
            if is_told || parts.version == http::Version::HTTP_2 {
                return Ok(());
            }
            let message = "content-length: header is required";
            Err(Refusal::plain(StatusCode::LENGTH_REQUIRED, message))
        }
    }
}

/// Reads the body of a request for this target.
pub(crate) fn read(target: &Target, parts: &Parts, body: Value) -> Result<Read, Refusal> {
    let answer = |format, asked| Ok(Read::Answer(format, Box::new(asked)));
    match target {
        Target::Chat => answer(Format::Chat, chat::parse(&body)?),
        Target::Responses => answer(Format::Responses, responses::parse(&body)?),
        Target::Embeddings => answer(Format::Embeddings, embeddings::parse(&body)?),
        Target::Messages => {
            let asked = messages::parse(&body, Purpose::Answer, Version::of(&parts.headers)?)?;
            answer(Format::Messages, asked)
        }
        Target::RawPredict { model, is_streamed } => {
            answer(Format::Messages, raw_predict(body, model, *is_streamed)?)
        }
        Target::CountMessages => {
            let asked = messages::parse(&body, Purpose::Count, Version::of(&parts.headers)?)?;
            Ok(Read::Count(message::to_count(&asked)))
        }
        Target::Converse { model, is_streamed } => answer(
            Format::Converse,
            converse::parse(&body, model, *is_streamed)?,
        ),
        Target::Generate { model, is_streamed } => answer(
            Format::GenerateContent,
            google::parse(&body, model, *is_streamed)?,
        ),
        Target::CountContents { model } => {
            let asked = google::parse_count(&body, model)?;
            Ok(Read::Count(content::to_count(&asked)))
        }
        Target::CountResponses => {
            let asked = responses::parse_count(body)?;
            Ok(Read::Count(response::to_count(&asked)))
        }
        Target::Predict { model } => {
            let node = Node::root(&body, Vendor::Google);
            answer(Format::BeyondGoogle, vectors::predict(&node, model)?)
        }
        Target::Invoke { model, is_streamed } => {
            let node = Node::root(&body, Vendor::Bedrock);
            if !vectors::is_asked(&node, model) {
                let asked = invoke::parse(body, model, *is_streamed)?;
                return answer(Format::Invoke, asked);
            }
            if *is_streamed {
                let message = "The model is unsupported for streaming";
                return Err(Refusal::plain(StatusCode::BAD_REQUEST, message));
            }
            answer(Format::BeyondBedrock, vectors::invoke(&node, model)?)
        }
        // Neither has a body, or one that is read elsewhere.
        Target::Models
        | Target::Model(_)
        | Target::Beyond(_)
        | Target::Kept(_)
        | Target::Realtime => Err(Refusal::not_json()),
    }
}

/// A body without a model and with a version of its own.
fn raw_predict(mut body: Value, model: &str, is_streamed: bool) -> Result<Asked, Refusal> {
    let node = Node::root(&body, Vendor::Anthropic);
    // The second is what Anthropic's own SDK says here since that day.
    let version = match node.need("anthropic_version")?.one_of(&[VERTEX, LATER])? {
        LATER => Version::Second,
        _ => Version::First,
    };
    if let Some(model) = node.get("model") {
        return Err(Refusal::unknown_in(
            Vendor::Anthropic,
            model.path(),
            "model",
        ));
    }
    if let Value::Object(members) = &mut body {
        members.insert("model".to_owned(), Value::from(model));
    }
    let asked = messages::parse(&body, Purpose::Answer, version)?;
    if asked.is_streamed != is_streamed {
        let message = "does not fit the path";
        return Err(Refusal::invalid_in(Vendor::Anthropic, "stream", message));
    }
    Ok(asked)
}
