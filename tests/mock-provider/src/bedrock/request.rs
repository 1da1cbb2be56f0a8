//! Reading a Converse request as strictly as Bedrock does.
//!
//! It must not know how the answer looks. Invariant: names, lengths and required members are those of
//! botocore's model; roles alternate, as the user guide says.

use serde_json::Value;

use super::turns;
use crate::asked::{Asked, Choice, Tool};
use crate::attached;
use crate::format::Vendor;
use crate::node::Node;
use crate::refusal::Refusal;

/// Members of a request beside the model, which stands in the path.
const KNOWN: [&str; 13] = [
    "messages",
    "system",
    "inferenceConfig",
    "toolConfig",
    "guardrailConfig",
    "projectIdentifier",
    "additionalModelRequestFields",
    "promptVariables",
    "additionalModelResponseFieldPaths",
    "requestMetadata",
    "performanceConfig",
    "serviceTier",
    "outputConfig",
];

/// Reads a request for this model.
pub(crate) fn parse(body: &Value, model: &str, is_streamed: bool) -> Result<Asked, Refusal> {
    let node = Node::root(body, Vendor::Bedrock);
    node.only(&KNOWN)?;
    let mut asked = Asked::new(model);
    asked.is_streamed = is_streamed;
    if let Some(system) = node.get("system") {
        let text = read_system(&system)?;
        if !text.is_empty() {
            asked.count(&text);
        }
    }
    let has_calls = turns::read(&node, &mut asked)?;
    match node.get("toolConfig") {
        Some(config) => read_tools(&config, &mut asked)?,
        None if has_calls => {
            let message = "The toolConfig field must be defined when using toolUse and toolResult \
                           content blocks.";
            return Err(Refusal::plain(http::StatusCode::BAD_REQUEST, message));
        }
        None => (),
    }
    read_inference(&node, &mut asked)?;
    read_additional(&node, &mut asked)?;
    read_format(&node, &mut asked)?;
    if let Some(metadata) = node.get("requestMetadata") {
        for value in metadata.object()?.values() {
            if !value.is_string() {
                return Err(metadata.refuse("each value must be a string"));
            }
        }
    }
    Ok(asked)
}

/// The schema of the answer, which is a text of JSON.
fn read_format(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let config = body.get("outputConfig");
    let Some(format) = config.and_then(|config| config.get("textFormat")) else {
        return Ok(());
    };
    format.need("type")?.one_of(&["json_schema"])?;
    let structure = format.need("structure")?;
    one_member(&structure, &["jsonSchema"])?;
    let text = structure.need("jsonSchema")?.need("schema")?;
    let Ok(schema) = serde_json::from_str::<Value>(text.text()?) else {
        return Err(text.refuse("is no JSON"));
    };
    attached::closed(&Node::root(&schema, Vendor::Bedrock), false)?;
    asked.schema = Some(schema);
    Ok(())
}

fn read_system(system: &Node<'_>) -> Result<String, Refusal> {
    let mut texts = Vec::new();
    for block in system.array()? {
        one_member(&block, &["text", "guardContent", "cachePoint"])?;
        let Some(text) = block.get("text") else {
            continue;
        };
        if text.text()?.is_empty() {
            return Err(text.refuse("Member must have length greater than or equal to 1"));
        }
        texts.push(text.text()?);
    }
    Ok(texts.join(" "))
}

/// A union: exactly one of its members.
pub(super) fn one_member(union: &Node<'_>, known: &[&str]) -> Result<(), Refusal> {
    union.only(known)?;
    match known.iter().filter(|name| union.has(name)).count() {
        1 => Ok(()),
        _ => Err(union.refuse("exactly one member of the union must be set")),
    }
}

fn read_tools(config: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    config.only(&["tools", "toolChoice"])?;
    for tool in config.need("tools")?.some()? {
        one_member(&tool, &["toolSpec", "systemTool", "cachePoint"])?;
        let Some(spec) = tool.get("toolSpec") else {
            continue;
        };
        spec.only(&["name", "description", "inputSchema", "strict"])?;
        let name = spec.need("name")?;
        let text = name.name(64, "_-")?;
        if asked.tools.offered.iter().any(|tool| tool.name == text) {
            return Err(name.refuse("tool names must be unique"));
        }
        let description = spec.get("description");
        if let Some(empty) = description.as_ref().filter(|text| text.value == "") {
            return Err(empty.refuse("Member must have length greater than or equal to 1"));
        }
        let schema = spec.need("inputSchema")?.need("json")?;
        if schema
            .object()?
            .get("type")
            .is_none_or(|kind| kind != "object")
        {
            return Err(schema.refuse("input_schema.type must be 'object'"));
        }
        asked.count(description.map_or(Ok(""), |text| text.text())?);
        asked.tools.offered.push(Tool {
            name: text.to_owned(),
            schema: schema.value.clone(),
        });
    }
    let Some(choice) = config.get("toolChoice") else {
        return Ok(());
    };
    one_member(&choice, &["auto", "any", "tool"])?;
    asked.tools.choice = if choice.has("any") {
        Choice::Any
    } else if let Some(tool) = choice.get("tool") {
        let name = tool.need("name")?;
        let called = name.text()?;
        if asked.tools.offered.iter().all(|tool| tool.name != called) {
            return Err(name.refuse(&format!("no tool is called '{called}'")));
        }
        Choice::Named(called.to_owned())
    } else {
        Choice::Auto
    };
    Ok(())
}

fn read_inference(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let Some(config) = body.get("inferenceConfig") else {
        return Ok(());
    };
    config.only(&["maxTokens", "temperature", "topP", "stopSequences"])?;
    if let Some(limit) = config.get("maxTokens") {
        asked.token_limit = Some(limit.count(1)?);
    }
    for name in ["temperature", "topP"] {
        if let Some(number) = config.get(name) {
            number.number(0.0, 1.0)?;
        }
    }
    if let Some(sequences) = config.get("stopSequences") {
        for sequence in sequences.array()? {
            if sequence.text()?.is_empty() {
                return Err(sequence.refuse("Member must have length greater than or equal to 1"));
            }
        }
    }
    Ok(())
}

/// What the model's own vendor would find wrong in its fields.
fn read_additional(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let Some(fields) = body.get("additionalModelRequestFields") else {
        return Ok(());
    };
    fields.object()?;
    let effort = fields
        .get("reasoning_config")
        .or_else(|| fields.get("reasoningConfig"));
    let Some(thinking) = fields.get("thinking").or(effort) else {
        return Ok(());
    };
    let kind = thinking
        .get("type")
        .map_or(Ok("enabled"), |kind| kind.text())?;
    asked.thinks = kind != "disabled";
    if let Some(budget) = thinking.get("budget_tokens") {
        let tokens = budget.count(1024)?;
        if asked.token_limit.is_some_and(|limit| tokens >= limit) {
            return Err(budget.refuse("maxTokens must be greater than budget_tokens"));
        }
    }
    if asked.thinks && matches!(asked.tools.choice, Choice::Any | Choice::Named(_)) {
        return Err(
            thinking.refuse("Thinking may not be enabled when tool_choice forces tool use.")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
