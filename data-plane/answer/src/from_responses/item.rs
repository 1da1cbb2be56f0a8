//! One item of the output: what was told of it, and what its finished form adds.
//!
//! It must not know events. Invariant: a text that was told in pieces is not told again.

use serde_json::value::RawValue;

use crate::json;
use crate::shape::responses::Part;
use crate::shape::responses::envelope::Encrypted;
use crate::text::{Json, JsonText};
use crate::{Content, Piece, Sink};

/// Between the parts of reasoning that other formats have as one text.
const PARAGRAPH: &str = "\n\n";

/// What was told of an item.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) id: Option<JsonText<'static>>,
    /// A call that was announced.
    pub(super) is_call: bool,
    pub(super) is_done: bool,
    pub(super) has_arguments: bool,
    /// The input of a custom tool was begun.
    is_custom: bool,
    /// Parts of a message's content that were told, or begun.
    parts: u32,
    reasons: Option<Reasons>,
}

/// A part of reasoning, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reasons {
    Summary(u32),
    Text(u32),
}

/// An item as it stands at its end, or when it is announced.
#[derive(Debug, Default)]
pub(super) struct Finished<'a> {
    kind: String,
    pub(super) id: Option<JsonText<'a>>,
    pub(super) call_id: Option<JsonText<'a>>,
    pub(super) name: Option<JsonText<'a>>,
    arguments: Option<JsonText<'a>>,
    input: Option<JsonText<'a>>,
    encrypted: Option<JsonText<'a>>,
    content: Vec<&'a RawValue>,
    summary: Vec<&'a RawValue>,
}

// === impl Item ===

impl Item {
    /// Notes whose place this is.
    pub(super) fn name(&mut self, item: &Finished<'_>) {
        if self.id.is_none() {
            self.id = item.id.clone().map(JsonText::into_owned);
        }
    }

    /// A message's text goes on in the part at `index`.
    pub(super) fn begin_part(&mut self, index: u32, sink: &mut dyn Sink) {
        let count = index.saturating_add(1);
        if self.parts != 0 && count > self.parts {
            sink.piece(&Piece::said(Content::BlockEnd));
        }
        self.parts = self.parts.max(count);
    }

    /// Reasoning goes on in another part, or in the same.
    pub(super) fn begin_reasons(&mut self, reasons: Reasons, sink: &mut dyn Sink) {
        let before = self.reasons.replace(reasons);
        if before.is_some_and(|before| before != reasons) {
            sink.piece(&Piece::said(Content::Thinking(JsonText::plain(PARAGRAPH))));
        }
    }

    /// More of a custom tool's input, which is a text: other formats have it as the `input` of an object.
    pub(super) fn custom_input(&mut self, slot: u32, text: &JsonText<'_>, sink: &mut dyn Sink) {
        let mut fragment = String::new();
        if !std::mem::replace(&mut self.is_custom, true) {
            fragment.push_str("{\"input\":\"");
        }
        fragment.push_str(text.inner());
        self.has_arguments = true;
        argue(slot, JsonText::plain(&fragment), sink);
    }

    /// Tells what the finished item has beyond what was told, and that it ended.
    pub(super) fn complete(&mut self, slot: u32, item: &Finished<'_>, sink: &mut dyn Sink) {
        match item.kind.as_str() {
            "message" => self.complete_message(item, sink),
            "reasoning" => self.complete_reasoning(item, sink),
            "function_call" if !self.has_arguments => {
                if let Some(arguments) = item.arguments.as_ref().filter(|text| !text.is_empty()) {
                    self.argue_if_announced(slot, arguments.reborrow(), sink);
                }
            }
            "custom_tool_call" if !self.has_arguments => {
                let input = item.input.as_ref().filter(|_| self.is_call);
                if let Some(input) = input {
                    self.custom_input(slot, input, sink);
                }
            }
            "function_call" | "custom_tool_call" => (),
            other => sink.piece(&Piece::Dropped(dropped(other))),
        }
        self.close(slot, sink);
    }

    /// Ends what was told: also where the item's end is missing.
    pub(super) fn close(&mut self, slot: u32, sink: &mut dyn Sink) {
        if self.is_call {
            if self.is_custom {
                argue(slot, JsonText::plain("\"}"), sink);
            }
            sink.piece(&Piece::said(Content::ToolEnd { slot }));
        } else if self.parts != 0 || self.reasons.is_some() {
            sink.piece(&Piece::said(Content::BlockEnd));
        }
    }

