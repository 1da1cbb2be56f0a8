//! What a client was answered, gathered from the bytes that it got.
//!
//! Owns how much of an answer is kept. It must not know what it was converted from: the client's format is read, behind
//! everything that changes an answer. Invariants: what is kept is bounded, whatever comes; what cannot be read is passed over.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::asked::encoded;
use super::part::{Message, Part, finish};
use super::written::{Keep, list};
use super::{Attribute, LIMIT};
use crate::answer::{Content, Piece};
use crate::event_stream::Decoder;
use crate::format::Format;
use crate::json;
use crate::observed::FinishReason;
use crate::prompt_text::Scope;
use crate::relay::Reader;
use crate::sse::{self, Framer};
use crate::tap::Framing;
use crate::tool_names::ToolNames;

/// Most bytes of one event, and of an answer in one piece, that are read.
const HELD: usize = 1 << 20;

/// What a part, a call or a choice is taken to cost beside its texts, in bytes.
const EACH: usize = 64;

/// The answer so far.
pub struct Answered {
    input: Input,
    reader: Reader,
    heard: Heard,
}

enum Input {
    Events(Framer),
    Frames(Decoder),
    Body(BytesMut),
    /// There is more than is held.
    Over,
}

#[derive(Default)]
struct Heard {
    choices: Vec<Choice>,
    /// Bytes that are kept.
    kept: usize,
    is_cut: bool,
}

#[derive(Default)]
struct Choice {
    index: u32,
    parts: Vec<Said>,
    finish: Option<FinishReason>,
    /// What is said next belongs to a part of its own.
    is_closed: bool,
}

enum Said {
    Text(String),
    Reasoning(String),
    Call {
        slot: u32,
        id: Option<String>,
        name: String,
        arguments: String,
    },
}

// === impl Answered ===

impl Answered {
    /// Of a client that speaks `client` and gets an answer that is framed so.
    #[must_use]
    pub fn new(client: Format, framing: Framing) -> Self {
        Self {
            input: match framing {
                Framing::Buffered => Input::Body(BytesMut::new()),
                Framing::EventStream => Input::Events(Framer::new(HELD)),
                Framing::AwsEventStream => Input::Frames(Decoder::new(HELD)),
            },
            reader: Reader::new(client, &ToolNames::default()),
            heard: Heard::default(),
        }
    }

    /// The client gets this.
    pub fn push(&mut self, bytes: &Bytes) {
        let Self {
            input,
            reader,
            heard,
        } = self;
        match input {
            Input::Body(held) if held.len().saturating_add(bytes.len()) <= HELD => {
                held.extend_from_slice(bytes);
            }
            Input::Events(framer) => {
                framer.push(bytes.clone());
                while let Some(frame) = framer.next_frame() {
                    heard.frame(reader, &frame);
                }
            }
            Input::Frames(decoder) => {
                decoder.push(bytes);
                while let Ok(Some(message)) = decoder.next_message() {
                    reader.message(&message, &mut |piece: &Piece<'_>| heard.piece(piece));
                }
            }
            Input::Body(_) | Input::Over => {
                heard.is_cut = true;
                self.input = Input::Over;
            }
        }
        if self.reader.held() > HELD {
            self.heard.is_cut = true;
            self.input = Input::Over;
        }
    }

    /// Bytes that are kept.
    pub(super) const fn kept(&self) -> usize {
        self.heard.kept
    }

    /// `gen_ai.output.messages`, of whatever came; `None` if nothing was said.
    #[must_use]
    pub fn finish(self) -> Option<Attribute> {
        let Self {
            input,
            mut reader,
            mut heard,
        } = self;
        match input {
            Input::Body(body) => {
                let read = json::text(&body).map(|text| {
                    let mut sink = |piece: &Piece<'_>| heard.piece(piece);
                    // What was read before it broke was said.
                    let _unread = reader.body(text, true, &mut sink);
                });
                heard.is_cut |= read.is_none() && !body.is_empty();
            }
            Input::Events(mut framer) => {
                if let Some(frame) = framer.finish() {
                    heard.frame(&mut reader, &frame);
                }
                reader.end(&mut |piece: &Piece<'_>| heard.piece(piece));
            }
            Input::Frames(_) => reader.end(&mut |piece: &Piece<'_>| heard.piece(piece)),
            Input::Over => (),
        }
        heard.told()
    }
}

/// Answers are not shown.
impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answered")
            .field("kept", &self.kept())
            .finish_non_exhaustive()
    }
}

// === impl Heard ===

impl Heard {
    fn frame(&mut self, reader: &mut Reader, frame: &sse::Frame) {
        match &frame.content {
            sse::Content::Event(event) => {
                let mut sink = |piece: &Piece<'_>| self.piece(piece);
                reader.event(event.name.as_deref(), &event.data, &mut sink);
            }
            sse::Content::Oversized => self.is_cut = true,
            sse::Content::Nothing | sse::Content::Continuation => (),
        }
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Content { choice, content } => self.content(*choice, content),
            Piece::Finish { choice, finish } => {
                if let Some(choice) = self.choice(*choice) {
                    choice.finish = Some(finish.reason);
                }
            }
            Piece::Start(_)
            | Piece::Usage(_)
            | Piece::Failure(_)
            | Piece::Dropped(_)
            | Piece::End => (),
        }
    }

