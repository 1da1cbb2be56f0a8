//! Reading a Responses request as strictly as OpenAI does.
//!
//! After OpenAI's published API reference ("Responses") and the `openai` Python SDK's types
//! (`response_create_params.py`, `response_input_item_param.py`). Invariant: no conversation goes on
//! from an earlier response, so what names one is refused as unknown.

use serde_json::Value;

use super::tools::{self, Layout};
use crate::asked::Asked;
use crate::attached;
use crate::format::Vendor;
use crate::node::Node;
use crate::proof;
use crate::refusal::Refusal;

/// Who counts where the request does not say.
const MODEL: &str = "gpt-5";

const KNOWN: [&str; 36] = [
    "model",
    "input",
    "instructions",
    "max_output_tokens",
    "stream",
    "stream_options",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_tool_calls",
    "reasoning",
    "text",
    "temperature",
    "top_p",
    "top_logprobs",
    "truncation",
    "store",
    "include",
    "metadata",
    "user",
    "safety_identifier",
    "service_tier",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "previous_response_id",
    "conversation",
    "background",
    "background_options",
    "context_management",
    "moderation",
    "access_programs",
    "image",
    "verbosity",
    "client_metadata",
];

/// Members of a request to count (`input_token_count_params.py`).
const COUNTED: [&str; 12] = [
    "conversation",
    "input",
    "instructions",
    "model",
    "parallel_tool_calls",
    "personality",
    "previous_response_id",
    "reasoning",
    "text",
    "tool_choice",
    "tools",
    "truncation",
];

/// Reads a request to count, which needs neither a model nor anything said.
pub(crate) fn parse_count(mut body: Value) -> Result<Asked, Refusal> {
    Node::root(&body, Vendor::OpenAi).only(&COUNTED)?;
    if let Value::Object(members) = &mut body {
        members.remove("personality");
        members.entry("model").or_insert_with(|| MODEL.into());
        members.entry("input").or_insert_with(|| "".into());
    }
    parse(&body)
}

/// Reads a request.
pub(crate) fn parse(body: &Value) -> Result<Asked, Refusal> {
    if !body.is_object() {
        return Err(Refusal::not_json());
    }
    let node = Node::root(body, Vendor::OpenAi);
    node.only(&KNOWN)?;
    let model = node.need("model")?;
    let mut asked = Asked::new(model.text()?);
    asked.note_tier(body, "service_tier");
    asked.body = body.clone();
    if let Some(before) = node.get("previous_response_id") {
        let id = before.text()?;
        let message = format!("Previous response with id '{id}' not found.");
        let code = "previous_response_not_found";
        return Err(Refusal::parameter(before.path(), code, message));
    }
    if let Some(instructions) = node.get("instructions") {
        asked.count(instructions.text()?);
    }
    let input = node.need("input")?;
    if input.value.is_string() {
        input.text()?.clone_into(&mut asked.said);
        let said = asked.said.clone();
        asked.count(&said);
    } else {
        read_items(&input, &mut asked)?;
    }
    if let Some(limit) = node.get("max_output_tokens") {
        asked.token_limit = Some(limit.count(16)?);
    }
    if let Some(stream) = node.get("stream") {
        asked.is_streamed = stream.flag()?;
    }
    for (name, most) in [("temperature", 2.0), ("top_p", 1.0)] {
        if let Some(number) = node.get(name) {
            number.number(0.0, most)?;
        }
    }
    if let Some(reasoning) = node.get("reasoning") {
        let effort = reasoning.get("effort").map_or(Ok("medium"), |effort| {
            effort.one_of(&["none", "minimal", "low", "medium", "high", "xhigh", "max"])
        })?;
        asked.thinks = effort != "none";
    }
    tools::read(&node, Layout::Flat, &mut asked)?;
    if let Some(format) = node.get("text").and_then(|text| text.get("format"))
        && format.need("type")?.text()? == "json_schema"
    {
        asked.schema = Some(tools::read_schema(&format)?);
    }
    Ok(asked)
}

