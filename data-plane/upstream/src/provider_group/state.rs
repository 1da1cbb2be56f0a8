//! What is known of one entry from the attempts at it.
//!
//! Owns health, latency, load and eviction of an entry, and how an attempt's end changes them (llm.md ).
//! Must not know configuration but as an argument, nor read a clock or draw a random number. Invariant: nothing that
//! happens in an open window, or that began before it, extends the window or counts; readers take no lock.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    Answer,
    average::Average,
    gauge::Gauge,
    health_policy::{Cause, Cure, HealthPolicy},
    verdict::{Outcome, Sign, Verdict},
};

/// What is known of one entry; shared by all workers, and outlives configurations.
#[derive(Debug)]
pub struct State {
    /// Times are counted from here.
    origin: Instant,
    /// Attempts under way.
    pub(super) in_flight: Gauge,
    /// Of those, the ones that find out whether it serves again.
    pub(super) probes: Gauge,
    /// It was evicted for being unhealthy, and has not served since.
    is_on_trial: AtomicBool,
    /// 0 for an entry that always failed, 1 for one that always served.
    health: Average,
    /// Seconds from an attempt's begin to the first content of a stream.
    first_token: Average,
    /// Seconds from an attempt's begin to the end of a collected answer, for each token of it.
    per_token: Average,
    /// End of the window, as [`State::since`] counts; 0 for none.
    evicted_until: AtomicU64,
    counts: Mutex<Counts>,
}

/// What only settlements need.
#[derive(Debug, Default)]
struct Counts {
    /// Unhealthy attempts since the last success or eviction.
    consecutive_failures: u32,
    /// Evictions since the last success.
    times_ejected: u32,
    /// When it was last evicted for being unhealthy, and not served since; as [`State::since`] counts.
    evicted_at: Option<u64>,
}

/// What a settlement changed, for metrics and logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing that anybody must be told.
    Nothing,
    /// Evicted for being unhealthy.
    Evicted {
        /// For how long.
        window: Duration,
        /// How many evictions there were since the last success, with this one.
        times: u32,
    },
    /// Left alone until its allowance is new, although it serves (llm.md R-18).
    Spared {
        /// For how long.
        window: Duration,
    },
    /// It served for the first time after an eviction.
    Restored,
}

/// A view of a state, for metrics and dumps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// 0 for an entry that always failed, 1 for one that always served. While evicted: what it comes back with.
    pub health: f64,
    /// Seconds from an attempt's begin to the first content of a stream.
    pub first_token: Option<f64>,
    /// Seconds for each token of a collected answer.
    pub per_token: Option<f64>,
    /// Attempts under way.
    pub in_flight: u32,
    /// Unhealthy attempts since the last success or eviction.
    pub consecutive_failures: u32,
    /// Evictions since the last success.
    pub times_ejected: u32,
    /// What is left of the window.
    pub evicted_for: Option<Duration>,
}

/// What makes an entry serve again. A 403 may as well be about what one request asked for, a model or a region: that must not
/// keep all others from an entry until somebody mends it.
fn cure(verdict: Verdict) -> Cure {
    match verdict {
        Verdict::CredentialRefused(status) if status != 403 => Cure::Person,
        Verdict::CredentialRefused(_)
        | Verdict::Dns
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
        | Verdict::TooLarge
        | Verdict::OutOfTime
        | Verdict::Full
        | Verdict::GuardRefused
        | Verdict::ClientGone
        | Verdict::Success { .. } => Cure::Time,
    }
}

// === impl State ===

impl State {
    /// Nothing known yet. `origin` is any moment before the first attempt.
    pub fn new(origin: Instant) -> State {
        State {
            origin,
            in_flight: Gauge::default(),
            probes: Gauge::default(),
            is_on_trial: AtomicBool::new(false),
            health: Average::starting_at(1.0),
            first_token: Average::unset(),
            per_token: Average::unset(),
            evicted_until: AtomicU64::new(0),
            counts: Mutex::default(),
        }
    }

    /// Whether `now` is in an open window.
    pub fn is_evicted(&self, now: Instant) -> bool {
        self.since(now) < self.evicted_until.load(Ordering::Relaxed)
    }

    /// What is left of the window; zero where none is open.
    pub(super) fn evicted_for(&self, now: Instant) -> Duration {
        let until = self.evicted_until.load(Ordering::Relaxed);
        Duration::from_micros(until.saturating_sub(self.since(now)))
    }

