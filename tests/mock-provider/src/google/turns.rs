//! The contents of a generateContent request.
//!
//! Invariant: a content with function responses has nothing else, and as many of them as the content
//! before has calls, with the same names in the same order.

use crate::asked::Asked;
use crate::attached;
use crate::node::Node;
use crate::proof;
use crate::refusal::Refusal;

const DATA: [&str; 7] = [
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
];

const BESIDE: [&str; 5] = [
    "thought",
    "thoughtSignature",
    "videoMetadata",
    "mediaResolution",
    "partMetadata",
];

/// Reads `contents`.
pub(super) fn read(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let is_signed = proof::is_signed(&asked.model);
    let mut open: Vec<&str> = Vec::new();
    for content in body.need("contents")?.some()? {
        content.only(&["role", "parts"])?;
        let role = content.get("role").map_or(Ok("user"), |role| {
            role.one_of(&["user", "model", "function"])
        })?;
        let (mut texts, mut calls, mut responses) = (Vec::new(), Vec::new(), Vec::new());
        let parts = content.need("parts")?.some()?;
        for part in &parts {
            one_datum(part)?;
            if let Some(signature) = part.get("thoughtSignature") {
                proof::check_gemini(&signature)?;
            } else if calls.is_empty() && part.has("functionCall") && is_signed {
                return Err(part.refuse(proof::MISSING));
            }
            if let Some(text) = part.get("text") {
                texts.push(text.text()?);
            } else if let Some(call) = part.get("functionCall") {
                calls.push(check_call(&call, role)?);
            } else if let Some(response) = part.get("functionResponse") {
                responses.push(check_response(&response, role)?);
            } else if let Some(data) = part.get("inlineData") {
                data.need("mimeType")?.text()?;
                attached::bytes_in_either(&data.need("data")?)?;
                asked.attach();
            } else if let Some(file) = part.get("fileData") {
                file.need("fileUri")?.text()?;
                asked.attach();
            }
        }
        if !responses.is_empty() && responses.len() < parts.len() {
            let message = "function response parts must not stand beside other parts";
            return Err(content.need("parts")?.refuse(message));
        }
        if responses != open {
            let message = if responses.len() == open.len() {
                "function responses must have the names and the order of the function calls"
            } else {
                "Please ensure that the number of function response parts is equal to the number \
                 of function call parts of the function call turn."
            };
            return Err(content.need("parts")?.refuse(message));
        }
        open = calls;
        if responses.is_empty() {
            asked.count(&texts.join(" "));
        }
        asked.prompt_tokens += 3 * responses.len() as u64;
        if role != "model" {
            asked.said = texts.join(" ");
        }
    }
    Ok(())
}

fn one_datum(part: &Node<'_>) -> Result<(), Refusal> {
    part.only(&DATA.into_iter().chain(BESIDE).collect::<Vec<_>>())?;
    match DATA.iter().filter(|name| part.has(name)).count() {
        0 => Err(part.refuse("required oneof field 'data' must have one initialized field")),
        1 => Ok(()),
        _ => Err(part.refuse("oneof field 'data' is already set")),
    }
}

fn check_call<'a>(call: &Node<'a>, role: &str) -> Result<&'a str, Refusal> {
    call.only(&["id", "name", "args", "partialArgs", "willContinue"])?;
    if role != "model" {
        return Err(call.refuse("function calls belong to the role 'model'"));
    }
    if let Some(args) = call.get("args") {
        args.object()?;
    }
    call.need("name")?.text()
}

fn check_response<'a>(response: &Node<'a>, role: &str) -> Result<&'a str, Refusal> {
    response.only(&[
        "id",
        "name",
        "response",
        "parts",
        "willContinue",
        "scheduling",
    ])?;
    if role == "model" {
        return Err(response.refuse("function responses do not belong to the role 'model'"));
    }
    response.need("response")?.object()?;
    response.need("name")?.text()
}
