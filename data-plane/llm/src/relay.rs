//! The way of an answer from a provider to a client: forwarded where both speak one format, converted where they do not.
//!
//! ```text
//! chunk --sse / event_stream / whole body--> events --reader--> Piece* --> Observed, and the client's encoder
//! ```
//! Owns framing on the way in, the choice of reader and encoder, and the verdict on the end. It must not know sockets or
//! clocks. Invariants: what the request's rendering decided ([`Plan`]) decides how the answer is read, whatever changed
//! since (llm.md T-7); an answer without its terminator is never reported complete; memory is bounded by [`crate::tap::Limits`], and by
//! [`held::LIMIT`] where the client's format needs what came before.

mod beside;
mod cut;
mod embedded;
mod encoder;
mod folded;
mod gated;
mod guarded;
mod listed;
mod made;
mod plan;
mod reader;
mod shown_model;
mod watch;

use std::cell::Cell;
use std::fmt;

use bytes::Bytes;

pub use self::cut::Broken;
use self::cut::{is_unreadable, told_where_cut, too_long, unreadable};
use self::embedded::Embedded;
pub use self::folded::Folded;
use self::gated::Gated;
use self::listed::Listed;
pub(crate) use self::plan::Names;
pub use self::plan::Plan;
pub(crate) use self::reader::Reader;
use self::shown_model::ShownModel;
use self::watch::Watch;
use crate::answer::{Piece, held};
use crate::document::Document;
use crate::error::{ProviderError, last_event};
use crate::event_stream;
use crate::format::Format;
use crate::json;
use crate::observed::Observed;
use crate::passed::PassedTap;
use crate::sse::{Content, Framer};
use crate::tap::{Ending, Finish, Framing, ResponseTap, Truncation};

/// What is unique to one answer and cannot be made here.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// Seconds since 1970.
    pub unix_seconds: u64,
    /// A random number, which made-up ids contain.
    pub nonce: u64,
}

/// An answer on its way.
pub struct Relay {
    client: Format,
    framing: Framing,
    way: Way,
    /// Tells another name of the model, where the answer passes as it came.
    shown_model: Option<Box<ShownModel>>,
    /// Makes an array of the stream.
    listed: Option<Box<Listed>>,
}

enum Way {
    /// OpenAI chat completions to such a client: out of these a usage chunk may have to be taken.
    Tapped(Box<ResponseTap>),
    /// No conversation, and not converted.
    Passed(Box<PassedTap>),
    /// Embeddings of another shape.
    Embedded(Box<Embedded>),
    /// Anything else.
    Read(Box<Read>),
}

struct Read {
    input: Input,
    output: Output,
    reader: Reader,
    watch: Watch,
    format: Format,
    /// More came than is held, and the client was told.
    is_full: bool,
    /// The input has been read to its end; where it is visibly cut.
    closed: Option<Option<Truncation>>,
}

enum Input {
    Events(Framer),
    Frames(event_stream::Decoder),
    Body(Document),
}

enum Output {
    Forward,
    Encode(Box<Gated>),
}

// === impl Relay ===

impl Relay {
    /// Takes a chunk from the provider and gives what the client gets now; empty means nothing yet, not the end.
    pub fn push(&mut self, chunk: Bytes) -> Bytes {
        let out = match &mut self.way {
            Way::Tapped(tap) => tap.push(chunk),
            Way::Passed(tap) => tap.push(chunk),
            Way::Embedded(embedded) => embedded.push(&chunk),
            Way::Read(read) => read.push(chunk),
        };
        self.shown(out)
    }

    /// What was seen so far.
    #[must_use]
    pub fn observed(&self) -> &Observed {
        match &self.way {
            Way::Tapped(tap) => tap.observed(),
            Way::Passed(tap) => &tap.observed,
            Way::Embedded(embedded) => &embedded.observed,
            Way::Read(read) => &read.watch.observed,
        }
    }

