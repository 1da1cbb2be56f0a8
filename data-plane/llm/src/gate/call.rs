//! One call of a tool on its way through judges, one for each string of its arguments.
//!
//! Owns the arguments until all of them were let go. It must not know how a format writes calls. Invariants: strings are judged
//! without their escapes, and only once the arguments are whole; arguments that were JSON are JSON with other strings in them.

use std::ops::Range;

use serde_json::value::RawValue;

use super::lane::{Half, Lane, Voice};
use super::{Guard, LANE};
use crate::prompt_text::leaves;
use crate::text::JsonText;

/// One call.
pub(super) struct Call {
    pub(super) choice: u32,
    pub(super) slot: u32,
    half: Half,
    /// Its arguments, as far as they came.
    text: String,
    state: State,
}

enum State {
    /// More of it comes.
    Open,
    /// Strings of it wait.
    Waiting { leaves: Vec<Leaf>, is_json: bool },
    /// It goes as it came.
    Same,
    /// This goes in the place of its arguments, in one piece.
    Changed(Option<String>),
}

/// A string of the arguments.
struct Leaf {
    range: Range<usize>,
    lane: Lane,
}

/// What becomes of a fragment of a call's arguments.
pub(super) enum Fragment {
    Same,
    /// All of the arguments, in its place.
    Whole(String),
    /// It went with the first.
    Gone,
}

// === impl Call ===

impl Call {
    pub(super) fn new(choice: u32, slot: u32) -> Self {
        Self {
            choice,
            slot,
            half: Half::default(),
            text: String::new(),
            state: State::Open,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        match self.state {
            State::Open => true,
            State::Waiting { .. } | State::Same | State::Changed(_) => false,
        }
    }

    /// All of it was judged.
    pub(super) fn is_judged(&self) -> bool {
        match self.state {
            State::Open | State::Waiting { .. } => false,
            State::Same | State::Changed(_) => true,
        }
    }

    /// Strings that wait for their judges.
    pub(super) fn waiting(&self) -> usize {
        match &self.state {
            State::Waiting { leaves, .. } => leaves.len(),
            State::Open | State::Same | State::Changed(_) => 0,
        }
    }

    /// Takes more of the arguments, unless that is more than there is `room` for; how many bytes it took.
    pub(super) fn push(&mut self, fragment: &JsonText<'_>, room: usize) -> usize {
        let text = self.half.whole(fragment);
        if text.len() > room {
            return 0;
        }
        self.text.push_str(&text);
        text.len()
    }

    /// The arguments are whole: has their strings judged. True where one is refused, or more wait than may.
    pub(super) fn finish(&mut self, guard: &mut dyn Guard, limit: usize) -> bool {
        self.text.push_str(self.half.end().unwrap_or_default());
        // Arguments that were cut off are no JSON, and one text.
        let is_json = serde_json::from_str::<&RawValue>(&self.text).is_ok();
        let ranges: Vec<Range<usize>> = match is_json {
            true => leaves::strings(&self.text)
                .into_iter()
                .map(|leaf| leaf.range)
                .collect(),
            false => std::iter::once(0..self.text.len()).collect(),
        };
        let mut leaves = Vec::new();
        for range in ranges {
            let own = self.text.get(range.clone()).unwrap_or_default();
            let literal = match is_json {
                true => JsonText::from_inner_literal(own.to_owned()),
                false => JsonText::plain(own),
            };
            if literal.is_empty() {
                continue;
            }
            let mut leaf = Leaf {
                range,
                lane: Lane::new(self.choice, Voice::Text, guard.judge()),
            };
            if leaf.lane.push(&literal) | leaf.lane.finish() {
                return true;
            }
            // What stays as it is needs not be kept: there may be many.
            if !leaf.lane.is_done() || leaf.lane.changed().is_some() {
                leaves.push(leaf);
            }
            if leaves.len().saturating_mul(LANE) > limit {
                return true;
            }
        }
        self.state = State::Waiting { leaves, is_json };
        self.settle();
        false
    }

    /// The judges have learned something. True where a string is refused.
    pub(super) fn flush(&mut self) -> bool {
        let State::Waiting { leaves, .. } = &mut self.state else {
            return false;
        };
        let mut is_refused = false;
        for leaf in leaves {
            is_refused |= leaf.lane.flush();
        }
        self.settle();
        is_refused
    }

    /// What goes in the place of the next fragment.
    pub(super) fn fragment(&mut self) -> Fragment {
        match &mut self.state {
            State::Open | State::Waiting { .. } | State::Same => Fragment::Same,
            State::Changed(whole) => whole.take().map_or(Fragment::Gone, Fragment::Whole),
        }
    }

    /// Concludes where all strings were let go.
    fn settle(&mut self) {
        let State::Waiting { leaves, is_json } = &self.state else {
            return;
        };
        if !leaves.iter().all(|leaf| leaf.lane.is_done()) {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let mut written = String::new();
        let mut copied = 0;
        for leaf in leaves {
            let Some(changed) = leaf.lane.changed() else {
                continue;
            };
            written.push_str(text.get(copied..leaf.range.start).unwrap_or_default());
            match is_json {
                true => written.push_str(JsonText::plain(&changed).as_json()),
                false => written.push_str(&changed),
            }
            copied = leaf.range.end;
        }
        self.state = match copied {
            0 => State::Same,
            _ => {
                written.push_str(text.get(copied..).unwrap_or_default());
                State::Changed(Some(written))
            }
        };
    }
}
