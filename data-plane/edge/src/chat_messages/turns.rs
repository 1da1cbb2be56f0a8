//! The list of messages as a system prompt and turns.
//!
//! It must not know the rest of the request. Invariants: results of tools stand first in their turn, and in one turn where
//! their messages follow one another, because Anthropic wants all of them directly behind the calls; an assistant's turn
//! is reasoning, text, calls in this order; no turn is empty.

use crate::shape::responses::envelope::Proof;
use crate::shape::{chat, messages};
use crate::text::{Json, JsonText};
use crate::{Notes, Unconvertible};

use super::parts::Urls;
use super::{parts, tools};

/// What the messages say.
#[derive(Default)]
pub(super) struct Conversation<'m> {
    /// Blocks of text.
    system: Vec<messages::Block<'m>>,
    turns: Vec<Turn<'m>>,
    urls: Urls,
}

struct Turn<'m> {
    is_user: bool,
    /// How many of the blocks, in front, are results of tools.
    results: usize,
    blocks: Vec<messages::Block<'m>>,
}

// === impl Conversation ===

impl<'m> Conversation<'m> {
    pub(super) fn read(
        messages: &'m [chat::Message<'_>],
        urls: Urls,
        notes: &mut Notes,
    ) -> Result<Self, Unconvertible> {
        let mut conversation = Self {
            urls,
            ..Self::default()
        };
        for (index, message) in messages.iter().enumerate() {
            conversation
                .add(message, notes)
                .map_err(|error| error.within(&format!("messages[{index}]")))?;
        }
        if conversation.turns.is_empty() {
            return Err(Unconvertible::invalid(
                "messages",
                "no message of a user or an assistant says anything",
            ));
        }
        Ok(conversation)
    }

    /// One more sentence for the system prompt.
    pub(super) fn instruct(&mut self, sentence: &str) {
        self.system.extend(parts::text(JsonText::plain(sentence)));
    }

    /// The last turn answers calls, and the turn with the calls does not begin with reasoning.
    pub(super) fn has_unproven_call(&self) -> bool {
        match self.turns.as_slice() {
            [.., calls, results] => {
                results.results > 0
                    && !calls.is_user
                    && calls.blocks.iter().any(|block| block.kind == "tool_use")
                    && calls
                        .blocks
                        .first()
                        .is_none_or(|block| !is_reasoning(block))
            }
            _ => false,
        }
    }

    /// One text, or blocks where a part of the prompt is marked for the cache.
    pub(super) fn system(&self) -> Option<Json<'static>> {
        if self.system.is_empty() {
            return None;
        }
        if self
            .system
            .iter()
            .any(|block| block.cache_control.is_some())
        {
            return Some(Json::of(&self.system));
        }
        let texts = self.system.iter().filter_map(|block| block.text.as_ref());
        let texts: Vec<JsonText<'_>> = texts.map(JsonText::reborrow).collect();
        Some(JsonText::join(&texts, "\n").into_json())
    }

    pub(super) fn messages(&self) -> Vec<messages::Message<'static>> {
        self.turns
            .iter()
            .map(|turn| messages::Message {
                role: if turn.is_user { "user" } else { "assistant" }.to_owned(),
                content: Json::of(&turn.blocks),
            })
            .collect()
    }

    fn add(
        &mut self,
        message: &'m chat::Message<'_>,
        notes: &mut Notes,
    ) -> Result<(), Unconvertible> {
        notes.dropped_if("messages.name", message.name.is_some());
        match message.role.as_str() {
            "system" | "developer" => self.add_system(message, notes),
            "user" | "function" => {
                let blocks = parts::blocks(message.content.as_ref(), self.urls, notes)?;
                let blocks = with_cache(blocks, message);
                notes.dropped_if("messages", blocks.is_empty());
                self.add_user(blocks);
                Ok(())
            }
            "tool" => {
                let result = result(message, self.urls, notes)?;
                self.add_result(result);
                Ok(())
            }
            "assistant" => {
                let blocks = with_cache(said(message, self.urls, notes)?, message);
                notes.dropped_if("messages", blocks.is_empty());
                if !blocks.is_empty() {
                    self.turns.push(Turn {
                        is_user: false,
                        results: 0,
                        blocks,
                    });
                }
                Ok(())
            }
            _ => Err(Unconvertible::invalid("role", "is not a known role")),
        }
    }

    fn add_system(
        &mut self,
        message: &'m chat::Message<'_>,
        notes: &mut Notes,
    ) -> Result<(), Unconvertible> {
        let blocks = parts::blocks(message.content.as_ref(), self.urls, notes)?;
        let blocks = with_cache(blocks, message);
        if blocks.iter().any(|block| block.kind != "text") {
            return Err(Unconvertible::unsupported(
                "content",
                "the provider takes only text as a system prompt",
            ));
        }
        // It moves to the front.
        notes.dropped_if(
            "messages.system_position",
            !self.turns.is_empty() && !blocks.is_empty(),
        );
        self.system.extend(blocks);
        Ok(())
    }

    fn add_user(&mut self, blocks: Vec<messages::Block<'m>>) {
        if blocks.is_empty() {
            return;
        }
        match self.turns.last_mut() {
            Some(turn) if turn.is_user && turn.results > 0 => turn.blocks.extend(blocks),
            Some(_) | None => self.turns.push(Turn {
                is_user: true,
                results: 0,
                blocks,
            }),
        }
    }

    fn add_result(&mut self, result: messages::Block<'m>) {
        match self.turns.last_mut() {
            Some(turn) if turn.is_user => {
                turn.blocks.insert(turn.results, result);
                turn.results += 1;
            }
            Some(_) | None => self.turns.push(Turn {
                is_user: true,
                results: 1,
                blocks: vec![result],
            }),
        }
    }
}

