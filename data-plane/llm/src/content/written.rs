//! JSON of a bounded length.
//!
//! Owns what goes where not everything has room: of a list, what is at one of its ends stays; of a text, its beginning. It must
//! not know what is written. Invariant: what is written is valid JSON, and not longer than it may be.

use std::borrow::Cow;

use super::{Attribute, LIMIT};
use crate::text::JsonText;

/// How deep JSON of others may nest to be written as it stands: readers have limits.
const DEPTH: usize = 64;

/// What says that a text is not whole.
const CUT: &str = ",\"truncated\":true}";

/// Which end of a list stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    First,
    Last,
}

/// A value that may have to be cut.
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    /// JSON as somebody wrote it; where it has to be cut, or is none, it becomes a text.
    Json(Cow<'a, str>),
}

/// Something that is written into a list.
pub(super) trait Item {
    /// Writes it as far as there is room, or not at all.
    fn write(&self, out: &mut Written);
}

/// What is written so far.
pub(super) struct Written {
    json: String,
    /// Bytes that may follow.
    room: usize,
    is_cut: bool,
}

/// The list of all items for which there is room; none of an empty one.
pub(super) fn list<T: Item>(items: &[T], keep: Keep) -> Option<Attribute> {
    if items.is_empty() {
        return None;
    }
    let mut left = Written::with(LIMIT);
    left.around("[", "]", |out| match keep {
        Keep::First => out.each(items),
        Keep::Last => out.each_from_last(items),
    });
    Some(Attribute {
        json: left.json,
        is_truncated: left.is_cut,
    })
}

// === impl Written ===

impl Written {
    fn with(room: usize) -> Self {
        Self {
            json: String::new(),
            room,
            is_cut: false,
        }
    }

    /// Writes something that is whole or not there.
    pub(super) fn whole(&mut self, json: &str) {
        match self.room.checked_sub(json.len()) {
            Some(room) => {
                self.json.push_str(json);
                self.room = room;
            }
            None => self.is_cut = true,
        }
    }

    /// Writes what is between `head` and `tail`, or neither.
    pub(super) fn around(&mut self, head: &str, tail: &str, between: impl FnOnce(&mut Self)) {
        let Some(room) = self.room.checked_sub(head.len() + tail.len()) else {
            self.is_cut = true;
            return;
        };
        self.room = room;
        self.json.push_str(head);
        between(self);
        self.json.push_str(tail);
    }

    /// Writes items with commas between them, until one has no room.
    pub(super) fn each<T: Item>(&mut self, items: &[T]) {
        let mut is_first = true;
        for item in items {
            let Some(written) = self.one(item) else {
                return;
            };
            if !std::mem::replace(&mut is_first, false) {
                self.json.push(',');
            }
            self.json.push_str(&written);
        }
    }

    /// The same from the last one on, in the order in which they are.
    fn each_from_last<T: Item>(&mut self, items: &[T]) {
        let mut kept = Vec::new();
        for item in items.iter().rev() {
            if self.is_cut {
                break;
            }
            kept.extend(self.one(item));
        }
        kept.reverse();
        self.json.push_str(&kept.join(","));
    }

    /// An item, in the room that is left for it and its comma.
    fn one<T: Item>(&mut self, item: &T) -> Option<String> {
        let Some(room) = self.room.checked_sub(1) else {
            self.is_cut = true;
            return None;
        };
        let mut out = Written::with(room);
        item.write(&mut out);
        self.is_cut |= out.is_cut;
        if out.json.is_empty() {
            return None;
        }
        self.room = out.room;
        Some(out.json)
    }

    /// Writes an object that begins with `head`, with one more member where that has room.
    pub(super) fn extended(&mut self, head: &str, name: &str, json: &str) {
        let extended = head.len() + name.len() + json.len() + ",\"\":}".len();
        match extended <= self.room && is_plain(json) {
            true => self.whole(&format!("{head},\"{name}\":{json}}}")),
            false => {
                self.whole(&format!("{head}}}"));
                self.is_cut = true;
            }
        }
    }

    /// Writes an object that begins with `head` and whose last member is `value`, which is cut where it has no room.
    pub(super) fn valued(&mut self, head: &str, value: &Value<'_>) {
        let taken = head.len() + CUT.len() + "\"\"".len();
        let Some(room) = self.room.checked_sub(taken) else {
            self.is_cut = true;
            return;
        };
        let text = match value {
            Value::Json(json) if json.len() <= room && is_plain(json) => {
                self.whole(&format!("{head}{json}}}"));
                return;
            }
            Value::Json(text) | Value::Text(text) => text,
        };
        let (written, is_whole) = cut(text, room);
        let end = if is_whole { "}" } else { CUT };
        let literal = JsonText::plain(written);
        self.whole(&format!("{head}{}{end}", literal.as_json()));
        self.is_cut |= !is_whole;
    }
}

/// As much of a text as takes at most `room` bytes between quotes, and whether that is all.
fn cut(text: &str, room: usize) -> (&str, bool) {
    let mut taken = 0;
    for (at, letter) in text.char_indices() {
        taken += match letter {
            '"' | '\\' | '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' => 2,
            '\0'..='\u{1f}' => 6,
            _ => letter.len_utf8(),
        };
        if taken > room {
            return (text.get(..at).unwrap_or_default(), false);
        }
    }
    (text, true)
}

/// Whether every reader of JSON can read it: no halves of characters, no numbers out of range, not too deep.
fn is_plain(json: &str) -> bool {
    let mut depth = 0_usize;
    let mut deepest = 0;
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => depth += 1,
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => (),
        }
        deepest = deepest.max(depth);
    }
    deepest <= DEPTH && serde_json::from_str::<serde_json::Value>(json).is_ok()
}
