//! Why a watch broke, and how long to wait before it starts again.
//!
//! Owns the closed list of reasons, the words for operators and the back-off. Must not wait or keep state: times and
//! randomness come in. Every reason ends in a new list, which is right whatever happened meanwhile.

use std::error::Error as _;
use std::time::Duration;

use cp_api::key::Kind;
use kube::core::Status;
use kube::runtime::watcher;

use crate::kinds;

/// The first wait; it doubles with each further failure.
const FIRST: Duration = Duration::from_millis(200);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15);

/// Why a watch broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The API server does not have the changes since then any more (410): a gap.
    Expired,
    /// The role does not allow it (401 and 403).
    Forbidden,
    /// The API server does not serve the kind (404).
    Absent,
    /// There is no connection, or it broke.
    Unreachable,
    /// The API server cannot answer now: it starts, it has too much to do (429), or what it needs is away (5xx).
    Busy,
    /// Anything else that the API server says.
    Refused,
}

/// A failure in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// What the API server or the system says.
    pub cause: String,
}

// === impl Failure ===

impl Failure {
    /// What happened.
    pub fn of(error: &kube::Error) -> Failure {
        #[allow(
            clippy::wildcard_enum_match_arm,
            reason = "not our enum: what is not an answer is a broken connection"
        )]
        match error {
            kube::Error::Api(status) => Failure::answered(status),
            kube::Error::Auth(_) => Failure {
                reason: Reason::Forbidden,
                cause: chain(error),
            },
            other => Failure {
                reason: Reason::Unreachable,
                cause: chain(other),
            },
        }
    }

    /// What happened to a watch.
    pub fn of_watch(error: &watcher::Error) -> Failure {
        match error {
            watcher::Error::InitialListFailed(error)
            | watcher::Error::WatchStartFailed(error)
            | watcher::Error::WatchFailed(error) => Failure::of(error),
            watcher::Error::WatchError(status) => Failure::answered(status),
            watcher::Error::NoResourceVersion => Failure {
                reason: Reason::Refused,
                cause: error.to_string(),
            },
        }
    }

    /// Whether it is the API server's trouble and not this watch's.
    pub fn is_outage(&self) -> bool {
        matches!(self.reason, Reason::Unreachable | Reason::Busy)
    }

    /// The API server says nothing for too long.
    pub fn silence(waited: Duration) -> Failure {
        Failure {
            reason: Reason::Unreachable,
            cause: format!("no answer for {} s", waited.as_secs()),
        }
    }

    fn answered(status: &Status) -> Failure {
        let reason = match status.code {
            410 => Reason::Expired,
            401 | 403 => Reason::Forbidden,
            404 => Reason::Absent,
            429 | 500..=599 => Reason::Busy,
            _ => Reason::Refused,
        };
        let cause = match status.message.as_str() {
            "" => format!("{} {}", status.code, status.reason),
            message => message.to_owned(),
        };
        Failure { reason, cause }
    }

    /// What an operator has to know; `None` for what heals by itself.
    pub fn explain(&self, kind: Kind) -> Option<String> {
        let plural = kinds::watched(kind).plural;
        let stays = "what was read last stays in force";
        match self.reason {
            Reason::Expired | Reason::Absent => None,
            Reason::Unreachable | Reason::Busy => Some(outage(&self.cause)),
            Reason::Forbidden => Some(format!(
                "{kind}: {}; give the control plane's role the verbs list and watch on {plural}; {stays}",
                self.cause
            )),
            Reason::Refused => Some(format!(
                "{kind}: cannot be watched: {}; {stays}",
                self.cause
            )),
        }
    }
}

/// What an operator has to know while the API server answers nobody.
pub fn outage(cause: &str) -> String {
    format!("the API server does not answer: {cause}; what was read last stays in force")
}

/// Whether the API server does not know streaming lists: it is old, or they are switched off.
pub fn refuses_streaming(error: &watcher::Error) -> bool {
    match error {
        watcher::Error::WatchStartFailed(kube::Error::Api(status)) => {
            matches!(status.code, 400 | 422) && status.message.contains("sendInitialEvents")
        }
        watcher::Error::InitialListFailed(_)
        | watcher::Error::WatchStartFailed(_)
        | watcher::Error::WatchError(_)
        | watcher::Error::WatchFailed(_)
        | watcher::Error::NoResourceVersion => false,
    }
}

/// How long to wait before a further attempt, after so many that failed in a row. `random` is any number: between half
/// and all of the wait is taken, so that not everyone comes at once.
pub fn delay(attempts: u32, random: u32) -> Duration {
    let factor = 2_u32.saturating_pow(attempts.min(16));
    let whole = FIRST.saturating_mul(factor).min(LONGEST);
    let part = f64::from(random) / f64::from(u32::MAX);
    whole.mul_f64(0.5 + part / 2.0)
}

/// An error with its causes. The outer ones only say that something of the client failed.
fn chain(error: &kube::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Failure, LONGEST, Reason, delay, refuses_streaming};
    use cp_api::key::Kind;
    use kube::core::Status;
    use kube::runtime::watcher;
    use std::time::Duration;

    fn answer(code: u16, message: &str) -> Box<Status> {
        Status::failure(message, "Reason").with_code(code).boxed()
    }

    #[test]
    fn answers_are_told_apart() {
        let check = |code, expected| {
            let watched = watcher::Error::WatchError(answer(code, "m"));
            assert_eq!(Failure::of_watch(&watched).reason, expected, "{code}");
            let started = watcher::Error::WatchStartFailed(kube::Error::Api(answer(code, "m")));
            assert_eq!(Failure::of_watch(&started).reason, expected, "{code}");
        };
        check(410, Reason::Expired);
        check(401, Reason::Forbidden);
        check(403, Reason::Forbidden);
        check(404, Reason::Absent);
        check(429, Reason::Busy);
        check(500, Reason::Busy);
        check(504, Reason::Busy);
        check(400, Reason::Refused);
    }

    #[test]
    fn what_an_operator_reads() {
        let check = |code, expected: Option<&str>| {
            let error = kube::Error::Api(answer(code, "no"));
            let words = Failure::of(&error).explain(Kind::Secret);
            assert_eq!(words.as_deref(), expected);
        };
        check(
            403,
            Some(
                "Secret: no; give the control plane's role the verbs list and watch on secrets; \
                 what was read last stays in force",
            ),
        );
        check(
            400,
            Some("Secret: cannot be watched: no; what was read last stays in force"),
        );
        check(
            500,
            Some("the API server does not answer: no; what was read last stays in force"),
        );
        check(410, None);
        check(404, None);
    }

    #[test]
    fn streaming_lists_may_be_refused() {
        let check = |code, message, expected| {
            let error = watcher::Error::WatchStartFailed(kube::Error::Api(answer(code, message)));
            assert_eq!(refuses_streaming(&error), expected, "{code} {message}");
        };
        let forbidden = "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the \
                         WatchList feature gate is enabled";
        check(422, forbidden, true);
        check(400, forbidden, true);
        check(403, forbidden, false);
        check(422, "something else", false);
    }

    #[test]
    fn waits_double_up_to_a_bound() {
        assert_eq!(delay(0, u32::MAX), Duration::from_millis(200));
        assert_eq!(delay(0, 0), Duration::from_millis(100));
        assert_eq!(delay(3, u32::MAX), Duration::from_millis(1600));
        assert_eq!(delay(40, u32::MAX), LONGEST);
        assert_eq!(delay(u32::MAX, 0), LONGEST / 2);
    }
}
