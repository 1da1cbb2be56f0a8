//! Anthropic Messages requests as OpenAI Responses requests (llm.md 2.4).
//!
//! The provider is asked to keep nothing: reasoning comes back encrypted, travels through the client in the signature of a
//! thinking block, and is put into the next request from there. It must not know of answers. Invariants: what Responses
//! has no place for is refused or noted; opaque values keep their bytes.

pub(super) mod openai;

mod items;

use self::items::Conversation;
use self::openai::Reasons;
use super::messages_chat::{model, schema};
use super::{Notes, Target, Unconvertible};
use crate::shape::OneOrMany;
use crate::shape::messages;
use crate::shape::responses::{self, Input, TextConfig};
use crate::text::{Json, JsonText};

/// The name that the format wants for a schema; it is a label without effect.
const SCHEMA_NAME: &str = "structured_output";

/// Longest `user` that OpenAI takes, in bytes.
const USER_LIMIT: usize = 64;

/// Turns a Messages request into a Responses request for `target`.
pub(crate) fn convert<'a>(
    request: messages::Request<'a>,
    target: &Target,
    notes: &mut Notes,
) -> Result<responses::Request<'a>, Unconvertible> {
    note_what_is_dropped(&request, notes);
    let reasons = Reasons::of(&target.model);
    let mut conversation = Conversation::new(&target.model);
    let instructions = system(request.system, &mut conversation, notes)?;
    for (index, message) in request.messages.iter().enumerate() {
        conversation
            .turn(message, notes)
            .map_err(|error| error.within(&format!("messages[{index}]")))?;
    }
    let (effort, format) = match request.output_config {
        Some(config) => (config.effort, config.format),
        None => (None, None),
    };
    // Not all models know all of them.
    let effort = effort.map(|effort| match model::effort(target, &effort.decode()) {
        Some(taken) => JsonText::plain(taken),
        None => effort,
    });
    let reasoning = reasoning(request.thinking.as_ref(), effort, (target, reasons), notes)?;
    let (temperature, top_p) = openai::sampling(
        (request.temperature, request.top_p),
        reasoning.as_ref(),
        reasons,
        notes,
    );
    let tools = tools(request.tools, notes);
    let choice = request.tool_choice.filter(|_| tools.is_some());
    Ok(responses::Request {
        model: target.model.clone(),
        instructions,
        input: Some(Input(OneOrMany::Many(conversation.into_items()))),
        parallel_tool_calls: choice
            .as_ref()
            .and_then(|choice| choice.disable_parallel_tool_use)
            .and_then(|is_disabled| is_disabled.then_some(false)),
        tool_choice: choice.map(tool_choice).transpose()?,
        tools,
        max_output_tokens: openai::max_output_tokens(request.max_tokens, "max_tokens", notes),
        temperature,
        top_p,
        include: openai::include(reasoning.as_ref(), reasons),
        reasoning,
        text: text(format)?,
        stream: request.stream,
        store: Some(false),
        user: user(request.metadata, notes),
        ..responses::Request::default()
    })
}

fn note_what_is_dropped(request: &messages::Request<'_>, notes: &mut Notes) {
    notes.dropped_if("stop_sequences", request.stop_sequences.is_some());
    notes.dropped_if("top_k", request.top_k.is_some());
    notes.dropped_if("service_tier", request.service_tier.is_some());
    notes.dropped_if("container", request.container.is_some());
    notes.dropped_if("mcp_servers", request.mcp_servers.is_some());
    notes.dropped_if("context_management", request.context_management.is_some());
}

/// A text becomes the instructions; so do blocks, unless one is marked for the provider's cache, where they stay apart.
fn system<'a>(
    system: Option<Json<'a>>,
    conversation: &mut Conversation,
    notes: &mut Notes,
) -> Result<Option<JsonText<'a>>, Unconvertible> {
    let Some(system) = system.filter(|system| !system.is_null()) else {
        return Ok(None);
    };
    if system.get().starts_with('"') {
        return Ok(system.text().filter(|text| !text.is_empty()));
    }
    let blocks: Vec<messages::Block<'_>> = system.read().map_err(|_| {
        Unconvertible::invalid("system", "is neither a text nor a list of text blocks")
    })?;
    let is_marked = blocks.iter().any(|block| block.cache_control.is_some());
    if is_marked && conversation.takes_breakpoints() {
        conversation.system(blocks)?;
        return Ok(None);
    }
    notes.dropped_if("cache_control", is_marked);
    let texts = blocks.iter().enumerate().map(|(index, block)| {
        let text = block.text.as_ref();
        text.ok_or_else(|| Unconvertible::invalid(format!("system[{index}].text"), "is missing"))
    });
    let texts: Vec<&JsonText<'_>> = texts.collect::<Result<_, _>>()?;
    let joined = JsonText::join(texts.into_iter().filter(|text| !text.is_empty()), "\n");
    Ok((!joined.is_empty()).then_some(joined))
}

