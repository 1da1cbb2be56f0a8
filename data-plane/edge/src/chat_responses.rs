//! OpenAI chat completions requests as Responses requests (llm.md 2.2).
//!
//! The provider is asked to keep nothing unless the client asks for it; reasoning comes back encrypted and travels through
//! the client beside the message (`answer::to_chat`). It must not know of answers. Invariants: messages stay in their
//! order; what Responses has no place for is refused or noted; opaque values keep their bytes.

mod items;

use serde::{Deserialize, Serialize};

use self::items::Conversation;
use super::messages_responses::openai::{self, Reasons};
use super::{Notes, Target, Unconvertible};
use crate::shape::responses::{self, Input, Reasoning, TextConfig};
use crate::shape::{OneOrMany, chat};
use crate::text::{Json, JsonText};

/// `response_format`.
#[derive(Deserialize)]
struct ResponseFormat<'a> {
    #[serde(rename = "type")]
    kind: String,
    /// What Responses has beside the type.
    #[serde(borrow, default)]
    json_schema: Option<Schema<'a>>,
}

#[derive(Default, Deserialize)]
struct Schema<'a> {
    #[serde(borrow, default)]
    name: Option<JsonText<'a>>,
    #[serde(borrow, default)]
    description: Option<JsonText<'a>>,
    #[serde(borrow, default)]
    schema: Option<Json<'a>>,
    #[serde(default)]
    strict: Option<bool>,
}

/// An object in `tool_choice`, and in its list of allowed tools.
#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    function: Option<Named<'a>>,
    #[serde(borrow, default)]
    allowed_tools: Option<Allowed<'a>>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: JsonText<'a>,
}

#[derive(Deserialize)]
struct Allowed<'a> {
    #[serde(borrow)]
    mode: JsonText<'a>,
    #[serde(borrow)]
    tools: Vec<Choice<'a>>,
}

/// The same list in Responses.
#[derive(Serialize)]
struct AllowedTools<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    mode: JsonText<'a>,
    tools: Vec<Json<'static>>,
}

/// Extension: Anthropic's `thinking`.
#[derive(Deserialize)]
struct Thinking {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    budget_tokens: Option<u64>,
}

/// Turns a chat completions request into a Responses request for `target`.
pub(crate) fn convert<'a>(
    request: chat::Request<'a>,
    target: &Target,
    notes: &mut Notes,
) -> Result<responses::Request<'a>, Unconvertible> {
    refuse(&request)?;
    note_what_is_dropped(&request, notes);
    let reasons = Reasons::of(&target.model);
    let mut conversation = Conversation::default();
    for (index, message) in request.messages.iter().enumerate() {
        conversation
            .message(message, notes)
            .map_err(|error| error.within(&format!("messages[{index}]")))?;
    }
    let limit = match (request.max_completion_tokens, request.max_tokens) {
        (Some(limit), _) => openai::max_output_tokens(Some(limit), "max_completion_tokens", notes),
        (None, limit) => openai::max_output_tokens(limit, "max_tokens", notes),
    };
    let reasoning = reasoning(
        request.reasoning_effort,
        request.thinking.as_ref(),
        request.thinking_budget_tokens,
        reasons,
        notes,
    )?;
    let (temperature, top_p) = openai::sampling(
        (request.temperature, request.top_p),
        reasoning.as_ref(),
        reasons,
        notes,
    );
    let tools = tools(request.tools, notes)?;
    let has_tools = tools.is_some();
    Ok(responses::Request {
        model: target.model.clone(),
        input: Some(Input(OneOrMany::Many(conversation.into_items()))),
        tool_choice: match request.tool_choice.filter(|_| has_tools) {
            Some(choice) => tool_choice(choice)?,
            None => None,
        },
        parallel_tool_calls: request.parallel_tool_calls.filter(|_| has_tools),
        tools,
        max_output_tokens: limit,
        temperature,
        top_p,
        include: openai::include(reasoning.as_ref(), reasons),
        reasoning,
        text: text(request.response_format, request.verbosity)?,
        stream: request.stream,
        // Responses are kept unless that is declined.
        store: Some(request.store.is_some_and(|store| store.get() == "true")),
        metadata: request.metadata,
        service_tier: request.service_tier,
        user: request.user,
        safety_identifier: request.safety_identifier,
        prompt_cache_key: request.prompt_cache_key,
        ..responses::Request::default()
    })
}

/// What changes the answer's meaning and cannot be had.
fn refuse(request: &chat::Request<'_>) -> Result<(), Unconvertible> {
    if request.n.is_some_and(|n| n > 1) {
        return Err(Unconvertible::unsupported(
            "n",
            "the provider gives one answer; ask several times",
        ));
    }
    if request
        .functions
        .as_ref()
        .is_some_and(|list| !list.is_null())
    {
        return Err(Unconvertible::unsupported(
            "functions",
            "is deprecated and has no counterpart; use `tools`",
        ));
    }
    let speaks = request.audio.as_ref().is_some_and(|audio| !audio.is_null());
    if speaks {
        return Err(Unconvertible::unsupported(
            "audio",
            "the provider answers in text; leave it out",
        ));
    }
    Ok(())
}

