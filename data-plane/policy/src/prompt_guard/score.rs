//! How sure a detector is.
//!
//! Owns the scale and what a context word adds (llm.md G-5). Must not know detectors. Invariant: a score is
//! between 0 and 100 hundredths.

/// How sure a detector is that a match is what it looks for, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

/// What a context word near the match adds.
const CONTEXT: u8 = 35;

impl Score {
    /// Below this a match is none, unless a guard says otherwise (llm.md G-5).
    pub const MINIMUM: Score = Score(40);
    /// No doubt; patterns of the user have it.
    pub const CERTAIN: Score = Score(100);

    /// So many hundredths, 100 at most.
    #[must_use]
    pub const fn percent(hundredths: u8) -> Self {
        if hundredths > 100 {
            Score(100)
        } else {
            Score(hundredths)
        }
    }

    /// The score of the same match beside a context word.
    #[must_use]
    pub(super) const fn raised(self) -> Self {
        Score::percent(self.0.saturating_add(CONTEXT))
    }
}
