//! The keys of one entry, where it has a pool of them (llm.md P-23).
//!
//! Owns whose turn it is, and what a refusal says of a key alone: a key that is over its allowance, or not taken, is left alone
//! like an entry. Must not hold a key: they are names here. Invariant: an entry is never blamed for what its key did, and counts
//! as evicted exactly as long as all of its keys are.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    EntrySettings,
    health_policy::HealthPolicy,
    state::{Change, State},
    verdict::{Outcome, Sign, Verdict},
};

/// The keys of an entry; none where it has a credential of another kind.
#[derive(Debug, Default)]
pub struct Keys {
    pub(super) all: Vec<Key>,
    pub(super) turn: Arc<AtomicUsize>,
}

/// A key of an entry.
#[derive(Debug)]
pub struct Key {
    /// Unique in the entry.
    pub name: Arc<str>,
    /// What is known of it.
    pub(super) state: Arc<State>,
}

/// Whether an outcome says something of the key that was sent, and nothing of whoever answered.
pub(super) fn is_of_key(outcome: &Outcome) -> bool {
    match outcome.verdict {
        Verdict::CredentialRefused(_) | Verdict::Status(429) | Verdict::FirstEventError(429) => {
            true
        }
        Verdict::Dns
        | Verdict::ConnectError
        | Verdict::ConnectTimeout
        | Verdict::Tls
        | Verdict::Lost
        | Verdict::HeadTimeout
        | Verdict::FirstTokenTimeout
        | Verdict::Idle
        | Verdict::Status(_)
        | Verdict::FirstEventError(_)
        | Verdict::StreamErrorAfterContent
        | Verdict::GuardRefused
        | Verdict::TooLarge
        | Verdict::OutOfTime
        | Verdict::Full
        | Verdict::ClientGone
        | Verdict::Success { .. } => false,
    }
}

/// What a verdict means for a key: a 403 may as well be about what was asked for, a model or a region, and must not put away key
/// after key until somebody mends them.
fn of_key(verdict: Verdict) -> Verdict {
    if verdict == Verdict::CredentialRefused(403) {
        return Verdict::Status(429);
    }
    verdict
}

// === impl Keys ===

impl Keys {
    /// Whether the entry has a pool.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether there are some, and none may be used now.
    pub fn are_out(&self, now: Instant) -> bool {
        !self.all.is_empty() && self.all.iter().all(|key| key.state.is_evicted(now))
    }

    /// The key whose turn it is, of those that are well and not among `tried`; where there is none, the one that is back first,
    /// of those that were not tried if there are any.
    pub(super) fn choose(&self, tried: &[usize], now: Instant) -> Option<usize> {
        let well = || self.well(tried, now);
        let of_turn = NonZeroUsize::new(well().count()).and_then(|count| {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            // Another worker may have put one away since they were counted.
            well().nth(turn % count).or_else(|| well().next())
        });
        of_turn.or_else(|| {
            let all = self.all.iter().enumerate();
            let back =
                all.min_by_key(|(index, key)| (tried.contains(index), key.state.evicted_for(now)));
            back.map(|(index, _)| index)
        })
    }

    /// Whether another key than those of `tried` may be used now.
    pub(super) fn has_another(&self, tried: &[usize], now: Instant) -> bool {
        self.well(tried, now).next().is_some()
    }

    /// Takes in how an attempt with a key ended; tells its name, what changed of it, and what that means for the entry.
    pub(super) fn settle(
        &self,
        index: usize,
        settings: &EntrySettings,
        outcome: &Outcome,
        (begun, now): (Instant, Instant),
        random: u64,
    ) -> Option<(Arc<str>, Change, Change)> {
        let key = self.all.get(index)?;
        let is_its_own = is_of_key(outcome) || outcome.sign() == Sign::Good;
        let change = match is_its_own {
            false => Change::Nothing,
            true => {
                let policy = policy(settings);
                let own = Outcome {
                    verdict: of_key(outcome.verdict),
                    // What an `unhealthyCondition` says is about the provider.
                    condition: None,
                    ..*outcome
                };
                key.state.settle(Some(&policy), &own, begun, now, random)
            }
        };
        let of_entry = match change {
            Change::Evicted { times, .. } if self.are_out(now) => Change::Evicted {
                window: self.back_in(now),
                times,
            },
            Change::Spared { .. } if self.are_out(now) => Change::Spared {
                window: self.back_in(now),
            },
            Change::Evicted { .. } | Change::Spared { .. } | Change::Nothing | Change::Restored => {
                Change::Nothing
            }
        };
        Some((key.name.clone(), change, of_entry))
    }

    fn well(&self, tried: &[usize], now: Instant) -> impl Iterator<Item = usize> {
        let all = self.all.iter().enumerate();
        let well =
            all.filter(move |(index, key)| !tried.contains(index) && !key.state.is_evicted(now));
        well.map(|(index, _)| index)
    }

    /// When the first of them is back.
    fn back_in(&self, now: Instant) -> Duration {
        let all = self.all.iter().map(|key| key.state.evicted_for(now));
        all.min().unwrap_or_default()
    }
}

/// When a key is left alone, and for how long: at the first refusal, whatever its provider is allowed.
fn policy(settings: &EntrySettings) -> HealthPolicy {
    HealthPolicy {
        consecutive_failures: None,
        health_threshold: None,
        ..settings.health.clone().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
