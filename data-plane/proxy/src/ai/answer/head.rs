//! The headers of what the client gets.
//!
//! Owns which of the provider's pass, and what a stream's say. Invariant: they describe the body that is sent.

use dp_llm::{format::Format, relay::Plan, tap::Framing};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE},
};

/// What a provider says to the one who has the account there, and to its browser.
static OF_OUR_ACCOUNT: [HeaderName; 4] = [
    SET_COOKIE,
    HeaderName::from_static("openai-organization"),
    HeaderName::from_static("openai-project"),
    HeaderName::from_static("anthropic-organization-id"),
];

/// Where Anthropic names a request, and its SDKs look for it.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// Where providers name their request.
static REQUEST_IDS: [HeaderName; 4] = [
    REQUEST_ID,
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-amzn-requestid"),
    HeaderName::from_static("apim-request-id"),
];

/// The provider's name for its request, which its support asks for (llm.md E-2).
const UPSTREAM_REQUEST_ID: HeaderName = HeaderName::from_static("x-upstream-request-id");

/// Asks proxies in between to let each part of a stream through at once (llm.md S-13).
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Takes away what is said to us alone, of errors too, and says again, under a name that nobody else gives, what the provider calls
/// the request.
pub(super) fn clean(headers: &mut HeaderMap) {
    for name in &OF_OUR_ACCOUNT {
        headers.remove(name);
    }
    let id = REQUEST_IDS.iter().find_map(|name| headers.get(name));
    if let Some(id) = id.cloned() {
        headers.insert(UPSTREAM_REQUEST_ID, id);
    }
}

/// Says what the provider calls the request where SDKs of the client's format look for it.
pub(super) fn name_request(headers: &mut HeaderMap, client: Format) {
    if client != Format::AnthropicMessages || headers.contains_key(&REQUEST_ID) {
        return;
    }
    if let Some(id) = headers.get(&UPSTREAM_REQUEST_ID).cloned() {
        headers.insert(&REQUEST_ID, id);
    }
}

/// The headers of an answer.
pub(super) fn dress(headers: &mut HeaderMap, plan: &Plan, framing: Framing) {
    let is_written = plan.client != plan.provider || plan.shows_another_model();
    if framing != Framing::Buffered || is_written || plan.is_streamed {
        // Events may be taken out of it, or all of it is written anew, also a body for who wanted a stream.
        headers.remove(CONTENT_LENGTH);
    }
    let is_stream = match plan.content_type(framing) {
        Some(content_type) => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            plan.is_streamed
        }
        None => framing != Framing::Buffered,
    };
    if is_stream {
        dress_stream(headers);
    }
}

/// What the head of each stream says.
pub(super) fn dress_stream(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_of_messages_find_the_name_of_any_providers_request() {
        for (said, client, expected) in [
            ("x-amzn-requestid", Format::AnthropicMessages, Some("r")),
            ("x-request-id", Format::AnthropicMessages, Some("r")),
            ("request-id", Format::AnthropicMessages, Some("r")),
            ("server", Format::AnthropicMessages, None),
            ("x-amzn-requestid", Format::OpenAiChatCompletions, None),
        ] {
            let mut headers = HeaderMap::new();
            let name = HeaderName::from_static(said);
            headers.insert(name, HeaderValue::from_static("r"));
            clean(&mut headers);
            name_request(&mut headers, client);
            let found = headers.get("request-id").map(HeaderValue::as_bytes);
            assert_eq!(found, expected.map(str::as_bytes), "{said}");
        }
    }
}
