//! Turns of a conversation: one of Anthropic's becomes one or several messages of chat completions.
//!
//! It must not know request members outside `system` and `messages`. Invariants: results of tools come before all else that
//! their turn says, as chat completions demand; what a result shows besides text follows as a user's message, because a
//! `tool` message is text.

use super::super::{Unconvertible, Vendor};
use super::Context;
use super::parts::{Blocks, call_id, file_or_text, image, read, texts};
use crate::shape::chat::{self, Part};
use crate::shape::messages::{self, Block};
use crate::shape::responses::envelope::Proof;
use crate::text::{Json, JsonText};
use crate::{own_reasoning, server_tools};

/// In front of a result that tells an error: a `tool` message has no member for it.
const ERROR: &str = "[tool error] ";
/// A result without any text.
const SHOWN: &str = "The result is in the next message.";

/// Converts the system prompt and all turns.
pub(super) fn convert<'a>(
    system: Option<Json<'a>>,
    turns: Vec<messages::Message<'a>>,
    context: &mut Context<'_>,
) -> Result<Vec<chat::Message<'a>>, Unconvertible> {
    let mut out = Vec::with_capacity(turns.len() + 1);
    if let Some(system) = system.filter(|system| !system.is_null()) {
        let instructions = instructions(system, context);
        out.extend(instructions.map_err(|error| error.within("system"))?);
    }
    for (index, turn) in turns.into_iter().enumerate() {
        let converted = match turn.role.as_str() {
            "user" => user(turn.content.into_json(), context, &mut out),
            "assistant" => assistant(turn.content.into_json(), context, &mut out),
            "system" => {
                instructions(turn.content.into_json(), context).map(|message| out.extend(message))
            }
            _ => {
                return Err(Unconvertible::invalid(
                    format!("messages[{index}].role"),
                    "expected user or assistant",
                ));
            }
        };
        converted.map_err(|error| error.within(&format!("messages[{index}].content")))?;
    }
    Ok(out)
}

fn instructions<'a>(
    content: Json<'a>,
    context: &mut Context<'_>,
) -> Result<Option<chat::Message<'a>>, Unconvertible> {
    let blocks = match read(content)? {
        Blocks::Text(text) => return Ok(Some(message("system", text.into_json()))),
        Blocks::List(blocks) => blocks,
    };
    let mut said = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.into_iter().enumerate() {
        context.note_marks(&block);
        let text = block.text.filter(|_| block.kind == "text");
        said.push(text.ok_or_else(|| {
            Unconvertible::unsupported(format!("[{index}]"), "instructions are text")
        })?);
    }
    let content = texts(said, context.target);
    Ok(content.map(|content| message("system", content)))
}

fn user<'a>(
    content: Json<'a>,
    context: &mut Context<'_>,
    out: &mut Vec<chat::Message<'a>>,
) -> Result<(), Unconvertible> {
    let blocks = match read(content)? {
        Blocks::Text(text) => {
            out.push(message("user", text.into_json()));
            return Ok(());
        }
        Blocks::List(blocks) => blocks,
    };
    let mut shown = Vec::new();
    let mut said = Vec::new();
    for (index, block) in blocks.into_iter().enumerate() {
        context.note_marks(&block);
        let converted = match block.kind.as_str() {
            "tool_result" => result(block, context, &mut shown).map(|message| out.push(message)),
            kind if server_tools::is_left_out(kind, context.notes) => Ok(()),
            _ => part(block, context).map(|part| said.extend(part)),
        };
        converted.map_err(|error| error.within(&format!("[{index}]")))?;
    }
    for parts in [shown, said] {
        if let Some(content) = parts_content(parts, context) {
            out.push(message("user", content));
        }
    }
    Ok(())
}

/// A part of a user's message; `None` for an empty text.
fn part<'a>(
    block: Block<'a>,
    context: &mut Context<'_>,
) -> Result<Option<Part<'a>>, Unconvertible> {
    match block.kind.as_str() {
        "text" => Ok(block.text.filter(|text| !text.is_empty()).map(text_part)),
        "image" => image(block.source).map(Some),
        "document" => file_or_text(block, context).map(Some),
        "tool_use" | "thinking" | "redacted_thinking" => Err(Unconvertible::invalid(
            "type",
            "only an assistant's turn has such a block",
        )),
        kind => Err(no_counterpart(kind)),
    }
}

/// A result as a `tool` message; what is not text in it is put to `shown`.
fn result<'a>(
    block: Block<'a>,
    context: &mut Context<'_>,
    shown: &mut Vec<Part<'a>>,
) -> Result<chat::Message<'a>, Unconvertible> {
    let (id, _) = call_id(
        block.tool_use_id,
        "tool_use_id",
        "a result names the call that it is of",
    )?;
    let mut said = Vec::new();
    let mut seen = Vec::new();
    let content = block.content.filter(|content| !content.is_null());
    match content.map(read).transpose() {
        Ok(None) => (),
        Ok(Some(Blocks::Text(text))) => said.push(text),
        Ok(Some(Blocks::List(blocks))) => {
            for (index, block) in blocks.into_iter().enumerate() {
                context.note_marks(&block);
                if server_tools::is_reference(&block.kind, context.notes) {
                    continue;
                }
                let part = part(block, context)
                    .map_err(|error| error.within(&format!("content[{index}]")))?;
                match part {
                    Some(Part {
                        text: Some(text), ..
                    }) => said.push(text),
                    Some(other) => seen.push(other),
                    None => (),
                }
            }
        }
        Err(error) => return Err(error.within("content")),
    }
    if said.is_empty() && !seen.is_empty() {
        said.push(JsonText::plain(SHOWN));
    }
    if !seen.is_empty() {
        let names = [&JsonText::plain("The result of tool call "), &id];
        let opening = JsonText::join(names, "");
        shown.push(text_part(JsonText::join(
            [&opening, &JsonText::plain(":")],
            "",
        )));
        shown.append(&mut seen);
    }
    if block.is_error == Some(true) {
        match said.first_mut() {
            Some(first) => {
                let marked = JsonText::join([&JsonText::plain(ERROR), first], "");
                *first = marked;
            }
            None => said.push(JsonText::plain(ERROR)),
        }
    }
    let content = texts(said, context.target);
    Ok(chat::Message {
        tool_call_id: Some(id),
        ..message(
            "tool",
            content.unwrap_or_else(|| JsonText::empty().into_json()),
        )
    })
}

