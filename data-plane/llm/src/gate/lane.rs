//! One text of an answer on its way through a judge.
//!
//! Owns which part of what came stands for which part of what goes. Invariant: a part goes out once, in order; one that is
//! as it came can be cut anywhere between its characters, one that stands in the place of others goes whole.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::{Judge, Passed};
use crate::answer::{Content, Piece};
use crate::text::JsonText;

/// How something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    Text,
    Refusal,
    Thinking,
}

/// One text.
pub(super) struct Lane {
    pub(super) choice: u32,
    pub(super) voice: Voice,
    /// When it last said something, in bytes of the whole answer.
    pub(super) last: usize,
    judge: Box<dyn Judge>,
    is_open: bool,
    /// Bytes that came.
    came: usize,
    /// Bytes of them that the judge let go.
    judged: usize,
    out: VecDeque<Part>,
    half: Half,
}

/// The first half of a character that two pieces share (llm.md F-2), escaped.
#[derive(Default)]
pub(super) struct Half(String);

struct Part {
    text: String,
    from: usize,
    to: usize,
    is_same: bool,
}

// === impl Lane ===

impl Lane {
    pub(super) fn new(choice: u32, voice: Voice, judge: Box<dyn Judge>) -> Self {
        Self {
            choice,
            voice,
            last: 0,
            judge,
            is_open: true,
            came: 0,
            judged: 0,
            out: VecDeque::new(),
            half: Half::default(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(super) fn came(&self) -> usize {
        self.came
    }

    pub(super) fn judged(&self) -> usize {
        self.judged
    }

    /// Bytes that wait: with the judge, or let go and not taken yet.
    pub(super) fn held(&self) -> usize {
        let out: usize = self.out.iter().map(|part| part.text.len()).sum();
        out.saturating_add(self.came.saturating_sub(self.judged))
    }

    /// Takes more of the text; true where it is refused.
    pub(super) fn push(&mut self, text: &JsonText<'_>) -> bool {
        let text = self.half.whole(text);
        if text.is_empty() {
            return false;
        }
        self.came = self.came.saturating_add(text.len());
        let passed = self.judge.push(&text);
        self.take_in(passed)
    }

    pub(super) fn flush(&mut self) -> bool {
        let passed = self.judge.flush();
        self.take_in(passed)
    }

    pub(super) fn finish(&mut self) -> bool {
        let mut is_refused = false;
        if let Some(lost) = self.half.end() {
            self.came = self.came.saturating_add(lost.len());
            let passed = self.judge.push(lost);
            is_refused |= self.take_in(passed);
        }
        self.is_open = false;
        let passed = self.judge.finish();
        is_refused | self.take_in(passed)
    }

    /// The next part of what goes up to `end` of what came.
    pub(super) fn take(&mut self, end: usize) -> Option<String> {
        let part = self.out.front_mut().filter(|part| part.from < end)?;
        if part.to > end && part.is_same && part.text.is_char_boundary(end - part.from) {
            let rest = part.text.split_off(end - part.from);
            part.from = end;
            return Some(std::mem::replace(&mut part.text, rest));
        }
        self.out.pop_front().map(|part| part.text)
    }

    /// A piece that says `text`.
    pub(super) fn piece(&self, text: &str) -> Piece<'static> {
        let text = JsonText::plain(text);
        Piece::Content {
            choice: self.choice,
            content: match self.voice {
                Voice::Text => Content::Text(text),
                Voice::Refusal => Content::Refusal(text),
                Voice::Thinking => Content::Thinking(text),
            },
        }
    }

    fn take_in(&mut self, passed: Passed) -> bool {
        match passed {
            Passed::Hold => false,
            Passed::Refused => true,
            Passed::Out {
                text,
                bytes,
                is_same,
            } => {
                let from = self.judged;
                self.judged = from.saturating_add(bytes).min(self.came);
                self.out.push_back(Part {
                    text,
                    from,
                    to: self.judged,
                    is_same,
                });
                false
            }
        }
    }

    /// No more of it comes, and all that came was let go.
    pub(super) fn is_done(&self) -> bool {
        !self.is_open && self.judged == self.came
    }

    /// All that was let go, where that is not what came.
    pub(super) fn changed(&self) -> Option<String> {
        let is_same = self.out.iter().all(|part| part.is_same);
        let text = || self.out.iter().map(|part| part.text.as_str()).collect();
        (!is_same).then(text)
    }
}

// === impl Half ===

impl Half {
    /// The text with what was left of the one before, without half a character at its end.
    pub(super) fn whole<'t>(&mut self, text: &'t JsonText<'_>) -> Cow<'t, str> {
        if self.0.is_empty() && !ends_in_half(text.inner()) {
            return text.decode();
        }
        let mut inner = std::mem::take(&mut self.0);
        inner.push_str(text.inner());
        if ends_in_half(&inner) {
            self.0 = inner.split_off(inner.len().saturating_sub(HALF));
        }
        let whole = JsonText::from_inner_literal(format!("\"{inner}\""));
        Cow::Owned(whole.decode().into_owned())
    }

    /// What stands for half a character that never got its other half.
    pub(super) fn end(&mut self) -> Option<&'static str> {
        let half = std::mem::take(&mut self.0);
        (!half.is_empty()).then_some("\u{fffd}")
    }
}

/// Length of an escape of half a character.
const HALF: usize = 6;

/// Whether escaped text ends in the escape of a high surrogate.
fn ends_in_half(inner: &str) -> bool {
    let Some((front, escape)) = inner
        .len()
        .checked_sub(HALF)
        .and_then(|at| inner.split_at_checked(at))
    else {
        return false;
    };
    let is_high = escape.strip_prefix("\\u").is_some_and(|digits| {
        u16::from_str_radix(digits, 16).is_ok_and(|unit| (0xd800..0xdc00).contains(&unit))
    });
    let slashes = front
        .bytes()
        .rev()
        .take_while(|byte| *byte == b'\\')
        .count();
    is_high && slashes % 2 == 0
}
