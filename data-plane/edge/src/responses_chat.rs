//! OpenAI Responses requests as chat completions requests (llm.md 2.4); through these Responses clients reach every other
//! format.
//!
//! Custom tools become functions of one string: an encoder of the answer must be told which they were
//! (`responses::Request::custom_tools`). It must not know of answers, except that reasoning is read back where
//! `answer::to_responses` put it. Invariants: what needs the provider's state is refused; what has no place is refused or
//! noted; opaque values keep their bytes.

mod items;
mod parts;
mod tools;

use serde::Serialize;

use self::items::Conversation;
use super::{Notes, Target, Unconvertible, Vendor};
use crate::shape::{OneOrMany, chat, responses};
use crate::text::{Json, JsonText};

/// `response_format`.
#[derive(Serialize)]
struct ResponseFormat<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_schema: Option<Schema<'a>>,
}

#[derive(Serialize)]
struct Schema<'a> {
    name: JsonText<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<JsonText<'a>>,
    schema: Json<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// What only OpenAI's own chat completions take; compatible servers may refuse what they do not know.
#[derive(Default)]
struct OwnWishes<'a> {
    service_tier: Option<Json<'a>>,
    safety_identifier: Option<Json<'a>>,
    prompt_cache_key: Option<Json<'a>>,
    verbosity: Option<Json<'a>>,
}

/// Turns a Responses request into a chat completions request for `target`.
pub(crate) fn convert<'a>(
    request: responses::Request<'a>,
    target: &Target,
    notes: &mut Notes,
) -> Result<chat::Request<'a>, Unconvertible> {
    refuse_state(&request)?;
    note_what_is_dropped(&request, notes);
    let mut conversation = Conversation::new(target);
    if let Some(instructions) = request.instructions.filter(|text| !text.is_empty()) {
        conversation.instruct(instructions);
    }
    match request.input.map(|input| input.0) {
        None => return Err(Unconvertible::invalid("input", "is missing")),
        Some(OneOrMany::One(text)) => conversation.ask(text),
        Some(OneOrMany::Many(items)) => {
            for (index, item) in items.into_iter().enumerate() {
                conversation
                    .item(item, notes)
                    .map_err(|error| error.within(&format!("input[{index}]")))?;
            }
        }
    }
    let tools = tools::tools(request.tools, target, notes)?;
    let has_tools = tools.is_some();
    let (format, verbosity) = match request.text {
        Some(text) => (response_format(text.format)?, text.verbosity),
        None => (None, None),
    };
    let own = own_wishes(
        OwnWishes {
            service_tier: request.service_tier,
            safety_identifier: request.safety_identifier,
            prompt_cache_key: request.prompt_cache_key,
            verbosity,
        },
        target.vendor,
        notes,
    );
    let is_own = target.vendor == Vendor::OpenAi;
    Ok(chat::Request {
        model: target.model.clone(),
        messages: conversation.into_messages(notes),
        stream: request.stream,
        stream_options: request.stream.filter(|is_streamed| *is_streamed).map(|_| {
            chat::StreamOptions {
                include_usage: Some(true),
            }
        }),
        max_completion_tokens: request.max_output_tokens.filter(|_| is_own),
        max_tokens: request.max_output_tokens.filter(|_| !is_own),
        temperature: request.temperature,
        top_p: request.top_p,
        tool_choice: match request.tool_choice {
            Some(choice) => tools::choice(choice)?.filter(|_| has_tools),
            None => None,
        },
        parallel_tool_calls: request.parallel_tool_calls.filter(|_| has_tools),
        tools,
        response_format: format,
        reasoning_effort: request.reasoning.and_then(|reasoning| reasoning.effort),
        user: request.user,
        service_tier: own.service_tier,
        safety_identifier: own.safety_identifier,
        prompt_cache_key: own.prompt_cache_key,
        verbosity: own.verbosity,
        ..chat::Request::default()
    })
}

