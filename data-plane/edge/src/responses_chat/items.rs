//! Items of Responses input as messages of a chat.
//!
//! It must not know the rest of the request. Invariants: what an assistant said, thought and called between two turns of
//! others is one message; results follow the calls without anything in between, because formats behind chat completions
//! demand it, so images in results come as a user's message after them.

use super::parts::{Read, missing, parts, parts_of_assistant, parts_of_others};
use crate::shape::chat::{Called, Message, Part, ToolCall};
use crate::shape::messages::Block;
use crate::shape::responses::envelope::Thought;
use crate::shape::responses::{Item, Part as ItemPart};
use crate::text::{Json, JsonText};
use crate::{Notes, Target, Unconvertible, Vendor, own_reasoning};

/// In front of images that tools gave.
const RESULT_IMAGES: &str = "[images and files of the tool results above]";

/// The messages so far.
pub(super) struct Conversation<'a> {
    messages: Vec<Message<'a>>,
    /// The assistant's message that more may be added to; it comes behind the others.
    turn: Option<Message<'a>>,
    /// What a system's instructions are given as.
    instructor: &'static str,
    /// Reasoning that belongs to the assistant's message that comes, or is there.
    thoughts: Vec<Block<'static>>,
    /// What tool results hold beside text, as parts.
    seen: Vec<Json<'static>>,
    /// The provider, or a converter behind this one, reads Anthropic's thinking blocks.
    takes_thoughts: bool,
    /// Reasoning without proof that belongs to the same message.
    unproven: Vec<JsonText<'static>>,
    /// The model wants it back.
    wants_reasoning: bool,
}

// === impl Conversation ===

impl<'a> Conversation<'a> {
    pub(super) fn new(target: &Target) -> Self {
        let vendor = target.vendor;
        Self {
            messages: Vec::new(),
            turn: None,
            instructor: match vendor {
                Vendor::OpenAi => "developer",
                // A role that OpenAI's newer models alone know.
                Vendor::Anthropic
                | Vendor::Foundry
                | Vendor::Bedrock
                | Vendor::Gemini
                | Vendor::Vertex
                | Vendor::Other => "system",
            },
            thoughts: Vec::new(),
            seen: Vec::new(),
            takes_thoughts: vendor != Vendor::OpenAi,
            unproven: Vec::new(),
            wants_reasoning: own_reasoning::is_wanted(target),
        }
    }

    pub(super) fn instruct(&mut self, text: JsonText<'a>) {
        self.messages.push(Message {
            role: self.instructor.to_owned(),
            content: Some(text.into_json()),
            ..Message::default()
        });
    }

    pub(super) fn ask(&mut self, text: JsonText<'a>) {
        self.messages.push(Message {
            role: "user".to_owned(),
            content: Some(text.into_json()),
            ..Message::default()
        });
    }

