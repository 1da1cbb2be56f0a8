//! Answers of OpenAI chat completions, and of the completions before them, read piece by piece.
//!
//! Field names after OpenAI's API reference ("Chat Completions": object and chunk object) and the types of its Python SDK;
//! what compatible servers do beside it is named where it is read. It must not know framing or other formats. Invariants: a
//! member of an unexpected shape costs that fact only; a streamed answer and the same one buffered tell the same content.

use serde::de::Error as _;
use serde_json::value::RawValue;

use super::{Content, Finish, Piece, Sink, Start};
use crate::error::{ProviderError, unwrap_array};
use crate::held::EACH;
use crate::json;
use crate::usage::Usage;

mod calls;
mod members;
mod said;

use calls::Calls;
use members::{ChoiceMembers, Members, finish_of, is_nothing, list, name_of, text_of};
use said::Said;

/// The data of the event that ends a stream.
const DONE: &str = "[DONE]";

/// Reads one answer.
#[derive(Debug, Default)]
pub struct Reader {
    is_started: bool,
    /// `End` or `Failure` was told.
    is_over: bool,
    usage: Usage,
    choices: Vec<Choice>,
    /// The next call's slot; calls of all choices are told apart by it.
    next_slot: u32,
    /// What was told as dropped, each once.
    dropped: Vec<&'static str>,
}

/// Where one choice stands.
#[derive(Debug, Default)]
struct Choice {
    index: u32,
    is_finished: bool,
    calls: Calls,
}

