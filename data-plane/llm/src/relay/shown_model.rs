//! The model's name in an answer that passes as it came (llm.md R-5).
//!
//! Owns where each format has the name, and the replacement of its value. It must not know who asked for what. Invariants: every
//! byte outside the value stays; nothing is held, so that memory is the chunk's; an answer may be cut anywhere, and one that is no
//! JSON passes as it is.

use std::ops::Range;

use bytes::Bytes;

use super::{Plan, Relay};
use crate::class::Class;
use crate::format::Format;
use crate::tap::Framing;
use crate::text::JsonText;

/// Longest key that is looked for, in bytes, and one more.
const KEY: usize = 16;

/// Puts the client's name of the model in the place of the provider's.
pub(super) struct ShownModel {
    /// JSON text.
    name: Vec<u8>,
    place: Place,
    /// Where in a line of a stream the bytes are; `None` for one document.
    line: Option<Line>,
    document: Document,
}

/// Where a document has the name: a member of it, or of the object in one of its members.
#[derive(Clone, Copy)]
struct Place {
    within: Option<&'static str>,
    key: &'static str,
}

/// Where in an event stream the bytes are.
#[derive(Clone, Copy)]
enum Line {
    /// So many bytes of `data:` have come.
    Begin(usize),
    /// What comes is data.
    Data,
    /// What comes is not.
    Other,
    /// A carriage return ended a line: a line feed behind it ends no other.
    Returned,
}

/// Where in a document the bytes are.
#[derive(Clone, Copy, Default)]
struct Document {
    depth: u32,
    /// The outermost value is an object.
    is_object: bool,
    /// The object at depth 2 is the one that has the name.
    is_within: bool,
    /// A string that begins now is a key.
    is_key_due: bool,
    /// Whose value comes next.
    due: Due,
    text: Option<Text>,
}

/// What the last key was.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Due {
    #[default]
    Any,
    /// The object that has the name.
    Within,
    Name,
}

/// A string that has begun.
#[derive(Clone, Copy)]
struct Text {
    kind: Kind,
    is_escaped: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Key(Key),
    Value,
    /// The name: it goes nowhere.
    Dropped,
}

/// The beginning of a key, as it is written.
#[derive(Clone, Copy, Default)]
struct Key {
    bytes: [u8; KEY],
    length: usize,
}

/// A chunk, and what becomes of it.
struct Edit<'c> {
    chunk: &'c [u8],
    /// As far as it differs.
    out: Option<Vec<u8>>,
    /// So much of the chunk is in `out`, or dropped.
    taken: usize,
}

// === impl Relay ===

impl Relay {
    /// What is written, as the client wants it.
    pub(super) fn shown(&mut self, out: Bytes) -> Bytes {
        let out = match &mut self.shown_model {
            None => out,
            Some(shown) => shown.push(out),
        };
        match &mut self.listed {
            None => out,
            Some(listed) => listed.push(out),
        }
    }
}

// === impl Place ===

impl Place {
    const fn of(format: Format, is_event: bool) -> Option<Self> {
        let (within, key) = match (format, is_event) {
            (Format::OpenAiResponses, true) => (Some("response"), "model"),
            (Format::AnthropicMessages, true) => (Some("message"), "model"),
            (
                Format::OpenAiChatCompletions | Format::OpenAiResponses | Format::AnthropicMessages,
                _,
            ) => (None, "model"),
            (Format::GeminiGenerateContent, _) => (None, "modelVersion"),
            // Its answers name no model.
            (Format::BedrockConverse, _) => return None,
        };
        Some(Self { within, key })
    }
}

// === impl ShownModel ===

