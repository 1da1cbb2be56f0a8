//! Answers towards a client of Gemini `generateContent`: one body, or the events of `streamGenerateContent?alt=sse`
//! (Google's API reference of `GenerateContentResponse`).
//!
//! Each event is a response of its own; the last one has the reasons and the usage. Gemini sends a call whole, so a call's
//! arguments are held until they are. It must not know providers. Invariants: a part with the reason is written only when
//! the answer is whole; nothing follows a failure.

use serde::Serialize;

use crate::error::{self, ProviderError};
use crate::format::Format;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{ClientSide, Content, Finish, Piece, Start, held::EACH};

mod body;
mod calls;

pub use body::Body;
use calls::Calls;

/// What an answer says besides its parts.
#[derive(Debug, Default)]
struct Ending {
    /// Candidates that were met, by number, and why each ended.
    finishes: Vec<(u32, Option<FinishReason>)>,
    usage: Option<Usage>,
}

/// Writes the events of a stream.
#[derive(Debug)]
pub struct Stream {
    client: ClientSide,
    /// `,"modelVersion":..,"responseId":..}` and the end of the event: the same in each.
    tail: Vec<u8>,
    calls: Calls,
    ending: Ending,
    is_over: bool,
}

/// `usageMetadata`. Gemini's candidates are without thoughts, its prompt is with what was cached.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsageMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_token_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidates_token_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_token_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_content_token_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thoughts_token_count: Option<u64>,
}

// === impl Stream ===

impl Stream {
    /// Nothing was written yet.
    pub fn new(client: ClientSide) -> Self {
        let mut tail = naming(&Start::default(), &client);
        tail.extend_from_slice(b"\n\n");
        Self {
            client,
            tail,
            calls: Calls::default(),
            ending: Ending::default(),
            is_over: false,
        }
    }

    /// Takes the next piece.
    pub fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        match piece {
            Piece::Start(start) => {
                self.tail = naming(start, &self.client);
                self.tail.extend_from_slice(b"\n\n");
            }
            Piece::Content { choice, content } => self.content(*choice, content, out),
            Piece::Finish { choice, finish } => self.ending.finish(*choice, finish),
            Piece::Usage(usage) => self.ending.usage = Some(usage.clone()),
            Piece::Failure(failure) => {
                self.is_over = true;
                out.extend_from_slice(&error::last_event(Format::GeminiGenerateContent, failure));
            }
            // Counted by whoever reads.
            Piece::Dropped(_) => (),
            Piece::End => {
                self.is_over = true;
                self.end(out);
            }
        }
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.calls.held() + self.ending.held()
    }

    fn content(&mut self, choice: u32, content: &Content<'_>, out: &mut Vec<u8>) {
        self.ending.meet(choice);
        let start = out.len();
        open(out);
        let is_written = self.calls.write(choice, content, out) || part(content, out);
        if is_written {
            close(choice, &self.tail, out);
        } else {
            out.truncate(start);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        for (choice, call) in self.calls.rest() {
            open(out);
            out.extend_from_slice(&call);
            close(choice, &self.tail, out);
        }
        out.extend_from_slice(b"data: {\"candidates\":[");
        for (position, (choice, reason)) in self.ending.candidates().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            // Clients look for a part in every event.
            out.extend_from_slice(br#"{"content":{"parts":[{"text":""}],"role":"model"},"#);
            finished(choice, reason, out);
        }
        out.push(b']');
        self.ending.usage(out);
        out.extend_from_slice(&self.tail);
    }
}

// === impl Ending ===

impl Ending {
    fn held(&self) -> usize {
        self.finishes.len() * EACH
    }

    /// A candidate said something.
    fn meet(&mut self, choice: u32) {
        let known = self
            .finishes
            .binary_search_by_key(&choice, |(known, _)| *known);
        if let Err(at) = known {
            self.finishes.insert(at, (choice, None));
        }
    }

    fn finish(&mut self, choice: u32, finish: &Finish) {
        self.meet(choice);
        for (known, reason) in &mut self.finishes {
            if *known == choice {
                *reason = Some(finish.reason);
            }
        }
    }

    /// At least one, as the answer is whole.
    fn candidates(&self) -> impl Iterator<Item = (u32, &'static str)> {
        let none = self.finishes.is_empty().then_some((0, None));
        self.finishes
            .iter()
            .copied()
            .chain(none)
            .map(|(choice, reason)| (choice, name_of(reason)))
    }

