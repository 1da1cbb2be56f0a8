//! Whether a connection's client keeps up.
//!
//! Owns the limits on a request head, on idleness and on age, judged now and then instead of with a timer
//! for each request, which would cost one in the timer wheel every time. Must not look at bodies. Invariant:
//! a verdict may come a quarter of the head's limit late, never early.

use std::time::Duration;

use tokio::time::Instant;

/// A client that has been told that its connection ends, and then takes nothing for this long, is not waited for.
const SILENCE: Duration = Duration::from_secs(3);
/// Nor is one that takes longer than this for the rest of what was written to it.
const FAREWELL: Duration = Duration::from_secs(60);

/// The limits, and since when they run.
#[derive(Debug)]
pub(super) struct Pace {
    head: Duration,
    idle: Option<Duration>,
    age: Option<Duration>,
    born: Instant,
    head_since: Option<Instant>,
    idle_since: Option<Instant>,
    leaving: Option<Leaving>,
}

/// What is seen of a connection at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// A request is being served.
    pub(super) is_serving: bool,
    /// Bytes of a next request are there, but not its head.
    pub(super) has_begun: bool,
    /// How many writes got through.
    pub(super) writes: u32,
}

/// A connection that takes no further request.
#[derive(Clone, Copy, Debug)]
struct Leaving {
    since: Instant,
    /// Since when it has taken nothing, and what it had taken by then.
    silent_since: Instant,
    writes: u32,
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
    /// It was told to end and does not.
    Gone,
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
            leaving: None,
        }
    }

    /// The client has been told that the connection ends.
    pub(super) fn leave(&mut self, now: Instant, seen: Seen) {
        self.leaving = Some(Leaving {
            since: now,
            silent_since: now,
            writes: seen.writes,
        });
    }

    /// How often to ask for a verdict.
    pub(super) fn interval(&self) -> Duration {
        let shortest = [self.idle, self.age]
            .into_iter()
            .flatten()
            .chain(self.leaving.map(|_| SILENCE))
            .fold(self.head, Duration::min);
        (shortest / 4).max(Duration::from_millis(25))
    }

    /// The verdict on what is seen now.
    pub(super) fn judge(&mut self, now: Instant, seen: Seen) -> Verdict {
        if let Some(leaving) = &mut self.leaving {
            return leaving.judge(now, seen);
        }
        if seen.is_serving {
            (self.head_since, self.idle_since) = (None, None);
        } else if seen.has_begun {
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

// === impl Leaving ===

impl Leaving {
    fn judge(&mut self, now: Instant, seen: Seen) -> Verdict {
        if seen.is_serving {
            self.since = now;
        }
        if seen.is_serving || seen.writes != self.writes {
            // The end of a large answer may still be on its way.
            (self.silent_since, self.writes) = (now, seen.writes);
        }
        let is_over = now.duration_since(self.silent_since) >= SILENCE
            || now.duration_since(self.since) >= FAREWELL;
        if is_over {
            Verdict::Gone
        } else {
            Verdict::Fine
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
        let mut check = |at: u64, is_serving, has_begun, expected| {
            let seen = Seen {
                is_serving,
                has_begun,
                writes: 0,
            };
            assert_eq!(pace.judge(start + seconds(at), seen), expected, "at {at}");
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

    #[tokio::test(start_paused = true)]
    async fn what_was_told_to_end_ends() {
        let seconds = Duration::from_secs;
        let start = Instant::now();
        let check = |moments: &[(u64, bool, u32, Verdict)]| {
            let mut pace = Pace::new(seconds(8), Some(seconds(20)), None);
            pace.leave(start, Seen::default());
            assert!(pace.interval() < SILENCE);
            for &(at, is_serving, writes, expected) in moments {
                let seen = Seen {
                    is_serving,
                    has_begun: false,
                    writes,
                };
                assert_eq!(pace.judge(start + seconds(at), seen), expected, "at {at}");
            }
        };
        check(&[(2, false, 0, Verdict::Fine), (3, false, 0, Verdict::Gone)]);
        check(&[
            (100, true, 0, Verdict::Fine),
            (102, false, 0, Verdict::Fine),
            (103, false, 0, Verdict::Gone),
        ]);
        let mut drip: Vec<_> = (1..60).map(|at| (at, false, 1, Verdict::Fine)).collect();
        for (moment, writes) in drip.iter_mut().zip(1..) {
            moment.2 = writes;
        }
        drip.push((60, false, 99, Verdict::Gone));
        check(&drip);
    }
}
