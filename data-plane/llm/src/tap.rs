//! Watching an OpenAI chat completion on its way to a client that speaks the same.
//!
//! Buffered and streamed answers pass as they come; the one thing kept back is what exists only
//! because the gateway asked for usage ([`UsageChunk::Remove`]). It must not know sockets, timing
//! or what is done with the facts. Invariants: a parse error never stops or changes bytes; memory
//! is bounded by [`Limits`]; a stream without its terminator is never reported complete.

use std::fmt;
use std::ops::Range;

use bytes::{Bytes, BytesMut};

use crate::chat::{self, Choices, Chunk};
use crate::document::Document;
use crate::json;
use crate::observed::Observed;
use crate::request::UsageChunk;
use crate::sse::{Content, Event, Frame, Framer};

/// Events that are written anew share buffers of so many bytes.
const REWRITTEN: usize = 1 << 10;

/// How much a tap holds to read it; more than that passes without being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one streamed event.
    pub event_bytes: usize,
    /// Bytes of a buffered answer.
    pub body_bytes: usize,
}

/// The tap of one answer. The bytes must be decoded (no `content-encoding`).
pub(crate) struct ResponseTap {
    observed: Box<Observed>,
    state: State,
}

/// How an answer is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// One JSON document, also where it is an error page of some other kind.
    Buffered,
    /// Server-sent events.
    EventStream,
    /// Messages of `application/vnd.amazon.eventstream`.
    AwsEventStream,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// The last bytes for the client; often none.
    pub rest: Bytes,
    /// Whether the answer is whole.
    pub ending: Ending,
    /// What it said.
    pub observed: Box<Observed>,
}

/// Whether an answer is whole. What the HTTP layer saw (resets, missing chunks) is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Whole: a stream with its terminator, or a body that is not visibly cut.
    Complete,
    /// A stream that ended after an error event of the provider: the client has been told in its
    /// own dialect, and the stream ends normally without a terminator.
    Failed,
    /// A guard refused it: the client has been told, and the stream ends normally without a terminator.
    Refused,
    /// Cut off. The caller breaks the client's stream too, so that it does not look whole.
    Truncated(Truncation),
}

/// Where an answer was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truncation {
    /// Between events, before the terminator.
    NoTerminator,
    /// Inside an event.
    MidEvent,
    /// Inside a buffered JSON document.
    MidBody,
}

/// What ends a stream, where the provider left it out.
const DONE: Bytes = Bytes::from_static(b"data: [DONE]\n\n");

enum State {
    Buffered(Document),
    Streamed(Box<Stream>),
}

struct Stream {
    framer: Framer,
    usage_chunk: UsageChunk,
    is_done: bool,
    has_error: bool,
    choices: Choices,
    /// The frame before was kept back, and so is what continues it.
    is_removing: bool,
    /// Where events are written of which a part is left out; used again once the client has them.
    rewritten: BytesMut,
    /// Where pieces are joined; used again in the same way.
    joined: BytesMut,
}

/// Pieces that go to the client in one chunk. Those that lie beside each other in the provider's are not copied, unless one in
/// front of them lies elsewhere.
struct Kept {
    chunk: Bytes,
    first: Bytes,
    /// What is behind the first piece, with it; empty where there is nothing.
    joined: BytesMut,
}

// === impl Limits ===

impl Default for Limits {
    /// 8 MiB each: an event with an image is a few MiB.
    fn default() -> Self {
        Self {
            event_bytes: 8 << 20,
            body_bytes: 8 << 20,
        }
    }
}

// === impl Framing ===

impl Framing {
    /// By the response's `content-type`; all but the two of streams are one document.
    #[must_use]
    pub fn from_content_type(content_type: Option<&str>) -> Self {
        let essence = content_type
            .and_then(|text| text.split(';').next())
            .unwrap_or_default();
        if essence.trim().eq_ignore_ascii_case("text/event-stream") {
            Self::EventStream
        } else if essence
            .trim()
            .eq_ignore_ascii_case("application/vnd.amazon.eventstream")
        {
            Self::AwsEventStream
        } else {
            Self::Buffered
        }
    }
}

// === impl ResponseTap ===

impl ResponseTap {
    /// A tap for one answer; `usage_chunk` comes from the rendered request.
    pub(crate) fn new(framing: Framing, usage_chunk: UsageChunk, limits: Limits) -> Self {
        let state = match framing {
            // The latter is no answer of this format: it passes unread.
            Framing::Buffered | Framing::AwsEventStream => {
                State::Buffered(Document::new(limits.body_bytes))
            }
            Framing::EventStream => State::Streamed(Box::new(Stream {
                framer: Framer::new(limits.event_bytes),
                usage_chunk,
                is_done: false,
                has_error: false,
                choices: Choices::default(),
                is_removing: false,
                rewritten: BytesMut::new(),
                joined: BytesMut::new(),
            })),
        };
        Self {
            observed: Box::default(),
            state,
        }
    }

