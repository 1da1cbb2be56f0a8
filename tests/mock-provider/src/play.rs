//! Turning an answer into a response, healthy or misbehaving as the mode says.
//!
//! It must not know sockets or how requests are read. Invariant: this is the one place where a
//! mode changes what is sent.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::answer::Answer;
use crate::chat::Chat;
use crate::mode::Mode;
use crate::refusal::Refusal;
use crate::script::{Script, Step};

const HTML: &str = "<html><body><h1>It works, but it is no API</h1></body></html>\n";

/// The pause of the slow mode where none is given.
const SLOW: Duration = Duration::from_millis(50);

/// Time for what was sent before to leave the buffers before the connection breaks.
const BEFORE_BREAK: Duration = Duration::from_millis(20);

/// What happens on the connection.
pub(crate) enum Play {
    Respond(Response<Script>),
    /// No response, and the connection stays open.
    Silence,
    /// No response, and the connection is reset.
    Reset,
}

/// Plays the answer to one request; `delay` is the pause between chunks.
pub(crate) fn play(chat: &Chat, answer: &Answer, mode: Mode, delay: Duration) -> Play {
    let delay = if mode == Mode::Slow && delay.is_zero() {
        SLOW
    } else {
        delay
    };
    match mode {
        Mode::Hang => Play::Silence,
        Mode::Reset => Play::Reset,
        Mode::Fail(status) => Play::Respond(refusal(&Refusal::on_demand(status))),
        Mode::Html => Play::Respond(respond("text/html; charset=utf-8", Script::whole(HTML))),
        Mode::Healthy
        | Mode::Stall
        | Mode::Truncate
        | Mode::NoDone
        | Mode::Abort
        | Mode::ErrorIn200
        | Mode::Slow
        | Mode::Large
        | Mode::NoUsage
        | Mode::Dribble
        | Mode::Crlf
        | Mode::IgnoreStream => {
            let is_streamed = chat.is_streamed && mode != Mode::IgnoreStream;
            Play::Respond(if is_streamed {
                let events = events(&answer.to_chunks(chat.includes_usage), mode);
                let mut response = respond(
                    "text/event-stream; charset=utf-8",
                    Script::steps(stream_steps(events, mode, delay)),
                );
                response
                    .headers_mut()
                    .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
                response
            } else {
                respond("application/json", body(&answer.to_object(), mode, delay))
            })
        }
    }
}

/// An error response.
pub(crate) fn refusal(refusal: &Refusal) -> Response<Script> {
    let mut response = json(&refusal.to_json());
    *response.status_mut() = refusal.status;
    if matches!(
        refusal.status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// A healthy JSON response.
pub(crate) fn json(value: &Value) -> Response<Script> {
    respond("application/json", Script::whole(value.to_string()))
}

fn respond(content_type: &'static str, script: Script) -> Response<Script> {
    let mut response = Response::new(script);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn body(object: &Value, mode: Mode, delay: Duration) -> Script {
    let whole = Bytes::from(if mode == Mode::ErrorIn200 {
        Refusal::on_demand(StatusCode::INTERNAL_SERVER_ERROR)
            .to_json()
            .to_string()
    } else {
        object.to_string()
    });
    let half = whole.slice(..whole.len() / 2);
    match mode {
        Mode::Truncate => Script::steps(vec![Step::Send(half)]),
        Mode::Stall => Script::steps(vec![Step::Send(half), Step::Hang]),
        Mode::Abort => Script::steps(vec![
            Step::Send(half),
            Step::Wait(BEFORE_BREAK),
            Step::Break,
        ]),
        Mode::Slow => Script::steps(vec![Step::Wait(delay), Step::Send(whole)]),
        Mode::Dribble => Script::steps(dribble(&whole)),
        Mode::Healthy
        | Mode::Fail(_)
        | Mode::Hang
        | Mode::NoDone
        | Mode::Reset
        | Mode::Html
        | Mode::ErrorIn200
        | Mode::Large
        | Mode::NoUsage
        | Mode::Crlf
        | Mode::IgnoreStream => Script::whole(whole),
    }
}

/// The events that the mode lets through.
fn events(chunks: &[Value], mode: Mode) -> Vec<String> {
    let mut events: Vec<String> = chunks
        .iter()
        .map(|chunk| format!("data: {chunk}\n\n"))
        .collect();
    match mode {
        Mode::Truncate | Mode::Stall | Mode::Abort => events.truncate(events.len() / 2),
        Mode::ErrorIn200 => {
            events.truncate(events.len() / 2);
            let error = Refusal::on_demand(StatusCode::INTERNAL_SERVER_ERROR).to_json();
            events.push(format!("data: {error}\n\n"));
        }
        Mode::NoDone => (),
        Mode::Crlf => {
            events.push("data: [DONE]\n\n".to_owned());
            for event in &mut events {
                *event = format!(": mock\n\n{event}").replace('\n', "\r\n");
            }
        }
        Mode::Healthy
        | Mode::Fail(_)
        | Mode::Hang
        | Mode::Reset
        | Mode::Html
        | Mode::Slow
        | Mode::Large
        | Mode::NoUsage
        | Mode::Dribble
        | Mode::IgnoreStream => events.push("data: [DONE]\n\n".to_owned()),
    }
    events
}

fn stream_steps(events: Vec<String>, mode: Mode, delay: Duration) -> Vec<Step> {
    let mut steps = Vec::new();
    for event in events {
        if !delay.is_zero() {
            steps.push(Step::Wait(delay));
        }
        let event = Bytes::from(event);
        if mode == Mode::Dribble {
            steps.extend(dribble(&event));
        } else {
            steps.push(Step::Send(event));
        }
    }
    if mode == Mode::Stall {
        steps.push(Step::Hang);
    }
    if mode == Mode::Abort {
        steps.extend([Step::Wait(BEFORE_BREAK), Step::Break]);
    }
    steps
}

fn dribble(bytes: &Bytes) -> Vec<Step> {
    (0..bytes.len())
        .map(|at| Step::Send(bytes.slice(at..=at)))
        .collect()
}
