//! A streamed answer at a guard that is a service: its texts are held to its end, and asked about at once.
//!
//! Must not call anyone. Invariant: nothing leaves before the verdict; without one, nothing leaves at all.

use std::{cell::RefCell, rc::Rc};

use dp_llm::gate::{Guard as Judges, Judge, Passed};

/// The texts of one answer at one guard.
#[derive(Clone, Default)]
pub(super) struct Held(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    texts: Vec<String>,
    fate: Fate,
    /// Nothing is held: of so many bytes that pass a copy is kept.
    passing: Option<usize>,
}

#[derive(Default)]
enum Fate {
    #[default]
    Unknown,
    Same,
    /// One for each text.
    Masked(Vec<String>),
    Refused,
}

struct HeldJudge {
    held: Held,
    at: usize,
    is_gone: bool,
}

// === impl Held ===

impl Held {
    /// Lets everything pass at once, and keeps what came up to `limit` bytes.
    pub(super) fn passing(limit: usize) -> Held {
        let held = Held::default();
        held.0.borrow_mut().passing = Some(limit);
        held
    }

    /// The texts, for the question.
    pub(super) fn texts(&self) -> Vec<String> {
        self.0.borrow().texts.clone()
    }

    pub(super) fn pass(&self) {
        self.0.borrow_mut().fate = Fate::Same;
    }

    pub(super) fn mask(&self, texts: Vec<String>) {
        self.0.borrow_mut().fate = Fate::Masked(texts);
    }

    pub(super) fn refuse(&self) {
        self.0.borrow_mut().fate = Fate::Refused;
    }
}

impl Judges for Held {
    fn judge(&mut self) -> Box<dyn Judge> {
        let mut state = self.0.borrow_mut();
        state.texts.push(String::new());
        Box::new(HeldJudge {
            held: self.clone(),
            at: state.texts.len() - 1,
            is_gone: false,
        })
    }
}

// === impl HeldJudge ===

impl Judge for HeldJudge {
    fn push(&mut self, text: &str) -> Passed {
        let mut state = self.held.0.borrow_mut();
        let kept = match state.passing.as_mut() {
            None => text.len(),
            Some(room) => {
                let kept = text.floor_char_boundary(text.len().min(*room));
                // Behind a gap nothing is kept.
                *room = match kept == text.len() {
                    true => *room - kept,
                    false => 0,
                };
                kept
            }
        };
        let is_passing = state.passing.is_some();
        if let Some(own) = state.texts.get_mut(self.at) {
            own.push_str(text.get(..kept).unwrap_or_default());
        }
        match is_passing {
            false => Passed::Hold,
            true => Passed::Out {
                text: text.to_owned(),
                bytes: text.len(),
                is_same: true,
            },
        }
    }

    fn flush(&mut self) -> Passed {
        let state = self.held.0.borrow();
        let own = state.texts.get(self.at).map(String::as_str);
        let own = own.unwrap_or_default();
        if self.is_gone || state.passing.is_some() {
            return Passed::Hold;
        }
        let (text, is_same) = match &state.fate {
            Fate::Unknown => return Passed::Hold,
            Fate::Refused => return Passed::Refused,
            Fate::Same => (own.to_owned(), true),
            Fate::Masked(texts) => match texts.get(self.at) {
                Some(text) => (text.clone(), text == own),
                None => return Passed::Refused,
            },
        };
        self.is_gone = true;
        Passed::Out {
            text,
            bytes: own.len(),
            is_same,
        }
    }

    fn finish(&mut self) -> Passed {
        self.flush()
    }
}

#[cfg(test)]
mod tests {
    use dp_llm::gate::{Guard as _, Passed};

    use super::Held;

    fn out(passed: Passed) -> Option<(String, usize, bool)> {
        match passed {
            Passed::Out {
                text,
                bytes,
                is_same,
            } => Some((text, bytes, is_same)),
            Passed::Hold | Passed::Refused => None,
        }
    }

    #[test]
    fn texts_leave_by_their_place_and_once() {
        let mut held = Held::default();
        let (mut first, mut second) = (held.judge(), held.judge());
        assert_eq!(first.push("a"), Passed::Hold);
        assert_eq!(second.push("x"), Passed::Hold);
        assert_eq!(first.push("b"), Passed::Hold);
        assert_eq!(first.finish(), Passed::Hold);
        assert_eq!(held.texts(), ["ab", "x"]);
        held.mask(vec!["ab".to_owned(), "<y>".to_owned()]);
        assert_eq!(out(first.flush()), Some(("ab".to_owned(), 2, true)));
        assert_eq!(out(second.flush()), Some(("<y>".to_owned(), 1, false)));
        assert_eq!(first.flush(), Passed::Hold);
    }

    #[test]
    fn who_only_watches_holds_nothing() {
        let mut held = Held::passing(5);
        let mut judge = held.judge();
        for text in ["abc", "dé", "f"] {
            let passed = out(judge.push(text));
            assert_eq!(passed, Some((text.to_owned(), text.len(), true)));
        }
        assert_eq!(judge.finish(), Passed::Hold);
        assert_eq!(held.texts(), ["abcd"]);
    }

    #[test]
    fn what_has_no_text_in_the_verdict_is_refused() {
        let mut held = Held::default();
        let (mut first, mut second) = (held.judge(), held.judge());
        held.mask(vec!["a".to_owned()]);
        assert!(out(first.flush()).is_some());
        assert_eq!(second.flush(), Passed::Refused);
    }
}
