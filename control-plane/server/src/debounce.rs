//! When an epoch starts: at once when idle, after a short silence while changes keep coming.
//!
//! Owns the decision as a pure function of times. Must not know what changed or read a clock. The maximum
//! bounds how long a change can wait, whatever follows it.

use std::time::Duration;

/// Silence after which a burst counts as over.
pub const QUIET: Duration = Duration::from_millis(5);
/// Longest time that a change may wait for its epoch.
pub const MAX: Duration = Duration::from_millis(50);

/// Collects changes between two epochs. Times are durations since any fixed moment.
#[derive(Debug, Default)]
pub struct Debounce {
    last_epoch: Option<Duration>,
    burst: Option<Burst>,
}

#[derive(Clone, Copy, Debug)]
struct Burst {
    first: Duration,
    last: Duration,
}

impl Debounce {
    /// A change arrived.
    pub fn changed(&mut self, now: Duration) {
        let first = self.burst.map_or(now, |burst| burst.first);
        self.burst = Some(Burst { first, last: now });
    }

    /// An epoch took everything that had arrived.
    pub fn ran(&mut self, now: Duration) {
        self.last_epoch = Some(now);
        self.burst = None;
    }

    /// When the next epoch is due; `None` while nothing waits.
    pub fn due(&self) -> Option<Duration> {
        let burst = self.burst?;
        let is_idle = self
            .last_epoch
            .is_none_or(|epoch| burst.first >= epoch + QUIET);
        if is_idle && burst.first == burst.last {
            return Some(burst.first);
        }
        Some((burst.last + QUIET).min(burst.first + MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::{Debounce, MAX, QUIET};
    use std::time::Duration;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn nothing_waits_at_first() {
        assert_eq!(Debounce::default().due(), None);
    }

    #[test]
    fn a_single_change_when_idle_runs_at_once() {
        let mut debounce = Debounce::default();
        debounce.ran(ms(0));
        debounce.changed(ms(100));
        assert_eq!(debounce.due(), Some(ms(100)));
    }

    #[test]
    fn a_change_right_after_an_epoch_waits_for_silence() {
        let mut debounce = Debounce::default();
        debounce.ran(ms(100));
        debounce.changed(ms(101));
        assert_eq!(debounce.due(), Some(ms(101) + QUIET));
    }

    #[test]
    fn a_steady_burst_waits_no_longer_than_the_maximum() {
        let mut debounce = Debounce::default();
        debounce.ran(ms(0));
        for at in (1..1000).step_by(2) {
            debounce.changed(ms(at));
            assert!(debounce.due() <= Some(ms(1) + MAX));
        }
        debounce.ran(ms(1000));
        assert_eq!(debounce.due(), None);
    }
}
