//! Sessions of OpenAI's Realtime API: what the server's events say (llm.md O-6).
//!
//! After OpenAI's reference of realtime server events and the types of its Python SDK. Owns the sums: a session makes many
//! responses, and each tells its own tokens. It must not know the client's side. Invariants: nothing that passes is changed
//! or held back; a response that was told is counted once; what cannot be read costs facts only.

use std::ops::ControlFlow;

use crate::error::{ErrorBody, ErrorCode, ProviderError};
use crate::format::Format;
use crate::json;
use crate::observed::{FinishReason, Observed, bounded};
use crate::usage::Usage;
use crate::websocket::{Message, ServerMessages, close_frame, text_frame};

/// Statuses of a WebSocket's end that are no failure: done, going away.
const ORDERLY: [u16; 2] = [1000, 1001];

/// The status of an end in order (RFC 6455, section 7.4.1).
const DONE: u16 = 1000;

/// The status of an end that a policy asks for.
const POLICY: u16 = 1008;

/// The tap of one session.
#[derive(Debug)]
pub struct RealtimeTap {
    messages: ServerMessages,
    seen: Seen,
}

#[derive(Debug, Default)]
struct Seen {
    observed: Observed,
    /// Those that told what they took.
    responses: u64,
}

/// The members of an event that matter, as they are written.
#[derive(Default)]
struct Event<'a> {
    kind: Option<String>,
    session: Option<&'a str>,
    response: Option<&'a str>,
    error: Option<&'a str>,
    delta: Option<&'a str>,
}

// === impl RealtimeTap ===

impl RealtimeTap {
    /// `limit` is in bytes, for one event.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            messages: ServerMessages::new(limit),
            seen: Seen::default(),
        }
    }

    /// Reads what the server sent next, up to the end of a response that told what it took, or all; how many bytes.
    pub fn push(&mut self, bytes: &[u8]) -> usize {
        let seen = &mut self.seen;
        self.messages.push(bytes, |message| {
            let before = seen.responses;
            seen.message(message);
            match seen.responses == before {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })
    }

    /// Reads what the server sent next, up to the end of a message, or all; how many bytes.
    pub fn push_message(&mut self, bytes: &[u8]) -> usize {
        let seen = &mut self.seen;
        self.messages.push(bytes, |message| {
            seen.message(message);
            ControlFlow::Break(())
        })
    }

    /// Nothing of a message is on its way.
    #[must_use]
    pub fn is_between(&self) -> bool {
        self.messages.is_between()
    }

    /// Tokens of all responses so far, as far as they were told.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        let usage = self.seen.observed.usage.as_ref();
        usage.and_then(Usage::total).unwrap_or_default()
    }

    /// What was seen so far.
    #[must_use]
    pub fn observed(&self) -> &Observed {
        &self.seen.observed
    }

    /// The server has closed the session in the way of the protocol.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.messages.is_closed()
    }

    /// What was seen.
    #[must_use]
    pub fn into_observed(self) -> Observed {
        let mut observed = self.seen.observed;
        observed.unreadable += u64::from(self.messages.is_lost());
        observed
    }
}

// === impl Seen ===

impl Seen {
    fn message(&mut self, message: Message<'_>) {
        match message {
            Message::Text(text) => self.event(text),
            Message::Unread => self.observed.unreadable += 1,
            Message::Close(None) => (),
            Message::Close(Some(status)) if ORDERLY.contains(&status) => (),
            Message::Close(Some(status)) => {
                let error = ProviderError {
                    code: Some(status.to_string()),
                    ..ProviderError::default()
                };
                self.observed.error.get_or_insert(error);
            }
        }
    }

    fn event(&mut self, text: &str) {
        let mut event = Event::default();
        let read = json::members(text, |key, value| match key.as_ref() {
            "type" => event.kind = json::string(value),
            "session" => event.session = Some(value),
            "response" => event.response = Some(value),
            "error" => event.error = Some(value),
            "delta" => event.delta = Some(value),
            _ => (),
        });
        let (Ok(()), Some(kind)) = (read, event.kind.as_deref()) else {
            self.observed.unreadable += 1;
            return;
        };
        match kind {
            "session.created" | "session.updated" => self.session(event.session),
            "response.done" => self.response(event.response),
            "error" => self.observed.error = event.error.map(error),
            kind if kind.starts_with("response.") && kind.ends_with(".delta") => {
                self.observed.has_content = true;
                if !kind.ends_with("audio.delta") {
                    let bytes = event.delta.map_or(0, |delta| delta.len().saturating_sub(2));
                    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
                    let sum = &mut self.observed.content_bytes;
                    *sum = sum.saturating_add(bytes);
                }
            }
            _ => (),
        }
    }

    fn session(&mut self, raw: Option<&str>) {
        let observed = &mut self.observed;
        // What is no object tells nothing.
        let _ = json::members(raw.unwrap_or_default(), |key, value| match key.as_ref() {
            "id" => observed.id = json::string(value).map(bounded).or(observed.id.take()),
            "model" => {
                observed.model = json::string(value).map(bounded).or(observed.model.take());
            }
            _ => (),
        });
    }

