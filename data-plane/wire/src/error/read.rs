//! Reading what a provider says when it refuses or fails: every envelope in the field.
//!
//! It must not know clients. Invariant: it is total; what is in no known shape is its own message, shortened; of
//! an HTML page its title.
//!
//! Shapes: OpenAI and those who copy it, Azure (`code` beside `message`), Anthropic, Google (also in an array, as its OpenAI
//! surface and its streams without `alt=sse` send it), Bedrock and Cohere (`message` at the top), vLLM and Mistral (all of it at
//! the top), FastAPI (`detail`), text-generation-inference, Ollama and xAI (`error` is the text), Cloudflare (`errors`),
//! pages of load balancers.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::class::Class;
use super::page;
use super::{Details, ProviderError};
use crate::json;

/// How much of an unreadable provider body is shown, in bytes.
const EXCERPT_LIMIT: usize = 1024;

/// The longest time that is kept, as it is written, in bytes.
const LONGEST_DELAY: usize = 64;

/// How deep errors in errors are looked for.
const DEPTH: u8 = 3;

// === impl ProviderError ===

impl ProviderError {
    /// Reads an error body of any provider; never fails (llm.md E-1).
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        std::str::from_utf8(body)
            .ok()
            .and_then(|text| Self::from_object(unwrap_array(text.trim()), DEPTH))
            .unwrap_or_else(|| Self {
                message: excerpt(body),
                ..Self::default()
            })
    }

    /// Adds the type that AWS services tell in the header `x-amzn-errortype`, such as
    /// `ThrottlingException:http://internal.amazon.com/coral/..`, where the body has none.
    #[must_use]
    pub fn with_error_type(mut self, header: Option<&str>) -> Self {
        if self.kind.is_none() {
            self.kind = header.map(shape_name).filter(|name| !name.is_empty());
        }
        self
    }

    /// The HTTP status of a provider's error that came without one of its own, as in a stream: by its type or code.
    #[must_use]
    pub fn status(&self) -> u16 {
        let code = self.code.as_deref().and_then(|code| code.parse().ok());
        let code = code.filter(|status| (400..600).contains(status));
        code.unwrap_or_else(|| self.class(None).words().status)
    }

    pub(super) fn class(&self, status: Option<u16>) -> Class {
        let words = [self.kind.as_deref(), self.code.as_deref()];
        // Google and vLLM repeat the status as a code.
        let by_code = || {
            let code: u16 = self.code.as_deref()?.parse().ok()?;
            (400..600).contains(&code).then_some(code)
        };
        let status = status
            .filter(|status| (400..600).contains(status))
            .or_else(by_code);
        Class::of(words.into_iter().flatten(), status)
    }

    /// Reads the raw value of an `error` member: an object, or a bare string.
    pub fn from_member(raw: &str) -> Option<Self> {
        Self::nested(raw, DEPTH)
    }

    fn nested(raw: &str, depth: u8) -> Option<Self> {
        if let Some(message) = json::string(raw) {
            return Some(Self {
                message,
                ..Self::default()
            });
        }
        let mut error = Self::default();
        let mut inner = None;
        json::members(raw, |key, value| match key.as_ref() {
            "message" | "Message" | "msg" => {
                error.message = json::string(value)
                    .or_else(|| Some(Self::nested(value, depth.checked_sub(1)?)?.message))
                    .or_else(|| (value != "null").then(|| excerpt(value.as_bytes())))
                    .unwrap_or_default();
            }
            // The event that carries an error is named `error`: that is no type.
            "type" | "status" | "error_type" => {
                let kind = json::string(value).filter(|kind| kind != "error");
                error.kind = error.kind.take().or(kind);
            }
            "__type" => error.kind = json::string(value).as_deref().map(shape_name),
            "param" => error.param = json::string(value),
            "code" => error.code = json::string(value).or_else(|| number(value)),
            "error" | "detail" => inner = inner.or(Some(value)),
            "details" => {
                error.details = details(value);
                inner = inner.or(Some(value));
            }
            _ => (),
        })
        .ok()?;
        if error.message.is_empty()
            && let Some(depth) = depth.checked_sub(1)
            && let Some(inner) = inner.and_then(|raw| Self::nested(raw, depth))
        {
            error.message = inner.message;
            error.kind = error.kind.or(inner.kind);
            error.code = error.code.or(inner.code);
            error.details = error.details.or(inner.details);
        }
        (error != Self::default()).then_some(error)
    }

    /// The envelopes in the field: `{"error": ..}`, or the error itself at the top (`message`, or
    /// `detail` of Python servers).
    fn from_object(text: &str, depth: u8) -> Option<Self> {
        let (mut inner, mut detail, mut several) = (None, None, None);
        json::members(text, |key, value| match key.as_ref() {
            "error" => inner = Self::nested(value, depth),
            "detail" => detail = Some(value),
            "errors" => several = first_of(value).and_then(|first| Self::nested(first, depth)),
            _ => (),
        })
        .ok()?;
        // What stands beside a bare string tells the rest.
        let beside = || Self::nested(text, 0).unwrap_or_default();
        let detail = || {
            let raw = detail.filter(|raw| *raw != "null")?;
            let read = match raw.starts_with('{') {
                true => Self::from_object(raw, depth.checked_sub(1)?),
                false => json::string(raw).map(Self::of_message),
            };
            Some(read.unwrap_or_else(|| Self::of_message(excerpt(raw.as_bytes()))))
        };
        inner
            .map(|inner| match inner.kind.is_none() && inner.code.is_none() {
                true => Self {
                    message: inner.message,
                    param: inner.param,
                    ..beside()
                },
                false => inner,
            })
            .or_else(|| Some(beside()).filter(|error| !error.message.is_empty()))
            .or_else(detail)
            .or(several)
    }

    fn of_message(message: String) -> Self {
        Self {
            message,
            ..Self::default()
        }
    }
}

