//! The access log.
//!
//! Owns the two forms of a line and the thread that writes them. Must never make a request wait: a line that
//! finds no room is dropped and counted. Invariant: no header value appears in a line apart from the request
//! id, the user agent and the authority, and those are escaped.

use std::{
    io::Write,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::{Duration, SystemTime},
};

use dp_policy::usage_record::{self, UsageRecord};
use http::HeaderValue;
use prometheus_client::metrics::counter::Counter;
use serde_json::{Map, Value, json};

use crate::{
    ai::guard::Check,
    options::{AccessLog, AccessLogFormat},
    record::{Ending, HeadFacts, Record},
};

mod time;

/// Lines that wait for the writer at most.
const WAITING: usize = 8192;

/// Bytes that one write gathers, about.
const BATCH: usize = 64 * 1024;

/// The end at which lines go in.
pub(crate) struct Log {
    format: AccessLogFormat,
    lines: SyncSender<Vec<u8>>,
    dropped: Counter,
}

// === impl Log ===

impl Log {
    /// Starts the writer; it ends once this end is dropped and every line is written.
    ///
    /// # Errors
    /// The system gave no thread.
    pub(crate) fn start(log: AccessLog, dropped: Counter) -> std::io::Result<Log> {
        let AccessLog { format, sink } = log;
        let (lines, waiting) = sync_channel(WAITING);
        std::thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || write_all(&waiting, sink))?;
        Ok(Log {
            format,
            lines,
            dropped,
        })
    }

    /// Writes the line of a closed record.
    pub(crate) fn write(
        &self,
        record: &Record,
        usage: Option<&UsageRecord>,
        course: (Ending, Duration),
    ) {
        let fields = fields(record, usage, course);
        let mut line = match self.format {
            AccessLogFormat::Json => serde_json::to_vec(&fields).unwrap_or_default(),
            AccessLogFormat::Text => text(&fields).into_bytes(),
        };
        line.push(b'\n');
        self.push(line);
    }

    fn push(&self, line: Vec<u8>) {
        if self.lines.try_send(line).is_err() {
            self.dropped.inc();
        }
    }
}

fn write_all(waiting: &Receiver<Vec<u8>>, mut sink: Box<dyn Write + Send>) {
    while let Ok(mut batch) = waiting.recv() {
        // One write for all that has gathered.
        while batch.len() < BATCH
            && let Ok(line) = waiting.try_recv()
        {
            batch.extend_from_slice(&line);
        }
        if let Err(error) = sink.write_all(&batch).and_then(|()| sink.flush()) {
            tracing::warn!(%error, "cannot write the access log");
        }
    }
}

fn fields(
    record: &Record,
    usage: Option<&UsageRecord>,
    (ending, duration): (Ending, Duration),
) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            fields.insert(name.to_owned(), value);
        }
    };
    put("time", json!(time::rfc3339(SystemTime::now())));
    if let Some(head) = &record.request.head {
        put_head(&mut put, head);
    }
    put("http.status", json!(record.response.status.as_u16()));
    put("duration_ms", json!(milliseconds(duration)));
    put("bytes_sent", json!(record.bytes_sent));
    put("listener", json!(record.route.listener.as_deref()));
    let route = record.route.label();
    put(
        "route",
        if route.is_empty() {
            Value::Null
        } else {
            json!(route)
        },
    );
    put(
        "route_rule",
        json!(
            record
                .route
                .route
                .as_ref()
                .and_then(|route| route.source.rule)
        ),
    );
    put_upstream(&mut put, record);
    put(
        "reason",
        json!(record.response.fault.map(|kind| kind.reason())),
    );
    put(
        "side",
        json!(record.response.fault.map(|kind| kind.side().as_str())),
    );
    put("error", json!(record.response.detail));
    put(
        "ending",
        if ending == Ending::Complete {
            Value::Null
        } else {
            json!(ending.as_str())
        },
    );
    if let Some(trace) = record.span.as_deref().map(crate::trace::ids) {
        put("trace.id", json!(trace.0));
        put("span.id", json!(trace.1));
    }
    if let Some(usage) = usage {
        usage.tell(&mut |name, value| put(name, shown(value)));
    }
    put("tidegate.llm.guards", guards(&record.llm.checks));
    fields
}

