//! What expressions may ask about any request, from its head alone.
//!
//! Owns where these attributes come from. Must not know models: what is about a prompt has no value here. Invariant: an
//! attribute that is not of a request is never made up.

use std::{borrow::Cow, net::SocketAddr};

use expr::{
    Attribute, Attributes,
    request::{headers, host},
};
use http::request::Parts;
use serde_json::Value as Json;

use crate::{exchange::Exchange, head::Inspected};

/// A request.
#[derive(Clone, Copy)]
pub(crate) struct RequestAttributes<'a> {
    pub(crate) head: &'a Parts,
    pub(crate) inspected: &'a Inspected,
    pub(crate) peer: SocketAddr,
}

// === impl RequestAttributes ===

impl<'a> RequestAttributes<'a> {
    /// Of a request as it is now.
    pub(crate) fn of(exchange: &'a Exchange<'_>, head: &'a Parts) -> Self {
        RequestAttributes {
            head,
            inspected: &exchange.inspected,
            peer: exchange.client.peer,
        }
    }

    fn path_and_query(&self) -> &str {
        let target = self.head.uri.path_and_query();
        target.map_or("/", http::uri::PathAndQuery::as_str)
    }
}

impl Attributes for RequestAttributes<'_> {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        let text = |text: &str| Json::from(text);
        let value = match attribute {
            Attribute::RequestMethod => text(self.head.method.as_str()),
            Attribute::RequestUri => {
                let scheme = self.inspected.scheme();
                let authority = self.inspected.authority();
                format!("{scheme}://{authority}{}", self.path_and_query()).into()
            }
            Attribute::RequestHost => text(host(self.inspected.authority())),
            Attribute::RequestScheme => text(self.inspected.scheme()),
            Attribute::RequestPath => text(self.head.uri.path()),
            Attribute::RequestPathAndQuery => text(self.path_and_query()),
            Attribute::RequestVersion => format!("{:?}", self.head.version).into(),
            Attribute::RequestHeaders => headers(&self.head.headers),
            Attribute::SourceAddress => self.peer.ip().to_canonical().to_string().into(),
            Attribute::SourcePort => self.peer.port().into(),
            Attribute::ResponseCode
            | Attribute::ResponseHeaders
            | Attribute::Jwt
            | Attribute::ApiKey
            | Attribute::LlmRequest
            | Attribute::LlmStreaming
            | Attribute::LlmRequestModel
            | Attribute::LlmParams
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
