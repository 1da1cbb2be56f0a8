//! Long messages, which need not be read to be converted.
//!
//! Owns where they are in a client's body. Must not know what becomes of them. Invariant: a request with its messages put in
//! is the request that its body would be read as.

use crate::format::Format;
use crate::json::{self, Lifted, Wanted};
use crate::shape::messages::Content;
use crate::shape::{chat, messages};
use crate::text::Json;

/// From how many bytes on a message is set aside: below, that is dearer than to read it.
const LEAST: usize = 1 << 10;

/// The body without its long messages; `None` where there are none, or the format has them elsewhere.
pub(super) fn lift(client: Format, body: &str) -> Option<Lifted<'_>> {
    if body.len() < LEAST {
        return None;
    }
    match client {
        Format::OpenAiChatCompletions | Format::AnthropicMessages => {
            let wanted = Wanted {
                list: "messages",
                member: "content",
                least: LEAST,
            };
            json::lift(body, &wanted)
        }
        Format::OpenAiResponses | Format::GeminiGenerateContent | Format::BedrockConverse => None,
    }
}

/// Puts them in their places.
pub(super) fn put_in_chat<'a>(request: &mut chat::Request<'a>, long: &[(usize, &'a str)]) {
    for (index, value) in long {
        if let Some(message) = request.messages.get_mut(*index) {
            message.content = Some(Json::found(value));
        }
    }
}

/// Puts them in their places.
pub(super) fn put_in_messages<'a>(request: &mut messages::Request<'a>, long: &[(usize, &'a str)]) {
    for (index, value) in long {
        if let Some(message) = request.messages.get_mut(*index) {
            message.content = Content::Read(Json::found(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{lift, put_in_chat, put_in_messages};
    use crate::dispatch::{Asked, convert, read};
    use crate::format::Format;
    use crate::shape::{chat, messages};
    use crate::{ClientHeaders, Notes, Target};

    const CHAT: Format = Format::OpenAiChatCompletions;
    const MESSAGES: Format = Format::AnthropicMessages;

    /// Long texts, lists and neither, among short ones.
    fn body() -> String {
        let long = "long \"words\"\n".repeat(100);
        json!({"model": "m", "metadata": {"content": "elsewhere"}, "messages": [
            {"role": "user", "content": &long},
            {"role": "assistant", "content": "short"},
            {"role": "user", "content": [{"type": "text", "text": &long}, {"type": "text", "text": "and"}]},
            {"role": "assistant", "content": [{"type": "text", "text": ""}]},
        ], "max_tokens": 7})
        .to_string()
    }

    #[test]
    fn a_request_is_what_its_body_would_be_read_as() {
        let body = body();
        let lifted = lift(CHAT, &body).expect("long messages");
        assert_eq!(lifted.values.len(), 2);
        assert!(lifted.rest.len() < body.len() / 2);
        let mut chat: chat::Request<'_> = serde_json::from_str(&lifted.rest).expect("a request");
        put_in_chat(&mut chat, &lifted.values);
        let whole: chat::Request<'_> = serde_json::from_str(&body).expect("a request");
        assert_eq!(json!(chat), json!(whole));
        let mut own: messages::Request<'_> = serde_json::from_str(&lifted.rest).expect("a request");
        put_in_messages(&mut own, &lifted.values);
        let whole: messages::Request<'_> = serde_json::from_str(&body).expect("a request");
        assert_eq!(json!(own), json!(whole));
    }

    #[test]
    fn nothing_long_is_lost_on_the_way() {
        let body = body();
        let asked: Value = serde_json::from_str(&body).expect("json");
        let long = asked.pointer("/messages/0/content").and_then(Value::as_str);
        let long = long.expect("a text");
        for (client, provider) in Format::ALL
            .into_iter()
            .flat_map(|provider| [(CHAT, provider), (MESSAGES, provider)])
            .filter(|(client, provider)| client != provider)
        {
            let asked = Asked {
                is_streamed: false,
                headers: ClientHeaders::default(),
                mark: None,
            };
            let target = Target {
                model: "m".to_owned(),
                ..Target::default()
            };
            let converted = convert(
                (client, provider),
                &body,
                asked,
                &target,
                &mut Notes::default(),
            );
            let sent = String::from_utf8(converted.expect("converted").body).expect("text");
            let literal = json!(long).to_string();
            let inner = literal.trim_matches('"');
            assert_eq!(sent.matches(inner).count(), 2, "{client:?} {provider:?}");
        }
    }

    #[test]
    fn a_mistake_is_told_by_its_place_in_the_whole_body() {
        let body = body().replace("\"max_tokens\":7", "\"max_tokens\":\"many\"");
        assert!(lift(CHAT, &body).is_some());
        let asked = Asked {
            is_streamed: false,
            headers: ClientHeaders::default(),
            mark: None,
        };
        let target = Target::default();
        let told = convert(
            (CHAT, MESSAGES),
            &body,
            asked,
            &target,
            &mut Notes::default(),
        );
        let whole = read::<chat::Request<'_>>(&body).expect_err("a mistake");
        assert_eq!(told.expect_err("a mistake").to_string(), whole.to_string());
    }
}
