//! Turning an answer into a response, healthy or misbehaving as the mode says.
//!
//! It must not know sockets or how requests are read. Invariant: this is the one place where a
//! mode changes what is sent.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::account::Settlement;
use crate::answer::Answer;
use crate::demand::{Demand, Wish};
use crate::event::{Event, Events};
use crate::format::Vendor;
use crate::mode::Mode;
use crate::refusal::{Refusal, envelope};
use crate::script::{Script, Step};

const HTML: &str = "<html><body><h1>It works, but it is no API</h1></body></html>\n";

const BAD_GATEWAY: &str = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";

/// Bytes that a bomb unpacks to.
const BOMB: usize = 16 << 20;

/// Bytes of one part of an answer without end, at least.
const PART: usize = 32 << 10;

/// The pause of the slow mode where none is given.
const SLOW: Duration = Duration::from_millis(50);

/// Time for what was sent before to leave the buffers before the connection breaks.
const BEFORE_BREAK: Duration = Duration::from_millis(20);

/// What goes on with a connection that is no longer HTTP.
pub(crate) type Session = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What happens on the connection.
pub(crate) enum Play {
    Respond(Response<Script>),
    /// A response that ends HTTP on this connection, and what follows there.
    Upgrade(Response<Script>, Session),
    /// No response, and the connection stays open.
    Silence,
    /// No response, and the connection is reset.
    Reset,
}

/// Plays an answer; `delay` is the pause between events. The settlement comes true with the counts.
pub(crate) fn play(
    answer: &Answer<'_>,
    demand: &Demand,
    delay: Duration,
    settlement: Option<Settlement>,
) -> Play {
    let (mode, vendor) = (demand.mode, answer.format.vendor());
    let delay = if mode == Mode::Slow && delay.is_zero() {
        SLOW
    } else {
        delay
    };
    let now = answer.reply.created;
    let refuse = |refused: &Refusal| Play::Respond(refusal(refused, vendor, demand, now));
    let mut response = match mode {
        Mode::Hang => return Play::Silence,
        Mode::Reset => return Play::Reset,
        Mode::Fail(status) => return refuse(&Refusal::on_demand(vendor, status)),
        Mode::ContextTooLong => return refuse(&Refusal::too_long_in(vendor)),
        Mode::NoCredit => return refuse(&Refusal::no_credit_in(vendor)),
        Mode::Html => return Play::Respond(html(HTML)),
        Mode::Html502 => {
            let mut response = html(BAD_GATEWAY);
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            return Play::Respond(response);
        }
        Mode::ErrorBody => {
            let error = pretended(demand, vendor).to_json(vendor, demand.rest());
            return Play::Respond(json(&error));
        }
        Mode::Healthy
        | Mode::Stall
        | Mode::StallFirst
        | Mode::Truncate
        | Mode::NoDone
        | Mode::Abort
        | Mode::ResetMid
        | Mode::ErrorIn200
        | Mode::ErrorFirst
        | Mode::Corrupt
        | Mode::Slow
        | Mode::Large
        | Mode::Huge
        | Mode::Endless
        | Mode::Gzip
        | Mode::Bomb
        | Mode::NoUsage
        | Mode::Dribble
        | Mode::Crlf
        | Mode::IgnoreStream => match answer.to_events().filter(|_| mode != Mode::IgnoreStream) {
            Some(events) => stream(answer, &events, demand, delay, settlement),
            None => {
                let (kind, script) = body(answer, demand, delay, settlement);
                respond(kind, script)
            }
        },
    };
    if mode == Mode::Bomb {
        *response.body_mut() = Script::whole(" ".repeat(BOMB));
    }
    if matches!(mode, Mode::Gzip | Mode::Bomb) {
        response = gzipped(response);
    }
    if demand.wishes.has(Wish::Exhausted) {
        envelope::limits(response.headers_mut(), vendor, demand.rest(), now);
    }
    Play::Respond(response)
}

