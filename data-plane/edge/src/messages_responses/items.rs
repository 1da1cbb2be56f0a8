//! Turns of a Messages conversation as items of Responses input.
//!
//! It must not know the rest of the request. Invariant: items stand in the order in which the blocks stood.

use serde_json::value::RawValue;

use super::openai;
use crate::shape::messages::{Block, Message, Source};
use crate::shape::responses::envelope::Encrypted;
use crate::shape::responses::{Item, Part};
use crate::text::{Json, JsonText};
use crate::{Notes, Unconvertible, server_tools};

/// In front of a tool's result that is an error, which the format cannot say.
const TOOL_ERROR: &str = "[tool error] ";

/// The items so far.
pub(super) struct Conversation {
    items: Vec<Item<'static>>,
    takes_breakpoints: bool,
}

/// Who speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    User,
    Assistant,
    System,
}

// === impl Conversation ===

impl Conversation {
    pub(super) fn new(model: &str) -> Self {
        Self {
            items: Vec::new(),
            takes_breakpoints: openai::takes_breakpoints(model),
        }
    }

    pub(super) fn takes_breakpoints(&self) -> bool {
        self.takes_breakpoints
    }

    pub(super) fn into_items(self) -> Vec<Item<'static>> {
        self.items
    }

    /// The system's blocks as a message in front.
    pub(super) fn system(&mut self, blocks: Vec<Block<'_>>) -> Result<(), Unconvertible> {
        let mut parts = Vec::with_capacity(blocks.len());
        for (index, block) in blocks.into_iter().enumerate() {
            let missing = || Unconvertible::invalid(format!("system[{index}].text"), "is missing");
            let text = block.text.ok_or_else(missing)?;
            let mut part = Part::text("input_text", text);
            part.prompt_cache_breakpoint = block.cache_control.and_then(|_| breakpoint());
            parts.push(part);
        }
        self.flush(Role::System, &mut parts);
        Ok(())
    }

    /// One turn.
    pub(super) fn turn(
        &mut self,
        message: &Message<'_>,
        notes: &mut Notes,
    ) -> Result<(), Unconvertible> {
        let role = match message.role.as_str() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => Role::System,
            _ => {
                return Err(Unconvertible::invalid(
                    "role",
                    "is none of `user`, `assistant` and `system`",
                ));
            }
        };
        let mut parts = Vec::new();
        let content = message.content.to_json();
        if let Some(text) = content.reborrow().text() {
            parts.extend(text_part(role, text));
            self.flush(role, &mut parts);
            return Ok(());
        }
        for (index, raw) in list(&content, "content")?.into_iter().enumerate() {
            block_of(raw)
                .and_then(|block| self.block(role, block, &mut parts, notes))
                .map_err(|error| error.within(&format!("content[{index}]")))?;
        }
        self.flush(role, &mut parts);
        Ok(())
    }

    fn block<'m>(
        &mut self,
        role: Role,
        block: Block<'m>,
        parts: &mut Vec<Part<'m>>,
        notes: &mut Notes,
    ) -> Result<(), Unconvertible> {
        match (role, block.kind.as_str()) {
            (_, "text") => parts.extend(self.text(role, block, notes)?),
            (Role::User, "image" | "document") => parts.push(self.media(block, notes)?),
            (Role::User, "tool_result") => {
                self.flush(role, parts);
                self.tool_result(block, notes)?;
            }
            (Role::Assistant, "tool_use") => {
                self.flush(role, parts);
                self.tool_use(block, notes)?;
            }
            (Role::Assistant, "thinking") => {
                let signature = block.signature.as_ref();
                match signature.and_then(Encrypted::from_signature) {
                    Some(encrypted) => {
                        self.flush(role, parts);
                        self.items
                            .push(openai::reasoning_item(encrypted, block.thinking));
                    }
                    // Another provider's, which OpenAI cannot use.
                    None => notes.dropped("messages.content.thinking"),
                }
            }
            (Role::Assistant, "redacted_thinking") => {
                notes.dropped("messages.content.redacted_thinking");
            }
            (Role::User | Role::Assistant, kind) if server_tools::is_left_out(kind, notes) => (),
            (Role::User | Role::Assistant | Role::System, kind) => {
                return Err(Unconvertible::unsupported(
                    "type",
                    format!(
                        "the provider has no counterpart of a `{}` block here",
                        short(kind)
                    ),
                ));
            }
        }
        Ok(())
    }

    fn text<'m>(
        &self,
        role: Role,
        block: Block<'m>,
        notes: &mut Notes,
    ) -> Result<Option<Part<'m>>, Unconvertible> {
        let text = block.text.ok_or_else(|| missing("text"))?;
        let mut part = text_part(role, text);
        if block.cache_control.is_some() {
            match &mut part {
                Some(part) if self.takes_breakpoints && role != Role::Assistant => {
                    part.prompt_cache_breakpoint = breakpoint();
                }
                Some(_) | None => notes.dropped("cache_control"),
            }
        }
        Ok(part)
    }

    fn media<'m>(&self, block: Block<'m>, notes: &mut Notes) -> Result<Part<'m>, Unconvertible> {
        notes.dropped_if("cache_control", block.cache_control.is_some());
        notes.dropped_if("messages.content.context", block.context.is_some());
        notes.dropped_if("messages.content.citations", block.citations.is_some());
        let source = block.source.ok_or_else(|| missing("source"))?;
        let part = if block.kind == "image" {
            image(source)
        } else {
            document(source, block.title.and_then(Json::text))
        };
        part.map_err(|error| error.within("source"))
    }

    fn tool_use(&mut self, block: Block<'_>, notes: &mut Notes) -> Result<(), Unconvertible> {
        notes.dropped_if("cache_control", block.cache_control.is_some());
        let id = block.id.ok_or_else(|| missing("id"))?;
        let name = block.name.ok_or_else(|| missing("name"))?;
        let input = block.input.filter(|input| !input.is_null());
        let arguments = input.as_ref().map_or("{}", Json::get);
        self.items.push(Item {
            kind: Some("function_call".to_owned()),
            call_id: Some(id.into_owned()),
            name: Some(name.into_owned()),
            arguments: Some(JsonText::plain(arguments).into_json()),
            status: Some("completed".to_owned()),
            ..Item::default()
        });
        Ok(())
    }

    fn tool_result(&mut self, block: Block<'_>, notes: &mut Notes) -> Result<(), Unconvertible> {
        notes.dropped_if("cache_control", block.cache_control.is_some());
        let id = block.tool_use_id.ok_or_else(|| missing("tool_use_id"))?;
        let is_error = block.is_error.unwrap_or(false);
        let output = match block.content.filter(|content| !content.is_null()) {
            None => text_output(JsonText::empty(), is_error),
            Some(content) => match content.reborrow().text() {
                Some(text) => text_output(text, is_error),
                None => self.list_output(&content, is_error, notes)?,
            },
        };
        self.items.push(Item {
            kind: Some("function_call_output".to_owned()),
            call_id: Some(id.into_owned()),
            output: Some(output),
            status: Some("completed".to_owned()),
            ..Item::default()
        });
        Ok(())
    }

    fn list_output(
        &self,
        content: &Json<'_>,
        is_error: bool,
        notes: &mut Notes,
    ) -> Result<Json<'static>, Unconvertible> {
        let mut parts: Vec<Part<'_>> = Vec::new();
        for (index, raw) in list(content, "content")?.into_iter().enumerate() {
            let part = block_of(raw).and_then(|block| match block.kind.as_str() {
                "text" => self.text(Role::User, block, notes),
                "image" | "document" => self.media(block, notes).map(Some),
                kind if server_tools::is_reference(kind, notes) => Ok(None),
                kind => Err(Unconvertible::unsupported(
                    "type",
                    format!(
                        "a tool's result cannot hold a `{}` block at the provider",
                        short(kind)
                    ),
                )),
            });
            parts.extend(part.map_err(|error| error.within(&format!("content[{index}]")))?);
        }
        Ok(match parts.as_slice() {
            [] => text_output(JsonText::empty(), is_error),
            [
                Part {
                    text: Some(text),
                    prompt_cache_breakpoint: None,
                    ..
                },
            ] => text_output(text.reborrow(), is_error),
            _ => {
                if is_error {
                    parts.insert(0, Part::text("input_text", JsonText::plain(TOOL_ERROR)));
                }
                Json::of(&parts)
            }
        })
    }

    /// What was said so far is a message.
    fn flush(&mut self, role: Role, parts: &mut Vec<Part<'_>>) {
        if parts.is_empty() {
            return;
        }
        let content = Some(Json::of(&*parts));
        parts.clear();
        let (id, status) = match role {
            // Something that was answered has an id: any, while the provider keeps no answers.
            Role::Assistant => (
                Some(JsonText::plain(&format!("msg_{}", self.items.len()))),
                Some("completed".to_owned()),
            ),
            Role::User | Role::System => (None, None),
        };
        let role = match role {
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::System => "system",
        };
        self.items.push(Item {
            kind: Some("message".to_owned()),
            id,
            role: Some(role.to_owned()),
            content,
            status,
            ..Item::default()
        });
    }
}

