//! Gemini `generateContent` to chat completions.
//!
//! The messages are made in `messages`, what governs the answer in `config`. It must not know URLs: the model, and whether
//! the answer is streamed, are arguments. Invariant: a call has an id, the same one whenever the request is converted, and
//! each result has the id of its call.

use crate::shape::{chat, gemini};
use crate::text::{Json, JsonText};
use crate::{Notes, Target, Unconvertible, Vendor, gemini_schema};

mod config;
mod media;
mod messages;

/// Turns a request of `generateContent` (or, `is_streamed`, of `streamGenerateContent`) into one of chat completions.
pub(crate) fn convert<'a>(
    request: gemini::Request<'a>,
    is_streamed: bool,
    target: &Target,
    notes: &mut Notes,
) -> Result<chat::Request<'a>, Unconvertible> {
    if request.cached_content.is_some() {
        return Err(Unconvertible::unsupported(
            "cachedContent",
            "is kept by Google only; send the content itself",
        ));
    }
    notes.dropped_if("safetySettings", request.safety_settings.is_some());
    notes.dropped_if("labels", request.labels.is_some());
    let messages = messages::convert(request.system_instruction, request.contents, target, notes)?;
    let mut tools = tools(request.tools, notes)?;
    let tool_config = request.tool_config.unwrap_or_default();
    notes.dropped_if(
        "toolConfig.retrievalConfig",
        tool_config.retrieval_config.is_some(),
    );
    notes.dropped_if("serviceTier", request.service_tier.is_some());
    let tool_choice = match tool_config.function_calling_config {
        Some(config) => tool_choice(config, &mut tools)?,
        None => None,
    };
    let mut converted = chat::Request {
        model: target.model.clone(),
        messages,
        stream: is_streamed.then_some(true),
        stream_options: is_streamed.then_some(chat::StreamOptions {
            include_usage: Some(true),
        }),
        // A choice among no tools is refused.
        tool_choice: tool_choice.filter(|_| !tools.is_empty()),
        tools: (!tools.is_empty()).then_some(tools),
        ..chat::Request::default()
    };
    if let Some(generation) = request.generation_config {
        config::apply(generation, target, &mut converted, notes)?;
    }
    Ok(converted)
}

fn tools<'a>(
    tools: Vec<gemini::Tool<'a>>,
    notes: &mut Notes,
) -> Result<Vec<chat::Tool<'a>>, Unconvertible> {
    let mut converted = Vec::new();
    for (index, tool) in tools.into_iter().enumerate() {
        for (field, is_there) in [
            ("tools.googleSearch", tool.google_search.is_some()),
            (
                "tools.googleSearchRetrieval",
                tool.google_search_retrieval.is_some(),
            ),
            (
                "tools.enterpriseWebSearch",
                tool.enterprise_web_search.is_some(),
            ),
            ("tools.googleMaps", tool.google_maps.is_some()),
            ("tools.urlContext", tool.url_context.is_some()),
            ("tools.codeExecution", tool.code_execution.is_some()),
            ("tools.computerUse", tool.computer_use.is_some()),
            ("tools.fileSearch", tool.file_search.is_some()),
            ("tools.retrieval", tool.retrieval.is_some()),
        ] {
            notes.dropped_if(field, is_there);
        }
        for (place, function) in tool.function_declarations.into_iter().enumerate() {
            let function = declaration(function, notes).map_err(|error| {
                error.within(&format!("tools[{index}].functionDeclarations[{place}]"))
            })?;
            converted.push(chat::Tool {
                kind: "function".to_owned(),
                function: Some(function),
                custom: None,
                cache_control: None,
            });
        }
    }
    Ok(converted)
}

fn declaration<'a>(
    function: gemini::FunctionDeclaration<'a>,
    notes: &mut Notes,
) -> Result<chat::Function<'a>, Unconvertible> {
    notes.dropped_if(
        "tools.functionDeclarations.response",
        function.response.is_some(),
    );
    notes.dropped_if(
        "tools.functionDeclarations.behavior",
        function.behavior.is_some(),
    );
    let parameters = match (function.parameters_json_schema, &function.parameters) {
        (Some(schema), _) => Some(schema),
        (None, Some(schema)) => Some(
            gemini_schema::to_json_schema(schema)
                .map_err(|error| Unconvertible::invalid("parameters", error.to_string()))?,
        ),
        (None, None) => None,
    };
    Ok(chat::Function {
        name: function.name,
        description: function.description,
        parameters,
        strict: None,
    })
}

/// `tool_choice`; functions that may not be called are taken away, as not every server knows a list of allowed ones.
fn tool_choice(
    config: gemini::FunctionCallingConfig<'_>,
    tools: &mut Vec<chat::Tool<'_>>,
) -> Result<Option<Json<'static>>, Unconvertible> {
    let allowed = config.allowed_function_names;
    let mode = config.mode.unwrap_or_default().to_ascii_uppercase();
    let choice = match (mode.as_str(), allowed.as_slice()) {
        ("ANY", [one]) => {
            return Ok(Some(Json::of(&Named {
                kind: "function",
                function: Function { name: one },
            })));
        }
        ("ANY", _) => "required",
        ("NONE", _) => return Ok(Some(JsonText::plain("none").into_json())),
        ("AUTO" | "VALIDATED", _) => "auto",
        ("" | "MODE_UNSPECIFIED", _) => return Ok(None),
        _ => {
            return Err(Unconvertible::invalid(
                "toolConfig.functionCallingConfig.mode",
                "is not one of AUTO, ANY, NONE and VALIDATED",
            ));
        }
    };
    if !allowed.is_empty() {
        tools.retain(|tool| {
            let function = tool.function.as_ref();
            function.is_some_and(|function| allowed.contains(&function.name))
        });
    }
    Ok(Some(JsonText::plain(choice).into_json()))
}

#[derive(serde::Serialize)]
struct Named<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
}

#[derive(serde::Serialize)]
struct Function<'a> {
    name: &'a JsonText<'a>,
}

/// Google's own services of this format: what only they know may be sent to them.
pub(crate) const fn is_google(vendor: Vendor) -> bool {
    match vendor {
        Vendor::Gemini | Vendor::Vertex => true,
        Vendor::OpenAi | Vendor::Anthropic | Vendor::Foundry | Vendor::Bedrock | Vendor::Other => {
            false
        }
    }
}

#[cfg(test)]
mod tests;
