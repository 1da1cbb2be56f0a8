//! How long a stream of a model may keep a client waiting (llm.md R-23).
//!
//! Owns the limits and their merge. Must not know clocks. Invariant: no limit is 0, which nobody could keep.

use std::fmt;
use std::time::Duration;

use proto::google::protobuf;
use proto::tidegate::v1 as wire;
use route::field::FieldError;

/// How long a stream may keep a client waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AiTimeouts {
    /// From the begin of an attempt to the first content; `None` for no limit of its own.
    pub first_token: Option<Duration>,
    /// Between two parts; `None` for the listener's.
    pub stream_idle: Option<Duration>,
    /// All of a realtime session; `None` for no limit.
    pub session: Option<Duration>,
}

/// A duration that is longer than 0; `None` if absent.
///
/// # Errors
/// It is none.
pub fn positive(
    field: &str,
    value: Option<&protobuf::Duration>,
) -> Result<Option<Duration>, FieldError> {
    /// The bound of the message's own definition: adding it to a clock cannot overflow.
    const LONGEST: u64 = 315_576_000_000;
    let Some(value) = value else { return Ok(None) };
    let seconds = u64::try_from(value.seconds);
    let seconds = seconds.ok().filter(|seconds| *seconds <= LONGEST);
    let nanos = u32::try_from(value.nanos);
    let nanos = nanos.ok().filter(|nanos| *nanos < 1_000_000_000);
    match seconds.zip(nanos) {
        Some((0, 0)) => Err(FieldError::invalid(field, "must be longer than 0")),
        Some((seconds, nanos)) => Ok(Some(Duration::new(seconds, nanos))),
        None => Err(FieldError::invalid(field, "is negative or out of range")),
    }
}

// === impl AiTimeouts ===

impl AiTimeouts {
    /// Reads the limits of one level.
    ///
    /// # Errors
    /// A limit is 0 or no duration.
    pub fn decode(message: &wire::AiTimeouts) -> Result<AiTimeouts, FieldError> {
        Ok(AiTimeouts {
            first_token: positive("first_token", message.first_token.as_ref())?,
            stream_idle: positive("stream_idle", message.stream_idle.as_ref())?,
            session: positive("session", message.session.as_ref())?,
        })
    }

    /// These, and of a lower level what they do not set.
    #[must_use]
    pub fn over(self, lower: AiTimeouts) -> AiTimeouts {
        AiTimeouts {
            first_token: self.first_token.or(lower.first_token),
            stream_idle: self.stream_idle.or(lower.stream_idle),
            session: self.session.or(lower.session),
        }
    }
}

/// In short, for dumps and explanations.
impl fmt::Display for AiTimeouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |what: &str, limit: Option<Duration>| Some(format!("{what} {:?}", limit?));
        let parts = [
            told("first token within", self.first_token),
            told("streams silent for at most", self.stream_idle),
            told("sessions of at most", self.session),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> Option<protobuf::Duration> {
        Some(protobuf::Duration { seconds, nanos: 0 })
    }

    #[track_caller]
    fn check(first: Option<protobuf::Duration>, idle: Option<protobuf::Duration>, told: &str) {
        let message = wire::AiTimeouts {
            first_token: first,
            stream_idle: idle,
            session: None,
        };
        let found = match AiTimeouts::decode(&message) {
            Ok(found) => found.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, told);
    }

    #[test]
    fn limits_are_longer_than_nothing() {
        check(seconds(5), None, "first token within 5s");
        check(
            seconds(5),
            seconds(60),
            "first token within 5s, streams silent for at most 60s",
        );
        check(seconds(0), None, "first_token: must be longer than 0");
        check(None, seconds(0), "stream_idle: must be longer than 0");
        check(
            seconds(-1),
            None,
            "first_token: is negative or out of range",
        );
        check(
            seconds(i64::MAX),
            None,
            "first_token: is negative or out of range",
        );
    }

    #[test]
    fn each_member_is_taken_from_the_greatest_level_that_sets_it() {
        let limits = |first: u64, idle: u64| AiTimeouts {
            first_token: (first > 0).then(|| Duration::from_secs(first)),
            stream_idle: (idle > 0).then(|| Duration::from_secs(idle)),
            session: None,
        };
        for (higher, lower, expected) in [
            (limits(1, 0), limits(2, 3), limits(1, 3)),
            (limits(0, 0), limits(2, 3), limits(2, 3)),
            (limits(1, 4), limits(2, 3), limits(1, 4)),
            (limits(0, 4), limits(0, 0), limits(0, 4)),
        ] {
            assert_eq!(higher.over(lower), expected);
        }
    }

    #[test]
    fn a_session_has_a_limit_of_its_own() {
        let message = |session| wire::AiTimeouts {
            session,
            ..wire::AiTimeouts::default()
        };
        let half = AiTimeouts::decode(&message(seconds(1800))).expect("decodes");
        assert_eq!(half.to_string(), "sessions of at most 1800s");
        let none = AiTimeouts::decode(&message(None)).expect("decodes");
        assert_eq!(none.over(half).session, half.session);
        let error = AiTimeouts::decode(&message(seconds(0))).expect_err("is refused");
        assert_eq!(error.to_string(), "session: must be longer than 0");
    }
}
