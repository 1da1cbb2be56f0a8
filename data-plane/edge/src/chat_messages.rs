//! Chat completions requests as Anthropic Messages requests (llm.md 2.4).
//!
//! `max_tokens` stays open where the client gave none: what is the default is known where the provider is known. It must
//! not know of answers, except that reasoning is read back where `answer::to_chat` put it. Invariants: what Anthropic has
//! no place for is refused or noted; opaque values keep their bytes.

use serde::Deserialize;

use super::{Notes, Target, Unconvertible, Vendor};
use crate::shape::{chat, messages};
use crate::text::{Json, JsonText};

mod claude;
pub(crate) mod one_object;
mod parts;
mod schema;
mod thinking;
mod tools;
mod turns;

use claude::Claude;
use parts::Urls;
use thinking::Thinking;
pub(crate) use thinking::unasked_limit;
use turns::{Conversation, Later};

/// What stands in for JSON mode, which Anthropic can only do by a closed schema.
const JSON_ONLY: &str =
    "Answer with one JSON object and nothing else: no Markdown, no text around it.";

/// `response_format`.
#[derive(Deserialize)]
struct ResponseFormat<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    json_schema: Option<JsonSchema<'a>>,
}

/// Its `name` is a label without effect, and has no counterpart.
#[derive(Deserialize)]
struct JsonSchema<'a> {
    #[serde(borrow, default)]
    schema: Option<Json<'a>>,
    #[serde(borrow, default)]
    description: Option<Json<'a>>,
}

/// What is to become of `response_format`.
enum Wanted {
    Text,
    Json,
    Schema(Json<'static>),
}

/// Turns a chat completions request into a Messages request for `target`. What the messages say stays where it is; of all else
/// nothing is left in the request.
pub(crate) fn convert<'a>(
    request: &'a mut chat::Request<'_>,
    target: &Target,
    notes: &mut Notes,
) -> Result<messages::Request<'a>, Unconvertible> {
    refuse(request)?;
    let said = std::mem::take(&mut request.messages);
    let asked = std::mem::take(request);
    request.messages = said;
    let (request, said) = (asked, &request.messages);
    note_what_is_dropped(&request, notes);
    let claude = Claude::parse(target.kind());
    let wanted = wanted(request.response_format.as_ref(), notes)?;
    let max_tokens = request.max_completion_tokens.or(request.max_tokens);
    let urls = match target.vendor {
        Vendor::Vertex => Urls::Refused,
        Vendor::OpenAi
        | Vendor::Anthropic
        | Vendor::Foundry
        | Vendor::Bedrock
        | Vendor::Gemini
        | Vendor::Other => Urls::Fetched,
    };
    let mut conversation = Conversation::read(
        said,
        turns::Ways {
            urls,
            later: Later::of(claude, target.vendor),
            appended: target.appended,
        },
        notes,
    )?;
    if matches!(wanted, Wanted::Json) {
        conversation.instruct(JSON_ONLY);
    }
    let choice = tools::choice(&request, claude, notes)?;
    let Thinking { thinking, effort } = thinking::thinking(
        &request,
        thinking::Limits {
            claude,
            is_call_forced: tools::is_forced(choice.as_ref()),
            has_unproven_call: conversation.has_unproven_call(),
            ..thinking::Limits::new(max_tokens, target.max_output_tokens)
        },
        notes,
    )?;
    let is_thinking = thinking
        .as_ref()
        .is_some_and(|thinking| thinking.kind != "disabled");
    let system = conversation.system();
    let turns = conversation.into_messages();
    let format = match wanted {
        Wanted::Schema(schema) => Some(schema),
        Wanted::Text | Wanted::Json => None,
    };
    let mut converted = messages::Request {
        model: target.model.clone(),
        max_tokens,
        system,
        messages: turns,
        tools: tools::tools(request.tools, notes)?,
        tool_choice: choice,
        stop_sequences: stop_sequences(request.stop, notes)?,
        temperature: request.temperature,
        top_p: request.top_p,
        top_k: request.top_k,
        thinking,
        output_config: (effort.is_some() || format.is_some())
            .then_some(messages::OutputConfig { effort, format }),
        metadata: user(request.user, request.safety_identifier).map(|user| messages::Metadata {
            user_id: Some(user),
        }),
        stream: request.stream,
        ..messages::Request::default()
    };
    fit_sampling(&mut converted, claude, is_thinking, notes)?;
    Ok(converted)
}

/// What changes the answer's meaning and cannot be had.
fn refuse(request: &chat::Request<'_>) -> Result<(), Unconvertible> {
    if request.messages.is_empty() {
        return Err(Unconvertible::invalid("messages", "there are none"));
    }
    if request.n.is_some_and(|n| n > 1) {
        return Err(Unconvertible::unsupported(
            "n",
            "the provider gives one answer; ask several times",
        ));
    }
    if request.functions.is_some() {
        return Err(Unconvertible::unsupported(
            "functions",
            "deprecated functions are not converted; use `tools`",
        ));
    }
    if request.web_search_options.is_some() {
        return Err(Unconvertible::unsupported(
            "web_search_options",
            "the provider has no counterpart",
        ));
    }
    Ok(())
}

