//! Answers of Gemini `generateContent` and `streamGenerateContent`, read piece by piece (Google's API reference of
//! `GenerateContentResponse`).
//!
//! Each event of a stream is a whole response of its own, and there is no event that ends the stream: it is whole once every
//! candidate has a `finishReason`. Some models put one into every event, and a call may come after it, so that the reasons
//! are told by [`Reader::end`] only. It must not know framing. Invariant: each fact is read for itself, so a member of an
//! unexpected shape costs that fact only.

use serde_json::value::RawValue;

use crate::error::ProviderError;
use crate::json;
use crate::observed::{FinishReason, bounded};
use crate::text::JsonText;
use crate::{Content, Piece, Sink, Start};

mod parts;
mod usage;

use parts::Choice;
use usage::Counts;

/// Most candidates that are told apart; Gemini makes at most eight.
const MAX_CHOICES: usize = 128;

/// Reads one answer.
#[derive(Debug, Default)]
pub struct Reader {
    is_started: bool,
    /// `End` or `Failure` was told.
    is_over: bool,
    /// The prompt was blocked: nothing will be said.
    is_blocked: bool,
    response_id: Option<String>,
    counts: Counts,
    choices: Vec<Choice>,
    /// Slots of tool calls given so far, over all choices.
    slots: u32,
}

/// The raw members of a response that matter.
#[derive(Default)]
struct Members<'a> {
    candidates: Option<&'a str>,
    prompt_feedback: Option<&'a str>,
    usage: Option<&'a str>,
    model: Option<&'a str>,
    id: Option<&'a str>,
    error: Option<&'a str>,
}

/// Reads a buffered answer: an object, or the list of objects that a stream without `alt=sse` is.
///
/// # Errors
/// The body is neither; end of input means that it was cut.
pub fn body(text: &str, sink: &mut dyn Sink) -> Result<(), serde_json::Error> {
    let mut reader = Reader::new();
    let mut is_answer = false;
    if text.trim_start().starts_with('[') {
        for element in serde_json::from_str::<Vec<&RawValue>>(text)? {
            is_answer |= reader.response(element.get(), sink)?;
        }
    } else {
        is_answer = reader.response(text, sink)?;
    }
    // The body is whole, whether a candidate says why it ended or not.
    if is_answer {
        reader.finish_all();
    }
    reader.end(sink);
    Ok(())
}

// === impl Reader ===