    fn response(&mut self, raw: Option<&str>) {
        let (mut status, mut details, mut told) = (None, None, None);
        let read = json::members(raw.unwrap_or_default(), |key, value| match key.as_ref() {
            "status" => status = json::string(value),
            "status_details" => details = Some(value),
            "usage" => told = usage(value),
            _ => (),
        });
        let observed = &mut self.observed;
        if read.is_err() {
            observed.unreadable += 1;
            return;
        }
        if let Some(told) = told {
            self.responses += 1;
            observed.usage = Some(match observed.usage.take() {
                None => told,
                Some(sum) => sum.plus(&told),
            });
        }
        let (mut reason, mut cause) = (None, None);
        let _ = json::members(details.unwrap_or_default(), |key, value| {
            match key.as_ref() {
                "reason" => reason = json::string(value),
                "error" => cause = Some(value),
                _ => (),
            }
        });
        match status.as_deref() {
            // Most errors are about one event or response, and the session goes on: it has failed if it ended so.
            Some("completed") => {
                observed.ended(0, FinishReason::Stop);
                observed.error = None;
            }
            Some("failed") => observed.error = Some(cause.map(error).unwrap_or_default()),
            Some("incomplete" | "cancelled") => {
                let reason = match reason.as_deref() {
                    Some("max_output_tokens") => FinishReason::Length,
                    Some("content_filter") => FinishReason::ContentFilter,
                    Some(_) | None => FinishReason::Other,
                };
                observed.ended(0, reason);
            }
            Some(_) | None => (),
        }
    }
}

/// The usage of one response; `None` where it holds no count.
fn usage(raw: &str) -> Option<Usage> {
    let mut usage = Usage::default();
    json::members(raw, |key, value| match key.as_ref() {
        "input_tokens" => usage.input = json::count(value),
        "output_tokens" => usage.output = json::count(value),
        "total_tokens" => usage.total = json::count(value),
        "input_token_details" => {
            let (mut audio, mut cached_audio) = (None, None);
            let _ = json::members(value, |key, value| match key.as_ref() {
                "cached_tokens" => usage.cache_read = json::count(value),
                "audio_tokens" => audio = json::count(value),
                "cached_tokens_details" => cached_audio = audio_tokens(value),
                _ => (),
            });
            // Cached audio has the price of what is cached: it must not be paid as audio too.
            usage.input_audio =
                audio.map(|audio: u64| audio.saturating_sub(cached_audio.unwrap_or_default()));
        }
        "output_token_details" => usage.output_audio = audio_tokens(value),
        _ => (),
    })
    .ok()?;
    if usage.input.is_none() && usage.output.is_none() && usage.total.is_none() {
        return None;
    }
    // So that a sum of totals lacks none.
    usage.total = usage.total();
    usage.raw = (raw.len() <= crate::usage::RAW_LIMIT).then(|| raw.to_owned());
    Some(usage)
}

/// What a client reads where a session ends by a limit of tokens: an error event, and the close.
#[must_use]
pub fn used_up() -> Vec<u8> {
    const MESSAGE: &str = "the rate limit is used up; try again later";
    let error = ErrorBody::gateway(ErrorCode::RateLimitExceeded, MESSAGE);
    last_words(&error, POLICY)
}

/// What a client reads where a session ends by a budget: an error event of OpenAI's type for it, and the close.
#[must_use]
pub fn spent() -> Vec<u8> {
    const MESSAGE: &str = "the budget is used up; try again when its next window begins";
    let error = ErrorBody::gateway(ErrorCode::BudgetExceeded, MESSAGE);
    last_words_of(&error, Some("insufficient_quota"), POLICY)
}

/// What a client reads where a session has lasted as long as it may: an error event with OpenAI's own code, and the close.
#[must_use]
pub fn expired() -> Vec<u8> {
    const MESSAGE: &str = "the session has lasted as long as it may; begin another";
    let error = ErrorBody::with_reason(400, "session_expired", MESSAGE);
    last_words(&error, DONE)
}

fn last_words(error: &ErrorBody, status: u16) -> Vec<u8> {
    last_words_of(error, None, status)
}

/// `kind` stands in the place of the type that the error's status has.
fn last_words_of(error: &ErrorBody, kind: Option<&str>, status: u16) -> Vec<u8> {
    let body = error.to_json(Format::OpenAiChatCompletions);
    let mut body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    if let (Some(kind), Some(told)) = (kind, body.pointer_mut("/error/type")) {
        *told = kind.into();
    }
    let event = serde_json::json!({
        "type": "error", "event_id": "event_gateway", "error": body.get("error"),
    });
    let mut frames = text_frame(&event.to_string());
    frames.extend(close_frame(status, &error.message));
    frames
}

fn audio_tokens(raw: &str) -> Option<u64> {
    let mut found = None;
    json::members(raw, |key, value| {
        if key == "audio_tokens" {
            found = json::count(value);
        }
    })
    .ok()?;
    found
}

fn error(raw: &str) -> ProviderError {
    let mut error = ProviderError::default();
    let text = |value| json::string(value).map(bounded);
    let _ = json::members(raw, |key, value| match key.as_ref() {
        "message" => error.message = text(value).unwrap_or_default(),
        "type" => error.kind = text(value),
        "code" => error.code = text(value),
        "param" => error.param = text(value),
        _ => (),
    });
    error
}

#[cfg(test)]
mod tests;
