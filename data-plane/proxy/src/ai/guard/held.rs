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
        if let Some(own) = self.held.0.borrow_mut().texts.get_mut(self.at) {
            own.push_str(text);
        }
        Passed::Hold
    }

    fn flush(&mut self) -> Passed {
        let state = self.held.0.borrow();
        let own = state.texts.get(self.at).map(String::as_str);
        let own = own.unwrap_or_default();
        if self.is_gone {
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
    fn what_has_no_text_in_the_verdict_is_refused() {
        let mut held = Held::default();
        let (mut first, mut second) = (held.judge(), held.judge());
        held.mask(vec!["a".to_owned()]);
        assert!(out(first.flush()).is_some());
        assert_eq!(second.flush(), Passed::Refused);
    }
}
