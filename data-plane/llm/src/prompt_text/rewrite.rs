//! Other texts in the place of some.
//!
//! It must not know formats. Invariant: only strings whose text changes are written anew, and a part that loses its whole text
//! to its neighbour goes, for providers refuse empty ones; names stay, for calls find tools by them; nothing changed is the same
//! buffer.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;

use super::{PromptText, Run, Slot};
use crate::node::Node;
use crate::splice::Splice;
use crate::text::JsonText;

/// Replacements for some texts of a body.
#[derive(Clone)]
pub struct Rewrite<'t, 'a> {
    texts: &'t PromptText<'a>,
    /// By index of slot.
    changes: BTreeMap<usize, Change>,
}

#[derive(Clone)]
enum Change {
    Text(String),
    /// The part goes; the next slot of the run is in the part behind it.
    Remove,
}

/// A slot within the text of its run.
struct Piece {
    index: usize,
    start: usize,
    end: usize,
}

// === impl Rewrite ===

impl<'t, 'a> Rewrite<'t, 'a> {
    pub(super) fn new(texts: &'t PromptText<'a>) -> Self {
        Self {
            texts,
            changes: BTreeMap::new(),
        }
    }

    /// Puts `text` in the place of one slot's text. An index that no slot has is ignored.
    pub fn slot(&mut self, index: usize, text: &str) {
        let changes = self
            .texts
            .slots
            .get(index)
            .is_some_and(|slot| slot.text != text && !slot.place.is_name);
        if changes {
            self.changes.insert(index, Change::Text(text.to_owned()));
        }
    }

    /// Puts `text` in the place of a run's text. Parts in front of the first change and behind the last keep their bytes;
    /// what changed across parts is put in the last of them (llm.md G-3).
    pub fn run(&mut self, run: &Run<'_, 'a>, text: &str) {
        let before = run.text();
        if before == text || run.is_name() {
            return;
        }
        let (prefix, suffix) = common(&before, text);
        let changed = prefix..before.len() - suffix;
        let replacement = text.get(prefix..text.len() - suffix).unwrap_or_default();
        let pieces = pieces(run);
        let is_touched = |piece: &&Piece| match changed.is_empty() {
            true => piece.end >= changed.start,
            false => piece.start < changed.end && piece.end > changed.start,
        };
        let mut touched: Vec<_> = pieces.iter().filter(is_touched).collect();
        if changed.is_empty() {
            // Pure insertion: the first part that reaches the place takes it.
            touched.truncate(1);
        }
        let (Some(first), Some(last)) = (touched.first(), touched.last()) else {
            return;
        };
        let front = before.get(first.start..prefix).unwrap_or_default();
        let back = before.get(changed.end..last.end).unwrap_or_default();
        for piece in &touched {
            let change = match (piece.index == first.index, piece.index == last.index) {
                (true, true) => Change::Text(format!("{front}{replacement}{back}")),
                (false, true) => Change::Text(format!("{replacement}{back}")),
                (true, false) if !front.is_empty() => Change::Text(front.to_owned()),
                (_, false) => Change::Remove,
            };
            self.changes.insert(piece.index, change);
        }
    }

    /// The body with the replacements; the same buffer if there are none.
    #[must_use]
    pub fn finish(self) -> Bytes {
        let mut splice = Splice::new(self.texts.body);
        if self.changes.is_empty() {
            return splice.apply();
        }
        let mut nested: BTreeMap<usize, Vec<(Range<usize>, &str)>> = BTreeMap::new();
        for (index, change) in &self.changes {
            let Some(slot) = self.texts.slots.get(*index) else {
                continue;
            };
            match (change, &slot.place.nested) {
                (Change::Text(text), Some(inner)) => {
                    nested
                        .entry(slot.range.start)
                        .or_default()
                        .push((inner.clone(), text));
                }
                (Change::Text(text), None) => {
                    splice.replace(slot.range.clone(), JsonText::plain(text).as_json())
                }
                (Change::Remove, _) => match self.removed(*index, slot) {
                    Some(range) => splice.replace(range, ""),
                    None => splice.replace(slot.range.clone(), "\"\""),
                },
            }
        }
        for (start, edits) in nested {
            self.rewrite_nested(&mut splice, start, edits);
        }
        for echo in &self.texts.echoes {
            splice.replace(echo.range.clone(), echo.empty);
        }
        splice.apply()
    }

    /// A part up to the one behind it.
    fn removed(&self, index: usize, slot: &Slot<'_>) -> Option<Range<usize>> {
        let part = slot.place.part.as_ref()?;
        let next = self
            .texts
            .slots
            .get(index + 1)
            .filter(|next| next.run == slot.run)?;
        let behind = next.place.part.as_ref()?;
        (part.start < behind.start).then_some(part.start..behind.start)
    }

    /// Writes a string that is JSON itself with other strings in it.
    fn rewrite_nested(
        &self,
        splice: &mut Splice<'_>,
        start: usize,
        mut edits: Vec<(Range<usize>, &str)>,
    ) {
        let Some(slot) = self
            .texts
            .slots
            .iter()
            .find(|slot| slot.range.start == start)
        else {
            return;
        };
        let literal = self
            .texts
            .body
            .get(slot.range.clone())
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(json) = literal.and_then(|literal| Node::of(literal).string()) else {
            return;
        };
        edits.sort_by_key(|(inner, _)| inner.start);
        let mut written = String::with_capacity(json.len());
        let mut copied = 0;
        for (inner, text) in edits {
            written.push_str(json.get(copied..inner.start).unwrap_or_default());
            written.push_str(JsonText::plain(text).as_json());
            copied = inner.end;
        }
        written.push_str(json.get(copied..).unwrap_or_default());
        splice.replace(slot.range.clone(), JsonText::plain(&written).as_json());
    }
}

fn pieces(run: &Run<'_, '_>) -> Vec<Piece> {
    let mut end = 0;
    let slots = run.slots().iter().enumerate();
    slots
        .map(|(at, slot)| {
            let start = end;
            end += slot.text.len();
            Piece {
                index: run.first() + at,
                start,
                end,
            }
        })
        .collect()
}

/// How many bytes two texts have in common in front and behind, in whole characters and without overlap.
fn common(one: &str, other: &str) -> (usize, usize) {
    let same = |(one, other): &(char, char)| one == other;
    let prefix: usize = one
        .chars()
        .zip(other.chars())
        .take_while(same)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    let (one, other) = (
        one.get(prefix..).unwrap_or_default(),
        other.get(prefix..).unwrap_or_default(),
    );
    let backwards = one.chars().rev().zip(other.chars().rev());
    (
        prefix,
        backwards
            .take_while(same)
            .map(|(letter, _)| letter.len_utf8())
            .sum(),
    )
}
