//! A request for another model than the client named (llm.md R-3): in the body, or in the path where that names it.
//!
//! It must not know why. Invariant: nothing else of the body changes, and the name is one segment of the path whatever
//! it holds.

use std::fmt::Write as _;

use super::other::names_model;
use super::{Request, RequestError, model_path};
use crate::class::{Class, bedrock};
use crate::splice::Splice;

/// A request for another model.
#[derive(Debug, Clone)]
pub struct Renamed {
    /// The request.
    pub request: Request,
    /// The path, where the client's names the model.
    pub path: Option<String>,
}

// === impl Request ===

impl Request {
    /// The same request for `model`; `path` is the client's, without the query, and `content_type` its header.
    ///
    /// # Errors
    /// None but those of a body that could not have been read before.
    pub fn renamed(
        &self,
        path: &str,
        content_type: Option<&str>,
        model: &str,
    ) -> Result<Renamed, RequestError> {
        if let Some(path) = names_model(self.class)
            .then(|| in_path(path, model))
            .flatten()
        {
            let request = Self::parse_as(self.class, &path, content_type, self.body.clone())?;
            let request = self.said_in(request);
            return Ok(Renamed {
                request,
                path: Some(path),
            });
        }
        if self.class == Class::Realtime {
            let request = Self {
                model: Some(model.to_owned()),
                ..self.clone()
            };
            return Ok(Renamed {
                request,
                path: None,
            });
        }
        let mut splice = Splice::new(&self.body);
        let text = || serde_json::Value::from(model).to_string();
        match (&self.slots.form_model, &self.slots.model) {
            (Some(range), _) => splice.replace(range.clone(), model),
            (None, Some(range)) => splice.replace(range.clone(), text()),
            (None, None) => {
                let member = format!("\"model\":{}", text());
                self.slots.object.insert(&mut splice, member);
            }
        }
        let body = splice.apply();
        Ok(Renamed {
            request: self.said_in(Self::parse_as(self.class, path, content_type, body)?),
            path: None,
        })
    }

    /// Another request, which the client said as it said this one.
    fn said_in(&self, other: Self) -> Self {
        Self {
            said: Some(self.said().clone()),
            ..other
        }
    }
}

/// The path with another model: in front of the method of Google, or in a path of Bedrock's; `None` where it
/// names none.
fn in_path(path: &str, model: &str) -> Option<String> {
    let (front, last) = path.rsplit_once('/')?;
    let (mut out, separator, method) = match last.rsplit_once(':') {
        Some((_, method)) => {
            let called = path.strip_suffix(method)?.strip_suffix(':')?;
            (model_path::front(called)?, ':', method)
        }
        None => {
            let (named, method) = bedrock(path)?;
            let front = front.strip_suffix(named)?.strip_suffix('/')?;
            (front.to_owned(), '/', method)
        }
    };
    out.push('/');
    for byte in model.bytes() {
        // What a segment may hold as it is (RFC 3986, section 3.3).
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' | b':' => {
                out.push(char::from(byte));
            }
            // Writing to a string does not fail.
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
    out.push(separator);
    out.push_str(method);
    Some(out)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::Request;
    use crate::format::Format;

    #[track_caller]
    fn check(
        (format, path, body): (Format, &str, &'static str),
        model: &str,
        (expected_body, expected_path): (&str, Option<&str>),
    ) {
        let request = Request::parse(format, path, Bytes::from_static(body.as_bytes()));
        let renamed = request.expect("a request").renamed(path, None, model);
        let renamed = renamed.expect("renamed");
        assert_eq!(renamed.request.body(), expected_body);
        assert_eq!(renamed.path.as_deref(), expected_path);
        assert_eq!(renamed.request.model(), Some(model));
    }

    #[test]
    fn the_body_keeps_everything_but_the_model() {
        let chat = (Format::OpenAiChatCompletions, "/v1/chat/completions");
        for (body, expected) in [
            (
                r#"{"seed":12345678901234567890,"model":"fast", "messages":[]}"#,
                r#"{"seed":12345678901234567890,"model":"a\"b", "messages":[]}"#,
            ),
            (r#"{"model":null}"#, r#"{"model":"a\"b"}"#),
            (r#"{"n":1}"#, r#"{"model":"a\"b","n":1}"#),
            ("{}", r#"{"model":"a\"b"}"#),
        ] {
            check((chat.0, chat.1, body), "a\"b", (expected, None));
        }
    }

    #[test]
    fn a_path_that_names_the_model_is_rewritten() {
        let path = "/t/v1beta/models/fast:streamGenerateContent";
        let gemini = (Format::GeminiGenerateContent, path, r#"{"contents":[]}"#);
        for (model, expected) in [
            (
                "gemini-3-pro",
                "/t/v1beta/models/gemini-3-pro:streamGenerateContent",
            ),
            ("a:b", "/t/v1beta/models/a:b:streamGenerateContent"),
            (
                "../a?b#c %",
                "/t/v1beta/models/..%2Fa%3Fb%23c%20%25:streamGenerateContent",
            ),
        ] {
            check(gemini, model, (r#"{"contents":[]}"#, Some(expected)));
        }
        // Nothing is left of a name with slashes, and of whose model it was.
        for (path, expected) in [
            (
                "/t/v1beta/models/a/b:generateContent",
                "/t/v1beta/models/c%2Fd:generateContent",
            ),
            (
                "/v1beta1/publishers/a/models/b:generateContent",
                "/v1beta1/publishers/google/models/c%2Fd:generateContent",
            ),
        ] {
            let body = r#"{"contents":[]}"#;
            check((gemini.0, path, body), "c/d", (body, Some(expected)));
        }
    }
}
