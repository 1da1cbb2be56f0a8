//! What of an entry is asked before another entry is.
//!
//! Owns the turn to another key or another endpoint of the entry that was asked last: it is made at once and takes no retry. Must
//! not choose which. Invariant: no key and no endpoint is turned to that the request has asked already.

use std::time::Instant;

use super::{Attempts, Head, Replay};
use crate::provider_group::{Place, keys, verdict::Outcome};

/// How often a request turns to another key of one provider: keys of one account may all be over the allowance of the account,
/// and each turn sends the whole prompt.
const KEY_TURNS: usize = 3;

// === impl Attempts ===

impl Attempts {
    /// Keys that were sent to an entry.
    pub(super) fn sent(&self, place: Place) -> Vec<usize> {
        let sent = self.keys.iter().filter(|(at, _)| *at == place);
        sent.map(|(_, key)| *key).collect()
    }

    /// Whether the last attempt says something of the key that it was sent with, and not of its entry.
    pub(super) fn is_of_key(&self, outcome: &Outcome) -> bool {
        let entry = self.last.and_then(|last| self.backend.entry(last));
        keys::is_of_key(outcome) && entry.is_some_and(|entry| !entry.keys.is_empty())
    }

    /// Another key of the entry that was asked last goes before another entry, and takes no retry.
    pub(super) fn turns_to_another_key(&mut self, head: Head, now: Instant) -> bool {
        let is_late = self.deadline.is_some_and(|deadline| now >= deadline);
        let is_open = head == Head::Unsent && self.replay == Replay::Possible && !is_late;
        let Some(last) = self.last.filter(|_| is_open) else {
            return false;
        };
        let entry = self.backend.entry(last);
        let sent = self.sent(last);
        let has_another = sent.len() <= KEY_TURNS
            && entry.is_some_and(|entry| entry.keys.has_another(&sent, now));
        if has_another {
            self.started = self.started.saturating_sub(1);
            self.tried.retain(|tried| *tried != last);
            self.stay = Some(last);
        }
        has_another
    }

    /// Another endpoint of the entry that was asked last is like another entry: it is asked at once, and takes no retry.
    pub(super) fn turns_to_another_endpoint(
        &mut self,
        outcome: &Outcome,
        head: Head,
        now: Instant,
        random: u64,
    ) -> bool {
        let is_late = self.deadline.is_some_and(|deadline| now >= deadline);
        let is_open = head == Head::Unsent && self.replay == Replay::Possible && !is_late;
        let Some(last) = self.last.filter(|_| is_open) else {
            return false;
        };
        let mut known = self.endpoints.iter();
        let has_another = known
            .find(|(place, _)| *place == last)
            .is_some_and(|(_, endpoints)| endpoints.has_another(outcome, now, random));
        if has_another {
            self.started = self.started.saturating_sub(1);
            self.tried.retain(|tried| *tried != last);
        }
        has_another
    }
}
