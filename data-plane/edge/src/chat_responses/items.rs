//! Messages of a chat as items of Responses input.
//!
//! It must not know the rest of the request. Invariant: items stand in the order of the messages; within one, reasoning
//! comes first, then what was said, then the calls.

use serde_json::value::RawValue;

use super::openai;
use crate::shape::chat::{self, Message, ToolCall};
use crate::shape::messages::Block;
use crate::shape::responses::envelope::Encrypted;
use crate::shape::responses::{Item, Part};
use crate::text::{Json, JsonText};
use crate::{Notes, Unconvertible};

/// The items so far.
#[derive(Default)]
pub(super) struct Conversation {
    items: Vec<Item<'static>>,
}

// === impl Conversation ===

impl Conversation {
    pub(super) fn into_items(self) -> Vec<Item<'static>> {
        self.items
    }

    pub(super) fn message(
        &mut self,
        message: &Message<'_>,
        notes: &mut Notes,
    ) -> Result<(), Unconvertible> {
        notes.dropped_if("messages.name", message.name.is_some());
        notes.dropped_if("cache_control", message.cache_control.is_some());
        match message.role.as_str() {
            "user" | "system" | "developer" => self.said(message, notes),
            "assistant" => self.assistant(message, notes),
            "tool" => self.tool(message, notes),
            "function" => Err(Unconvertible::unsupported(
                "role",
                "`function` is deprecated and has no counterpart; use `tool`",
            )),
            _ => Err(Unconvertible::invalid(
                "role",
                "is not a role of chat completions",
            )),
        }
    }

    fn said(&mut self, message: &Message<'_>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let parts = parts(message.content.as_ref(), "input_text", notes)?;
        if !parts.is_empty() {
            self.items.push(Item {
                kind: Some("message".to_owned()),
                role: Some(message.role.clone()),
                content: Some(Json::of(&parts)),
                ..Item::default()
            });
        }
        Ok(())
    }

    fn assistant(&mut self, message: &Message<'_>, notes: &mut Notes) -> Result<(), Unconvertible> {
        self.reasoning(message, notes)?;
        let mut parts = parts(message.content.as_ref(), "output_text", notes)?;
        let refusal = message
            .refusal
            .as_ref()
            .and_then(|json| json.reborrow().text());
        if let Some(refusal) = refusal.filter(|text| !text.is_empty()) {
            parts.push(Part {
                kind: "refusal".to_owned(),
                refusal: Some(refusal),
                ..Part::default()
            });
        }
        if !parts.is_empty() {
            self.items.push(Item {
                kind: Some("message".to_owned()),
                // Something that was answered has an id: any, while the provider keeps no answers.
                id: Some(JsonText::plain(&format!("msg_{}", self.items.len()))),
                role: Some("assistant".to_owned()),
                content: Some(Json::of(&parts)),
                status: Some("completed".to_owned()),
                ..Item::default()
            });
        }
        if message
            .function_call
            .as_ref()
            .is_some_and(|call| !call.is_null())
        {
            return Err(Unconvertible::unsupported(
                "function_call",
                "is deprecated and has no counterpart; use `tool_calls`",
            ));
        }
        for (index, call) in message.tool_calls.iter().flatten().enumerate() {
            let item = function_call(call);
            self.items
                .push(item.map_err(|error| error.within(&format!("tool_calls[{index}]")))?);
        }
        Ok(())
    }

    /// Reasoning that a Responses provider gave: any other has no proof that OpenAI would take.
    fn reasoning(&mut self, message: &Message<'_>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let listed = message
            .thinking_blocks
            .as_ref()
            .filter(|list| !list.is_null());
        if let Some(listed) = listed {
            let blocks: Vec<Block<'_>> = listed.read().map_err(|_| {
                Unconvertible::invalid("thinking_blocks", "is not a list of blocks")
            })?;
            for block in blocks {
                match block.signature.as_ref().and_then(Encrypted::from_signature) {
                    Some(encrypted) => {
                        let item = openai::reasoning_item(encrypted, block.thinking);
                        self.items.push(item);
                    }
                    None => notes.dropped("messages.thinking_blocks"),
                }
            }
            return Ok(());
        }
        let text = message.reasoning_content.as_ref();
        let text = text.and_then(|json| json.reborrow().text());
        let signature = message.reasoning_signature.as_ref();
        match signature.and_then(Encrypted::from_signature) {
            Some(encrypted) => self.items.push(openai::reasoning_item(encrypted, text)),
            None => notes.dropped_if("messages.reasoning_content", text.is_some()),
        }
        Ok(())
    }

    fn tool(&mut self, message: &Message<'_>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let id = message.tool_call_id.as_ref();
        let id = id.ok_or_else(|| missing("tool_call_id"))?;
        let parts = parts(message.content.as_ref(), "input_text", notes)?;
        let output = match parts.as_slice() {
            [] => JsonText::empty().into_json(),
            [
                Part {
                    text: Some(text), ..
                },
            ] => text.clone().into_owned().into_json(),
            _ => Json::of(&parts),
        };
        self.items.push(Item {
            kind: Some("function_call_output".to_owned()),
            call_id: Some(id.clone().into_owned()),
            output: Some(output),
            status: Some("completed".to_owned()),
            ..Item::default()
        });
        Ok(())
    }
}

