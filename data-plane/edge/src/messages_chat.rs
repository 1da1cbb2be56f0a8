//! Anthropic Messages requests turned into OpenAI chat completions.
//!
//! The table is llm.md 2.4 "Messages -> Completions". Turns are `turns`', blocks `parts`', what a model takes `model`'s; here
//! are the request's own members. It must not know answers. Invariants: nothing is dropped without a note; opaque values
//! (schemas, arguments, texts) keep the client's bytes.

use serde::{Deserialize, Serialize};

use super::{Notes, Target, Unconvertible, Vendor};
use crate::json;
use crate::shape::{chat, messages};
use crate::text::{Json, JsonText};

pub(crate) mod model;
mod parts;
pub(crate) mod schema;
mod turns;

/// Longest `user` that is taken: OpenAI refuses longer ones, and Claude Code writes them.
const USER_LIMIT: usize = 64;
/// The same for compatible services (OpenRouter, Zhipu and Doubao refuse more).
const OTHER_USER_LIMIT: usize = 128;

/// What converting one request needs all along.
struct Context<'c> {
    target: &'c Target,
    notes: &'c mut Notes,
}

/// `response_format`.
#[derive(Serialize)]
struct ResponseFormat<'b> {
    #[serde(rename = "type")]
    kind: &'static str,
    json_schema: NamedSchema<'b>,
}

#[derive(Serialize)]
struct NamedSchema<'b> {
    name: &'static str,
    schema: Json<'b>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// `tool_choice` that names one.
#[derive(Serialize)]
struct NamedChoice<'b> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Named<'b>,
}

#[derive(Serialize)]
struct Named<'b> {
    name: &'b JsonText<'b>,
}

/// `output_config.format`.
#[derive(Deserialize)]
struct OutputFormat<'b> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    schema: Option<Json<'b>>,
}

/// Converts a request.
pub(crate) fn convert<'a>(
    request: messages::Request<'a>,
    target: &Target,
    notes: &mut Notes,
) -> Result<chat::Request<'a>, Unconvertible> {
    let mut context = Context { target, notes };
    let mut converted = chat::Request {
        model: target.model.clone(),
        messages: turns::convert(request.system, request.messages, &mut context)?,
        ..chat::Request::default()
    };
    if request.stream.is_some() {
        converted.stream = request.stream;
        // Without it there is no usage, and what is not counted is not paid for.
        converted.stream_options = (request.stream == Some(true)).then_some(chat::StreamOptions {
            include_usage: Some(true),
        });
    }
    if model::counts_reasoning(target) {
        converted.max_completion_tokens = request.max_tokens;
    } else {
        converted.max_tokens = request.max_tokens;
    }
    let stop = request.stop_sequences.filter(|texts| !texts.is_empty());
    converted.stop = match model::takes_stop(target) {
        true => stop.map(|texts| Json::of(&texts)),
        false => {
            let is_there = stop.is_some();
            context.notes.dropped_if("stop_sequences", is_there);
            None
        }
    };
    context.tools(&mut converted, request.tools, request.tool_choice)?;
    let (effort, format) = match request.output_config {
        Some(config) => (config.effort, config.format),
        None => (None, None),
    };
    let has_tools = converted.tools.is_some();
    converted.thinking_budget_tokens = model::budget(target, request.thinking.as_ref());
    converted.reasoning_effort = context.effort(request.thinking.as_ref(), effort, has_tools)?;
    context.sampling(
        &mut converted,
        request.temperature,
        request.top_p,
        request.top_k,
    );
    converted.response_format = match format.filter(|format| !format.is_null()) {
        Some(format) => Some(response_format(&format)?),
        None => None,
    };
    converted.user = context.user(request.metadata);
    for (field, is_there) in [
        ("service_tier", request.service_tier.is_some()),
        ("container", request.container.is_some()),
        ("mcp_servers", request.mcp_servers.is_some()),
        ("context_management", request.context_management.is_some()),
    ] {
        context.notes.dropped_if(field, is_there);
    }
    Ok(converted)
}

