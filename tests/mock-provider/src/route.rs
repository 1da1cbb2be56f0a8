//! One request: its path, its key, its body, and the operation that answers it.
//!
//! It must not know connections. Invariants: every request but those to `/_mock/` is recorded
//! before it is judged; the key is compared with the whole header value, so that a doubled scheme
//! is a wrong key.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::args::Args;
use crate::chat::Chat;
use crate::mode::Mode;
use crate::play::{self, Play};
use crate::record::{Entry, Record};
use crate::refusal::Refusal;
use crate::script::Script;

/// Most bytes of a request body.
const BODY_LIMIT: usize = 64 << 20;

/// The model that the list names first; any other name is answered too.
const MODEL: &str = "mock-gpt";

/// The provider: settings, counter and record.
pub(crate) struct Provider {
    base_path: String,
    required: Option<HeaderValue>,
    delay: Duration,
    started: u64,
    answers: AtomicU64,
    record: Mutex<Record>,
}

impl Provider {
    pub(crate) fn new(args: &Args) -> anyhow::Result<Self> {
        let required = args.require_key.as_ref().map(|key| {
            let mut value = HeaderValue::try_from(format!("Bearer {key}"))?;
            value.set_sensitive(true);
            Ok::<_, http::header::InvalidHeaderValue>(value)
        });
        Ok(Self {
            base_path: args.base_path.trim_end_matches('/').to_owned(),
            required: required.transpose()?,
            delay: args.delay_ms,
            started: unix_time(),
            answers: AtomicU64::new(0),
            record: Mutex::new(Record::new(args.remember)),
        })
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Play {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        if path.starts_with("/_mock/") {
            return Play::Respond(self.own(&parts.method, path));
        }
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            return Play::Respond(play::refusal(&Refusal::too_large()));
        };
        let body = body.to_bytes();
        let key = self.check_key(&parts.headers);
        let entry = Entry {
            parts: &parts,
            body: &body,
            is_key_right: self.required.as_ref().map(|_| key.is_ok()),
        };
        self.with_record(|record| record.add(&entry));
        key.and_then(|()| self.operation(&parts, &body))
            .unwrap_or_else(|refused| Play::Respond(play::refusal(&refused)))
    }

    fn operation(&self, parts: &http::request::Parts, body: &Bytes) -> Result<Play, Refusal> {
        let path = parts.uri.path();
        let Some(operation) = path.strip_prefix(self.base_path.as_str()) else {
            return Err(Refusal::unknown_url(&parts.method, path));
        };
        let expected = match operation {
            "/chat/completions" => Method::POST,
            _ => Method::GET,
        };
        let is_known = operation == "/chat/completions"
            || operation == "/models"
            || operation.starts_with("/models/");
        if !is_known {
            return Err(Refusal::unknown_url(&parts.method, path));
        }
        if parts.method != expected {
            return Err(Refusal::wrong_method(&parts.method, path));
        }
        match operation {
            "/chat/completions" => self.chat(&parts.headers, body),
            "/models" => Ok(Play::Respond(play::json(&self.models()))),
            _ => self.model(operation.trim_start_matches("/models/")),
        }
    }

    fn chat(&self, headers: &HeaderMap, body: &[u8]) -> Result<Play, Refusal> {
        let chat = Chat::parse(body)?;
        let mode = match text(headers, "x-mock-mode") {
            Some(name) => Mode::parse(name).ok_or_else(|| unknown_header("x-mock-mode"))?,
            None => Mode::of_model(&chat.model).unwrap_or(Mode::Healthy),
        };
        let delay = match text(headers, "x-mock-delay-ms") {
            Some(delay) => delay
                .parse()
                .map(Duration::from_millis)
                .map_err(|_| unknown_header("x-mock-delay-ms"))?,
            None => self.delay,
        };
        let number = self.answers.fetch_add(1, Ordering::Relaxed) + 1;
        let answer = Answer::new(&chat, mode, number, unix_time());
        Ok(match play::play(&chat, &answer, mode, delay) {
            Play::Respond(mut response) => {
                if let Ok(id) = HeaderValue::try_from(format!("req_mock_{number}")) {
                    response.headers_mut().insert("x-request-id", id);
                }
                Play::Respond(response)
            }
            other @ (Play::Silence | Play::Reset) => other,
        })
    }

    fn models(&self) -> Value {
        let modes = Mode::all().filter(|mode| !matches!(mode, Mode::Fail(_)));
        let names = modes.map(|mode| format!("mock-{}", mode.name()));
        let models: Vec<Value> = [MODEL.to_owned(), "mock-fail-500".to_owned()]
            .into_iter()
            .chain(names)
            .map(|name| self.model_object(&name))
            .collect();
        json!({"object": "list", "data": models})
    }

    fn model(&self, name: &str) -> Result<Play, Refusal> {
        if name == MODEL || Mode::of_model(name).is_some() {
            return Ok(Play::Respond(play::json(&self.model_object(name))));
        }
        Err(Refusal::unknown_model(name))
    }

    fn model_object(&self, name: &str) -> Value {
        json!({"id": name, "object": "model", "created": self.started, "owned_by": "mock"})
    }

    /// The mock's own paths: they need no key.
    fn own(&self, method: &Method, path: &str) -> Response<Script> {
        match (method, path) {
            (&Method::GET, "/_mock/requests") => {
                play::json(&self.with_record(|record| record.to_json()))
            }
            (&Method::DELETE, "/_mock/requests") => {
                self.with_record(Record::clear);
                play::json(&json!({}))
            }
            _ => play::refusal(&Refusal::unknown_url(method, path)),
        }
    }

    fn check_key(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let sent: Vec<&HeaderValue> = headers.get_all(AUTHORIZATION).iter().collect();
        match (&self.required, sent.as_slice()) {
            (None, []) => Ok(()),
            (Some(_), []) => Err(Refusal::no_key()),
            (None, [one]) if !is_doubled(one) => Ok(()),
            (Some(required), [one]) if required == one => Ok(()),
            (Some(_) | None, _) => Err(Refusal::wrong_key()),
        }
    }

    fn with_record<T>(&self, work: impl FnOnce(&mut Record) -> T) -> T {
        work(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// `Bearer Bearer ..`: a gateway put its scheme in front of one that was there.
fn is_doubled(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default();
    let schemes = text
        .split_whitespace()
        .filter(|word| word.eq_ignore_ascii_case("bearer"));
    schemes.count() > 1
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn unknown_header(name: &str) -> Refusal {
    Refusal::parameter(
        name,
        "invalid_value",
        format!("Invalid value of the header '{name}'."),
    )
}

fn unix_time() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
