//! Whether a connection's client keeps up.
//!
//! Owns the limits on a request head, on idleness and on age, judged now and then instead of with a timer
//! for each request, which would cost one in the timer wheel every time. Must not look at bodies. Invariant:
//! a verdict may come a quarter of the head's limit late, never early.

use std::time::Duration;

use tokio::time::Instant;

/// The limits, and since when they run.
#[derive(Debug)]
pub(super) struct Pace {
    head: Duration,
    idle: Option<Duration>,
    age: Option<Duration>,
    born: Instant,
    head_since: Option<Instant>,
    idle_since: Option<Instant>,
}

/// What is to be done about a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Fine,
    /// It has had no request for long.
    Idle,
    /// A head has begun and does not end.
    Slow,
    /// It has lived long enough.
    Old,
}

impl Pace {
    pub(super) fn new(head: Duration, idle: Option<Duration>, age: Option<Duration>) -> Pace {
        let born = Instant::now();
        Pace {
            head,
            idle,
            age,
            born,
            head_since: None,
            idle_since: None,
        }
    }

    /// How often to ask for a verdict.
    pub(super) fn interval(&self) -> Duration {
        let shortest = [self.idle, self.age]
            .into_iter()
            .flatten()
            .fold(self.head, Duration::min);
        (shortest / 4).max(Duration::from_millis(25))
    }

    /// The verdict on what is seen now.
    pub(super) fn judge(&mut self, now: Instant, in_flight: bool, head_begun: bool) -> Verdict {
        if in_flight {
            (self.head_since, self.idle_since) = (None, None);
        } else if head_begun {
            self.idle_since = None;
            let since = *self.head_since.get_or_insert(now);
            if now.duration_since(since) >= self.head {
                return Verdict::Slow;
            }
        } else {
            self.head_since = None;
            let since = *self.idle_since.get_or_insert(now);
            if self
                .idle
                .is_some_and(|idle| now.duration_since(since) >= idle)
            {
                return Verdict::Idle;
            }
        }
        match self.age {
            Some(age) if now.duration_since(self.born) >= age => Verdict::Old,
            Some(_) | None => Verdict::Fine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn verdicts() {
        let seconds = Duration::from_secs;
        let mut pace = Pace::new(seconds(8), Some(seconds(20)), Some(seconds(60)));
        assert_eq!(pace.interval(), seconds(2));
        let start = Instant::now();
        let mut check = |at: u64, in_flight, head_begun, expected| {
            assert_eq!(
                pace.judge(start + seconds(at), in_flight, head_begun),
                expected,
                "at {at}"
            );
        };
        check(0, false, true, Verdict::Fine);
        check(7, false, true, Verdict::Fine);
        check(8, false, true, Verdict::Slow);
        check(9, true, false, Verdict::Fine);
        check(10, false, true, Verdict::Fine);
        check(12, false, false, Verdict::Fine);
        check(31, false, false, Verdict::Fine);
        check(32, false, false, Verdict::Idle);
        check(60, true, false, Verdict::Old);
    }
}