/// A message's own mark for the cache is its last block's.
fn with_cache<'m>(
    mut blocks: Vec<messages::Block<'m>>,
    message: &'m chat::Message<'_>,
) -> Vec<messages::Block<'m>> {
    // Reasoning takes no mark.
    let last = blocks.last_mut().filter(|block| !is_reasoning(block));
    if let (Some(block), Some(mark)) = (last, &message.cache_control) {
        block.cache_control.get_or_insert_with(|| mark.reborrow());
    }
    blocks
}

fn is_reasoning(block: &messages::Block<'_>) -> bool {
    matches!(block.kind.as_str(), "thinking" | "redacted_thinking")
}

fn result<'m>(
    message: &'m chat::Message<'_>,
    urls: Urls,
    notes: &mut Notes,
) -> Result<messages::Block<'m>, Unconvertible> {
    let id = message
        .tool_call_id
        .as_ref()
        .and_then(|id| tools::call_id(id, notes))
        .ok_or_else(|| Unconvertible::invalid("tool_call_id", "is missing"))?;
    let as_text = message
        .content
        .as_ref()
        .and_then(|content| content.reborrow().text());
    let content = match as_text {
        Some(text) => (!text.is_blank()).then(|| text.into_json()),
        None => {
            let blocks = parts::blocks(message.content.as_ref(), urls, notes)?;
            (!blocks.is_empty()).then(|| Json::of(&blocks))
        }
    };
    Ok(messages::Block {
        kind: "tool_result".to_owned(),
        tool_use_id: Some(id),
        content,
        cache_control: message.cache_control.as_ref().map(Json::reborrow),
        ..messages::Block::default()
    })
}

/// What an assistant said.
fn said<'m>(
    message: &'m chat::Message<'_>,
    urls: Urls,
    notes: &mut Notes,
) -> Result<Vec<messages::Block<'m>>, Unconvertible> {
    let mut blocks = reasoning(message, notes)?;
    blocks.extend(parts::blocks(message.content.as_ref(), urls, notes)?);
    let refusal = message.refusal.as_ref().map(Json::reborrow);
    blocks.extend(refusal.and_then(Json::text).and_then(parts::text));
    notes.dropped_if("messages.function_call", message.function_call.is_some());
    for (index, call) in message.tool_calls.iter().flatten().enumerate() {
        blocks.push(
            tool_use(call, notes).map_err(|error| error.within(&format!("tool_calls[{index}]")))?,
        );
    }
    Ok(blocks)
}

