//! Which lines of a log somebody asked for, and in which form.
//!
//! Must not know where logs lie or who asks. Invariant: a line is judged by its own time, and what
//! is cut off is cut at the byte that was asked for, as the kubelet does it.

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// The query of `/containerLogs`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LogQuery {
    pub(crate) follow: bool,
    pub(crate) previous: bool,
    pub(crate) timestamps: bool,
    pub(crate) tail_lines: Option<usize>,
    pub(crate) limit_bytes: Option<usize>,
    pub(crate) since_time: Option<String>,
    pub(crate) since_seconds: Option<i64>,
}

/// What is given out of a log, as it is read.
#[derive(Debug)]
pub(crate) struct LogFilter {
    since: Option<Timestamp>,
    timestamps: bool,
    left: Option<usize>,
    within_line: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("sinceTime `{0}` is no time: write it like 2026-01-31T12:00:00Z")]
pub(crate) struct NoTime(String);

// === impl LogQuery ===

impl LogQuery {
    pub(crate) fn filter(&self, now: Timestamp) -> Result<LogFilter, NoTime> {
        let mut since = None;
        if let Some(text) = &self.since_time {
            since = Some(text.parse().map_err(|_| NoTime(text.clone()))?);
        } else if let Some(seconds) = self.since_seconds {
            since = now.checked_sub(SignedDuration::from_secs(seconds)).ok();
        }
        Ok(LogFilter {
            since,
            timestamps: self.timestamps,
            left: self.limit_bytes,
            within_line: false,
        })
    }
}

// === impl LogFilter ===

impl LogFilter {
    /// Appends what is wanted of one line of the file.
    pub(crate) fn take(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let Some(line) = Line::parse(line) else {
            return;
        };
        if self.since.is_some_and(|since| line.at < since) {
            return;
        }
        let mut text = Vec::with_capacity(line.text.len() + 40);
        if self.timestamps && !self.within_line {
            text.extend_from_slice(line.time);
            text.push(b' ');
        }
        text.extend_from_slice(line.text);
        if line.whole {
            text.push(b'\n');
        }
        self.within_line = !line.whole;
        if let Some(left) = &mut self.left {
            text.truncate(*left);
            *left -= text.len();
        }
        out.extend_from_slice(&text);
    }

    /// As many bytes were given as were asked for.
    pub(crate) fn is_full(&self) -> bool {
        self.left == Some(0)
    }
}

/// Where the last lines of a log begin: parts of a line belong to the line they end.
pub(crate) fn tail(log: &[u8], lines: usize) -> usize {
    let mut wanted = lines;
    let mut start = log.len();
    while start > 0 {
        let before = log.get(..start - 1).unwrap_or_default();
        let begin = before
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let line = log.get(begin..start).unwrap_or_default();
        if Line::parse(line).is_none_or(|line| line.whole) {
            if wanted == 0 {
                break;
            }
            wanted -= 1;
        }
        start = begin;
    }
    start
}

struct Line<'a> {
    at: Timestamp,
    time: &'a [u8],
    whole: bool,
    text: &'a [u8],
}

impl<'a> Line<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let mut parts = line.splitn(4, |b| *b == b' ');
        let (time, _, kind) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            at: std::str::from_utf8(time).ok()?.parse().ok()?,
            time,
            whole: kind == b"F",
            text: parts.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2026-01-31T12:00:00.100000000Z stdout F one\n\
        2026-01-31T12:00:01.200000000Z stderr P two-\n\
        2026-01-31T12:00:01.300000000Z stderr F two\n\
        2026-01-31T12:00:02.400000000Z stdout F \n\
        2026-01-31T12:00:03.500000000Z stdout F a b  c\n";

    #[track_caller]
    fn check(query: serde_json::Value, expected: &str) {
        let query: LogQuery = serde_json::from_value(query).expect("a query");
        let now = "2026-01-31T12:00:04Z".parse().expect("a time");
        let mut filter = query.filter(now).expect("a filter");
        let from = query
            .tail_lines
            .map_or(0, |lines| tail(LOG.as_bytes(), lines));
        let mut out = Vec::new();
        for line in LOG.as_bytes()[from..].split_inclusive(|b| *b == b'\n') {
            if !filter.is_full() {
                filter.take(line, &mut out);
            }
        }
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn lines_are_selected() {
        use serde_json::json;
        check(json!({}), "one\ntwo-two\n\na b  c\n");
        check(json!({"sinceTime": "2026-01-31T12:00:02Z"}), "\na b  c\n");
        check(json!({"sinceTime": "2026-01-31T12:00:03.5Z"}), "a b  c\n");
        check(json!({"sinceTime": "2026-01-31T12:00:04Z"}), "");
        check(json!({"sinceSeconds": 1}), "a b  c\n");
        check(json!({"tailLines": 1}), "a b  c\n");
        check(json!({"tailLines": 3}), "two-two\n\na b  c\n");
        check(json!({"tailLines": 0}), "");
        check(json!({"tailLines": 99}), "one\ntwo-two\n\na b  c\n");
        check(json!({"limitBytes": 6}), "one\ntw");
        check(json!({"limitBytes": 0}), "");
        check(
            json!({"timestamps": true, "tailLines": 3, "limitBytes": 71}),
            "2026-01-31T12:00:01.200000000Z two-two\n2026-01-31T12:00:02.400000000Z \n",
        );
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        let query = LogQuery {
            since_time: Some("yesterday".into()),
            ..LogQuery::default()
        };
        let error = query
            .filter(Timestamp::UNIX_EPOCH)
            .expect_err("refused")
            .to_string();
        assert!(error.contains("yesterday"), "{error}");
    }

    #[test]
    fn a_torn_file_does_not_matter() {
        let mut out = Vec::new();
        let mut filter = LogQuery::default()
            .filter(Timestamp::UNIX_EPOCH)
            .expect("a filter");
        for line in [
            &b""[..],
            b"\n",
            b"x",
            b"x y z\n",
            b"2026-01-31T12:00:00Z stdout",
        ] {
            filter.take(line, &mut out);
        }
        assert!(out.is_empty());
    }
}