/// Reads a buffered answer.
///
/// # Errors
/// The text is not a JSON object, or it has neither choices nor an error.
pub fn body(text: &str, sink: &mut dyn Sink) -> Result<(), serde_json::Error> {
    let members = Members::read(text)?;
    let mut reader = Reader::new();
    if let Some(error) = members.error(text) {
        reader.fail(error, sink);
        return Ok(());
    }
    if members.choices.is_none() {
        return Err(serde_json::Error::missing_field("choices"));
    }
    reader.start(&members, sink);
    reader.facts(&members, true, sink);
    reader.whole(sink);
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
        let choices = self.choices.iter();
        choices.map(|choice| EACH + choice.calls.held()).sum()
    }

    /// Reads one event of the stream.
    pub fn event(&mut self, name: Option<&[u8]>, data: &[u8], sink: &mut dyn Sink) {
        if self.is_over {
            return;
        }
        // Broken UTF-8 costs the character, not the event.
        let text = String::from_utf8_lossy(data);
        let text = text.trim();
        if text == DONE {
            self.whole(sink);
            return;
        }
        if name == Some(b"error") {
            self.fail(ProviderError::read(text.as_bytes()), sink);
            return;
        }
        let Ok(members) = Members::read(text) else {
            self.wrapped(unwrap_array(text), sink);
            return;
        };
        if let Some(error) = members.error(text) {
            self.fail(error, sink);
            return;
        }
        // Azure's first chunk has no choice, no id and no model: the answer begins with the one behind it.
        if members.begins() {
            self.start(&members, sink);
        }
        self.facts(&members, false, sink);
    }

    /// Google's OpenAI surface has its errors in an array.
    fn wrapped(&mut self, text: &str, sink: &mut dyn Sink) {
        if let Ok(members) = Members::read(text)
            && let Some(error) = members.error(text)
        {
            self.fail(error, sink);
        }
    }

    /// The body ended. Some servers leave out `[DONE]`: the answer is whole where every choice came to its end.
    pub fn end(&mut self, sink: &mut dyn Sink) {
        let is_whole = !self.choices.is_empty() && self.choices.iter().all(|one| one.is_finished);
        if is_whole {
            self.whole(sink);
        }
    }

    fn start(&mut self, members: &Members<'_>, sink: &mut dyn Sink) {
        if std::mem::replace(&mut self.is_started, true) {
            return;
        }
        sink.piece(&Piece::Start(Start {
            id: members.id.and_then(name_of),
            model: members.model.and_then(name_of),
            created: members
                .created
                .and_then(json::count)
                .filter(|seconds| *seconds > 0),
            service_tier: members.service_tier.and_then(name_of),
            is_of_background: false,
        }));
    }

    fn fail(&mut self, error: ProviderError, sink: &mut dyn Sink) {
        self.is_over = true;
        sink.piece(&Piece::Failure(error));
    }

    fn whole(&mut self, sink: &mut dyn Sink) {
        if self.is_over {
            return;
        }
        self.start(&Members::default(), sink);
        for at in 0..self.choices.len() {
            self.end_calls(at, sink);
        }
        self.is_over = true;
        sink.piece(&Piece::End);
    }

    /// Tells what the members say; `is_body` where each call is written once and whole.
    fn facts(&mut self, members: &Members<'_>, is_body: bool, sink: &mut dyn Sink) {
        let choices: Vec<&RawValue> = members.choices.and_then(list).unwrap_or_default();
        for (position, raw) in choices.into_iter().enumerate() {
            self.choice(position, raw.get(), is_body, sink);
            if self.is_over {
                return;
            }
        }
        if let Some(raw) = members.usage {
            self.usage(raw, members.service_tier, sink);
        }
    }

    fn choice(&mut self, position: usize, raw: &str, is_body: bool, sink: &mut dyn Sink) {
        let Ok(members) = ChoiceMembers::read(raw) else {
            return;
        };
        let index = members.index.and_then(json::count);
        let index = index.and_then(|index| u32::try_from(index).ok());
        let index = index.unwrap_or_else(|| u32::try_from(position).unwrap_or(u32::MAX));
        let at = self.choice_at(index);
        if let Some(said) = members.said.and_then(Said::read) {
            self.said(at, &said, is_body, sink);
        }
        // Some servers write the words of a conversation there too.
        if members.said.is_none()
            && let Some(text) = members.text.and_then(text_of)
        {
            sink.piece(&Piece::Content {
                choice: index,
                content: Content::Text(text),
            });
        }
        if members.logprobs.is_some_and(|raw| !is_nothing(raw)) {
            self.drop("logprobs", sink);
        }
        // Some servers write "" or "null" while the choice goes on.
        let reason = members.finish_reason.and_then(json::string);
        match reason.as_deref() {
            None | Some("" | "null") => (),
            // OpenRouter's word for an answer that broke off; a client must not take it for whole.
            Some("error") => {
                let message = "the provider ended its answer with the finish reason \"error\"";
                let error = ProviderError {
                    message: message.to_owned(),
                    ..ProviderError::default()
                };
                self.fail(error, sink);
                return;
            }
            Some(reason) => self.finish(at, finish_of(reason, members.stop), sink),
        }
        if let Some(raw) = members.usage {
            self.usage(raw, None, sink);
        }
    }

    fn choice_at(&mut self, index: u32) -> usize {
        let known = self.choices.iter().position(|one| one.index == index);
        known.unwrap_or_else(|| {
            self.choices.push(Choice {
                index,
                ..Choice::default()
            });
            self.choices.len() - 1
        })
    }

    fn said(&mut self, at: usize, said: &Said<'_>, is_body: bool, sink: &mut dyn Sink) {
        let Some(choice) = self.choices.get_mut(at) else {
            return;
        };
        let index = choice.index;
        let mut tell = |content: Content<'_>| {
            sink.piece(&Piece::Content {
                choice: index,
                content,
            });
        };
        if said.has_words() {
            choice.calls.end_complete(&mut tell);
        }
        let mut dropped = said.words(&mut tell);
        for call in said.calls() {
            let known = &mut choice.calls;
            if !known.call(&call, is_body, &mut self.next_slot, &mut tell) {
                dropped = dropped.or(Some("tool_calls"));
            }
        }
        for name in dropped.into_iter().chain(said.unsaid()) {
            self.drop(name, sink);
        }
    }

    fn finish(&mut self, at: usize, finish: Finish, sink: &mut dyn Sink) {
        let Some(choice) = self.choices.get_mut(at) else {
            return;
        };
        if std::mem::replace(&mut choice.is_finished, true) {
            return;
        }
        let choice = choice.index;
        self.end_calls(at, sink);
        sink.piece(&Piece::Finish { choice, finish });
    }

    fn end_calls(&mut self, at: usize, sink: &mut dyn Sink) {
        let Some(choice) = self.choices.get_mut(at) else {
            return;
        };
        let index = choice.index;
        let are_all_told = choice.calls.end_all(&mut |content| {
            sink.piece(&Piece::Content {
                choice: index,
                content,
            });
        });
        if !are_all_told {
            self.drop("tool_calls", sink);
        }
    }

    fn usage(&mut self, raw: &str, tier: Option<&str>, sink: &mut dyn Sink) {
        let Some(mut read) = Usage::from_chat(raw) else {
            return;
        };
        // What a stream begins with may be what was asked for, its end is what was done.
        read.tier = tier.and_then(name_of);
        let so_far = std::mem::take(&mut self.usage);
        self.usage = merged(so_far, read);
        sink.piece(&Piece::Usage(self.usage.clone()));
    }

    fn drop(&mut self, name: &'static str, sink: &mut dyn Sink) {
        if !self.dropped.contains(&name) {
            self.dropped.push(name);
            sink.piece(&Piece::Dropped(name));
        }
    }
}

/// A later record over an earlier one: what it does not say stays (llm.md S-5).
fn merged(earlier: Usage, later: Usage) -> Usage {
    Usage {
        input: later.input.or(earlier.input),
        output: later.output.or(earlier.output),
        total: later.total.or(earlier.total),
        cache_read: later.cache_read.or(earlier.cache_read),
        cache_write: later.cache_write.or(earlier.cache_write),
        cache_write_1h: later.cache_write_1h.or(earlier.cache_write_1h),
        input_audio: later.input_audio.or(earlier.input_audio),
        reasoning: later.reasoning.or(earlier.reasoning),
        output_audio: later.output_audio.or(earlier.output_audio),
        tier: later.tier.or(earlier.tier),
        raw: later.raw.or(earlier.raw),
    }
}

#[cfg(test)]
mod tests;
