//! Anthropic Messages requests as Amazon Bedrock Converse requests (llm.md 2.4); chat completions come here through Messages.
//!
//! It must not know of answers, except that the names of tools are handed out to be restored there. Invariants: turns
//! alternate and begin with the user's; nothing blank is sent, because Bedrock refuses it; what Converse has no place for is
//! refused or noted; opaque values keep their bytes.

use super::{Notes, Target, Unconvertible};
use crate::json;
use crate::shape::{converse, messages};
use crate::text::{Json, JsonText};
use crate::tool_names::ToolNames;

mod cache;
mod family;
mod fields;
mod media;
mod tools;
mod turns;

use cache::{CachePoints, Place};
use family::Family;
use turns::History;

/// What comes with the request and is not in its body.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extras<'e> {
    /// Values of the client's `anthropic-beta` header.
    pub(crate) anthropic_beta: &'e [&'e str],
    /// Value of the client's `x-bedrock-metadata` header: a JSON object of texts, numbers and booleans.
    pub(crate) metadata: Option<&'e str>,
    /// The guardrail that the provider is configured with.
    pub(crate) guardrail: Option<&'e converse::GuardrailConfig>,
}

/// Turns a Messages request into a Converse request for `target`, whose model goes into the path. The result borrows from
/// the request, so that prompts are not copied.
pub(crate) fn convert<'a>(
    request: &'a messages::Request<'a>,
    target: &Target,
    extras: Extras<'a>,
    notes: &mut Notes,
) -> Result<(converse::Request<'a>, ToolNames), Unconvertible> {
    refuse(request)?;
    note_what_is_dropped(request, notes);
    let family = Family::of(target.kind());
    let history = History::read(&request.messages)?;
    let names = tools::names(request, &history);
    let mut cache = CachePoints::new(family);
    let mut system = system(request.system.as_ref(), &mut cache, notes)?;
    let has_calls = history.has_calls();
    let turns = turns::turns(history, family, &names, &mut cache, notes)?;
    system.extend(turns.hoisted);
    let tool_config = tools::config(request, has_calls, &names, &mut cache, notes)?;
    let tuned = fields::tuned(request, family, extras.anthropic_beta, notes)?;
    let is_stopped_by_text = !tuned.inference.stop_sequences.is_empty();
    let converted = converse::Request {
        messages: turns.messages,
        system,
        inference_config: tuned.inference,
        tool_config,
        guardrail_config: extras.guardrail.cloned(),
        additional_model_request_fields: tuned.fields,
        additional_model_response_field_paths: match family {
            // Converse itself does not say which sequence it was.
            Family::Claude if is_stopped_by_text => &["/stop_sequence"],
            Family::Claude | Family::Nova | Family::Nova2 | Family::GptOss | Family::Other => &[],
        },
        request_metadata: extras.metadata.map(request_metadata).transpose()?,
        output_config: converse::OutputConfig {
            text_format: text_format(request)?,
            effort: tuned.effort,
        },
    };
    Ok((converted, names))
}

/// Claude refuses a budget of thinking where the turn whose calls are answered does not begin with its own thoughts: another
/// model's turn is gone on with without them.
pub(crate) fn settle_thinking(
    request: &mut messages::Request<'_>,
    target: &Target,
    notes: &mut Notes,
) -> Result<(), Unconvertible> {
    let has_budget = request
        .thinking
        .as_ref()
        .is_some_and(|thinking| thinking.kind == "enabled");
    if has_budget
        && matches!(Family::of(target.kind()), Family::Claude)
        && History::read(&request.messages)?.has_unproven_call()
    {
        request.thinking = None;
        notes.dropped("thinking");
    }
    Ok(())
}