impl Reader {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One event of a stream; Gemini's have no names.
    pub fn event(&mut self, _name: Option<&[u8]>, data: &[u8], sink: &mut dyn Sink) {
        let Ok(text) = std::str::from_utf8(data) else {
            return;
        };
        // An error may come in a list of one.
        if text.trim_start().starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            for element in elements {
                let _unread = self.response(element.get(), sink);
            }
            return;
        }
        // What is not JSON is passed over.
        let _unread = self.response(text, sink);
    }

    /// The HTTP body ended regularly.
    pub fn end(&mut self, sink: &mut dyn Sink) {
        if self.is_over || !self.is_whole() {
            return;
        }
        self.is_over = true;
        if self.choices.is_empty() {
            sink.piece(&Piece::Finish {
                choice: 0,
                finish: FinishReason::ContentFilter.into(),
            });
        }
        for choice in &self.choices {
            if let Some(finish) = choice.finish() {
                sink.piece(&Piece::Finish {
                    choice: choice.index,
                    finish: finish.into(),
                });
            }
        }
        sink.piece(&Piece::End);
    }

    fn is_whole(&self) -> bool {
        let all_finished = self.choices.iter().all(|choice| choice.reason.is_some());
        all_finished && (self.is_blocked || !self.choices.is_empty())
    }

    /// Gives a reason to every candidate that named none; one candidate there must be.
    fn finish_all(&mut self) {
        if self.choices.is_empty() && !self.is_blocked {
            self.choices.push(Choice::new(0));
        }
        for choice in &mut self.choices {
            choice.reason.get_or_insert(FinishReason::Stop);
        }
    }

    /// One response; tells whether it was an answer or a part of one, and no failure.
    fn response(&mut self, text: &str, sink: &mut dyn Sink) -> Result<bool, serde_json::Error> {
        let members = Members::read(text)?;
        if self.is_over {
            return Ok(false);
        }
        if let Some(error) = members.error.and_then(ProviderError::from_member) {
            self.is_over = true;
            sink.piece(&Piece::Failure(error));
            return Ok(false);
        }
        let is_answer = members.candidates.is_some()
            || members.prompt_feedback.is_some()
            || members.usage.is_some();
        if !is_answer {
            return Ok(false);
        }
        self.start(&members, sink);
        if let Some(raw) = members.usage
            && self.counts.merge(raw)
        {
            sink.piece(&Piece::Usage(self.counts.usage(raw)));
        }
        if members.prompt_feedback.is_some_and(is_block) {
            self.is_blocked = true;
        }
        if let Some(raw) = members.candidates {
            self.candidates(raw, sink);
        }
        Ok(true)
    }

    fn start(&mut self, members: &Members<'_>, sink: &mut dyn Sink) {
        // Ids of calls are made of it, so that a later one counts too.
        if self.response_id.is_none() {
            self.response_id = members.id.and_then(text_of);
        }
        if self.is_started {
            return;
        }
        self.is_started = true;
        sink.piece(&Piece::Start(Start {
            id: self.response_id.clone(),
            model: members.model.and_then(text_of),
            created: None,
            service_tier: None,
            is_of_background: false,
        }));
    }

    fn candidates(&mut self, raw: &str, sink: &mut dyn Sink) {
        let mut position = 0;
        // What is no array has none.
        let _unread = json::elements(raw, |candidate| {
            self.candidate(candidate, position, sink);
            position = position.saturating_add(1);
        });
    }

    fn candidate(&mut self, raw: &str, position: u32, sink: &mut dyn Sink) {
        let (mut index, mut content, mut reason) = (None, None, None);
        let read = json::members(raw, |key, value| match key.as_ref() {
            "index" => index = json::count(value).and_then(|index| u32::try_from(index).ok()),
            "content" => content = Some(value),
            "finishReason" => reason = json::words(value),
            "groundingMetadata" if value != "{}" => dropped("groundingMetadata", sink),
            "citationMetadata" => dropped("citationMetadata", sink),
            "urlContextMetadata" => dropped("urlContextMetadata", sink),
            "logprobsResult" => dropped("logprobsResult", sink),
            _ => (),
        });
        if read.is_err() {
            return;
        }
        // An index of 0 is left out by some of Google's servers.
        let Some(at) = self.choice(index.unwrap_or(position)) else {
            return;
        };
        if let Some(content) = content {
            self.content(at, content, sink);
        }
        if let Some(reason) = reason {
            if let Some(lost) = lost_by(&reason) {
                dropped(lost, sink);
            }
            if let (Some(reason), Some(choice)) = (reason_of(&reason), self.choices.get_mut(at)) {
                choice.reason = Some(reason);
            }
        }
    }

    /// Where the candidate is kept; `None` for one too many.
    fn choice(&mut self, index: u32) -> Option<usize> {
        if let Some(at) = self.choices.iter().position(|known| known.index == index) {
            return Some(at);
        }
        (self.choices.len() < MAX_CHOICES).then(|| {
            self.choices.push(Choice::new(index));
            self.choices.len() - 1
        })
    }

    fn content(&mut self, at: usize, raw: &str, sink: &mut dyn Sink) {
        let mut parts = None;
        let read = json::members(raw, |key, value| {
            if key == "parts" {
                parts = Some(value);
            }
        });
        let Some((parts, choice)) = parts.filter(|_| read.is_ok()).zip(self.choices.get_mut(at))
        else {
            return;
        };
        let id = self.response_id.as_deref();
        let _unread = json::elements(parts, |part| choice.part(part, id, &mut self.slots, sink));
    }
}

// === impl Members ===

impl<'a> Members<'a> {
    fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut members = Self::default();
        json::members(text, |key, value| match key.as_ref() {
            "candidates" => members.candidates = Some(value),
            "promptFeedback" => members.prompt_feedback = Some(value),
            "usageMetadata" => members.usage = Some(value),
            "modelVersion" => members.model = Some(value),
            "responseId" => members.id = Some(value),
            "error" => members.error = Some(value),
            _ => (),
        })?;
        Ok(members)
    }
}

/// `promptFeedback` that has a reason for which the prompt was blocked; ratings alone are none.
fn is_block(raw: &str) -> bool {
    let mut is_blocked = false;
    let read = json::members(raw, |key, value| {
        is_blocked |= key == "blockReason" && value != "null";
    });
    read.is_ok() && is_blocked
}

/// Why a candidate ended; `None` where it did not.
fn reason_of(name: &str) -> Option<FinishReason> {
    Some(match name {
        "" | "FINISH_REASON_UNSPECIFIED" => return None,
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS" => FinishReason::ContentFilter,
        image if image.starts_with("IMAGE_") => FinishReason::ContentFilter,
        // `STOP`, `OTHER`, what [`lost_by`] tells, and what Google adds.
        _ => FinishReason::Stop,
    })
}

/// The reason of an end at which there was something that nobody gets: it would look like an answer that says nothing.
fn lost_by(reason: &str) -> Option<&'static str> {
    const LOST: [&str; 4] = [
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
        "NO_IMAGE",
    ];
    LOST.into_iter().find(|name| *name == reason)
}

fn dropped(field: &'static str, sink: &mut dyn Sink) {
    sink.piece(&Piece::Dropped(field));
}

/// A provider's text, bounded; empty is absent.
fn text_of(raw: &str) -> Option<String> {
    json::string(raw)
        .map(bounded)
        .filter(|text| !text.is_empty())
}

/// `raw` as a string that is copied.
fn literal(raw: &str) -> Option<JsonText<'_>> {
    serde_json::from_str(raw).ok()
}

fn say(choice: u32, content: Content<'_>, sink: &mut dyn Sink) {
    sink.piece(&Piece::Content { choice, content });
}

#[cfg(test)]
mod tests;
