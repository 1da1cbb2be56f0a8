//! One event of a Responses stream, and the response object in some of them: members in place.
//!
//! It must not know what was told. Invariant: a member that cannot be read is absent.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::error::ProviderError;
use crate::json;
use crate::observed::bounded;
use crate::text::JsonText;
use crate::usage::Usage;

/// Largest `usage` object that is kept as it is, in bytes.
const RAW_USAGE_LIMIT: usize = 16 * 1024;

/// The members of events that matter.
#[derive(Debug, Default)]
pub(super) struct Event<'a> {
    text: &'a str,
    pub(super) kind: Option<Cow<'a, str>>,
    pub(super) output_index: Option<u32>,
    pub(super) content_index: u32,
    pub(super) summary_index: u32,
    pub(super) item: Option<&'a str>,
    delta: Option<&'a str>,
    response: Option<&'a str>,
    error: Option<&'a str>,
}

/// The members of a response object that matter.
#[derive(Debug, Default)]
pub(super) struct Response<'a> {
    pub(super) id: Option<String>,
    pub(super) model: Option<String>,
    pub(super) created_at: Option<u64>,
    pub(super) service_tier: Option<String>,
    pub(super) status: Option<String>,
    /// It is made whether or not anybody waits for it.
    pub(super) is_of_background: bool,
    pub(super) incomplete_reason: Option<String>,
    pub(super) error: Option<&'a str>,
    pub(super) output: Vec<&'a RawValue>,
    pub(super) usage: Option<&'a str>,
}

// === impl Event ===

impl<'a> Event<'a> {
    /// `None` where it is no JSON object.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut event = Self {
            text,
            ..Self::default()
        };
        json::members(text, |key, value| match key.as_ref() {
            "type" => event.kind = json::words(value),
            "output_index" => event.output_index = index(value),
            "content_index" => event.content_index = index(value).unwrap_or_default(),
            "summary_index" => event.summary_index = index(value).unwrap_or_default(),
            "item" => event.item = Some(value),
            "delta" => event.delta = Some(value),
            "response" => event.response = Some(value),
            "error" => event.error = Some(value),
            _ => (),
        })
        .ok()?;
        Some(event)
    }

    pub(super) fn response(&self) -> Response<'a> {
        let read = self.response.and_then(|raw| Response::read(raw).ok());
        read.unwrap_or_default()
    }

    pub(super) fn delta(&self) -> Option<JsonText<'a>> {
        serde_json::from_str(self.delta?).ok()
    }

    /// The error of an `error` event: its members, or those of an `error` member as some servers have it.
    pub(super) fn error_of_event(&self) -> ProviderError {
        if let Some(error) = self.bare_error() {
            return error;
        }
        let mut error = ProviderError::from_member(self.text).unwrap_or_default();
        // The event's type is not the error's.
        error.kind = None;
        if error.message.is_empty() {
            "the provider reported an error without a message".clone_into(&mut error.message);
        }
        with_kind(error)
    }

    /// The error of an event that has an `error` member.
    pub(super) fn bare_error(&self) -> Option<ProviderError> {
        let raw = self.error.filter(|raw| is_said(raw))?;
        ProviderError::from_member(raw).map(with_kind)
    }
}

// === impl Response ===

impl<'a> Response<'a> {
    /// # Errors
    /// It is no JSON object.
    pub(super) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut response = Self::default();
        json::members(text, |key, value| match key.as_ref() {
            "id" => response.id = name(value),
            "model" => response.model = name(value),
            "created_at" => response.created_at = seconds(value),
            "service_tier" => response.service_tier = name(value),
            "status" => response.status = json::string(value),
            "background" => response.is_of_background = value == "true",
            "incomplete_details" => response.incomplete_reason = reason(value),
            "error" => response.error = Some(value).filter(|raw| is_said(raw)),
            "output" => response.output = serde_json::from_str(value).unwrap_or_default(),
            "usage" => response.usage = Some(value),
            _ => (),
        })?;
        Ok(response)
    }
}

/// An error that says something; a response that succeeded has `"error": null`.
fn is_said(raw: &str) -> bool {
    !matches!(raw, "null" | "false" | "\"\"" | "{}")
}

fn name(raw: &str) -> Option<String> {
    json::string(raw)
        .map(bounded)
        .filter(|text| !text.is_empty())
}

fn index(raw: &str) -> Option<u32> {
    u32::try_from(json::count(raw)?).ok()
}

/// Seconds, which the SDK's types have as a float.
fn seconds(raw: &str) -> Option<u64> {
    let whole = raw.split_once('.').map_or(raw, |(whole, _)| whole);
    whole.parse().ok()
}

fn reason(raw: &str) -> Option<String> {
    let mut reason = None;
    json::members(raw, |key, value| {
        if key == "reason" {
            reason = json::string(value);
        }
    })
    .ok()?;
    reason
}

pub(super) fn usage(raw: &str) -> Option<Usage> {
    let mut usage = Usage::default();
    json::members(raw, |key, value| match key.as_ref() {
        "input_tokens" => usage.input = json::count(value),
        "output_tokens" => usage.output = json::count(value),
        "total_tokens" => usage.total = json::count(value),
        "input_tokens_details" => details(value, |key, count| match key {
            "cached_tokens" => usage.cache_read = count,
            "cache_write_tokens" => usage.cache_write = count,
            _ => (),
        }),
        "output_tokens_details" => details(value, |key, count| {
            if key == "reasoning_tokens" {
                usage.reasoning = count;
            }
        }),
        _ => (),
    })
    .ok()?;
    if usage.input.is_none() && usage.output.is_none() && usage.total.is_none() {
        return None;
    }
    usage.raw = (raw.len() <= RAW_USAGE_LIMIT).then(|| raw.to_owned());
    Some(usage)
}

fn details(raw: &str, mut visit: impl FnMut(&str, Option<u64>)) {
    // What is no object has no details.
    let _ = json::members(raw, |key, value| visit(&key, json::count(value)));
}

/// Responses has codes where other formats have types of errors.
pub(super) fn with_kind(mut error: ProviderError) -> ProviderError {
    if error.kind.is_none() {
        error.kind = error.code.as_deref().map(|code| {
            match code {
                "rate_limit_exceeded" => "rate_limit_error",
                "server_error" | "vector_store_timeout" => "api_error",
                "server_is_overloaded" | "slow_down" => "overloaded_error",
                "insufficient_quota" => "insufficient_quota",
                // The others find fault with the prompt or with an image in it.
                _ => "invalid_request_error",
            }
            .to_owned()
        });
    }
    error
}
