//! Requests about a response that a provider keeps (llm.md O-7).
//!
//! Owns where its name stands: the path, or `previous_response_id`. Must not know who keeps it. Invariant: a body that does not
//! say the word is not read again.

use std::borrow::Cow;

use serde::Deserialize;

use super::Request;
use crate::class::Class;
use crate::format::Format;

const MEMBER: &[u8] = b"previous_response_id";

#[derive(Deserialize)]
struct Continued<'a> {
    #[serde(borrow)]
    previous_response_id: Option<Cow<'a, str>>,
}

impl Request {
    /// The response that the request continues, or is about. `path` is the client's.
    #[must_use]
    pub fn kept_response<'a>(&'a self, path: &'a str) -> Option<Cow<'a, str>> {
        match self.class {
            Class::Chat(Format::OpenAiResponses) => {
                let mut windows = self.body.windows(MEMBER.len());
                windows.find(|window| *window == MEMBER)?;
                let read: Continued<'_> = serde_json::from_slice(&self.body).ok()?;
                read.previous_response_id.filter(|id| !id.is_empty())
            }
            Class::Detect(_) => {
                let (_, rest) = path.rsplit_once("/responses/")?;
                let id = rest.split('/').next().unwrap_or_default();
                // Compaction makes a response of its own.
                (!matches!(id, "" | "compact")).then_some(Cow::Borrowed(id))
            }
            Class::Chat(_)
            | Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_)
            | Class::Realtime
            | Class::Passthrough(_) => None,
        }
    }

    /// Whether the provider may keep the answer, for requests to come.
    #[must_use]
    pub fn may_be_kept(&self) -> bool {
        self.class == Class::Chat(Format::OpenAiResponses)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Class, Format, Request};

    const RESPONSES: Format = Format::OpenAiResponses;

    #[track_caller]
    fn check(format: Format, body: &'static str, expected: Option<&str>) {
        let body = Bytes::from_static(body.as_bytes());
        let request = Request::parse(format, "/v1/responses", body).expect("a request");
        let found = request.kept_response("/v1/responses");
        assert_eq!(found.as_deref(), expected, "{request:?}");
    }

    #[test]
    fn what_a_request_continues() {
        check(
            RESPONSES,
            r#"{"model":"m","input":"hi","previous_response_id":"resp_1"}"#,
            Some("resp_1"),
        );
        check(
            RESPONSES,
            r#"{"model":"m","input":"hi","previous_response_id":"a\u0062"}"#,
            Some("ab"),
        );
        for without in [
            r#"{"model":"m","input":"hi"}"#,
            r#"{"model":"m","input":"hi","previous_response_id":null}"#,
            r#"{"model":"m","input":"hi","previous_response_id":""}"#,
            r#"{"model":"m","input":"the previous_response_id of it"}"#,
            r#"{"model":"m","input":[{"previous_response_id":"resp_1"}]}"#,
        ] {
            check(RESPONSES, without, None);
        }
        check(
            Format::OpenAiChatCompletions,
            r#"{"model":"m","messages":[],"previous_response_id":"resp_1"}"#,
            None,
        );
    }

    #[test]
    fn which_response_a_path_is_about() {
        for (path, expected) in [
            ("/v1/responses/resp_1", Some("resp_1")),
            ("/a/v1/responses/resp_1/cancel", Some("resp_1")),
            ("/v1/responses/resp_1/input_items", Some("resp_1")),
            ("/v1/responses/compact", None),
            ("/v1/responses/", None),
            ("/v1/files/file_1", None),
        ] {
            let class = Class::Detect(RESPONSES);
            let request = Request::parse_as(class, path, None, Bytes::new());
            let request = request.expect("a request");
            assert_eq!(request.kept_response(path).as_deref(), expected, "{path}");
        }
    }
}