fn reasoning<'a>(
    thinking: Option<&messages::Thinking<'a>>,
    effort: Option<JsonText<'a>>,
    (target, reasons): (&Target, Reasons),
    notes: &mut Notes,
) -> Result<Option<responses::Reasoning<'a>>, Unconvertible> {
    let is_off = thinking.is_some_and(model::is_off);
    if reasons == Reasons::Never {
        notes.dropped_if("thinking", thinking.is_some() && !is_off);
        notes.dropped_if("output_config.effort", effort.is_some());
        return Ok(None);
    }
    if is_off {
        let (least, is_lost) = model::least_thinking(target);
        notes.dropped_if("thinking", is_lost);
        let effort = least.map(JsonText::plain).or(effort);
        return Ok(effort.map(|effort| responses::Reasoning {
            effort: Some(effort),
            summary: None,
        }));
    }
    let is_shown = |thinking: &messages::Thinking<'_>| {
        let display = thinking.display.as_ref();
        display.is_none_or(|display| display.get() != "\"omitted\"")
    };
    let summary = thinking
        .filter(|thinking| is_shown(thinking))
        .map(|_| Json::of("auto"));
    let effort = match thinking {
        Some(thinking) if thinking.kind == "enabled" => Some(effort.unwrap_or_else(|| {
            JsonText::plain(openai::effort_of_budget(
                thinking.budget_tokens.unwrap_or(u64::MAX),
            ))
        })),
        Some(thinking) if thinking.kind == "adaptive" => {
            Some(effort.unwrap_or_else(|| JsonText::plain("high")))
        }
        Some(_) => {
            return Err(Unconvertible::unsupported(
                "thinking.type",
                "only enabled, disabled, adaptive and between_tools are known",
            ));
        }
        None => effort,
    };
    let is_told = effort.is_some() || summary.is_some();
    Ok(is_told.then_some(responses::Reasoning { effort, summary }))
}

/// The client's tools; those that Anthropic runs are left out.
fn tools<'a>(
    tools: Option<Vec<messages::Tool<'a>>>,
    notes: &mut Notes,
) -> Option<Vec<responses::Tool<'a>>> {
    let mut converted = Vec::new();
    for tool in tools.into_iter().flatten() {
        if !matches!(tool.kind.as_deref(), None | Some("custom")) {
            notes.dropped("tools.type");
            continue;
        }
        notes.dropped_if("cache_control", tool.cache_control.is_some());
        let strict = schema::strict(tool.strict, tool.input_schema.as_ref(), notes);
        converted.push(openai::function_tool(
            tool.name,
            tool.description,
            tool.input_schema,
            strict,
        ));
    }
    (!converted.is_empty()).then_some(converted)
}

fn tool_choice(choice: messages::ToolChoice<'_>) -> Result<Json<'static>, Unconvertible> {
    Ok(match choice.kind.as_str() {
        "auto" => Json::of("auto"),
        "any" => Json::of("required"),
        "none" => Json::of("none"),
        "tool" => {
            let missing = || Unconvertible::invalid("tool_choice.name", "is missing");
            openai::choose_function(&choice.name.ok_or_else(missing)?)
        }
        _ => {
            return Err(Unconvertible::invalid(
                "tool_choice.type",
                "is none of `auto`, `any`, `tool` and `none`",
            ));
        }
    })
}

fn text<'a>(format: Option<Json<'a>>) -> Result<Option<TextConfig<'a>>, Unconvertible> {
    let Some(format) = format.filter(|format| !format.is_null()) else {
        return Ok(None);
    };
    let read: responses::Format<'_> = format.read().map_err(|_| {
        Unconvertible::invalid("output_config.format", "is not an object with a `type`")
    })?;
    if read.kind != "json_schema" {
        return Err(Unconvertible::unsupported(
            "output_config.format.type",
            "only `json_schema` has a counterpart",
        ));
    }
    if read.schema.is_none() {
        return Err(Unconvertible::invalid(
            "output_config.format.schema",
            "is missing",
        ));
    }
    let format = responses::Format {
        name: Some(JsonText::plain(SCHEMA_NAME)),
        ..read
    };
    Ok(Some(TextConfig {
        format: Some(Json::of(&format)),
        verbosity: None,
    }))
}

fn user<'a>(metadata: Option<messages::Metadata<'a>>, notes: &mut Notes) -> Option<JsonText<'a>> {
    let user = metadata?.user_id?;
    let fits = user.inner().len() <= USER_LIMIT;
    notes.dropped_if("metadata.user_id", !fits);
    fits.then_some(user)
}

#[cfg(test)]
mod tests;
