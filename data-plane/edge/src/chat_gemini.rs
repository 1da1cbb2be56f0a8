//! Chat completions to Gemini `generateContent` (llm.md 2.4 "Completions -> Gemini generateContent").
//!
//! The turns are made in `contents`, media in `media`, what governs the answer in `config`. It must not know URLs: the model
//! and whether the answer is streamed go there. Invariant: a request with cached content has no system instruction, no
//! tools and no tool config beside it, which Gemini refuses.

use serde::Deserialize;

use crate::shape::{chat, gemini};
use crate::text::{Json, JsonText};
use crate::{Notes, Target, Unconvertible, gemini_schema};

mod config;
mod contents;
mod media;

/// Google's generation of a model, as far as requests differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Generation {
    /// Does not reason.
    Plain,
    /// Reasons up to a number of tokens: Gemini 2.5, and what has no number.
    Budget,
    /// Reasons at a level, and insists on thought signatures: from Gemini 3 on.
    Level,
}

/// Turns a chat completions request into one of `generateContent`.
pub(crate) fn convert<'a>(
    mut request: chat::Request<'a>,
    target: &Target,
    notes: &mut Notes,
) -> Result<gemini::Request<'a>, Unconvertible> {
    if request.functions.is_some() || request.function_call.is_some() {
        return Err(Unconvertible::unsupported(
            "functions",
            "legacy functions cannot be sent to Gemini; use `tools`",
        ));
    }
    note_dropped(&request, notes);
    let generation_config = config::generation_config(&request, target, notes)?;
    let messages = std::mem::take(&mut request.messages);
    let (contents, system_instruction) = contents::convert(messages, target, notes)?;
    let tool_choice = request.tool_choice.take();
    let generation = Generation::of(&target.model);
    let mut tools = tools(request.tools.take().unwrap_or_default(), generation, notes)?;
    let tool_config = match tool_choice {
        Some(choice) if !tools.is_empty() => tool_config(&choice, &mut tools)?,
        Some(_) | None => None,
    };
    // Only Vertex has labels. Its tiers are in headers, and other servers may refuse the member.
    let is_vertex = target.vendor == crate::Vendor::Vertex;
    let service_tier = request.service_tier.take();
    let is_named_alike = |tier: &Json<'_>| matches!(tier.get(), "\"flex\"" | "\"priority\"");
    let has_tiers = target.vendor == crate::Vendor::Gemini;
    let is_kept = has_tiers && service_tier.as_ref().is_some_and(is_named_alike);
    notes.dropped_if("service_tier", service_tier.is_some() && !is_kept);
    let service_tier = service_tier.filter(|_| is_kept);
    notes.dropped_if("labels", request.labels.is_some() && !is_vertex);
    let mut converted = gemini::Request {
        contents,
        system_instruction,
        tools: if tools.is_empty() {
            Vec::new()
        } else {
            vec![gemini::Tool {
                function_declarations: tools,
                ..gemini::Tool::default()
            }]
        },
        tool_config,
        generation_config,
        safety_settings: request.safety_settings,
        cached_content: request.cached_content,
        service_tier,
        labels: request.labels.filter(|_| is_vertex),
    };
    if converted.cached_content.is_some() {
        notes.dropped_if("messages.system", converted.system_instruction.is_some());
        notes.dropped_if("tools", !converted.tools.is_empty());
        converted.system_instruction = None;
        converted.tools = Vec::new();
        converted.tool_config = None;
    }
    Ok(converted)
}

fn note_dropped(request: &chat::Request<'_>, notes: &mut Notes) {
    for (field, is_there) in [
        (
            "parallel_tool_calls",
            request.parallel_tool_calls == Some(false),
        ),
        ("user", request.user.is_some()),
        (
            "logprobs",
            request
                .logprobs
                .as_ref()
                .is_some_and(|raw| raw.get() == "true"),
        ),
        ("logit_bias", request.logit_bias.is_some()),
        ("metadata", request.metadata.is_some()),
        (
            "store",
            request
                .store
                .as_ref()
                .is_some_and(|raw| raw.get() == "true"),
        ),
        ("prediction", request.prediction.is_some()),
        ("web_search_options", request.web_search_options.is_some()),
        ("safety_identifier", request.safety_identifier.is_some()),
        ("prompt_cache_key", request.prompt_cache_key.is_some()),
        ("verbosity", request.verbosity.is_some()),
    ] {
        notes.dropped_if(field, is_there);
    }
}

/// Whether a model refuses calls of a history that have no thought signature.
pub fn needs_signatures(model: &str) -> bool {
    Generation::of(model) == Generation::Level
}

// === impl Generation ===

impl Generation {
    fn of(model: &str) -> Self {
        let name = bare(model);
        let Some(version) = name.strip_prefix("gemini-") else {
            return Self::Plain;
        };
        let number = version.split(['-', '.']).next().unwrap_or_default();
        match number.parse::<u32>() {
            Ok(0..=1) => Self::Plain,
            Ok(2) if version.starts_with("2.5") => Self::Budget,
            Ok(2) => Self::Plain,
            Ok(_) => Self::Level,
            Err(_) => Self::Budget,
        }
    }
}

