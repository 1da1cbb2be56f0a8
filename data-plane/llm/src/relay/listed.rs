//! A stream as one array, for Gemini's clients that do not ask for events (llm.md E-3; Google's API reference of
//! `streamGenerateContent`).
//!
//! Owns brackets and commas. It must not know who wrote the events. Invariant: the array is closed only where the stream
//! would have ended regularly, so that one that is cut is not JSON.

use bytes::Bytes;

use crate::sse::{Content, Framer};
use crate::tap::{Ending, Finish};

/// Makes an array of events.
pub(super) struct Listed {
    framer: Framer,
    has_any: bool,
}

// === impl Listed ===

impl Listed {
    /// `limit` is of one event, in bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            framer: Framer::new(limit),
            has_any: false,
        }
    }

    /// The elements that these bytes of the stream end.
    pub(super) fn push(&mut self, events: Bytes) -> Bytes {
        let mut out = Vec::new();
        self.framer.push(events);
        while let Some(frame) = self.framer.next_frame() {
            self.element(&frame.content, &mut out);
        }
        out.into()
    }

    /// The rest of the array.
    pub(super) fn finish(mut self, mut finish: Finish) -> Finish {
        let mut out = self.push(std::mem::take(&mut finish.rest)).to_vec();
        if let Some(last) = self.framer.finish() {
            self.element(&last.content, &mut out);
        }
        // Where the client cannot be told of a cut, nothing is left to be said.
        let is_told = match finish.ending {
            Ending::Complete | Ending::Failed | Ending::Refused => true,
            Ending::Truncated(_) => !out.is_empty(),
        };
        if is_told {
            out.extend_from_slice(if self.has_any { b"]" } else { b"[]" });
        }
        finish.rest = out.into();
        finish
    }

    /// What tells a client of a break, behind what it got.
    pub(super) fn broken(mut self, told: Bytes) -> Bytes {
        let mut out = self.push(told).to_vec();
        if !out.is_empty() {
            out.push(b']');
        }
        out.into()
    }

    fn element(&mut self, content: &Content, out: &mut Vec<u8>) {
        match content {
            Content::Event(event) => {
                let has_any = std::mem::replace(&mut self.has_any, true);
                out.extend_from_slice(if has_any { b",\r\n" } else { b"[" });
                out.extend_from_slice(&event.data);
            }
            Content::Nothing | Content::Continuation | Content::Oversized => (),
        }
    }
}
