//! What the texts of a request belong to: messages, calls of tools, their results, what is no text.
//!
//! Owns the marks that a walk leaves beside its slots where somebody asks for them. It must not know formats: a mark is the
//! object as it stands in the body. Invariant: marks nest, and those inside of one stand right behind it.

use std::ops::Range;

use super::Scope;
use super::leaves;
use super::media::Medium;
use crate::node::Node;

/// What something is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Instructions that stand apart from the conversation.
    Instructions,
    /// A message, and whose it is.
    Message(Scope),
    /// A tool is called.
    Call,
    /// What a tool gave.
    Outcome,
    /// Something that is no text.
    Medium(Medium),
    /// Definitions of tools.
    Tools,
}

/// Something that is more than a text.
#[derive(Clone)]
pub(crate) struct Mark<'a> {
    pub(crate) kind: Kind,
    /// As it stands in the body; of a message, nothing.
    pub(crate) object: Node<'a>,
    /// Its texts, as indices of slots.
    pub(crate) slots: Range<usize>,
    /// How many marks are inside of it.
    pub(crate) inner: usize,
}

/// The marks of one walk.
#[derive(Default)]
pub(super) struct Outline<'a>(Vec<Mark<'a>>);

// === impl Outline ===

impl<'a> Outline<'a> {
    /// Something begins in front of the slot at `slot`; its place among the marks.
    pub(super) fn open(&mut self, kind: Kind, object: Node<'a>, slot: usize) -> usize {
        self.0.push(Mark {
            kind,
            object,
            slots: slot..slot,
            inner: 0,
        });
        self.0.len() - 1
    }

    /// It ends in front of the slot at `slot`.
    pub(super) fn close(&mut self, place: usize, slot: usize) {
        let behind = self.0.len().saturating_sub(place + 1);
        if let Some(mark) = self.0.get_mut(place) {
            mark.slots.end = slot;
            mark.inner = behind;
        }
    }

    pub(super) fn into_marks(self) -> Vec<Mark<'a>> {
        self.0
    }
}

/// How many strings a value has that are no keys.
pub(crate) fn strings(value: Node<'_>) -> usize {
    leaves::strings(value.raw()).len()
}