/// The same in `gzip`.
fn gzipped(response: Response<Script>) -> Response<Script> {
    let (mut head, script) = response.into_parts();
    let gzip = HeaderValue::from_static("gzip");
    head.headers.insert(CONTENT_ENCODING, gzip);
    // Writing to memory does not fail.
    let script = script.gzipped();
    Response::from_parts(head, script.unwrap_or_else(|_| Script::whole("")))
}

/// These bytes again and again, in one part.
fn repeated(bytes: &Bytes) -> Bytes {
    bytes.repeat(PART / bytes.len().max(1) + 1).into()
}

/// An error response.
pub(crate) fn refusal(
    refusal: &Refusal,
    vendor: Vendor,
    demand: &Demand,
    now: u64,
) -> Response<Script> {
    let mut response = json(&refusal.to_json(vendor, demand.rest()));
    *response.status_mut() = refusal.status;
    let headers = refusal.headers(vendor, demand.retry_after, now);
    response.headers_mut().extend(headers);
    response
}

/// A healthy JSON response.
pub(crate) fn json(value: &Value) -> Response<Script> {
    respond("application/json", Script::whole(value.to_string()))
}

fn html(page: &'static str) -> Response<Script> {
    respond("text/html; charset=utf-8", Script::whole(page))
}

fn respond(content_type: &'static str, script: Script) -> Response<Script> {
    let mut response = Response::new(script);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// What an error in a response of 200 says.
fn pretended(demand: &Demand, vendor: Vendor) -> Refusal {
    let status = demand
        .pretended
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Refusal::on_demand(vendor, status)
}

/// A whole answer and its type.
fn body(
    answer: &Answer<'_>,
    demand: &Demand,
    delay: Duration,
    settlement: Option<Settlement>,
) -> (&'static str, Script) {
    let vendor = answer.format.vendor();
    if matches!(demand.mode, Mode::ErrorIn200 | Mode::ErrorFirst) {
        let error = pretended(demand, vendor).to_json(vendor, demand.rest());
        return ("application/json", Script::whole(error.to_string()));
    }
    let (kind, whole) = answer.to_body();
    (kind, whole_steps(whole, demand.mode, delay, settlement))
}

fn whole_steps(
    whole: Bytes,
    mode: Mode,
    delay: Duration,
    settlement: Option<Settlement>,
) -> Script {
    let half = whole.slice(..whole.len() / 2);
    let script = match mode {
        Mode::Truncate | Mode::Corrupt => return Script::steps(vec![Step::Send(half)]),
        Mode::Stall => return Script::steps(vec![Step::Send(half), Step::Hang]),
        Mode::StallFirst => return Script::steps(vec![Step::Hang]),
        Mode::Endless => {
            let more = repeated(&Bytes::from_static(b" "));
            return Script::steps(vec![Step::Send(half), Step::Repeat(more)]);
        }
        Mode::Abort | Mode::ResetMid => {
            let mut steps = vec![Step::Send(half)];
            steps.extend(broken(mode));
            return Script::steps(steps);
        }
        Mode::Slow => Script::steps(vec![Step::Wait(delay), Step::Settle, Step::Send(whole)]),
        Mode::Dribble => {
            let mut steps = vec![Step::Settle];
            steps.extend(dribble(&whole));
            Script::steps(steps)
        }
        Mode::Healthy
        | Mode::Fail(_)
        | Mode::Hang
        | Mode::NoDone
        | Mode::Reset
        | Mode::Html
        | Mode::Html502
        | Mode::ErrorBody
        | Mode::ErrorIn200
        | Mode::ErrorFirst
        | Mode::ContextTooLong
        | Mode::NoCredit
        | Mode::Large
        | Mode::Huge
        | Mode::Gzip
        | Mode::Bomb
        | Mode::NoUsage
        | Mode::Crlf
        | Mode::IgnoreStream => Script::whole(whole),
    };
    match settlement {
        Some(settlement) => script.settling(settlement),
        None => script,
    }
}

fn stream(
    answer: &Answer<'_>,
    events: &Events,
    demand: &Demand,
    delay: Duration,
    settlement: Option<Settlement>,
) -> Response<Script> {
    let content_type = match answer.format.vendor() {
        Vendor::OpenAi => "text/event-stream; charset=utf-8",
        Vendor::Anthropic | Vendor::Google | Vendor::Cohere => "text/event-stream",
        Vendor::Bedrock => "application/vnd.amazon.eventstream",
    };
    let script = Script::steps(stream_steps(answer, events, demand, delay));
    let mut response = respond(
        content_type,
        match settlement {
            Some(settlement) => script.settling(settlement),
            None => script,
        },
    );
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// How many events the mode lets through; the last of all ends the answer.
fn kept(events: &Events, mode: Mode) -> usize {
    let all = events.events.len();
    match mode {
        Mode::ErrorFirst => 0,
        Mode::StallFirst => events.preface,
        // The preface and something of the content, where there is any.
        Mode::Truncate
        | Mode::Stall
        | Mode::Abort
        | Mode::ResetMid
        | Mode::ErrorIn200
        | Mode::Endless => (all.saturating_sub(1) / 2).max(1),
        Mode::NoDone => all.saturating_sub(1),
        Mode::Healthy
        | Mode::Fail(_)
        | Mode::Hang
        | Mode::Reset
        | Mode::Html
        | Mode::Html502
        | Mode::ErrorBody
        | Mode::ContextTooLong
        | Mode::NoCredit
        | Mode::Corrupt
        | Mode::Slow
        | Mode::Large
        | Mode::Huge
        | Mode::Gzip
        | Mode::Bomb
        | Mode::NoUsage
        | Mode::Dribble
        | Mode::Crlf
        | Mode::IgnoreStream => all,
    }
}

fn stream_steps(
    answer: &Answer<'_>,
    events: &Events,
    demand: &Demand,
    delay: Duration,
) -> Vec<Step> {
    let mode = demand.mode;
    let kept = kept(events, mode);
    let mut steps = Vec::new();
    for (at, event) in events.events.iter().take(kept).enumerate() {
        if !delay.is_zero() {
            steps.push(Step::Wait(delay));
        }
        if events.usage_at == Some(at) {
            steps.push(Step::Settle);
        }
        if mode == Mode::Dribble {
            steps.extend(dribble(&event.to_bytes()));
        } else if mode == Mode::Crlf {
            steps.push(Step::Send(event.to_crlf()));
        } else if mode == Mode::Corrupt && at == kept / 2 {
            steps.push(Step::Send(event.to_corrupt()));
        } else {
            steps.push(Step::Send(event.to_bytes()));
        }
    }
    if matches!(mode, Mode::ErrorIn200 | Mode::ErrorFirst) {
        steps.push(Step::Send(error_event(answer, demand, kept).to_bytes()));
    }
    if matches!(mode, Mode::Stall | Mode::StallFirst) {
        steps.push(Step::Hang);
    }
    if let (Mode::Endless, Some(last)) = (mode, kept.checked_sub(1)) {
        let last = events.events.get(last).map(Event::to_bytes);
        steps.extend(last.map(|last| Step::Repeat(repeated(&last))));
    }
    steps.extend(broken(mode));
    steps
}

/// How the connection ends in the middle, if the mode wants it to.
fn broken(mode: Mode) -> Vec<Step> {
    if mode == Mode::Abort {
        vec![Step::Wait(BEFORE_BREAK), Step::Break]
    } else if mode == Mode::ResetMid {
        vec![Step::Wait(BEFORE_BREAK), Step::Reset]
    } else {
        Vec::new()
    }
}

fn error_event(answer: &Answer<'_>, demand: &Demand, number: usize) -> Event {
    let refusal = pretended(demand, answer.format.vendor());
    answer.to_error_event(&refusal, demand.rest(), number)
}

fn dribble(bytes: &Bytes) -> Vec<Step> {
    (0..bytes.len())
        .map(|at| Step::Send(bytes.slice(at..=at)))
        .collect()
}