/// What only tunes the answer, or serves the client's own books.
fn note_what_is_dropped(request: &chat::Request<'_>, notes: &mut Notes) {
    let says = |value: &Option<Json<'_>>, nothing: &[&str]| {
        value
            .as_ref()
            .is_some_and(|value| !nothing.contains(&value.get().trim()))
    };
    let zero = ["0", "0.0"];
    for (field, is_there) in [
        ("seed", says(&request.seed, &[])),
        ("frequency_penalty", says(&request.frequency_penalty, &zero)),
        ("presence_penalty", says(&request.presence_penalty, &zero)),
        ("logprobs", says(&request.logprobs, &["false"])),
        ("top_logprobs", says(&request.top_logprobs, &["0"])),
        ("logit_bias", says(&request.logit_bias, &["{}"])),
        ("metadata", says(&request.metadata, &["{}"])),
        ("store", says(&request.store, &["false"])),
        ("service_tier", says(&request.service_tier, &["\"auto\""])),
        ("modalities", says(&request.modalities, &["[\"text\"]"])),
        ("audio", says(&request.audio, &[])),
        ("prediction", says(&request.prediction, &[])),
        ("function_call", says(&request.function_call, &[])),
        ("prompt_cache_key", says(&request.prompt_cache_key, &[])),
        ("verbosity", says(&request.verbosity, &[])),
        ("safetySettings", says(&request.safety_settings, &[])),
        ("cachedContent", says(&request.cached_content, &[])),
        ("labels", says(&request.labels, &[])),
        ("thinking_config", says(&request.thinking_config, &[])),
    ] {
        notes.dropped_if(field, is_there);
    }
    notes.dropped_if(
        "safety_identifier",
        request.user.is_some() && request.safety_identifier.is_some(),
    );
}

fn user<'a>(user: Option<JsonText<'a>>, safety: Option<Json<'a>>) -> Option<JsonText<'a>> {
    user.or_else(|| safety?.text())
        .filter(|user| !user.is_blank())
}

fn wanted(format: Option<&Json<'_>>, notes: &mut Notes) -> Result<Wanted, Unconvertible> {
    const FIELD: &str = "response_format";
    let Some(format) = format else {
        return Ok(Wanted::Text);
    };
    let Ok(format) = format.read::<ResponseFormat<'_>>() else {
        return Err(Unconvertible::invalid(FIELD, "is not a response format"));
    };
    match format.kind.as_str() {
        "text" => Ok(Wanted::Text),
        "json_object" => {
            // An open object is refused there, and a closed one without properties is always `{}`.
            notes.dropped(FIELD);
            Ok(Wanted::Json)
        }
        "json_schema" => {
            let Some(wrapper) = format.json_schema else {
                let field = "response_format.json_schema";
                return Err(Unconvertible::invalid(field, "is missing"));
            };
            notes.dropped_if(
                "response_format.json_schema.description",
                wrapper.description.is_some(),
            );
            let Some(schema) = wrapper.schema else {
                notes.dropped(FIELD);
                return Ok(Wanted::Json);
            };
            let closed = schema::closed(schema.get(), &schema::ANSWER, notes)
                .map_err(|error| error.within("response_format.json_schema.schema"))?;
            let written = format!("{{\"type\":\"json_schema\",\"schema\":{closed}}}");
            Ok(Json::object(&written).map_or(Wanted::Text, Wanted::Schema))
        }
        _ => Err(Unconvertible::unsupported(
            "response_format.type",
            "is none of `text`, `json_object` and `json_schema`",
        )),
    }
}

fn stop_sequences<'a>(
    stop: Option<Json<'a>>,
    notes: &mut Notes,
) -> Result<Option<Vec<JsonText<'a>>>, Unconvertible> {
    let Some(stop) = stop else {
        return Ok(None);
    };
    let mut sequences: Vec<JsonText<'a>> = if stop.get().starts_with('"') {
        stop.text().into_iter().collect()
    } else {
        let list: Vec<JsonText<'_>> = stop
            .read()
            .map_err(|_| Unconvertible::invalid("stop", "is neither a text nor a list of texts"))?;
        list.into_iter().map(JsonText::into_owned).collect()
    };
    let all = sequences.len();
    sequences.retain(|sequence| !sequence.is_blank());
    notes.dropped_if("stop", sequences.len() < all);
    Ok((!sequences.is_empty()).then_some(sequences))
}

/// What the model takes of the sampling parameters. Anthropic's range of temperature is 0 to 1; thinking fixes it.
fn fit_sampling(
    request: &mut messages::Request<'_>,
    claude: Option<Claude>,
    is_thinking: bool,
    notes: &mut Notes,
) -> Result<(), Unconvertible> {
    let temperature = number("temperature", request.temperature.as_ref())?;
    let top_p = number("top_p", request.top_p.as_ref())?;
    let takes_none = claude.is_some_and(Claude::refuses_sampling);
    if temperature.is_some() && (takes_none || is_thinking) {
        request.temperature = None;
        notes.dropped_if("temperature", temperature != Some(1.0));
    } else if temperature.is_some_and(|value| value > 1.0 && value <= 2.0) {
        request.temperature = Some(Json::of(&1));
        notes.dropped("temperature");
    }
    let is_exclusive =
        claude.is_some_and(Claude::refuses_temperature_with_top_p) && request.temperature.is_some();
    if let Some(value) = top_p
        && (takes_none || is_exclusive || (is_thinking && value < 0.95))
    {
        request.top_p = None;
        notes.dropped_if("top_p", value < 1.0);
    }
    if request.top_k.is_some() && (takes_none || is_thinking) {
        request.top_k = None;
        notes.dropped("top_k");
    }
    Ok(())
}

fn number(field: &'static str, value: Option<&Json<'_>>) -> Result<Option<f64>, Unconvertible> {
    value
        .map(|value| {
            value
                .read()
                .map_err(|_| Unconvertible::invalid(field, "is not a number"))
        })
        .transpose()
}

#[cfg(test)]
mod tests;
