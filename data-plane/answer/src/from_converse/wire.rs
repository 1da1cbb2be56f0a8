//! What Converse answers, as far as it is read.
//!
//! It must not know pieces. Invariant: a member that is not what it should be is absent, and costs no other.

use bytes::Bytes;
use serde::Deserialize;

use super::Lenient;
use crate::error::ProviderError;
use crate::json;
use crate::text::{Json, JsonText};
use crate::usage;

/// How much of a message that cannot be read is shown, in bytes.
const EXCERPT_LIMIT: usize = 1024;

/// The body of a buffered answer; or an error, which has a `message`.
#[derive(Deserialize)]
pub(super) struct Answer<'a> {
    #[serde(borrow, default)]
    pub(super) output: Lenient<Output<'a>>,
    #[serde(rename = "stopReason", default)]
    pub(super) reason: Lenient<String>,
    #[serde(borrow, default)]
    pub(super) usage: Lenient<Json<'a>>,
    #[serde(rename = "serviceTier", borrow, default)]
    pub(super) tier: Lenient<ServiceTier<'a>>,
    #[serde(rename = "performanceConfig", borrow, default)]
    pub(super) performance: Lenient<Performance<'a>>,
    #[serde(rename = "additionalModelResponseFields", default)]
    pub(super) fields: Lenient<Fields>,
    #[serde(alias = "Message", borrow, default)]
    pub(super) message: Lenient<JsonText<'a>>,
    #[serde(rename = "__type", default)]
    pub(super) kind: Lenient<String>,
}

#[derive(Deserialize)]
pub(super) struct Output<'a> {
    #[serde(borrow, default)]
    pub(super) message: Lenient<Said<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Said<'a> {
    #[serde(borrow, default)]
    pub(super) content: Lenient<Vec<Lenient<Block<'a>>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Block<'a> {
    #[serde(borrow, default)]
    pub(super) text: Lenient<JsonText<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_use: Lenient<Call<'a>>,
    #[serde(rename = "reasoningContent", borrow, default)]
    pub(super) reasoning: Lenient<WholeReasoning<'a>>,
    #[serde(rename = "citationsContent", borrow, default)]
    pub(super) cited: Lenient<Cited<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_result: Option<Json<'a>>,
    #[serde(borrow, default)]
    pub(super) image: Option<Json<'a>>,
    #[serde(borrow, default)]
    pub(super) audio: Option<Json<'a>>,
    #[serde(borrow, default)]
    pub(super) video: Option<Json<'a>>,
}

/// Text, with where it is from.
#[derive(Deserialize)]
pub(super) struct Cited<'a> {
    #[serde(borrow, default)]
    pub(super) content: Lenient<Vec<Lenient<Part<'a>>>>,
    #[serde(borrow, default)]
    pub(super) citations: Option<Json<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Part<'a> {
    #[serde(borrow, default)]
    pub(super) text: Lenient<JsonText<'a>>,
}

/// `contentBlockStart`, `contentBlockDelta` and `contentBlockStop`; members as they are written.
#[derive(Default)]
pub(super) struct ContentEvent<'a> {
    index: Option<&'a str>,
    start: Option<&'a str>,
    delta: Option<&'a str>,
}

// === impl ContentEvent ===

impl<'a> ContentEvent<'a> {
    /// `None` where it is no JSON object. There are as many as tokens, and serde would take a place on the heap for each.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut event = Self::default();
        json::members(text, |key, value| match key.as_ref() {
            "contentBlockIndex" => event.index = Some(value),
            "start" => event.start = Some(value),
            "delta" => event.delta = Some(value),
            _ => (),
        })
        .ok()?;
        Some(event)
    }

    pub(super) fn index(&self) -> u32 {
        let index = self.index.and_then(|raw| serde_json::from_str(raw).ok());
        index.unwrap_or_default()
    }

    pub(super) fn start(&self) -> Option<BlockStart<'a>> {
        serde_json::from_str(self.start?).ok()
    }

    pub(super) fn delta(&self) -> Option<Delta<'a>> {
        serde_json::from_str(self.delta?).ok()
    }
}

/// There is none for text and reasoning.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockStart<'a> {
    #[serde(borrow, default)]
    pub(super) tool_use: Lenient<Call<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_result: Option<Json<'a>>,
    #[serde(borrow, default)]
    pub(super) image: Option<Json<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Call<'a> {
    #[serde(rename = "toolUseId", borrow, default)]
    pub(super) id: Lenient<JsonText<'a>>,
    #[serde(borrow, default)]
    pub(super) name: Lenient<JsonText<'a>>,
    /// Of a whole block: an object.
    #[serde(borrow, default)]
    pub(super) input: Option<Json<'a>>,
    /// `server_tool_use`, or absent.
    #[serde(rename = "type", default)]
    pub(super) kind: Lenient<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(super) text: Lenient<JsonText<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_use: Lenient<CallDelta<'a>>,
    #[serde(rename = "reasoningContent", borrow, default)]
    pub(super) reasoning: Lenient<Reasoning<'a>>,
    #[serde(borrow, default)]
    pub(super) citation: Option<Json<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_result: Option<Json<'a>>,
    #[serde(borrow, default)]
    pub(super) image: Option<Json<'a>>,
}

