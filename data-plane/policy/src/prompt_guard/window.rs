//! An answer that is judged while it streams (llm.md G-12).
//!
//! Owns what of a stream's text may go out: what no match can still reach, with tokens in place of matches. Must not
//! know frames or clocks: who calls pushes the text of each delta, and calls [`Window::flush`] when it has held text
//! for long enough (200 ms). Invariant: a byte goes out once, in order, and never before everything that begins
//! within [`Limits::holdback`] bytes behind it has been looked at. For patterns whose matches are no longer than that,
//! what goes out is the masked whole. A longer match is held as long as it goes on, and ends the stream where it is
//! longer than [`Limits::held`]. Text that a pattern recognises only by an end beyond the holdback is not found: that
//! is what [`Mode::Buffer`] is for.

use std::fmt;
use std::sync::Arc;

use super::context::BEHIND;
use super::decision::{Decision, Names};
use super::engine::{Engine, OnMatch, names};
use super::finding::{Finding, coalesce, replace};
use super::sweep::{Cursor, Ending, SETTLED};

/// How much is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As much as a match needs.
    Window,
    /// Everything until the end.
    Buffer,
}

/// Sizes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest match that is certainly found.
    pub holdback: usize,
    /// New text that is waited for before the rules are asked, unless the caller flushes.
    pub step: usize,
    /// Most text that is held.
    pub held: usize,
}

/// What goes out after some text came in.
#[derive(Clone, PartialEq, Eq)]
pub enum Output {
    /// Nothing yet.
    Hold,
    /// This, as it came in.
    Pass(String),
    /// This, with tokens in it.
    Masked {
        /// The text.
        text: String,
        /// Rules whose matches it hides.
        names: Names,
    },
    /// Nothing more: a rule that refuses has matched.
    Reject(Names),
    /// Nothing more: what would have to be held is larger than [`Limits::held`].
    Overflow(Names),
}

/// The text of a stream on its way through a guard.
pub struct Window {
    engine: Arc<Engine>,
    mode: Mode,
    limits: Limits,
    /// What has come in, from a little in front of what is held.
    text: String,
    /// Where in `text` what is held begins.
    released: usize,
    /// Bytes that have come in since the rules were asked.
    fresh: usize,
    cursor: Cursor,
    /// Matches within what is held.
    found: Vec<Finding>,
    end: Option<Output>,
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Limits {
            holdback: 256,
            step: 1024,
            held: 64 * 1024,
        }
    }
}

// === impl Window ===

impl Window {
    /// A stream of which nothing has come in.
    #[must_use]
    pub fn new(engine: Arc<Engine>, mode: Mode, limits: Limits) -> Self {
        Window {
            cursor: Cursor::new(&engine),
            engine,
            mode,
            limits,
            text: String::new(),
            released: 0,
            fresh: 0,
            found: Vec::new(),
            end: None,
        }
    }