/// Leaves out what only Google's own format has, where its OpenAI surface is asked.
pub(crate) fn for_server(request: &mut chat::Request<'_>, target: &Target, notes: &mut Notes) {
    if !matches!(target.vendor, Vendor::Gemini | Vendor::Vertex) {
        return;
    }
    notes.dropped_if("top_k", request.top_k.take().is_some());
    for message in &mut request.messages {
        let proof = message.reasoning_signature.take();
        notes.dropped_if("thinking", proof.is_some());
    }
}

// === impl Context ===

impl Context<'_> {
    fn sampling<'a>(
        &mut self,
        converted: &mut chat::Request<'a>,
        temperature: Option<Json<'a>>,
        top_p: Option<Json<'a>>,
        top_k: Option<Json<'a>>,
    ) {
        // null is absent.
        let [temperature, top_p, top_k] =
            [temperature, top_p, top_k].map(|value| value.filter(|value| !value.is_null()));
        if model::fixes_sampling(self.target, converted.reasoning_effort.as_ref()) {
            // 1 is what the model does anyway.
            let says = |value: &Option<Json<'_>>| {
                value
                    .as_ref()
                    .is_some_and(|value| !matches!(value.get(), "1" | "1.0"))
            };
            self.notes.dropped_if("temperature", says(&temperature));
            self.notes.dropped_if("top_p", says(&top_p));
        } else {
            converted.temperature = temperature;
            converted.top_p = top_p;
        }
        match self.target.vendor {
            // Google's own format has it; what its OpenAI surface gets is `for_server`'s.
            Vendor::Other | Vendor::Gemini | Vendor::Vertex => converted.top_k = top_k,
            Vendor::OpenAi | Vendor::Anthropic | Vendor::Foundry | Vendor::Bedrock => {
                self.notes.dropped_if("top_k", top_k.is_some());
            }
        }
    }

    fn tools<'a>(
        &mut self,
        converted: &mut chat::Request<'a>,
        tools: Option<Vec<messages::Tool<'a>>>,
        choice: Option<messages::ToolChoice<'a>>,
    ) -> Result<(), Unconvertible> {
        let mut functions = Vec::new();
        for (index, tool) in tools.into_iter().flatten().enumerate() {
            self.notes
                .dropped_if("cache_control", tool.cache_control.is_some());
            if !matches!(tool.kind.as_deref(), None | Some("custom")) {
                // Anthropic runs it; nobody does here.
                self.notes.dropped("tools");
                continue;
            }
            let tool = function(tool, self.notes);
            functions.push(tool.map_err(|error| error.within(&format!("tools[{index}]")))?);
        }
        let Some(choice) = choice else {
            converted.tools = Some(functions).filter(|list| !list.is_empty());
            return Ok(());
        };
        let is_parallel = choice.disable_parallel_tool_use != Some(true);
        let chosen = tool_choice(choice, &functions)?;
        // Without tools there is nothing to choose, and OpenAI refuses a choice.
        if functions.is_empty() {
            return Ok(());
        }
        converted.tools = Some(functions);
        converted.tool_choice = Some(chosen);
        converted.parallel_tool_calls = (!is_parallel).then_some(false);
        Ok(())
    }

    /// How hard the model is to think.
    fn effort<'a>(
        &mut self,
        thinking: Option<&messages::Thinking<'a>>,
        effort: Option<JsonText<'a>>,
        has_tools: bool,
    ) -> Result<Option<JsonText<'a>>, Unconvertible> {
        let is_asked = effort.is_some();
        let asked = match thinking {
            // Anthropic's effort is of more than thinking; OpenAI's is not.
            Some(thinking) if model::is_off(thinking) => {
                self.notes.dropped_if("output_config.effort", is_asked);
                let (least, is_lost) = model::least_thinking(self.target);
                self.notes.dropped_if("thinking", is_lost);
                return Ok(least.map(JsonText::plain));
            }
            Some(thinking) if thinking.kind == "enabled" => {
                let by_budget = thinking.budget_tokens.map(model::effort_of_budget);
                effort.or_else(|| by_budget.map(JsonText::plain))
            }
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
        let Some(asked) = asked else {
            return Ok(None);
        };
        let thinks = match has_tools {
            true => model::thinks_with_tools(self.target),
            false => true,
        };
        if !thinks || !model::thinks(self.target) {
            let field = if is_asked {
                "output_config.effort"
            } else {
                "thinking"
            };
            self.notes.dropped(field);
            return Ok(None);
        }
        let taken = model::effort(self.target, &asked.decode()).map(JsonText::plain);
        Ok(Some(taken.unwrap_or(asked)))
    }

    fn user<'a>(&mut self, metadata: Option<messages::Metadata<'a>>) -> Option<JsonText<'a>> {
        let user = metadata?.user_id?;
        let limit = match self.target.vendor {
            Vendor::OpenAi => USER_LIMIT,
            Vendor::Anthropic
            | Vendor::Foundry
            | Vendor::Bedrock
            | Vendor::Gemini
            | Vendor::Vertex
            | Vendor::Other => OTHER_USER_LIMIT,
        };
        if user.decode().chars().count() > limit {
            self.notes.dropped("metadata.user_id");
            return None;
        }
        Some(user)
    }
}

