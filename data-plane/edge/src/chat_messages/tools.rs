//! Tools and which of them are to be called.
//!
//! It must not know messages, except for the ids that calls and results share.

use std::borrow::Cow;

use serde::Deserialize;

use crate::shape::{chat, messages};
use crate::text::{Json, JsonText};
use crate::tool_names::SIGNATURE_SEPARATOR;
use crate::{Notes, Unconvertible};

use super::claude::Claude;
use super::schema;

/// A `tool_choice` that is an object.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    function: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    name: JsonText<'a>,
}

/// The tools that the model may call.
pub(super) fn tools<'a>(
    tools: Option<Vec<chat::Tool<'a>>>,
    notes: &mut Notes,
) -> Result<Option<Vec<messages::Tool<'a>>>, Unconvertible> {
    let Some(tools) = tools.filter(|tools| !tools.is_empty()) else {
        return Ok(None);
    };
    let mut converted = Vec::with_capacity(tools.len());
    for (index, tool) in tools.into_iter().enumerate() {
        let tool = convert(tool, notes);
        converted.push(tool.map_err(|error| error.within(&format!("tools[{index}]")))?);
    }
    Ok(Some(converted))
}

fn convert<'a>(
    tool: chat::Tool<'a>,
    notes: &mut Notes,
) -> Result<messages::Tool<'a>, Unconvertible> {
    if tool.kind != "function" {
        return Err(Unconvertible::unsupported(
            "type",
            "only function tools are converted",
        ));
    }
    let Some(function) = tool.function else {
        return Err(Unconvertible::invalid("function", "is missing"));
    };
    if function.name.is_empty() {
        return Err(Unconvertible::invalid("function.name", "is empty"));
    }
    // False is what Anthropic does anyway.
    let strict = function.strict.filter(|is_strict| *is_strict);
    let schema = schema::of_arguments(function.parameters, notes).and_then(|schema| match strict {
        Some(_) => schema::of_strict_arguments(&schema, notes),
        None => Ok(schema),
    });
    Ok(messages::Tool {
        kind: None,
        name: function.name,
        description: function.description.filter(|text| !text.is_empty()),
        input_schema: Some(schema.map_err(|error| error.within("function.parameters"))?),
        strict,
        cache_control: tool.cache_control,
    })
}

/// `tool_choice` with `parallel_tool_calls`. Without tools Anthropic takes none.
pub(super) fn choice(
    request: &chat::Request<'_>,
    claude: Option<Claude>,
    notes: &mut Notes,
) -> Result<Option<messages::ToolChoice<'static>>, Unconvertible> {
    let is_single = request.parallel_tool_calls == Some(false);
    let chosen = request.tool_choice.as_ref().map(read_choice).transpose()?;
    if request.tools.as_ref().is_none_or(Vec::is_empty) {
        notes.dropped_if("tool_choice", is_forced(chosen.as_ref()));
        return Ok(None);
    }
    if is_forced(chosen.as_ref()) && claude.is_some_and(Claude::refuses_forced_call) {
        return Err(Unconvertible::unsupported(
            "tool_choice",
            "the model cannot be made to call a tool; ask for `auto`",
        ));
    }
    let chosen = match chosen {
        None if is_single => Some(of_kind("auto")),
        chosen => chosen,
    };
    Ok(chosen.map(|mut choice| {
        if is_single && choice.kind != "none" {
            choice.disable_parallel_tool_use = Some(true);
        }
        choice
    }))
}

/// The model is to call a tool.
pub(super) fn is_forced(choice: Option<&messages::ToolChoice<'_>>) -> bool {
    choice.is_some_and(|choice| matches!(choice.kind.as_str(), "any" | "tool"))
}

fn read_choice(choice: &Json<'_>) -> Result<messages::ToolChoice<'static>, Unconvertible> {
    const FIELD: &str = "tool_choice";
    if let Some(name) = choice.reborrow().text() {
        return match name.decode().as_ref() {
            "auto" => Ok(of_kind("auto")),
            "required" | "any" => Ok(of_kind("any")),
            "none" => Ok(of_kind("none")),
            _ => Err(Unconvertible::invalid(
                FIELD,
                "is none of `auto`, `none`, `required` and a named function",
            )),
        };
    }
    let Ok(named) = choice.read::<Named<'_>>() else {
        return Err(Unconvertible::invalid(FIELD, "is not a tool choice"));
    };
    match (named.kind.as_str(), named.function) {
        ("function", Some(function)) => Ok(messages::ToolChoice {
            name: Some(function.name.into_owned()),
            ..of_kind("tool")
        }),
        ("function", None) => Err(Unconvertible::invalid("tool_choice.function", "is missing")),
        _ => Err(Unconvertible::unsupported(
            "tool_choice.type",
            "only a function can be chosen",
        )),
    }
}

fn of_kind(kind: &str) -> messages::ToolChoice<'static> {
    messages::ToolChoice {
        kind: kind.to_owned(),
        ..messages::ToolChoice::default()
    }
}

/// The id of a call as Anthropic takes it (letters, digits, `_` and `-`); the same for the call and its result. A
/// signature that another provider's call carries in its id is left out.
pub(super) fn call_id<'m>(id: &'m JsonText<'_>, notes: &mut Notes) -> Option<JsonText<'m>> {
    let text = id.decode();
    let own = match text.split_once(SIGNATURE_SEPARATOR) {
        Some((own, _)) => {
            notes.dropped("messages.tool_calls.id.signature");
            own
        }
        None => text.as_ref(),
    };
    if own.is_empty() {
        return None;
    }
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if own.len() == text.len() && own.chars().all(is_allowed) {
        return Some(id.reborrow());
    }
    let mended: Cow<'_, str> = own
        .chars()
        .map(|c| if is_allowed(c) { c } else { '_' })
        .collect();
    Some(JsonText::plain(&mended))
}