    pub(super) fn into_messages(mut self, notes: &mut Notes) -> Vec<Message<'a>> {
        self.settle(notes);
        self.messages
    }

    pub(super) fn item(&mut self, item: Item<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        match item.kind() {
            "message" => self.message(item, notes),
            "function_call" | "custom_tool_call" => self.call(item, notes),
            "function_call_output" | "custom_tool_call_output" => self.result(item, notes),
            "reasoning" => {
                self.reason(item, notes);
                Ok(())
            }
            // What OpenAI did by itself in an earlier answer: the answer's text is what counts.
            "web_search_call" => dropped("input.web_search_call", notes),
            "file_search_call" => dropped("input.file_search_call", notes),
            "code_interpreter_call" => dropped("input.code_interpreter_call", notes),
            "image_generation_call" => dropped("input.image_generation_call", notes),
            "mcp_list_tools" => dropped("input.mcp_list_tools", notes),
            "mcp_call" => dropped("input.mcp_call", notes),
            "item_reference" => Err(Unconvertible::unsupported(
                "",
                "refers to an item that this model's provider does not keep; send the item itself",
            )),
            _ => Err(Unconvertible::unsupported(
                "type",
                "is an item that only OpenAI's Responses understand",
            )),
        }
    }

    fn message(&mut self, item: Item<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let role = match item.role.as_deref() {
            Some("user") => "user",
            Some("assistant") => return self.answer(item, notes),
            Some("system") => "system",
            Some("developer") => self.instructor,
            Some(_) => return Err(Unconvertible::invalid("role", "is not a role of Responses")),
            None => return Err(missing("role")),
        };
        self.settle(notes);
        let content = item.content.ok_or_else(|| missing("content"))?;
        let content = match content.get().starts_with('"') {
            true => content,
            false => parts_of_others(&content, notes)?,
        };
        self.messages.push(Message {
            role: role.to_owned(),
            content: Some(content),
            ..Message::default()
        });
        Ok(())
    }

    /// An assistant's text, as one text: compatible servers refuse lists here.
    fn answer(&mut self, item: Item<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let content = item.content.ok_or_else(|| missing("content"))?;
        let (text, refusal) = match content.get().starts_with('"') {
            true => (content.text(), None),
            false => parts_of_assistant(&content, notes)?,
        };
        let turn = self.turn();
        add(&mut turn.content, text);
        add(&mut turn.refusal, refusal);
        Ok(())
    }

    fn call(&mut self, item: Item<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        notes.dropped_if("input.namespace", item.namespace.is_some());
        let is_custom = item.kind() == "custom_tool_call";
        let id = item.call_id.ok_or_else(|| missing("call_id"))?;
        let name = item.name.ok_or_else(|| missing("name"))?;
        let arguments = if is_custom {
            let input = item.input.ok_or_else(|| missing("input"))?;
            JsonText::plain(&format!("{{\"input\":{}}}", input.as_json()))
        } else {
            let arguments = item.arguments.ok_or_else(|| missing("arguments"))?;
            let text = arguments.text();
            text.ok_or_else(|| Unconvertible::invalid("arguments", "is not JSON text in a string"))?
        };
        self.turn()
            .tool_calls
            .get_or_insert_default()
            .push(ToolCall {
                id: Some(id),
                kind: "function".to_owned(),
                function: Some(Called {
                    name,
                    arguments: Some(arguments),
                }),
                extra_content: None,
            });
        Ok(())
    }

    fn result(&mut self, item: Item<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let id = item.call_id.ok_or_else(|| missing("call_id"))?;
        let output = item.output.ok_or_else(|| missing("output"))?;
        let text = match output.get().starts_with('"') {
            true => output.text(),
            false => Some(self.parts_of_result(&output, notes)?),
        };
        self.close_turn(notes);
        self.messages.push(Message {
            role: "tool".to_owned(),
            content: text.map(JsonText::into_json),
            tool_call_id: Some(id),
            ..Message::default()
        });
        Ok(())
    }

    /// The text of a result; what is no text is kept for later.
    fn parts_of_result(
        &mut self,
        output: &Json<'_>,
        notes: &mut Notes,
    ) -> Result<JsonText<'static>, Unconvertible> {
        let mut texts = Vec::new();
        for read in parts(output, "output", notes)? {
            match read {
                Read::Text(text) | Read::Refusal(text) => texts.push(text),
                Read::Other(part) => self.seen.push(Json::of(&part)),
            }
        }
        Ok(JsonText::join(&texts, "\n"))
    }

    /// Reasoning comes before what it led to, in the order of the items; it belongs to the turn.
    fn reason(&mut self, item: Item<'a>, notes: &mut Notes) {
        let thought = item.encrypted_content.as_ref();
        let thought = thought.filter(|_| self.takes_thoughts);
        match thought.and_then(Thought::from_encrypted) {
            Some(Thought::Signature(signature)) => {
                let summary = item.summary.iter().flatten();
                let texts: Vec<_> = summary.filter_map(|part| part.text.clone()).collect();
                self.thoughts.push(Block {
                    kind: "thinking".to_owned(),
                    thinking: Some(JsonText::join(&texts, "\n\n")),
                    signature: Some(signature),
                    ..Block::default()
                });
            }
            Some(Thought::Redacted(data)) => self.thoughts.push(Block {
                kind: "redacted_thinking".to_owned(),
                data: Some(data),
                ..Block::default()
            }),
            None if self.wants_reasoning && is_unproven(&item) => {
                self.unproven.extend(reasoned(&item));
            }
            // OpenAI's own, or without proof, or for who cannot use it.
            None => notes.dropped("input.reasoning"),
        }
    }

    /// The assistant's message that more is added to.
    fn turn(&mut self) -> &mut Message<'a> {
        if self.turn.is_none() {
            self.show();
        }
        self.turn.get_or_insert_with(|| Message {
            role: "assistant".to_owned(),
            ..Message::default()
        })
    }

    /// The assistant's message is whole, with what was thought for it.
    fn close_turn(&mut self, notes: &mut Notes) {
        let thoughts = std::mem::take(&mut self.thoughts);
        let unproven = std::mem::take(&mut self.unproven);
        let Some(mut turn) = self.turn.take() else {
            // Nothing came of it.
            notes.dropped_if(
                "input.reasoning",
                !(thoughts.is_empty() && unproven.is_empty()),
            );
            return;
        };
        own_reasoning::put(&mut turn, &unproven);
        if !thoughts.is_empty() {
            turn.thinking_blocks = Some(Json::of(&thoughts));
        }
        if turn.content.is_none() {
            // Some servers want the member; without calls it has to be a text.
            turn.content = Some(match turn.tool_calls {
                Some(_) => Json::of(&()),
                None => JsonText::empty().into_json(),
            });
        }
        self.messages.push(turn);
    }

    /// Somebody else speaks.
    fn settle(&mut self, notes: &mut Notes) {
        self.close_turn(notes);
        self.show();
    }

    /// Shows what tool results held beside text.
    fn show(&mut self) {
        if self.seen.is_empty() {
            return;
        }
        let said = Part {
            kind: "text".to_owned(),
            text: Some(JsonText::plain(RESULT_IMAGES)),
            ..Part::default()
        };
        self.seen.insert(0, Json::of(&said));
        let content = Json::of(&self.seen);
        self.seen.clear();
        self.messages.push(Message {
            role: "user".to_owned(),
            content: Some(content),
            ..Message::default()
        });
    }
}

