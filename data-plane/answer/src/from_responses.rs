//! Answers of OpenAI Responses, streamed or buffered, read into pieces.
//!
//! Events after OpenAI's API reference ("Streaming events" of Responses) and the types of its Python SDK. It must not know
//! who asked. Invariants: each fact is read for itself, so a member of an unexpected shape costs that fact only; `End` is
//! told on `response.completed` and `response.incomplete` alone; what a server leaves out of its deltas is taken from the
//! finished item, and what it leaves out of the items from the last event, so nothing is told twice and nothing is lost.

mod event;
mod item;

use std::collections::BTreeMap;

use self::event::{Event, Response};
use self::item::{Finished, Item, Reasons};
use super::{Content, Piece, Sink, Start};
use crate::error::ProviderError;
use crate::held::EACH;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;

/// Reads one answer.
#[derive(Debug, Default)]
pub struct Reader {
    is_started: bool,
    /// `End` or `Failure` was told.
    is_ended: bool,
    has_calls: bool,
    /// By the place in the output; the place of a call is its slot.
    items: BTreeMap<u32, Item>,
}

/// Reads a buffered answer. `is_kept`: whoever asked gets it as it is, and may have asked for what is made in the background:
/// then the name under which it can be looked at is the answer.
///
/// # Errors
/// The body is not a JSON object; end of input means that it was cut.
pub fn body(text: &str, is_kept: bool, sink: &mut dyn Sink) -> Result<(), serde_json::Error> {
    let response = Response::read(text)?;
    let mut reader = Reader::new();
    if let Some(error) = response.error {
        reader.fail(response_error(error), sink);
        return Ok(());
    }
    match response.status.as_deref() {
        Some("failed" | "cancelled") => reader.fail(unexplained(), sink),
        Some("in_progress" | "queued") if is_kept && response.is_of_background => {
            reader.start(&response, sink);
            reader.is_ended = true;
            sink.piece(&Piece::End);
        }
        Some("in_progress" | "queued") => reader.fail(unfinished(), sink),
        // `completed`, `incomplete`, and what servers say that have other words, or none.
        Some(_) | None => reader.finish(&response, sink),
    }
    Ok(())
}

// === impl Reader ===

