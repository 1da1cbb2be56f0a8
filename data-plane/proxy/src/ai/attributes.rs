//! What expressions may ask about a request to a model.
//!
//! Owns where each attribute comes from. Must not evaluate. Invariant: a body is read as JSON at most once, and only where an
//! expression reaches it.

use std::{borrow::Cow, cell::OnceCell};

use bytes::Bytes;
use dp_llm::request::Request as Prompt;
use expr::{Attribute, Attributes, request::headers};
use http::{HeaderMap, request::Parts};
use serde_json::{Map, Value as Json};

use crate::{attributes::RequestAttributes, exchange::Exchange};

/// A body that expressions may ask about, read when one does.
#[derive(Debug, Default)]
pub(super) struct ReadBody(OnceCell<Option<Json>>);

/// A request to a model, and the head of its answer where there is one.
#[derive(Clone, Copy)]
pub(super) struct LlmAttributes<'a> {
    pub(super) request: RequestAttributes<'a>,
    pub(super) prompt: &'a Prompt,
    /// What `llmRequest` is.
    pub(super) body: (&'a Bytes, &'a ReadBody),
    /// Status and headers.
    pub(super) response: Option<(u16, &'a HeaderMap)>,
}

/// Members of bodies that `llm.params` has, by its names.
const PARAMS: [(&str, &[&str]); 8] = [
    ("temperature", &["temperature"]),
    ("top_p", &["top_p"]),
    ("frequency_penalty", &["frequency_penalty"]),
    ("presence_penalty", &["presence_penalty"]),
    ("seed", &["seed"]),
    (
        "max_tokens",
        &["max_tokens", "max_completion_tokens", "max_output_tokens"],
    ),
    ("encoding_format", &["encoding_format"]),
    ("dimensions", &["dimensions"]),
];

// === impl LlmAttributes ===

impl<'a> LlmAttributes<'a> {
    /// Of a request before it is sent; `read` keeps its body for the next one who asks.
    pub(super) fn of_request(
        exchange: &'a Exchange<'_>,
        head: &'a Parts,
        prompt: &'a Prompt,
        read: &'a ReadBody,
    ) -> Self {
        LlmAttributes {
            request: RequestAttributes::of(exchange, head),
            prompt,
            body: (prompt.body(), read),
            response: None,
        }
    }

    fn json(&self) -> Option<&Json> {
        let (bytes, read) = self.body;
        let json = read.0.get_or_init(|| serde_json::from_slice(bytes).ok());
        json.as_ref()
    }

    fn params(&self) -> Option<Json> {
        let body = self.json()?.as_object()?;
        let mut params = Map::new();
        for (name, members) in PARAMS {
            if let Some(value) = members.iter().find_map(|member| body.get(*member)) {
                params.insert(name.to_owned(), value.clone());
            }
        }
        Some(params.into())
    }
}

impl Attributes for LlmAttributes<'_> {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        let text = |text: &str| Json::from(text);
        let value = match attribute {
            Attribute::LlmRequest => return self.json().map(Cow::Borrowed),
            Attribute::RequestMethod
            | Attribute::RequestUri
            | Attribute::RequestHost
            | Attribute::RequestScheme
            | Attribute::RequestPath
            | Attribute::RequestPathAndQuery
            | Attribute::RequestVersion
            | Attribute::RequestHeaders
            | Attribute::SourceAddress
            | Attribute::SourcePort => return self.request.attribute(attribute),
            Attribute::ResponseCode => self.response?.0.into(),
            Attribute::ResponseHeaders => headers(self.response?.1),
            Attribute::LlmStreaming => self.prompt.is_streamed().into(),
            Attribute::LlmRequestModel => text(self.prompt.model()?),
            Attribute::LlmParams => self.params()?,
            // Known to whoever reads the answer, or to nobody yet.
            Attribute::Jwt
            | Attribute::ApiKey
            | Attribute::LlmResponseModel
            | Attribute::LlmProvider
            | Attribute::LlmInputTokens
            | Attribute::LlmCachedInputTokens
            | Attribute::LlmCacheCreationInputTokens
            | Attribute::LlmOutputTokens
            | Attribute::LlmReasoningTokens
            | Attribute::LlmTotalTokens => return None,
        };
        Some(Cow::Owned(value))
    }
}
