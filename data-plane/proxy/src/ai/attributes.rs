//! What expressions may ask about a request to a model.
//!
//! Owns where each attribute comes from. Must not evaluate. Invariant: a body is read as JSON at most once, and only where an
//! expression reaches it.

use std::{borrow::Cow, cell::OnceCell, net::SocketAddr};

use bytes::Bytes;
use dp_llm::request::Request as Prompt;
use expr::{Attribute, Attributes};
use http::{HeaderMap, request::Parts};
use serde_json::{Map, Value as Json};

use crate::{exchange::Exchange, head::Inspected};

/// A body that expressions may ask about, read when one does.
#[derive(Debug, Default)]
pub(super) struct ReadBody(OnceCell<Option<Json>>);

/// A request to a model, and the head of its answer where there is one.
pub(super) struct LlmAttributes<'a> {
    pub(super) head: &'a Parts,
    pub(super) inspected: &'a Inspected,
    pub(super) peer: SocketAddr,
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
            head,
            inspected: &exchange.inspected,
            peer: exchange.client.peer,
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

    fn path_and_query(&self) -> &str {
        let target = self.head.uri.path_and_query();
        target.map_or("/", http::uri::PathAndQuery::as_str)
    }
}

impl Attributes for LlmAttributes<'_> {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        let text = |text: &str| Json::from(text);
        let value = match attribute {
            Attribute::LlmRequest => return self.json().map(Cow::Borrowed),
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

/// Without its port.
fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}

/// A text for each name, a list where there is more than one; what is no text is left out.
fn headers(headers: &HeaderMap) -> Json {
    let mut members = Map::new();
    for name in headers.keys() {
        let mut values: Vec<Json> = headers
            .get_all(name)
            .iter()
            .filter_map(|value| Some(value.to_str().ok()?.into()))
            .collect();
        let value = match values.len() {
            0 => continue,
            1 => values.swap_remove(0),
            _ => values.into(),
        };
        members.insert(name.as_str().to_owned(), value);
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::json;

    use super::{headers, host};

    #[test]
    fn hosts_have_no_port() {
        for (authority, expected) in [
            ("a.test", "a.test"),
            ("a.test:80", "a.test"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
        ] {
            assert_eq!(host(authority), expected);
        }
    }

    #[test]
    fn a_header_that_came_twice_is_a_list() {
        let mut map = HeaderMap::new();
        for (name, value) in [("x-one", "1"), ("x-two", "a,b"), ("x-two", "c")] {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        map.append(
            "x-bytes",
            HeaderValue::from_bytes(b"\xff").expect("a value"),
        );
        assert_eq!(headers(&map), json!({"x-one": "1", "x-two": ["a,b", "c"]}));
    }
}