    /// Bytes that are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.text.len() - self.released
    }

    /// Text came in.
    pub fn push(&mut self, delta: &str) -> Output {
        if self.end.is_none() {
            self.text.push_str(delta);
            self.fresh += delta.len();
        }
        // A long match is looked at again only when it has grown by a part of itself: else each delta would cost as
        // much as all before it.
        let step = self.limits.step.max(self.held() / 8);
        match self.mode {
            Mode::Buffer if self.held() > self.limits.held => {
                self.close(Output::Overflow(Names::default()))
            }
            Mode::Window if self.fresh >= step => self.evaluate(),
            Mode::Buffer | Mode::Window => self.end.clone().unwrap_or(Output::Hold),
        }
    }

    /// The caller has waited long enough.
    pub fn flush(&mut self) -> Output {
        match self.mode {
            Mode::Window if self.fresh > 0 => self.evaluate(),
            Mode::Buffer | Mode::Window => self.end.clone().unwrap_or(Output::Hold),
        }
    }

    /// No more text comes. Everything goes out.
    pub fn finish(&mut self) -> Output {
        if let Some(end) = &self.end {
            return end.clone();
        }
        let whole = self.text.len();
        self.cursor.sweep(
            &self.engine,
            &self.text,
            whole,
            Ending::Whole,
            &mut self.found,
        );
        let output = self.release(whole);
        self.end = Some(match &output {
            Output::Reject(_) | Output::Overflow(_) => output.clone(),
            Output::Hold | Output::Pass(_) | Output::Masked { .. } => Output::Hold,
        });
        output
    }

    fn evaluate(&mut self) -> Output {
        if let Some(end) = &self.end {
            return end.clone();
        }
        self.fresh = 0;
        let undecided = self.limits.holdback.saturating_add(SETTLED);
        let limit = self
            .text
            .floor_char_boundary(self.text.len().saturating_sub(undecided));
        let ending = if self.held() > self.limits.held.saturating_add(undecided) {
            Ending::Full
        } else {
            Ending::Open
        };
        let swept = self
            .cursor
            .sweep(&self.engine, &self.text, limit, ending, &mut self.found);
        if swept.is_cut {
            let names = names(&self.found);
            return self.close(Output::Overflow(names));
        }
        self.release(swept.open.map_or(limit, |open| open.min(limit)))
    }

    /// Lets out what is in front of `limit`, up to a match that reaches beyond it.
    fn release(&mut self, limit: usize) -> Output {
        if self.engine.on_match() == OnMatch::Reject && !self.found.is_empty() {
            let names = names(&self.found);
            return self.close(Output::Reject(names));
        }
        let whole = coalesce(self.found.clone());
        let cut = whole
            .iter()
            .find(|finding| finding.range.end > limit)
            .map_or(limit, |finding| finding.range.start.min(limit));
        if cut <= self.released {
            return Output::Hold;
        }
        let is_out = |finding: &Finding| finding.range.end <= cut;
        let out: Vec<Finding> = whole.into_iter().filter(is_out).collect();
        let text = replace(&self.text, self.released..cut, &out);
        let (gone, kept): (Vec<_>, Vec<_>) = self.found.drain(..).partition(is_out);
        self.found = kept;
        self.released = cut;
        self.forget();
        if gone.is_empty() {
            Output::Pass(text)
        } else {
            let names = names(&gone);
            Output::Masked { text, names }
        }
    }

    /// Drops what no rule looks at any more. A little in front of the held text stays as context.
    fn forget(&mut self) {
        // Four bytes more are one character more, for patterns that look at the one in front of their match.
        let behind = self.released.saturating_sub(BEHIND + 4);
        let gone = self.text.floor_char_boundary(behind);
        self.text.drain(..gone);
        self.released -= gone;
        self.cursor.shift(gone);
        for finding in &mut self.found {
            finding.range.start -= gone;
            finding.range.end -= gone;
        }
    }

    fn close(&mut self, output: Output) -> Output {
        self.text = String::new();
        self.released = 0;
        self.found = Vec::new();
        self.end = Some(output.clone());
        output
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window")
            .field("mode", &self.mode)
            .field("limits", &self.limits)
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}

// === impl Output ===

impl Output {
    /// What was decided about the text of this output; `None` where nothing was yet.
    #[must_use]
    pub fn decision(&self) -> Option<Decision> {
        match self {
            Output::Hold => None,
            Output::Pass(_) => Some(Decision::Allow),
            Output::Masked { names, .. } => Some(Decision::Mask(names.clone())),
            Output::Reject(names) | Output::Overflow(names) => {
                Some(Decision::Reject(names.clone()))
            }
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Hold => f.write_str("Hold"),
            Output::Pass(text) => write!(f, "Pass({} bytes)", text.len()),
            Output::Masked { text, names } => write!(f, "Masked({} bytes, {names:?})", text.len()),
            Output::Reject(names) => write!(f, "Reject({names:?})"),
            Output::Overflow(names) => write!(f, "Overflow({names:?})"),
        }
    }
}

#[cfg(test)]
mod tests;