/// The model's name without the collections in front of it.
fn bare(model: &str) -> &str {
    model.rsplit('/').next().unwrap_or(model)
}

fn tools<'a>(
    tools: Vec<chat::Tool<'a>>,
    generation: Generation,
    notes: &mut Notes,
) -> Result<Vec<gemini::FunctionDeclaration<'a>>, Unconvertible> {
    let mut declarations = Vec::with_capacity(tools.len());
    for (index, tool) in tools.into_iter().enumerate() {
        if tool.kind != "function" {
            return Err(Unconvertible::unsupported(
                format!("tools[{index}]"),
                "Gemini takes only tools of type `function`",
            ));
        }
        notes.dropped_if("tools.cache_control", tool.cache_control.is_some());
        let function = tool.function.ok_or_else(|| {
            Unconvertible::invalid(format!("tools[{index}].function"), "is missing")
        })?;
        notes.dropped_if("tools.function.strict", function.strict == Some(true));
        let (parameters, parameters_json_schema) = match &function.parameters {
            Some(schema) => parameters(schema, generation, notes).map_err(|error| {
                let field = format!("tools[{index}].function.parameters");
                from_schema(field, error)
            })?,
            None => (None, None),
        };
        declarations.push(gemini::FunctionDeclaration {
            name: function.name,
            description: function.description.filter(|text| !text.is_empty()),
            parameters,
            parameters_json_schema,
            response: None,
            behavior: None,
        });
    }
    Ok(declarations)
}

/// A function's schema in one of its two places: as Gemini's own, where that says all, else as JSON Schema, where the model
/// takes it.
fn parameters(
    schema: &Json<'_>,
    generation: Generation,
    notes: &mut Notes,
) -> Result<(Option<Json<'static>>, Option<Json<'static>>), gemini_schema::SchemaError> {
    let own = gemini_schema::parameters(schema)?;
    if !own.is_lossy {
        return Ok((own.schema, None));
    }
    let whole = match generation {
        Generation::Plain => None,
        Generation::Budget | Generation::Level => gemini_schema::written_out(schema)?,
    };
    notes.dropped_if("tools.function.parameters", whole.is_none());
    Ok(match whole {
        Some(whole) => (None, Some(whole)),
        None => (own.schema, None),
    })
}

/// `tool_choice` that is an object.
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
    mode: String,
    #[serde(borrow, default)]
    tools: Vec<AllowedTool<'a>>,
}

#[derive(Deserialize)]
struct AllowedTool<'a> {
    #[serde(borrow, default)]
    function: Option<Named<'a>>,
}

/// How tools are used; tools that are not allowed are taken away where Gemini's mode cannot say it.
fn tool_config(
    choice: &Json<'_>,
    tools: &mut Vec<gemini::FunctionDeclaration<'_>>,
) -> Result<Option<gemini::ToolConfig<'static>>, Unconvertible> {
    let unknown = || {
        Unconvertible::unsupported(
            "tool_choice",
            "Gemini takes `auto`, `none`, `required` and the choice of functions",
        )
    };
    let (mode, names) = match choice.get() {
        r#""auto""# => ("AUTO", Vec::new()),
        r#""none""# => ("NONE", Vec::new()),
        r#""required""# => ("ANY", Vec::new()),
        text if text.starts_with('{') => {
            let choice: Choice<'_> = choice
                .read()
                .map_err(|_| Unconvertible::invalid("tool_choice", "cannot be read"))?;
            match (choice.kind.as_str(), choice.function, choice.allowed_tools) {
                ("function", Some(function), _) => ("ANY", vec![function.name.into_owned()]),
                ("allowed_tools", _, Some(allowed)) => {
                    let names: Vec<_> = allowed
                        .tools
                        .into_iter()
                        .filter_map(|tool| tool.function)
                        .map(|function| function.name.into_owned())
                        .collect();
                    if allowed.mode == "required" {
                        ("ANY", names)
                    } else {
                        tools.retain(|tool| names.contains(&tool.name));
                        ("AUTO", Vec::new())
                    }
                }
                _ => return Err(unknown()),
            }
        }
        _ => return Err(unknown()),
    };
    Ok(Some(gemini::ToolConfig {
        function_calling_config: Some(gemini::FunctionCallingConfig {
            mode: Some(mode.to_owned()),
            allowed_function_names: names,
        }),
        retrieval_config: None,
    }))
}

/// A schema that Gemini's cannot say.
fn from_schema(field: String, error: gemini_schema::SchemaError) -> Unconvertible {
    match error {
        gemini_schema::SchemaError::Unreadable => Unconvertible::invalid(field, error.to_string()),
        gemini_schema::SchemaError::TooLarge => {
            Unconvertible::unsupported(field, error.to_string())
        }
    }
}

#[cfg(test)]
mod tests;
