//! What expressions may ask about the request that is asked about.
//!
//! Owns where each attribute comes from. Invariant: what a command line does not say (a body, an address, who the client is)
//! has no value, and so no condition on it holds, as with a proxy that cannot tell it.

use std::borrow::Cow;

use expr::{
    Attribute, AttributeSet, Attributes,
    request::{headers, host},
};
use route::Head;
use serde_json::Value as Json;

/// A request for a model.
#[derive(Clone, Copy)]
pub(super) struct AskedAttributes<'a> {
    pub(super) head: Head<'a>,
    /// Path and query.
    pub(super) target: &'a str,
    pub(super) model: &'a str,
}

/// What has a value.
const KNOWN: AttributeSet = AttributeSet::of(&[
    Attribute::RequestMethod,
    Attribute::RequestUri,
    Attribute::RequestHost,
    Attribute::RequestScheme,
    Attribute::RequestPath,
    Attribute::RequestPathAndQuery,
    Attribute::RequestHeaders,
    Attribute::LlmRequestModel,
]);

/// Whether an expression asks only for what has a value.
pub(super) fn can_be_told(asked: AttributeSet) -> bool {
    let mut all = Attribute::ALL.into_iter();
    all.all(|attribute| !asked.has(attribute) || KNOWN.has(attribute))
}

// === impl AskedAttributes ===

impl Attributes for AskedAttributes<'_> {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        let Head {
            method,
            scheme,
            authority,
            path,
            headers: sent,
            ..
        } = self.head;
        let value = match attribute {
            Attribute::RequestMethod => method.as_str().into(),
            Attribute::RequestUri => format!("{scheme}://{authority}{}", self.target).into(),
            Attribute::RequestHost => host(authority).into(),
            Attribute::RequestScheme => scheme.into(),
            Attribute::RequestPath => path.into(),
            Attribute::RequestPathAndQuery => self.target.into(),
            Attribute::RequestHeaders => headers(sent),
            Attribute::LlmRequestModel => self.model.into(),
            Attribute::RequestVersion
            | Attribute::SourceAddress
            | Attribute::SourcePort
            | Attribute::ResponseCode
            | Attribute::ResponseHeaders
            | Attribute::Jwt
            | Attribute::ApiKey
            | Attribute::LlmRequest
            | Attribute::LlmStreaming
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

#[cfg(test)]
mod tests {
    use expr::Expr;
    use http::{HeaderMap, Method};

    use super::*;

    #[test]
    fn what_was_not_said_has_no_value() {
        let mut headers = HeaderMap::new();
        headers.append("x-team", "blue".parse().expect("a value"));
        headers.append("x-twice", "1".parse().expect("a value"));
        headers.append("x-twice", "2".parse().expect("a value"));
        let bytes = http::HeaderValue::from_bytes(b"\xff").expect("a value");
        headers.append("bytes", bytes);
        let asked = AskedAttributes {
            head: Head {
                method: &Method::POST,
                scheme: "https",
                authority: "a.test:8443",
                path: "/v1/chat/completions",
                query: Some("x=1"),
                headers: &headers,
            },
            target: "/v1/chat/completions?x=1",
            model: "fast",
        };
        for (text, expected, is_told) in [
            ("request.host == \"a.test\"", Some(true), true),
            ("request.uri.endsWith(\"?x=1\")", Some(true), true),
            ("request.headers[\"X-Team\"] == \"blue\"", Some(true), true),
            ("request.headers[\"x-twice\"][1] == \"2\"", Some(true), true),
            ("has(request.headers.bytes)", Some(false), true),
            ("llm.requestModel == \"slow\"", Some(false), true),
            ("llmRequest.max_tokens > 5", None, false),
            ("source.address == \"10.0.0.1\"", None, false),
        ] {
            let expr = Expr::compile(text, AttributeSet::OF_LLM_REQUEST).expect(text);
            assert_eq!(expr.holds(&asked).ok(), expected, "{text}");
            assert_eq!(can_be_told(expr.attributes()), is_told, "{text}");
        }
    }
}
