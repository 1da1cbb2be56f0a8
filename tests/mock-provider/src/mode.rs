//! The ways in which the mock misbehaves.
//!
//! It must not know how an answer is built. Invariant: names and help stand in one table each, so
//! that `--help` and the code cannot disagree.

use http::StatusCode;

/// How this request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As a healthy provider does.
    Healthy,
    /// An error with this status.
    Fail(StatusCode),
    /// No response head, ever.
    Hang,
    /// Half of the answer, then silence.
    Stall,
    /// Half of the answer, then an end that HTTP finds regular.
    Truncate,
    /// The whole answer but for `[DONE]`.
    NoDone,
    /// Half of the answer, then the connection closes inside the body.
    Abort,
    /// The connection is reset before any response.
    Reset,
    /// 200 with an HTML page.
    Html,
    /// 200 with an error: as the body, or as an event after half of the stream.
    ErrorIn200,
    /// A pause before each chunk.
    Slow,
    /// An answer of about 1 MiB, in one streamed chunk.
    Large,
    /// No token counts, whatever was asked for.
    NoUsage,
    /// A stream in pieces of one byte.
    Dribble,
    /// A stream with CRLF line ends and comments.
    Crlf,
    /// A buffered answer although a stream was asked for.
    IgnoreStream,
}

impl Mode {
    const NAMED: [Self; 14] = [
        Self::Hang,
        Self::Stall,
        Self::Truncate,
        Self::NoDone,
        Self::Abort,
        Self::Reset,
        Self::Html,
        Self::ErrorIn200,
        Self::Slow,
        Self::Large,
        Self::NoUsage,
        Self::Dribble,
        Self::Crlf,
        Self::IgnoreStream,
    ];

    /// Every mode that can be asked for; one status stands for all.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Self::Fail(StatusCode::INTERNAL_SERVER_ERROR)]
            .into_iter()
            .chain(Self::NAMED)
    }

    /// Reads `fail-STATUS` or a name; `None` for anything else.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        if let Some(status) = name.strip_prefix("fail-") {
            let status = StatusCode::from_bytes(status.as_bytes()).ok()?;
            return (status.is_client_error() || status.is_server_error())
                .then_some(Self::Fail(status));
        }
        Self::NAMED.into_iter().find(|mode| mode.name() == name)
    }

    /// The mode that a model's name asks for.
    pub(crate) fn of_model(model: &str) -> Option<Self> {
        Self::parse(model.strip_prefix("mock-")?)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Fail(_) => "fail-STATUS",
            Self::Hang => "hang",
            Self::Stall => "stall",
            Self::Truncate => "truncate",
            Self::NoDone => "no-done",
            Self::Abort => "abort",
            Self::Reset => "reset",
            Self::Html => "html",
            Self::ErrorIn200 => "error-in-200",
            Self::Slow => "slow",
            Self::Large => "large",
            Self::NoUsage => "no-usage",
            Self::Dribble => "dribble",
            Self::Crlf => "crlf",
            Self::IgnoreStream => "ignore-stream",
        }
    }

    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Healthy => "an ordinary answer",
            Self::Fail(_) => "an error with this status (fail-429 has Retry-After, as fail-503)",
            Self::Hang => "no response head, ever",
            Self::Stall => "half of the answer, then silence",
            Self::Truncate => "half of the answer, then a regular end without [DONE]",
            Self::NoDone => "the whole answer but for [DONE]",
            Self::Abort => "half of the answer, then the connection closes inside the body",
            Self::Reset => "the connection is reset before any response",
            Self::Html => "200 with an HTML page",
            Self::ErrorIn200 => "200 with an error body, or an error event in mid-stream",
            Self::Slow => "50 ms (or x-mock-delay-ms) before each chunk",
            Self::Large => "an answer of about 1 MiB, streamed in one chunk",
            Self::NoUsage => "no token counts, whatever was asked for",
            Self::Dribble => "a stream in pieces of one byte",
            Self::Crlf => "a stream with CRLF line ends and comments",
            Self::IgnoreStream => "a buffered answer although a stream was asked for",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;

    #[test]
    fn every_named_mode_reads_back() {
        for mode in Mode::NAMED {
            assert_eq!(Mode::parse(mode.name()), Some(mode));
            assert_eq!(Mode::of_model(&format!("mock-{}", mode.name())), Some(mode));
        }
    }

    #[test]
    fn fail_takes_any_error_status() {
        for (name, status) in [
            ("fail-429", Some(429)),
            ("fail-599", Some(599)),
            ("fail-200", None),
            ("fail-", None),
            ("fail-5000", None),
            ("healthy", None),
            ("x", None),
        ] {
            let read = match Mode::parse(name) {
                Some(Mode::Fail(status)) => Some(status.as_u16()),
                _ => None,
            };
            assert_eq!(read, status, "{name}");
        }
        assert_eq!(Mode::of_model("fail-500"), None);
        assert_eq!(Mode::of_model("mock-gpt"), None);
    }
}