    /// Takes a chunk from the provider and gives what the client gets now; empty means nothing
    /// yet, not the end. With [`UsageChunk::Forward`] that is the chunk itself; with
    /// [`UsageChunk::Remove`] an event waits for its own end, and no longer.
    pub(crate) fn push(&mut self, chunk: Bytes) -> Bytes {
        match &mut self.state {
            State::Buffered(held) => {
                held.push(&chunk);
                chunk
            }
            State::Streamed(stream) => stream.push(chunk, &mut self.observed),
        }
    }

    /// What was seen so far.
    pub(crate) fn observed(&self) -> &Observed {
        &self.observed
    }

    /// Between two events of a stream, as far as the client has got it: an event of our own may follow.
    pub(crate) fn is_between_events(&self) -> bool {
        match &self.state {
            State::Buffered(_) => false,
            State::Streamed(stream) => match stream.usage_chunk {
                UsageChunk::Forward => stream.framer.is_between_events(),
                // An event goes out only when it is whole, unless it is too large to be held.
                UsageChunk::Remove => !stream.framer.is_mid_oversized(),
            },
        }
    }

    /// An error event has passed.
    pub(crate) fn has_failed(&self) -> bool {
        match &self.state {
            State::Buffered(_) => false,
            State::Streamed(stream) => stream.has_error,
        }
    }

    /// The provider's terminator has passed: what follows is no part of the answer.
    pub(crate) fn is_done(&self) -> bool {
        match &self.state {
            State::Buffered(_) => false,
            State::Streamed(stream) => stream.is_done,
        }
    }

    /// The provider's body ended regularly as far as HTTP can tell.
    pub(crate) fn finish(self) -> Finish {
        let Self {
            mut observed,
            state,
        } = self;
        match state {
            State::Buffered(held) => {
                let ending = match held.text() {
                    Some(text) => observe_body(text, &mut observed),
                    None => {
                        observed.unreadable += 1;
                        Ending::Complete
                    }
                };
                Finish {
                    rest: Bytes::new(),
                    ending,
                    observed,
                }
            }
            State::Streamed(mut stream) => {
                let (rest, ending) = stream.finish(&mut observed);
                Finish {
                    rest,
                    ending,
                    observed,
                }
            }
        }
    }

    /// The exchange ended otherwise (the client left, the provider broke off): the facts so far.
    pub(crate) fn into_observed(self) -> Box<Observed> {
        self.observed
    }
}

/// Held bytes are answers to prompts: they are not shown.
impl fmt::Debug for ResponseTap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseTap")
            .field("observed", &self.observed)
            .finish_non_exhaustive()
    }
}

// === impl Stream ===

impl Stream {
    fn push(&mut self, chunk: Bytes, observed: &mut Observed) -> Bytes {
        let mut kept = Kept {
            chunk: chunk.clone(),
            first: Bytes::new(),
            joined: std::mem::take(&mut self.joined),
        };
        self.framer.push(chunk.clone());
        while let Some(frame) = self.framer.next_frame() {
            let left = self.filter(frame, observed);
            match self.usage_chunk {
                UsageChunk::Forward => (),
                UsageChunk::Remove => kept.add(left),
            }
        }
        let (joined, buffer) = kept.join();
        self.joined = buffer;
        match self.usage_chunk {
            UsageChunk::Forward => chunk,
            UsageChunk::Remove => joined,
        }
    }

    fn finish(&mut self, observed: &mut Observed) -> (Bytes, Ending) {
        let is_between = self.framer.is_between_events();
        let last = self.framer.finish();
        let is_cut = last.as_ref().is_some_and(|frame| match frame.content {
            Content::Event(_) => true,
            Content::Nothing | Content::Oversized | Content::Continuation => false,
        });
        // A last event without its blank line still counts if it can be read (llm.md F-1). One
        // that cannot be read is the start of an event, and the reason why this one is cut.
        let rest = last
            .map(|frame| self.filter(frame, observed))
            .unwrap_or_default();
        let is_cut = is_cut || self.framer.is_mid_oversized();
        if !self.is_done && !self.has_error && is_between && self.choices.are_whole() {
            // Some servers have no terminator. All was said, and clients wait for one (llm.md S-7).
            return (DONE, Ending::Complete);
        }
        let ending = match (self.is_done, self.has_error) {
            (true, _) => Ending::Complete,
            (false, true) => Ending::Failed,
            (false, false) if is_cut => Ending::Truncated(Truncation::MidEvent),
            (false, false) => Ending::Truncated(Truncation::NoTerminator),
        };
        match self.usage_chunk {
            UsageChunk::Forward => (Bytes::new(), ending),
            UsageChunk::Remove => (rest, ending),
        }
    }