/// Whether nobody proved an item's reasoning: it is of a server that proves none.
fn is_unproven(item: &Item<'_>) -> bool {
    item.encrypted_content
        .as_ref()
        .is_none_or(|content| content.is_empty() || content.inner() == Thought::unproven().inner())
}

/// What a reasoning item says: all of it, or else its summary.
fn reasoned(item: &Item<'_>) -> Vec<JsonText<'static>> {
    let whole = item
        .content
        .as_ref()
        .and_then(|content| content.read().ok());
    let whole: Vec<ItemPart<'_>> = whole.unwrap_or_default();
    let parts = match whole.is_empty() {
        true => item.summary.as_deref().unwrap_or_default(),
        false => &whole,
    };
    let texts = parts.iter().filter_map(|part| part.text.as_ref());
    let texts = texts.filter(|text| !text.is_empty());
    texts.map(|text| text.reborrow().into_owned()).collect()
}

/// Puts a text behind what was said before in the same turn.
fn add<'a>(said: &mut Option<Json<'a>>, text: Option<JsonText<'a>>) {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return;
    };
    let before = said.take().and_then(Json::text);
    *said = Some(match before.filter(|text| !text.is_empty()) {
        Some(before) => JsonText::join([&before, &text], "\n\n").into_json(),
        None => text.into_json(),
    });
}

fn dropped(field: &'static str, notes: &mut Notes) -> Result<(), Unconvertible> {
    notes.dropped(field);
    Ok(())
}
