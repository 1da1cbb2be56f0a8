//! Reading a chat completion request as strictly as OpenAI does, in the fields that the mock uses.
//!
//! It must not know how the answer looks. Invariant: what passes here can be answered; parameters
//! that the mock does not use are accepted, so that a gateway may be seen to pass them on.

use serde_json::{Map, Value};

use super::tools::{self, Layout};
use crate::asked::{Asked, tokens};
use crate::attached;
use crate::format::Vendor;
use crate::node::Node;
use crate::proof;
use crate::refusal::Refusal;

const ROLES: [&str; 6] = [
    "system",
    "assistant",
    "user",
    "function",
    "tool",
    "developer",
];

/// Most choices that one request gets.
const MOST_CHOICES: u64 = 128;

/// Reads a request.
pub(crate) fn parse(body: &Value) -> Result<Asked, Refusal> {
    let Value::Object(members) = body else {
        return Err(Refusal::not_json());
    };
    let model = match members.get("model") {
        None | Some(Value::Null) => return Err(Refusal::missing("model")),
        Some(Value::String(model)) if model.is_empty() => {
            return Err(Refusal::missing("model"));
        }
        Some(Value::String(model)) => model.clone(),
        Some(other) => return Err(Refusal::wrong_type("model", "a string", other)),
    };
    let mut asked = Asked::new(&model);
    asked.note_tier(body, "service_tier");
    (asked.said, asked.prompt_tokens) = read_messages(members)?;
    check_calls(&Node::root(body, Vendor::OpenAi), &model)?;
    asked.is_streamed = flag(members, "stream", "stream")?;
    asked.includes_usage = read_stream_options(members, asked.is_streamed)?;
    for name in [
        "temperature",
        "top_p",
        "presence_penalty",
        "frequency_penalty",
    ] {
        if let Some(other) = present(members, name).filter(|value| !value.is_number()) {
            return Err(Refusal::wrong_type(name, "a decimal number", other));
        }
    }
    asked.token_limit = match count(members, "max_completion_tokens")? {
        Some(limit) => Some(limit),
        None => count(members, "max_tokens")?,
    };
    asked.choices = count(members, "n")?.unwrap_or(1).min(MOST_CHOICES);
    asked.thinks = present(members, "reasoning_effort").is_some_and(|effort| effort != "none");
    let node = Node::root(body, Vendor::OpenAi);
    tools::read(&node, Layout::Nested, &mut asked)?;
    read_attached(&node, &mut asked)?;
    if let Some(format) = node.get("response_format")
        && format.need("type")?.text()? == "json_schema"
    {
        asked.schema = Some(tools::read_schema(&format.need("json_schema")?)?);
    }
    Ok(asked)
}

/// Images and files, which count by themselves.
fn read_attached(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    for message in body.need("messages")?.array()? {
        let content = message.get("content");
        let Some(parts) = content.filter(|content| content.value.is_array()) else {
            continue;
        };
        for part in parts.array()? {
            match part.need("type")?.text()? {
                "image_url" => attached::url(&part.need("image_url")?.need("url")?)?,
                "file" => {
                    let file = part.need("file")?;
                    match file.get("file_data") {
                        Some(data) => attached::url(&data)?,
                        None => drop(file.need("file_id")?.text()?),
                    }
                }
                _ => continue,
            }
            asked.attach();
        }
    }
    Ok(())
}

/// Every call of a tool is answered by the messages behind it, and by nothing else.
fn check_calls(body: &Node<'_>, model: &str) -> Result<(), Refusal> {
    let mut open: Vec<&str> = Vec::new();
    for message in body.need("messages")?.array()? {
        for name in ["reasoning_signature", "thinking_blocks"] {
            if let Some(member) = message.get(name) {
                let text = format!("Unknown parameter: '{}'.", member.path());
                return Err(Refusal::parameter(member.path(), "unknown_parameter", text));
            }
        }
        let role = message.need("role")?.text()?;
        if role == "tool" {
            let id = message.need("tool_call_id")?;
            let Some(at) = open.iter().position(|open| id.value == *open) else {
                let text = "messages with role 'tool' must be a response to a preceeding message \
                            with 'tool_calls'";
                return Err(id.refuse(text));
            };
            open.remove(at);
            continue;
        }
        if !open.is_empty() {
            let text = format!(
                "an assistant message with 'tool_calls' must be followed by tool messages \
                 responding to each 'tool_call_id'; no answer to: {}",
                open.join(", ")
            );
            return Err(message.refuse(&text));
        }
        let Some(calls) = message.get("tool_calls") else {
            continue;
        };
        // Its guide "Thinking mode".
        if model.contains("deepseek") && message.get("reasoning_content").is_none() {
            let text =
                "The `reasoning_content` in the thinking mode must be passed back to the API.";
            return Err(message.refuse(text));
        }
        for (index, call) in calls.some()?.into_iter().enumerate() {
            let id = call.need("id")?;
            open.push(proof::check_id(&id, proof::CHAT_ID)?);
            if model.starts_with("mistral") {
                check_mistral(&id)?;
            }
            check_signature(&call, index == 0 && proof::is_signed(model))?;
            call.need("type")?.text()?;
            if let Some(function) = call.get("function") {
                function.need("name")?.name(64, "_-")?;
                function.need("arguments")?.text()?;
            }
        }
    }
    Ok(())
}

