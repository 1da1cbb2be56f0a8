//! Tools and the choice among them.
//!
//! It must not know turns. Invariant: there is a tool configuration whenever turns have calls or results, because Bedrock
//! refuses such turns without one.

use super::turns::History;
use super::{CachePoints, Place};
use crate::shape::converse::{InputSchema, Tool, ToolChoice, ToolConfig, ToolSpec};
use crate::shape::messages;
use crate::text::{Json, JsonText};
use crate::tool_names::ToolNames;
use crate::{Notes, Unconvertible};

/// Stands where turns have calls of tools that are not offered any more.
const PLACEHOLDER: &str = "no_tool";

/// All names of tools in the request.
pub(super) fn names(request: &messages::Request<'_>, history: &History<'_>) -> ToolNames {
    let declared = request.tools.iter().flatten().map(|tool| &tool.name);
    let chosen = request
        .tool_choice
        .iter()
        .filter_map(|choice| choice.name.as_ref());
    ToolNames::new(declared.chain(chosen).chain(history.called()))
}

/// `toolConfig`.
pub(super) fn config<'a>(
    request: &'a messages::Request<'_>,
    has_calls: bool,
    names: &ToolNames,
    cache: &mut CachePoints,
    notes: &mut Notes,
) -> Result<Option<ToolConfig<'a>>, Unconvertible> {
    let kind = request
        .tool_choice
        .as_ref()
        .map(|choice| choice.kind.as_str());
    let may_call = kind != Some("none");
    let mut tools = Vec::new();
    if may_call || has_calls {
        for (index, tool) in request.tools.iter().flatten().enumerate() {
            if !is_clients(tool) {
                notes.dropped("tools");
                continue;
            }
            let spec =
                spec(tool, names).map_err(|error| error.within(&format!("tools[{index}]")))?;
            tools.push(Tool::ToolSpec(spec));
            let marker = tool.cache_control.as_ref().map(Json::reborrow);
            tools.extend(
                cache
                    .point(marker, Place::Tools, notes)
                    .map(Tool::CachePoint),
            );
        }
    }
    let tool_choice = choice(request, names, notes)?;
    if tools.is_empty() {
        notes.dropped_if("tool_choice", tool_choice.is_some());
        return Ok(has_calls.then(|| ToolConfig {
            tools: vec![Tool::ToolSpec(placeholder())],
            tool_choice: None,
        }));
    }
    // Tools that only explain the history can be called all the same.
    notes.dropped_if("tool_choice", !may_call);
    Ok(Some(ToolConfig { tools, tool_choice }))
}

/// Run by the client; any other is Anthropic's to run, or defined by Anthropic.
fn is_clients(tool: &messages::Tool<'_>) -> bool {
    tool.kind.as_deref().is_none_or(|kind| kind == "custom")
}

fn spec<'a>(
    tool: &'a messages::Tool<'_>,
    names: &ToolNames,
) -> Result<ToolSpec<'a>, Unconvertible> {
    let schema = match &tool.input_schema {
        Some(schema) if schema.is_object() => schema.reborrow(),
        Some(_) => {
            return Err(Unconvertible::invalid(
                "input_schema",
                "is not a schema object",
            ));
        }
        None => any_object(),
    };
    Ok(ToolSpec {
        name: names.told(tool.name.reborrow()),
        description: tool
            .description
            .as_ref()
            .filter(|description| !description.is_blank())
            .map(JsonText::reborrow),
        input_schema: InputSchema::Json(schema),
        strict: tool.strict,
    })
}

fn choice<'a>(
    request: &'a messages::Request<'_>,
    names: &ToolNames,
    notes: &mut Notes,
) -> Result<Option<ToolChoice<'a>>, Unconvertible> {
    let Some(choice) = &request.tool_choice else {
        return Ok(None);
    };
    notes.dropped_if(
        "tool_choice.disable_parallel_tool_use",
        choice.disable_parallel_tool_use == Some(true),
    );
    match choice.kind.as_str() {
        "auto" => Ok(Some(ToolChoice::Auto {})),
        "any" => Ok(Some(ToolChoice::Any {})),
        "none" => Ok(None),
        "tool" => {
            let Some(name) = &choice.name else {
                return Err(Unconvertible::invalid("tool_choice.name", "is missing"));
            };
            let is_offered = request
                .tools
                .iter()
                .flatten()
                .any(|tool| is_clients(tool) && tool.name == *name);
            if !is_offered {
                return Err(Unconvertible::unsupported(
                    "tool_choice.name",
                    "is none of the tools that Bedrock can be offered",
                ));
            }
            Ok(Some(ToolChoice::Tool {
                name: names.told(name.reborrow()),
            }))
        }
        _ => Err(Unconvertible::unsupported(
            "tool_choice.type",
            "is none of `auto`, `any`, `tool` and `none`",
        )),
    }
}

fn placeholder() -> ToolSpec<'static> {
    ToolSpec {
        name: JsonText::plain(PLACEHOLDER),
        description: Some(JsonText::plain("Does nothing. It is not to be called.")),
        input_schema: InputSchema::Json(any_object()),
        strict: None,
    }
}

fn any_object() -> Json<'static> {
    Json::object("{\"type\":\"object\"}").unwrap_or_else(|| Json::of(&()))
}
