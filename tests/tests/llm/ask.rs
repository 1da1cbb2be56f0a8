//! One question in each format that clients speak.
//!
//! Owns paths and bodies of requests. Must not know providers, or read answers: that is `told`'s.

use anyhow::Result;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};
use tests::client::request;

/// A format of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// OpenAI chat completions.
    Chat,
    /// OpenAI responses.
    Responses,
    /// Anthropic messages.
    Messages,
    /// Gemini generateContent.
    Gemini,
}

/// How the answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// In one piece.
    Collected,
    /// As events.
    Streamed,
}

/// A question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) format: Format,
    pub(crate) answer: Answer,
    pub(crate) model: &'a str,
    pub(crate) said: &'a str,
}

// === impl Format ===

impl Format {
    pub(crate) const ALL: [Format; 4] = [
        Format::Chat,
        Format::Responses,
        Format::Messages,
        Format::Gemini,
    ];
}

// === impl Answer ===

impl Answer {
    pub(crate) const ALL: [Answer; 2] = [Answer::Collected, Answer::Streamed];
}

// === impl Question ===

impl Question<'_> {
    /// Path and query behind the route's own.
    pub(crate) fn path(&self) -> String {
        match (self.format, self.answer) {
            (Format::Chat, _) => "/v1/chat/completions".to_owned(),
            (Format::Responses, _) => "/v1/responses".to_owned(),
            (Format::Messages, _) => "/v1/messages".to_owned(),
            (Format::Gemini, Answer::Collected) => {
                format!("/v1beta/models/{}:generateContent", self.model)
            }
            (Format::Gemini, Answer::Streamed) => {
                format!(
                    "/v1beta/models/{}:streamGenerateContent?alt=sse",
                    self.model
                )
            }
        }
    }

    /// The body, as an object.
    pub(crate) fn body(&self) -> Value {
        let Question { model, said, .. } = self;
        let messages = json!([{"role": "user", "content": said}]);
        let is_streamed = self.answer == Answer::Streamed;
        match self.format {
            Format::Chat => json!({"model": model, "messages": messages, "stream": is_streamed}),
            Format::Responses => json!({"model": model, "input": said, "stream": is_streamed}),
            Format::Messages => json!({
                "model": model, "max_tokens": 500, "messages": messages, "stream": is_streamed,
            }),
            Format::Gemini => json!({"contents": [{"role": "user", "parts": [{"text": said}]}]}),
        }
    }

    /// The request at a route.
    pub(crate) fn request(&self, route: &str) -> Result<Request<Full<Bytes>>> {
        self.with_body(route, &self.body().to_string())
    }

    /// The same with another body. The credential is the client's own, which no provider takes.
    pub(crate) fn with_body(&self, route: &str, body: &str) -> Result<Request<Full<Bytes>>> {
        let url = format!("http://a.test/{route}{}", self.path());
        let headers = [
            ("content-type", "application/json"),
            ("authorization", "Bearer sk-of-the-client"),
        ];
        request("POST", &url, &headers, body)
    }
}