#[derive(Deserialize)]
pub(super) struct CallDelta<'a> {
    /// A piece of JSON text.
    #[serde(borrow, default)]
    pub(super) input: Lenient<JsonText<'a>>,
}

/// A delta has one of the three; a whole block has the first two here.
#[derive(Deserialize)]
pub(super) struct Reasoning<'a> {
    #[serde(borrow, default)]
    pub(super) text: Lenient<JsonText<'a>>,
    #[serde(borrow, default)]
    pub(super) signature: Lenient<JsonText<'a>>,
    /// In base64.
    #[serde(rename = "redactedContent", borrow, default)]
    pub(super) redacted: Lenient<JsonText<'a>>,
}

#[derive(Deserialize)]
pub(super) struct WholeReasoning<'a> {
    #[serde(rename = "reasoningText", borrow, default)]
    pub(super) shown: Lenient<Reasoning<'a>>,
    /// In base64.
    #[serde(rename = "redactedContent", borrow, default)]
    pub(super) redacted: Lenient<JsonText<'a>>,
}

/// `messageStop`.
#[derive(Default, Deserialize)]
pub(super) struct Stop {
    #[serde(rename = "stopReason", default)]
    pub(super) reason: Lenient<String>,
    #[serde(rename = "additionalModelResponseFields", default)]
    pub(super) fields: Lenient<Fields>,
}

/// What was asked for of the model's own answer.
#[derive(Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    pub(super) stop_sequence: Lenient<String>,
}

/// `metadata`.
#[derive(Deserialize)]
pub(super) struct Metadata<'a> {
    #[serde(borrow, default)]
    pub(super) usage: Lenient<Json<'a>>,
    #[serde(rename = "serviceTier", borrow, default)]
    pub(super) tier: Lenient<ServiceTier<'a>>,
    #[serde(rename = "performanceConfig", borrow, default)]
    pub(super) performance: Lenient<Performance<'a>>,
}

/// `serviceTier`.
#[derive(Deserialize)]
pub(super) struct ServiceTier<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Lenient<Json<'a>>,
}

/// `performanceConfig`.
#[derive(Deserialize)]
pub(super) struct Performance<'a> {
    #[serde(borrow, default)]
    latency: Lenient<Json<'a>>,
}

/// The payload of an exception.
#[derive(Default, Deserialize)]
struct Exception {
    #[serde(alias = "Message", default)]
    message: Lenient<String>,
    /// Of `modelStreamErrorException`.
    #[serde(rename = "originalMessage", default)]
    original: Lenient<String>,
    #[serde(rename = "originalStatusCode", default)]
    status: Lenient<u16>,
}

/// How the answer was served, where that has a price of its own: by a tier of service, or with less latency.
pub(super) fn tier(
    tier: Lenient<ServiceTier<'_>>,
    performance: Lenient<Performance<'_>>,
) -> Option<String> {
    let tier = tier.0.and_then(|own| own.kind.0);
    let latency = performance.0.and_then(|own| own.latency.0);
    [tier, latency]
        .into_iter()
        .flatten()
        .find_map(|name| usage::tier(name.get()))
}

// === impl Call ===

impl Call<'_> {
    /// Bedrock runs the tool itself: the client has nothing to do with the call.
    pub(super) fn is_of_server(&self) -> bool {
        self.kind.0.as_deref() == Some("server_tool_use")
    }
}

/// A modelled fault.
pub(super) fn exception(kind: &Bytes, payload: &Bytes) -> ProviderError {
    let read: Exception = serde_json::from_slice(payload).unwrap_or_default();
    let message = [read.message.0, read.original.0]
        .into_iter()
        .flatten()
        .find(|message| !message.trim().is_empty())
        .unwrap_or_else(|| excerpt(payload));
    ProviderError {
        message,
        kind: Some(excerpt(kind)),
        code: read.status.0.map(|status| status.to_string()),
        ..ProviderError::default()
    }
}

/// A fault of the service, which is all in headers.
pub(super) fn fault(code: &Bytes, message: &Bytes) -> ProviderError {
    ProviderError {
        message: excerpt(message),
        kind: Some(excerpt(code)),
        ..ProviderError::default()
    }
}

fn excerpt(bytes: &[u8]) -> String {
    let start = bytes.get(..EXCERPT_LIMIT).unwrap_or(bytes);
    String::from_utf8_lossy(start).trim().to_owned()
}