fn text_part(role: Role, text: JsonText<'_>) -> Option<Part<'_>> {
    if text.is_empty() {
        return None;
    }
    Some(match role {
        Role::Assistant => Part {
            annotations: Some(Json::of::<[(); 0]>(&[])),
            ..Part::text("output_text", text)
        },
        Role::User | Role::System => Part::text("input_text", text),
    })
}

fn text_output(text: JsonText<'_>, is_error: bool) -> Json<'static> {
    if is_error {
        JsonText::join([&JsonText::plain(TOOL_ERROR), &text], "").into_json()
    } else {
        text.into_owned().into_json()
    }
}

fn image(source: Source<'_>) -> Result<Part<'_>, Unconvertible> {
    let url = match source.kind.as_str() {
        "base64" => data_url(&source)?,
        "url" => source.url.ok_or_else(|| missing("url"))?,
        _ => return Err(elsewhere()),
    };
    Ok(Part {
        kind: "input_image".to_owned(),
        image_url: Some(url),
        detail: Some(Json::of("auto")),
        ..Part::default()
    })
}

fn document<'m>(
    source: Source<'m>,
    title: Option<JsonText<'m>>,
) -> Result<Part<'m>, Unconvertible> {
    let file = Part {
        kind: "input_file".to_owned(),
        ..Part::default()
    };
    Ok(match source.kind.as_str() {
        "base64" => Part {
            file_data: Some(data_url(&source)?),
            filename: Some(title.unwrap_or_else(|| JsonText::plain("document.pdf"))),
            ..file
        },
        "url" => Part {
            file_url: Some(source.url.ok_or_else(|| missing("url"))?),
            ..file
        },
        "text" => Part::text("input_text", source.data.ok_or_else(|| missing("data"))?),
        _ => return Err(elsewhere()),
    })
}

fn data_url(source: &Source<'_>) -> Result<JsonText<'static>, Unconvertible> {
    let media_type = source.media_type.as_ref();
    let media_type = media_type.ok_or_else(|| missing("media_type"))?.inner();
    let data = source.data.as_ref().ok_or_else(|| missing("data"))?.inner();
    Ok(JsonText::from_inner_literal(format!(
        "\"data:{media_type};base64,{data}\""
    )))
}

fn elsewhere() -> Unconvertible {
    Unconvertible::unsupported(
        "type",
        "the provider cannot reach this source; send the bytes as `base64`, or a `url`",
    )
}

fn breakpoint() -> Option<Json<'static>> {
    Json::object(r#"{"mode":"explicit"}"#)
}

fn list<'m>(
    content: &'m Json<'_>,
    field: &'static str,
) -> Result<Vec<&'m RawValue>, Unconvertible> {
    let read = content.read();
    read.map_err(|_| Unconvertible::invalid(field, "is neither a text nor a list of blocks"))
}

fn block_of(raw: &RawValue) -> Result<Block<'_>, Unconvertible> {
    let read = serde_json::from_str(raw.get()).ok();
    read.or_else(|| server_tools::unread(raw))
        .ok_or_else(|| Unconvertible::invalid("", "is not a content block"))
}

fn missing(field: &'static str) -> Unconvertible {
    Unconvertible::invalid(field, "is missing")
}

/// A client's word in a message.
fn short(word: &str) -> &str {
    word.get(..word.floor_char_boundary(64)).unwrap_or_default()
}