/// What changes the answer's meaning and cannot be had.
fn refuse(request: &messages::Request<'_>) -> Result<(), Unconvertible> {
    if request.messages.is_empty() {
        return Err(Unconvertible::invalid("messages", "there are none"));
    }
    let has_servers = request
        .mcp_servers
        .as_ref()
        .is_some_and(|servers| !json::is_empty_array(servers.get()));
    if has_servers {
        return Err(Unconvertible::unsupported(
            "mcp_servers",
            "Bedrock does not call MCP servers; offer their tools in `tools`",
        ));
    }
    Ok(())
}

fn note_what_is_dropped(request: &messages::Request<'_>, notes: &mut Notes) {
    notes.dropped_if("container", request.container.is_some());
    notes.dropped_if("context_management", request.context_management.is_some());
    // Both of these mean Bedrock's default.
    let is_tier_asked_for = request
        .service_tier
        .as_ref()
        .is_some_and(|tier| !["\"auto\"", "\"standard_only\""].contains(&tier.get()));
    notes.dropped_if("service_tier", is_tier_asked_for);
}

fn system<'a>(
    system: Option<&'a Json<'_>>,
    cache: &mut CachePoints,
    notes: &mut Notes,
) -> Result<Vec<converse::SystemBlock<'a>>, Unconvertible> {
    let Some(system) = system else {
        return Ok(Vec::new());
    };
    let mut converted = Vec::new();
    for (index, block) in turns::blocks(system.get())
        .map_err(|error| error.within("system"))?
        .into_iter()
        .enumerate()
    {
        if block.kind != "text" {
            return Err(Unconvertible::unsupported(
                format!("system[{index}].type"),
                "a system prompt is made of text",
            ));
        }
        if let Some(text) = block.text.filter(|text| !text.is_blank()) {
            converted.push(converse::SystemBlock::Text(text));
        }
        if !converted.is_empty()
            && let Some(point) = cache.point(block.cache_control, Place::System, notes)
        {
            converted.push(converse::SystemBlock::CachePoint(point));
        }
    }
    Ok(converted)
}

/// `output_config.format`.
fn text_format<'a>(
    request: &'a messages::Request<'_>,
) -> Result<Option<converse::TextFormat<'a>>, Unconvertible> {
    #[derive(serde::Deserialize)]
    struct Format<'f> {
        #[serde(rename = "type")]
        kind: String,
        #[serde(borrow, default)]
        schema: Option<Json<'f>>,
    }
    const FIELD: &str = "output_config.format";
    let Some(format) = request
        .output_config
        .as_ref()
        .and_then(|config| config.format.as_ref())
    else {
        return Ok(None);
    };
    let format: Format<'_> = format
        .read()
        .map_err(|_| Unconvertible::invalid(FIELD, "is not a format"))?;
    if format.kind != "json_schema" {
        return Err(Unconvertible::unsupported(
            "output_config.format.type",
            "Bedrock has `json_schema` only",
        ));
    }
    let Some(schema) = format.schema.filter(Json::is_object) else {
        return Err(Unconvertible::invalid(
            "output_config.format.schema",
            "is not a schema object",
        ));
    };
    Ok(Some(converse::TextFormat {
        kind: "json_schema",
        structure: converse::TextStructure::JsonSchema {
            schema: JsonText::plain(schema.get()),
        },
    }))
}

/// Bedrock takes texts only.
fn request_metadata(header: &str) -> Result<Json<'static>, Unconvertible> {
    let mut written = String::from("{");
    let mut is_flat = true;
    let read = json::members(header, |key, value| {
        if written.len() > 1 {
            written.push(',');
        }
        written.push_str(Json::of(key.as_ref()).get());
        written.push(':');
        if value.starts_with('"') {
            written.push_str(value);
        } else {
            is_flat &= !value.starts_with(['{', '[', 'n']);
            written.push_str(JsonText::plain(value).as_json());
        }
    });
    written.push('}');
    Json::object(&written)
        .filter(|_| read.is_ok() && is_flat)
        .ok_or_else(|| {
            Unconvertible::invalid(
                "x-bedrock-metadata",
                "is not a JSON object of texts, numbers and booleans",
            )
        })
}

#[cfg(test)]
mod tests;
