//! Function tools and the choice among them, as chat completions and responses write them.
//!
//! After the `openai` Python SDK's types (`chat_completion_tool_param.py`, `function_tool.py`). It must
//! not know the rest of a request. Invariant: a named choice names a tool that is offered.

use serde_json::{Value, json};

use crate::asked::{Asked, Choice, Tool};
use crate::attached;
use crate::node::Node;
use crate::refusal::Refusal;

/// Where a format keeps a function: in a member of its own, or beside the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Nested,
    Flat,
}

/// Reads `tools`, `tool_choice` and `parallel_tool_calls`.
pub(super) fn read(body: &Node<'_>, layout: Layout, asked: &mut Asked) -> Result<(), Refusal> {
    if let Some(tools) = body.get("tools") {
        for tool in tools.array()? {
            let kind = tool.need("type")?.text()?;
            if kind == "function" {
                read_tool(&tool, layout, asked)?;
            }
        }
    }
    if let Some(parallel) = body.get("parallel_tool_calls") {
        asked.tools.is_single = !parallel.flag()?;
        if layout == Layout::Nested && asked.tools.offered.is_empty() {
            let message = "'parallel_tool_calls' is only allowed when 'tools' are specified";
            return Err(parallel.refuse(message));
        }
    }
    let Some(choice) = body.get("tool_choice") else {
        return Ok(());
    };
    if layout == Layout::Nested && !body.has("tools") {
        let message = "'tool_choice' is only allowed when 'tools' are specified";
        return Err(choice.refuse(message));
    }
    asked.tools.choice = read_choice(&choice, layout, asked)?;
    Ok(())
}

fn read_tool(tool: &Node<'_>, layout: Layout, asked: &mut Asked) -> Result<(), Refusal> {
    let function = match layout {
        Layout::Nested => tool.need("function")?,
        Layout::Flat => tool.clone(),
    };
    let name = function.need("name")?.name(64, "_-")?;
    let description = match function.get("description") {
        Some(description) => description.text()?,
        None => "",
    };
    let schema = match function.get("parameters") {
        Some(parameters) => {
            parameters.object()?;
            if parameters
                .value
                .get("type")
                .is_some_and(|kind| kind != "object")
            {
                return Err(
                    parameters.refuse("the schema of a function must have the type 'object'")
                );
            }
            parameters.value.clone()
        }
        None => json!({"type": "object"}),
    };
    asked.count(description);
    asked.tools.offered.push(Tool {
        name: name.to_owned(),
        schema,
    });
    Ok(())
}

fn read_choice(choice: &Node<'_>, layout: Layout, asked: &Asked) -> Result<Choice, Refusal> {
    if let Value::String(word) = choice.value {
        return Ok(match choice.one_of(&["none", "auto", "required"])? {
            "none" => Choice::Never,
            "required" if asked.tools.offered.is_empty() => {
                return Err(choice.refuse(&format!("'{word}' needs tools")));
            }
            "required" => Choice::Any,
            _ => Choice::Auto,
        });
    }
    if choice.need("type")?.text()? != "function" {
        return Ok(Choice::Auto);
    }
    let name = match layout {
        Layout::Nested => choice.need("function")?.need("name")?,
        Layout::Flat => choice.need("name")?,
    };
    let called = name.text()?;
    if asked.tools.offered.iter().all(|tool| tool.name != called) {
        return Err(name.refuse(&format!("no tool is called '{called}'")));
    }
    Ok(Choice::Named(called.to_owned()))
}

/// The schema that an answer is to have: `name` and `schema`, and what `strict` asks for.
pub(super) fn read_schema(format: &Node<'_>) -> Result<Value, Refusal> {
    format.need("name")?.name(64, "_-")?;
    let schema = format.need("schema")?;
    schema.object()?;
    if format
        .get("strict")
        .is_some_and(|flag| *flag.value == Value::Bool(true))
    {
        attached::closed(&schema, true)?;
    }
    Ok(schema.value.clone())
}
