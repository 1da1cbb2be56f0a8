//! Server-sent events: finding event boundaries in a byte stream (WHATWG HTML 9.2.6, llm.md 2.7).
//!
//! Works on bytes: text is never decoded here, so a chunk may end anywhere. It must not know what
//! events mean. Invariants: the raw bytes of all frames, in order, are the input; however the
//! input is cut, the events are the same; memory is bounded by the event limit, since an event
//! above it passes in pieces that are not parsed.

use bytes::{Bytes, BytesMut};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Cuts a byte stream into frames. Feed it with [`Framer::push`], then take frames until there is
/// none, and call [`Framer::finish`] at the end of the stream.
#[derive(Debug)]
pub struct Framer {
    event_limit: usize,
    /// Bytes of the open block from earlier chunks.
    pending: BytesMut,
    /// What is left of the current chunk.
    input: Bytes,
    line: Line,
    /// Length of the open block, also where its pieces have been handed on already.
    block_length: usize,
    is_first_block: bool,
    is_oversized: bool,
}

/// A piece of the stream that is handed on as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The bytes as they came, line ends included.
    pub raw: Bytes,
    /// What they are.
    pub content: Content,
}

/// What a frame is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// An event with data.
    Event(Event),
    /// Comments (keep-alives), blank lines, fields without data: nothing to dispatch.
    Nothing,
    /// The first piece of an event above the limit.
    Oversized,
    /// More of the frame before: the next piece of an oversized one, or the line feed of its CRLF.
    Continuation,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The value of the last `event` field.
    pub name: Option<Bytes>,
    /// The values of the `data` fields, joined by line feeds.
    pub data: Bytes,
    /// Where `data` starts in the frame's raw bytes; `None` if it was joined from several lines.
    pub data_start: Option<usize>,
}

/// Where the scan stands within lines.
#[derive(Debug, Clone, Copy)]
struct Line {
    is_empty: bool,
    /// The byte before was a CR that ended a line; an LF now belongs to it.
    after_cr: bool,
}

// === impl Framer ===

impl Framer {
    /// `event_limit` is in bytes; larger events pass unparsed.
    #[must_use]
    pub fn new(event_limit: usize) -> Self {
        Self {
            event_limit,
            pending: BytesMut::new(),
            input: Bytes::new(),
            line: Line {
                is_empty: true,
                after_cr: false,
            },
            block_length: 0,
            is_first_block: true,
            is_oversized: false,
        }
    }

    /// Gives the next chunk. All frames of the chunk before must have been taken.
    pub fn push(&mut self, chunk: Bytes) {
        if self.input.is_empty() {
            self.input = chunk;
        } else {
            // A caller that did not take all frames: keep the order at the price of a copy.
            self.input = [self.input.as_ref(), chunk.as_ref()].concat().into();
        }
    }

    /// The next frame that is complete, or the next piece of an oversized one.
    pub fn next_frame(&mut self) -> Option<Frame> {
        if self.input.is_empty() {
            return None;
        }
        if self.line.after_cr && self.block_length == 0 && self.input.first() == Some(&b'\n') {
            self.line.after_cr = false;
            let raw = self.input.split_to(1);
            return Some(Frame {
                raw,
                content: Content::Continuation,
            });
        }
        match self.line.scan(&self.input) {
            Some(end) => Some(self.close(end)),
            None => self.hold(),
        }
    }

    /// How much of the last chunk is behind the frames that were taken.
    #[must_use]
    pub fn left(&self) -> usize {
        self.input.len()
    }

    /// The block that the stream ended in, if any: its last blank line is missing.
    pub fn finish(&mut self) -> Option<Frame> {
        let raw = self.pending.split().freeze();
        (!raw.is_empty()).then(|| self.frame(raw))
    }

    /// The stream stands between two events.
    #[must_use]
    pub fn is_between_events(&self) -> bool {
        self.pending.is_empty() && self.block_length == 0
    }

    /// The stream stands inside an event above the limit.
    #[must_use]
    pub fn is_mid_oversized(&self) -> bool {
        self.is_oversized
    }

