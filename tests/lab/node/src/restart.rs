//! Whether a container that ended is started again, and when.
//!
//! Must not know processes. Invariant: the first restart is immediate and no pause is longer than
//! `LONGEST`: tests wait for restarts, so the steps are shorter than a kubelet's.

use std::time::Duration;

/// A Pod's `restartPolicy`, or the one of a sidecar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RestartPolicy {
    Always,
    OnFailure,
    Never,
}

const STEP: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(16);

/// A container that ran so long is taken for healthy.
const HEALTHY: Duration = Duration::from_secs(60);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    ends: u32,
}

// === impl RestartPolicy ===

impl RestartPolicy {
    pub(crate) fn parse(text: Option<&str>) -> Self {
        match text {
            Some("Never") => Self::Never,
            Some("OnFailure") => Self::OnFailure,
            Some(_) | None => Self::Always,
        }
    }

    /// An init container is never started again after it ended well.
    pub(crate) fn for_init(self) -> Self {
        match self {
            Self::Always | Self::OnFailure => Self::OnFailure,
            Self::Never => Self::Never,
        }
    }

    pub(crate) fn restarts(self, code: i32) -> bool {
        match self {
            Self::Always => true,
            Self::OnFailure => code != 0,
            Self::Never => false,
        }
    }
}

// === impl Backoff ===

impl Backoff {
    /// The pause before the next start of a container that ran for this long.
    pub(crate) fn next(&mut self, ran: Duration) -> Duration {
        if ran >= HEALTHY {
            self.ends = 0;
        }
        self.ends = self.ends.saturating_add(1);
        match self.ends {
            1 => Duration::ZERO,
            n => STEP.saturating_mul(1 << (n - 2).min(10)).min(LONGEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_after_health() {
        let mut backoff = Backoff::default();
        let mut next = |seconds| backoff.next(Duration::from_secs(seconds)).as_millis();
        let pauses: Vec<u128> = (0..9).map(|_| next(0)).collect();
        assert_eq!(
            pauses,
            [0, 500, 1000, 2000, 4000, 8000, 16000, 16000, 16000]
        );
        assert_eq!(next(60), 0);
        assert_eq!(next(59), 500);
    }

    #[test]
    fn policies_decide() {
        for (policy, init, after_success, after_failure) in [
            (Some("Always"), false, true, true),
            (None, false, true, true),
            (Some("OnFailure"), false, false, true),
            (Some("Never"), false, false, false),
            (Some("Always"), true, false, true),
            (Some("Never"), true, false, false),
        ] {
            let mut parsed = RestartPolicy::parse(policy);
            if init {
                parsed = parsed.for_init();
            }
            assert_eq!(parsed.restarts(0), after_success, "{policy:?} {init}");
            assert_eq!(parsed.restarts(1), after_failure, "{policy:?} {init}");
        }
    }
}
