//! Turns of a conversation.
//!
//! Invariants: turns alternate, and the first is the user's; none is empty, and no text in them blank; a document has a
//! text beside it.

use serde_json::value::RawValue;

use super::media::{self, DocumentNames};
use super::{CachePoints, Family, Place};
use crate::shape::converse::{
    ContentBlock, Message, ReasoningContent, ReasoningText, Role, SystemBlock, ToolResult,
    ToolResultContent, ToolResultStatus, ToolUse,
};
use crate::shape::messages::{self, Block};
use crate::shape::responses::envelope::Proof;
use crate::text::{Json, JsonText};
use crate::tool_names::{ToolNames, call_id};
use crate::{Notes, Unconvertible, server_tools};

/// A text where Bedrock wants one and the client said none.
const SOMETHING: &str = ".";
/// The result of a tool that gave none.
const NO_RESULT: &str = "(empty)";
/// In front of a failed call's result, where a model takes no status.
const FAILED: &str = "[tool error]";

/// The client's turns, read once.
pub(super) struct History<'r> {
    turns: Vec<(&'r str, Vec<Block<'r>>)>,
}

/// Turns as Bedrock takes them.
pub(super) struct Turns<'r> {
    pub(super) messages: Vec<Message<'r>>,
    /// What system turns in the middle said.
    pub(super) hoisted: Vec<SystemBlock<'r>>,
}

/// What the blocks of a request need in common.
struct Converter<'c> {
    family: Family,
    names: &'c ToolNames,
    documents: DocumentNames,
    cache: &'c mut CachePoints,
    notes: &'c mut Notes,
}

/// The blocks of a `content` member: a text or a list.
pub(super) fn blocks(content: &str) -> Result<Vec<Block<'_>>, Unconvertible> {
    if let Some(text) = Json::found(content).text() {
        return Ok(vec![Block {
            kind: "text".to_owned(),
            text: Some(text),
            ..Block::default()
        }]);
    }
    let list: Vec<&RawValue> = serde_json::from_str(content)
        .map_err(|_| Unconvertible::invalid("", "is neither a text nor a list of blocks"))?;
    list.into_iter()
        .enumerate()
        .map(|(index, raw)| block(raw).map_err(|error| error.within(&format!("[{index}]"))))
        .collect()
}

/// The blocks of a member of a block.
pub(super) fn within<'r>(content: &Json<'r>) -> Result<Vec<Block<'r>>, Unconvertible> {
    if let Some(content) = content.in_place() {
        return blocks(content);
    }
    let made = blocks(content.get())?;
    Ok(made.into_iter().map(Block::into_owned).collect())
}

fn block(raw: &RawValue) -> Result<Block<'_>, Unconvertible> {
    #[derive(serde::Deserialize)]
    struct Kind {
        #[serde(rename = "type")]
        kind: String,
    }
    let read = serde_json::from_str(raw.get()).ok();
    read.or_else(|| server_tools::unread(raw)).ok_or_else(|| {
        // Its `source` is a text, where that of any other block is an object.
        match serde_json::from_str::<Kind>(raw.get()) {
            Ok(Kind { kind }) if kind == "search_result" => no_counterpart(),
            Ok(_) | Err(_) => Unconvertible::invalid("", "is not a content block"),
        }
    })
}

/// Turns of `history` for a model of `family`.
pub(super) fn turns<'r>(
    history: History<'r>,
    family: Family,
    names: &ToolNames,
    cache: &mut CachePoints,
    notes: &mut Notes,
) -> Result<Turns<'r>, Unconvertible> {
    let mut converter = Converter {
        family,
        names,
        documents: DocumentNames::default(),
        cache,
        notes,
    };
    let mut turns = Turns {
        messages: Vec::new(),
        hoisted: Vec::new(),
    };
    for (index, (role, blocks)) in history.turns.into_iter().enumerate() {
        let role = match role {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => {
                turns.hoist(blocks, converter.notes);
                continue;
            }
            _ => {
                return Err(Unconvertible::unsupported(
                    format!("messages[{index}].role"),
                    "is none of `user`, `assistant` and `system`",
                ));
            }
        };
        let mut message = turns.begin(role);
        for (at, block) in blocks.into_iter().enumerate() {
            converter
                .block(role, block, &mut message.content)
                .map_err(|error| error.within(&format!("messages[{index}].content[{at}]")))?;
        }
        if !message.content.is_empty() {
            turns.messages.push(message);
        }
    }
    turns.completed()
}

// === impl History ===