/// The text of the only element of an array; anything else as it is.
pub fn unwrap_array(text: &str) -> &str {
    text.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map_or(text, str::trim)
}

#[derive(Deserialize)]
struct Elements<'a>(#[serde(borrow)] Vec<&'a RawValue>);

fn first_of(raw: &str) -> Option<&str> {
    let elements: Elements<'_> = serde_json::from_str(raw).ok()?;
    elements.0.first().map(|first| first.get())
}

/// What the details of an error of Google's say.
fn details(raw: &str) -> Option<Box<Details>> {
    let details = Details {
        reason: reason(raw),
        retry_delay: retry_delay(raw),
    };
    (details != Details::default()).then(|| Box::new(details))
}

/// The reason in the details of an error of Google's (`google.rpc.ErrorInfo`).
fn reason(raw: &str) -> Option<String> {
    let elements: Elements<'_> = serde_json::from_str(raw).ok()?;
    elements.0.iter().find_map(|element| {
        let (mut reason, mut is_googles) = (None, false);
        json::members(element.get(), |key, value| match key.as_ref() {
            "reason" => reason = json::string(value),
            "domain" => {
                is_googles =
                    json::string(value).is_some_and(|text| text.ends_with("googleapis.com"));
            }
            _ => (),
        })
        .ok()?;
        reason.filter(|_| is_googles)
    })
}

/// The delay in the details of an error of Google's (`google.rpc.RetryInfo`).
fn retry_delay(raw: &str) -> Option<String> {
    let elements: Elements<'_> = serde_json::from_str(raw).ok()?;
    elements.0.iter().find_map(|element| {
        let mut delay = None;
        // What is no object says nothing.
        let _ = json::members(element.get(), |key, value| {
            if key == "retryDelay" {
                delay = json::string(value);
            }
        });
        delay.filter(|delay| delay.len() <= LONGEST_DELAY)
    })
}

/// The name in an AWS error type: `namespace#Name:uri`.
fn shape_name(text: &str) -> String {
    let name = text.split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default();
    name.trim().to_owned()
}

fn number(raw: &str) -> Option<String> {
    raw.parse::<i64>().ok().map(|number| number.to_string())
}

/// The start of a body, cut between characters.
fn excerpt(body: &[u8]) -> String {
    let is_inside = |at: usize| body.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let end = (EXCERPT_LIMIT.saturating_sub(3)..=EXCERPT_LIMIT)
        .rev()
        .find(|end| !is_inside(*end))
        .unwrap_or(EXCERPT_LIMIT);
    let start = body.get(..end).unwrap_or(body);
    let text = String::from_utf8_lossy(start);
    page::title(&text).unwrap_or_else(|| text.trim().to_owned())
}