/// The template of Mistral's models checks ids.
fn check_mistral(id: &Node<'_>) -> Result<(), Refusal> {
    match id.name(9, "")?.len() {
        9 => Ok(()),
        _ => Err(id.refuse("Tool call id must be a-z, A-Z, 0-9, with a length of 9.")),
    }
}

/// Google's OpenAI surface has thought signatures beside calls.
fn check_signature(call: &Node<'_>, is_needed: bool) -> Result<(), Refusal> {
    let google = call.get("extra_content").and_then(|own| own.get("google"));
    match google.and_then(|google| google.get("thought_signature")) {
        Some(signature) => proof::check_gemini(&signature),
        None if is_needed => Err(call.refuse(proof::MISSING)),
        None => Ok(()),
    }
}

fn read_messages(body: &Map<String, Value>) -> Result<(String, u64), Refusal> {
    let messages = match body.get("messages") {
        None => return Err(Refusal::missing("messages")),
        Some(Value::Array(messages)) => messages,
        Some(other) => {
            return Err(Refusal::wrong_type(
                "messages",
                "an array of objects",
                other,
            ));
        }
    };
    if messages.is_empty() {
        let message = "Invalid 'messages': empty array. Expected an array with minimum length 1, \
                       but got an empty array instead.";
        return Err(Refusal::parameter(
            "messages",
            "empty_array",
            message.to_owned(),
        ));
    }
    let mut said = String::new();
    let mut prompt_tokens = 0;
    for (index, message) in messages.iter().enumerate() {
        let at = format!("messages[{index}]");
        let Value::Object(message) = message else {
            return Err(Refusal::wrong_type(&at, "an object", message));
        };
        let role = read_role(message, &at)?;
        let text = read_content(message, role, &at)?;
        prompt_tokens += 3 + tokens(&text);
        if role == "user" {
            said = text;
        }
    }
    Ok((said, prompt_tokens))
}

fn read_role<'a>(message: &'a Map<String, Value>, at: &str) -> Result<&'a str, Refusal> {
    let at = format!("{at}.role");
    match message.get("role") {
        None => Err(Refusal::missing(&at)),
        Some(Value::String(role)) if ROLES.contains(&role.as_str()) => Ok(role),
        Some(Value::String(role)) => {
            let known = ROLES.map(|role| format!("'{role}'")).join(", ");
            let message = format!("Invalid value: '{role}'. Supported values are: {known}.");
            Err(Refusal::parameter(&at, "invalid_value", message))
        }
        Some(other) => Err(Refusal::wrong_type(&at, "a string", other)),
    }
}

/// The text of a message: a string, or the text parts of an array.
fn read_content(message: &Map<String, Value>, role: &str, at: &str) -> Result<String, Refusal> {
    let at = format!("{at}.content");
    match message.get("content") {
        // A message of the model may hold tool calls alone.
        None | Some(Value::Null) if role == "assistant" => Ok(String::new()),
        None => Err(Refusal::missing(&at)),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(parts)) => {
            let mut texts = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let at = format!("{at}[{index}]");
                let Value::Object(part) = part else {
                    return Err(Refusal::wrong_type(&at, "an object", part));
                };
                match part.get("type") {
                    None => return Err(Refusal::missing(&format!("{at}.type"))),
                    Some(Value::String(kind)) if kind == "text" => match part.get("text") {
                        None => return Err(Refusal::missing(&format!("{at}.text"))),
                        Some(Value::String(text)) => texts.push(text.as_str()),
                        Some(other) => {
                            let at = format!("{at}.text");
                            return Err(Refusal::wrong_type(&at, "a string", other));
                        }
                    },
                    Some(Value::String(_)) => (),
                    Some(other) => {
                        let at = format!("{at}.type");
                        return Err(Refusal::wrong_type(&at, "a string", other));
                    }
                }
            }
            Ok(texts.join(" "))
        }
        Some(other) => Err(Refusal::wrong_type(
            &at,
            "one of a string or array of objects",
            other,
        )),
    }
}

fn read_stream_options(body: &Map<String, Value>, is_streamed: bool) -> Result<bool, Refusal> {
    const NAME: &str = "stream_options";
    match present(body, NAME) {
        None => Ok(false),
        Some(_) if !is_streamed => {
            let message =
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
            Err(Refusal::parameter(
                NAME,
                "invalid_value",
                message.to_owned(),
            ))
        }
        Some(Value::Object(options)) => {
            flag(options, "include_usage", "stream_options.include_usage")
        }
        Some(other) => Err(Refusal::wrong_type(NAME, "an object", other)),
    }
}

/// A member that is there and not null.
fn present<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|value| !value.is_null())
}

fn flag(body: &Map<String, Value>, name: &str, param: &str) -> Result<bool, Refusal> {
    match present(body, name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(Refusal::wrong_type(param, "a boolean", other)),
    }
}

/// A whole number from 1.
fn count(body: &Map<String, Value>, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(value) = present(body, name) else {
        return Ok(None);
    };
    match value.as_u64() {
        Some(0) => {
            let message = format!(
                "Invalid '{name}': integer below minimum value. Expected a value >= 1, but got 0 \
                 instead."
            );
            Err(Refusal::parameter(name, "integer_below_min_value", message))
        }
        Some(count) => Ok(Some(count)),
        None => Err(Refusal::wrong_type(name, "an integer", value)),
    }
}

#[cfg(test)]
mod tests;
