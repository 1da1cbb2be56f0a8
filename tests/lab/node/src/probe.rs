//! When a probe is made, and what its outcomes mean.
//!
//! Must not make probes: `prober` does. Invariant: a verdict changes only after as many equal
//! outcomes in a row as its threshold says; the first success is looked for at once, whatever the
//! initial delay, because here nothing has to be pulled or warmed up.

use std::time::Duration;

use k8s_openapi::api::core::v1::Probe;

/// How long a container that is not ready yet waits for its next probe, at most.
const EAGER: Duration = Duration::from_millis(200);

/// Numbers of a probe with Kubernetes' defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    pub(crate) delay: Duration,
    pub(crate) period: Duration,
    pub(crate) timeout: Duration,
    successes: u32,
    failures: u32,
}

/// A probe's verdict over time.
#[derive(Debug)]
pub(crate) struct Verdict {
    pace: Pace,
    good: bool,
    row: u32,
}

// === impl Pace ===

impl Pace {
    pub(crate) fn of(probe: &Probe) -> Self {
        let seconds = |value: Option<i32>, default: u64| {
            let given = value.and_then(|v| u64::try_from(v).ok()).filter(|v| *v > 0);
            Duration::from_secs(given.unwrap_or(default))
        };
        let count = |value: Option<i32>, default: u32| {
            value
                .and_then(|v| u32::try_from(v).ok())
                .filter(|v| *v > 0)
                .unwrap_or(default)
        };
        Self {
            delay: seconds(probe.initial_delay_seconds, 0),
            period: seconds(probe.period_seconds, 10),
            timeout: seconds(probe.timeout_seconds, 1),
            successes: count(probe.success_threshold, 1),
            failures: count(probe.failure_threshold, 3),
        }
    }

    /// How long a startup probe may take in all.
    pub(crate) fn budget(&self) -> Duration {
        self.delay + self.period * self.failures
    }

    /// The time to the next probe.
    pub(crate) fn pause(&self, good: bool) -> Duration {
        if good {
            self.period
        } else {
            self.period.min(EAGER)
        }
    }
}

// === impl Verdict ===

impl Verdict {
    pub(crate) fn new(pace: Pace, good: bool) -> Self {
        Self { pace, good, row: 0 }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.good
    }

    /// Takes an outcome; true if the verdict changed.
    pub(crate) fn observe(&mut self, success: bool) -> bool {
        if success == self.good {
            self.row = 0;
            return false;
        }
        self.row += 1;
        let needed = if success {
            self.pace.successes
        } else {
            self.pace.failures
        };
        if self.row < needed {
            return false;
        }
        self.row = 0;
        self.good = success;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(json: serde_json::Value) -> Pace {
        Pace::of(&serde_json::from_value(json).expect("a probe"))
    }

    #[track_caller]
    fn check(probe: serde_json::Value, good: bool, outcomes: &str, expected: &str) {
        let mut verdict = Verdict::new(pace(probe), good);
        let seen: String = outcomes
            .chars()
            .map(|outcome| {
                verdict.observe(outcome == '+');
                if verdict.is_good() { '+' } else { '-' }
            })
            .collect();
        assert_eq!(seen, expected, "{outcomes}");
    }

    #[test]
    fn thresholds_count_outcomes_in_a_row() {
        use serde_json::json;
        check(json!({}), false, "-+---+--+", "-+++-++++");
        check(json!({"failureThreshold": 1}), true, "+-+", "+-+");
        check(
            json!({"successThreshold": 2, "failureThreshold": 2}),
            false,
            "+-++-+--",
            "---++++-",
        );
        check(
            json!({"failureThreshold": 0, "successThreshold": -1}),
            true,
            "---+",
            "++-+",
        );
    }

    #[test]
    fn nobody_waits_for_a_first_success() {
        use serde_json::json;
        let slow = pace(json!({"initialDelaySeconds": 5, "periodSeconds": 30}));
        assert_eq!(slow.pause(false), EAGER);
        assert_eq!(slow.pause(true), Duration::from_secs(30));
        assert_eq!(slow.budget(), Duration::from_secs(95));
        assert_eq!(pace(json!({})).timeout, Duration::from_secs(1));
    }
}