    /// Whether it has not served since it was evicted for being unhealthy.
    pub fn is_on_trial(&self) -> bool {
        self.is_on_trial.load(Ordering::Relaxed)
    }

    /// A view for metrics and dumps.
    pub fn figures(&self, now: Instant) -> Figures {
        let counts = self.lock();
        let left = self.evicted_for(now);
        Figures {
            health: self.health(),
            first_token: self.first_token.get(),
            per_token: self.per_token.get(),
            in_flight: self.in_flight.get(),
            consecutive_failures: counts.consecutive_failures,
            times_ejected: counts.times_ejected,
            evicted_for: (!left.is_zero()).then_some(left),
        }
    }

    /// 0 to 1.
    pub(super) fn health(&self) -> f64 {
        self.health.get().unwrap_or(1.0)
    }

    /// Average of what latency means for an answer of this kind, in seconds.
    pub(super) fn latency(&self, answer: Answer) -> Option<f64> {
        self.average(answer).get()
    }

    /// Takes in what was measured of an attempt; `start` stands for an average that has no value yet.
    pub(super) fn measured(&self, answer: Answer, seconds: f64, start: Option<f64>) {
        self.average(answer).feed(seconds, start);
    }

    /// Takes in how an attempt that began at `begun` ended. Without a policy, nothing evicts.
    pub(super) fn settle(
        &self,
        policy: Option<&HealthPolicy>,
        outcome: &Outcome,
        begun: Instant,
        now: Instant,
        random: u64,
    ) -> Change {
        let mut counts = self.lock();
        let began_before = |moment: u64| self.since(begun) <= moment;
        if self.is_evicted(now) || counts.evicted_at.is_some_and(began_before) {
            return Change::Nothing;
        }
        match outcome.sign() {
            Sign::Nothing => Change::Nothing,
            Sign::Bad => {
                self.health.feed(0.0, None);
                Change::Nothing
            }
            Sign::Good => self.succeeded(&mut counts, policy, outcome.retry_after, now),
            Sign::Unhealthy => {
                counts.consecutive_failures = counts.consecutive_failures.saturating_add(1);
                let health = self.health.feed(0.0, None);
                match policy {
                    Some(policy) if policy.evicts(counts.consecutive_failures, health) => {
                        let cause = Cause {
                            retry_after: outcome.retry_after,
                            times_ejected: counts.times_ejected,
                            cure: cure(outcome.verdict),
                        };
                        self.evict(&mut counts, policy, cause, now, random)
                    }
                    Some(_) | None => Change::Nothing,
                }
            }
        }
    }

    fn succeeded(
        &self,
        counts: &mut Counts,
        policy: Option<&HealthPolicy>,
        used_up_for: Option<Duration>,
        now: Instant,
    ) -> Change {
        let was_evicted = counts.evicted_at.is_some();
        *counts = Counts::default();
        self.is_on_trial.store(false, Ordering::Relaxed);
        self.health.feed(1.0, None);
        if let (Some(policy), Some(window)) = (policy, used_up_for) {
            let window = window.min(policy.longest);
            self.open(window, now);
            return Change::Spared { window };
        }
        if was_evicted {
            Change::Restored
        } else {
            Change::Nothing
        }
    }

    fn evict(
        &self,
        counts: &mut Counts,
        policy: &HealthPolicy,
        cause: Cause,
        now: Instant,
        random: u64,
    ) -> Change {
        let window = policy.duration(cause, random);
        counts.consecutive_failures = 0;
        counts.times_ejected = counts.times_ejected.saturating_add(1);
        counts.evicted_at = Some(self.since(now));
        self.is_on_trial.store(true, Ordering::Relaxed);
        // Nobody asks for the health of an entry in its window, so it may have that of its return already.
        self.health.set(policy.restore_health.clamp(0.0, 1.0));
        self.open(window, now);
        Change::Evicted {
            window,
            times: counts.times_ejected,
        }
    }

    fn open(&self, window: Duration, now: Instant) {
        let until = self.since(now).saturating_add(micros(window));
        self.evicted_until.store(until, Ordering::Relaxed);
    }

    fn average(&self, answer: Answer) -> &Average {
        match answer {
            Answer::Streamed => &self.first_token,
            Answer::Collected => &self.per_token,
        }
    }

    /// Microseconds since the origin.
    fn since(&self, moment: Instant) -> u64 {
        micros(moment.saturating_duration_since(self.origin))
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Each write leaves the counts whole, so that a panic elsewhere under the lock spoils nothing.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
