//! Tools of Responses as functions of chat completions.
//!
//! It must not know calls. Invariant: a tool that OpenAI would run is refused, by its place.

use serde::{Deserialize, Serialize};

use crate::messages_chat::schema;
use crate::shape::chat;
use crate::shape::responses::Tool;
use crate::text::{Json, JsonText};
use crate::{Notes, Target, Unconvertible, Vendor};

/// A `tool_choice` that is an object, and an entry of its list of allowed tools.
#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    name: Option<JsonText<'a>>,
    /// Of `allowed_tools`.
    #[serde(borrow, default)]
    mode: Option<JsonText<'a>>,
    /// Of `allowed_tools`.
    #[serde(borrow, default)]
    tools: Vec<Choice<'a>>,
}

/// The same in chat completions.
#[derive(Serialize)]
struct NamedFunction<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Named<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: JsonText<'a>,
}

#[derive(Serialize)]
struct AllowedTools<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    allowed_tools: Allowed<'a>,
}

#[derive(Serialize)]
struct Allowed<'a> {
    mode: JsonText<'a>,
    tools: Vec<NamedFunction<'a>>,
}

/// The `format` of a custom tool.
#[derive(Deserialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    syntax: Option<JsonText<'a>>,
    #[serde(borrow, default)]
    definition: Option<JsonText<'a>>,
}

/// The schema of a function that takes a custom tool's text.
#[derive(Serialize)]
struct TextParameters {
    #[serde(rename = "type")]
    kind: &'static str,
    properties: TextProperties,
    required: [&'static str; 1],
    #[serde(rename = "additionalProperties")]
    additional_properties: bool,
}

#[derive(Serialize)]
struct TextProperties {
    input: TextProperty,
}

#[derive(Serialize)]
struct TextProperty {
    #[serde(rename = "type")]
    kind: &'static str,
    description: JsonText<'static>,
}

/// The tools; none where there are none.
pub(super) fn tools<'a>(
    tools: Option<Vec<Tool<'a>>>,
    target: &Target,
    notes: &mut Notes,
) -> Result<Option<Vec<chat::Tool<'a>>>, Unconvertible> {
    let mut converted = Vec::new();
    for (index, tool) in tools.into_iter().flatten().enumerate() {
        let function = match tool.kind.as_str() {
            "function" => function(tool, target, notes),
            "custom" => custom(tool, notes),
            _ => Err(Unconvertible::unsupported(
                "type",
                "is a tool that only OpenAI's Responses run; leave it out, or offer a function",
            )),
        };
        converted.push(chat::Tool {
            kind: "function".to_owned(),
            function: Some(function.map_err(|error| error.within(&format!("tools[{index}]")))?),
            custom: None,
            cache_control: None,
        });
    }
    Ok((!converted.is_empty()).then_some(converted))
}

fn function<'a>(
    tool: Tool<'a>,
    target: &Target,
    notes: &mut Notes,
) -> Result<chat::Function<'a>, Unconvertible> {
    let parameters = tool.parameters.filter(|schema| !schema.is_null());
    let strict = match tool.strict {
        // Responses keep to a closed schema unless they are told not to; chat completions have to be told to.
        None if parameters.as_ref().is_some_and(schema::is_strict) => {
            let is_own = target.vendor == Vendor::OpenAi;
            // Not all others can, and nobody asked them.
            notes.dropped_if("tools.strict", !is_own);
            is_own.then_some(true)
        }
        strict => strict,
    };
    Ok(chat::Function {
        name: tool.name.ok_or_else(no_name)?,
        description: tool.description,
        parameters,
        strict,
    })
}

/// A tool that takes a text becomes a function that takes it as its `input`. No format says what the text looks like: the
/// model is told in words.
fn custom<'a>(tool: Tool<'a>, notes: &mut Notes) -> Result<chat::Function<'a>, Unconvertible> {
    let format = tool.format.as_ref().filter(|format| !format.is_null());
    let format = format.and_then(|format| format.read::<Format<'_>>().ok());
    let grammar = format.filter(|format| format.kind == "grammar");
    notes.dropped_if("tools.format", grammar.is_some());
    let description = match grammar {
        Some(Format {
            syntax: Some(syntax),
            definition: Some(definition),
            ..
        }) => JsonText::join(
            [
                &JsonText::plain("The text, in the language of this grammar ("),
                &syntax,
                &JsonText::plain("):\n"),
                &definition,
            ],
            "",
        ),
        Some(_) | None => JsonText::plain("The text."),
    };
    Ok(chat::Function {
        name: tool.name.ok_or_else(no_name)?,
        description: tool.description,
        parameters: Some(Json::of(&TextParameters {
            kind: "object",
            properties: TextProperties {
                input: TextProperty {
                    kind: "string",
                    description,
                },
            },
            required: ["input"],
            additional_properties: false,
        })),
        strict: None,
    })
}

/// `tool_choice`: a word that both formats have, or an object.
pub(super) fn choice(choice: Json<'_>) -> Result<Option<Json<'_>>, Unconvertible> {
    if choice.is_null() {
        return Ok(None);
    }
    if !choice.is_object() {
        return Ok(Some(choice));
    }
    let read: Choice<'_> = choice
        .read()
        .map_err(|_| Unconvertible::invalid("tool_choice", "is neither a word nor a choice"))?;
    if read.kind != "allowed_tools" {
        return match named(read) {
            Ok(function) => Ok(Some(Json::of(&function))),
            Err(error) => Err(error.within("tool_choice")),
        };
    }
    let mut tools = Vec::with_capacity(read.tools.len());
    for (index, tool) in read.tools.into_iter().enumerate() {
        let tool = named(tool);
        tools.push(tool.map_err(|error| error.within(&format!("tool_choice.tools[{index}]")))?);
    }
    Ok(Some(Json::of(&AllowedTools {
        kind: "allowed_tools",
        allowed_tools: Allowed {
            mode: read.mode.unwrap_or_else(|| JsonText::plain("auto")),
            tools,
        },
    })))
}

fn named(choice: Choice<'_>) -> Result<NamedFunction<'_>, Unconvertible> {
    if !matches!(choice.kind.as_str(), "function" | "custom") {
        return Err(Unconvertible::unsupported(
            "type",
            "is a tool that only OpenAI's Responses run",
        ));
    }
    Ok(NamedFunction {
        kind: "function",
        function: Named {
            name: choice.name.ok_or_else(no_name)?,
        },
    })
}

fn no_name() -> Unconvertible {
    Unconvertible::invalid("name", "is missing")
}
