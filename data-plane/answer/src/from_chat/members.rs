//! The members of a chat chunk or answer that matter, as they are written.
//!
//! It must not know the stream's state. Invariant: nothing but a text that is no JSON object fails.

use serde_json::value::RawValue;

use super::super::Finish;
use crate::error::ProviderError;
use crate::json;
use crate::observed::{FinishReason, bounded};
use crate::text::JsonText;

/// The members of a chunk or of a buffered answer.
#[derive(Default)]
pub(super) struct Members<'a> {
    pub(super) object: Option<&'a str>,
    pub(super) id: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    pub(super) created: Option<&'a str>,
    pub(super) service_tier: Option<&'a str>,
    pub(super) choices: Option<&'a str>,
    pub(super) usage: Option<&'a str>,
    pub(super) error: Option<&'a str>,
}

/// The members of a choice.
#[derive(Default)]
pub(super) struct ChoiceMembers<'a> {
    pub(super) index: Option<&'a str>,
    /// `delta` of a chunk, `message` of a buffered answer (some servers also stream `message`).
    pub(super) said: Option<&'a str>,
    /// What is said in completions of before the conversations.
    pub(super) text: Option<&'a str>,
    pub(super) finish_reason: Option<&'a str>,
    /// The stop sequence that was met: vLLM's `stop_reason`, SGLang's `matched_stop`; a token's id is no text.
    pub(super) stop: Option<&'a str>,
    pub(super) logprobs: Option<&'a str>,
    /// Moonshot's place for it.
    pub(super) usage: Option<&'a str>,
}

// === impl Members ===

impl<'a> Members<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut members = Self::default();
        json::members(text, |key, value| match key.as_ref() {
            "object" => members.object = Some(value),
            "id" => members.id = Some(value),
            "model" => members.model = Some(value),
            "created" => members.created = Some(value),
            "service_tier" => members.service_tier = Some(value),
            "choices" => members.choices = Some(value).filter(|raw| *raw != "null"),
            "usage" => members.usage = Some(value).filter(|raw| *raw != "null"),
            "error" => members.error = Some(value),
            _ => (),
        })?;
        Ok(members)
    }

    /// An `error` member that says something (`"error": null` beside choices is none), or vLLM's error at the top.
    pub(super) fn error(&self, text: &str) -> Option<ProviderError> {
        if self.object == Some("\"error\"") {
            return Some(ProviderError::read(text.as_bytes()));
        }
        let raw = self.error.filter(|raw| !is_nothing(raw))?;
        Some(ProviderError::from_member(raw).unwrap_or_else(|| ProviderError::read(raw.as_bytes())))
    }

    /// There is something of an answer in it.
    pub(super) fn begins(&self) -> bool {
        let has_choices = self.choices.is_some_and(|raw| !json::is_empty_array(raw));
        let is_named = self.id.is_some_and(|raw| !is_nothing(raw))
            && self.model.is_some_and(|raw| !is_nothing(raw));
        has_choices || is_named || self.usage.is_some()
    }
}

// === impl ChoiceMembers ===

impl<'a> ChoiceMembers<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut members = Self::default();
        json::members(text, |key, value| match key.as_ref() {
            "index" => members.index = Some(value),
            "delta" | "message" if value != "null" => members.said = Some(value),
            "text" => members.text = Some(value),
            "finish_reason" => members.finish_reason = Some(value),
            "stop_reason" | "matched_stop" => members.stop = members.stop.or(Some(value)),
            "logprobs" => members.logprobs = Some(value),
            "usage" => members.usage = Some(value),
            _ => (),
        })?;
        Ok(members)
    }
}

pub(super) fn finish_of(reason: &str, stop: Option<&str>) -> Finish {
    let reason = FinishReason::from_name(reason);
    let stop_sequence = stop.and_then(json::string).map(bounded);
    // Other servers put a reason there.
    let stop_sequence = stop_sequence.filter(|text| {
        !matches!(
            text.as_str(),
            "" | "stop" | "eos" | "end_turn" | "stop_sequence" | "null"
        )
    });
    match stop_sequence {
        Some(text) if reason == FinishReason::Stop => Finish {
            reason: FinishReason::StopSequence,
            stop_sequence: Some(text),
        },
        Some(_) | None => reason.into(),
    }
}

/// A member that is there and says nothing.
pub(super) fn is_nothing(raw: &str) -> bool {
    matches!(raw, "null" | "false" | "\"\"" | "[]" | "{}")
}

/// A provider's name for something, bounded; empty is absent.
pub(super) fn name_of(raw: &str) -> Option<String> {
    json::string(raw)
        .map(bounded)
        .filter(|text| !text.is_empty())
}

/// A text that says something.
pub(super) fn text_of(raw: &str) -> Option<JsonText<'_>> {
    if raw == "\"\"" {
        return None;
    }
    serde_json::from_str(raw).ok()
}

pub(super) fn list(raw: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw).ok()
}