    /// The provider told of a failure in its answer.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        match &self.way {
            Way::Tapped(tap) => tap.has_failed(),
            Way::Passed(tap) => tap.has_failed,
            Way::Embedded(_) => false,
            Way::Read(read) => read.watch.has_failed,
        }
    }

    /// The provider's terminator has passed: what follows is no part of the answer.
    #[must_use]
    pub fn is_done(&self) -> bool {
        match &self.way {
            Way::Tapped(tap) => tap.is_done(),
            Way::Passed(_) | Way::Embedded(_) => false,
            Way::Read(read) => read.watch.has_ended && self.framing != Framing::Buffered,
        }
    }

    /// The provider sent more than the gateway holds, and the client has been told: nothing follows.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match &self.way {
            Way::Tapped(_) | Way::Passed(_) => false,
            Way::Embedded(embedded) => embedded.is_over,
            Way::Read(read) => read.is_full,
        }
    }

    /// The provider's body ended regularly as far as HTTP can tell. Where a stream is cut between two events, `rest` tells
    /// the client so in its dialect (llm.md S-10); where it is cut within one, or `rest` is empty, the caller must break
    /// the response off.
    #[must_use]
    pub fn finish(self) -> Finish {
        let client = self.client;
        let mut finish = match self.way {
            Way::Tapped(tap) => {
                let is_between = tap.is_between_events();
                told_where_cut(client, is_between, tap.finish())
            }
            Way::Passed(tap) => {
                let is_between = tap.is_between_events();
                told_where_cut(client, is_between, tap.finish())
            }
            Way::Embedded(embedded) => embedded.finish(),
            Way::Read(read) => read.finish(),
        };
        if let Some(mut shown) = self.shown_model {
            finish.rest = shown.push(finish.rest);
        }
        match self.listed {
            None => finish,
            Some(listed) => listed.finish(finish),
        }
    }

    /// The provider broke off, or fell silent. Gives what tells a stream's client so, where it can be told; empty where the response has to
    /// be broken off too.
    #[must_use]
    pub fn broken(self, how: Broken) -> (Bytes, Box<Observed>) {
        let (told, observed) = match self.way {
            Way::Tapped(tap) => {
                let told = match tap.is_between_events() {
                    true => last_event(self.client, &how.told()),
                    false => Bytes::new(),
                };
                (told, tap.into_observed())
            }
            Way::Passed(tap) => (Bytes::new(), tap.observed),
            Way::Embedded(embedded) => (Bytes::new(), embedded.observed),
            Way::Read(read) => read.broken(how),
        };
        match self.listed {
            None => (told, observed),
            Some(listed) => (listed.broken(told), observed),
        }
    }

    /// The exchange ended otherwise (the client left): the facts so far.
    #[must_use]
    pub fn into_observed(self) -> Box<Observed> {
        match self.way {
            Way::Tapped(tap) => tap.into_observed(),
            Way::Passed(tap) => tap.observed,
            Way::Embedded(embedded) => embedded.observed,
            Way::Read(read) => read.watch.observed,
        }
    }
}

/// Answers are not shown.
impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("framing", &self.framing)
            .field("observed", self.observed())
            .finish_non_exhaustive()
    }
}

// === impl Read ===

impl Read {
    fn push(&mut self, chunk: Bytes) -> Bytes {
        let mut out = Vec::new();
        let behind = self.take(&chunk, &mut out);
        self.bound(&mut out);
        match self.output {
            // Behind the last event of its format some servers have what belongs to another one, such as `[DONE]` (llm.md F-4).
            Output::Forward => chunk.slice(..chunk.len().saturating_sub(behind)),
            Output::Encode(_) => out.into(),
        }
    }

