//! One attempt of a request.
//!
//! Owns its times and its settlement, of the entry and of the endpoint that was asked. Must not know what follows. Invariant: it
//! is settled on its own time, and counted as under way exactly as long as it exists.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::provider_group::{
    Answer, Backend, Entry, Place,
    endpoints::{Endpoints, Kin, Settled},
    gauge::Underway,
    keys,
    pick::NoEntry,
    state::Change,
    verdict::{Outcome, Sign, Verdict},
};

/// One attempt. Dropping it without a settlement says nothing about the entry.
#[derive(Debug)]
pub struct Attempt {
    /// Which entry.
    pub place: Place,
    /// Whether it is an evicted one, since there was no other.
    pub is_panic: bool,
    /// Whether another one would have been well, but is at its limit.
    pub is_spilled: bool,
    /// The entry.
    pub entry: Arc<Entry>,
    pub(super) begun: Instant,
    pub(super) answer: Answer,
    pub(super) typical: Option<f64>,
    pub(super) is_measured: bool,
    pub(super) _under_way: Underway,
    /// It finds out whether the entry serves again.
    pub(super) probe: Option<Underway>,
    /// The entry's endpoints, where it has several.
    pub(super) endpoints: Option<Box<Endpoints>>,
    /// Which of the entry's keys, where it has several.
    pub(super) key: Option<usize>,
}

// === impl Attempt ===

impl Attempt {
    /// When it began.
    pub fn begun(&self) -> Instant {
        self.begun
    }

    /// The name of the key that it is sent with, where the entry has a pool of them.
    pub fn key(&self) -> Option<&Arc<str>> {
        let keys = &self.entry.keys;
        Some(&keys.all.get(self.key?)?.name)
    }

    /// Whether it finds out if an entry serves again that was evicted.
    pub fn is_probe(&self) -> bool {
        self.probe.is_some()
    }

    /// The first content of a stream has come. Returns how long it took, from the begin of this attempt.
    pub fn first_token(&mut self, now: Instant) -> Duration {
        let took = now.saturating_duration_since(self.begun);
        if self.answer == Answer::Streamed && !self.is_measured {
            self.measure(took.as_secs_f64());
        }
        if let Some(endpoints) = &mut self.endpoints {
            endpoints.first_token(now);
        }
        took
    }

    /// Chooses one of the entry's endpoints, as an index in the only group of `endpoints`; one that this request has not asked,
    /// where there is one.
    ///
    /// # Errors
    /// All have weight 0, or as many attempts under way as they may have.
    pub fn at_endpoint(
        &mut self,
        endpoints: &Arc<Backend>,
        kin: Kin,
        now: Instant,
        random: u64,
    ) -> Result<usize, NoEntry> {
        let known = self.endpoints.take().filter(|known| known.are(endpoints));
        let known =
            known.unwrap_or_else(|| Box::new(Endpoints::new(endpoints.clone(), kin, self.answer)));
        self.endpoints.insert(known).start(now, random)
    }

    /// Whether the entry has a server beside the one that was asked, or a key beside the one that was sent.
    pub fn has_others(&self) -> bool {
        let endpoints = self.endpoints.as_ref();
        let has_servers = endpoints.is_some_and(|endpoints| endpoints.are_servers());
        has_servers || self.entry.keys.all.len() > 1
    }

    /// Ends it. What is returned changed by that.
    pub fn settle(mut self, outcome: &Outcome, now: Instant, random: u64) -> Settled {
        self.end(outcome, now, random)
    }

    pub(in crate::provider_group) fn answer(&self) -> Answer {
        self.answer
    }

    pub(super) fn end(&mut self, outcome: &Outcome, now: Instant, random: u64) -> Settled {
        if let Verdict::Success {
            output_tokens: Some(tokens @ 1..),
        } = outcome.verdict
            && self.answer == Answer::Collected
        {
            let took = now.saturating_duration_since(self.begun);
            // Nobody's answer has so many tokens that the rounding would matter.
            self.measure(took.as_secs_f64() / (tokens as f64));
        }
        let Some(key) = self.key else {
            return self.end_at_endpoint(outcome, now, random);
        };
        let (keys, settings) = (&self.entry.keys, &self.entry.settings);
        let times = (self.begun, now);
        let Some((name, change, of_entry)) = keys.settle(key, settings, outcome, times, random)
        else {
            return self.end_at_endpoint(outcome, now, random);
        };
        let key = Some((name, change));
        if keys::is_of_key(outcome) {
            return Settled {
                entry: of_entry,
                endpoint: Change::Nothing,
                key,
            };
        }
        // With a success it is the key's allowance that is used up.
        let of_others = Outcome {
            retry_after: outcome.retry_after.filter(|_| outcome.sign() != Sign::Good),
            ..*outcome
        };
        let settled = self.end_at_endpoint(&of_others, now, random);
        Settled {
            entry: match of_entry {
                Change::Nothing => settled.entry,
                Change::Evicted { .. } | Change::Spared { .. } | Change::Restored => of_entry,
            },
            key,
            ..settled
        }
    }

    /// Ends it, whatever key it was sent with.
    fn end_at_endpoint(&mut self, outcome: &Outcome, now: Instant, random: u64) -> Settled {
        let endpoints = self.endpoints.as_mut();
        let (endpoint, is_alone_to_blame) = endpoints
            .map_or((Change::Nothing, false), |endpoints| {
                endpoints.settle(outcome, now, random)
            });
        let policy = self.entry.settings.health.as_ref();
        let entry = match is_alone_to_blame {
            true => Change::Nothing,
            false => self
                .entry
                .state
                .settle(policy, outcome, self.begun, now, random),
        };
        Settled {
            entry,
            endpoint,
            key: None,
        }
    }

    fn measure(&mut self, seconds: f64) {
        self.is_measured = true;
        self.entry
            .state
            .measured(self.answer, seconds, self.typical);
    }
}
