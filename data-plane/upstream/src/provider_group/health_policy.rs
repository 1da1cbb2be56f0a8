//! When an entry is evicted, and for how long.
//!
//! Owns the settings of eviction and the arithmetic of its duration (llm.md R-16). Must not know counts' whereabouts,
//! time or randomness: they are arguments. Invariant: no eviction lasts longer than `longest`, and none shorter than
//! what the provider asked for, unless that is longer than `longest`.

use std::time::Duration;

/// Settings of eviction of one entry.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthPolicy {
    /// Unhealthy attempts in a row that evict.
    pub consecutive_failures: Option<u32>,
    /// Health, 0 to 1, below which an unhealthy attempt evicts.
    pub health_threshold: Option<f64>,
    /// First eviction; later ones last a multiple. What is configured, else the backoff of retries, else 3 seconds.
    pub base: Duration,
    /// No eviction lasts longer: 5 minutes, or `base` where that is configured to be more.
    pub longest: Duration,
    /// Health, 0 to 1, that the entry comes back with.
    pub restore_health: f64,
    /// How far a duration is moved at random, up or down, in percent.
    pub jitter_percent: u8,
}

/// What the duration of an eviction follows from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause {
    /// How long the provider asked to be left alone.
    pub(super) retry_after: Option<Duration>,
    /// Evictions since the last success.
    pub(super) times_ejected: u32,
    /// Whether waiting is the cure at all.
    pub(super) cure: Cure,
}

/// What helps an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cure {
    /// Time.
    Time,
    /// Somebody who replaces its credential: evicted for the longest time at once.
    Person,
}

// === impl HealthPolicy ===

impl Default for HealthPolicy {
    /// Evicts at the first unhealthy attempt.
    fn default() -> HealthPolicy {
        HealthPolicy {
            consecutive_failures: None,
            health_threshold: None,
            base: Duration::from_secs(3),
            longest: Duration::from_secs(300),
            restore_health: 0.5,
            jitter_percent: 10,
        }
    }
}

impl HealthPolicy {
    /// The policy of an entry that configures none: on where its backend has another entry to turn to.
    pub fn for_backend_of(entries: usize) -> Option<HealthPolicy> {
        (entries > 1).then(HealthPolicy::default)
    }

    /// Whether an unhealthy attempt evicts. `failures` and `health` count it in.
    pub(super) fn evicts(&self, failures: u32, health: f64) -> bool {
        match (self.consecutive_failures, self.health_threshold) {
            (None, None) => true,
            (most, threshold) => {
                most.is_some_and(|most| failures >= most)
                    || threshold.is_some_and(|threshold| health < threshold)
            }
        }
    }

    /// How long to evict for.
    pub(super) fn duration(&self, cause: Cause, random: u64) -> Duration {
        const WHOLE: u128 = 100_000;
        let asked = cause.retry_after.unwrap_or_default();
        let base = match cause.cure {
            Cure::Time => self.base.max(asked),
            Cure::Person => self.longest,
        };
        let times = u128::from(cause.times_ejected) + 1;
        let longest = self.longest.as_micros();
        let micros = (base.as_micros() * times).min(longest);
        let spread = u128::from(self.jitter_percent.min(100)) * (WHOLE / 100);
        let part = WHOLE - spread + u128::from(random) % (2 * spread + 1);
        // Whoever comes back before the time that the provider named is refused again.
        let moved = (micros * part / WHOLE).max(asked.as_micros()).min(longest);
        Duration::from_micros(u64::try_from(moved).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balance::Random;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn cause(retry_after: u64, times_ejected: u32, cure: Cure) -> Cause {
        Cause {
            retry_after: (retry_after > 0).then(|| seconds(retry_after)),
            times_ejected,
            cure,
        }
    }

    #[track_caller]
    fn check(cause: Cause, expected: u64) {
        let steady = HealthPolicy {
            jitter_percent: 0,
            ..HealthPolicy::default()
        };
        assert_eq!(steady.duration(cause, 7), seconds(expected), "{cause:?}");
    }

    #[test]
    fn durations_grow_and_are_bounded() {
        check(cause(0, 0, Cure::Time), 3);
        check(cause(0, 1, Cure::Time), 6);
        check(cause(0, 9, Cure::Time), 30);
        check(cause(0, 1_000, Cure::Time), 300);
        check(cause(0, u32::MAX, Cure::Time), 300);
        check(cause(0, 0, Cure::Person), 300);
    }

    #[test]
    fn the_provider_is_listened_to() {
        check(cause(60, 0, Cure::Time), 60);
        check(cause(1, 0, Cure::Time), 3);
        check(cause(60, 1, Cure::Time), 120);
        check(cause(900, 0, Cure::Time), 300);
    }

    #[test]
    fn jitter_stays_in_its_bounds() {
        let policy = HealthPolicy::default();
        let mut random = Random::new(1);
        let (mut least, mut most) = (Duration::MAX, Duration::ZERO);
        for _ in 0..2_000 {
            let found = policy.duration(cause(0, 9, Cure::Time), random.next_u64());
            (least, most) = (least.min(found), most.max(found));
            let asked = policy.duration(cause(60, 0, Cure::Time), random.next_u64());
            assert!((seconds(60)..=seconds(66)).contains(&asked), "{asked:?}");
            let capped = policy.duration(cause(0, 500, Cure::Time), random.next_u64());
            assert!((seconds(270)..=seconds(300)).contains(&capped));
        }
        assert!((27_000..27_300).contains(&least.as_millis()), "{least:?}");
        assert!((32_700..=33_000).contains(&most.as_millis()), "{most:?}");
        for random in [0, u64::MAX] {
            let odd = HealthPolicy {
                base: Duration::MAX,
                longest: Duration::MAX,
                jitter_percent: u8::MAX,
                ..policy.clone()
            };
            odd.duration(cause(u64::MAX, u32::MAX, Cure::Time), random);
        }
    }

    #[test]
    fn thresholds() {
        let evicts = |most, threshold, failures, health| {
            let policy = HealthPolicy {
                consecutive_failures: most,
                health_threshold: threshold,
                ..HealthPolicy::default()
            };
            policy.evicts(failures, health)
        };
        assert!(evicts(None, None, 1, 1.0));
        assert!(!evicts(Some(3), None, 2, 0.0));
        assert!(evicts(Some(3), None, 3, 1.0));
        assert!(!evicts(None, Some(0.5), 9, 0.5));
        assert!(evicts(None, Some(0.5), 1, 0.49));
        assert!(evicts(Some(3), Some(0.5), 1, 0.4));
        assert!(evicts(Some(3), Some(0.5), 3, 0.9));
        assert!(!evicts(Some(3), Some(0.5), 2, 0.6));
    }

    #[test]
    fn on_where_there_is_another_entry() {
        assert_eq!(HealthPolicy::for_backend_of(0), None);
        assert_eq!(HealthPolicy::for_backend_of(1), None);
        assert!(HealthPolicy::for_backend_of(2).is_some());
    }
}
