//! What a client was told: the text of an answer, whether it is whole, and the error in the client's dialect.
//!
//! Owns the reading of answers. Must not be lenient: an answer that is none of its format is an error.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tests::client::Reply;

use super::ask::{Answer, Format};

/// What was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// All text of the answer.
    pub(crate) text: String,
    /// Where the answer was ended as its format ends a success, among all events.
    ends: Vec<usize>,
    /// Events of a stream; 1 for an answer in one piece.
    events: usize,
    /// The error, as it came.
    pub(crate) error: Option<Value>,
    /// Events that told token counts.
    pub(crate) counts: usize,
}

/// One event in a format.
#[derive(Debug, Default)]
struct Event {
    text: String,
    is_end: bool,
    is_error: bool,
    has_counts: bool,
}

// === impl Told ===

impl Told {
    /// Reads a response with status 200.
    pub(crate) fn read(format: Format, answer: Answer, reply: &Reply) -> Result<Told> {
        ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
        let kind = reply.header("content-type");
        let expected = match answer {
            Answer::Collected => "application/json",
            Answer::Streamed => "text/event-stream",
        };
        ensure!(kind.starts_with(expected), "{kind}: {}", reply.text());
        let text = reply.text();
        let told = match answer {
            Answer::Collected => Told::whole(format, &text),
            Answer::Streamed => Told::stream(format, &text),
        };
        told.with_context(|| text.clone())
    }

    /// The answer ended once, behind everything else, and without an error.
    pub(crate) fn is_whole(&self) -> bool {
        self.error.is_none() && self.ends == [self.events.saturating_sub(1)]
    }

    fn whole(format: Format, text: &str) -> Result<Told> {
        let body: Value = serde_json::from_str(text).context("not JSON")?;
        let mut told = Told {
            events: 1,
            ..Told::default()
        };
        if body.get("error").is_some_and(|error| !error.is_null()) {
            told.error = Some(body);
            return Ok(told);
        }
        let is_end = match format {
            Format::Chat => {
                told.text = string(body.at("/choices/0/message/content"));
                body.at("/choices/0/finish_reason").is_string()
            }
            Format::Responses => {
                let items = array(body.at("/output")).iter();
                let parts = items.flat_map(|item| array(item.at("/content")));
                told.text = parts.map(|part| string(part.at("/text"))).collect();
                // Incomplete is what was cut at a limit or by a filter: the answer has its end.
                body.at("/status") == "completed" || body.at("/status") == "incomplete"
            }
            Format::Messages => {
                told.text = texts(body.at("/content"));
                body.at("/stop_reason").is_string()
            }
            Format::Gemini => {
                told.text = texts(body.at("/candidates/0/content/parts"));
                body.at("/candidates/0/finishReason").is_string()
            }
        };
        if is_end {
            told.ends.push(0);
        }
        Ok(told)
    }

    fn stream(format: Format, text: &str) -> Result<Told> {
        let is_ended = text.ends_with("\n\n") || text.ends_with("\r\n\r\n");
        ensure!(is_ended, "the last event is not whole");
        let mut told = Told::default();
        let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
        for (at, data) in data.map(str::trim).enumerate() {
            told.events += 1;
            if data == "[DONE]" {
                ensure!(format == Format::Chat, "{data} in {format:?}");
                told.ends.push(at);
                continue;
            }
            let value: Value = serde_json::from_str(data).context("an event is not JSON")?;
            let event = read_event(format, &value)?;
            told.text.push_str(&event.text);
            told.counts += usize::from(event.has_counts);
            if event.is_end {
                told.ends.push(at);
            }
            if event.is_error {
                ensure!(told.error.is_none(), "two errors");
                told.error = Some(value);
            }
        }
        Ok(told)
    }
}

fn read_event(format: Format, value: &Value) -> Result<Event> {
    let mut event = Event::default();
    match format {
        Format::Chat => {
            event.is_error = value.get("error").is_some();
            event.text = string(value.at("/choices/0/delta/content"));
            event.has_counts = value.at("/usage").is_object();
        }
        Format::Responses => match value
            .at("/type")
            .as_str()
            .context("an event without a type")?
        {
            "response.output_text.delta" => event.text = string(value.at("/delta")),
            "response.completed" | "response.incomplete" => event.is_end = true,
            "response.failed" | "error" => event.is_error = true,
            _ => {}
        },
        Format::Messages => match value
            .at("/type")
            .as_str()
            .context("an event without a type")?
        {
            "content_block_delta" => event.text = string(value.at("/delta/text")),
            "message_stop" => event.is_end = true,
            "error" => event.is_error = true,
            _ => {}
        },
        Format::Gemini => {
            event.is_error = value.get("error").is_some();
            event.text = texts(value.at("/candidates/0/content/parts"));
            event.is_end = value.at("/candidates/0/finishReason").is_string();
        }
    }
    Ok(event)
}

/// Checks that an error body is one of the client's dialect; `status` is the response's.
pub(crate) fn check_error(format: Format, status: u16, body: &Value) -> Result<()> {
    let error = body.at("/error");
    let has = |name: &str| error.get(name).is_some();
    let is_text = |name: &str| error[name].as_str().is_some_and(|text| !text.is_empty());
    let is_right = match format {
        // The event of a stream of Responses, as OpenAI writes it.
        Format::Responses if body.at("/type") == "error" && error.is_null() => {
            body.at("/message")
                .as_str()
                .is_some_and(|text| !text.is_empty())
                && body.get("code").is_some()
        }
        Format::Chat | Format::Responses => {
            is_text("message") && is_text("type") && has("param") && has("code")
        }
        Format::Messages => body.at("/type") == "error" && is_text("message") && is_text("type"),
        Format::Gemini => error.at("/code") == status && is_text("message") && is_text("status"),
    };
    ensure!(is_right, "no error of {format:?}: {body}");
    Ok(())
}

/// Checks an error event of a stream.
pub(crate) fn check_error_event(format: Format, event: &Value) -> Result<()> {
    match (format, event.at("/type").as_str()) {
        (Format::Responses, Some("response.failed")) => {
            let error = event.at("/response/error");
            let is_right = error.at("/code").is_string() && error.at("/message").is_string();
            ensure!(is_right, "a failed response without an error: {event}");
            Ok(())
        }
        (Format::Responses, Some("error")) => {
            ensure!(event.at("/message").is_string(), "no message: {event}");
            check_error(format, 200, event)
        }
        (Format::Responses, other) => bail!("an error called {other:?}: {event}"),
        (Format::Gemini, _) => {
            let code = event.at("/error/code").as_u64().context("no code")?;
            check_error(format, u16::try_from(code)?, event)
        }
        (Format::Chat | Format::Messages, _) => check_error(format, 200, event),
    }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The texts of all parts.
fn texts(parts: &Value) -> String {
    array(parts)
        .iter()
        .map(|part| string(part.at("/text")))
        .collect()
}

/// Reading JSON of which nobody knows whether it is what it should be.
pub(crate) trait At {
    /// What is at a JSON pointer (RFC 6901); null where nothing is.
    fn at(&self, path: &str) -> &Value;
}

impl At for Value {
    fn at(&self, path: &str) -> &Value {
        self.pointer(path).unwrap_or(&Value::Null)
    }
}
