//! The search for matches, over a whole text or over as much of one as has arrived.
//!
//! Owns where each rule's search goes on, and which matches can no longer change. Must not know what happens to
//! findings. Invariant: for patterns whose matches are no longer than what is held back, any cut of a text into
//! pieces gives the findings of the whole text. That rests on three things: a search begins where the one before
//! ended and sees the text in front of that; a match that could still grow is not taken; a judgement looks no
//! further than `context` allows.

use super::context::{AHEAD, Candidate};
use super::detector::Judgement;
use super::engine::Engine;
use super::finding::Finding;
use super::rule::Rule;

/// Bytes behind a match that decide it: the character that ends it, its context, and the last line and end marker
/// of a PEM block.
pub(super) const SETTLED: usize = 80;

/// Where the search of each rule goes on.
#[derive(Debug)]
pub(super) struct Cursor(Vec<usize>);

/// What comes behind the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nothing.
    Whole,
    /// Perhaps more, which may make a match at the end longer.
    Open,
    /// Perhaps more, but no more can be held: a match at the end is taken or left as it is.
    Full,
}

/// What a sweep leaves open.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Swept {
    /// Start of the first match that may still grow.
    pub(super) open: Option<usize>,
    /// A match reaches the end of a text of which no more can be held.
    pub(super) is_cut: bool,
}

const _: () = assert!(AHEAD <= SETTLED);

// === impl Cursor ===

impl Cursor {
    pub(super) fn new(engine: &Engine) -> Self {
        Cursor(vec![0; engine.rules.len()])
    }

    /// Forgets `bytes` at the front of the text.
    pub(super) fn shift(&mut self, bytes: usize) {
        for next in &mut self.0 {
            *next = next.saturating_sub(bytes);
        }
    }

    /// Adds the matches that begin in front of `limit` to `found`. `limit` is between characters.
    pub(super) fn sweep(
        &mut self,
        engine: &Engine,
        text: &str,
        limit: usize,
        ending: Ending,
        found: &mut Vec<Finding>,
    ) -> Swept {
        let mut swept = Swept::default();
        let set = engine.prefilter.matches(text);
        for (index, (rule, next)) in engine.rules.iter().zip(&mut self.0).enumerate() {
            if !set.matched(index) {
                *next = limit.max(*next);
                continue;
            }
            let mut search = Search {
                rule,
                engine,
                text,
                limit,
                ending,
            };
            search.run(next, found, &mut swept);
        }
        swept
    }
}

/// The search of one rule.
struct Search<'a> {
    rule: &'a Rule,
    engine: &'a Engine,
    text: &'a str,
    limit: usize,
    ending: Ending,
}

// === impl Search ===

impl Search<'_> {
    fn run(&mut self, next: &mut usize, found: &mut Vec<Finding>, swept: &mut Swept) {
        while *next < self.limit {
            let Some(hit) = self.rule.pattern.find_at(self.text, *next) else {
                break;
            };
            if hit.start() >= self.limit {
                break;
            }
            if hit.is_empty() {
                *next = self.behind(hit.start());
                continue;
            }
            let reaches_end =
                self.ending != Ending::Whole && hit.end().saturating_add(SETTLED) > self.text.len();
            if reaches_end && self.ending == Ending::Open {
                *next = hit.start();
                swept.open = Some(swept.open.map_or(hit.start(), |open| open.min(hit.start())));
                return;
            }
            let candidate = Candidate::new(self.text, hit.range());
            match self.rule.judge(&candidate, self.engine.minimum) {
                Judgement::Hit { end, score } if end > 0 => {
                    swept.is_cut |= reaches_end;
                    let end = hit.start() + end;
                    found.push(Finding {
                        label: self.rule.label.clone(),
                        range: hit.start()..end,
                        score,
                    });
                    *next = end;
                }
                // What is no match as a whole may hide one that begins later.
                Judgement::Hit { .. } | Judgement::Miss => *next = self.behind(hit.start()),
                Judgement::MissAll => *next = hit.end(),
            }
        }
        *next = self.limit.max(*next);
    }

    /// The place behind the character at `at`.
    fn behind(&self, at: usize) -> usize {
        self.text
            .ceil_char_boundary(at.saturating_add(1))
            .max(at + 1)
    }
}