    fn content(&mut self, choice: u32, content: &Content<'_>) {
        match content {
            Content::Text(text) | Content::Refusal(text) => {
                self.say(choice, &text.decode(), Said::Text, |said| match said {
                    Said::Text(text) => Some(text),
                    Said::Reasoning(_) | Said::Call { .. } => None,
                });
            }
            Content::Thinking(text) => {
                self.say(choice, &text.decode(), Said::Reasoning, |said| match said {
                    Said::Reasoning(text) => Some(text),
                    Said::Text(_) | Said::Call { .. } => None,
                });
            }
            Content::BlockEnd => {
                if let Some(choice) = self.choice(choice) {
                    choice.is_closed = true;
                }
            }
            Content::ToolCall { slot, id, name, .. } => {
                let id = id.as_ref().map(|id| self.taken(&id.decode()));
                let name = self.taken(&name.decode());
                let call = Said::Call {
                    slot: *slot,
                    id,
                    name,
                    arguments: String::new(),
                };
                self.add(choice, call);
            }
            Content::Arguments { slot, fragment } => {
                self.arguments(choice, *slot, &fragment.decode())
            }
            // Only a provider reads the former.
            Content::Signature(_) | Content::Redacted(_) | Content::ToolEnd { .. } => (),
        }
    }

    /// A choice that is known, or a new one where there is room.
    fn choice(&mut self, index: u32) -> Option<&mut Choice> {
        let known = self.choices.iter().position(|own| own.index == index);
        let place = match known {
            Some(place) => place,
            None if self.is_room_for(EACH) => {
                self.choices.push(Choice {
                    index,
                    ..Choice::default()
                });
                self.choices.len() - 1
            }
            None => return None,
        };
        self.choices.get_mut(place)
    }

    fn say(
        &mut self,
        choice: u32,
        text: &str,
        begin: fn(String) -> Said,
        goes_on: fn(&mut Said) -> Option<&mut String>,
    ) {
        let text = self.taken(text);
        if text.is_empty() {
            return;
        }
        let Some(own) = self.choice(choice) else {
            return;
        };
        let is_closed = std::mem::replace(&mut own.is_closed, false);
        let last = own.parts.last_mut().filter(|_| !is_closed);
        match last.and_then(goes_on) {
            Some(said) => said.push_str(&text),
            None => self.add(choice, begin(text)),
        }
    }

    fn add(&mut self, choice: u32, said: Said) {
        if !self.is_room_for(EACH) {
            return;
        }
        if let Some(choice) = self.choice(choice) {
            choice.parts.push(said);
        }
    }

    fn arguments(&mut self, choice: u32, of: u32, fragment: &str) {
        let fragment = self.taken(fragment);
        let Some(choice) = self.choice(choice) else {
            return;
        };
        for said in choice.parts.iter_mut().rev() {
            if let Said::Call {
                slot, arguments, ..
            } = said
                && *slot == of
            {
                arguments.push_str(&fragment);
                return;
            }
        }
    }

    /// As much of a text as there is room for.
    fn taken(&mut self, text: &str) -> String {
        let room = LIMIT.saturating_sub(self.kept);
        let end = text.floor_char_boundary(room);
        self.is_cut |= end < text.len();
        self.kept += end;
        text.get(..end).unwrap_or_default().to_owned()
    }

    fn is_room_for(&mut self, bytes: usize) -> bool {
        let is_room = self.kept + bytes <= LIMIT;
        match is_room {
            true => self.kept += bytes,
            false => self.is_cut = true,
        }
        is_room
    }

    fn told(mut self) -> Option<Attribute> {
        self.choices.retain(|choice| !choice.parts.is_empty());
        self.choices.sort_by_key(|choice| choice.index);
        let messages: Vec<Message<'_>> = self.choices.iter().map(message).collect();
        let mut told = list(&messages, Keep::First)?;
        told.is_truncated |= self.is_cut;
        Some(told)
    }
}

fn message(choice: &Choice) -> Message<'_> {
    let parts = choice.parts.iter().map(|said| match said {
        Said::Text(text) => Part::Text(Cow::Borrowed(text)),
        Said::Reasoning(text) => Part::Reasoning(Cow::Borrowed(text)),
        Said::Call {
            id,
            name,
            arguments,
            ..
        } => Part::Call {
            id: id.as_deref().map(Cow::Borrowed),
            name: Cow::Borrowed(name),
            arguments: (!arguments.is_empty()).then(|| encoded(Cow::Borrowed(arguments))),
        },
    });
    Message {
        scope: Scope::Assistant,
        parts: parts.collect(),
        finish: Some(finish(choice.finish)),
    }
}