    /// Notes the facts of a frame; gives what of it the client gets if the gateway filters.
    fn filter(&mut self, frame: Frame, observed: &mut Observed) -> Bytes {
        let Frame { raw, content } = frame;
        match content {
            Content::Continuation if self.is_removing => Bytes::new(),
            Content::Continuation => raw,
            Content::Nothing => {
                self.is_removing = false;
                raw
            }
            Content::Oversized => {
                self.is_removing = false;
                observed.unreadable += 1;
                raw
            }
            Content::Event(event) => {
                self.is_removing = false;
                self.filter_event(raw, &event, observed)
            }
        }
    }

    fn filter_event(&mut self, raw: Bytes, event: &Event, observed: &mut Observed) -> Bytes {
        let chunk = chat::observe_chunk(&event.data, observed, &mut self.choices);
        match chunk {
            Chunk::Done => self.is_done = true,
            Chunk::Error => self.has_error = true,
            Chunk::UsageOnly => {
                self.is_removing = true;
                return Bytes::new();
            }
            Chunk::Content {
                usage_null: Some(range),
            } => match (self.usage_chunk, event.data_start) {
                (UsageChunk::Remove, Some(start)) => {
                    return self.without(&raw, start + range.start..start + range.end);
                }
                // Data of several lines has no position: the null stays, which SDKs accept.
                (UsageChunk::Remove, None) | (UsageChunk::Forward, _) => (),
            },
            Chunk::Content { usage_null: None } | Chunk::Unreadable => (),
        }
        raw
    }

    fn without(&mut self, raw: &[u8], range: Range<usize>) -> Bytes {
        let out = &mut self.rewritten;
        if out.capacity() < raw.len() {
            out.reserve(REWRITTEN.max(raw.len()));
        }
        out.extend_from_slice(raw.get(..range.start).unwrap_or_default());
        out.extend_from_slice(raw.get(range.end..).unwrap_or_default());
        out.split().freeze()
    }
}

// === impl Kept ===

impl Kept {
    fn add(&mut self, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        if self.joined.is_empty() {
            if self.first.is_empty() && self.passes(&piece) {
                self.first = piece;
                return;
            }
            if let Some(both) = beside(&self.chunk, &self.first, &piece) {
                self.first = both;
                return;
            }
            let length = self.first.len() + piece.len();
            if self.joined.capacity() < length {
                self.joined.reserve(REWRITTEN.max(length));
            }
            self.joined.extend_from_slice(&self.first);
        }
        self.joined.extend_from_slice(&piece);
    }

    /// Whether to pass a piece on without a copy. Of a small one that lies in another buffer, the buffer is worth more.
    fn passes(&self, piece: &Bytes) -> bool {
        piece.len() > REWRITTEN || place(&self.chunk, piece).is_some()
    }

    /// All of them, and the buffer for the next time.
    fn join(mut self) -> (Bytes, BytesMut) {
        if self.joined.is_empty() {
            return (self.first, self.joined);
        }
        let all = self.joined.split().freeze();
        // A stream that falls silent keeps no large one.
        let buffer = match all.len() > REWRITTEN {
            true => BytesMut::new(),
            false => self.joined,
        };
        (all, buffer)
    }
}

/// Two pieces of a chunk as one, if the second follows the first in it.
fn beside(chunk: &Bytes, first: &Bytes, second: &Bytes) -> Option<Bytes> {
    let (first, second) = (place(chunk, first)?, place(chunk, second)?);
    (first.end == second.start).then(|| chunk.slice(first.start..second.end))
}

/// Where a piece lies in a chunk; `None` if it lies elsewhere.
fn place(chunk: &Bytes, piece: &Bytes) -> Option<Range<usize>> {
    let start = (piece.as_ptr() as usize).checked_sub(chunk.as_ptr() as usize)?;
    let end = start.checked_add(piece.len())?;
    (end <= chunk.len()).then_some(start..end)
}

fn observe_body(body: &[u8], observed: &mut Observed) -> Ending {
    let read = match json::text(body) {
        Some(text) => chat::observe_body(text, observed),
        None => {
            observed.unreadable += 1;
            return Ending::Complete;
        }
    };
    let Err(error) = read else {
        return Ending::Complete;
    };
    observed.unreadable += 1;
    if error.is_eof() && body.trim_ascii_start().starts_with(b"{") {
        Ending::Truncated(Truncation::MidBody)
    } else {
        Ending::Complete
    }
}

#[cfg(test)]
mod tests;
