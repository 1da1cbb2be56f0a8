//! The items of a response, and the events by which they are told.
//!
//! It must not know in what order pieces come. Invariant: an item's place is its index for good.

use std::io::Write as _;

use super::events::{Events, put};
use super::item::{Item, Message, Part, Reasoning, Status, What, write_text};
use crate::held::EACH;
use crate::text::JsonText;

/// Between a call's id and the proof of the reasoning that led to it: clients hand ids back, and drop members that they do
/// not know (llm.md 2.4).
const THOUGHT: &str = "__thought__";

/// All items.
#[derive(Debug)]
pub(super) struct Output {
    nonce: u64,
    items: Vec<Item>,
    /// What they are taken to cost, in bytes.
    held: usize,
}

// === impl Output ===

impl Output {
    pub(super) fn new(nonce: u64) -> Self {
        Self {
            nonce,
            items: Vec::new(),
            held: 0,
        }
    }

    /// What is kept, in bytes.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// The id by which a client answers a call: the provider's, or one that is made.
    pub(super) fn call_id(
        &self,
        id: Option<&JsonText<'_>>,
        signature: Option<&JsonText<'_>>,
    ) -> JsonText<'static> {
        let made;
        let id = match id.filter(|id| !id.is_empty()) {
            Some(id) => id.inner(),
            None => {
                made = format!("call_{:016x}{:04x}", self.nonce, self.items.len());
                &made
            }
        };
        JsonText::from_inner_literal(match signature.filter(|text| !text.is_empty()) {
            Some(signature) => format!("\"{id}{THOUGHT}{}\"", signature.inner()),
            None => format!("\"{id}\""),
        })
    }

    /// Where the call of `slot` is, while it goes on.
    pub(super) fn open_call(&self, slot: u32) -> Option<usize> {
        self.items
            .iter()
            .rposition(|item| item.is_open() && item.call().is_some_and(|call| call.slot == slot))
    }

    /// Places of all items that go on.
    pub(super) fn open_items(&self) -> Vec<usize> {
        let items = self.items.iter().enumerate();
        items
            .filter(|(_, item)| item.is_open())
            .map(|(index, _)| index)
            .collect()
    }

    /// What goes on will not be finished.
    pub(super) fn cut(&mut self) {
        for item in &mut self.items {
            if item.is_open() {
                item.status = Status::Incomplete;
            }
        }
    }

    pub(super) fn message(&mut self, index: usize) -> Option<&mut Message> {
        match &mut self.items.get_mut(index)?.what {
            What::Message(message) => Some(message),
            What::Reasoning(_) | What::Call(_) => None,
        }
    }

    /// The proof of a reasoning, made of what it was before.
    pub(super) fn prove(
        &mut self,
        index: usize,
        make: impl FnOnce(Option<JsonText<'static>>) -> JsonText<'static>,
    ) {
        let Some(reasoning) = self.reasoning(index) else {
            return;
        };
        let before = reasoning.encrypted.take();
        let was = before.as_ref().map_or(0, |text| text.inner().len());
        let encrypted = make(before);
        let is = encrypted.inner().len();
        reasoning.encrypted = Some(encrypted);
        self.held = (self.held + is).saturating_sub(was);
    }

    pub(super) fn reasoning(&mut self, index: usize) -> Option<&mut Reasoning> {
        match &mut self.items.get_mut(index)?.what {
            What::Reasoning(reasoning) => Some(reasoning),
            What::Message(_) | What::Call(_) => None,
        }
    }

    /// Adds an item; its index.
    pub(super) fn announce(&mut self, what: What, events: &mut Events<'_>) -> usize {
        let index = self.items.len();
        self.held += EACH + what.size();
        self.items.push(Item {
            what,
            status: Status::InProgress,
        });
        events.event("response.output_item.added", |out| {
            self.write_placed(index, out);
        });
        index
    }

    /// More of a message's text.
    pub(super) fn say(
        &mut self,
        index: usize,
        text: &JsonText<'_>,
        is_refusal: bool,
        events: &mut Events<'_>,
    ) {
        let Some(message) = self.message(index) else {
            return;
        };
        let last = message.parts.last().filter(|_| message.is_part_open);
        if last.is_none_or(|part| part.is_refusal != is_refusal) {
            self.close_part(index, events);
            self.open_part(index, is_refusal, events);
        }
        self.held += text.inner().len();
        let Some(message) = self.message(index) else {
            return;
        };
        let place = message.parts.len().saturating_sub(1);
        if let Some(part) = message.parts.last_mut() {
            part.text.push_str(text.inner());
        }
        let kind = if is_refusal {
            "response.refusal.delta"
        } else {
            "response.output_text.delta"
        };
        events.event(kind, |out| {
            self.write_place(index, "content_index", place, out);
            put(out, &[",\"delta\":", text.as_json()]);
            if !is_refusal {
                put(out, &[",\"logprobs\":[]"]);
            }
        });
    }

    fn open_part(&mut self, index: usize, is_refusal: bool, events: &mut Events<'_>) {
        let Some(message) = self.message(index) else {
            return;
        };
        let place = message.parts.len();
        message.is_part_open = true;
        message.parts.push(Part {
            is_refusal,
            text: String::new(),
        });
        self.held += EACH;
        self.part_event("response.content_part.added", index, place, events);
    }

    /// The last part of a message's content is whole.
    pub(super) fn close_part(&mut self, index: usize, events: &mut Events<'_>) {
        let Some(message) = self.message(index) else {
            return;
        };
        if !std::mem::replace(&mut message.is_part_open, false) {
            return;
        }
        let place = message.parts.len().saturating_sub(1);
        if let Some(part) = self.part(index, place) {
            let (kind, member) = if part.is_refusal {
                ("response.refusal.done", ",\"refusal\":\"")
            } else {
                ("response.output_text.done", ",\"text\":\"")
            };
            events.event(kind, |out| {
                self.write_place(index, "content_index", place, out);
                put(out, &[member, &part.text, "\""]);
                if !part.is_refusal {
                    put(out, &[",\"logprobs\":[]"]);
                }
            });
        }
        self.part_event("response.content_part.done", index, place, events);
    }

    fn part_event(&self, kind: &str, index: usize, place: usize, events: &mut Events<'_>) {
        let Some(part) = self.part(index, place) else {
            return;
        };
        events.event(kind, |out| {
            self.write_place(index, "content_index", place, out);
            put(out, &[",\"part\":"]);
            part.write(out);
        });
    }

    fn part(&self, index: usize, place: usize) -> Option<&Part> {
        match &self.items.get(index)?.what {
            What::Message(message) => message.parts.get(place),
            What::Reasoning(_) | What::Call(_) => None,
        }
    }

    /// More of a reasoning's summary.
    pub(super) fn think(&mut self, index: usize, text: &JsonText<'_>, events: &mut Events<'_>) {
        let Some(reasoning) = self.reasoning(index) else {
            return;
        };
        let is_first = reasoning.summary.is_none();
        let summary = reasoning.summary.get_or_insert_default();
        summary.push_str(text.inner());
        self.held += text.inner().len();
        if is_first {
            self.summary_event("part.added", "part", "", index, events);
        }
        events.event("response.reasoning_summary_text.delta", |out| {
            self.write_place(index, "summary_index", 0, out);
            put(out, &[",\"delta\":", text.as_json()]);
        });
    }

    /// `member` is `part`, which has the text, or `text`, which is it.
    fn summary_event(
        &self,
        event: &str,
        member: &str,
        text: &str,
        index: usize,
        events: &mut Events<'_>,
    ) {
        let kind = match event {
            "part.added" => "response.reasoning_summary_part.added",
            "part.done" => "response.reasoning_summary_part.done",
            _ => "response.reasoning_summary_text.done",
        };
        events.event(kind, |out| {
            self.write_place(index, "summary_index", 0, out);
            put(out, &[",\"", member, "\":"]);
            if member == "part" {
                write_text("summary_text", text, out);
            } else {
                put(out, &["\"", text, "\""]);
            }
        });
    }

    /// More of a call's arguments. Those of a custom tool are told when they are whole.
    pub(super) fn argue(&mut self, index: usize, text: &JsonText<'_>, events: &mut Events<'_>) {
        let Some(call) = self.items.get_mut(index).and_then(Item::call_mut) else {
            return;
        };
        if text.is_empty() {
            return;
        }
        call.arguments.push_str(text.inner());
        let is_custom = call.is_custom;
        self.held += text.inner().len();
        if is_custom {
            return;
        }
        events.event("response.function_call_arguments.delta", |out| {
            self.write_item_place(index, out);
            put(out, &[",\"delta\":", text.as_json()]);
        });
    }

    /// The item is whole, or as whole as it will be.
    pub(super) fn close(&mut self, index: usize, status: Status, events: &mut Events<'_>) {
        self.close_part(index, events);
        let call = self.items.get(index).and_then(Item::call);
        if call.is_some_and(|call| call.arguments.is_empty() && !call.is_custom) {
            self.argue(index, &JsonText::plain("{}"), events);
        }
        let Some(item) = self.items.get_mut(index).filter(|item| item.is_open()) else {
            return;
        };
        item.status = status;
        match self.items.get(index).map(|item| &item.what) {
            None | Some(What::Message(_)) => (),
            Some(What::Reasoning(reasoning)) => {
                if let Some(summary) = &reasoning.summary {
                    self.summary_event("text.done", "text", summary, index, events);
                    self.summary_event("part.done", "part", summary, index, events);
                }
            }
            Some(What::Call(call)) if call.is_custom => self.close_input(index, events),
            Some(What::Call(_)) => self.close_arguments(index, events),
        }
        events.event("response.output_item.done", |out| {
            self.write_placed(index, out);
        });
    }

    fn close_arguments(&self, index: usize, events: &mut Events<'_>) {
        let Some(call) = self.items.get(index).and_then(Item::call) else {
            return;
        };
        events.event("response.function_call_arguments.done", |out| {
            self.write_item_place(index, out);
            put(out, &[",\"name\":", call.name.as_json()]);
            put(out, &[",\"arguments\":\"", &call.arguments, "\""]);
        });
    }

    fn close_input(&self, index: usize, events: &mut Events<'_>) {
        let Some(call) = self.items.get(index).and_then(Item::call) else {
            return;
        };
        let input = call.input();
        for (kind, member) in [
            ("response.custom_tool_call_input.delta", ",\"delta\":"),
            ("response.custom_tool_call_input.done", ",\"input\":"),
        ] {
            events.event(kind, |out| {
                self.write_item_place(index, out);
                put(out, &[member, input.as_json()]);
            });
        }
    }

    /// The `output` of the response object.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            item.write(self.nonce, index, out);
        }
        out.push(b']');
    }

    /// The members `output_index` and `item`.
    fn write_placed(&self, index: usize, out: &mut Vec<u8>) {
        let Some(item) = self.items.get(index) else {
            return;
        };
        // Writing to a vector does not fail.
        let _ = write!(out, ",\"output_index\":{index},\"item\":");
        item.write(self.nonce, index, out);
    }

    /// The members that say where in an item something is.
    fn write_place(&self, index: usize, member: &str, place: usize, out: &mut Vec<u8>) {
        self.write_item_place(index, out);
        let _ = write!(out, ",\"{member}\":{place}");
    }

    fn write_item_place(&self, index: usize, out: &mut Vec<u8>) {
        put(out, &[",\"item_id\":"]);
        if let Some(item) = self.items.get(index) {
            item.write_id(self.nonce, index, out);
        }
        let _ = write!(out, ",\"output_index\":{index}");
    }
}