impl<'r> History<'r> {
    pub(super) fn read(messages: &'r [messages::Message<'_>]) -> Result<Self, Unconvertible> {
        let turns = messages
            .iter()
            .enumerate()
            .map(|(index, message)| {
                let blocks = match &message.content {
                    messages::Content::Made(blocks) => {
                        Ok(blocks.iter().map(Block::reborrow).collect())
                    }
                    messages::Content::Read(json) => blocks(json.get()),
                };
                let blocks =
                    blocks.map_err(|error| error.within(&format!("messages[{index}].content")))?;
                Ok((message.role.as_str(), blocks))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { turns })
    }

    /// Whether tools were called.
    pub(super) fn has_calls(&self) -> bool {
        self.blocks()
            .any(|block| matches!(block.kind.as_str(), "tool_use" | "tool_result"))
    }

    /// The last turn answers calls, and the turn with the calls does not begin with reasoning that is proven.
    pub(super) fn has_unproven_call(&self) -> bool {
        let [.., (_, calls), ("user", results)] = self.turns.as_slice() else {
            return false;
        };
        let has = |blocks: &[Block<'_>], kind| blocks.iter().any(|block| block.kind == kind);
        let mut kept = calls.iter().filter(|block| match block.kind.as_str() {
            "thinking" => is_claudes(block),
            kind => !server_tools::is_block(kind),
        });
        let is_proven = kept
            .next()
            .is_some_and(|block| matches!(block.kind.as_str(), "thinking" | "redacted_thinking"));
        has(results, "tool_result") && has(calls, "tool_use") && !is_proven
    }

    /// The tools that were called.
    pub(super) fn called(&self) -> impl Iterator<Item = &JsonText<'r>> {
        self.blocks()
            .filter(|block| block.kind == "tool_use")
            .filter_map(|block| block.name.as_ref())
    }

    fn blocks(&self) -> impl Iterator<Item = &Block<'r>> {
        self.turns.iter().flat_map(|(_, blocks)| blocks)
    }
}

// === impl Turns ===

impl<'r> Turns<'r> {
    /// The turn in which `role` says what comes next: the last one, if nobody spoke since. It is taken out.
    fn begin(&mut self, role: Role) -> Message<'r> {
        self.messages
            .pop_if(|last| last.role == role)
            .unwrap_or(Message {
                role,
                content: Vec::new(),
            })
    }

    /// Converse keeps the system prompt apart, so its place among the turns is lost.
    fn hoist(&mut self, blocks: Vec<Block<'r>>, notes: &mut Notes) {
        notes.dropped("messages.role");
        let texts = blocks.into_iter().filter_map(|block| block.text);
        self.hoisted
            .extend(texts.filter(|text| !text.is_blank()).map(SystemBlock::Text));
    }

    fn completed(mut self) -> Result<Self, Unconvertible> {
        if self.messages.is_empty() {
            return Err(Unconvertible::invalid("messages", "nothing is said"));
        }
        for message in &mut self.messages {
            let has = |wanted: fn(&ContentBlock<'_>) -> bool| message.content.iter().any(wanted);
            if has(|block| matches!(block, ContentBlock::Document(_)))
                && !has(|block| matches!(block, ContentBlock::Text(_)))
            {
                message.content.push(something());
            }
        }
        let begins_with_answer = self
            .messages
            .first()
            .is_some_and(|message| message.role == Role::Assistant);
        if begins_with_answer {
            self.messages.insert(
                0,
                Message {
                    role: Role::User,
                    content: vec![something()],
                },
            );
        }
        Ok(self)
    }
}

// === impl Converter ===

