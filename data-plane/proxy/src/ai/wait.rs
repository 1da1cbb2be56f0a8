//! How long one attempt is waited for.
//!
//! Owns the moment by which a provider must have shown something (llm.md R-23), and whose limit that is. Must not wait
//! itself. Invariants: each attempt has its own time, but none goes on behind the deadline of the request; once an answer is
//! handed on, only silence ends it.

use std::time::{Duration, Instant};

use crate::{
    fault::{Fault, Kind},
    forward::Limits,
};

/// The limits of one attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    /// When it is over, and why; `None` as long as something moves.
    due: Option<(Instant, Late)>,
    /// The same, of the whole request alone.
    request_due: Option<(Instant, Late)>,
    /// For each wait for something to move.
    idle: Option<Duration>,
    /// For each part of a stream behind its head.
    stream_idle: Option<Duration>,
}

/// What is configured for attempts at a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Configured {
    /// For all of an answer that comes in one piece, or up to the first content of a stream.
    pub(super) attempt: Option<Duration>,
    /// Up to the first content of a stream; `None` for answers in one piece.
    pub(super) first_token: Option<Duration>,
    /// For each part of a stream.
    pub(super) stream_idle: Option<Duration>,
}

/// A stream that the client has nothing of yet fell silent behind its first content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stream fell silent behind its first content")]
pub(super) struct Silent;

/// Which limit a provider did not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Late {
    /// That of the whole request.
    #[error("the deadline of the request has passed")]
    Request,
    /// The same, of which others had taken more than half: the client's body, guards, attempts before.
    #[error("the deadline of the request has passed")]
    Remainder,
    /// That of the attempt.
    #[error("no answer within {0:?}, the time limit of an attempt")]
    Attempt(Duration),
    /// That of the first content.
    #[error("no content within {0:?}, the time limit of the first token")]
    FirstToken(Duration),
}

// === impl Wait ===

impl Wait {
    /// Of an attempt that began at `begun`.
    pub(super) fn new(begun: Instant, limits: Limits, configured: Configured) -> Wait {
        let Configured {
            attempt,
            first_token,
            stream_idle,
        } = configured;
        let attempt = [attempt, limits.attempt].into_iter().flatten().min();
        let within = |limit: Duration, late: fn(Duration) -> Late| {
            begun.checked_add(limit).map(|due| (due, late(limit)))
        };
        let whose = |due: Instant, timeout: Option<Duration>| {
            let has_most = |timeout| due.saturating_duration_since(begun) >= timeout / 2;
            match timeout.is_none_or(has_most) {
                true => Late::Request,
                false => Late::Remainder,
            }
        };
        let request_due = limits.deadline.map(|due| (due, whose(due, limits.timeout)));
        let all = [
            request_due,
            attempt.and_then(|limit| within(limit, Late::Attempt)),
            first_token.and_then(|limit| within(limit, Late::FirstToken)),
        ];
        Wait {
            due: all.into_iter().flatten().min_by_key(|(due, _)| *due),
            request_due,
            idle: limits.idle,
            stream_idle: stream_idle.or(limits.idle),
        }
    }

    /// Behind the first content of a stream that the client has nothing of yet: the provider has kept its own limits.
    pub(super) fn behind_content(self) -> Wait {
        Wait {
            due: self.request_due,
            ..self
        }
    }

