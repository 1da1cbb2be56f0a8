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
    /// The whole answer but for the event that ends it.
    NoDone,
    /// Half of the answer, then the connection closes inside the body.
    Abort,
    /// The connection is reset before any response.
    Reset,
    /// Half of the answer, then the connection is reset.
    ResetMid,
    /// 200 with an HTML page.
    Html,
    /// 200 with an error: as the body, or as an event after half of the stream.
    ErrorIn200,
    /// A pause before each chunk.
    Slow,
    /// An answer of about 1 MiB, in one streamed chunk.
    Large,
    /// An answer of about 5 MiB, in one streamed chunk.
    Huge,
    /// Half of the answer, then the same again without end.
    Endless,
    /// The answer in `gzip`, whatever was asked for.
    Gzip,
    /// A few KiB in `gzip` that unpack to many MiB.
    Bomb,
    /// No token counts, whatever was asked for.
    NoUsage,
    /// A stream in pieces of one byte.
    Dribble,
    /// A stream with CRLF line ends and comments.
    Crlf,
    /// A buffered answer although a stream was asked for.
    IgnoreStream,
    /// 400 in the vendor's words for a prompt that is too long.
    ContextTooLong,
    /// 400 in the vendor's words for an account that is not paid for.
    NoCredit,
    /// 502 with an HTML page, as a load balancer sends.
    Html502,
    /// 200 with an error as a JSON body, streamed or not.
    ErrorBody,
    /// 200 and an error as the first event of the stream.
    ErrorFirst,
    /// The head and what comes before the first content, then silence.
    StallFirst,
    /// A stream with one event in its middle that cannot be read.
    Corrupt,
}

impl Mode {
    const NAMED: [Self; 26] = [
        Self::Hang,
        Self::Stall,
        Self::Truncate,
        Self::NoDone,
        Self::Abort,
        Self::Reset,
        Self::ResetMid,
        Self::Html,
        Self::ErrorIn200,
        Self::Slow,
        Self::Large,
        Self::Huge,
        Self::Endless,
        Self::Gzip,
        Self::Bomb,
        Self::NoUsage,
        Self::Dribble,
        Self::Crlf,
        Self::IgnoreStream,
        Self::ContextTooLong,
        Self::NoCredit,
        Self::Html502,
        Self::ErrorBody,
        Self::ErrorFirst,
        Self::StallFirst,
        Self::Corrupt,
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
            Self::ResetMid => "reset-mid",
            Self::Html => "html",
            Self::ErrorIn200 => "error-in-200",
            Self::Slow => "slow",
            Self::Large => "large",
            Self::Huge => "huge",
            Self::Endless => "endless",
            Self::Gzip => "gzip",
            Self::Bomb => "bomb",
            Self::NoUsage => "no-usage",
            Self::Dribble => "dribble",
            Self::Crlf => "crlf",
            Self::IgnoreStream => "ignore-stream",
            Self::ContextTooLong => "context-too-long",
            Self::NoCredit => "no-credit",
            Self::Html502 => "html-502",
            Self::ErrorBody => "error-body",
            Self::ErrorFirst => "error-first",
            Self::StallFirst => "stall-first",
            Self::Corrupt => "corrupt",
        }
    }

    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Healthy => "an ordinary answer",
            Self::Fail(_) => "an error with this status (429, 503, 529 tell when to come again)",
            Self::Hang => "no response head, ever",
            Self::Stall => "half of the answer, then silence",
            Self::Truncate => "half of the answer, then a regular end without the last event",
            Self::NoDone => "the whole answer but for its last event",
            Self::Abort => "half of the answer, then the connection closes inside the body",
            Self::Reset => "the connection is reset before any response",
            Self::ResetMid => "half of the answer, then the connection is reset",
            Self::Html => "200 with an HTML page",
            Self::ErrorIn200 => "200 with an error body, or an error event in mid-stream",
            Self::Slow => "50 ms (or x-mock-delay-ms) before each chunk",
            Self::Large => "an answer of about 1 MiB, streamed in one chunk",
            Self::Huge => "an answer of about 5 MiB, streamed in one chunk",
            Self::Endless => "half of the answer, then the same again without end",
            Self::Gzip => "the answer in gzip, whatever was asked for",
            Self::Bomb => "a few KiB in gzip that unpack to 16 MiB",
            Self::NoUsage => "no token counts, whatever was asked for",
            Self::Dribble => "a stream in pieces of one byte",
            Self::Crlf => "a stream with CRLF line ends and comments",
            Self::IgnoreStream => "a buffered answer although a stream was asked for",
            Self::ContextTooLong => "400, the prompt is too long, as the vendor words it",
            Self::NoCredit => "400, the account is not paid for, as the vendor words it",
            Self::Html502 => "502 with an HTML page",
            Self::ErrorBody => "200 with an error as a JSON body, streamed or not",
            Self::ErrorFirst => "200 with an error as the first event of a stream",
            Self::StallFirst => "the head and nothing of the answer, then silence",
            Self::Corrupt => "a stream with one unreadable event in its middle",
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
    }
}