fn read_items(input: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let mut open: Vec<&str> = Vec::new();
    for item in input.some()? {
        let kind = item.get("type").map_or(Ok("message"), |kind| kind.text())?;
        match kind {
            "message" => read_message(&item, asked)?,
            "function_call" => {
                item.need("name")?.name(64, "_-")?;
                item.need("arguments")?.text()?;
                open.push(proof::check_id(
                    &item.need("call_id")?,
                    proof::RESPONSES_ID,
                )?);
                asked.count("");
            }
            "function_call_output" => {
                let id = item.need("call_id")?;
                let Some(at) = open.iter().position(|open| id.value == *open) else {
                    let id = id.text()?;
                    let message =
                        format!("No tool call found for function call output with call_id {id}.");
                    return Err(Refusal::parameter("input", "invalid_value", message));
                };
                open.remove(at);
                item.need("output")?;
                asked.prompt_tokens += 3;
                asked.said.clear();
            }
            "reasoning" => {
                item.need("id")?.text()?;
                item.need("summary")?.array()?;
                if let Some(sealed) = item.get("encrypted_content")
                    && sealed.text()? != proof::SEALED
                {
                    let message = "The encrypted content could not be verified. Reason: Encrypted content could not be \
                                   decrypted or parsed.";
                    let code = "invalid_encrypted_content";
                    return Err(Refusal::parameter("input", code, message.to_owned()));
                }
            }
            // Items of hosted tools pass.
            _ => (),
        }
    }
    match open.first() {
        None => Ok(()),
        Some(id) => {
            let message = format!("No tool output found for function call {id}.");
            Err(Refusal::parameter("input", "invalid_value", message))
        }
    }
}

fn read_message(item: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let role = item
        .need("role")?
        .one_of(&["user", "assistant", "system", "developer"])?;
    let content = item.need("content")?;
    let mut texts = Vec::new();
    if content.value.is_string() {
        texts.push(content.text()?);
    } else {
        let own = if role == "assistant" {
            "output_text"
        } else {
            "input_text"
        };
        for part in content.array()? {
            let kind = part.need("type")?;
            match kind.text()? {
                text if text == own => texts.push(part.need("text")?.text()?),
                "input_text" | "output_text" | "text" => {
                    return Err(kind.refuse(&format!("supported values for this role are '{own}'")));
                }
                "input_image" => {
                    match part.get("image_url") {
                        Some(url) => attached::url(&url)?,
                        None => drop(part.need("file_id")?.text()?),
                    }
                    asked.attach();
                }
                "input_file" => {
                    match (part.get("file_data"), part.get("file_url")) {
                        (Some(url), _) | (None, Some(url)) => attached::url(&url)?,
                        (None, None) => drop(part.need("file_id")?.text()?),
                    }
                    asked.attach();
                }
                _ => (),
            }
        }
    }
    let text = texts.join(" ");
    asked.count(&text);
    if role == "user" {
        asked.said = text;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::parse;

    fn check_refused(input: Value, start: &str) {
        let refusal = parse(&json!({"model": "m", "input": input})).expect_err("refused");
        assert!(refusal.message.starts_with(start), "{}", refusal.message);
    }

    #[test]
    fn what_the_answer_needs_is_read() {
        let call = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"});
        let asked = parse(&json!({
            "model": "m",
            "instructions": "be brief",
            "input": [
                {"role": "user", "content": "first"},
                call,
                {"type": "function_call_output", "call_id": "c", "output": "42"},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go on"}]},
            ],
            "max_output_tokens": 16,
            "reasoning": {"effort": "low"},
            "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
            "stream": true,
        }))
        .expect("taken");
        assert_eq!(
            (asked.said.as_str(), asked.token_limit),
            ("go on", Some(16))
        );
        assert!(asked.thinks && asked.is_streamed);
        assert_eq!(asked.prompt_tokens, 6 * 3 + 2 + 1 + 2);
    }

    #[test]
    fn input_is_checked_in_turn() {
        check_refused(json!(7), "Invalid type for 'input'");
        check_refused(json!([]), "Invalid 'input'");
        let output = json!([{"type": "function_call_output", "call_id": "c", "output": "x"}]);
        check_refused(output, "No tool call found");
        let call =
            json!([{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]);
        check_refused(call, "No tool output found");
        let object =
            json!([{"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}]);
        check_refused(object, "Invalid type for 'input[0].arguments'");
        let part = json!([{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]);
        check_refused(part, "Invalid 'input[0].content[0].type'");
        for (name, value) in [
            ("max_output_tokens", json!(15)),
            ("messages", json!([])),
            ("previous_response_id", json!("resp_1")),
        ] {
            let mut body = json!({"model": "m", "input": "hi"});
            body[name] = value;
            let refusal = parse(&body).expect_err("refused");
            assert_eq!(refusal.param.as_deref(), Some(name));
        }
    }
}
