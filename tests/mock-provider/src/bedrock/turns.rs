//! The messages of a Converse request.
//!
//! Invariant: user and assistant alternate, beginning with the user; the results of a turn are those
//! of the calls in the turn before, each once.

use super::request::one_member;
use crate::asked::Asked;
use crate::attached;
use crate::node::Node;
use crate::proof;
use crate::refusal::Refusal;

const BLOCKS: [&str; 14] = [
    "text",
    "image",
    "document",
    "video",
    "audio",
    "toolUse",
    "toolResult",
    "guardContent",
    "cachePoint",
    "reasoningContent",
    "citationsContent",
    "searchResult",
    "toolAddition",
    "toolRemoval",
];

const RESULTS: [&str; 6] = ["json", "text", "image", "document", "video", "searchResult"];

/// Reads `messages`; tells whether there are calls or results among them.
pub(super) fn read(body: &Node<'_>, asked: &mut Asked) -> Result<bool, Refusal> {
    let mut has_calls = false;
    let mut open: Vec<&str> = Vec::new();
    let mut before = "assistant";
    for message in body.need("messages")?.some()? {
        message.only(&["role", "content"])?;
        let role = message.need("role")?;
        let name = role.one_of(&["user", "assistant", "system"])?;
        if name == before {
            let text = "A conversation must alternate between user and assistant roles, and start \
                        with a user message. Make sure the conversation alternates";
            return Err(role.refuse(text));
        }
        // botocore's model has a third role, which is no turn.
        if name != "system" {
            before = name;
        }
        let (mut texts, mut calls, mut results) = (Vec::new(), Vec::new(), Vec::new());
        for block in message.need("content")?.some()? {
            one_member(&block, &BLOCKS)?;
            if let Some(text) = block.get("text") {
                texts.push(check_text(&text)?);
            } else if let Some(call) = block.get("toolUse") {
                calls.push(check_call(&call, name)?);
            } else if let Some(result) = block.get("toolResult") {
                results.push(check_result(&result, name)?);
            } else if let Some(reasoning) = block.get("reasoningContent") {
                one_member(&reasoning, &["reasoningText", "redactedContent"])?;
                if let Some(text) = reasoning.get("reasoningText") {
                    text.need("text")?.text()?;
                    if let Some(signature) = text.get("signature") {
                        proof::check_claude(&signature, proof::CLAUDE)?;
                    }
                }
            } else if let Some(image) = block.get("image") {
                image
                    .need("format")?
                    .one_of(&["png", "jpeg", "gif", "webp"])?;
                let source = image.need("source")?;
                one_member(&source, &["bytes", "s3Location"])?;
                if let Some(bytes) = source.get("bytes") {
                    attached::bytes(&bytes)?;
                }
                asked.attach();
            } else if let Some(document) = block.get("document") {
                document.need("name")?.name(200, " -()[]")?;
                if let Some(bytes) = document.get("source").and_then(|own| own.get("bytes")) {
                    attached::bytes(&bytes)?;
                }
                asked.attach();
            }
        }
        has_calls |= !calls.is_empty() || !results.is_empty();
        check_answers(&message, &open, &results)?;
        open = calls;
        if results.is_empty() || !texts.is_empty() {
            asked.count(&texts.join(" "));
        }
        asked.prompt_tokens += 3 * results.len() as u64;
        if name == "user" {
            asked.said = texts.join(" ");
        }
    }
    Ok(has_calls)
}

fn check_answers(message: &Node<'_>, open: &[&str], results: &[&str]) -> Result<(), Refusal> {
    let is_sorted_out = results.len() == open.len() && open.iter().all(|id| results.contains(id));
    if is_sorted_out {
        return Ok(());
    }
    let text = if results.len() > open.len() {
        "The number of toolResult blocks exceeds the number of toolUse blocks of previous turn."
    } else {
        "Expected toolResult blocks for the ids of the toolUse blocks of the previous turn"
    };
    Err(message.need("content")?.refuse(text))
}

fn check_text<'a>(text: &Node<'a>) -> Result<&'a str, Refusal> {
    match text.text()? {
        blank if blank.trim().is_empty() => {
            Err(text.refuse("The text field in the ContentBlock object is blank"))
        }
        text => Ok(text),
    }
}

fn check_call<'a>(call: &Node<'a>, role: &str) -> Result<&'a str, Refusal> {
    if role != "assistant" {
        return Err(call.refuse("toolUse blocks belong to the assistant"));
    }
    call.only(&["toolUseId", "name", "input", "type"])?;
    call.need("name")?.name(64, "_-")?;
    call.need("input")?.object()?;
    call.need("toolUseId")?.name(64, "_.:-")
}

fn check_result<'a>(result: &Node<'a>, role: &str) -> Result<&'a str, Refusal> {
    if role != "user" {
        return Err(result.refuse("toolResult blocks belong to the user"));
    }
    result.only(&["toolUseId", "content", "status", "type"])?;
    for block in result.need("content")?.array()? {
        one_member(&block, &RESULTS)?;
        if let Some(json) = block.get("json") {
            json.object()?;
        }
    }
    if let Some(status) = result.get("status") {
        status.one_of(&["success", "error"])?;
    }
    result.need("toolUseId")?.name(64, "_.:-")
}
