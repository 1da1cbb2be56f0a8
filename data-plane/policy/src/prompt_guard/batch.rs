//! Pieces of a streamed answer for a guard that is asked elsewhere (llm.md G-12).
//!
//! Owns when there is enough text for a question, what the question holds, and what goes out on its answer. Must not
//! know clocks or services. Invariant: text goes out only after a question that held it has been answered with a pass;
//! each question begins with the end of the text in front of it, so that what straddles two is seen once whole.

use std::fmt;

use super::window::Mode;

/// Bytes of the text in front that a question repeats.
pub const OVERLAP: usize = 256;

/// Text of a stream on its way through a guard elsewhere. At most one question is open.
pub struct Batch {
    mode: Mode,
    step: usize,
    /// End of what has been asked about.
    tail: String,
    /// What the open question is about.
    asked: Option<String>,
    /// What came in since.
    pending: String,
}

/// Whether it is time for a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Not yet.
    Wait,
    /// [`Batch::ask`] has one.
    Now,
}

// === impl Batch ===

impl Batch {
    /// A stream of which nothing has come in; a question is due after `step` bytes (1024 by default).
    #[must_use]
    pub fn new(mode: Mode, step: usize) -> Self {
        Batch {
            mode,
            step,
            tail: String::new(),
            asked: None,
            pending: String::new(),
        }
    }

    /// Bytes that are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.pending.len() + self.asked.as_ref().map_or(0, String::len)
    }

    /// Text came in.
    pub fn push(&mut self, delta: &str) -> Due {
        self.pending.push_str(delta);
        self.due()
    }

    /// Whether a question is due.
    #[must_use]
    pub fn due(&self) -> Due {
        match self.mode {
            Mode::Window if self.asked.is_none() && self.pending.len() >= self.step => Due::Now,
            Mode::Window | Mode::Buffer => Due::Wait,
        }
    }

    /// The next question: at once where one is due, else when the caller has waited long enough or the stream has
    /// ended. `None` while a question is open, and where nothing new has come in.
    pub fn ask(&mut self) -> Option<String> {
        if self.asked.is_some() || self.pending.is_empty() {
            return None;
        }
        let pending = std::mem::take(&mut self.pending);
        let question = format!("{}{pending}", self.tail);
        let from = question.ceil_char_boundary(question.len().saturating_sub(OVERLAP));
        self.tail = question.get(from..).unwrap_or_default().to_owned();
        self.asked = Some(pending);
        Some(question)
    }

    /// The open question was answered with a pass: this goes out.
    pub fn passed(&mut self) -> String {
        self.asked.take().unwrap_or_default()
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("mode", &self.mode)
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Batch, Due, OVERLAP};
    use crate::prompt_guard::window::Mode;

    #[test]
    fn questions_overlap_and_passes_do_not() {
        let mut batch = Batch::new(Mode::Window, 1024);
        assert_eq!(batch.ask(), None);
        assert_eq!(batch.push(&"a".repeat(1000)), Due::Wait);
        assert_eq!(batch.push(&"é".repeat(12)), Due::Now);
        let first = batch.ask().expect("due");
        assert_eq!(first.len(), 1024);
        // While a question is open there is no other, however much comes in.
        assert_eq!(batch.push(&"b".repeat(2000)), Due::Wait);
        assert_eq!((batch.ask(), batch.held()), (None, 3024));
        assert_eq!(batch.passed(), first);
        assert_eq!(batch.due(), Due::Now);
        let second = batch.ask().expect("due");
        assert_eq!(second.len(), OVERLAP + 2000);
        assert!(second.contains("aééé") && second.ends_with('b'));
        assert_eq!(batch.passed(), "b".repeat(2000));
        assert_eq!((batch.passed(), batch.held()), (String::new(), 0));
        // A flush asks about what is there.
        batch.push("c");
        assert_eq!(batch.ask().map(|q| q.len()), Some(OVERLAP + 1));
        assert_eq!(batch.passed(), "c");
    }

    #[test]
    fn a_buffer_asks_when_the_caller_does() {
        let mut batch = Batch::new(Mode::Buffer, 1);
        assert_eq!(batch.push("some text"), Due::Wait);
        assert_eq!(batch.ask().as_deref(), Some("some text"));
        assert_eq!(format!("{batch:?}"), "Batch { mode: Buffer, held: 9, .. }");
    }
}