impl ShownModel {
    /// For an answer of which it is known where it has the name, where another one is to be told.
    pub(super) fn new(plan: &Plan, framing: Framing) -> Option<Box<Self>> {
        let name = plan.shown_model.as_deref()?;
        match plan.class {
            Class::Chat(_)
            | Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_) => (),
            Class::Realtime | Class::Detect(_) | Class::Passthrough(_) => return None,
        }
        let line = match framing {
            Framing::Buffered => None,
            Framing::EventStream => Some(Line::Begin(0)),
            Framing::AwsEventStream => return None,
        };
        Some(Box::new(Self {
            name: JsonText::plain(name).as_json().as_bytes().to_vec(),
            place: Place::of(plan.client, line.is_some())?,
            line,
            document: Document::default(),
        }))
    }

    /// What the client gets of these bytes.
    pub(super) fn push(&mut self, chunk: Bytes) -> Bytes {
        let mut edit = Edit {
            chunk: &chunk,
            out: None,
            taken: 0,
        };
        match self.line {
            None => self.read(0..chunk.len(), &mut edit),
            Some(line) => self.lines(line, &mut edit),
        }
        match edit.finish() {
            None => chunk,
            Some(edited) => edited,
        }
    }

    fn lines(&mut self, mut line: Line, edit: &mut Edit<'_>) {
        let (chunk, mut at) = (edit.chunk, 0);
        while let Some(byte) = chunk.get(at) {
            line = match (line, byte) {
                (Line::Returned, b'\n') => {
                    at += 1;
                    Line::Begin(0)
                }
                (Line::Returned, _) => Line::Begin(0),
                (Line::Begin(0), b'\r' | b'\n') => {
                    // An empty line ends the event.
                    self.document = Document::default();
                    at += 1;
                    behind(*byte)
                }
                // A byte order mark may stand at the begin.
                (Line::Begin(0), 0xEF | 0xBB | 0xBF) => {
                    at += 1;
                    Line::Begin(0)
                }
                (Line::Begin(matched), byte) => match b"data:".get(matched) {
                    None => Line::Data,
                    Some(wanted) if wanted == byte => {
                        at += 1;
                        Line::Begin(matched + 1)
                    }
                    Some(_) => Line::Other,
                },
                (Line::Data | Line::Other, _) => {
                    let rest = chunk.get(at..).unwrap_or_default();
                    let end = memchr::memchr2(b'\r', b'\n', rest);
                    let end = end.map_or(chunk.len(), |length| at + length);
                    if matches!(line, Line::Data) {
                        self.read(at..end, edit);
                    }
                    at = end + 1;
                    match chunk.get(end) {
                        Some(byte) => behind(*byte),
                        None => line,
                    }
                }
            };
        }
        self.line = Some(line);
    }

    /// Reads a part of a document.
    fn read(&mut self, part: Range<usize>, edit: &mut Edit<'_>) {
        let chunk = edit.chunk;
        let mut at = part.start;
        if self.document.is_dropping() {
            edit.insert(at, b"");
        }
        while let Some(rest) = chunk.get(at..part.end).filter(|rest| !rest.is_empty()) {
            let Some(mut text) = self.document.text else {
                let special = rest.iter().position(|byte| b"{}[],\"".contains(byte));
                let Some(special) = special else { break };
                at += special;
                if let Some(byte) = chunk.get(at)
                    && self.document.structure(*byte, self.place)
                {
                    edit.insert(at, &self.name);
                }
                at += 1;
                continue;
            };
            if text.is_escaped {
                text.is_escaped = false;
                self.document.text = Some(text);
                at += 1;
                continue;
            }
            let end = memchr::memchr2(b'"', b'\\', rest);
            let inner = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            if let Kind::Key(key) = &mut text.kind {
                key.extend(inner);
            }
            at += inner.len() + 1;
            match end.and_then(|end| rest.get(end)) {
                Some(b'"') => {
                    if matches!(text.kind, Kind::Dropped) {
                        edit.drop_to(at);
                    }
                    self.document.close(text.kind, self.place);
                }
                Some(_) => {
                    text.is_escaped = true;
                    if let Kind::Key(key) = &mut text.kind {
                        // Nobody escapes these.
                        key.spoil();
                    }
                    self.document.text = Some(text);
                }
                None => self.document.text = Some(text),
            }
        }
        if self.document.is_dropping() {
            edit.drop_to(part.end);
        }
    }
}