    fn argue_if_announced(&self, slot: u32, fragment: JsonText<'_>, sink: &mut dyn Sink) {
        if self.is_call {
            argue(slot, fragment, sink);
        }
    }

    fn complete_message(&mut self, item: &Finished<'_>, sink: &mut dyn Sink) {
        for (index, raw) in (0_u32..).zip(&item.content) {
            let Ok(part) = serde_json::from_str::<Part<'_>>(raw.get()) else {
                continue;
            };
            let is_annotated = |list: &Json<'_>| !json::is_empty_array(list.get());
            if part.annotations.as_ref().is_some_and(is_annotated) {
                sink.piece(&Piece::Dropped("annotations"));
            }
            if index < self.parts {
                continue;
            }
            let (text, refusal) = (non_empty(part.text), non_empty(part.refusal));
            let said = match (text, refusal) {
                (Some(text), _) => Content::Text(text),
                (None, Some(refusal)) => Content::Refusal(refusal),
                (None, None) => continue,
            };
            self.begin_part(index, sink);
            sink.piece(&Piece::said(said));
        }
    }

    fn complete_reasoning(&mut self, item: &Finished<'_>, sink: &mut dyn Sink) {
        if self.reasons.is_none() {
            let parts = (0..).zip(&item.summary);
            let parts = parts.map(|(index, raw)| (Reasons::Summary(index), raw));
            let texts = (0..).zip(&item.content);
            let texts = texts.map(|(index, raw)| (Reasons::Text(index), raw));
            for (reasons, raw) in parts.chain(texts) {
                let part = serde_json::from_str::<Part<'_>>(raw.get()).ok();
                let text = part.and_then(|part| part.text);
                if let Some(text) = text.filter(|text| !text.is_empty()) {
                    self.begin_reasons(reasons, sink);
                    sink.piece(&Piece::said(Content::Thinking(text)));
                }
            }
        }
        let Some(encrypted) = item.encrypted.as_ref().filter(|text| !text.is_empty()) else {
            return;
        };
        if self.reasons.is_none() {
            // Reasoning that is not shown is a block all the same, which the signature is of.
            self.reasons = Some(Reasons::Summary(0));
            sink.piece(&Piece::said(Content::Thinking(JsonText::empty())));
        }
        let signature = Encrypted::to_signature(item.id.as_ref(), encrypted);
        sink.piece(&Piece::said(Content::Signature(signature)));
    }
}

// === impl Finished ===

impl<'a> Finished<'a> {
    /// `None` where it is no object.
    pub(super) fn read(raw: &'a str) -> Option<Self> {
        let mut item = Self::default();
        json::members(raw, |key, value| match key.as_ref() {
            "type" => item.kind = json::string(value).unwrap_or_default(),
            "id" => item.id = text(value),
            "call_id" => item.call_id = text(value),
            "name" => item.name = text(value),
            "arguments" => item.arguments = text(value),
            "input" => item.input = text(value),
            "encrypted_content" => item.encrypted = text(value),
            "content" => item.content = serde_json::from_str(value).unwrap_or_default(),
            "summary" => item.summary = serde_json::from_str(value).unwrap_or_default(),
            _ => (),
        })
        .ok()?;
        Some(item)
    }

    /// A call of one of the client's tools.
    pub(super) fn is_call(&self) -> bool {
        matches!(self.kind.as_str(), "function_call" | "custom_tool_call")
    }
}

fn argue(slot: u32, fragment: JsonText<'_>, sink: &mut dyn Sink) {
    sink.piece(&Piece::said(Content::Arguments { slot, fragment }));
}

fn non_empty(text: Option<JsonText<'_>>) -> Option<JsonText<'_>> {
    text.filter(|text| !text.is_empty())
}

fn text(raw: &str) -> Option<JsonText<'_>> {
    serde_json::from_str(raw).ok()
}

/// The label of an item that the pieces have no place for.
fn dropped(kind: &str) -> &'static str {
    match kind {
        "web_search_call" => "output.web_search_call",
        "file_search_call" => "output.file_search_call",
        "computer_call" => "output.computer_call",
        "code_interpreter_call" => "output.code_interpreter_call",
        "image_generation_call" => "output.image_generation_call",
        "mcp_call" => "output.mcp_call",
        "mcp_list_tools" => "output.mcp_list_tools",
        "compaction" => "output.compaction",
        _ => "output",
    }
}