/// Reasoning that is sent back. What has no proof of Claude's is left out: Anthropic would refuse it.
fn reasoning<'m>(
    message: &'m chat::Message<'_>,
    notes: &mut Notes,
) -> Result<Vec<messages::Block<'m>>, Unconvertible> {
    if let Some(listed) = message
        .thinking_blocks
        .as_ref()
        .filter(|listed| !listed.is_null())
    {
        let listed: Vec<messages::Block<'_>> = listed
            .read()
            .map_err(|_| Unconvertible::invalid("thinking_blocks", "is not a list of blocks"))?;
        let all = listed.len();
        let proven: Vec<_> = listed.into_iter().filter_map(proven).collect();
        notes.dropped_if("messages.thinking_blocks", proven.len() < all);
        if !proven.is_empty() {
            return Ok(proven);
        }
    }
    let text = message
        .reasoning_content
        .as_ref()
        .and_then(|text| text.reborrow().text());
    if let Some(Proof::Claude(own)) = message.reasoning_signature.as_ref().and_then(Proof::of) {
        return Ok(vec![messages::Block {
            kind: "thinking".to_owned(),
            // Anthropic may show none and yet prove it.
            thinking: Some(match text {
                Some(text) => text,
                None => JsonText::empty(),
            }),
            signature: Some(own),
            ..messages::Block::default()
        }]);
    }
    notes.dropped_if(
        "messages.reasoning_signature",
        has_text(message.reasoning_signature.as_ref()),
    );
    notes.dropped_if("messages.reasoning_content", has_text(text.as_ref()));
    Ok(Vec::new())
}

/// The block as Claude said it, if it did.
fn proven(block: messages::Block<'_>) -> Option<messages::Block<'static>> {
    let mut own = messages::Block {
        kind: block.kind,
        ..messages::Block::default()
    };
    match own.kind.as_str() {
        "thinking" => {
            let Some(Proof::Claude(signature)) = block.signature.as_ref().and_then(Proof::of)
            else {
                return None;
            };
            own.signature = Some(signature.into_owned());
            own.thinking = block.thinking.map(JsonText::into_owned);
        }
        "redacted_thinking" => {
            let data = block.data.as_ref().map(Proof::redacted);
            own.data = Some(data.filter(|data| !data.is_empty())?.into_owned());
        }
        _ => return None,
    }
    Some(own)
}

fn has_text(text: Option<&JsonText<'_>>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

fn tool_use<'m>(
    call: &'m chat::ToolCall<'_>,
    notes: &mut Notes,
) -> Result<messages::Block<'m>, Unconvertible> {
    if call.kind != "function" {
        return Err(Unconvertible::unsupported(
            "type",
            "only function calls are converted",
        ));
    }
    let Some(function) = &call.function else {
        return Err(Unconvertible::invalid("function", "is missing"));
    };
    let id = call
        .id
        .as_ref()
        .and_then(|id| tools::call_id(id, notes))
        .ok_or_else(|| Unconvertible::invalid("id", "is missing"))?;
    notes.dropped_if(
        "messages.tool_calls.extra_content",
        call.extra_content.is_some(),
    );
    Ok(messages::Block {
        kind: "tool_use".to_owned(),
        id: Some(id),
        name: Some(function.name.reborrow()),
        input: Some(input(function.arguments.as_ref())),
        ..messages::Block::default()
    })
}

/// Arguments must be an object there: what is none is put into one, so that the conversation can go on.
fn input(arguments: Option<&JsonText<'_>>) -> Json<'static> {
    let written = match arguments {
        Some(arguments) if !arguments.is_blank() => match Json::object(&arguments.decode()) {
            Some(object) => return object,
            None => format!("{{\"_raw\":{}}}", arguments.as_json()),
        },
        Some(_) | None => "{}".to_owned(),
    };
    Json::object(&written).unwrap_or_else(|| Json::of(&()))
}