    /// The block ends after `end` bytes of the input.
    fn close(&mut self, end: usize) -> Frame {
        self.block_length += end;
        let mut end = end;
        if self.line.after_cr && self.input.get(end) == Some(&b'\n') {
            self.line.after_cr = false;
            end += 1;
        }
        let last = self.input.split_to(end);
        let raw = if self.pending.is_empty() {
            last
        } else {
            self.pending.extend_from_slice(&last);
            self.pending.split().freeze()
        };
        let frame = if self.block_length > self.event_limit {
            self.oversized(raw)
        } else {
            self.frame(raw)
        };
        self.block_length = 0;
        self.is_first_block = false;
        self.is_oversized = false;
        frame
    }

    /// The input ends inside the block.
    fn hold(&mut self) -> Option<Frame> {
        let rest = std::mem::take(&mut self.input);
        self.block_length += rest.len();
        if self.block_length <= self.event_limit {
            self.pending.extend_from_slice(&rest);
            return None;
        }
        let raw = if self.pending.is_empty() {
            rest
        } else {
            self.pending.extend_from_slice(&rest);
            self.pending.split().freeze()
        };
        Some(self.oversized(raw))
    }

    fn oversized(&mut self, raw: Bytes) -> Frame {
        let is_more = std::mem::replace(&mut self.is_oversized, true);
        let content = if is_more {
            Content::Continuation
        } else {
            Content::Oversized
        };
        Frame { raw, content }
    }

    fn frame(&self, raw: Bytes) -> Frame {
        let content = match Event::parse(&raw, self.is_first_block) {
            Some(event) => Content::Event(event),
            None => Content::Nothing,
        };
        Frame { raw, content }
    }
}

// === impl Event ===

impl Event {
    /// Reads the fields of one block; `None` without any data field.
    fn parse(raw: &Bytes, is_first: bool) -> Option<Self> {
        let mut at = if is_first && raw.starts_with(BOM) {
            BOM.len()
        } else {
            0
        };
        let mut name = None;
        let mut data: Option<std::ops::Range<usize>> = None;
        let mut joined: Option<BytesMut> = None;
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
            let length = line_end(rest).unwrap_or(rest.len());
            let line = rest.get(..length).unwrap_or_default();
            let (field, value_at) = split_field(line);
            let value = at + value_at..at + length;
            match field {
                b"data" => match (&mut joined, &data) {
                    (Some(lines), _) => append_line(lines, raw.get(value)),
                    (None, Some(first)) => {
                        let mut lines = BytesMut::from(raw.get(first.clone()).unwrap_or_default());
                        append_line(&mut lines, raw.get(value));
                        joined = Some(lines);
                    }
                    (None, None) => data = Some(value),
                },
                b"event" => name = Some(raw.slice(value)),
                _ => (),
            }
            at += length + 1;
        }
        let first = data?;
        Some(match joined {
            Some(lines) => Self {
                name,
                data: lines.freeze(),
                data_start: None,
            },
            None => Self {
                name,
                data_start: Some(first.start),
                data: raw.slice(first),
            },
        })
    }
}

// === impl Line ===

impl Line {
    /// Scans to the end of the blank line that ends a block; the index behind it.
    fn scan(&mut self, input: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(length) = line_end(rest) else {
                *self = Self {
                    is_empty: false,
                    after_cr: false,
                };
                return None;
            };
            let is_cr = rest.get(length) == Some(&b'\r');
            let is_rest_of_crlf = length == 0 && self.after_cr && !is_cr;
            at += length + 1;
            if is_rest_of_crlf {
                self.after_cr = false;
                continue;
            }
            let is_blank = length == 0 && self.is_empty;
            *self = Self {
                is_empty: true,
                after_cr: is_cr,
            };
            if is_blank {
                return Some(at);
            }
        }
        None
    }
}

/// Where the line ends that the bytes begin with.
fn line_end(bytes: &[u8]) -> Option<usize> {
    memchr::memchr2(b'\n', b'\r', bytes)
}

/// The field name and where its value starts; one space behind the colon is not part of it.
fn split_field(line: &[u8]) -> (&[u8], usize) {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return (line, line.len());
    };
    let field = line.get(..colon).unwrap_or_default();
    let has_space = line.get(colon + 1) == Some(&b' ');
    (field, colon + 1 + usize::from(has_space))
}

fn append_line(lines: &mut BytesMut, line: Option<&[u8]>) {
    lines.extend_from_slice(b"\n");
    lines.extend_from_slice(line.unwrap_or_default());
}

#[cfg(test)]
mod tests;