    /// The member with its comma, where anything is known.
    fn usage(&self, out: &mut Vec<u8>) {
        let Some(usage) = &self.usage else {
            return;
        };
        let metadata = UsageMetadata {
            prompt_token_count: usage.input,
            candidates_token_count: usage
                .output
                .map(|output| output.saturating_sub(usage.reasoning.unwrap_or(0))),
            total_token_count: usage.total(),
            cached_content_token_count: usage.cache_read,
            thoughts_token_count: usage.reasoning,
        };
        out.extend_from_slice(br#","usageMetadata":"#);
        write(&metadata, out);
    }
}

/// Starts an event with one candidate.
fn open(out: &mut Vec<u8>) {
    out.extend_from_slice(br#"data: {"candidates":[{"content":{"parts":["#);
}

/// Ends an event with one candidate that goes on.
fn close(choice: u32, tail: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(br#"],"role":"model"},"index":"#);
    write(&choice, out);
    out.extend_from_slice(b"}]");
    out.extend_from_slice(tail);
}

/// The end of a candidate that ended.
fn finished(choice: u32, reason: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(br#""finishReason":""#);
    out.extend_from_slice(reason.as_bytes());
    out.extend_from_slice(br#"","index":"#);
    write(&choice, out);
    out.push(b'}');
}

/// One part that is no call; whether there is one to write.
fn part(content: &Content<'_>, out: &mut Vec<u8>) -> bool {
    match content {
        Content::Text(text) | Content::Refusal(text) => {
            out.extend_from_slice(br#"{"text":"#);
            out.extend_from_slice(text.as_json().as_bytes());
            out.push(b'}');
        }
        Content::Thinking(text) => {
            out.extend_from_slice(br#"{"text":"#);
            out.extend_from_slice(text.as_json().as_bytes());
            out.extend_from_slice(br#","thought":true}"#);
        }
        // Another's proof would go to Gemini with the next turn; a call is written by `Calls`.
        Content::Signature(_)
        | Content::Redacted(_)
        | Content::BlockEnd
        | Content::ToolCall { .. }
        | Content::Arguments { .. }
        | Content::ToolEnd { .. } => return false,
    }
    true
}

/// Clients decode signatures as bytes, and fail at other text.
fn is_base64(text: &JsonText<'_>) -> bool {
    let inner = text.inner();
    let data = inner.trim_end_matches('=');
    // No bytes are written with one letter more than a multiple of four, and padding fills up to one, or is left out.
    let is_whole = match inner.len() - data.len() {
        0 => data.len() % 4 != 1,
        1 | 2 => inner.len().is_multiple_of(4),
        _ => false,
    };
    is_whole
        && !data.is_empty()
        && data
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}

const fn name_of(reason: Option<FinishReason>) -> &'static str {
    match reason {
        Some(FinishReason::Length | FinishReason::ContextWindow) => "MAX_TOKENS",
        Some(FinishReason::ContentFilter) => "SAFETY",
        Some(
            FinishReason::Stop
            | FinishReason::StopSequence
            | FinishReason::PauseTurn
            | FinishReason::ToolCalls
            | FinishReason::FunctionCall
            | FinishReason::Other,
        )
        | None => "STOP",
    }
}

/// The members that name the model and the answer, and the end of the object.
fn naming(start: &Start, client: &ClientSide) -> Vec<u8> {
    let mut out = br#","modelVersion":"#.to_vec();
    write(start.model.as_deref().unwrap_or(&client.model), &mut out);
    out.extend_from_slice(br#","responseId":"#);
    match &start.id {
        Some(id) => write(id, &mut out),
        None => write(&format!("{:016x}", client.nonce), &mut out),
    }
    out.push(b'}');
    out
}

/// The body of an answer that failed: what the event of a failure has in it.
fn failure_body(failure: &ProviderError) -> Vec<u8> {
    let event = error::last_event(Format::GeminiGenerateContent, failure);
    let body = event.strip_prefix(b"data: ").unwrap_or(&event);
    body.trim_ascii_end().to_vec()
}

fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    // Strings, numbers and plain structs are written to memory without failing.
    let _written = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests;