    /// Reads a chunk; how many bytes at its end are behind the last event.
    fn take(&mut self, chunk: &Bytes, out: &mut Vec<u8>) -> usize {
        let Self {
            input,
            output,
            reader,
            watch,
            is_full,
            ..
        } = self;
        let is_encoding = matches!(output, Output::Encode(_));
        let mut passed_unread = 0;
        let told = Cell::new(0_usize);
        let had_ended = watch.has_ended;
        let has_ended = Cell::new(had_ended);
        let mut behind = 0;
        let mut sink = |piece: &Piece<'_>| {
            told.set(told.get().saturating_add(1));
            pass(piece, watch, output, out);
            has_ended.set(watch.has_ended);
        };
        match input {
            Input::Body(held) => held.push(chunk),
            Input::Events(framer) => {
                if !has_ended.get() {
                    framer.push(chunk.clone());
                }
                while !has_ended.get()
                    && let Some(frame) = framer.next_frame()
                {
                    match frame.content {
                        Content::Event(event) => {
                            let before = told.get();
                            reader.event(event.name.as_deref(), &event.data, &mut sink);
                            let is_silent = told.get() == before;
                            if is_encoding && is_silent && is_unreadable(&event.data) {
                                // What it said would be missing (llm.md S-10).
                                sink(&Piece::Failure(unreadable()));
                            }
                        }
                        Content::Oversized if is_encoding => {
                            *is_full = true;
                            sink(&Piece::Failure(too_long()));
                        }
                        // The client has it all the same.
                        Content::Oversized => passed_unread += 1,
                        Content::Nothing | Content::Continuation => (),
                    }
                }
                behind = match had_ended {
                    true => chunk.len(),
                    false => framer.left(),
                };
            }
            Input::Frames(decoder) => {
                decoder.push(chunk);
                loop {
                    match decoder.next_message() {
                        Ok(Some(message)) => reader.message(&message, &mut sink),
                        Ok(None) => break,
                        Err(broken) => {
                            *is_full |= is_encoding && broken == event_stream::Broken::TooLong;
                            sink(&Piece::Failure(ProviderError {
                                message: broken.to_string(),
                                ..ProviderError::default()
                            }));
                            break;
                        }
                    }
                }
            }
        }
        watch.observed.unreadable += passed_unread;
        behind
    }

    /// Ends an answer of which too much has to be held. One that passes as it is needs nothing of what came before but for its
    /// tools and their names, and goes on without.
    fn bound(&mut self, out: &mut Vec<u8>) {
        let Output::Encode(gated) = &mut self.output else {
            if self.reader.held() > held::LIMIT {
                self.reader.forget();
            }
            return;
        };
        if self.watch.has_ended || self.watch.has_failed {
            return;
        }
        let is_body_over = match &self.input {
            Input::Body(held) => held.is_over(),
            Input::Events(_) | Input::Frames(_) => false,
        };
        if is_body_over || self.reader.held().saturating_add(gated.held()) > held::LIMIT {
            self.is_full = true;
            let failure = Piece::Failure(too_long());
            self.watch.note(&failure);
            gated.fail(&failure, out);
        }
    }

    fn broken(mut self, how: Broken) -> (Bytes, Box<Observed>) {
        let mut out = Vec::new();
        self.tell(how, &mut out);
        (out.into(), self.watch.observed)
    }

    /// The client's stream must not look whole (llm.md S-10); a body is the caller's to withhold.
    fn tell(&mut self, how: Broken, out: &mut Vec<u8>) {
        match (&mut self.output, &self.input) {
            (Output::Encode(gated), _) => gated.fail(&Piece::Failure(how.told()), out),
            (Output::Forward, Input::Events(framer)) if framer.is_between_events() => {
                out.extend_from_slice(&last_event(self.format, &how.told()));
            }
            (Output::Forward, Input::Events(_) | Input::Frames(_) | Input::Body(_)) => {}
        }
    }

    fn finish(mut self) -> Finish {
        let mut out = Vec::new();
        let mut truncation = self.close_once(&mut out);
        if self.output.is_refused() {
            return Finish {
                rest: out.into(),
                ending: Ending::Refused,
                observed: self.watch.observed,
            };
        }
        if self.watch.has_ended || self.watch.has_failed {
            truncation = None;
        } else if truncation.is_none() {
            truncation = Some(Truncation::NoTerminator);
        }
        let ending = match truncation {
            None if self.watch.has_failed => Ending::Failed,
            None => Ending::Complete,
            Some(truncation) => Ending::Truncated(truncation),
        };
        if truncation.is_some() {
            self.tell(Broken::Off, &mut out);
        }
        let rest = match self.output {
            Output::Forward => out,
            Output::Encode(gated) => gated.finish(out),
        };
        Finish {
            rest: rest.into(),
            ending,
            observed: self.watch.observed,
        }
    }

    fn close_once(&mut self, out: &mut Vec<u8>) -> Option<Truncation> {
        if let Some(closed) = self.closed {
            return closed;
        }
        let truncation = self.close(out);
        self.closed = Some(truncation);
        truncation
    }

    /// Reads what is left at the end; says where the input is visibly cut.
    fn close(&mut self, out: &mut Vec<u8>) -> Option<Truncation> {
        let Self {
            input,
            output,
            reader,
            watch,
            ..
        } = self;
        let mut sink = |piece: &Piece<'_>| pass(piece, watch, output, out);
        match input {
            Input::Body(held) => {
                let is_kept = matches!(output, Output::Forward);
                let text = match (held.text(), is_kept || !held.is_over()) {
                    (Some(text), true) => text,
                    // The client has it all the same, if it is of its format.
                    (None, true) => {
                        watch.pass_unread();
                        return None;
                    }
                    (_, false) => {
                        pass(&Piece::Failure(too_long()), watch, output, out);
                        return None;
                    }
                };
                let mut sink = |piece: &Piece<'_>| pass(piece, watch, output, out);
                let read = match json::text(text) {
                    Some(text) => reader.body(text, is_kept, &mut sink),
                    None => Err(Unread::Garbage),
                };
                match read {
                    Ok(()) => None,
                    Err(Unread::Cut) => Some(Truncation::MidBody),
                    Err(Unread::Garbage) => {
                        sink(&Piece::Failure(ProviderError::read(text)));
                        None
                    }
                }
            }
            Input::Events(framer) => {
                // A last event without its blank line counts if it can be read (llm.md F-1).
                let last = framer.finish();
                let is_mid = framer.is_mid_oversized() || last.is_some();
                if let Some(Content::Event(event)) = last.map(|frame| frame.content) {
                    reader.event(event.name.as_deref(), &event.data, &mut sink);
                }
                reader.end(&mut sink);
                is_mid.then_some(Truncation::MidEvent)
            }
            Input::Frames(decoder) => {
                if decoder.finish().is_err() {
                    return Some(Truncation::MidEvent);
                }
                reader.end(&mut sink);
                None
            }
        }
    }
}

/// Why a body could not be read.
pub(crate) enum Unread {
    /// It ends where more is to come.
    Cut,
    /// It is no answer.
    Garbage,
}

/// One piece: noted, and written for the client.
fn pass(piece: &Piece<'_>, watch: &mut Watch, output: &mut Output, out: &mut Vec<u8>) {
    if watch.has_failed || watch.has_ended {
        return;
    }
    watch.note(piece);
    match output {
        Output::Forward => (),
        Output::Encode(gated) => gated.piece(piece, out),
    }
}

#[cfg(test)]
mod tests;
