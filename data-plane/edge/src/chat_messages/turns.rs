//! The list of messages as a system prompt and turns.
//!
//! It must not know the rest of the request. Invariants: results of tools stand first in their turn, and in one turn where
//! their messages follow one another, because Anthropic wants all of them directly behind the calls; an assistant's turn
//! is reasoning, text, calls in this order; no turn is empty; where the model binds its thoughts to what is in front of
//! them, more messages change nothing of the turns that fewer became.

use crate::shape::responses::envelope::Proof;
use crate::shape::{chat, messages};
use crate::text::{Json, JsonText};
use crate::{Notes, Unconvertible, Vendor};

use super::claude::Claude;
use super::parts::Urls;
use super::{parts, tools};

/// What the messages say.
#[derive(Default)]
pub(super) struct Conversation<'m> {
    /// Blocks of text.
    system: Vec<messages::Block<'m>>,
    turns: Vec<Turn<'m>>,
    /// Instructions that wait for their place.
    waiting: Vec<messages::Block<'m>>,
    ways: Ways,
}

/// What depends on the provider.
#[derive(Clone, Copy, Default)]
pub(super) struct Ways {
    pub(super) urls: Urls,
    pub(super) later: Later,
    /// So many messages at the end are there each time. Instructions among them can have no place between turns, since
    /// that would be another one each time.
    pub(super) appended: usize,
}

/// What becomes of instructions behind the first turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Later {
    /// They join the system prompt.
    #[default]
    InFront,
    /// A turn of their own, which must stand between a user's and an assistant's.
    Between,
    /// The user says them.
    AsUser,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Assistant,
    System,
}

struct Turn<'m> {
    role: Role,
    /// How many of the blocks, in front, are results of tools.
    results: usize,
    blocks: Vec<messages::Block<'m>>,
}

// === impl Later ===

impl Later {
    pub(super) fn of(claude: Option<Claude>, vendor: Vendor) -> Self {
        let Some(claude) = claude else {
            return Self::InFront;
        };
        // The services that the page on them lists, as far as they are asked in this format.
        let takes_between = match vendor {
            Vendor::Anthropic | Vendor::Vertex => claude.takes_instructions_between(),
            Vendor::OpenAi | Vendor::Foundry | Vendor::Bedrock | Vendor::Gemini | Vendor::Other => {
                false
            }
        };
        if takes_between {
            Self::Between
        } else if claude.binds_thoughts() {
            // In front they would change what all thoughts stand behind.
            Self::AsUser
        } else {
            Self::InFront
        }
    }
}

// === impl Role ===

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }
}

// === impl Conversation ===

impl<'m> Conversation<'m> {
    pub(super) fn read(
        messages: &'m [chat::Message<'_>],
        ways: Ways,
        notes: &mut Notes,
    ) -> Result<Self, Unconvertible> {
        let mut conversation = Self {
            ways,
            ..Self::default()
        };
        let clients = messages.len().saturating_sub(ways.appended);
        for (index, message) in messages.iter().enumerate() {
            if index == clients {
                conversation.ways.later = Later::InFront;
            }
            conversation
                .add(message, notes)
                .map_err(|error| error.within(&format!("messages[{index}]")))?;
        }
        conversation.place_waiting(notes);
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
        let said = match self.turns.as_slice() {
            [said @ .., last] if last.role == Role::System => said,
            all => all,
        };
        match said {
            [.., calls, results] => {
                results.results > 0
                    && calls.role == Role::Assistant
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
    pub(super) fn system(&self) -> Option<Json<'m>> {
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
        let mut texts = self.system.iter().filter_map(|block| block.text.clone());
        let first = texts.next()?;
        let further: Vec<JsonText<'_>> = texts.collect();
        Some(match further.is_empty() {
            true => first.into_json(),
            false => JsonText::join([&first].into_iter().chain(&further), "\n").into_json(),
        })
    }

    pub(super) fn into_messages(self) -> Vec<messages::Message<'m>> {
        let turns = self.turns.into_iter();
        turns
            .map(|turn| messages::Message {
                role: turn.role.name().to_owned(),
                content: messages::Content::Made(turn.blocks),
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
                let blocks = parts::blocks(message.content.as_ref(), self.ways.urls, notes)?;
                let blocks = with_cache(blocks, message);
                notes.dropped_if("messages", blocks.is_empty());
                self.note_overtaken(&blocks, notes);
                self.add_user(blocks);
                Ok(())
            }
            "tool" => {
                let result = result(message, self.ways.urls, notes)?;
                self.note_overtaken(std::slice::from_ref(&result), notes);
                self.add_result(result);
                Ok(())
            }
            "assistant" => {
                let blocks = with_cache(said(message, self.ways.urls, notes)?, message);
                notes.dropped_if("messages", blocks.is_empty());
                if !blocks.is_empty() {
                    self.place_waiting(notes);
                    self.turns.push(Turn {
                        role: Role::Assistant,
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
        let blocks = parts::blocks(message.content.as_ref(), self.ways.urls, notes)?;
        let blocks = with_cache(blocks, message);
        if blocks.iter().any(|block| block.kind != "text") {
            return Err(Unconvertible::unsupported(
                "content",
                "the provider takes only text as a system prompt",
            ));
        }
        if self.turns.is_empty() {
            self.system.extend(blocks);
            return Ok(());
        }
        match self.ways.later {
            Later::InFront => {
                notes.dropped_if("messages.system_position", !blocks.is_empty());
                self.system.extend(blocks);
            }
            Later::Between => self.waiting.extend(blocks),
            Later::AsUser => {
                notes.dropped_if("messages.role", !blocks.is_empty());
                self.add_user(blocks);
            }
        }
        Ok(())
    }

    /// Instructions that wait stand behind what was said after them.
    fn note_overtaken(&self, said: &[messages::Block<'m>], notes: &mut Notes) {
        let is_overtaken = !self.waiting.is_empty() && !said.is_empty();
        notes.dropped_if("messages.system_position", is_overtaken);
    }

    /// No more of the user's follows: what waits for that has its place here.
    fn place_waiting(&mut self, notes: &mut Notes) {
        let blocks = std::mem::take(&mut self.waiting);
        if blocks.is_empty() {
            return;
        }
        if self
            .turns
            .last()
            .is_some_and(|turn| turn.role == Role::User)
        {
            self.turns.push(Turn {
                role: Role::System,
                results: 0,
                blocks,
            });
        } else {
            // Between two turns of an assistant, or at the end behind one, there is no place for them.
            notes.dropped("messages.role");
            self.add_user(blocks);
        }
    }

    fn add_user(&mut self, blocks: Vec<messages::Block<'m>>) {
        if blocks.is_empty() {
            return;
        }
        match self.turns.last_mut() {
            Some(turn) if turn.role == Role::User && turn.results > 0 => turn.blocks.extend(blocks),
            Some(_) | None => self.turns.push(Turn {
                role: Role::User,
                results: 0,
                blocks,
            }),
        }
    }

    fn add_result(&mut self, result: messages::Block<'m>) {
        match self.turns.last_mut() {
            Some(turn) if turn.role == Role::User => {
                turn.blocks.insert(turn.results, result);
                turn.results += 1;
            }
            Some(_) | None => self.turns.push(Turn {
                role: Role::User,
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
