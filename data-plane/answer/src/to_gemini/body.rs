//! The buffered answer.
//!
//! Invariant: it is what a client gets that puts the stream of the same pieces together, texts that follow each other being
//! one part.

use super::{Calls, Ending, failure_body, finished, naming};
use crate::error::ProviderError;
use crate::{ClientSide, Content, Piece, Start};

/// Collects an answer.
#[derive(Debug)]
pub struct Body {
    client: ClientSide,
    start: Start,
    calls: Calls,
    ending: Ending,
    /// Of each candidate that said something.
    parts: Vec<(u32, Parts)>,
    /// Bytes of all parts.
    held: usize,
    failure: Option<ProviderError>,
}

/// The parts of one candidate as JSON, with commas between them.
#[derive(Debug, Default)]
struct Parts {
    json: Vec<u8>,
    /// The last part is text that goes on: what it ends with is yet to be written.
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Text,
    Thought,
}

// === impl Body ===

impl Body {
    /// Nothing was written yet.
    pub fn new(client: ClientSide) -> Self {
        Self {
            client,
            start: Start::default(),
            calls: Calls::default(),
            ending: Ending::default(),
            parts: Vec::new(),
            held: 0,
            failure: None,
        }
    }

    /// Takes the next piece.
    pub fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Start(start) => self.start = start.clone(),
            Piece::Content { choice, content } => {
                self.ending.meet(*choice);
                let mut call = Vec::new();
                let is_call = self.calls.write(*choice, content, &mut call);
                if let Some(parts) = parts_of(&mut self.parts, *choice) {
                    let before = parts.json.len();
                    if is_call {
                        parts.push(&call);
                    } else {
                        parts.content(content);
                    }
                    self.held += parts.json.len() - before;
                }
            }
            Piece::Finish { choice, finish } => self.ending.finish(*choice, finish),
            Piece::Usage(usage) => self.ending.usage = Some(usage.clone()),
            Piece::Failure(failure) => self.failure = Some(failure.clone()),
            Piece::Dropped(_) | Piece::End => (),
        }
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.held + self.calls.held() + self.ending.held()
    }

    /// The body, once all pieces were taken.
    pub fn finish(mut self) -> Vec<u8> {
        if let Some(failure) = &self.failure {
            return failure_body(failure);
        }
        for (choice, call) in self.calls.rest() {
            if let Some(parts) = parts_of(&mut self.parts, choice) {
                parts.push(&call);
            }
        }
        let mut out = br#"{"candidates":["#.to_vec();
        for (position, (choice, reason)) in self.ending.candidates().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            out.extend_from_slice(br#"{"content":{"parts":["#);
            if let Some((_, parts)) = self.parts.iter_mut().find(|(known, _)| *known == choice) {
                parts.close();
                out.extend_from_slice(&parts.json);
            }
            out.extend_from_slice(br#"],"role":"model"},"#);
            finished(choice, reason, &mut out);
        }
        out.push(b']');
        self.ending.usage(&mut out);
        out.extend_from_slice(&naming(&self.start, &self.client));
        out
    }
}

/// The parts of a candidate; new ones where it said nothing yet.
fn parts_of(all: &mut Vec<(u32, Parts)>, choice: u32) -> Option<&mut Parts> {
    if all.iter().all(|(known, _)| *known != choice) {
        all.push((choice, Parts::default()));
    }
    all.iter_mut()
        .find(|(known, _)| *known == choice)
        .map(|(_, parts)| parts)
}

// === impl Parts ===

impl Parts {
    fn content(&mut self, content: &Content<'_>) {
        let (kind, text) = match content {
            Content::Text(text) | Content::Refusal(text) => (Open::Text, text),
            Content::Thinking(text) => (Open::Thought, text),
            Content::Signature(_)
            | Content::Redacted(_)
            | Content::BlockEnd
            | Content::ToolCall { .. }
            | Content::Arguments { .. }
            | Content::ToolEnd { .. } => return,
        };
        if text.is_empty() {
            return;
        }
        if self.open != Some(kind) {
            self.comma();
            self.json.extend_from_slice(br#"{"text":""#);
            self.open = Some(kind);
        }
        self.json.extend_from_slice(text.inner().as_bytes());
    }

    fn push(&mut self, part: &[u8]) {
        self.comma();
        self.json.extend_from_slice(part);
    }

    fn comma(&mut self) {
        self.close();
        if !self.json.is_empty() {
            self.json.push(b',');
        }
    }

    fn close(&mut self) {
        match self.open.take() {
            None => (),
            Some(Open::Text) => self.json.extend_from_slice(b"\"}"),
            Some(Open::Thought) => self.json.extend_from_slice(br#"","thought":true}"#),
        }
    }
}