impl Reader {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        let of = |item: &Item| item.id.as_ref().map_or(0, |id| id.inner().len());
        self.items.values().map(|item| EACH + of(item)).sum()
    }

    /// Reads one event.
    pub fn event(&mut self, name: Option<&[u8]>, data: &[u8], sink: &mut dyn Sink) {
        if self.is_ended {
            return;
        }
        let Some(event) = std::str::from_utf8(data).ok().and_then(Event::read) else {
            return;
        };
        let name = name.and_then(|name| std::str::from_utf8(name).ok());
        let kind = event.kind.as_deref().or(name).unwrap_or_default();
        match kind {
            "response.created" | "response.in_progress" | "response.queued" => {
                self.start(&event.response(), sink);
            }
            "response.output_item.added" => self.item_added(&event, sink),
            "response.output_item.done" => {
                if let (Some(index), Some(item)) = (event.output_index, event.item) {
                    self.start(&Response::default(), sink);
                    self.item_done(index, item, sink);
                }
            }
            "response.output_text.delta"
            | "response.refusal.delta"
            | "response.reasoning_summary_text.delta"
            | "response.reasoning_text.delta"
            | "response.function_call_arguments.delta"
            | "response.custom_tool_call_input.delta" => self.delta(kind, &event, sink),
            "response.completed" | "response.incomplete" => self.finish(&event.response(), sink),
            "response.failed" | "response.cancelled" => {
                let error = event.response().error.map(response_error);
                self.fail(error.unwrap_or_else(unexplained), sink);
            }
            "error" => self.fail(event.error_of_event(), sink),
            // Some servers send an error without any type.
            _ => {
                if let Some(error) = event.bare_error() {
                    self.fail(error, sink);
                }
            }
        }
    }

    /// The body ended: everything was told when the last event came.
    pub fn end(&mut self, _sink: &mut dyn Sink) {}

    fn start(&mut self, response: &Response<'_>, sink: &mut dyn Sink) {
        if std::mem::replace(&mut self.is_started, true) {
            return;
        }
        sink.piece(&Piece::Start(Start {
            id: response.id.clone(),
            model: response.model.clone(),
            created: response.created_at,
            service_tier: response.service_tier.clone(),
            is_of_background: response.is_of_background,
        }));
    }

    fn item_added(&mut self, event: &Event<'_>, sink: &mut dyn Sink) {
        self.start(&Response::default(), sink);
        let (Some(index), Some(item)) = (event.output_index, event.item) else {
            return;
        };
        let Some(finished) = Finished::read(item) else {
            return;
        };
        self.items.entry(index).or_default().name(&finished);
        if finished.is_call() {
            self.call(index, &finished, sink);
        }
    }

    /// Announces a call, unless that was done or its tool is not known.
    fn call(&mut self, index: u32, call: &Finished<'_>, sink: &mut dyn Sink) {
        let item = self.items.entry(index).or_default();
        let Some(name) = call
            .name
            .as_ref()
            .filter(|_| !item.is_call && !item.is_done)
        else {
            return;
        };
        item.is_call = true;
        self.has_calls = true;
        sink.piece(&Piece::said(Content::ToolCall {
            slot: index,
            id: call
                .call_id
                .as_ref()
                .or(call.id.as_ref())
                .map(JsonText::reborrow),
            name: name.reborrow(),
            signature: None,
        }));
    }

    fn delta(&mut self, kind: &str, event: &Event<'_>, sink: &mut dyn Sink) {
        self.start(&Response::default(), sink);
        let (Some(index), Some(delta)) = (event.output_index, event.delta()) else {
            return;
        };
        if delta.is_empty() {
            return;
        }
        let item = self.items.entry(index).or_default();
        if item.is_done {
            return;
        }
        match kind {
            "response.output_text.delta" => {
                item.begin_part(event.content_index, sink);
                sink.piece(&Piece::said(Content::Text(delta)));
            }
            "response.refusal.delta" => {
                item.begin_part(event.content_index, sink);
                sink.piece(&Piece::said(Content::Refusal(delta)));
            }
            "response.reasoning_summary_text.delta" => {
                item.begin_reasons(Reasons::Summary(event.summary_index), sink);
                sink.piece(&Piece::said(Content::Thinking(delta)));
            }
            "response.reasoning_text.delta" => {
                item.begin_reasons(Reasons::Text(event.content_index), sink);
                sink.piece(&Piece::said(Content::Thinking(delta)));
            }
            "response.function_call_arguments.delta" if item.is_call => {
                item.has_arguments = true;
                sink.piece(&Piece::said(Content::Arguments {
                    slot: index,
                    fragment: delta,
                }));
            }
            "response.custom_tool_call_input.delta" if item.is_call => {
                item.custom_input(index, &delta, sink);
            }
            // A call that was not announced: the finished item has it all.
            _ => (),
        }
    }

    fn item_done(&mut self, index: u32, raw: &str, sink: &mut dyn Sink) {
        let Some(finished) = Finished::read(raw) else {
            return;
        };
        if finished.is_call() {
            self.call(index, &finished, sink);
        }
        let item = self.items.entry(index).or_default();
        item.name(&finished);
        if !std::mem::replace(&mut item.is_done, true) {
            item.complete(index, &finished, sink);
        }
    }

    /// The last event, or a buffered answer.
    fn finish(&mut self, response: &Response<'_>, sink: &mut dyn Sink) {
        self.start(response, sink);
        // A place that no item of the last event has by itself.
        let free = u32::try_from(response.output.len()).unwrap_or(u32::MAX);
        for (index, raw) in (0..).zip(&response.output) {
            let index = self.place_of(raw.get(), index, free);
            self.item_done(index, raw.get(), sink);
        }
        for (index, item) in &mut self.items {
            if !std::mem::replace(&mut item.is_done, true) {
                item.close(*index, sink);
            }
        }
        sink.piece(&Piece::Finish {
            choice: 0,
            finish: self.reason(response).into(),
        });
        if let Some(usage) = response.usage.and_then(usage) {
            sink.piece(&Piece::Usage(Usage {
                // What a stream begins with may be what was asked for, its end is what was done.
                tier: response.service_tier.clone(),
                ..usage
            }));
        }
        self.is_ended = true;
        sink.piece(&Piece::End);
    }

    /// Where the item that is at `index` in the last event was told: some servers leave items out there, or in the stream.
    fn place_of(&self, raw: &str, index: u32, free: u32) -> u32 {
        let Some(id) = Finished::read(raw).and_then(|item| item.id) else {
            return index;
        };
        let is_it = |item: &Item| item.id.as_ref() == Some(&id);
        if let Some((told, _)) = self.items.iter().find(|(_, item)| is_it(item)) {
            return *told;
        }
        match self.items.get(&index) {
            Some(other) if other.id.is_some() => {
                let behind = self.items.last_key_value().map_or(0, |(last, _)| *last);
                behind.saturating_add(1).max(free)
            }
            Some(_) | None => index,
        }
    }

    fn fail(&mut self, error: ProviderError, sink: &mut dyn Sink) {
        self.start(&Response::default(), sink);
        self.is_ended = true;
        sink.piece(&Piece::Failure(error));
    }

    fn reason(&self, response: &Response<'_>) -> FinishReason {
        match (
            response.status.as_deref(),
            response.incomplete_reason.as_deref(),
        ) {
            (_, Some("max_output_tokens" | "max_tokens")) => FinishReason::Length,
            (_, Some("content_filter")) => FinishReason::ContentFilter,
            (_, Some(_)) => FinishReason::Other,
            (Some("incomplete"), None) => FinishReason::Length,
            (_, None) if self.has_calls => FinishReason::ToolCalls,
            (_, None) => FinishReason::Stop,
        }
    }
}

/// Reads the `usage` object of Responses; `None` where it holds no count.
pub(crate) fn usage(raw: &str) -> Option<Usage> {
    event::usage(raw)
}

/// Reads an error object whose codes are those of Responses.
fn response_error(raw: &str) -> ProviderError {
    let error = ProviderError::from_member(raw).unwrap_or_else(unexplained);
    event::with_kind(error)
}

fn unexplained() -> ProviderError {
    ProviderError {
        message: "the provider failed to answer and gave no reason".to_owned(),
        ..ProviderError::default()
    }
}

fn unfinished() -> ProviderError {
    ProviderError {
        message: "the provider answered before the response was finished".to_owned(),
        ..ProviderError::default()
    }
}

#[cfg(test)]
mod tests;