fn note_what_is_dropped(request: &chat::Request<'_>, notes: &mut Notes) {
    let is_there = |value: &Option<Json<'_>>| value.as_ref().is_some_and(|value| !value.is_null());
    for (field, value) in [
        ("stop", &request.stop),
        ("top_k", &request.top_k),
        ("seed", &request.seed),
        ("frequency_penalty", &request.frequency_penalty),
        ("presence_penalty", &request.presence_penalty),
        ("logprobs", &request.logprobs),
        ("top_logprobs", &request.top_logprobs),
        ("logit_bias", &request.logit_bias),
        ("modalities", &request.modalities),
        ("prediction", &request.prediction),
        ("web_search_options", &request.web_search_options),
        ("function_call", &request.function_call),
        ("safetySettings", &request.safety_settings),
        ("cachedContent", &request.cached_content),
        ("labels", &request.labels),
        ("thinking_config", &request.thinking_config),
    ] {
        notes.dropped_if(field, is_there(value));
    }
}

fn reasoning<'a>(
    effort: Option<JsonText<'a>>,
    thinking: Option<&Json<'_>>,
    budget: Option<u64>,
    reasons: Reasons,
    notes: &mut Notes,
) -> Result<Option<Reasoning<'a>>, Unconvertible> {
    let thinking =
        match thinking.filter(|thinking| !thinking.is_null()) {
            None => None,
            Some(thinking) => Some(thinking.read::<Thinking>().map_err(|_| {
                Unconvertible::invalid("thinking", "is not an object with a `type`")
            })?),
        };
    let thinking = thinking.filter(|thinking| thinking.kind != "disabled");
    let is_asked = effort.is_some() || thinking.is_some() || budget.is_some();
    if reasons == Reasons::Never {
        notes.dropped_if("reasoning_effort", is_asked);
        return Ok(None);
    }
    if !is_asked {
        return Ok(None);
    }
    let budget = thinking
        .as_ref()
        .and_then(|thinking| thinking.budget_tokens)
        .or(budget);
    let effort = effort
        .unwrap_or_else(|| JsonText::plain(openai::effort_of_budget(budget.unwrap_or(u64::MAX))));
    // Chat completions of OpenAI never show reasoning: only who asks for thinking expects to see it.
    let is_shown = thinking.is_some() || budget.is_some();
    Ok(Some(Reasoning {
        effort: Some(effort),
        summary: is_shown.then(|| Json::of("auto")),
    }))
}

fn tools<'a>(
    tools: Option<Vec<chat::Tool<'a>>>,
    notes: &mut Notes,
) -> Result<Option<Vec<responses::Tool<'a>>>, Unconvertible> {
    let mut converted = Vec::new();
    for (index, tool) in tools.into_iter().flatten().enumerate() {
        if tool.kind != "function" {
            return Err(Unconvertible::unsupported(
                format!("tools[{index}].type"),
                "only functions have a counterpart; declare a function that takes one string",
            ));
        }
        let Some(function) = tool.function else {
            return Err(Unconvertible::invalid(
                format!("tools[{index}].function"),
                "is missing",
            ));
        };
        notes.dropped_if("cache_control", tool.cache_control.is_some());
        converted.push(openai::function_tool(
            function.name,
            function.description,
            function.parameters,
            function.strict,
        ));
    }
    Ok((!converted.is_empty()).then_some(converted))
}

fn tool_choice(choice: Json<'_>) -> Result<Option<Json<'_>>, Unconvertible> {
    if choice.is_null() {
        return Ok(None);
    }
    if !choice.is_object() {
        // A word, which both formats have.
        return Ok(Some(choice));
    }
    let read: Choice<'_> = choice
        .read()
        .map_err(|_| Unconvertible::invalid("tool_choice", "is neither a word nor a choice"))?;
    if let Some(allowed) = read.allowed_tools {
        let tools = allowed
            .tools
            .into_iter()
            .map(named)
            .collect::<Result<_, _>>();
        return Ok(Some(Json::of(&AllowedTools {
            kind: "allowed_tools",
            mode: allowed.mode,
            tools: tools.map_err(|error| error.within("tool_choice.allowed_tools.tools"))?,
        })));
    }
    named(read)
        .map(Some)
        .map_err(|error| error.within("tool_choice"))
}

fn named(choice: Choice<'_>) -> Result<Json<'static>, Unconvertible> {
    match choice.function {
        Some(function) => Ok(openai::choose_function(&function.name)),
        None => Err(Unconvertible::unsupported(
            "",
            format!("a choice of type `{}` has no counterpart", choice.kind),
        )),
    }
}

fn text<'a>(
    format: Option<Json<'a>>,
    verbosity: Option<Json<'a>>,
) -> Result<Option<TextConfig<'a>>, Unconvertible> {
    let format = match format.filter(|format| !format.is_null()) {
        None => None,
        Some(format) => {
            let read: ResponseFormat<'_> = format.read().map_err(|_| {
                Unconvertible::invalid("response_format", "is not an object with a `type`")
            })?;
            let schema = read.json_schema.unwrap_or_default();
            if read.kind == "json_schema" && schema.schema.is_none() {
                return Err(Unconvertible::invalid(
                    "response_format.json_schema.schema",
                    "is missing",
                ));
            }
            Some(Json::of(&responses::Format {
                kind: read.kind,
                name: schema.name,
                description: schema.description,
                schema: schema.schema,
                strict: schema.strict,
            }))
        }
    };
    let verbosity = verbosity.filter(|verbosity| !verbosity.is_null());
    let is_said = format.is_some() || verbosity.is_some();
    Ok(is_said.then_some(TextConfig { format, verbosity }))
}

#[cfg(test)]
mod tests;