/// Behind an end of a line.
const fn behind(end: u8) -> Line {
    match end {
        b'\r' => Line::Returned,
        _ => Line::Begin(0),
    }
}

// === impl Document ===

impl Document {
    fn is_dropping(&self) -> bool {
        let text = self.text.map(|text| text.kind);
        matches!(text, Some(Kind::Dropped))
    }

    /// Members are told apart where the bytes are.
    fn has_keys(&self) -> bool {
        match self.depth {
            1 => self.is_object,
            2 => self.is_within,
            _ => false,
        }
    }

    /// Takes a byte outside strings; whether a name begins with it.
    fn structure(&mut self, byte: u8, place: Place) -> bool {
        match byte {
            b'{' | b'[' => {
                let is_object = byte == b'{';
                self.depth = self.depth.saturating_add(1);
                match self.depth {
                    1 => self.is_object = is_object,
                    2 => self.is_within = is_object && self.due == Due::Within,
                    _ => (),
                }
                self.due = Due::Any;
                self.is_key_due = self.has_keys();
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_within &= self.depth >= 2;
                self.is_key_due = false;
                self.due = Due::Any;
            }
            b',' => {
                self.is_key_due = self.has_keys();
                self.due = Due::Any;
            }
            b'"' => {
                let is_name = !self.is_key_due && self.due == Due::Name && self.is_at(place);
                let kind = match (self.is_key_due, is_name) {
                    (true, _) => Kind::Key(Key::default()),
                    (false, true) => Kind::Dropped,
                    (false, false) => Kind::Value,
                };
                self.text = Some(Text {
                    kind,
                    is_escaped: false,
                });
                return is_name;
            }
            _ => (),
        }
        false
    }

    /// The object is the one that has the name.
    fn is_at(&self, place: Place) -> bool {
        self.has_keys() && (self.depth == 1) == place.within.is_none()
    }

    /// A string is over.
    fn close(&mut self, kind: Kind, place: Place) {
        self.text = None;
        self.due = match kind {
            Kind::Value | Kind::Dropped => Due::Any,
            Kind::Key(key) => {
                if self.is_at(place) && key.is(place.key) {
                    Due::Name
                } else if self.depth == 1 && place.within.is_some_and(|within| key.is(within)) {
                    Due::Within
                } else {
                    Due::Any
                }
            }
        };
        self.is_key_due = false;
    }
}

// === impl Key ===

impl Key {
    fn extend(&mut self, bytes: &[u8]) {
        let free = self.bytes.get_mut(self.length..).unwrap_or_default();
        for (to, from) in free.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.length = self.length.saturating_add(bytes.len());
    }

    /// It is none that is looked for.
    fn spoil(&mut self) {
        self.length = usize::MAX;
    }

    fn is(&self, name: &str) -> bool {
        self.bytes.get(..self.length) == Some(name.as_bytes())
    }
}

// === impl Edit ===

impl Edit<'_> {
    /// Puts something in front of the byte at `at`.
    fn insert(&mut self, at: usize, text: &[u8]) {
        let length = self.chunk.len();
        let out = self
            .out
            .get_or_insert_with(|| Vec::with_capacity(length + text.len()));
        out.extend_from_slice(self.chunk.get(self.taken..at).unwrap_or_default());
        out.extend_from_slice(text);
        self.taken = at;
    }

    /// Leaves out what is not taken yet, up to `at`.
    fn drop_to(&mut self, at: usize) {
        self.taken = at;
    }

    /// The edited chunk; `None` where it is as it was.
    fn finish(self) -> Option<Bytes> {
        let mut out = self.out?;
        out.extend_from_slice(self.chunk.get(self.taken..).unwrap_or_default());
        Some(out.into())
    }
}