/// What is there only for who has the provider's state, or relies on what it does besides.
fn refuse_state(request: &responses::Request<'_>) -> Result<(), Unconvertible> {
    let is_there = |value: &Option<Json<'_>>| value.as_ref().is_some_and(|value| !value.is_null());
    let refusals = [
        (
            "previous_response_id",
            is_there(&request.previous_response_id),
            "this model's provider keeps no responses; send the whole conversation in `input`",
        ),
        (
            "conversation",
            is_there(&request.conversation),
            "this model's provider keeps no conversations; send the whole one in `input`",
        ),
        (
            "background",
            request.background == Some(true),
            "this model's provider answers at once only; leave it out",
        ),
        (
            "prompt",
            is_there(&request.prompt),
            "this model's provider keeps no prompt templates; send the text in `input`",
        ),
        (
            "moderation",
            is_there(&request.moderation),
            "this model's provider moderates nothing on its own; leave it out, or guard the route",
        ),
    ];
    match refusals.into_iter().find(|(_, is_there, _)| *is_there) {
        Some((field, _, message)) => Err(Unconvertible::unsupported(field, message)),
        None => Ok(()),
    }
}

/// `store` is not among them: nobody stores what this gateway converts. Nor is `reasoning.summary`: what a provider shows
/// of its reasoning is shown.
fn note_what_is_dropped(request: &responses::Request<'_>, notes: &mut Notes) {
    let is_there = |value: &Option<Json<'_>>| value.as_ref().is_some_and(|value| !value.is_null());
    for (field, value) in [
        ("max_tool_calls", &request.max_tool_calls),
        ("top_logprobs", &request.top_logprobs),
        // Chat completions take it only where they are stored.
        ("metadata", &request.metadata),
        ("prompt_cache_retention", &request.prompt_cache_retention),
        ("prompt_cache_options", &request.prompt_cache_options),
        ("context_management", &request.context_management),
    ] {
        notes.dropped_if(field, is_there(value));
    }
    let truncation = request.truncation.as_ref();
    notes.dropped_if(
        "truncation",
        truncation.is_some_and(|truncation| truncation.get() == "\"auto\""),
    );
    let mut included = request.include.iter().flatten();
    notes.dropped_if(
        "include",
        // Reasoning is always given in a form that can be sent back.
        included.any(|name| name != "reasoning.encrypted_content"),
    );
}

fn own_wishes<'a>(wishes: OwnWishes<'a>, vendor: Vendor, notes: &mut Notes) -> OwnWishes<'a> {
    if vendor == Vendor::OpenAi {
        return wishes;
    }
    notes.dropped_if("service_tier", wishes.service_tier.is_some());
    notes.dropped_if("safety_identifier", wishes.safety_identifier.is_some());
    notes.dropped_if("prompt_cache_key", wishes.prompt_cache_key.is_some());
    notes.dropped_if("text.verbosity", wishes.verbosity.is_some());
    OwnWishes::default()
}

fn response_format(format: Option<Json<'_>>) -> Result<Option<Json<'_>>, Unconvertible> {
    let Some(format) = format.filter(|format| !format.is_null()) else {
        return Ok(None);
    };
    let read: responses::Format<'_> = format
        .read()
        .map_err(|_| Unconvertible::invalid("text.format", "is not an object with a `type`"))?;
    let json_schema = match read.kind.as_str() {
        // The default.
        "text" => return Ok(None),
        "json_object" => None,
        "json_schema" => Some(Schema {
            name: read.name.unwrap_or_else(|| JsonText::plain("answer")),
            description: read.description,
            schema: read
                .schema
                .ok_or_else(|| Unconvertible::invalid("text.format.schema", "is missing"))?,
            strict: read.strict,
        }),
        _ => {
            return Err(Unconvertible::unsupported(
                "text.format.type",
                "is none of `text`, `json_object` and `json_schema`",
            ));
        }
    };
    Ok(Some(Json::of(&ResponseFormat {
        kind: read.kind,
        json_schema,
    })))
}

#[cfg(test)]
mod tests;
