//! How long a client waits before it connects again.
//!
//! Owns the exponential growth and the full jitter (R6). Must not sleep nor draw a random number: chance is an
//! argument. Invariant: it is reset by a response, never by a connection alone, so that a server which
//! accepts and drops is not hammered.

use std::time::Duration;

/// First upper bound.
pub const BASE: Duration = Duration::from_millis(10);
/// Last upper bound.
pub const CAP: Duration = Duration::from_secs(15);

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// GOAWAY, maximum age, a transport that is closing: the server asked for it.
    Graceful,
    /// Anything else.
    Failed,
}

/// Exponential backoff with full jitter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
    /// The immediate retry is spent until a response arrives.
    is_spent: bool,
}

// === impl Backoff ===

impl Backoff {
    /// How long to wait before the next attempt; `chance` is uniform in `0.0..1.0`.
    pub fn next(&mut self, ending: Ending, chance: f64) -> Duration {
        match ending {
            Ending::Graceful if !std::mem::replace(&mut self.is_spent, true) => Duration::ZERO,
            Ending::Graceful | Ending::Failed => {
                let bound = BASE
                    .saturating_mul(2u32.saturating_pow(self.failures))
                    .min(CAP);
                self.failures = self.failures.saturating_add(1);
                bound.mul_f64(chance.clamp(0.0, 1.0))
            }
        }
    }

    /// A response arrived: the next failure starts from the first bound.
    pub fn reset(&mut self) {
        *self = Backoff::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{BASE, Backoff, CAP, Ending};
    use std::time::Duration;

    #[test]
    fn r6_backoff_doubles_up_to_the_cap_and_restarts_after_a_response() {
        let mut backoff = Backoff::default();
        let bounds: Vec<Duration> = (0..13).map(|_| backoff.next(Ending::Failed, 1.0)).collect();
        assert_eq!(bounds[..4], [BASE, BASE * 2, BASE * 4, BASE * 8]);
        assert_eq!(bounds[11..], [CAP, CAP]);
        backoff.reset();
        assert_eq!(backoff.next(Ending::Failed, 1.0), BASE);
    }

    #[test]
    fn r6_backoff_has_full_jitter() {
        let mut backoff = Backoff {
            failures: 3,
            is_spent: false,
        };
        assert_eq!(backoff.next(Ending::Failed, 0.0), Duration::ZERO);
        assert_eq!(backoff.next(Ending::Failed, 0.5), BASE * 8);
        assert_eq!(backoff.next(Ending::Failed, f64::NAN.max(2.0)), BASE * 32);
    }

    #[test]
    fn r6_a_graceful_end_is_retried_at_once_but_not_in_a_loop() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(Ending::Graceful, 1.0), Duration::ZERO);
        assert_eq!(backoff.next(Ending::Graceful, 1.0), BASE);
        backoff.reset();
        assert_eq!(backoff.next(Ending::Graceful, 1.0), Duration::ZERO);
    }
}