fn function_call(call: &ToolCall<'_>) -> Result<Item<'static>, Unconvertible> {
    if call.kind != "function" && !call.kind.is_empty() {
        return Err(Unconvertible::unsupported(
            "type",
            "only calls of functions have a counterpart",
        ));
    }
    let id = call.id.clone().ok_or_else(|| missing("id"))?;
    let function = call.function.clone().ok_or_else(|| missing("function"))?;
    let arguments = function.arguments.filter(|text| !text.is_empty());
    Ok(Item {
        kind: Some("function_call".to_owned()),
        call_id: Some(id.into_owned()),
        name: Some(function.name.into_owned()),
        arguments: Some(match arguments {
            Some(arguments) => arguments.into_owned().into_json(),
            None => JsonText::plain("{}").into_json(),
        }),
        status: Some("completed".to_owned()),
        ..Item::default()
    })
}

/// The parts of a `content` member: a text, a list of parts, or null. `text_kind` is what a text is called.
fn parts<'m>(
    content: Option<&'m Json<'_>>,
    text_kind: &str,
    notes: &mut Notes,
) -> Result<Vec<Part<'m>>, Unconvertible> {
    let Some(content) = content.filter(|content| !content.is_null()) else {
        return Ok(Vec::new());
    };
    if let Some(text) = content.reborrow().text() {
        return Ok(text_part(text, text_kind).into_iter().collect());
    }
    let list: Vec<&RawValue> = content
        .read()
        .map_err(|_| Unconvertible::invalid("content", "is neither a text nor a list of parts"))?;
    let mut parts = Vec::with_capacity(list.len());
    for (index, raw) in list.into_iter().enumerate() {
        let part = serde_json::from_str(raw.get())
            .map_err(|_| Unconvertible::invalid("", "is not a content part"))
            .and_then(|part| self::part(part, text_kind, notes))
            .map_err(|error| error.within(&format!("content[{index}]")))?;
        parts.extend(part);
    }
    Ok(parts)
}

fn text_part<'m>(text: JsonText<'m>, kind: &str) -> Option<Part<'m>> {
    if text.is_empty() {
        return None;
    }
    let mut part = Part::text(kind, text);
    if kind == "output_text" {
        part.annotations = Some(Json::of::<[(); 0]>(&[]));
    }
    Some(part)
}

fn part<'m>(
    part: chat::Part<'m>,
    text_kind: &str,
    notes: &mut Notes,
) -> Result<Option<Part<'m>>, Unconvertible> {
    notes.dropped_if("cache_control", part.cache_control.is_some());
    let is_answer = text_kind == "output_text";
    Ok(match part.kind.as_str() {
        "text" => text_part(part.text.ok_or_else(|| missing("text"))?, text_kind),
        "refusal" if is_answer => Some(Part {
            kind: "refusal".to_owned(),
            refusal: Some(part.refusal.ok_or_else(|| missing("refusal"))?),
            ..Part::default()
        }),
        "image_url" if !is_answer => {
            let image = part.image_url.ok_or_else(|| missing("image_url"))?;
            Some(Part {
                kind: "input_image".to_owned(),
                image_url: Some(image.url),
                detail: Some(image.detail.unwrap_or_else(|| Json::of("auto"))),
                ..Part::default()
            })
        }
        "file" if !is_answer => {
            let file = part.file.ok_or_else(|| missing("file"))?;
            Some(Part {
                kind: "input_file".to_owned(),
                filename: file.filename,
                file_data: file.file_data,
                file_id: file.file_id,
                ..Part::default()
            })
        }
        "input_audio" => {
            return Err(Unconvertible::unsupported(
                "input_audio",
                "the provider's Responses take no audio; use chat completions",
            ));
        }
        _ => {
            return Err(Unconvertible::unsupported(
                "type",
                "the provider has no counterpart of this kind of part here",
            ));
        }
    })
}

fn missing(field: &'static str) -> Unconvertible {
    Unconvertible::invalid(field, "is missing")
}