    /// When the attempt is over, if nothing came of it.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.map(|(due, _)| due)
    }

    /// When the head of the response is due. `since` is when something moved last.
    pub(super) fn head_due(&self, since: Instant) -> Option<Instant> {
        let idle = || self.idle.and_then(|limit| since.checked_add(limit));
        self.due().or_else(idle)
    }

    /// Whether nothing of an answer in one piece may be passed on before all of it is there.
    pub(super) fn bounds_whole(&self) -> bool {
        match self.due {
            Some((_, Late::Attempt(_) | Late::FirstToken(_))) => true,
            Some((_, Late::Request | Late::Remainder)) | None => false,
        }
    }

    /// How long a stream may be silent.
    pub(super) fn stream_idle(&self) -> Option<Duration> {
        self.stream_idle
    }

    /// What to say of an attempt that was not over in time.
    pub(super) fn late(&self) -> Fault {
        match self.due {
            Some((_, late)) => Fault::caused(Kind::Timeout, late),
            None => Kind::Timeout.into(),
        }
    }

    /// A fault of the attempt, with the limit that it ran into.
    pub(super) fn blame(&self, fault: Fault) -> Fault {
        match (fault.kind, &fault.source) {
            (Kind::Timeout, None) => self.late(),
            _ => fault,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[track_caller]
    fn check(
        (deadline, attempt): (Option<u32>, Option<u32>),
        (own, first_token): (Option<u32>, Option<u32>),
        expected: Option<(u32, Late)>,
    ) {
        let begun = Instant::now();
        let limits = Limits {
            deadline: deadline.map(|seconds| begun + SECOND * seconds),
            timeout: deadline.map(|seconds| SECOND * seconds),
            attempt: attempt.map(|seconds| SECOND * seconds),
            idle: Some(SECOND * 300),
            body_end: None,
        };
        let configured = Configured {
            attempt: own.map(|seconds| SECOND * seconds),
            first_token: first_token.map(|seconds| SECOND * seconds),
            stream_idle: None,
        };
        let wait = Wait::new(begun, limits, configured);
        let expected = expected.map(|(seconds, late)| (begun + SECOND * seconds, late));
        assert_eq!(wait.due, expected);
        let head = expected.map_or(begun + SECOND * 300, |(due, _)| due);
        assert_eq!(wait.head_due(begun), Some(head));
    }

    #[test]
    fn the_nearest_limit_counts() {
        let attempt = |seconds| Late::Attempt(SECOND * seconds);
        let first = |seconds| Late::FirstToken(SECOND * seconds);
        check((None, None), (None, None), None);
        check((Some(9), None), (None, None), Some((9, Late::Request)));
        check((Some(9), Some(5)), (None, None), Some((5, attempt(5))));
        check((Some(9), Some(5)), (Some(4), None), Some((4, attempt(4))));
        check((Some(9), Some(5)), (Some(6), None), Some((5, attempt(5))));
        check((Some(9), None), (Some(4), Some(2)), Some((2, first(2))));
        check(
            (Some(1), None),
            (Some(4), Some(2)),
            Some((1, Late::Request)),
        );
    }

    #[test]
    fn who_had_little_of_the_requests_time_is_not_to_blame() {
        for (left, expected) in [
            (10, Late::Request),
            (5, Late::Request),
            (4, Late::Remainder),
            (0, Late::Remainder),
        ] {
            let begun = Instant::now();
            let limits = Limits {
                deadline: Some(begun + SECOND * left),
                timeout: Some(SECOND * 10),
                attempt: None,
                idle: None,
                body_end: None,
            };
            let wait = Wait::new(begun, limits, Configured::default());
            assert_eq!(wait.due.map(|(_, late)| late), Some(expected), "{left}");
            assert!(!wait.bounds_whole());
        }
    }

    #[test]
    fn behind_content_only_the_request_ends() {
        let begun = Instant::now();
        let limits = |timeout: Option<u32>| Limits {
            deadline: timeout.map(|seconds| begun + SECOND * seconds),
            timeout: timeout.map(|seconds| SECOND * seconds),
            attempt: Some(SECOND * 5),
            idle: None,
            body_end: None,
        };
        let configured = Configured {
            first_token: Some(SECOND * 3),
            ..Configured::default()
        };
        for timeout in [None, Some(9)] {
            let wait = Wait::new(begun, limits(timeout), configured);
            assert_eq!(wait.due(), Some(begun + SECOND * 3));
            let due = timeout.map(|seconds| begun + SECOND * seconds);
            assert_eq!(wait.behind_content().due(), due);
        }
    }

    #[test]
    fn silence_in_a_stream_is_the_listeners_unless_configured() {
        let limits = Limits {
            deadline: None,
            timeout: None,
            attempt: None,
            idle: Some(SECOND * 300),
            body_end: None,
        };
        let of = |stream_idle| {
            let configured = Configured {
                stream_idle,
                ..Configured::default()
            };
            let wait = Wait::new(Instant::now(), limits, configured);
            (wait.stream_idle(), wait.idle)
        };
        assert_eq!(of(None), (limits.idle, limits.idle));
        assert_eq!(of(Some(SECOND)), (Some(SECOND), limits.idle));
    }
}