fn function<'a>(
    tool: messages::Tool<'a>,
    notes: &mut Notes,
) -> Result<chat::Tool<'a>, Unconvertible> {
    let strict = schema::strict(tool.strict, tool.input_schema.as_ref(), notes);
    Ok(chat::Tool {
        kind: "function".to_owned(),
        function: Some(chat::Function {
            name: tool.name,
            description: tool.description,
            parameters: Some(parameters(tool.input_schema)?),
            strict,
        }),
        custom: None,
        cache_control: None,
    })
}

/// A tool's schema; OpenAI refuses an object without `properties`.
fn parameters(schema: Option<Json<'_>>) -> Result<Json<'_>, Unconvertible> {
    const NONE: &str = "{\"type\":\"object\",\"properties\":{}}";
    let none = || Json::object(NONE).ok_or_else(|| Unconvertible::invalid("input_schema", "none"));
    let Some(schema) = schema else {
        return none();
    };
    let (mut has_members, mut has_properties) = (false, false);
    json::members(schema.get(), |key, _| {
        has_members = true;
        has_properties |= key == "properties";
    })
    .map_err(|_| Unconvertible::invalid("input_schema", "a JSON Schema is an object"))?;
    if !has_members {
        return none();
    }
    if has_properties {
        return Ok(schema);
    }
    let inside = schema.get().trim_start().strip_prefix('{');
    let completed = format!("{{\"properties\":{{}},{}", inside.unwrap_or_default());
    Ok(Json::object(&completed).unwrap_or(schema))
}

fn tool_choice(
    choice: messages::ToolChoice<'_>,
    functions: &[chat::Tool<'_>],
) -> Result<Json<'static>, Unconvertible> {
    Ok(match choice.kind.as_str() {
        "auto" => Json::of("auto"),
        "any" => Json::of("required"),
        "none" => Json::of("none"),
        "tool" => {
            let name = choice.name.ok_or_else(|| {
                Unconvertible::invalid("tool_choice.name", "a choice of one tool names it")
            })?;
            let mut known = functions.iter().filter_map(|tool| tool.function.as_ref());
            if !known.any(|function| function.name == name) {
                return Err(Unconvertible::unsupported(
                    "tool_choice.name",
                    "the chosen tool is not among the tools that the client runs",
                ));
            }
            Json::of(&NamedChoice {
                kind: "function",
                function: Named { name: &name },
            })
        }
        _ => {
            return Err(Unconvertible::invalid(
                "tool_choice.type",
                "expected auto, any, tool or none",
            ));
        }
    })
}

fn response_format(format: &Json<'_>) -> Result<Json<'static>, Unconvertible> {
    const FIELD: &str = "output_config.format";
    let format: OutputFormat<'_> = format
        .read()
        .map_err(|_| Unconvertible::invalid(FIELD, "expected an object with a type"))?;
    if format.kind != "json_schema" {
        return Err(Unconvertible::unsupported(
            "output_config.format.type",
            "only json_schema has a counterpart in chat completions",
        ));
    }
    let Some(schema) = format.schema.filter(Json::is_object) else {
        return Err(Unconvertible::invalid(
            "output_config.format.schema",
            "a JSON Schema is an object",
        ));
    };
    let strict = schema::is_strict(&schema).then_some(true);
    Ok(Json::of(&ResponseFormat {
        kind: "json_schema",
        json_schema: NamedSchema {
            name: "structured_output",
            schema,
            strict,
        },
    }))
}

#[cfg(test)]
mod tests;