fn put_upstream(put: &mut impl FnMut(&str, Value), record: &Record) {
    put("cluster", json!(record.upstream.cluster.as_deref()));
    put(
        "endpoint",
        json!(
            record
                .upstream
                .endpoint
                .map(|endpoint| endpoint.to_string())
        ),
    );
    put(
        "attempts",
        if record.upstream.attempts > 1 {
            json!(record.upstream.attempts)
        } else {
            Value::Null
        },
    );
    put(
        "upstream_ms",
        json!(record.upstream.first_byte.map(milliseconds)),
    );
}

fn put_head(put: &mut impl FnMut(&str, Value), head: &HeadFacts) {
    put("src.addr", json!(head.peer.to_string()));
    put("client.addr", json!(head.client.to_string()));
    put("http.method", json!(head.method.as_str()));
    put("http.host", json!(head.authority));
    put("http.path", json!(head.target));
    put("http.version", json!(format!("{:?}", head.version)));
    put("request_id", json!(head.request_id.as_ref().map(lossy)));
    put("user_agent", json!(head.user_agent.as_ref().map(lossy)));
}

/// What guards found.
fn guards(checks: &[Check]) -> Value {
    let found: Vec<String> = checks.iter().filter_map(Check::found).collect();
    match found.is_empty() {
        true => Value::Null,
        false => json!(found),
    }
}

/// A field of a usage record. Amounts stay texts: a float would round them.
fn shown(value: usage_record::Value<'_>) -> Value {
    match value {
        usage_record::Value::Text(text) => json!(text),
        usage_record::Value::Usd(amount) => json!(amount.to_string()),
        usage_record::Value::Count(count) => json!(count),
        usage_record::Value::Seconds(seconds) => json!(seconds),
        usage_record::Value::Flag(flag) => json!(flag),
        usage_record::Value::List(texts) => json!(texts),
    }
}

/// `name=value` pairs; texts with anything unusual in them are quoted as JSON quotes them.
fn text(fields: &Map<String, Value>) -> String {
    let mut line = String::with_capacity(256);
    for (name, value) in fields {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(name);
        line.push('=');
        match value {
            Value::String(text) if is_plain(text) => line.push_str(text),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => line.push_str(&value.to_string()),
        }
    }
    line
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"')
}

fn milliseconds(duration: Duration) -> f64 {
    // Three digits are as many as the clock is good for.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        let fields = json!({"a": "plain", "b": "two words", "c": "line\nbreak", "d": 1.5, "e": ""});
        let Value::Object(fields) = fields else {
            unreachable!()
        };
        assert_eq!(
            text(&fields),
            r#"a=plain b="two words" c="line\nbreak" d=1.5 e="""#
        );
    }

    #[test]
    fn a_slow_sink_drops_lines_and_counts_them() {
        struct Stuck(std::sync::mpsc::Receiver<()>);
        impl Write for Stuck {
            fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
                let _ = self.0.recv();
                Ok(buf.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let (open, stuck) = std::sync::mpsc::channel();
        let dropped = Counter::default();
        let log = AccessLog {
            format: AccessLogFormat::Text,
            sink: Box::new(Stuck(stuck)),
        };
        let log = Log::start(log, dropped.clone()).unwrap();
        // The writer may take one whole batch before the sink holds it up; what comes then has the queue's room.
        for _ in 0..=BATCH + WAITING {
            log.push(vec![b'x']);
        }
        assert!(dropped.get() > 0, "a full queue drops");
        drop(open);
    }
}