impl Converter<'_> {
    /// Appends a block, and the cache point behind it.
    fn block<'r>(
        &mut self,
        role: Role,
        mut block: Block<'r>,
        content: &mut Vec<ContentBlock<'r>>,
    ) -> Result<(), Unconvertible> {
        let mut marker = block.cache_control.take();
        let converted = match (block.kind.as_str(), role) {
            ("text", _) => {
                let text = block.text.ok_or_else(|| missing("text"))?;
                (!text.is_blank()).then_some(ContentBlock::Text(text))
            }
            ("image", Role::User) => Some(ContentBlock::Image(media::image(block.source)?)),
            ("document", Role::User) => Some(ContentBlock::Document(media::document(
                block,
                &mut self.documents,
            )?)),
            ("tool_result", Role::User) => {
                let (result, inner_marker) = self.result(block)?;
                marker = marker.or(inner_marker);
                Some(ContentBlock::ToolResult(result))
            }
            ("tool_use", Role::Assistant) => Some(ContentBlock::ToolUse(self.call(block)?)),
            ("thinking" | "redacted_thinking", Role::Assistant) => {
                let reasoning = self.reasoning(block)?;
                reasoning.map(ContentBlock::ReasoningContent)
            }
            ("image" | "document" | "tool_result" | "tool_use", _) => {
                return Err(Unconvertible::unsupported(
                    "type",
                    "Bedrock does not take such a block from this role",
                ));
            }
            (kind, _) if server_tools::is_left_out(kind, self.notes) => None,
            _ => return Err(no_counterpart()),
        };
        content.extend(converted);
        let is_behind_something =
            !matches!(content.last(), None | Some(ContentBlock::CachePoint(_)));
        if is_behind_something {
            let point = self.cache.point(marker, Place::Messages, self.notes);
            content.extend(point.map(ContentBlock::CachePoint));
        }
        Ok(())
    }

    fn call<'r>(&self, block: Block<'r>) -> Result<ToolUse<'r>, Unconvertible> {
        let input = block.input.unwrap_or_else(|| Json::of(&Empty {}));
        if !input.is_object() {
            return Err(Unconvertible::invalid("input", "is not an object"));
        }
        let name = block.name.ok_or_else(|| missing("name"))?;
        Ok(ToolUse {
            tool_use_id: call_id(block.id.ok_or_else(|| missing("id"))?),
            name: self.names.told(name),
            input,
        })
    }

    /// A result, and the cache marker of a block in it: Converse has none inside.
    fn result<'r>(
        &mut self,
        block: Block<'r>,
    ) -> Result<(ToolResult<'r>, Option<Json<'r>>), Unconvertible> {
        let id = block.tool_use_id.ok_or_else(|| missing("tool_use_id"))?;
        let mut content = Vec::new();
        if block.is_error == Some(true) && !self.family.has_status() {
            content.push(ToolResultContent::Text(JsonText::plain(FAILED)));
        }
        let mut marker = None;
        let parts = match &block.content {
            Some(content) => within(content).map_err(|error| error.within("content"))?,
            None => Vec::new(),
        };
        for (index, mut part) in parts.into_iter().enumerate() {
            marker = part.cache_control.take().or(marker);
            let part = self
                .result_part(part)
                .map_err(|error| error.within(&format!("content[{index}]")))?;
            content.extend(part);
        }
        if content.is_empty() {
            content.push(ToolResultContent::Text(JsonText::plain(NO_RESULT)));
        }
        let status = block
            .is_error
            .filter(|_| self.family.has_status())
            .map(|is_error| match is_error {
                true => ToolResultStatus::Error,
                false => ToolResultStatus::Success,
            });
        let result = ToolResult {
            tool_use_id: call_id(id),
            content,
            status,
        };
        Ok((result, marker))
    }

    fn result_part<'r>(
        &mut self,
        part: Block<'r>,
    ) -> Result<Option<ToolResultContent<'r>>, Unconvertible> {
        match part.kind.as_str() {
            "text" => {
                let text = part.text.ok_or_else(|| missing("text"))?;
                Ok((!text.is_blank()).then_some(ToolResultContent::Text(text)))
            }
            "image" => Ok(Some(ToolResultContent::Image(media::image(part.source)?))),
            "document" => Ok(Some(ToolResultContent::Document(media::document(
                part,
                &mut self.documents,
            )?))),
            kind if server_tools::is_reference(kind, self.notes) => Ok(None),
            _ => Err(no_counterpart()),
        }
    }

    /// Reasoning, if it is proven: without its signature a model refuses it.
    fn reasoning<'r>(
        &mut self,
        block: Block<'r>,
    ) -> Result<Option<ReasoningContent<'r>>, Unconvertible> {
        if block.kind == "redacted_thinking" {
            let data = block.data.ok_or_else(|| missing("data"))?;
            return Ok(Some(ReasoningContent::RedactedContent(data)));
        }
        let text = block.thinking.ok_or_else(|| missing("thinking"))?;
        let signature = block.signature.and_then(of_claude);
        self.notes
            .dropped_if("messages.content.thinking", signature.is_none());
        Ok(signature
            .map(|signature| ReasoningContent::ReasoningText(ReasoningText { text, signature })))
    }
}

/// The signature as Claude gave it; another's proof is none here.
fn of_claude(signature: JsonText<'_>) -> Option<JsonText<'_>> {
    match Proof::of(&signature)? {
        Proof::Claude(own) if own.inner().len() < signature.inner().len() => {
            return Some(own.into_owned());
        }
        Proof::Claude(_) => (),
        Proof::Gemini(_) | Proof::Responses => return None,
    }
    Some(signature)
}

fn is_claudes(block: &Block<'_>) -> bool {
    let proof = block.signature.as_ref().and_then(Proof::of);
    matches!(proof, Some(Proof::Claude(_)))
}

/// An empty object.
#[derive(serde::Serialize)]
struct Empty {}

fn something() -> ContentBlock<'static> {
    ContentBlock::Text(JsonText::plain(SOMETHING))
}

fn missing(member: &'static str) -> Unconvertible {
    Unconvertible::invalid(member, "is missing")
}

fn no_counterpart() -> Unconvertible {
    Unconvertible::unsupported("type", "Bedrock has no counterpart of this kind of block")
}