fn assistant<'a>(
    content: Json<'a>,
    context: &mut Context<'_>,
    out: &mut Vec<chat::Message<'a>>,
) -> Result<(), Unconvertible> {
    let blocks = match read(content)? {
        Blocks::Text(text) => {
            out.push(message("assistant", text.into_json()));
            return Ok(());
        }
        Blocks::List(blocks) => blocks,
    };
    let mut said = Vec::new();
    let mut calls = Vec::new();
    let mut thoughts = Vec::new();
    // Gemini's answer has one proof besides those of its calls, behind its text.
    let mut proof = None;
    for (index, block) in blocks.into_iter().enumerate() {
        context.note_marks(&block);
        match block.kind.as_str() {
            "text" => said.extend(block.text.filter(|text| !text.is_empty())),
            "tool_use" => {
                let call = context.call(block);
                calls.push(call.map_err(|error| error.within(&format!("[{index}]")))?);
            }
            "thinking"
                if own_reasoning::is_wanted(context.target)
                    && block.signature.as_ref().is_none_or(JsonText::is_empty) =>
            {
                thoughts.extend(block.thinking.filter(|text| !text.is_empty()));
            }
            "thinking" => proof = context.proof(block).or(proof),
            "redacted_thinking" => context.notes.dropped("redacted_thinking"),
            kind if server_tools::is_left_out(kind, context.notes) => (),
            kind => return Err(no_counterpart(kind).within(&format!("[{index}]"))),
        }
    }
    if said.is_empty() && calls.is_empty() {
        context.notes.dropped_if("thinking", proof.is_some());
        return Ok(());
    }
    // One text: many compatible servers take no list here. The blocks of a text with citations are its pieces.
    let content = match said.len() {
        0 => None,
        1 => said.pop().map(JsonText::into_json),
        _ => Some(JsonText::join(&said, "").into_json()),
    };
    let mut turn = chat::Message {
        role: "assistant".to_owned(),
        content,
        tool_calls: Some(calls).filter(|calls| !calls.is_empty()),
        reasoning_signature: proof,
        ..chat::Message::default()
    };
    own_reasoning::put(&mut turn, &thoughts);
    out.push(turn);
    Ok(())
}

// === impl Context ===

impl Context<'_> {
    /// Notes the marks on a block that have no counterpart.
    fn note_marks(&mut self, block: &Block<'_>) {
        self.notes
            .dropped_if("cache_control", block.cache_control.is_some());
        let citations = block.citations.as_ref().map(Json::get);
        let has_citations = citations.is_some_and(|raw| !matches!(raw, "null" | "[]"));
        self.notes.dropped_if("citations", has_citations);
    }

    /// What proves a thought, where the model is asked whose it is. No model of chat completions can be told what it thought, nor
    /// what another did.
    fn proof<'a>(&mut self, block: Block<'a>) -> Option<JsonText<'a>> {
        let is_google = matches!(self.target.vendor, Vendor::Gemini | Vendor::Vertex);
        let signature = block.signature.filter(|signature| {
            is_google && matches!(Proof::of(signature), Some(Proof::Gemini(_)))
        });
        let has_text = block.thinking.is_some_and(|text| !text.is_empty());
        self.notes
            .dropped_if("thinking", signature.is_none() || has_text);
        signature
    }

    fn call<'a>(&mut self, block: Block<'a>) -> Result<chat::ToolCall<'a>, Unconvertible> {
        let (id, signature) = call_id(block.id, "id", "a call has an id")?;
        let name = block
            .name
            .ok_or_else(|| Unconvertible::invalid("name", "a call names its tool"))?;
        let arguments = block.input.as_ref().map_or("{}", Json::get);
        Ok(chat::ToolCall {
            id: Some(id),
            kind: "function".to_owned(),
            function: Some(chat::Called {
                name,
                arguments: Some(JsonText::plain(arguments)),
            }),
            extra_content: signature.and_then(|signature| self.signed(&signature)),
        })
    }
}

fn message<'a>(role: &str, content: Json<'a>) -> chat::Message<'a> {
    chat::Message {
        role: role.to_owned(),
        content: Some(content),
        ..chat::Message::default()
    }
}

fn text_part(text: JsonText<'_>) -> Part<'_> {
    Part {
        kind: "text".to_owned(),
        text: Some(text),
        ..Part::default()
    }
}

/// The content of a user's message; `None` where nothing is left.
fn parts_content<'a>(parts: Vec<Part<'a>>, context: &Context<'_>) -> Option<Json<'a>> {
    if parts.iter().all(|part| part.text.is_some()) {
        let said = parts.into_iter().filter_map(|part| part.text).collect();
        return texts(said, context.target);
    }
    Some(Json::of(&parts))
}

fn no_counterpart(kind: &str) -> Unconvertible {
    Unconvertible::unsupported(
        "",
        format!("a block of type {kind} has no counterpart in chat completions"),
    )
}
