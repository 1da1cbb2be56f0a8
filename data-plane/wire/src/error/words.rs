//! Telling what a provider means from its codes, and where it has none from its words.
//!
//! Owns the order: codes first, whatever the status; words only of a failure that the request may be the cause of. Must not
//! know what is looked for. Invariant: words are compared without regard to case.

use super::ProviderError;
use super::class::Class;

/// What providers say where they mean one thing.
pub(super) struct Meaning {
    /// As codes and types.
    pub(super) codes: &'static [&'static str],
    /// In words, in lower case.
    pub(super) phrases: &'static [&'static str],
    /// Whether a failure of this class can mean it.
    pub(super) is_of: fn(Class) -> bool,
}

// === impl ProviderError ===

impl ProviderError {
    /// It means this; `status` is the answer's, if it has one of its own.
    pub(super) fn means(&self, status: Option<u16>, meaning: &Meaning) -> bool {
        let said = [self.code.as_deref(), self.kind.as_deref()];
        let mut said = said.into_iter().flatten();
        if said.any(|word| meaning.codes.contains(&word)) {
            return true;
        }
        if !(meaning.is_of)(self.class(status)) {
            return false;
        }
        let message = self.message.to_ascii_lowercase();
        meaning
            .phrases
            .iter()
            .any(|phrase| message.contains(phrase))
    }
}
